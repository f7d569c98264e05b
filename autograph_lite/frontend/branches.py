"""Staged branches: both arms are run on symbolic values and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from autograph_lite.errors import GraphTypeError
from autograph_lite.frontend.loops import Get, Set
from autograph_lite.frontend.state import (
    NAME,
    Leaf,
    Maybe,
    Nothing,
    Structure,
    describe,
    fitted,
    put_together,
    take_apart,
    unsure,
)
from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, join, tensor, weak
from autograph_lite.ops.control import IF
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.ops.staging import emit, staged_region, with_region
from autograph_lite.tensors.boxes import Box, value_of
from autograph_lite.tensors.tensor import Promoted


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
    boxes = list({id(b): b for arm in arms for b in arm.boxes()}.values())
    results = [_results(arm, k, joins, boxes) for k, arm in enumerate(arms)]
    captured = merged_captures(*(arm.builder for arm in arms))
    params = {
        name: region(arm.builder, tuple(r), captured)
        for name, arm, r in zip(("then", "orelse"), arms, results, strict=True)
    }
    types = tuple(_joined_type(a, b) for a, b in zip(results[0], results[1], strict=True))
    values = iter(emit(IF, (cond, *captured), types, params))
    objects = [j.bind(values, cond) for j in joins]
    for box in boxes:
        context.interpreter.write(box, next(values))  # type: ignore[attr-defined]
        box._version += 1
    set(tuple(objects[:-1]))
    return objects[-1]


def _joined_type(a: Value, b: Value) -> Type:
    joined = join(a.type, b.type)
    assert joined is not None
    return joined


def _results(arm: Arm, which: int, joins: list[_Join], boxes: list[Box]) -> list[Value]:
    results: list[Value] = []

    def collect() -> None:
        for j in joins:
            results.extend(arm.builder.local(v) for v in j.values(which))
        results.extend(arm.builder.local(arm.builder.read(b)) for b in boxes)

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
        self.number = ""
        self.tensor_side = 0
        self._promote((a, b))
        shapes = [s for s, _ in self.sides]
        self.structure: Structure = shapes[1] if isinstance(shapes[0], Nothing) else shapes[0]
        if any(isinstance(s, Nothing | Maybe) for s in shapes):
            inner = unsure(self.structure)
            self.structure = Maybe(name, inner.inner)
        self._check()

    def _promote(self, arms: tuple[Arm, Arm]) -> None:
        """A Python number in one arm, a scalar tensor in the other: the number as a tensor, if the
        tensor's dtype is the one that a number takes beside it; which it is stays known."""
        for i in (0, 1):
            (mine, values), (other, tensors) = self.sides[i], self.sides[1 - i]
            if mine != Leaf("py") or other != Leaf("ag"):
                continue
            dtype = tensors[0].type.dtype
            if tensors[0].type.rank or weak(values[0].type.dtype, dtype) != dtype:
                continue
            with_region(arms[i].builder, partial(self._weaken, i, values[0], dtype))
            self.number, self.tensor_side = NAME[values[0].type.dtype], 1 - i

    def _weaken(self, side: int, value: Value, dtype: str) -> None:
        self.sides[side] = (Leaf("ag"), [f.weak(value, dtype=dtype)])

    def _types(self) -> list[Type]:
        """The types of the joined values, before they are joined."""
        side = next(i for i, (s, _) in enumerate(self.sides) if not isinstance(s, Nothing))
        structure, values = self.sides[side]
        types = [v.type for v in values]
        plain = isinstance(self.structure, Maybe) and not isinstance(structure, Maybe)
        return [tensor("bool"), *types] if plain else types

    def _check(self) -> None:
        (a, left), (b, right) = self.sides
        if isinstance(a, Nothing) or isinstance(b, Nothing):
            return
        x, y = (unsure(s).inner for s in (a, b))
        skip = [1 if isinstance(s, Maybe) else 0 for s in (a, b)]
        pairs = list(zip(left[skip[0] :], right[skip[1] :], strict=False))
        fits = x == y and all(join(p.type, q.type) for p, q in pairs)
        if not fits:
            raise GraphTypeError(
                f"{self.name!r} is {describe(a, iter(left))} after one branch of this condition and"
                f" {describe(b, iter(right))} after the other; give it the same dtype and number of"
                " axes in both, for instance with ag.constant"
            )

    def values(self, which: int) -> list[Value]:
        """What the arm returns for the name; a filler where it assigned nothing."""
        if self.same:
            return []
        structure, values = self.sides[which]
        return fitted(structure, values, self.structure, self._types())

    def bind(self, values: Iterator[Value], cond: Value) -> Any:
        if self.same:
            return self.objects[0]
        made = put_together(self.structure, values)
        if not self.number or self.structure != Leaf("ag"):
            return made
        is_tensor = cond if self.tensor_side == 0 else f.logical_not(cond)
        return Promoted(value_of(made), is_tensor, self.number)
