"""A group: elementwise nodes and full reductions over the same extents, written as one loop nest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from autograph_lite.ir.graph import Node, Value
from autograph_lite.ops.record import Fold, Scalar
from autograph_lite.render.accumulate import Accumulator, lanes_over
from autograph_lite.render.arrays import Array, block, broadcast, nest, unrepeated
from autograph_lite.render.body import may_be_far
from autograph_lite.render.emitter import ZERO, Emitter, both, product
from autograph_lite.render.form import B1, I64, Const, Expr, For, If, Let, Stmt
from autograph_lite.render.held import can_stop, is_sure
from autograph_lite.render.lowering import Lowering, hint, scalar_body

TRUE = Const(True, B1)


@dataclass(frozen=True, slots=True)
class Operands:
    """What a nest reads from memory and writes there, its reductions, and what was read `once`, before it;
    `vector`: by functions that LLVM makes vectors of."""

    sources: dict[Value, Array]
    outs: dict[Value, Array]
    folds: dict[Value, Accumulator]
    once: dict[Value, Expr]
    vector: bool = True


class Group:
    """Nodes that wait for their loop nest; `members` are their results."""

    def __init__(self, extents: tuple[Expr, ...]) -> None:
        self.extents = extents
        self.nodes: list[Node] = []
        self.holds: list[Node] = []  # of members; they take effect when the nest has run
        self.members: set[Value] = set()

    def add(self, node: Node) -> None:
        self.nodes.append(node)
        self.members.add(node.outputs[0])

    def sure(self) -> bool:
        """Whether no element can be a fault."""
        return all(is_sure(node) for node in self.nodes)

    def may_pass(self) -> bool:
        """Whether other loops may run before the nest: nothing can tell that they did."""
        return self.sure() and not self.holds and not any(node.op.warns for node in self.nodes)

    def reads(self, value: Value) -> bool:
        return any(value in node.inputs for node in self.nodes)

    def write(self, low: Lowering) -> None:
        """The nest, and in memory the members that something reads later."""
        k = low.k
        kept = [n for n in self.nodes if self._needed(low, n) and n.outputs[0].type.rank]
        sources = self._sources(low)
        far = any(isinstance(n.op.body, Scalar) and may_be_far(n.op.body.text) for n in self.nodes)
        outs = {n.outputs[0]: low.room_for(n, self.extents, sources, far) for n in kept}
        once = _loaded_once(k, sources)
        with k.watching() as statements:
            folds = self._folds(k)
            own = Operands(sources, outs, folds, once)
            self._either(low, own)
        k.statements.extend(statements)
        if (noted := k.noted) is not None:  # once more, with the C library's functions
            with self._instead(k, folds) as (slow, statements):
                self._run(low, replace(own, folds=slow, vector=False))
            k.add(If(noted, tuple(statements), seldom=True))
        for value, out in outs.items():
            low.set(value, out)
        for value, fold in folds.items():
            with k.placed(fold.origin):
                low.set(value, fold.result())
        for node in self.holds:
            low.hold(node)

    def _either(self, low: Lowering, own: Operands) -> None:
        """Of sources that may be repeated along an axis, the run knows: the strides are constants where none
        is, and LLVM makes vectors of that."""
        k = low.k
        so: Expr = TRUE
        plainly: dict[Value, Array] = {}
        for v in own.sources:
            plainly[v], known = unrepeated(low.array(v), self.extents)
            so = both(so, known)
        if so == TRUE:
            self._run(low, own)
            return
        with self._instead(k, own.folds) as (folds, then):
            self._run(low, replace(own, sources=plainly, folds=folds))
        with k.block() as orelse:
            self._run(low, own)
        k.add(If(so, tuple(then), tuple(orelse)))

    @contextmanager
    def _instead(
        self, k: Emitter, folds: dict[Value, Accumulator]
    ) -> Iterator[tuple[dict[Value, Accumulator], list[Stmt]]]:
        """Reductions of a nest that runs in place of another, and what it does: it gives the totals of that."""
        with k.block() as statements:
            others = self._folds(k)
            yield others, statements
            for value, fold in folds.items():
                k.add(Let(fold.total, others[value].total))

    def _run(self, low: Lowering, own: Operands) -> None:
        line = len(self.extents) == 1
        flat = all(x.contiguous and x.extents == self.extents for x in own.sources.values())
        run = self._flat if flat or line else self._nested
        run(low, own)

    def _folds(self, k: Emitter) -> dict[Value, Accumulator]:
        return {n.outputs[0]: Accumulator(k, n) for n in self.nodes if isinstance(n.op.body, Fold)}

    def _needed(self, low: Lowering, node: Node) -> bool:
        out = node.outputs[0]
        held = any(out in hold.inputs for hold in self.holds)
        return held or low.last_use.get(out, -1) >= low.position

    def _sources(self, low: Lowering) -> dict[Value, Array]:
        """The arrays read from memory, as views of the group's extents or, flat, as they are."""
        found: dict[Value, Array] = {}
        for node in self.nodes:
            for v in node.inputs:
                x = low.env.get(v)
                if v not in self.members and isinstance(x, Array):
                    found[v] = x if x.extents == self.extents else broadcast(low.k, x, self.extents)
        return found

    def _flat(self, low: Lowering, own: Operands) -> None:
        """One loop over all elements, of blocks or along one axis."""
        k = low.k
        total = k.atom("n", product(self.extents))
        if len(self.extents) > 1:
            sources, outs = own.sources.items(), own.outs.items()
            own = replace(
                own,
                sources={v: block(x.base, x.dtype, (total,), owned=False) for v, x in sources},
                outs={v: block(x.base, x.dtype, (total,), owned=True) for v, x in outs},
            )

        def element(index: Expr, lane: Expr) -> None:
            self._element(low, own, (index,), lane)

        if any(fold.lanes for fold in own.folds.values()):
            lanes_over(k, total, list(own.folds.values()), element)
        else:
            var = k.fresh("i", I64)
            with k.block() as statements:
                element(var, ZERO)
            k.add(For(var, ZERO, total, tuple(statements)))

    def _nested(self, low: Lowering, own: Operands) -> None:
        """A loop per axis; the lanes of a reduction follow the row-major position."""
        for fold in own.folds.values():
            fold.open()
        with nest(low.k, self.extents) as indices:
            self._element(low, own, indices, None)
        for fold in own.folds.values():
            fold.close()
            fold.settle(product(self.extents))

    def _element(
        self, low: Lowering, own: Operands, indices: tuple[Expr, ...], lane: Expr | None
    ) -> None:
        """All nodes of the group for one element, in order."""
        k: Emitter = low.k
        have: dict[Value, Expr] = dict(own.once)

        def operand(v: Value) -> Expr:
            if v not in have:
                x = own.sources.get(v)
                have[v] = k.let("v", x.load(indices)) if x is not None else low.scalar(v)
            return have[v]

        for node in self.nodes:
            out = node.outputs[0]
            with k.placed(node.origin):
                if isinstance(node.op.body, Scalar):
                    names = {name: operand(v) for name, v in zip("xyzw", node.inputs, strict=False)}
                    have[out] = k.let(hint(node), scalar_body(k, node, names, own.vector))
                else:
                    own.folds[out].step(operand(node.inputs[0]), lane)
        for (
            out,
            array,
        ) in own.outs.items():  # all have been read: one of them may be where another was
            array.store(k, indices, have[out])


