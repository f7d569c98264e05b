"""Forward mode: tangents of all that comes of an input, found while it is computed.

The rules are those of the reverse pass, read the other way round.  The tangent of a result is the sum over the
inputs of tangent times partial; an op that is linear is applied to the tangents; and where a record tells only
what a cotangent becomes (`Vjp`), that is a linear map, whose transpose is found by reversing it.  As in the
reverse pass, a tangent that is not there is not a zero, and where only the run knows, a bool goes with it.

A branch or loop that is staged meanwhile gives the tangents of its results beside them: each piece of state is
followed by its tangent (`ops.duals`).  So the order of operations is that of step-by-step execution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, Self

from autograph_lite.errors import ConversionError
from autograph_lite.gradient.cotangents import (
    Cotangent,
    arrival,
    blanked,
    chosen,
    cotangent,
    joined,
    nothing,
)
from autograph_lite.gradient.links import NO_LINKS
from autograph_lite.gradient.reverse import Seed, Sweep, contributions, pullback
from autograph_lite.gradient.straight import Straight
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import FLOATS
from autograph_lite.ops.dispatch import apply, context, f
from autograph_lite.ops.move import repeated
from autograph_lite.ops.record import Constant, Op, Partials, Threaded, Vjp
from autograph_lite.ops.same import Sure, as_value, both, holds, some
from autograph_lite.ops.staging import in_region

Tangent = Cotangent
"""What has arrived at a value from before it: the same three parts."""


class _Recorder:
    """What sees operations as a tape does, and asks nothing of variables."""

    is_forward = False

    def __enter__(self) -> Self:
        context.tapes.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        context.tapes.remove(self)

    def accessed(self, variable: Any, value: Value) -> None:
        """Variables are no inputs."""

    def joins(self, value: Value, source: Value) -> None:
        """So are their later values."""


class Level(_Recorder):
    """The tangents for one input direction.  It records like a tape, and sees what is done inside of branches
    and loops too; levels around it see its own work, levels inside do not, nor do those of its group."""

    is_forward = True

    def __init__(self, group: list[Level] | None = None) -> None:
        self.group = [] if group is None else group
        self.group.append(self)
        self.tangents: dict[Value, Tangent] = {}
        # what stands for a value of another region -> who finds such values, and that one
        self.mirrored: dict[Value, tuple[Callable[[Value], Value | None], Value]] = {}

    def around(self, tapes: Sequence[Any]) -> list[Any]:
        """Those of the tapes that are around this level."""
        first = next(n for n, tape in enumerate(tapes) if tape in self.group)
        return list(tapes[:first])

    # --- tangents ---

    def set(self, value: Value, tangent: Value, there: Value | None = None) -> None:
        """Give a value its tangent; `there`: blank where that does not hold."""
        self._keep(value, Tangent(tangent, there, there is not None))

    def _keep(self, value: Value, got: Tangent | None) -> None:
        if got is not None:
            self.tangents[_raw(value)] = got

    def get(self, value: Value) -> Tangent | None:
        """The tangent of a value of the region at work, by whatever name."""
        value = _raw(value)
        builder = context.interpreter
        if value in self.tangents or not isinstance(builder, Builder):
            return self.tangents.get(value)
        got = self._from_outside(builder, value) or self._of_another_region(value)
        self._keep(value, got)
        return got

    def _from_outside(self, builder: Builder, value: Value) -> Tangent | None:
        outside = builder.outside.get(value)
        if outside is None or builder.parent is None:
            return None
        got = in_region(builder.parent, lambda: self.get(outside))
        return None if got is None else _found(got, builder.local)

    def _of_another_region(self, value: Value) -> Tangent | None:
        find, other = self.mirrored.get(value, (None, value))
        got = None if find is None else self.tangents.get(other)
        if got is None:
            return None
        return _found(got, find)  # type: ignore[arg-type]

    def stands_for(self, value: Value, find: Callable[[Value], Value | None], other: Value) -> None:
        """A value of the region at work is one of another region, whose values `find` finds."""
        self.mirrored[value] = find, other

    def whole(self, value: Value) -> tuple[Value, Value]:
        """The tangent of a value, blank where there is none, and whether there is one."""
        got = self.get(value)
        return nothing(value) if got is None else blanked(got).value, arrival(got, value)

    # --- as a tape ---

    def record(
        self,
        op: Op,
        inputs: tuple[Value, ...],
        outputs: tuple[Value, ...],
        params: dict[str, Any],
    ) -> None:
        """Find the tangents of results from those of the inputs."""
        if not outputs or isinstance(op.derivative, Constant) or op.name in REGIONS:
            return
        given = [self.get(v) for v in inputs]
        if not any(given):
            return
        tapes = context.tapes
        context.tapes = self.around(tapes)
        try:
            self._visit(Node(op, inputs, outputs, params), given)
        finally:
            context.tapes = tapes

    def _visit(self, node: Node, given: Sequence[Tangent | None]) -> None:
        derivative, out = node.op.derivative, node.outputs[0]
        if isinstance(derivative, Threaded):
            FORWARD[node.op.name](self, node)
        elif out.type.dtype not in FLOATS:
            return
        elif isinstance(derivative, Partials):
            self._keep(out, _products(node, derivative, given))
        elif isinstance(derivative, Vjp):
            how = _one_by_one if derivative.bilinear else _transposed
            self._keep(out, how(node, given))
        else:
            self._keep(out, _linear(node, given))

    def follows(self, value: Value) -> bool:
        """Whether a value has a tangent."""
        return self.get(value) is not None

    def extend(self, outputs: tuple[Value, ...]) -> None:
        """What is saved for a reverse pass is looked for when that reads it."""


REGIONS = ("if", "loop")


def _raw(value: Value) -> Value:
    builder = context.interpreter
    return builder.raw(value) if isinstance(builder, Builder) else value


def _found(got: Tangent, find: Callable[[Value], Value | None]) -> Tangent:
    """A tangent of another region as this one sees it."""
    value = find(got.value)
    assert value is not None
    there = None if got.arrived is None else find(got.arrived)
    return Tangent(value, there, got.blank)


def _products(node: Node, derivative: Partials, given: Sequence[Tangent | None]) -> Tangent | None:
    """The sum of tangents times partials."""
    out = node.outputs[0]
    partials = derivative.function(*node.inputs, out=out, **node.params)
    found = None
    for got, p in zip(given, partials, strict=False):
        if got is not None and p is not None:
            part = f.scale(repeated(got.value, out), p)
            found = joined(found, Tangent(part, got.arrived))
    return found


def _one_by_one(node: Node, given: Sequence[Tangent | None]) -> Tangent | None:
    """The sum of what the op gives with the tangent of one input in its place."""
    found = None
    for i, got in enumerate(given):
        if got is not None:
            inputs = [got.value if n == i else v for n, v in enumerate(node.inputs)]
            part = Tangent(apply(node.op, *inputs, **node.params), got.arrived)
            found = part if found is None else joined(found, part)
    return found


def _linear(node: Node, given: Sequence[Tangent | None]) -> Tangent | None:
    """The op itself, of the tangents; blank ones where there are none."""
    inputs: list[Value] = []
    there: Sure = False
    for i, (x, got) in enumerate(zip(node.inputs, given, strict=True)):
        if i in node.op.shape_only or x.type.dtype not in FLOATS:
            inputs.append(x)
            continue
        if got is None:
            inputs.append(nothing(x))
            continue
        got.value.pinned |= x.pinned  # somebody may ask for x as it was
        inputs.append(blanked(got).value)
        there = some(there, got.there)
    if there is False:
        return None
    return cotangent(apply(node.op, *inputs, **node.params), there)


class _Recorded(_Recorder):
    """What is applied to a value, and to what comes of it."""

    def __init__(self, values: Iterable[Value]) -> None:
        self.followed = dict.fromkeys(values)
        self.nodes: list[Node] = []

    def record(
        self,
        op: Op,
        inputs: tuple[Value, ...],
        outputs: tuple[Value, ...],
        params: dict[str, Any],
    ) -> None:
        if isinstance(op.derivative, Constant) or not any(v in self.followed for v in inputs):
            return
        self.nodes.append(Node(op, inputs, outputs, params))
        self.followed.update((v, None) for v in outputs if v.type.dtype in FLOATS)
        for value in (*inputs, *outputs):
            value.pinned = True

    def follows(self, value: Value) -> bool:
        return value in self.followed

    def extend(self, outputs: tuple[Value, ...]) -> None:
        """A recorded node gives more now."""
        if any(v in self.followed for v in outputs):
            self.followed.update((v, None) for v in outputs if v.type.carries)

    def sweep(self, sources: Iterable[Value], seeds: Iterable[Seed]) -> Sweep:
        """What arrives at the sources."""
        asked, follows = {v: v for v in sources}, self.followed.__contains__
        staged = isinstance(context.interpreter, Builder)
        made = Sweep(NO_LINKS, roots=asked, wanted=follows) if staged else Straight(asked, follows)
        return pullback(made, self.nodes, seeds)


def transposed(
    function: Callable[[list[Value]], Iterable[Value | None]],
    likes: Sequence[Value],
    given: Sequence[Tangent | None],
) -> list[Tangent | None]:
    """What is given becomes by the transpose of a linear function of values like these: found by reversing what
    that does, of whichever values, to zeros."""
    zeros = [f.zeros_like(v) for v in likes]
    with _Recorded(zeros) as record:
        parts = list(function(zeros))
    sweep = record.sweep(zeros, _seeds(parts, given))
    return [sweep.get(zero) for zero in zeros]


def _transposed(node: Node, given: Sequence[Tangent | None]) -> Tangent | None:
    """What the tangents become by the transpose of what a cotangent becomes."""
    wanted = [got is not None for got in given]
    (found,) = transposed(lambda g: contributions(node, g[0], wanted), node.outputs, given)
    return found


def _seeds(parts: Iterable[Value | None], given: Iterable[Tangent | None]) -> list[Seed]:
    pairs = zip(parts, given, strict=False)
    return [(part, got.value, got.arrived) for part, got in pairs if part is not None and got]


# --- ops that are one of their inputs, in some runs --------------------------------------------------


def _tangent_of_either(level: Level, node: Node) -> None:
    condition, a, b = node.inputs
    level._keep(node.outputs[0], chosen(holds(condition), level.get(a), level.get(b)))


def _tangent_of_arrive(level: Level, node: Node) -> None:
    """Of the sum of those that have arrived."""
    x, y, has_x, has_y = node.inputs
    found = None
    for value, has in ((x, has_x), (y, has_y)):
        got = level.get(value)
        got = None if got is None else got.where(holds(has))
        found = found if got is None else joined(found, got)
    level._keep(node.outputs[0], found)


def _tangent_of_index_add_where(level: Level, node: Node) -> None:
    x, part, where, *dynamic = node.inputs
    a, b = level.get(x), level.get(part)
    there = some(
        False if a is None else a.there, False if b is None else both(b.there, holds(where))
    )
    array = nothing(x) if a is None else blanked(a).value
    if b is None:
        level._keep(node.outputs[0], a)
        return
    out = f.index_add_where(
        array, b.value, as_value(both(b.there, holds(where))), *dynamic, **node.params
    )
    level._keep(node.outputs[0], cotangent(out, there))


def _tangent_of_name(level: Level, node: Node) -> None:
    """A name is what it stands for."""
    level._keep(node.outputs[0], level.get(node.inputs[0]))


def refuse_cells(*of: object) -> NoReturn:
    """An error where a tangent would have to be put into a list."""
    del of
    raise ConversionError(
        "forward mode through a list that grows in a loop is not available yet; write into a tensor"
        " (y[i] = v), or take the gradient in reverse mode"
    )


def _tangents_of_call(level: Level, node: Node) -> None:
    """Of the results of a compiled function, called step by step: the transpose of its reverse."""
    outs = [v for v in node.outputs if v.type.dtype in FLOATS and not v.type.depth]
    given = [level.get(v) for v in node.inputs]
    cotangents = {out: f.zeros_like(out) for out in outs}
    asked = {v: v for v, got in zip(node.inputs, given, strict=True) if got is not None}
    with _Recorded(cotangents.values()) as record:
        back = Straight(asked, lambda v: v in asked)
        pullback(back, [node], [(out, g, None) for out, g in cotangents.items()])
        arrived = [back.get(v) for v in node.inputs]
    parts = [None if got is None else got.value for got in arrived]
    sweep = record.sweep(cotangents.values(), _seeds(parts, given))
    for out, g in cotangents.items():
        level._keep(out, sweep.get(g))


FORWARD: dict[str, Callable[[Level, Node], None]] = {
    **dict.fromkeys(("cell_keep", "cell_read", "cells_copy", "cells_empty"), refuse_cells),
    "cell_name": _tangent_of_name,
    "either": _tangent_of_either,
    "call": _tangents_of_call,
    "arrive": _tangent_of_arrive,
    "arrive_blank": _tangent_of_arrive,
    "index_add_where": _tangent_of_index_add_where,
}
"""How the ops with a `Threaded` derivative find their tangents."""
