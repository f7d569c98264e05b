"""Staged loops: run the body once on symbolic state and make one loop node of it.

The types of the state are found by a fixed point: the body is staged with the types at entry, and
again with wider ones where a step changes them (an extent that varies, a Python number that becomes
an array), until they stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograph_lite.errors import GraphTypeError, ShapeError
from autograph_lite.frontend.bindings import Bindings, Key, enter_written, leaves, refresh_all
from autograph_lite.frontend.joins import Typed, joined, lifted
from autograph_lite.frontend.promote import as_type, exact
from autograph_lite.frontend.state import (
    Structure,
    describe,
    leaf_places,
    put_together,
    take_apart,
    with_leaf,
)
from autograph_lite.frontend.ties import as_value
from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, join, py, tensor
from autograph_lite.ops.control import LOOP
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.ops.staging import emit, staged_region, with_region
from autograph_lite.tensors.boxes import Box, is_stale, touch, value_of, wrap
from autograph_lite.tensors.number import PYTHON_NAME
from autograph_lite.tensors.tagged import Tagged

Get = Callable[[], tuple[Any, ...]]
Set = Callable[[tuple[Any, ...]], None]


@dataclass(slots=True)
class Slot:
    """One name of the loop state: what it holds before the loop, and what it may hold in a step."""

    name: str
    start: tuple[Structure, list[Value]]
    structure: Structure
    types: list[Type]
    numbers: dict[int, Value] = field(
        default_factory=dict
    )  # leaf -> number that begins as a tensor
    free: set[Any] = field(default_factory=set)  # extents that vary from step to step

    @property
    def held(self) -> Typed:
        return self.structure, self.types

    def tensors(self, values: list[Value]) -> dict[int, Value]:
        """The values of leaves that are tensors, by the number of the leaf."""
        found = enumerate(leaf_places(self.structure))
        return {i: values[place] for i, (leaf, place) in found if leaf.kind == "ag"}

    def join(self, old: Type, new: Type) -> Type | None:
        """The type of either; extents that a step changes may be any, from then on."""
        wider = join(old, new)
        if wider is None or old == new:
            return wider
        pairs = zip(old.shape, wider.shape, strict=True)
        shape = tuple(a if a in self.free or a == b else b for a, b in pairs)
        self.free.update(b for a, b in zip(old.shape, shape, strict=True) if a != b)
        return Type(old.kind, old.dtype, shape, old.depth)


@dataclass(frozen=True, slots=True)
class Plan:
    """A loop to be staged: how many steps at most (None: no bound), what decides, what runs."""

    bound: Value | None
    test: Callable[[], Any] | None
    body: Callable[[Value], None]
    get: Get
    set: Set
    names: tuple[str, ...]


class Attempt:
    """The body staged once under an assumption about the types of the state, and about which
    tensors its names are bound to."""

    def __init__(
        self,
        plan: Plan,
        slots: list[Slot],
        boxes: list[Box],
        bindings: Bindings,
        stale: frozenset[int],
    ) -> None:
        self.plan, self.slots, self.boxes, self.bindings = plan, slots, boxes, bindings
        self.stale = stale | {id(box) for box in self.entered() if is_stale(box)}
        self.body_region, self.test_region = staged_region(), staged_region()
        self.test_value: Value | None = None
        outer = plan.get()
        try:
            self._run_test()
            self._run_body()
        finally:
            plan.set(outer)
            self.body_region.builder.forget_writes()
            self.test_region.builder.forget_writes()

    def _enter(self, builder: Builder) -> list[Any]:
        """Declare the arguments of a region and bind the state to them."""
        self.step = builder.argument(py("int64"))
        values = [[builder.argument(t) for t in slot.types] for slot in self.slots]
        for box in self.boxes:
            argument = builder.argument(value_in(builder.parent, box).type)
            enter_written(builder, box, argument)
        told = [builder.argument(tensor("bool")) for _ in self.bindings.told]
        tensors = {
            (n, i): v
            for n, (slot, own) in enumerate(zip(self.slots, values, strict=True))
            for i, v in slot.tensors(own).items()
        }
        made = self.bindings.enter(builder, tensors, self.step, told)
        refresh_all(self.entered(), self.stale)
        make = _rebinding({tensors[key]: box for key, box in made.items()})
        objects = [
            put_together(slot.structure, iter(own), make)
            for slot, own in zip(self.slots, values, strict=True)
        ]
        self.plan.set(tuple(objects))
        return objects

    def _run_test(self) -> None:
        if self.plan.test is None:
            return
        with self.test_region as builder:
            self._enter(builder)
            self.test_value = builder.local(condition(self.plan.test()))

    def _run_body(self) -> None:
        with self.body_region as builder:
            self.objects = self._enter(builder)
            self.plan.body(self.step)
            self.after = self.plan.get()
            self.taken = [take_apart(obj) for obj in self.after]
            self.written = [box for box, _ in builder.overlay.values()]
            self.stale_after = {id(box) for box in self.entered() if is_stale(box)}

    def argument(self, builder: Builder, slot: Slot, i: int) -> Value:
        """The argument of a region for value `i` of a slot."""
        position = 1
        for other in self.slots:
            if other is slot:
                return builder.arguments[position + i]
            position += len(other.types)
        raise ValueError(slot.name)

    def entered(self) -> list[Box]:
        """The tensors from outside that steps write."""
        return [*self.boxes, *self.bindings.written_boxes()]

    def new_boxes(self) -> list[Box]:
        known = [*self.boxes, *self.bindings.kept().values()]
        return [b for b in self.written if not any(b is one for one in known)]


def _rebinding(bound: dict[Value, Any]) -> Callable[[Value], Any]:
    """Makes leaves of values: each what it is bound to."""
    return lambda value: bound[value] if value in bound else wrap(value)


def value_in(builder: Any, box: Box) -> Value:
    value: Value = builder.read(box)
    return value


def condition(obj: Any) -> Value:
    """A test as a bool value."""
    builder: Any = context.interpreter
    if isinstance(obj, Tagged):
        return _tagged_condition(obj)
    if isinstance(obj, Box):
        value = value_of(obj)
        if value.type.rank:
            raise ShapeError("condition must be a scalar; use np.any or np.all")
        if value.type.kind == "py":
            return value if value.type.dtype == "bool" else f.py_bool(value)
        return value if value.type.dtype == "bool" else f.not_equal(value, 0)
    result: Value = builder.constant(bool(obj), "bool")
    return result


def _tagged_condition(obj: Tagged) -> Value:
    """Python's truth of the tensor or the number; None is false."""
    tensor_holds = condition(wrap(value_of(obj)))
    if obj.number is None:
        return f.bitwise_and(obj.is_tensor, tensor_holds)
    number_holds = f.weak(condition(wrap(obj.number)), dtype="bool")
    return f.where(obj.is_tensor, tensor_holds, number_holds)


