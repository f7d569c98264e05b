"""The body of a loop staged once on symbolic state, and what it shows of what was assumed.

What the state holds, which tensors its names are bound to and which of its values are one is assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.bindings import Bindings, Key, enter_written, leaves, refresh_all
from autograph_lite.frontend.ending import run_in_region
from autograph_lite.frontend.fillers import truth
from autograph_lite.frontend.grown import note_in_lists
from autograph_lite.frontend.holders import (
    ChangesCarried,
    enter,
    holders_in,
    is_holder,
    note_picked,
    note_several,
)
from autograph_lite.frontend.lifting import keep_elements, lifted
from autograph_lite.frontend.plan import Plan
from autograph_lite.frontend.promote import exact
from autograph_lite.frontend.shared import Watch
from autograph_lite.frontend.slots import Becomes, Slot, widen
from autograph_lite.frontend.state import is_variable, put_together, take_apart, unwrapped
from autograph_lite.frontend.structures import Structure, located
from autograph_lite.frontend.truth import condition
from autograph_lite.frontend.whence import note_places
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.regions import Step, followed
from autograph_lite.ops.same import as_value
from autograph_lite.ops.staging import Stopped, in_region, root, staged_region
from autograph_lite.ops.ties import VALUES, End, Relation, Things, at_entry, related
from autograph_lite.tensors.boxes import Box, is_stale, refuse_in_list, wrap


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the body is staged with; `stale` are tensors that are stale views when a step begins, None
    for `relations` what is known before any step was staged, for `inits` values still to be made."""

    slots: list[Slot]
    bindings: Bindings
    boxes: list[Box] = field(default_factory=list)
    stale: frozenset[int] = frozenset()
    relations: list[Relation] | None = None
    inits: list[Value] | None = None


class TestAssigns(Exception):
    """The test of a loop has effects, which only the body of a loop node can have."""


class StaysBound(Exception):
    """The object of the name at `place` is changed in place: it is the one that it was before the loop, or the
    program is refused, as `told` says."""

    def __init__(self, place: int, told: ConversionError) -> None:
        super().__init__(told)
        self.place, self.told = place, told


