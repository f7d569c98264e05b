"""Regions under construction.

`context.interpreter` is then the builder of the innermost region; a builder keeps its parent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.dispatch import context


def emit(
    op: Any, inputs: tuple[Value, ...], types: tuple[Type, ...], params: dict[str, Any]
) -> tuple[Value, ...]:
    """Append a node with regions to the region under construction and record it."""
    builder: Any = context.interpreter
    inside = tuple(builder.local(v) for v in inputs)
    outputs: tuple[Value, ...] = builder.append(op, inside, types, params)
    for tape in context.tapes:
        tape.record(op, inside, outputs, params)
    return outputs


class building:
    """Make a builder the interpreter; the tapes around do not see its nodes."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def __enter__(self) -> Builder:
        self._outer, self._tapes = context.interpreter, context.tapes
        context.interpreter, context.tapes = self.builder, []
        return self.builder

    def __exit__(self, *error: object) -> None:
        context.interpreter, context.tapes = self._outer, self._tapes


class staged_region(building):
    """A new region inside of the present one."""

    def __init__(self) -> None:
        outer: Any = context.interpreter
        super().__init__(outer.inner())

    def __enter__(self) -> Builder:
        self.builder.watchers = context.tapes
        return super().__enter__()


def in_region(builder: Builder, find: Callable[[], Any]) -> Any:
    """The result of a function that may append nodes to a region."""
    with building(builder):
        return find()