def _loaded_once(k: Emitter, sources: dict[Value, Array]) -> dict[Value, Expr]:
    """The sources whose elements are all one element, read before the nest."""
    same = [v for v, x in sources.items() if all(s == ZERO for s in x.strides)]
    return {v: k.let("v", x.load((ZERO,) * len(x.strides))) for v in same if (x := sources.pop(v))}


def may_wait(low: Lowering, node: Node) -> bool:
    """Whether a `hold` of the waiting group may take effect after the node, which cannot stop."""
    group = low.group
    if group is None or not group.holds or not can_stop(node):
        return True
    waits = isinstance(node.op.body, Scalar) and is_sure(node) and not node.outputs[0].type.depth
    return waits and all(low.extents(v) in ((), group.extents) for v in node.inputs)


def join_group(low: Lowering, node: Node, extents: tuple[Expr, ...]) -> None:
    """Put a node into the waiting group, or begin a new one."""
    group = low.group
    if group is not None:
        inside = [v for v in node.inputs if v in group.members]
        fits = group.extents == extents and all(v.type.rank for v in inside)
        if not fits:
            low.flush()
            group = None
    if group is None:
        group = low.group = Group(extents)
    for v in node.inputs:
        if v not in group.members:
            assert v in low.env
    group.add(node)
