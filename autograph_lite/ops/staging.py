"""Ops with regions: regions under construction, and the nodes that hold them.

`context.interpreter` is then the builder of the innermost region; a builder keeps its parent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import Type, join
from autograph_lite.ops.control import IF
from autograph_lite.ops.dispatch import context


def find(value: Value) -> tuple[Builder, Node]:
    """The node under construction that made a value, and its builder."""
    builder: Any = context.interpreter
    while builder is not None:
        for node in builder.nodes:
            if node.outputs and node.outputs[0] is value:
                return builder, node
        builder = builder.parent
    raise ValueError("the node belongs to no region under construction")


def emit(
    op: Any, inputs: tuple[Value, ...], types: tuple[Type, ...], params: dict[str, Any]
) -> tuple[Value, ...]:
    """Append a node with regions to the region under construction and record it."""
    builder: Any = context.interpreter
    inside = tuple(builder.local(v) for v in inputs)
    outputs: tuple[Value, ...] = builder.append(op, inside, types, params)
    for tape in context.tapes:
        tape.record(op, inside, outputs, params, ())
    return outputs


class staged_region:
    """Make a builder inside the present one the interpreter; outer tapes do not see its nodes."""

    def __init__(self) -> None:
        outer: Any = context.interpreter
        self.builder: Builder = outer.inner()

    def __enter__(self) -> Builder:
        self._outer, self._tapes = context.interpreter, context.tapes
        self.builder.watchers = context.tapes
        context.interpreter, context.tapes = self.builder, []
        return self.builder

    def __exit__(self, *error: object) -> None:
        context.interpreter, context.tapes = self._outer, self._tapes


def with_region(builder: Builder, action: Callable[[], None]) -> None:
    """Run `action` with a builder as the interpreter again."""
    outer, tapes = context.interpreter, context.tapes
    context.interpreter, context.tapes = builder, []
    try:
        action()
    finally:
        context.interpreter, context.tapes = outer, tapes


def pick(cond: Value, a: Value, b: Value) -> Value:
    """`a` where the condition holds, else `b`: itself, not a copy, whatever shapes they have."""
    arms = []
    for value in (a, b):
        region_ = staged_region()
        with region_ as builder:
            result = builder.local(value)
        arms.append((builder, result))
    captured = merged_captures(*(builder for builder, _ in arms))
    regions = {
        name: region(builder, (result,), captured)
        for name, (builder, result) in zip(("then", "orelse"), arms, strict=True)
    }
    joined = join(a.type, b.type)
    assert joined is not None, (a, b)
    return emit(IF, (cond, *captured), (joined,), regions)[0]
