"""Staged branches: both arms are run on symbolic values and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

from autograph_lite.errors import ConversionError, GraphTypeError, Origin
from autograph_lite.frontend.bindings import refresh_all
from autograph_lite.frontend.borrowed import together
from autograph_lite.frontend.desugar import RESULT, RETURN_VALUE
from autograph_lite.frontend.ending import run_in_region
from autograph_lite.frontend.fillers import nothing
from autograph_lite.frontend.grown import note_in_lists
from autograph_lite.frontend.holders import (
    Holder,
    by_value,
    changing,
    enter,
    holders_in,
    moved,
    note_picked,
    note_several,
    put,
    reached,
    refuse_moved,
)
from autograph_lite.frontend.joins import GROWING, Typed, joined, may_be_text
from autograph_lite.frontend.lifting import keep_elements, lifted
from autograph_lite.frontend.narrowing import Narrowed
from autograph_lite.frontend.shared import Get, Set, Watch, extended
from autograph_lite.frontend.state import put_together, take_apart, tensors_of, unwrapped
from autograph_lite.frontend.structures import (
    Structure,
    describe,
    growing_in,
    holds_array,
    holds_text,
    is_function,
    leaf_places,
)
from autograph_lite.frontend.truth import condition
from autograph_lite.frontend.unlike import part_that_differs, refuse_growth
from autograph_lite.frontend.whence import note_places
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Condition, Test, Value
from autograph_lite.ops import regions as ops
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.regions import emit_if
from autograph_lite.ops.same import as_value
from autograph_lite.ops.staging import Stopped, amended, in_region, root, staged_region
from autograph_lite.ops.ties import End, Outer, Tie, ties_at_ends
from autograph_lite.tensors.aliases import TENSORS, link
from autograph_lite.tensors.boxes import Box, View, is_stale, touch


def joined_view(ends: tuple[Box | None, ...]) -> View | None:
    """What a tensor is a view of that is one of these: of all that they are views of."""
    found: View | None = None
    for end in ends:
        if end is not None and end._base is not None:
            found = replace(end._base, put=None, other=found)
    return found


def _views_of_what_is_bound(bound: dict[tuple[int, int], Box], ends: list[End]) -> None:
    """A view that an arm took of a tensor that it made is one of what the names of that are bound to now."""
    now = {
        id(thing): bound[key]
        for end in ends
        for key, thing in end.things.items()
        if key in bound and thing._value in end.builder.own
    }
    for box in bound.values():
        if box._base is not None:
            box._base = _taken_now(box._base, now)


def _taken_now(view: View, now: dict[int, Box]) -> View:
    base, other = view.base, view.other
    while id(base) not in now and base._base is not None:
        base = base._base.base
    found = now.get(id(base))
    if found is not None:
        view = replace(view, base=found, version=found._version - view.stale, put=None)
    return view if other is None else replace(view, other=_taken_now(other, now))


class Arm:
    """One arm after staging: what each name holds at its end."""

    def __init__(
        self,
        body: Callable[[], Any],
        get: Get,
        set: Set,
        outside: dict[int, Holder],
        told: AbstractContextManager[None],
    ) -> None:
        before = get()
        self.there = {*outside, *holders_in(tuple(map(unwrapped, before)))}
        entered = staged_region()
        self.builder: Builder = entered.builder
        self.after: tuple[Any, ...] = ()
        self.held: dict[Holder, Any] = {}
        self.ends = False  # whether a run may come to its end
        self.stale: frozenset[int] = frozenset()
        try:
            with entered, told:
                self.changes = enter(outside)
                self.changes.begin()
                returned = run_in_region(body)
                self.changes.refuse_unnoted(root())
                self.after = (*get(), returned)
                self.held = self.changes.held()
                self.stale = frozenset(id(box) for box in self.boxes() if is_stale(box))
                self.ends = True
        except Stopped:
            pass
        finally:
            self.changes.undo()
            set(before)
            self.builder.forget_writes()

    def apart(self, obj: Any) -> tuple[Structure, list[Value]]:
        """The structure and values of an object at the end of the arm."""
        with self._left():
            found: tuple[Structure, list[Value]] = in_region(self.builder, lambda: take_apart(obj))
        return found

    def tensors(self, obj: Any, structure: Structure) -> list[Box | None]:
        """What its leaves are bound to there."""
        with self._left():
            return tensors_of(obj, structure)

    @contextmanager
    def _left(self) -> Iterator[None]:
        """The objects that the arm has changed hold what they held at its end."""
        before = {holder: self.changes.contents(holder) for holder in self.held}
        for holder, held in self.held.items():
            put(holder, held)
        try:
            yield
        finally:
            for holder, held in before.items():
                put(holder, held)

    def holds(self, holder: Holder) -> Any:
        """What an object holds at the end of the arm."""
        return self.held[holder] if holder in self.held else self.changes.contents(holder)

    def boxes(self) -> list[Box]:
        return [box for box, _ in self.builder.overlay.values()]


def stage_if(
    cond: Value,
    then: Callable[[], Any],
    orelse: Callable[[], Any],
    get: Get,
    set: Set,
    names: tuple[str, ...],
) -> Any:
    """Append an `if` node; names get their joined values, the result is the joined result."""
    arms, get, set, names = _arms(cond, then, orelse, (get, set, names))
    if not any(arm.ends for arm in arms):
        emit_if(cond, *(ops.Arm(arm.builder, []) for arm in arms))
        raise Stopped
    before = (*get(), None)
    holders = list(dict.fromkeys(holder for arm in arms for holder in arm.held))
    pairs = list(zip(*(arm.after if arm.ends else before for arm in arms), strict=True))
    pairs += [_held(holder, arms, holders) for holder in holders]
    if all(arm.ends for arm in arms):
        pairs = [together(*pair) for pair in pairs]
    every = (*names, "the value", *(holder.name for holder in holders))
    lines = {h: line for arm in arms for h, line in arm.changes.lines.items()}
    where = [None] * (len(names) + 1) + [lines[holder] for holder in holders]
    joins = [_Join(*j, arms) for j in zip(every, pairs, where, strict=True)]
    if any([j.keeps(arms) for j in joins]):  # other names tell of it
        joins = [_Join(*j, arms) for j in zip(every, pairs, where, strict=True)]
    parted = [j for j in joins if not j.same]
    ends = [End(arm.builder, _tensors([j.ends(k) for j in parted])) for k, arm in enumerate(arms)]
    ties = ties_at_ends(TENSORS, ends)
    told = [t for t in ties if t.dynamic and _has_axes(t, ends)]
    boxes = list({id(b): b for arm in arms for b in arm.boxes()}.values())
    results = [
        in_region(arm.builder, partial(_results, arm, k, joins, boxes, told))
        for k, arm in enumerate(arms)
    ]
    values = iter(
        emit_if(cond, *(ops.Arm(arm.builder, r) for arm, r in zip(arms, results, strict=True)))
    )
    objects = [j.bind(values) for j in joins]
    for box in boxes:
        touch(box)
        context.interpreter.write(box, next(values))  # type: ignore[attr-defined]
    refresh_all(boxes, {i for arm in arms for i in arm.stale})
    bound = _tensors([tensors_of(obj) for j, obj in zip(joins, objects, strict=True) if not j.same])
    _views_of_what_is_bound(bound, ends)
    for t in ties:
        flag = next(values) if any(t is one for one in told) else None
        other = t.b.thing if isinstance(t.b, Outer) else bound.get(t.b)
        if t.a in bound and other is not None:
            link(bound[t.a], other, _tied(t, cond, flag))
    set(tuple(objects[: len(names)]))
    for holder, held in zip(holders, objects[len(names) + 1 :], strict=True):
        changing(root(), holder.obj, "a change")
        put(holder, held)
        made = holders_in(holder.obj)
        note_several(obj for key, obj in made.items() if all(key not in arm.there for arm in arms))
    _note_several(joins[: len(names) + 1], arms, objects)
    return objects[len(names)]


def choose(cond: Any, then: Callable[[], Any], orelse: Callable[[], Any]) -> Any:
    """A conditional expression, whose arms assign no names."""
    if not isinstance(cond, Box):
        return then() if cond else orelse()
    return stage_if(condition(cond), then, orelse, tuple, lambda _: None, ())


def _arms(
    cond: Value,
    then: Callable[[], Any],
    orelse: Callable[[], Any],
    own: tuple[Get, Set, tuple[str, ...]],
) -> tuple[list[Arm], Get, Set, tuple[str, ...]]:
    """Both arms, and the state with the names of functions around it that they may assign; once more where
    an arm meets such a name for the first time, or gives cells to what is outside."""
    watch, outside, told = Watch(own[0]), reached(then, orelse), Narrowed(cond, then, orelse)
    while True:
        get, set, names = extended(*own, watch.all())
        before = amended()
        arms = [
            Arm(body, get, set, outside, told.in_arm(k)) for k, body in enumerate((then, orelse))
        ]
        if not watch.grew() and amended() == before:
            return arms, get, set, names
        watch.put_back()


def _held(holder: Holder, arms: list[Arm], holders: list[Holder]) -> tuple[Any, Any]:
    """What an object holds after either arm."""
    a, b = (arm.holds(holder) for arm in arms)
    elsewhere = moved(a, b) if all(arm.ends for arm in arms) else set()
    refuse_moved(elsewhere, holders)
    note_picked({id(one.obj): one.obj for one in elsewhere})
    return by_value(a, elsewhere), by_value(b, elsewhere)


def _note_several(joins: list[_Join], arms: list[Arm], objects: list[Any]) -> None:
    """Of what the names are bound to, objects that were there before the branch in one arm, or that
    several names are bound to."""
    held = [
        [
            holders_in(unwrapped(end)) if arm.ends else {}
            for arm, end in zip(arms, join.objects, strict=True)
        ]
        for join in joins
    ]
    for join, mine, obj in zip(joins, held, objects, strict=False):
        others = {key for ends in held if ends is not mine for end in ends for key in end}
        before = [
            end.keys() & (arm.there | root().several.keys())
            for arm, end in zip(arms, mine, strict=True)
        ]
        if not join.same and (any(before) or any(end.keys() & others for end in mine)):
            note_several([unwrapped(obj)])
        if not join.same:
            for end, there in zip(mine, before, strict=True):
                note_picked({key: end[key] for key in there})


def _tensors(names: list[list[Box | None]]) -> dict[tuple[int, int], Box]:
    """The tensors among the leaves of names."""
    return {
        (n, i): box
        for n, leaves in enumerate(names)
        for i, box in enumerate(leaves)
        if box is not None
    }


def _has_axes(t: Tie, ends: list[End]) -> bool:
    """Whether the tensors have elements to be written one by one."""
    return any(end.things[t.a]._value.type.rank > 0 for end in ends if t.a in end.things)


def _tied(t: Tie, cond: Value, flag: Value | None) -> Condition | None:
    """After the branch: when the tensors of a tie are one."""
    if flag is not None:
        return flag
    if t.dynamic:
        return None
    return True if all(t.sides) else (cond if t.sides[0] else Test("not", cond))


def _results(
    arm: Arm, which: int, joins: list[_Join], boxes: list[Box], told: list[Tie]
) -> list[Value]:
    """What an arm gives, in the arm."""
    results = [arm.builder.local(v) for j in joins for v in j.values(which)]
    arm.builder.writes_only(boxes)
    results += [arm.builder.local(arm.builder.read(b)) for b in boxes]
    return results + [arm.builder.local(as_value(t.sides[which])) for t in told]


class _Join:
    """What a name holds after either arm, or after the only one that comes to its end."""

    def __init__(
        self, name: str, objects: tuple[Any, Any], line: Origin | None, arms: list[Arm]
    ) -> None:
        self.name = "the return value" if name in (RETURN_VALUE, RESULT) else name
        self.line = line
        self.objects, self.arms = objects, arms
        self.same = objects[0] is objects[1]
        if self.same:
            return
        self.sides = [
            arm.apart(obj) if arm.ends else None for arm, obj in zip(arms, objects, strict=True)
        ]
        ends = [(s[0], [v.type for v in s[1]]) for s in self.sides if s is not None]
        held = joined(name, ends[0], ends[-1])
        if held is None:
            self._refuse(arms)
        self.held: Typed = held

    def _refuse(self, arms: list[Arm]) -> NoReturn:
        sides = [side for side in self.sides if side is not None]
        ends = [(s[0], [v.type for v in s[1]]) for s in sides]
        refuse_growth(self.name, ends[0], ends[-1], self.line)
        unnamed = " " in self.name
        name = self.name if unnamed else repr(self.name)
        if any(holds_array(structure) for structure, _ in sides):
            before = f" before: {self.name} = ag.constant({self.name})"
            instead = ": ag.constant(...)" if unnamed else before
            raise ConversionError(
                f"{name} is a NumPy array that no tensor has touched, and another one or something"
                f" else after the other branch of this condition; make it a tensor{instead}"
            )
        after, other = (describe(structure, iter(values)) for structure, values in sides)
        if any(holds_text(structure) for structure, _ in sides):
            grows = all(map(may_be_text, (structure for structure, _ in sides)))
            raise ConversionError(
                f"{name} is {after} after one branch of this condition and {other} after the other; "
                + (GROWING if grows else "print, raise or return the text in the branch")
            )
        if all(is_function(structure) for structure, _ in sides):
            raise ConversionError(
                f"{name} is {after} after one branch of this condition and {other} after the other;"
                " call each in its own branch, and keep what it returns"
            )
        name, after, other = part_that_differs(name, ends[0], ends[-1])
        error = GraphTypeError(
            f"{name} is {after} after one branch of this condition and {other} after the other;"
            " give it the same dtype and number of axes in both, for instance with ag.constant"
        )
        words = "after one branch", "after the other"
        pairs = zip(words, arms, sides, strict=True)
        note_places(error, [(word, arm.builder, side[1]) for word, arm, side in pairs])
        raise error

    def values(self, which: int) -> list[Value]:
        """What the arm returns for the name."""
        if self.same:
            return []
        side = self.sides[which]
        return list(map(nothing, self.held[1])) if side is None else lifted(*side, self.held)

    def keeps(self, arms: list[Arm]) -> bool:
        """Give cells to the tensors that stand in lists that grow; whether there are such lists."""
        if self.same or not growing_in(self.held[0]):
            return False
        note_in_lists(self.objects)
        for arm, side in zip(arms, self.sides, strict=True):
            if side is not None:
                in_region(arm.builder, partial(keep_elements, *side, self.held[0]))
        return True

    def ends(self, which: int) -> list[Box | None]:
        """The tensors that the leaves are bound to at the end of an arm."""
        side, arm = self.sides[which], self.arms[which]
        found = [] if side is None else arm.tensors(self.objects[which], self.held[0])
        return found or [None] * len(leaf_places(self.held[0]))

    def bind(self, values: Iterator[Value]) -> Any:
        if self.same:
            return self.objects[0]
        made = put_together(self.held[0], values)
        ends = zip(self.ends(0), self.ends(1), strict=True)
        for box, taken in zip(tensors_of(made), ends, strict=True):
            if box is not None:
                box._base = joined_view(taken)
        return made
