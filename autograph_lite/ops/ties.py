"""Which things are one where regions join: after a branch, and from step to step of a loop.

A thing is a value, or a tensor that names are bound to.  A tie says that two things are one in some
runs; each region that may end (an arm, a step) says for itself whether they are one at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Test, Value
from autograph_lite.ops import same
from autograph_lite.ops.same import Sure
from autograph_lite.ops.staging import at_work, in_region

Thing = Any
Things = Mapping[Any, Thing]
"""What the results, or the names, of a region are, by number or another key."""
TOLD = "told"


@dataclass(frozen=True, slots=True)
class Outer:
    """A thing from outside the regions that join."""

    thing: Thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outer) and self.thing is other.thing

    def __hash__(self) -> int:
        return id(self.thing)


Target = Hashable | Outer
"""A key, or a thing from outside."""


@dataclass(frozen=True, slots=True)
class World:
    """One kind of things: whether two are one; as what a piece of state may begin; what from outside one may
    be at the end of a region, and whether it is; and how a region and what is around it see one thing."""

    same: Callable[[Thing, Thing], Sure]
    begins: Callable[[Thing], list[Thing]]
    led_out: Callable[[Thing], list[Thing]]
    leads_out: Callable[[Thing, Thing], Sure]
    outer: Callable[[Builder, Thing], Thing | None]
    seen: Callable[[Builder, Thing], Thing | None]


VALUES = World(
    same.same,
    lambda value: [at_work().raw(value)],  # what that one may be is said of it outside
    same.led_out,
    same.leads_out,
    lambda builder, value: builder.outside.get(builder.raw(value)),
    lambda builder, value: builder.captures.get(builder.raw(value)),
)


@dataclass(frozen=True, slots=True)
class End:
    """A region at its end."""

    builder: Builder
    things: Things


@dataclass(frozen=True, slots=True)
class Tie:
    """`a` and `b` are one at the ends where `sides` says so."""

    a: Any
    b: Any
    sides: tuple[Sure, ...]

    @property
    def dynamic(self) -> bool:
        return any(not isinstance(side, bool) for side in self.sides)


def ties_at_ends(world: World, ends: Sequence[End]) -> list[Tie]:
    """All ties that hold at one end at least."""
    found: list[Tie] = []
    keys = list(dict.fromkeys(key for end in ends for key in end.things))
    for n, a in enumerate(keys):
        for b in (*keys[:n], *outer_things(world, ends, a)):
            sides = tuple(at_end(world, end, a, b) for end in ends)
            if any(side is not False for side in sides):
                found.append(Tie(a, b, sides))
    return found


def outer_things(world: World, ends: Sequence[End], a: Any) -> list[Outer]:
    """Things from outside that `a` may be."""
    found: dict[Outer, None] = {}
    for end in ends:
        if a in end.things:
            found.update(dict.fromkeys(_outer(world, end.builder, end.things[a])))
    return list(found)


def _outer(world: World, builder: Builder, thing: Thing) -> Iterator[Outer]:
    for one in in_region(builder, partial(world.led_out, thing)):
        outer = world.outer(builder, one)
        if outer is not None:
            yield Outer(outer)


def at_end(world: World, end: End, a: Any, b: Any) -> Sure:
    """Whether two things are one at the end of a region, as it sees it."""
    one = end.things.get(a)
    other = world.seen(end.builder, b.thing) if isinstance(b, Outer) else end.things.get(b)
    if one is None or other is None:
        return False
    told = world.leads_out if isinstance(b, Outer) else world.same
    return in_region(end.builder, partial(told, one, other))


# --- from step to step -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relation:
    """`a` and `b` of a loop's state are one in the first step if `first`, in later ones if `later`.
    Where either is not known a bool of the state tells."""

    a: Any
    b: Any
    first: Sure
    later: bool | str

    @property
    def pair(self) -> tuple[Any, Any]:
        return self.a, self.b

    @property
    def told(self) -> bool:
        return self.later == TOLD

    def condition(self, steps: Value, told: Value | None) -> bool | Value | Test:
        """When the two are one after a number of steps."""
        if told is not None:
            return told
        if self.first and self.later:
            return True
        return Test("zero" if self.first else "positive", steps)


def at_entry(world: World, entry: Things) -> list[Relation]:
    """What is known before any step was staged: later steps have things of their own."""
    return related(world, [], entry, None)


def related(
    world: World, known: Sequence[Relation], entry: Things, end: End | None
) -> list[Relation]:
    """What the end of a step shows, added to what was known: steps that differ leave it to the state."""
    found = {r.pair: r for r in known}
    keys = list(dict.fromkeys((*entry, *(end.things if end else ()))))
    outer = {Outer(b): None for a in entry.values() for b in world.begins(a)}
    for a in keys if end else ():
        outer.update(dict.fromkeys(outer_things(world, [end], a)))  # type: ignore[list-item]
    for n, a in enumerate(keys):
        for b in (*keys[:n], *outer):
            first = _before(world, entry, a, b)
            later = at_end(world, end, a, b) if end else False
            if first is False and later is False:
                continue
            sure = isinstance(first, bool) and isinstance(later, bool)
            new = Relation(a, b, first, later if sure else TOLD)  # type: ignore[arg-type]
            old = found.get(new.pair, new)
            found[new.pair] = old if old.later == new.later else replace(old, later=TOLD)
    return list(found.values())


def _before(world: World, entry: Things, a: Any, b: Any) -> Sure:
    one, other = entry.get(a), b.thing if isinstance(b, Outer) else entry.get(b)
    return False if one is None or other is None else world.same(one, other)


def assumed(relations: Sequence[Relation]) -> list[tuple[Any, ...]]:
    """What staging a step depends on, comparable."""
    return [(r.pair, r.later) for r in relations]