def stage_loop(plan: Plan) -> None:
    """Find the types, append the loop node, bind the names to its results."""
    slots = [_slot(name, obj) for name, obj in zip(plan.names, plan.get(), strict=True)]
    boxes: list[Box] = []
    bindings = Bindings(leaves(plan.get()))
    stale: frozenset[int] = frozenset()
    for _ in range(16):
        attempt = Attempt(plan, slots, boxes, bindings, stale)
        more = attempt.new_boxes()
        boxes = boxes + more
        widened = _widen(attempt, slots)
        bindings, rebound = bindings.after(attempt.body_region.builder, attempt.after)
        known, stale = stale, stale | attempt.stale_after
        if not widened and not more and not rebound and known == stale:
            _finish(plan, attempt)
            return
    raise GraphTypeError(
        "the types of the loop's variables do not settle: they change from step to step"
    )


def _slot(name: str, obj: Any) -> Slot:
    structure, values = take_apart(obj)
    return Slot(name, (structure, values), structure, [v.type for v in values])


def _widen(attempt: Attempt, slots: list[Slot]) -> bool:
    """Let the state hold what a step leaves in it; whether anything changed."""
    changed = False
    for slot, (structure, values) in zip(slots, attempt.taken, strict=True):
        after = structure, [v.type for v in values]
        if _begins_as_tensor(attempt, slot, after):
            changed = True
            continue
        held = joined(slot.name, slot.held, after, slot.join)
        if held is None:
            _different(attempt, slot)
        else:
            changed |= held != slot.held
            slot.structure, slot.types = held
    return changed


def _begins_as_tensor(attempt: Attempt, slot: Slot, after: Typed) -> bool:
    """Whether a number of the name can begin as what a step makes of it; then it does."""
    now = leaf_places(after[0])
    for i, (mine, place) in enumerate(leaf_places(slot.structure)):
        leaf, other = now[i] if i < len(now) else (mine, place)
        if mine.kind != "py" or leaf.count != 1:
            continue
        new = after[1][other]
        if new == slot.types[place] or not _is_exact(attempt, slot, place, new):
            continue
        begin = [at for _, at in leaf_places(slot.start[0])][i]
        slot.numbers[i] = slot.start[1][begin]
        slot.start[1][begin] = as_type(slot.start[1][begin], new)
        slot.start = with_leaf(slot.start[0], i, leaf), slot.start[1]
        slot.structure, slot.types[place] = with_leaf(slot.structure, i, leaf), new
        return True
    return False


