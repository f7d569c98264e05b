"""Staged loops: run the body once on symbolic state and make one loop node of it.

What the state holds, which tensors its names are bound to and which of its values are one is assumed;
the body is staged again until it confirms what was assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from autograph_lite.errors import GraphTypeError
from autograph_lite.frontend.bindings import (
    Bindings,
    Key,
    enter_written,
    first_view,
    leaves,
    refresh_all,
)
from autograph_lite.frontend.holders import (
    changing,
    enter,
    moved,
    note_several,
    reached,
    refuse_moved,
)
from autograph_lite.frontend.joins import keep_elements, lifted
from autograph_lite.frontend.plan import Plan, tested_in_the_body
from autograph_lite.frontend.promote import exact
from autograph_lite.frontend.shared import Watch, extended
from autograph_lite.frontend.slots import Slot, slot, widen
from autograph_lite.frontend.state import (
    is_variable,
    leaf_places,
    put_together,
    take_apart,
    truth,
    unwrapped,
)
from autograph_lite.frontend.truth import condition
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.control import IF, LOOP
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.regions import Step, emit_loop, followed
from autograph_lite.ops.same import as_value
from autograph_lite.ops.staging import Stopped, in_region, staged_region
from autograph_lite.ops.ties import VALUES, End, Relation, Things, assumed, at_entry, related
from autograph_lite.tensors.boxes import Box, is_stale, touch, wrap
from autograph_lite.tensors.number import PYTHON_NAME
from autograph_lite.tensors.tagged import Tagged

ATTEMPTS = 16


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


class _TestAssigns(Exception):
    """The test of a loop has effects, which only the body of a loop node can have."""


class Attempt:
    """The body staged once."""

    def __init__(self, plan: Plan, given: Assumed, watch: Watch) -> None:
        self.plan, self.given, self.watch = plan, given, watch
        self.slots, self.boxes, self.bindings = given.slots, given.boxes, given.bindings
        self.stale = given.stale | {id(box) for box in self.written_outside() if is_stale(box)}
        self.body_region, self.test_region = staged_region(), staged_region()
        self.builder, self.test_builder = self.body_region.builder, self.test_region.builder
        self.test_value: Value | None = None
        self.inits = self._inits() if given.inits is None else given.inits
        self.step = Step(self.builder, None if plan.test is None else self.test_builder)
        self._declare()
        outer = plan.state()
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
        tensors = _tensors(self.slots, values)
        made = self.bindings.enter(builder, tensors, k, told)
        refresh_all(self.written_outside(), self.stale)
        objects = _objects(self.slots, values, tensors, made)
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
                raise _TestAssigns

    def _run_body(self) -> None:
        with self.body_region as builder:
            changes = enter(self.plan.outside)
            before = self._enter(builder, self.step.state, self.step.k)
            try:
                self._take_step(before)
                self.after = self.plan.state()
            finally:
                self.more = changes.undo(self.plan.holders)
            for own, holder in zip(
                self.slots[len(self.plan.names) :], self.plan.holders, strict=True
            ):
                own.line = changes.lines.get(holder)
            for own, obj in zip(self.slots, self.after, strict=True):
                if own.grows:
                    keep_elements(*take_apart(obj), own.structure)
            self.taken = [take_apart(obj) for obj in self.after]
            self.written = [box for box, _ in builder.overlay.values()]
            self.stale_after = {id(box) for box in self.written_outside() if is_stale(box)}

    def _take_step(self, before: tuple[Any, ...]) -> None:
        """The body; of one that comes to no end the state is as it was."""
        try:
            self.plan.body(self.step.k)
        except Stopped:
            self.plan.bind(before)

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
            widen(own, structure, values, self._exact_from(start))
            for own, (structure, values), start in zip(
                self.slots, self.taken, starts[:-1], strict=True
            )
        ]
        return any(changed)

    def _exact_from(self, start: int) -> Callable[[int, Type], bool]:
        """For the values of a slot, which begin there in the state that was staged."""
        return lambda i, new: self._exact(start + i, new)

    def _exact(self, place: int, new: Type) -> bool:
        """Whether no use of a number of the state can tell that it begins as a value of a type."""
        if self.step.test is not None:
            argument = self.step.test_state[place]
            if any(argument in node.inputs for node in self.test_builder.nodes):
                return False
        return exact(self.builder.nodes, self.step.state[place], new)

    def results(self) -> list[Value]:
        """The state after the step, in the order of the arguments."""
        return [self.builder.local(v) for v in in_region(self.builder, self._results)]

    def _results(self) -> list[Value]:
        values = [
            v
            for own, (structure, found) in zip(self.slots, self.taken, strict=True)
            for v in lifted(structure, found, own.held)
        ]
        values += [self.builder.read(b) for b in self.boxes]
        return values + self.bindings.telling(self.builder, self.ends())


def _tensors(slots: list[Slot], values: list[list[Value]]) -> dict[Key, Value]:
    """The values of the leaves that are tensors."""
    return {
        (n, i): v
        for n, (own, found) in enumerate(zip(slots, values, strict=True))
        for i, v in own.tensors(found).items()
    }


def _begun(slots: list[Slot], values: list[list[Value]]) -> dict[Key, Value]:
    """The values of the leaves that begin as Python numbers and are floats or NumPy's after a step."""
    found = {}
    for n, (own, held) in enumerate(zip(slots, values, strict=True)):
        for i, (leaf, place) in enumerate(leaf_places(own.structure)):
            if i in own.numbers and leaf.kind in ("py", "np"):
                found[n, i] = held[place]
    return found