class Attempt:
    """The body staged once."""

    def __init__(self, plan: Plan, given: Assumed, watch: Watch) -> None:
        self.plan, self.given, self.watch = plan, given, watch
        self.slots, self.boxes, self.bindings = given.slots, given.boxes, given.bindings
        self.stale = given.stale | {id(box) for box in self.written_outside() if is_stale(box)}
        self.body_region, self.test_region = staged_region(), staged_region()
        self.builder, self.test_builder = self.body_region.builder, self.test_region.builder
        self.builder.repeated = self.test_builder.repeated = True
        self.test_value: Value | None = None
        self.inits = self._inits() if given.inits is None else given.inits
        self.step = Step(self.builder, None if plan.test is None else self.test_builder)
        self._declare()
        outer, self.bound = plan.state(), plan.get()
        try:
            self._run_test()
            self._run_body()
        finally:
            plan.bind(outer)
            self.builder.forget_writes()
            self.test_builder.forget_writes()

    def written_outside(self) -> list[Box]:
        """The tensors from outside that steps write."""
        return [*self.boxes, *self.bindings.written_boxes()]

    def _inits(self) -> list[Value]:
        """The state before the first step: the names, tensors from outside, what tells of both."""
        outer: Any = context.interpreter
        for own in self.slots:
            keep_elements(*own.start, own.structure)
        values = [v for own in self.slots for v in lifted(*own.start, own.held)]
        values += [outer.read(b) for b in self.boxes]
        return values + [as_value(r.first) for r in self.bindings.told]

    def _declare(self) -> None:
        """Arguments for the same."""
        for own in self.slots:
            for type in own.types:
                self.step.declare(type)
        for value in self.inits[len(self.step.state) :]:
            self.step.declare(value.type)
        known = self.given.relations
        self.step.relate(self._at_entry() if known is None else known)

    def _at_entry(self) -> list[Relation]:
        """What is known before any step was staged; all values of a variable are one source."""
        first = sum(len(own.types) for own in self.slots)
        variables = {first + n for n, box in enumerate(self.boxes) if is_variable(box)}
        return [
            replace(r, later=True) if r.a in variables and r.first is True else r
            for r in at_entry(VALUES, self._before())
        ]

    def _before(self) -> Things:
        return followed(context.interpreter, self.inits)  # type: ignore[arg-type]

    def related(self, results: list[Value]) -> list[Relation]:
        """Which values are one, given what was assumed and what the step leaves."""
        end = End(self.builder, followed(self.builder, results))
        return related(VALUES, self.step.relations, self._before(), end)

    def _enter(self, builder: Builder, state: list[Value], k: Value) -> tuple[Any, ...]:
        """Bind the names and the tensors from outside to the arguments of a region; what the names hold."""
        arguments = iter(state)
        values = [[next(arguments) for _ in own.types] for own in self.slots]
        for box in self.boxes:
            enter_written(builder, box, next(arguments))
        told = [next(arguments) for _ in self.bindings.told]
        tensors = tensors_in(self.slots, values)
        made = self.bindings.enter(builder, tensors, k, told)
        refresh_all(self.written_outside(), self.stale)
        objects = objects_of(self.slots, values, tensors, made)
        note_several(map(unwrapped, objects[: len(self.plan.names)]))
        self.plan.bind(objects)
        return objects

    def _run_test(self) -> None:
        if self.plan.test is None:
            return
        with self.test_region as builder:
            enter(self.plan.outside, tests=True)
            self._enter(builder, self.step.test_state, builder.arguments[0])
            names, tensors = self.plan.get(), dict(builder.overlay)
            try:
                self.test_value = builder.local(condition(self.plan.test()))
            except Stopped:  # no step begins
                self.test_value = truth(False)
            after = zip(names, self.plan.get(), strict=True)
            assigned = self.watch.differs() or any(a is not b for a, b in after)
            if assigned or builder.overlay != tensors:
                raise TestAssigns

    def _run_body(self) -> None:
        with self.body_region as builder:
            changes = enter(self.plan.outside, carried=self.plan.holders)
            before = self._enter(builder, self.step.state, self.step.k)
            changes.begin()
            try:
                self._take_step(before)
                changes.refuse_unnoted(root())
                self.after = self.plan.state()
                self._note_picked(before)
            finally:
                self.more = changes.undo(self.plan.holders)
            for own, holder in zip(
                self.slots[len(self.plan.names) :], self.plan.holders, strict=True
            ):
                own.line = changes.lines.get(holder)
            for own, obj in zip(self.slots, self.after, strict=True):
                if own.grows:
                    if any(id(box) in builder.overlay for box in note_in_lists(obj)):
                        refuse_in_list()
                    keep_elements(*take_apart(obj), own.structure)
            self.leave(self.after)
            self.written = [box for box, _ in builder.overlay.values()]
            self.stale_after = {id(box) for box in self.written_outside() if is_stale(box)}

    def leave(self, after: tuple[Any, ...]) -> None:
        """The step leaves these."""
        self.after = after
        self.taken = [in_region(self.builder, partial(take_apart, obj)) for obj in after]

    def _take_step(self, before: tuple[Any, ...]) -> None:
        """The body; of one that comes to no end the state is as it was."""
        carried, root().carried = root().carried, [*root().carried, *self._carried(before)]
        try:
            run_in_region(self.plan.body, self.step.k)
        except Stopped:
            self.plan.bind(before)
        except ChangesCarried as other:
            places = [i for i, obj in enumerate(before) if id(other.obj) in holders_in(obj)]
            if not places:
                raise
            raise StaysBound(places[0], other.told) from None
        finally:
            root().carried = carried

    def _note_picked(self, before: tuple[Any, ...]) -> None:
        """Objects from before the loop to which a step binds another name."""
        for was, obj in zip(before, self.after[: len(self.plan.names)], strict=False):
            own = holders_in(unwrapped(was))
            found = holders_in(unwrapped(obj)).items()
            note_picked({k: o for k, o in found if k in self.plan.outside and k not in own})

    def _carried(self, before: tuple[Any, ...]) -> list[Any]:
        """What stands for the objects that names are bound to, where one was before the loop."""
        names = zip(self.bound, before, strict=False)
        return [obj for was, obj in names if is_holder(was) and is_holder(obj)]

    # --- what it shows ---

    def shown(self) -> Assumed:
        """What to assume instead; the same where the body confirms what was assumed.  The types of
        the names are widened in place."""
        known = [*self.boxes, *self.bindings.kept().values()]
        more = [box for box in self.written if not any(box is one for one in known)]
        bindings = self.bindings.after(self.builder, self.ends())
        stale = self.given.stale | self.stale_after
        if more or bindings is not self.bindings or stale != self.given.stale:
            return replace(
                self.given,
                boxes=[*self.boxes, *more],
                bindings=bindings,
                stale=stale,
                relations=None,
            )
        return self.given

    def ends(self) -> dict[Key, Box]:
        """The tensors that the names are bound to at the end of the step."""
        return leaves(self.after, [own.structure for own in self.slots])

    def widened(self) -> bool:
        """Let the names hold what the step leaves in them; whether anything changed."""
        starts = list(accumulate((len(own.types) for own in self.slots), initial=0))
        changed = [
            self._widened(own, taken, start)
            for own, taken, start in zip(self.slots, self.taken, starts[:-1], strict=True)
        ]
        return any(changed)

    def _widened(self, own: Slot, taken: tuple[Structure, list[Value]], start: int) -> bool:
        try:
            return widen(own, *taken, self._exact_from(start))
        except Becomes as other:
            outer: Any = context.interpreter
            sides = ("before a step", outer, own.start[1]), ("after it", self.builder, taken[1])
            note_places(other.told, sides)
            raise

    def _exact_from(self, start: int) -> Callable[[int, Type], bool]:
        """For the values of a slot, which begin there in the state that was staged."""
        return lambda i, new: self._exact(start + i, new)

    def _exact(self, place: int, new: Type) -> bool:
        """Whether no use of a number of the state can tell that it begins as a value of a type."""
        if self.step.test is not None:
            argument = self.step.test_state[place]
            read = any(argument in node.inputs for node in self.test_builder.nodes)
            if read or argument in root().asked:
                return False
        kept = {self.builder.raw(v) for _, values in self.taken for v in values}
        return exact(self.builder.nodes, self.step.state[place], new, kept | root().asked)

    def results(self) -> list[Value]:
        """The state after the step, in the order of the arguments."""
        return [self.builder.local(v) for v in in_region(self.builder, self._results)]

    def _results(self) -> list[Value]:
        values = [
            v
            for own, (structure, found) in zip(self.slots, self.taken, strict=True)
            for v in lifted(structure, found, own.held)
        ]
        self.builder.writes_only((*self.boxes, *self.bindings.kept().values()))
        values += [self.builder.read(b) for b in self.boxes]
        return values + self.bindings.telling(self.builder, self.ends())


