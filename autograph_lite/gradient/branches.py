"""The reverse of a branch: the same branch taken again, each arm reversed.

An arm begins with the current cotangents of what it captures and hands them back updated (R1).  What
it needs of the forward arm becomes a result of the forward branch; the other arm fills it in.
"""

from __future__ import annotations

from autograph_lite.gradient.regions import Adjoint, flag, present, roots_of, substitute, zeros
from autograph_lite.gradient.reverse import THREADED, Cotangent, Sweep
from autograph_lite.ir.build import merged_captures, region
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ops.control import CONSTANT, FILLER, IF
from autograph_lite.ops.staging import emit, staged_region, with_region


class _Arm:
    """One arm under reverse."""

    def __init__(
        self,
        sweep: Sweep,
        node: Node,
        source: Region,
        captures: tuple[Value, ...],
        roots: tuple[Value, ...],
    ) -> None:
        self.roots = roots
        self.sweep, self.node, self.source, self.captures = sweep, node, source, captures
        self.adjoint = Adjoint(source)
        self.saved: dict[Value, Value] = {}
        self.read: dict[Value, Value] = {}
        entered = staged_region()
        self.builder = entered.builder
        with entered:
            self._trace()

    def _trace(self) -> None:
        self.builder.resolve = self._resolve
        self.inner = Sweep(
            replace=self.adjoint.replace, present=self.adjoint.present, nodes=self.adjoint.nodes
        )
        for argument, outer in zip(self.source.arguments, self.captures, strict=True):
            self.inner.inherit(self.sweep, self.builder, argument, outer)
        for root in self.roots:
            self.inner.set(root, self._inside(self.sweep.get(root)))
        for result, out in zip(self.source.results, self.node.outputs, strict=True):
            got = self._inside(self.sweep.of_itself(out))
            handed_through = out in self.sweep.own and result in self.source.arguments
            if got is not None and not handed_through:
                self.inner.add(result, got.value, got.arrived)
        for node in reversed(list(self.adjoint.nodes)):
            self.inner.visit(node)

    def _inside(self, got: Cotangent | None) -> Cotangent | None:
        if got is None:
            return None
        flag = None if got.arrived is None else self.builder.local(got.arrived)
        return Cotangent(self.builder.local(got.value), flag)

    def _resolve(self, value: Value) -> Value | None:
        if value in self.read:
            return self.read[value]
        made = self.adjoint.makers().get(value)
        if value in self.source.arguments:
            found = self.builder.local(self.captures[self.source.arguments.index(value)])
        elif made is None:
            return None
        elif made.op is CONSTANT:
            p = made.params
            found = self.builder.constant(p["value"], p["dtype"], made.outputs[0].type.kind)
        else:
            found = self._saved(value)
        self.read[value] = found
        return found

    def _saved(self, value: Value) -> Value:
        if value in self.source.results:
            return self.builder.local(self.node.outputs[self.source.results.index(value)])
        outer = self.saved.setdefault(value, Value(value.type))
        inside = Value(value.type)
        self.builder.captures[outer] = inside
        self.builder.own.add(inside)
        return inside

    @property
    def changed(self) -> bool:
        """Whether a node inside was made to save more."""
        return list(self.source.nodes) != self.adjoint.nodes

    def result(self, root: Value) -> Cotangent | None:
        return self.inner.get(root)


class IfReverse:
    """The reverse of one `if` node."""

    def __init__(self, sweep: Sweep, node: Node) -> None:
        self.sweep = sweep
        self.node = present(sweep, node)
        self.cond, *captures = node.inputs
        self.captures = tuple(captures)
        p = self.node.params
        self.roots = roots_of(sweep, self.captures)
        self.arms = [
            _Arm(sweep, self.node, p[name], self.captures, tuple(self.roots))
            for name in ("then", "orelse")
        ]

    def run(self) -> None:
        changed = [root for root in self.roots if self._changed(root)]
        self._save_more()
        plans = [(root, self._flagged(root)) for root in changed]
        results = [self._results(arm, plans) for arm in self.arms]
        captured = merged_captures(*(arm.builder for arm in self.arms))
        regions = [
            region(arm.builder, r, captured) for arm, r in zip(self.arms, results, strict=True)
        ]
        if not plans:
            return
        types = tuple(v.type for v in results[0])
        params = {"then": regions[0], "orelse": regions[1]}
        outputs = iter(emit(IF, (self.cond, *captured), types, params))
        for root, flagged in plans:
            value = next(outputs)
            self.sweep.set(root, Cotangent(value, next(outputs) if flagged else None))

    def _changed(self, root: Value) -> bool:
        """Whether an arm hands back another cotangent than it was given."""
        return any(self._new(arm, root) for arm in self.arms)

    def _new(self, arm: _Arm, root: Value) -> bool:
        got, before = arm.result(root), self.sweep.get(root)
        if got is None or before is None:
            return got is not before
        return arm.builder.local(before.value) is not got.value

    def _flagged(self, root: Value) -> bool:
        got = [arm.result(root) for arm in self.arms]
        return any(g is None or g.arrived is not None for g in got)

    def _results(self, arm: _Arm, plans: list[tuple[Value, bool]]) -> tuple[Value, ...]:
        found: list[Value] = []

        def build() -> None:
            for root, flagged in plans:
                got = arm.result(root)
                value = got.value if got else zeros(self.roots[root])
                found.append(arm.builder.local(value))
                if flagged:
                    found.append(flag(arm.builder, got))

        with_region(arm.builder, build)
        return tuple(found)

    def _save_more(self) -> None:
        """The forward branch with what the reverse reads among its results."""
        extra = [(a, v, outer) for a, arm in enumerate(self.arms) for v, outer in arm.saved.items()]
        node = self.node
        if not extra and not any(arm.changed for arm in self.arms):
            return
        regions = {}
        for a, (name, arm) in enumerate(zip(("then", "orelse"), self.arms, strict=True)):
            nodes = list(arm.adjoint.nodes)
            results = list(arm.source.results)
            for owner, value, outer in extra:
                if owner == a:
                    results.append(value)
                else:
                    filler = Value(outer.type)
                    nodes.append(Node(FILLER, (), (filler,), {"type": outer.type}))
                    results.append(filler)
            regions[name] = Region(arm.source.arguments, tuple(nodes), tuple(results))
        outputs = (*node.outputs, *(outer for _, _, outer in extra))
        new = Node(node.op, node.inputs, outputs, {**node.params, **regions}, (), node.origin)
        substitute(self.sweep, new)


def reverse_if(sweep: Sweep, node: Node) -> None:
    """Append the reverse of a branch where a result of it has a cotangent."""
    if any(sweep.of_itself(v) for v in present(sweep, node).outputs):
        IfReverse(sweep, node).run()


THREADED["if"] = reverse_if
