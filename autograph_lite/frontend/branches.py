"""Staged branches: both arms are run on symbolic values and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

from autograph_lite.errors import GraphTypeError
from autograph_lite.frontend.bindings import refresh_all
from autograph_lite.frontend.joins import Typed, joined, lifted
from autograph_lite.frontend.loops import Get, Set
from autograph_lite.frontend.state import (
    Structure,
    describe,
    leaf_places,
    put_together,
    take_apart,
    tensors_of,
)
from autograph_lite.frontend.ties import Ends, Tie, as_value, tie, ties_at_ends
from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, join
from autograph_lite.ops.control import IF
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.ops.staging import emit, staged_region, with_region
from autograph_lite.tensors.aliases import Sure
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
        found: list[Any] = []
        with_region(self.builder, lambda: found.append(take_apart(obj)))
        return found[0]  # type: ignore[no-any-return]

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
    ends = [[box for j in parted for box in j.ends(k)] for k in (0, 1)]
    ties = ties_at_ends([(arm.builder, e) for arm, e in zip(arms, ends, strict=True)])
    handed = [t for t in ties if t.dynamic and _has_axes(t, ends)]
    boxes = list({id(b): b for arm in arms for b in arm.boxes()}.values())
    results = [_results(arm, k, joins, boxes, handed) for k, arm in enumerate(arms)]
    captured = merged_captures(*(arm.builder for arm in arms))
    params = {
        name: region(arm.builder, tuple(r), captured)
        for name, arm, r in zip(("then", "orelse"), arms, results, strict=True)
    }
    types = tuple(_joined_type(a, b) for a, b in zip(results[0], results[1], strict=True))
    values = iter(emit(IF, (cond, *captured), types, params))
    objects = [j.bind(values) for j in joins]
    for box in boxes:
        touch(box)
        context.interpreter.write(box, next(values))  # type: ignore[attr-defined]
    refresh_all(boxes, {i for arm in arms for i in arm.stale})
    leaves = [
        box for j, obj in zip(joins, objects, strict=True) if not j.same for box in tensors_of(obj)
    ]
    for t in ties:
        told = next(values) if any(t is one for one in handed) else None
        other = leaves[t.b] if isinstance(t.b, int) else t.b
        sure = told is not None or not t.dynamic
        tie(leaves[t.a], other, partial(_tied, t, cond, told) if sure else None)
    set(tuple(objects[:-1]))
    return objects[-1]


def _has_axes(t: Tie, ends: list[Ends]) -> bool:
    """Whether the tensors have elements to be written one by one."""
    return any(box is not None and box._value.type.rank > 0 for box in (ends[0][t.a], ends[1][t.a]))


def _tied(t: Tie, cond: Value, told: Value | None) -> Sure:
    """After the branch: whether the tensors of a tie are one."""
    if told is not None:
        return told
    return True if all(t.sides) else (cond if t.sides[0] else f.logical_not(cond))


def _joined_type(a: Value, b: Value) -> Type:
    either = join(a.type, b.type)
    assert either is not None
    return either


def _results(
    arm: Arm, which: int, joins: list[_Join], boxes: list[Box], handed: list[Tie]
) -> list[Value]:
    results: list[Value] = []

    def collect() -> None:
        for j in joins:
            results.extend(arm.builder.local(v) for v in j.values(which))
        results.extend(arm.builder.local(arm.builder.read(b)) for b in boxes)
        results.extend(as_value(t.sides[which]) for t in handed)

    with_region(arm.builder, collect)
    return results


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
        after, other = (describe(structure, iter(values)) for structure, values in self.sides)
        raise GraphTypeError(
            f"{self.name!r} is {after} after one branch of this condition and {other} after the other;"
            " give it the same dtype and number of axes in both, for instance with ag.constant"
        )

    def values(self, which: int) -> list[Value]:
        """What the arm returns for the name."""
        return [] if self.same else lifted(*self.sides[which], self.held)

    def ends(self, which: int) -> Ends:
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
