"""Which tensor each name of a loop's state is bound to when a step begins.

A name that steps write in place but never bind anew is kept: it is the tensor from outside in every
step.  Any other gets a tensor of its own per step.  That tensor is the one from outside in the first
step, perhaps, and later what the step before bound the name to; ties say so, because what is written
into it has to reach every other name that is bound to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.state import tensors_of
from autograph_lite.frontend.structures import Structure
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ops.same import as_value
from autograph_lite.ops.ties import End, Outer, Relation, assumed, at_end, related
from autograph_lite.tensors.aliases import TENSORS, link
from autograph_lite.tensors.boxes import Box, View, refresh, touch, wrap

Key = tuple[int, int]
"""A leaf: number of the name, and of the tensor or number in what it is bound to."""


def leaves(objects: tuple[Any, ...], structures: Sequence[Structure]) -> dict[Key, Box]:
    """The tensors that names are bound to, whose objects may be of these structures."""
    found: dict[Key, Box] = {}
    for n, (obj, structure) in enumerate(zip(objects, structures, strict=True)):
        boxes = enumerate(tensors_of(obj, structure))
        found.update(((n, i), box) for i, box in boxes if box is not None)
    return found


@dataclass(frozen=True)
class Bindings:
    """What is assumed while the body is staged once; `after` says what that shows."""

    entry: dict[Key, Box]
    rebound: frozenset[Key] = frozenset()
    written: frozenset[Key] = frozenset()
    relations: tuple[Relation, ...] = ()
    views: dict[Key, View] = field(default_factory=dict)

    @property
    def told(self) -> list[Relation]:
        """Relations that the state tells, one bool each."""
        return [r for r in self.relations if r.told]

    def assumed(self) -> tuple[Any, ...]:
        """All that staging a step depends on, comparable."""
        return self.rebound, self.written, sorted(self.views), assumed(self.relations)

    def kept(self) -> dict[Key, Box]:
        return {key: box for key, box in self.entry.items() if key not in self.rebound}

    def written_boxes(self) -> list[Box]:
        return [box for key, box in self.kept().items() if key in self.written]

    # --- entering a step ---

    def enter(
        self, builder: Builder, values: dict[Key, Value], step: Value, told: list[Value]
    ) -> dict[Key, Any]:
        """What each leaf is bound to when a step begins, given its value."""
        made: dict[Key, Any] = {}
        for key, value in values.items():
            box = self.entry.get(key)
            if box is not None and key not in self.rebound:
                self._keep(builder, key, box, value)
                made[key] = box
            else:
                made[key] = wrap(value)
                made[key]._base = self.views.get(key, None if box is None else first_view(box))
        self.tie(made, step, told)
        return made

    def _keep(self, builder: Builder, key: Key, box: Box, value: Value) -> None:
        if key in self.written:
            enter_written(builder, box, value)
        else:
            builder.overlay[id(box)] = (box, value)

    def tie(self, made: dict[Key, Any], number: Value, told: list[Value]) -> None:
        """Link what may be one, inside a step or after the loop."""
        say = dict(zip((r.pair for r in self.told), told, strict=True))
        for r in self.relations:
            other = r.b.thing if isinstance(r.b, Outer) else made.get(r.b)
            if r.a in made and other is not None:
                link(made[r.a], other, r.condition(number, say.get(r.pair)))
        for key, box in made.items():
            if key in self.rebound and box._value.type.kind == "ag" and not box._value.type.rank:
                link(box, self.entry.get(key, Box(box._value)), None)

    # --- after a step ---

    def after(self, builder: Builder, ends: dict[Key, Box]) -> Bindings:
        """The bindings that a staged step shows, given those at its end: itself where they are these."""
        kept = self.kept()
        rebound = self.rebound | {k for k, box in kept.items() if ends.get(k) is not box}
        rebound |= {k for k in ends if k not in self.entry}
        written = self.written | {k for k, box in kept.items() if id(box) in builder.before}
        views = {**self.views, **_carried_views(builder, ends, rebound, self.entry)}
        found = replace(self, rebound=rebound, written=written, views=views)
        if rebound == self.rebound:
            found = replace(found, relations=self._related(builder, ends))
        return self if found.assumed() == self.assumed() else found

    def _related(self, builder: Builder, ends: dict[Key, Box]) -> tuple[Relation, ...]:
        """Scalars are left out: they are hardly ever written.  A name may be bound to a tensor before the loop
        and to none after a step."""
        wide = {k: box for k, box in ends.items() if k in self.rebound and box._value.type.rank}
        begun = {k: box for k, box in self.entry.items() if k not in ends and box._value.type.rank}
        tied = wide.keys() | (begun.keys() & self.rebound)
        entry = {k: box for k, box in self.entry.items() if k in tied or k not in self.rebound}
        found = related(TENSORS, self.relations, entry, End(builder, wide))
        return tuple(r for r in found if r.a in tied)

    def telling(self, builder: Builder, ends: dict[Key, Box]) -> list[Value]:
        """What a step hands on to the next about each relation that the state tells."""
        end = End(builder, ends)
        return [as_value(at_end(TENSORS, end, r.a, r.b)) for r in self.told]


def first_view(box: Box) -> View | None:
    """A view before the loop; what a name is bound to in later steps, and after them, need not be one, so
    that nothing is written through it."""
    return None if box._base is None else replace(box._base, put=None)


def enter_written(builder: Builder, box: Box, argument: Value) -> None:
    """A step begins with a tensor from outside that steps write: views taken before are stale."""
    touch(box)
    builder.enter(box, argument)


def refresh_all(boxes: Iterable[Box], stale: Collection[int]) -> None:
    """Views that were written together with their bases show them, unless they are among `stale`."""
    for box in boxes:
        if id(box) not in stale:
            refresh(box)


def _carried_views(
    builder: Builder, ends: dict[Key, Box], rebound: frozenset[Key], entry: dict[Key, Box]
) -> dict[Key, View]:
    """What the leaves are views of when a step begins, after the first one too."""
    found: dict[Key, View] = {}
    for key in rebound:
        view = ends[key]._base if key in ends else None
        if view is None:
            continue
        base = view.base
        reachable = any(box is base for box in ends.values()) or base._value not in builder.own
        if id(base) in builder.before or (reachable and base._value in builder.own):
            raise ConversionError(
                "a view is carried from one step of the loop to the next, and the tensor that it was"
                " taken from may be written in between; carry a copy: x[i:j].copy()"
            )
        if reachable:
            before = entry[key]._base if key in entry else None
            found[key] = replace(view, put=None, other=before)
    return found
