"""Staged branches: both arms are run on symbolic values and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.frontend.bindings import refresh_all
from autograph_lite.frontend.joins import Typed, joined, lifted
from autograph_lite.frontend.loops import Get, Set
from autograph_lite.frontend.state import (
    Structure,
    describe,
    holds_array,
    leaf_places,
    put_together,
    take_apart,
    tensors_of,
)
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Condition, Test, Value
from autograph_lite.ops import regions as ops
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.regions import emit_if
from autograph_lite.ops.same import as_value
from autograph_lite.ops.staging import in_region, staged_region
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


class Arm:
    """One arm after staging: what each name holds at its end."""

    def __init__(self, body: Callable[[], Any], get: Get, set: Set) -> None:
        before = get()
        entered = staged_region()
        self.builder: Builder = entered.builder
        try:
            with entered:
                returned = body()
                self.after = (*get(), returned)
                self.stale = {id(box) for box in self.boxes() if is_stale(box)}
        finally:
            set(before)
            self.builder.forget_writes()

    def apart(self, obj: Any) -> tuple[Structure, list[Value]]:
        found: tuple[Structure, list[Value]] = in_region(self.builder, lambda: take_apart(obj))
        return found

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
    arms = [Arm(then, get, set), Arm(orelse, get, set)]
    joins = [_Join(name, arms[0], arms[1], i) for i, name in enumerate((*names, "the value"))]
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
    for t in ties:
        flag = next(values) if any(t is one for one in told) else None
        other = t.b.thing if isinstance(t.b, Outer) else bound.get(t.b)
        if t.a in bound and other is not None:
            link(bound[t.a], other, _tied(t, cond, flag))
    set(tuple(objects[:-1]))
    return objects[-1]


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
    results += [arm.builder.local(arm.builder.read(b)) for b in boxes]
    return results + [arm.builder.local(as_value(t.sides[which])) for t in told]


class _Join:
    """What a name holds after either arm."""

    def __init__(self, name: str, a: Arm, b: Arm, i: int) -> None:
        self.name = name
        self.objects = (a.after[i], b.after[i])
        self.same = self.objects[0] is self.objects[1]
        if self.same:
            return
        self.sides = [a.apart(self.objects[0]), b.apart(self.objects[1])]
        one, other = ((s, [v.type for v in values]) for s, values in self.sides)
        held = joined(name, one, other)
        if held is None:
            self._refuse()
        self.held: Typed = held

    def _refuse(self) -> NoReturn:
        unnamed = " " in self.name
        name = self.name if unnamed else repr(self.name)
        if any(holds_array(structure) for structure, _ in self.sides):
            before = f" before: {self.name} = ag.constant({self.name})"
            instead = ": ag.constant(...)" if unnamed else before
            raise ConversionError(
                f"{name} is a NumPy array that no tensor has touched, and another one or something"
                f" else after the other branch of this condition; make it a tensor{instead}"
            )
        after, other = (describe(structure, iter(values)) for structure, values in self.sides)
        raise GraphTypeError(
            f"{name} is {after} after one branch of this condition and {other} after the other;"
            " give it the same dtype and number of axes in both, for instance with ag.constant"
        )

    def values(self, which: int) -> list[Value]:
        """What the arm returns for the name."""
        return [] if self.same else lifted(*self.sides[which], self.held)

    def ends(self, which: int) -> list[Box | None]:
        """The tensors that the leaves are bound to at the end of an arm."""
        found = tensors_of(self.objects[which])
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
