"""The reverse pass: nodes and seeds in, cotangents out; the same for a tape and for a graph.

Five rules make a loop's gradient equal, bit for bit, to that of the unrolled program:
R1 a region takes the current cotangent of what it captures and returns it updated;
R2 a structural zero is not a number: the first contribution is assigned, later ones are added;
R3 nodes are visited by decreasing time of creation, and sums of cotangents are not reordered;
R4 only graphs that no pass has rewritten are differentiated;
R5 R1 holds for the arguments of every call too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograph_lite.errors import GradientError
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import same_shape
from autograph_lite.ops.record import Constant, Indexed, Linear, Partials, Refused, Threaded, Vjp, f


@dataclass(frozen=True, slots=True)
class Cotangent:
    """What has arrived at a value; `arrived` is a bool value where only the run can tell."""

    value: Value
    arrived: Value | None = None


Replace = Callable[[Value, Node], None]


class Sweep:
    """One reverse pass: the cotangents so far.

    `roots` maps values that are one source (the reads of a variable) to their common key; `wanted`
    limits the work to values that can lead to a source, None to all.  `replace` puts a node that
    saves more in the place of the node with a given first output; `present` finds it again.
    """

    def __init__(
        self,
        roots: dict[Value, Value] | None = None,
        wanted: Callable[[Value], bool] | None = None,
        replace: Replace | None = None,
        present: Callable[[Node], Node] | None = None,
        nodes: Iterable[Node] = (),
    ) -> None:
        self.names: dict[Value, Value] = {}  # argument of a region -> the value that it is outside
        self.aliases: dict[Value, tuple[Value, ...]] = {}
        self.own: dict[Value, Value] = {}  # where a value is aliased in some runs only: its own key
        for node in nodes:
            self._follow(node)
        self.cotangents: dict[Value, Cotangent] = {}
        self.roots = roots or {}
        self.wanted = wanted
        self.replace = replace
        self.present = present

    def _follow(self, node: Node) -> None:
        """Results that are one of two values: `either`, and a branch that hands a value through."""
        if node.op.name == "either":
            self.aliases[node.outputs[0]] = node.inputs
        if node.op.name != "if":
            return
        cond, *captures = node.inputs
        arms = (node.params["then"], node.params["orelse"])
        for j, out in enumerate(node.outputs):
            results = [arm.results[j] for arm in arms]
            places = [
                arm.arguments.index(r) if r in arm.arguments and r.type.floating else None
                for arm, r in zip(arms, results, strict=True)
            ]
            if places == [None, None]:
                continue
            own = self.own[out] = Value(out.type)
            first, second = (own if i is None else captures[i] for i in places)
            self.aliases[out] = (cond, first, second)

    def inherit(self, outer: Sweep, builder: Any, argument: Value, captured: Value) -> None:
        """`argument` is `captured` of the sweep outside, with all that this one is in some runs."""
        self.names[argument] = outer.name(captured)
        self._inherit(outer, builder, self.names[argument])

    def _inherit(self, outer: Sweep, builder: Any, value: Value) -> None:
        if value in outer.aliases and value not in self.aliases:
            cond, *parts = outer.aliases[value]
            first, second = (outer.name(part) for part in parts)
            self.aliases[value] = (builder.local(cond), first, second)
            self._inherit(outer, builder, first)
            self._inherit(outer, builder, second)

    def name(self, value: Value) -> Value:
        """The value under which cotangents of `value` are kept, or that it is an alias of."""
        value = self.names.get(value, value)
        return value if value in self.aliases else self.key(value)

    def leaves(self, value: Value) -> list[Value]:
        """The values that `value` may be, each with a cotangent of its own."""
        value = self.name(value)
        if value not in self.aliases:
            return [value]
        _, first, second = self.aliases[value]
        return list(dict.fromkeys([*self.leaves(first), *self.leaves(second)]))

    def of_itself(self, value: Value) -> Cotangent | None:
        """What has arrived at a value where it is not another one."""
        return self.get(self.own.get(value, value))

    def key(self, value: Value) -> Value:
        return self.roots.get(value, value)

    def get(self, value: Value) -> Cotangent | None:
        """What has arrived at a value, or at the one that it is."""
        value = self.names.get(value, value)
        if value not in self.aliases:
            return self.cotangents.get(self.key(value))
        cond, first, second = self.aliases[value]
        return chosen(cond, self.get(first), self.get(second))

    def set(self, value: Value, cotangent: Cotangent | None) -> None:
        """Replace the cotangent of a value (R1), or of the one that it is."""
        if cotangent is None:
            return
        value = self.names.get(value, value)
        if value not in self.aliases:
            self.cotangents[self.key(value)] = cotangent
            return
        cond, first, second = self.aliases[value]
        self.set(first, chosen(cond, cotangent, self.get(first)))
        self.set(second, chosen(f.logical_not(cond), cotangent, self.get(second)))

    def wants(self, value: Value) -> bool:
        return self.wanted is None or self.wanted(value)

    def add(self, value: Value, g: Value, arrived: Value | None = None) -> None:
        """Let a contribution arrive (R2); what is one value or another passes it on to that one."""
        value = self.names.get(value, value)
        if value in self.aliases:
            cond, first, second = self.aliases[value]
            self.add(first, g, both(arrived, cond))
            self.add(second, g, both(arrived, f.logical_not(cond)))
            return
        key = self.key(value)
        self.cotangents[key] = joined(self.cotangents.get(key), Cotangent(g, arrived))

    def visit(self, node: Node) -> None:
        """Pass the cotangents of a node's results on to its inputs."""
        derivative = node.op.derivative
        if not node.outputs or node.op.name == "either":
            return
        if isinstance(derivative, Threaded):
            THREADED[node.op.name](self, node)
            return
        if (g := self.get(node.outputs[0])) is None:
            return
        if isinstance(derivative, Refused):
            raise GradientError(derivative.why, node.origin)
        if node.outputs[0] in self.roots:
            g.value.pinned = True  # a source: its cotangent is read after the sweep
        if isinstance(derivative, Indexed):
            self._indexed(node, derivative, g)
        elif not isinstance(derivative, Constant):
            for value, part in zip(node.inputs, contributions(node, g.value), strict=False):
                if part is not None and value.type.floating and self.wants(value):
                    if part is g.value:
                        part.pinned = True  # two cotangents are one value now
                    self.add(value, part, g.arrived)

    def _indexed(self, node: Node, derivative: Indexed, g: Cotangent) -> None:
        x = node.inputs[0]
        if not x.type.floating or not self.wants(x):
            return
        before = self.get(x)
        current = None if before is None else before.value
        new = derivative.function(
            current, g.value, *node.inputs, out=node.outputs[0], **node.params
        )
        if g.arrived is None:
            self.set(x, Cotangent(new))
        elif before is None:
            self.set(x, Cotangent(new, g.arrived))
        else:
            value = f.either(g.arrived, new, before.value)
            arrived = before.arrived and f.bitwise_or(before.arrived, g.arrived)
            self.set(x, Cotangent(value, arrived))