def _is_exact(attempt: Attempt, slot: Slot, place: int, new: Type) -> bool:
    """Whether no use of a number in the loop can tell that it begins as a value of type `new`."""
    if attempt.plan.test is not None:
        argument = attempt.argument(attempt.test_region.builder, slot, place)
        if any(argument in node.inputs for node in attempt.test_region.builder.nodes):
            return False
    builder = attempt.body_region.builder
    return exact(builder.nodes, attempt.argument(builder, slot, place), new)


def _different(attempt: Attempt, slot: Slot) -> None:
    after = dict(zip(attempt.plan.names, attempt.taken, strict=True))[slot.name]
    before = describe(slot.structure, iter([Value(t) for t in slot.types]))
    now = describe(after[0], iter(after[1]))
    raise GraphTypeError(
        f"the loop variable {slot.name!r} is {before} before a step and {now} after it; give it one"
        " dtype and one number of axes before the loop, for instance with ag.constant"
    )


def _finish(plan: Plan, attempt: Attempt) -> None:
    builder = attempt.body_region.builder
    results: list[Value] = []

    def collect() -> None:
        for slot, (structure, values) in zip(attempt.slots, attempt.taken, strict=True):
            results.extend(builder.local(v) for v in lifted(structure, values, slot.held))
        results.extend(builder.local(builder.read(b)) for b in attempt.boxes)
        results.extend(map(as_value, attempt.bindings.telling(builder, attempt.after)))

    with_region(builder, collect)
    test = attempt.test_region.builder
    captured = merged_captures(builder, test)
    outer: Any = context.interpreter
    inits = [v for slot in attempt.slots for v in lifted(*slot.start, slot.held)]
    inits += [outer.read(b) for b in attempt.boxes]
    inits += [as_value(r.first) for r in attempt.bindings.told]
    inits = [outer.local(v) for v in inits]
    params: dict[str, Any] = {
        "body": region(builder, tuple(results), captured),
        "bounded": plan.bound is not None,
        "state": len(inits),
        "reads": 0,
    }
    if plan.test is not None:
        assert attempt.test_value is not None
        params["test"] = region(test, (attempt.test_value,), captured)
    types = [join(v.type, r.type) or r.type for v, r in zip(inits, results, strict=True)]
    bound = () if plan.bound is None else (plan.bound,)
    outputs = emit(LOOP, (*bound, *inits, *captured), (py("int64"), *types), params)
    _bind(plan, attempt, outputs)


def _bind(plan: Plan, attempt: Attempt, outputs: tuple[Value, ...]) -> None:
    """Give the names and the boxes their values after the loop."""
    values = iter(outputs[1:])
    tensors: dict[Key, Value] = {}
    owned: list[list[Value]] = []
    for n, slot in enumerate(attempt.slots):
        owned.append([next(values) for _ in slot.types])
        tensors.update(((n, i), v) for i, v in slot.tensors(owned[n]).items())
    bound = {key: _after_loop(attempt, key, v, outputs[0]) for key, v in tensors.items()}
    make = _rebinding({tensors[key]: box for key, box in bound.items()})
    objects = [
        put_together(slot.structure, iter(own), make)
        for slot, own in zip(attempt.slots, owned, strict=True)
    ]
    for box in attempt.boxes:
        touch(box)
        context.interpreter.write(box, next(values))  # type: ignore[attr-defined]
    refresh_all(attempt.entered(), attempt.stale)
    attempt.bindings.tie(bound, outputs[0], list(values))
    plan.set(tuple(objects))


def _after_loop(attempt: Attempt, key: Key, value: Value, steps: Value) -> Any:
    """What a leaf is bound to after the loop: the tensor from before it, one of its own, or, where a
    number began as a tensor and no step was taken, still the number."""
    bindings, number = attempt.bindings, attempt.slots[key[0]].numbers.get(key[1])
    if number is not None:
        zero = context.interpreter.number(0)  # type: ignore[attr-defined]
        ran = f.weak(f.py_greater(steps, zero), dtype="bool")
        return Tagged(value, ran, PYTHON_NAME[number.type.dtype], number)
    kept = bindings.kept().get(key)
    if kept is None:
        made = wrap(value)
        before = bindings.entry[key]._base if key in bindings.entry else None
        made._base = bindings.views.get(key, before)
        return made
    if key in bindings.written:
        touch(kept)
        context.interpreter.write(kept, value)  # type: ignore[attr-defined]
    return kept
