"""A source that a branch, a loop or a compiled function gives, and that is used in there too.

The sweep of a region hands on what has arrived at the values from outside; what arrives inside at a value
that is made there is gone when its maker has been passed.  So its whole cotangent is known outside only
where nothing inside uses the value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.gradient.repeated import Record
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ops.cells import KEEP, NAME
from autograph_lite.ops.control import CALL, IF, LOOP, LoopParts
from autograph_lite.ops.record import Constant, Op

Names = dict[Value, Value]
PLACES = {IF: "branch", LOOP: "loop", CALL: "compiled function"}


def refuse_used_inside(records: Iterable[Record], asked: Collection[Value]) -> None:
    """A ConversionError where the cotangent of a source is not known as a whole."""
    for op, inputs, outputs, params in records:
        if op in PLACES:
            for n, value in enumerate(outputs):
                if value not in asked or value in inputs:  # what is saved may be an input
                    continue
                if not _known_outside(op, inputs, outputs, params, n):
                    raise _used_inside(op)


def _used_inside(op: Op) -> ConversionError:
    return ConversionError(
        "a gradient is asked for with respect to a tensor that was made inside a"
        f" {PLACES[op]} under the tape and is used in there too, which is not"
        " available yet; make it before, or open the tape where it is made"
    )


def refuse_used_where_kept(
    op: Op, inputs: Sequence[Value], outputs: Sequence[Value], params: dict[str, Any]
) -> None:
    """The same where a tensor in a list is asked for that was made in a region: what has arrived at its cell
    is not all where it is used under a name from before it was in the list."""
    for region, outside, results in _regions(op, inputs, outputs, params):
        for value in _kept_in(region, results):
            if (value not in outside or value in results) and _uses(region, value):
                raise _used_inside(op)
        for node in region.nodes:
            if node.op in (IF, LOOP):
                refuse_used_where_kept(node.op, node.inputs, node.outputs, node.params)


def _regions(
    op: Op, inputs: Sequence[Value], outputs: Sequence[Value], params: dict[str, Any]
) -> list[tuple[Region, Names, Names]]:
    """The regions of a node, each with what its arguments are outside, and what a step leaves for the next."""
    if op is IF:
        arms: list[Region] = [params["then"], params["orelse"]]
        return [(arm, dict(zip(arm.arguments, inputs[1:], strict=True)), {}) for arm in arms]
    loop = LoopParts(inputs, outputs, params)
    outside = zip((*loop.state, *loop.captured), (*loop.inits, *loop.captures), strict=True)
    return [(loop.body, dict(outside), dict(zip(loop.state, loop.results, strict=False)))]


def _kept_in(region: Region, results: Names) -> set[Value]:
    """The values of a region that are put into lists in it, or in a region inside."""
    found: set[Value] = set()
    for node in region.nodes:
        if node.op is KEEP:
            found.add(node.inputs[1])
        elif node.op in (IF, LOOP):
            for inner in _regions(node.op, node.inputs, node.outputs, node.params):
                found.update(inner[1][v] for v in _kept_in(inner[0], inner[2]) if v in inner[1])
    return found.union(results[v] for v in found if v in results)


def _uses(region: Region, value: Value) -> bool:
    """Whether a region, or one inside, uses a value under a name that tells of no cell."""
    for node in region.nodes:
        if value not in node.inputs or node.op in (KEEP, NAME):
            continue
        if node.op not in (IF, LOOP):
            if not isinstance(node.op.derivative, Constant):
                return True
            continue
        for inner, outside, _ in _regions(node.op, node.inputs, node.outputs, node.params):
            if any(_uses(inner, a) for a, v in outside.items() if v is value):
                return True
    return False


def refuse_used_before(records: Iterable[Record], value: Value) -> None:
    """A ConversionError where a region has used a value that is to be followed from now on: step by step only
    what follows something by then has been recorded, of which a region does not tell."""
    for op, inputs, _, _ in records:
        if op in PLACES and value in inputs:
            raise ConversionError(
                f"a tensor is watched that a {PLACES[op]} under the tape has used before; watch it before"
                " it is used"
            )


def _known_outside(
    op: Op, inputs: Sequence[Value], outputs: Sequence[Value], params: dict[str, Any], n: int
) -> bool:
    """Whether all that arrives at an output arrives outside, or at a value that is outside too."""
    if op is IF:
        arms: tuple[Region, ...] = params["then"], params["orelse"]
        return all(_unused(arm, arm.results[n], set(arm.arguments)) for arm in arms)
    if op is CALL:
        body: Region = params["function"].graph.body
        return n >= len(body.results) or _unused(body, body.results[n], set(body.arguments))
    loop = LoopParts(inputs, outputs, params)
    if outputs[n] not in loop.outs:
        return True
    own, result = loop.state[n - 1], loop.results[n - 1]
    outside = set(loop.captured)
    if loop.body.results.count(own) == (result is own) and not _reads(loop.body, own):
        outside.add(own)  # what a step leaves as it was
    return _unused(loop.body, result, outside)


def _unused(region: Region, value: Value, outside: set[Value]) -> bool:
    """Whether nothing in a region uses what it gives, which may be one of the values outside."""
    if value in region.arguments:
        return value in outside
    if region.results.count(value) > 1 or _reads(region, value):
        return False
    for link in region.links:
        if link.b is value or (link.a is value and link.b not in outside):
            return False
    maker = next(node for node in region.nodes if value in node.outputs)
    if maker.op not in PLACES:
        return True
    n = maker.outputs.index(value)
    return _known_outside(maker.op, maker.inputs, maker.outputs, maker.params, n)


def _reads(region: Region, value: Value) -> bool:
    """Whether a node of a region, or of one inside, passes a cotangent on to a value."""
    return any(_passes_on(node, value) for node in region.nodes if value in node.inputs)


def _passes_on(node: Node, value: Value) -> bool:
    if node.op is not IF:
        return not isinstance(node.op.derivative, Constant)
    arms: tuple[Region, ...] = node.params["then"], node.params["orelse"]
    within = [
        a for arm in arms for a, v in zip(arm.arguments, node.inputs[1:], strict=True) if v is value
    ]
    return any(_reads(arm, a) for arm in arms for a in within)
