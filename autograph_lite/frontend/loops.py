"""Staged loops: run the body once on symbolic state and make one loop node of it.

The types of the state are found by a fixed point: the body is staged with the types at entry, and
again with wider ones where a step changes them (an extent that varies, a Python number that becomes
an array), until they stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from autograph_lite.errors import GraphTypeError, ShapeError
from autograph_lite.frontend.state import (
    NAME,
    Leaf,
    Maybe,
    Nothing,
    Structure,
    Undefined,
    describe,
    filler,
    fitted,
    put_together,
    take_apart,
    truth,
    unsure,
)
from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type, join, py, tensor
from autograph_lite.ops.control import IF, LOOP
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.ops.staging import emit, staged_region, with_region
from autograph_lite.tensors.boxes import Box, value_of, write
from autograph_lite.tensors.tensor import Promoted

Get = Callable[[], tuple[Any, ...]]
Set = Callable[[tuple[Any, ...]], None]


@dataclass(slots=True)
class Slot:
    """One name of the loop state: its structure and the values it begins with."""

    name: str
    structure: Structure
    inits: list[Value]
    types: list[Type]
    box: Box | None = None
    number: str = ""  # the Python number that it is before the first step, a tensor after it
    late: bool = False  # first assigned by the body
    free: set[Any] = field(default_factory=set)  # extents that vary from step to step


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
    """The body staged once under an assumption about the types of the state."""

    def __init__(self, plan: Plan, slots: list[Slot], boxes: list[Box]) -> None:
        self.plan, self.slots, self.boxes = plan, slots, boxes
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
        objects = []
        for slot in self.slots:
            values = iter([builder.argument(t) for t in slot.types])
            objects.append(put_together(slot.structure, values))
        for box in self.boxes:
            builder.overlay[id(box)] = (box, builder.argument(value_in(builder.parent, box).type))
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
            self.written = [box for _, (box, _) in sorted(builder.overlay.items(), key=lambda e: 0)]

    def argument(self, builder: Builder, slot: Slot, i: int) -> Value:
        """The argument of a region for value `i` of a slot."""
        position = 1
        for other in self.slots:
            if other is slot:
                return builder.arguments[position + i]
            position += len(other.types)
        raise ValueError(slot.name)

    def new_boxes(self) -> list[Box]:
        return [b for b in self.written if not any(b is known for known in self.boxes)]


def value_in(builder: Any, box: Box) -> Value:
    value: Value = builder.read(box)
    return value


def condition(obj: Any) -> Value:
    """A test as a bool value."""
    if isinstance(obj, Box):
        value = value_of(obj)
        if value.type.rank:
            raise ShapeError("condition must be a scalar; use np.any or np.all")
        if value.type.kind == "py":
            return value if value.type.dtype == "bool" else f.py_bool(value)
        return value if value.type.dtype == "bool" else f.not_equal(value, 0)
    builder: Any = context.interpreter
    result: Value = builder.constant(bool(obj), "bool")
    return result


def stage_loop(plan: Plan) -> None:
    """Find the types, append the loop node, bind the names to its results."""
    slots = [_slot(name, obj) for name, obj in zip(plan.names, plan.get(), strict=True)]
    boxes: list[Box] = []
    for _ in range(12):
        attempt = Attempt(plan, slots, boxes)
        more = attempt.new_boxes()
        boxes = boxes + more
        if not _widen(attempt, slots) and not more:
            _finish(plan, attempt)
            return
    raise GraphTypeError(
        "the types of the loop's variables do not settle: they change from step to step"
    )


def _slot(name: str, obj: Any) -> Slot:
    structure, values = take_apart(obj)
    box = obj if isinstance(obj, Box) and structure == Leaf("ag") else None
    return Slot(name, structure, values, [v.type for v in values], box)


def _widen(attempt: Attempt, slots: list[Slot]) -> bool:
    """Let the state take the types that a step gives; whether anything changed."""
    changed = False
    for slot, (structure, values) in zip(slots, attempt.taken, strict=True):
        if isinstance(structure, Nothing):
            continue
        if isinstance(structure, Maybe) or isinstance(slot.structure, Nothing):
            changed |= _make_unsure(slot, structure, values)
        types = [v.type for v in values]
        if isinstance(slot.structure, Maybe) and not isinstance(structure, Maybe):
            structure, types = unsure(structure), [tensor("bool"), *types]
        if not compatible(slot.structure, structure):
            _different(attempt, slot)
        for i, type in enumerate(types):
            changed |= _widen_value(attempt, slot, i, type)
        slot.structure = _renamed(slot, structure)
    return changed


def _make_unsure(slot: Slot, structure: Structure, values: list[Value]) -> bool:
    """The name may be undefined before a step: its state says whether it is defined."""
    if isinstance(slot.structure, Maybe):
        return False
    if isinstance(slot.structure, Nothing):
        types = [v.type for v in values]
        slot.types = types if isinstance(structure, Maybe) else [tensor("bool"), *types]
        slot.late = True
        slot.structure = unsure(structure)
        slot.inits = [truth(False), *(filler(t) for t in slot.types[1:])]
    else:
        slot.structure = unsure(slot.structure)
        slot.types = [tensor("bool"), *slot.types]
        slot.inits = [truth(True), *slot.inits]
    return True


def _renamed(slot: Slot, structure: Structure) -> Structure:
    """The structure after a step, under the name of the slot."""
    if isinstance(structure, Maybe):
        return Maybe(slot.name, structure.inner)
    return structure


def compatible(a: Structure, b: Structure) -> bool:
    """Whether two structures differ in the kinds of their leaves at most."""
    if isinstance(a, Leaf) and isinstance(b, Leaf):
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, Maybe) and isinstance(b, Maybe):
        return compatible(a.inner, b.inner)
    if not isinstance(a, Leaf | Nothing) and hasattr(a, "parts"):
        same = a.type is b.type and a.keys == b.keys and len(a.parts) == len(b.parts)  # type: ignore[union-attr]
        return same and all(map(compatible, a.parts, b.parts))  # type: ignore[union-attr]
    return a == b


def _widen_value(attempt: Attempt, slot: Slot, i: int, new: Type) -> bool:
    old = slot.types[i]
    if old == new:
        return False
    wider = join(old, new)
    if wider is not None:
        return _free_extents(slot, i, old, wider)
    if slot.late:
        slot.types[i] = new
        slot.inits[i] = filler(new)
        return True
    if old.kind == "py" and old.rank == new.rank and not slot.late:
        promoted = promotion(attempt, slot, i, new)
        if promoted is not None:
            slot.inits[i] = promoted
            slot.types[i] = new
            return True
    _different(attempt, slot)
    return False


def _free_extents(slot: Slot, i: int, old: Type, wider: Type) -> bool:
    """Extents that a step changes may be any; whether one was not so before."""
    shape = tuple(a if a in slot.free else b for a, b in zip(old.shape, wider.shape, strict=True))
    if shape == old.shape:
        return False
    slot.free.update(b for a, b in zip(old.shape, shape, strict=True) if a != b)
    slot.types[i] = Type(old.kind, old.dtype, shape, old.depth)
    return True


def promotion(attempt: Attempt, slot: Slot, i: int, new: Type) -> Value | None:
    """The initial Python number in the type that a step gives it, if no use of it in the body can
    tell the difference: it is only ever converted to exactly that type."""
    if attempt.plan.test is not None and _read(attempt.test_region.builder, attempt, slot, i):
        return None
    argument = attempt.argument(attempt.body_region.builder, slot, i)
    if not only_converted(attempt.body_region.builder.nodes, argument, new):
        return None
    init = slot.inits[i]
    if new.kind == "ag":
        slot.number = NAME[init.type.dtype]
        return f.weak(init, dtype=new.dtype)
    return f.py_float(init) if new.dtype == "float64" and init.type.dtype == "int64" else None


def _read(builder: Builder, attempt: Attempt, slot: Slot, i: int) -> bool:
    argument = attempt.argument(builder, slot, i)
    return any(argument in node.inputs for node in builder.nodes)


def only_converted(nodes: Iterable[Node], number: Value, new: Type) -> bool:
    """Whether all that these nodes do with a Python number is to convert it to a type, before or after
    arithmetic that gives the same bits in both; what a branch hands through counts as converted where
    it is joined."""
    for node in nodes:
        if number not in node.inputs:
            continue
        if new.kind == "ag" and node.op.name == "weak" and node.params["dtype"] == new.dtype:
            continue
        if new.kind == "py" and new.dtype == "float64" and node.op.name == "py_float":
            continue
        if _same_in_both(node, new) and only_converted(nodes, node.outputs[0], new):
            continue
        if node.op is not IF or not _converted_in_arms(node, number, new):
            return False
    return True


SAME_BITS = ("py_add", "py_subtract", "py_multiply", "py_negative")


def _same_in_both(node: Node, new: Type) -> bool:
    """Whether a node computes the same on Python floats and on float64 tensors."""
    return (
        new.kind == "ag"
        and new.dtype == "float64"
        and node.op.name in SAME_BITS
        and all(v.type.dtype == "float64" for v in node.inputs)
    )


def _converted_in_arms(node: Node, number: Value, new: Type) -> bool:
    places = [i for i, v in enumerate(node.inputs[1:]) if v is number]
    arms: list[Region] = [node.params["then"], node.params["orelse"]]
    if node.inputs[0] is number:
        return False
    return all(
        only_converted(arm.nodes, arm.arguments[i], new) and arm.arguments[i] not in arm.results
        for arm in arms
        for i in places
    )


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
            own = fitted(structure, values, slot.structure, slot.types)
            results.extend(builder.local(v) for v in own)
        results.extend(builder.local(builder.read(b)) for b in attempt.boxes)

    with_region(builder, collect)
    test = attempt.test_region.builder
    captured = merged_captures(builder, test)
    outer: Any = context.interpreter
    inits = [v for slot in attempt.slots for v in slot.inits] + [
        outer.read(b) for b in attempt.boxes
    ]
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
    objects = []
    for slot, obj, entered in zip(attempt.slots, attempt.after, attempt.objects, strict=True):
        if isinstance(slot.structure, Nothing):
            objects.append(Undefined(slot.name))
            continue
        made = put_together(slot.structure, values)
        if slot.number and slot.structure == Leaf("ag"):
            zero = context.interpreter.number(0)  # type: ignore[attr-defined]
            ran = f.weak(f.py_greater(outputs[0], zero), dtype="bool")
            made = Promoted(value_of(made), ran, slot.number)
        kept = slot.box if obj is entered and isinstance(made, Box) else None
        if kept is not None and entered._version:  # the same tensor, written in place
            write(kept, value_of(made))
            made = kept
        objects.append(made)
    for box in attempt.boxes:
        context.interpreter.write(box, next(values))  # type: ignore[attr-defined]
        box._version += 1
    plan.set(tuple(objects))
