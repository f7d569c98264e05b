"""Staged loops: the body is staged again (`attempt`) until it confirms what was assumed of the state.

Then it is one loop node, and the names are bound to what that leaves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograph_lite.errors import GraphTypeError
from autograph_lite.frontend.attempt import (
    Assumed,
    Attempt,
    StaysBound,
    TestAssigns,
    begun_as_numbers,
    objects_of,
    tensors_in,
)
from autograph_lite.frontend.bindings import Bindings, Key, first_view, leaves, refresh_all
from autograph_lite.frontend.borrowed import all_together
from autograph_lite.frontend.holders import (
    changing,
    moved,
    note_picked,
    note_several,
    reached,
    refuse_moved,
)
from autograph_lite.frontend.peeling import first_apart
from autograph_lite.frontend.plan import Plan, tested_in_the_body
from autograph_lite.frontend.shared import Watch, extended
from autograph_lite.frontend.slots import Becomes, Slot, slot
from autograph_lite.frontend.state import unwrapped
from autograph_lite.frontend.steps import number
from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import IF, LOOP
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.regions import emit_loop
from autograph_lite.ops.staging import amended, root
from autograph_lite.ops.ties import Relation, assumed
from autograph_lite.tensors.boxes import touch, wrap
from autograph_lite.tensors.number import PYTHON_NAME
from autograph_lite.tensors.tagged import Tagged

ATTEMPTS = 16


def stage_loop(whole: Plan) -> None:
    """Stage until nothing changes, append the loop node, bind the names to its results."""
    if whole.never_runs():
        return
    run = (whole.body,) if whole.test is None else (whole.body, whole.test)
    whole = replace(whole, outside=reached(*run))
    plan = whole.of_others()
    before, noted = plan.state(), amended()
    names = (*plan.names, *(holder.name for holder in plan.holders))
    slots = [slot(name, obj) for name, obj in zip(names, before, strict=True)]
    given = Assumed(slots, _bindings(slots, before))
    watch = Watch(plan.get)
    for _ in range(ATTEMPTS):
        try:
            attempt = _attempted(whole, given, watch)
        except GraphTypeError as told:
            if not _begins_as_none(slots):
                raise
            first_apart(whole, Becomes(told, tagged=False, once=True), stage_loop)
            return
        if isinstance(attempt, Plan):
            stage_loop(attempt)
            return
        if amended() != noted:
            stage_loop(whole)
            return
        if attempt.more:
            stage_loop(replace(whole, holders=(*plan.holders, *attempt.more)))
            return
        if elsewhere := moved(list(before), list(attempt.after)):
            refuse_moved(elsewhere, plan.holders)
            note_picked({id(one.obj): one.obj for one in elsewhere})
            stage_loop(replace(whole, copied=plan.copied | elsewhere))
            return
        if _begins_with_its_own(plan, before, attempt):
            stage_loop(whole)
            return
        known = [own.parts() for own in slots]
        try:
            widened, shown = attempt.widened(), attempt.shown()
        except Becomes as other:
            other.once |= _begins_as_none(slots)
            first_apart(whole, other, stage_loop)
            return
        if known != [own.parts() for own in slots]:
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


def _begins_with_its_own(plan: Plan, before: tuple[Any, ...], attempt: Attempt) -> bool:
    """Let names hold objects of their own where steps make others of the class of one from outside; whether
    one held that before the loop."""
    own, after = all_together(before, attempt.after)
    if any(a is not b for a, b in zip(after, attempt.after, strict=True)):
        attempt.leave(tuple(after))
    if all(a is b for a, b in zip(own, before, strict=True)):
        return False
    for holder in plan.holders:
        changing(root(), holder.obj, "a change")
    plan.bind(own)
    return True


def _bindings(slots: list[Slot], before: tuple[Any, ...]) -> Bindings:
    return Bindings(leaves(before, [own.structure for own in slots]))


def _begins_as_none(slots: list[Slot]) -> bool:
    """Whether a name is None before the loop, and may be something else from the first step on."""
    return any(own.begins_as_none for own in slots)


def _attempted(plan: Plan, given: Assumed, watch: Watch) -> Attempt | Plan:
    """The body staged once, or another plan: with more state, where the body assigned names of functions
    around it (what went wrong then may be due to that), with the test in the body, or with a name that
    stays bound to one object."""
    bound = plan.get()
    try:
        attempt = Attempt(plan.of_others(), given, watch)
        for place, told in plan.stays.items():
            if plan.get()[place] is not bound[place]:
                raise told
    except TestAssigns:
        watch.changed()
        return tested_in_the_body(plan)
    except StaysBound as other:
        watch.changed()
        return replace(plan, stays={**plan.stays, plan.others()[other.place]: other.told})
    except Exception:
        changed = watch.changed()
        if not changed:
            raise
    else:
        changed = watch.changed()
        if not changed:
            return attempt
    finally:
        plan.set(bound)
    get, set, names = extended(plan.get, plan.set, plan.names, changed)
    return replace(plan, get=get, set=set, names=names)


def _related(attempt: Attempt, results: list[Value]) -> list[Relation] | None:
    """Which values are one, where something in the body asked and was told otherwise, or a tape that follows
    the call will ask; else None."""
    found = attempt.related(results)
    before = assumed(attempt.step.relations)
    changed = {key for pair, later in assumed(found) if (pair, later) not in before for key in pair}
    state = {attempt.step.state[key] for key in changed if isinstance(key, int)}
    if state and (attempt.builder.consulted or root().reversible or _in_regions(attempt, state)):
        return found
    root().unrelated |= bool(state)
    return None


def _in_regions(attempt: Attempt, values: set[Value]) -> bool:
    """Whether a branch or a loop in the body knows these values: what it says of them stands in it."""
    builder = attempt.builder
    return any(
        node.op in (IF, LOOP) and not values.isdisjoint(map(builder.raw, node.inputs))
        for node in builder.nodes
    )


def _finish(plan: Plan, attempt: Attempt, results: list[Value]) -> None:
    outputs = emit_loop(
        attempt.step, attempt.inits, results, bound=plan.bound, test=attempt.test_value
    )
    values = iter(outputs[1:])
    owned = [[next(values) for _ in own.types] for own in attempt.slots]
    tensors = tensors_in(attempt.slots, owned) | begun_as_numbers(attempt.slots, owned)
    surely = plan.surely_runs()
    bound = {
        key: _after_loop(attempt, key, v, None if surely else outputs[0])
        for key, v in tensors.items()
    }
    objects = objects_of(attempt.slots, owned, tensors, bound)
    for box in attempt.boxes:
        touch(box)
        context.interpreter.write(box, next(values))  # type: ignore[attr-defined]
    refresh_all(attempt.written_outside(), attempt.stale)
    told = [next(values) for _ in attempt.bindings.told]
    attempt.bindings.tie(bound, outputs[0], told)
    note_several(map(unwrapped, objects[: len(plan.names)]))
    for holder in plan.holders:
        changing(root(), holder.obj, "a change")
    plan.bind(objects)


def _after_loop(attempt: Attempt, key: Key, value: Value, steps: Value | None) -> Any:
    """What a leaf is bound to after the loop: the tensor from before it, one of its own, or, where a
    number began as a tensor and no step was taken, still the number.  `steps`: None if there is one."""
    bindings, begun = attempt.bindings, attempt.slots[key[0]].begun(key[1])
    if begun is not None:
        if steps is None:
            return wrap(value)
        ran = f.weak(f.py_greater(steps, number(0)), dtype="bool")
        python = "numpy" if begun.type.kind == "np" else PYTHON_NAME[begun.type.dtype]
        return Tagged(wrap(value), ran, python, begun)
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