def _objects(
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


def value_in(builder: Any, box: Box) -> Value:
    value: Value = builder.read(box)
    return value


def stage_loop(plan: Plan) -> None:
    """Stage until nothing changes, append the loop node, bind the names to its results."""
    run = (plan.body,) if plan.test is None else (plan.body, plan.test)
    plan = replace(plan, outside=reached(*run))
    before = plan.state()
    names = (*plan.names, *(holder.name for holder in plan.holders))
    slots = [slot(name, obj) for name, obj in zip(names, before, strict=True)]
    given = Assumed(slots, _bindings(slots, before))
    watch = Watch(plan.get)
    for _ in range(ATTEMPTS):
        attempt = _attempted(plan, given, watch)
        if isinstance(attempt, Plan):
            stage_loop(attempt)
            return
        if attempt.more:
            stage_loop(replace(plan, holders=(*plan.holders, *attempt.more)))
            return
        if elsewhere := moved(list(before), list(attempt.after)):
            refuse_moved(elsewhere, plan.holders)
            stage_loop(replace(plan, copied=plan.copied | elsewhere))
            return
        growing = [own.grows for own in slots]
        widened, shown = attempt.widened(), attempt.shown()
        if growing != [own.grows for own in slots]:
            given = Assumed(slots, _bindings(slots, before))
            continue
        if widened or shown is not given:
            given = replace(shown, relations=None, inits=None)
            continue
        results = attempt.results()
        found = _related(attempt, results)
        if found is None:
            _finish(plan, attempt, results)
            return
        given = replace(given, relations=found, inits=attempt.inits)
    raise GraphTypeError(
        "the types of the loop's variables do not settle: they change from step to step"
    )


def _bindings(slots: list[Slot], before: tuple[Any, ...]) -> Bindings:
    return Bindings(leaves(before, [own.structure for own in slots]))


def _attempted(plan: Plan, given: Assumed, watch: Watch) -> Attempt | Plan:
    """The body staged once, or another plan: with more state, where the body assigned names of functions
    around it (what went wrong then may be due to that), or with the test in the body."""
    try:
        attempt = Attempt(plan, given, watch)
    except _TestAssigns:
        watch.changed()
        return tested_in_the_body(plan)
    except Exception:
        changed = watch.changed()
        if not changed:
            raise
    else:
        changed = watch.changed()
        if not changed:
            return attempt
    get, set, names = extended(plan.get, plan.set, plan.names, changed)
    return replace(plan, get=get, set=set, names=names)


def _related(attempt: Attempt, results: list[Value]) -> list[Relation] | None:
    """Which values are one, where something in the body asked and was told otherwise; else None."""
    found = attempt.related(results)
    before = assumed(attempt.step.relations)
    changed = {key for pair, later in assumed(found) if (pair, later) not in before for key in pair}
    state = {attempt.step.state[key] for key in changed if isinstance(key, int)}
    return found if state and (attempt.builder.consulted or _in_regions(attempt, state)) else None


def _in_regions(attempt: Attempt, values: set[Value]) -> bool:
    """Whether a branch or a loop in the body knows these values: what it says of them stands in it."""
    return any(
        node.op in (IF, LOOP) and not values.isdisjoint(node.inputs)
        for node in attempt.builder.nodes
    )


def _finish(plan: Plan, attempt: Attempt, results: list[Value]) -> None:
    outputs = emit_loop(
        attempt.step, attempt.inits, results, bound=plan.bound, test=attempt.test_value
    )
    values = iter(outputs[1:])
    owned = [[next(values) for _ in own.types] for own in attempt.slots]
    tensors = _tensors(attempt.slots, owned) | _begun(attempt.slots, owned)
    surely = plan.surely_runs()
    bound = {
        key: _after_loop(attempt, key, v, None if surely else outputs[0])
        for key, v in tensors.items()
    }
    objects = _objects(attempt.slots, owned, tensors, bound)
    for box in attempt.boxes:
        touch(box)
        context.interpreter.write(box, next(values))  # type: ignore[attr-defined]
    refresh_all(attempt.written_outside(), attempt.stale)
    told = [next(values) for _ in attempt.bindings.told]
    attempt.bindings.tie(bound, outputs[0], told)
    note_several(map(unwrapped, objects[: len(plan.names)]))
    for holder in plan.holders:
        changing(context.interpreter.root(), holder.obj, "a change")  # type: ignore[attr-defined]
    plan.bind(objects)


def _after_loop(attempt: Attempt, key: Key, value: Value, steps: Value | None) -> Any:
    """What a leaf is bound to after the loop: the tensor from before it, one of its own, or, where a
    number began as a tensor and no step was taken, still the number.  `steps`: None if there is one."""
    bindings, number = attempt.bindings, attempt.slots[key[0]].numbers.get(key[1])
    if number is not None:
        if steps is None:
            return wrap(value)
        zero = context.interpreter.number(0)  # type: ignore[attr-defined]
        ran = f.weak(f.py_greater(steps, zero), dtype="bool")
        is_numpy = number.type.kind == "np"
        return Tagged(value, ran, "numpy" if is_numpy else PYTHON_NAME[number.type.dtype], number)
    kept = bindings.kept().get(key)
    if kept is None:
        made = wrap(value)
        before = first_view(bindings.entry[key]) if key in bindings.entry else None
        made._base = bindings.views.get(key, before)
        return made
    if key in bindings.written:
        touch(kept)
        context.interpreter.write(kept, value)  # type: ignore[attr-defined]
    return kept
