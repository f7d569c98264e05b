"""Which tensor each name of a loop's state is bound to when a step begins.

A name that steps write in place but never bind anew is kept: it is the tensor from outside in every
step.  Any other gets a tensor of its own per step.  That tensor is the one from outside in the first
step, perhaps, and later what the step before bound the name to; ties say so, because what is written
into it has to reach every other name that is bound to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.state import MaybeUndefined, tensors_of
from autograph_lite.frontend.ties import in_region, inside, tie
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.tensors.aliases import Sure, reached_from, same
from autograph_lite.tensors.boxes import Box, View, refresh, touch, wrap

Key = tuple[int, int]
"""A leaf: number of the name, and of the tensor or number in what it is bound to."""
TOLD = "told"


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """Leaf `a`, and leaf `b` or a tensor from outside, are one in the first step if `first`; in later
    ones if `later`.  Where either is not known, a bool of the state tells."""

    a: Key
    b: Any
    first: Sure
    later: bool | str

    @property
    def pair(self) -> tuple[Key, Any]:
        """What names the two; tensors by identity, for `==` of tensors is elementwise."""
        return self.a, self.b if isinstance(self.b, tuple) else id(self.b)

    def holds(self, number: Value, told: Value | None) -> Sure:
        """Whether the two are one after `number` steps."""
        if told is not None:
            return told
        if self.first and self.later:
            return True
        compare = f.py_equal if self.first else f.py_greater
        return compare(number, _zero())


def _zero() -> Value:
    zero: Value = context.interpreter.number(0)  # type: ignore[attr-defined]
    return zero


def leaves(objects: tuple[Any, ...]) -> dict[Key, Box]:
    """The tensors that names are bound to."""
    found: dict[Key, Box] = {}
    for n, obj in enumerate(objects):
        obj = obj.obj if isinstance(obj, MaybeUndefined) else obj
        found.update(((n, i), box) for i, box in enumerate(tensors_of(obj)) if box is not None)
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
        return [r for r in self.relations if r.later == TOLD]

    def assumed(self) -> tuple[Any, ...]:
        """All that staging a step depends on, comparable."""
        related = [(r.pair, r.later) for r in self.relations]
        return self.rebound, self.written, sorted(self.views), related

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
        say = dict(zip(map(id, self.told), told, strict=True))
        for r in self.relations:
            other = made.get(r.b) if isinstance(r.b, tuple) else r.b
            tie(made.get(r.a), other, _holding(r, number, say.get(id(r))))
        for key, box in made.items():
            if key in self.rebound and box._value.type.kind == "ag" and not box._value.type.rank:
                tie(box, self.entry.get(key, Box(box._value)), None)

    # --- after a step ---

    def after(self, builder: Builder, objects: tuple[Any, ...]) -> tuple[Bindings, bool]:
        """The bindings that a staged step shows, and whether they differ from these."""
        ends = leaves(objects)
        kept = self.kept()
        rebound = self.rebound | {k for k, box in kept.items() if ends.get(k) is not box}
        rebound |= {k for k in ends if k not in self.entry}
        written = self.written | {k for k, box in kept.items() if id(box) in builder.before}
        views = {**self.views, **_carried_views(builder, ends, rebound, self.entry)}
        found = replace(self, rebound=rebound, written=written, views=views)
        if rebound == self.rebound:
            found = replace(found, relations=self._related(builder, ends))
        changed = found.assumed() != self.assumed()
        return (found if changed else self), changed

    def _related(self, builder: Builder, ends: dict[Key, Box]) -> tuple[Relation, ...]:
        keys = sorted(k for k in ends if k in self.rebound and ends[k]._value.type.rank > 0)
        outer = _outer_tensors(builder, [*(ends[k] for k in keys), *self.entry.values()])
        found = list(self.relations)
        for n, a in enumerate(keys):
            for b in (*keys[:n], *outer):
                end: Any = ends[b] if isinstance(b, tuple) else b
                later = in_region(builder, partial(same, ends[a], end))
                first = self._at_entry(a, b)
                if first is not False or later is not False:
                    known = isinstance(first, bool) and isinstance(later, bool)
                    _merge(found, Relation(a, b, first, later if known else TOLD))
        return tuple(found)

    def _at_entry(self, a: Key, b: Any) -> Sure:
        """Whether a leaf and another one, or a tensor, are one before the loop."""
        one, other = self.entry.get(a), self.entry.get(b) if isinstance(b, tuple) else b
        return False if one is None or other is None else same(one, other)

    def telling(self, builder: Builder, objects: tuple[Any, ...]) -> Iterator[Sure]:
        """What a step hands on to the next about each relation that the state tells."""
        ends = leaves(objects)
        for r in self.told:
            other = ends.get(r.b) if isinstance(r.b, tuple) else r.b
            one = ends.get(r.a)
            yield same(one, other) if one is not None and other is not None else False


def _holding(r: Relation, number: Value, told: Value | None) -> Callable[[], Sure]:
    return lambda: r.holds(number, told)


def _merge(found: list[Relation], new: Relation) -> None:
    """Steps that differ in whether two tensors are one leave it to the state."""
    for n, old in enumerate(found):
        if old.pair == new.pair:
            if old.later != new.later:
                found[n] = replace(old, later=TOLD)
            return
    found.append(new)


def _outer_tensors(builder: Builder, ends: list[Box]) -> list[Box]:
    """The tensors from outside that a leaf may be."""
    found: list[Box] = []
    for end in ends:
        reached = [end, *in_region(builder, partial(reached_from, end))]
        found += [box for box in reached if not inside(builder, box)]
    return list({id(box): box for box in found}.values())


def first_view(box: Box) -> View | None:
    """A view before the loop; what a name is bound to in later steps need not be one, so that nothing
    is written through it."""
    return None if box._base is None else replace(box._base, put=None)


def enter_written(builder: Builder, box: Box, argument: Value) -> None:
    """A step begins with a tensor from outside that steps write: views taken before are stale."""
    touch(box)
    builder.overlay[id(box)] = (box, argument)


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
        reachable = any(box is base for box in ends.values()) or not inside(builder, base)
        if id(base) in builder.before or (reachable and inside(builder, base)):
            raise ConversionError(
                "a view is carried from one step of the loop to the next, and the tensor that it was"
                " taken from may be written in between; carry a copy: x[i:j].copy()"
            )
        if reachable:
            before = entry[key]._base if key in entry else None
            found[key] = replace(view, put=None, other=before)
    return found
