"""Regions under construction.

`context.interpreter` is then the builder of the innermost region; a builder keeps its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.dispatch import context

Found = TypeVar("Found")


class Stopped(BaseException):
    """What would be staged next is reached in no run: the region under construction ends here."""


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


def at_work() -> Builder:
    """The builder of the region under construction."""
    return context.interpreter  # type: ignore[return-value]


def root() -> Any:
    """The builder of the outermost region, which is that of the function."""
    return context.interpreter.root()  # type: ignore[attr-defined]


def walk_up() -> Iterator[Any]:
    """The builder at work and those around it."""
    builder: Any = context.interpreter
    while builder is not None:
        yield builder
        builder = builder.parent


def amended() -> int:
    """How often tensors got cells around the present region while that, or one inside it, was at work: what had
    been staged inside by then has to be staged again."""
    return sum(builder.amended for builder in walk_up())


def tapes_in(builder: Builder) -> list[Any]:
    """The tapes that record what is appended to a region: of one that is not at work those of forward mode
    alone, which see what is done inside of regions."""
    at_work: Any = context.interpreter
    tapes = context.tapes
    while at_work is not builder:
        if not isinstance(at_work, Builder):
            return list(builder.levels) if isinstance(builder, Builder) else []
        at_work, tapes = at_work.parent, at_work.watchers
    return tapes


class building:
    """Make a builder the interpreter; tapes of other regions do not see its nodes."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def __enter__(self) -> Builder:
        self._outer, self._tapes = context.interpreter, context.tapes
        context.interpreter, context.tapes = self.builder, tapes_in(self.builder)
        return self.builder

    def __exit__(self, *error: object) -> None:
        context.interpreter, context.tapes = self._outer, self._tapes


class Asked(BaseException):
    """A tape begins after a reverse pass that was taken for the last one: all has to be staged again."""


def tape_begins() -> None:
    """What is staged from here on may be asked about by a pass that is still to come."""
    builder = context.interpreter
    if isinstance(builder, Builder) and builder.top.taken_as_last:
        raise Asked


def recorded() -> bool:
    """Whether anything records what becomes of a result: a tape, of the present region or of one around, or of
    the caller of a compiled function."""
    if context.tapes:
        return True
    if not isinstance(context.interpreter, Builder):
        return False
    if any(builder.watchers for builder in walk_up()):
        return True
    top = at_work().top
    top.recorded_asked = True
    return top.recorded


def tape_pauses() -> None:
    """A tape goes on after passes that it does not record."""
    builder = context.interpreter
    if isinstance(builder, Builder):
        builder.top.reversible = True


class reverse_pass:
    """A reverse pass.  Where no tape records it, and none begins later, it is not reversed in turn, and nobody
    asks which of the values that it makes are one: what would tell is left out."""

    def __init__(self) -> None:
        self.top = at_work().top
        self.before = self.top.unasked

    def __enter__(self) -> None:
        # tapes that record, here or around, or that the next step begins
        asks = any(builder.watchers or builder.repeated for builder in walk_up())
        if not (self.top.reversible or context.tapes or asks):
            self.top.unasked = self.top.taken_as_last = True

    def __exit__(self, *error: object) -> None:
        self.top.unasked = self.before


class staged_region(building):
    """A new region inside of the present one."""

    def __init__(self) -> None:
        outer: Any = context.interpreter
        super().__init__(outer.inner())
        self.builder.levels = [tape for tape in context.tapes if tape.is_forward]

    def __enter__(self) -> Builder:
        self.builder.watchers = context.tapes
        return super().__enter__()


class at_one_line:
    """All that is appended inside stands for the line of the user's that is being staged now, which takes
    longer to find than a node to make."""

    def __init__(self) -> None:
        self.builder: Any = context.interpreter

    def __enter__(self) -> None:
        self.origin = self.builder.origin
        line = self.origin()
        self.builder.origin = lambda: line

    def __exit__(self, *error: object) -> None:
        self.builder.origin = self.origin


def in_region(builder: Builder, find: Callable[[], Found]) -> Found:
    """The result of a function that may append nodes to a region."""
    with building(builder):
        return find()