def tensors_in(slots: list[Slot], values: list[list[Value]]) -> dict[Key, Value]:
    """The values of the leaves that are tensors."""
    return {
        (n, i): v
        for n, (own, found) in enumerate(zip(slots, values, strict=True))
        for i, v in own.tensors(found).items()
    }


def begun_as_numbers(slots: list[Slot], values: list[list[Value]]) -> dict[Key, Value]:
    """The values of the leaves that begin as Python numbers and are floats or NumPy's after a step."""
    found = {}
    for n, (own, held) in enumerate(zip(slots, values, strict=True)):
        for i, (path, (leaf, place)) in enumerate(located(own.structure).items()):
            if path in own.numbers and leaf.kind in ("py", "np"):
                found[n, i] = held[place]
    return found


def objects_of(
    slots: list[Slot],
    values: list[list[Value]],
    tensors: dict[Key, Value],
    bound: dict[Key, Any],
) -> tuple[Any, ...]:
    """What the names hold, given what their leaves are bound to."""
    by_value = {tensors[key]: box for key, box in bound.items()}

    def make(value: Value) -> Any:
        return by_value[value] if value in by_value else wrap(value)

    return tuple(
        put_together(own.structure, iter(found), make)
        for own, found in zip(slots, values, strict=True)
    )
