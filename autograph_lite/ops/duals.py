"""What branches and loops carry for forward mode: beside a value its tangent, and whether that is there.

A level is one input direction (`gradient.forward`); of several the outer ones see the tangents of the inner
ones, so that a tangent may have a tangent in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import in_region

Levels = Sequence[Any]


def levels_at_work() -> list[Any]:
    """From the outermost to the innermost."""
    return [tape for tape in context.tapes if tape.is_forward]


@dataclass(frozen=True, slots=True)
class Dual:
    """`tangent` is that of `value` for a level, where `there` holds."""

    level: Any
    value: Any
    tangent: Any
    there: Any


def in_order(value: Any, levels: Levels, make: Any) -> Iterator[Dual]:
    """The tangents of a value, each followed by those that it has for the levels around; `make(level, value)`
    gives a tangent and a flag, None where there is none."""
    for level in levels:
        made = make(level, value)
        if made is not None:
            yield Dual(level, value, *made)
            yield from in_order(made[0], level.around(levels), make)


def of_arms(
    arms: Sequence[tuple[Builder, list[Value]]],
) -> tuple[list[list[Value]], list[Dual]]:
    """What each arm gives beside its results, and for whom: duals of places among all of these, for outputs."""
    levels = levels_at_work()
    if not levels:
        return [[] for _ in arms], []
    given: list[tuple[Value, ...]] = list(zip(*(results for _, results in arms), strict=True))
    duals: list[Dual] = []
    own = len(given)

    def make(level: Any, place: int) -> tuple[int, int] | None:
        sides = [(b, v) for (b, _), v in zip(arms, given[place], strict=True)]
        if not any(in_region(b, lambda v=v: level.get(v)) for b, v in sides):  # type: ignore[misc]
            return None
        parts = [in_region(b, lambda b=b, v=v: whole_in(b, level, v)) for b, v in sides]  # type: ignore[misc]
        given.extend(zip(*parts, strict=True))
        return len(given) - 2, len(given) - 1

    for place in range(own):
        if all(v.type.differentiable for v in given[place]):
            duals += in_order(place, levels, make)
    return [[row[side] for row in given[own:]] for side in range(len(arms))], duals


def whole_in(builder: Builder, level: Any, value: Value) -> tuple[Value, Value]:
    """The tangent of a value of a region under construction, and whether it is there."""
    tangent, there = level.whole(value)
    return builder.local(tangent), builder.local(there)


def give_tangents(duals: Sequence[Dual], outputs: Sequence[Value]) -> None:
    """Outputs are the tangents of outputs."""
    for d in duals:
        d.level.set(outputs[d.value], outputs[d.tangent], outputs[d.there])


def with_tangents(builder: Builder, written: Sequence[Value]) -> tuple[list[Value], list[Dual]]:
    """What a step of a loop writes, then the tangents of it; duals of places."""
    values, duals = list(written), list[Dual]()
    levels = levels_at_work()
    if not levels:
        return values, duals

    def make(level: Any, place: int) -> tuple[int, int] | None:
        if level.get(values[place]) is None:
            return None
        values.extend(whole_in(builder, level, values[place]))
        return len(values) - 2, len(values) - 1

    def found() -> None:
        for place in range(len(written)):
            if values[place].type.differentiable:
                duals.extend(in_order(place, levels, make))

    in_region(builder, found)
    return values, duals
