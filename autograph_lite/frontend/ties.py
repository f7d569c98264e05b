"""Which tensors the names are bound to after a branch, and from step to step of a loop.

A tie says that two tensors are one in some runs; each region that may end (an arm, a step) says for
itself whether they are one at its end.  Ties become links (`tensors.aliases`) where the regions join.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import with_region
from autograph_lite.tensors.aliases import Sure, link, reached_from, same
from autograph_lite.tensors.boxes import Box

Ends = list[Box | None]
"""The tensors that the leaves of the names are bound to at the end of a region."""


@dataclass(slots=True)
class Tie:
    """Leaf `a` and leaf `b`, or a tensor from outside, are one at the ends where `sides` says so;
    `out` is the bool that the regions hand out where that is not known."""

    a: int
    b: int | Box
    sides: list[Sure]

    @property
    def dynamic(self) -> bool:
        return any(not isinstance(side, bool) for side in self.sides)


def inside(builder: Builder, box: Box) -> bool:
    """Whether a tensor was made in a region."""
    return box._value in builder.own


def ties_at_ends(regions: list[tuple[Builder, Ends]]) -> list[Tie]:
    """All ties that hold at one end at least, of leaves that are tensors at one end at least."""
    found: list[Tie] = []
    for a in range(len(regions[0][1])):
        targets: list[int | Box] = [*range(a), *_outer_tensors(regions, a)]
        for b in targets:
            sides = [_at_end(builder, ends, a, b) for builder, ends in regions]
            if any(side is not False for side in sides):
                found.append(Tie(a, b, sides))
    return found


def _outer_tensors(regions: list[tuple[Builder, Ends]], a: int) -> list[Box]:
    """Tensors from outside that leaf `a` may be."""
    found: list[Box] = []
    for builder, ends in regions:
        end = ends[a]
        if end is None:
            continue
        reached = [end, *in_region(builder, partial(reached_from, end))]
        new = [box for box in reached if not inside(builder, box)]
        found += [box for box in new if not any(box is known for known in found)]
    return found


def _at_end(builder: Builder, ends: Ends, a: int, b: int | Box) -> Sure:
    one, other = ends[a], ends[b] if isinstance(b, int) else b
    if one is None or other is None:
        return False
    return in_region(builder, lambda: same(one, other))  # type: ignore[no-any-return]


def in_region(builder: Builder, find: Callable[[], Any]) -> Any:
    """The result of a function that may append nodes to a region."""
    found: list[Any] = []
    with_region(builder, lambda: found.append(find()))
    return found[0]


def as_value(side: Sure) -> Value:
    """A side as a bool value of the present region."""
    builder: Any = context.interpreter
    value: Value = builder.constant(side, "bool") if isinstance(side, bool) else builder.local(side)
    return value


def tie(a: Box | None, b: Box | None, make: Callable[[], Sure] | None) -> None:
    """Link two tensors; scalars, which are hardly ever written, only where it is known."""
    if a is not None and b is not None:
        link(a, b, make)