def chosen(cond: Value, a: Cotangent | None, b: Cotangent | None) -> Cotangent | None:
    """One cotangent or the other, as the run decides."""
    if a is None and b is None:
        return None
    if a is None or b is None:
        there, holds = (b, f.logical_not(cond)) if a is None else (a, cond)
        assert there is not None
        return Cotangent(there.value, both(there.arrived, holds))
    value = f.either(cond, a.value, b.value)
    if a.arrived is None and b.arrived is None:
        return Cotangent(value)
    true = f.equal(cond, cond)
    return Cotangent(value, f.where(cond, a.arrived or true, b.arrived or true))


def both(a: Value | None, b: Value) -> Value:
    """Whether two conditions hold, the first of which may be known to."""
    if b.type.kind == "py":
        b = f.weak(b, dtype="bool")
    return b if a is None else f.bitwise_and(a, b)


def joined(before: Cotangent | None, g: Cotangent) -> Cotangent:
    """The sum of what was there and what arrives; whoever comes first is assigned.

    What depends on the run is chosen by `either`, whose result *is* one of two values: the next
    reverse pass adds to that value's cotangent, as it would for an assignment.
    """
    if before is None:
        return g
    total = f.accumulate(before.value, g.value)
    if before.arrived is not None:
        total = f.either(before.arrived, total, g.value)
    if g.arrived is None:
        return Cotangent(total)
    value = f.either(g.arrived, total, before.value)
    if before.arrived is None:
        return Cotangent(value)
    return Cotangent(value, f.bitwise_or(before.arrived, g.arrived))


def contributions(node: Node, g: Value) -> Iterable[Value | None]:
    """What a cotangent of the result contributes to each input, in the order of the inputs."""
    derivative, out = node.op.derivative, node.outputs[0]
    if isinstance(derivative, Partials):
        partials = derivative.function(*node.inputs, out=out, **node.params)
        parts: Sequence[Any] = [None if p is None else f.scale(g, p) for p in partials]
    else:
        assert isinstance(derivative, Vjp | Linear)
        parts = derivative.function(g, *node.inputs, out=out, **node.params)
    return [None if p is None else fitted(p, x) for p, x in zip(parts, node.inputs, strict=False)]


def fitted(part: Value, x: Value) -> Value:
    """A contribution in the shape of its input: summed over the axes along which it was repeated."""
    return part if same_shape(part.type.shape, x.type.shape) else f.unbroadcast(part, x)


def pullback(
    nodes: Sequence[Node],
    seeds: Iterable[tuple[Value, Value, Value | None]],
    roots: dict[Value, Value] | None = None,
    wanted: Callable[[Value], bool] | None = None,
) -> Sweep:
    """The sweep over all nodes; `get` gives the cotangent of a value, None if it is unconnected."""
    sweep = Sweep(roots, wanted, nodes=nodes)
    for seed in seeds:
        sweep.add(*seed)
    for node in reversed(nodes):
        sweep.visit(node)
    return sweep


THREADED: dict[str, Callable[[Sweep, Node], None]] = {}
