"""Cotangents: what has arrived at a value, and sums of it.

Where only the run knows whether anything has arrived, a bool goes with the value, and the value is then
blank: -0 for a scalar, which changes no bit of a sum, zeros for an array.  Whoever comes first is
assigned, later ones are added (R2): zero instead of nothing would give 0 * inf = NaN and turn -0 into +0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograph_lite.ir.graph import Test, Value
from autograph_lite.ir.types import same_shape
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.regions import either, pick
from autograph_lite.ops.same import Sure, as_value, both, negated, some, true


@dataclass(slots=True)
class Cotangent:
    """What has arrived; `arrived` is a bool value where only the run can tell, else None: for the
    cotangent of a history a history, one bool per element.  `blank`: whether the value is blank where
    nothing has, as that of a history always is.  It has the shape of the primal in any case."""

    value: Value
    arrived: Value | None = None
    blank: bool = False

    @property
    def there(self) -> Sure:
        """Whether anything has arrived."""
        return True if self.arrived is None else self.arrived

    def where(self, condition: Sure) -> Cotangent | None:
        """The same where a condition holds, else nothing."""
        if condition is True:
            return self
        if self.value.type.depth == 0:
            return cotangent(self.value, both(self.there, condition))
        if isinstance(condition, bool):
            return self if condition else None
        none = nothing(self.value), arrival(None, self.value)
        value = f.either(condition, self.value, none[0])
        return Cotangent(value, f.either(condition, arrival(self, self.value), none[1]), True)


def cotangent(value: Value, there: Sure, blank: bool = False) -> Cotangent | None:
    """A cotangent that is there where a condition holds."""
    if isinstance(there, bool):
        return Cotangent(value) if there else None
    return Cotangent(value, there, blank)


def arrival(got: Cotangent | None, like: Value) -> Value:
    """Whether a cotangent of a value has arrived, as a value of the present region."""
    if got is not None and got.arrived is not None:
        builder: Any = context.interpreter
        return builder.local(got.arrived)  # type: ignore[no-any-return]
    there = got is not None
    return f.every(like, value=there) if like.type.depth else as_value(there)


def state(got: Cotangent | None) -> str:
    """Whether anything has arrived, as far as it is known: "set", "unset" or "maybe"."""
    return "unset" if got is None else ("set" if got.arrived is None else "maybe")


def parts(got: Cotangent | None) -> list[Value]:
    """The values that a cotangent consists of."""
    return [] if got is None else [v for v in (got.value, got.arrived) if v is not None]


def is_scalar(value: Value) -> bool:
    return value.type.rank == 0 and value.type.depth == 0


def nothing(like: Value) -> Value:
    """A blank cotangent in the shape of a value."""
    if like.type.depth:
        return f.void(like)
    if like.type.rank == 0:
        return context.interpreter.constant(-0.0, like.type.dtype)
    if all(isinstance(e, int) for e in like.type.shape):
        zero = context.interpreter.constant(0.0, like.type.dtype)
        return f.broadcast_to(zero, shape=like.type.shape)
    return f.zeros_like(like)


def blanked(g: Cotangent) -> Cotangent:
    """The same, its value blank where nothing has arrived."""
    if g.arrived is None or g.blank:
        return g
    return Cotangent(either(g.arrived, g.value, nothing(g.value)), g.arrived, True)


def fitted(g: Cotangent, like: Value) -> Cotangent:
    """The same, its value in the shape of `like` where it has not arrived there either."""
    if g.arrived is None or like.type.depth or same_shape(g.value.type.shape, like.type.shape):
        return g
    return Cotangent(pick(g.arrived, g.value, nothing(like)), g.arrived, True)


def joined(before: Cotangent | None, g: Cotangent) -> Cotangent:
    """What was there, and what arrives."""
    if before is None:
        return g
    if before.arrived is None and g.arrived is None:
        return Cotangent(f.accumulate(before.value, g.value))
    there = some(before.there, g.there)
    value = (_scalars if is_scalar(g.value) else _arrays)(before, g)
    blank = is_scalar(g.value) or before.blank
    return Cotangent(value) if there is True else Cotangent(value, as_value(there), blank)


def _scalars(before: Cotangent, g: Cotangent) -> Value:
    """A plain sum, for what has not arrived is -0; by its links the one that has, if only one has."""
    out = _added(f.arrive_blank, blanked(before), blanked(g))
    return _linked(out, before, g)


def _arrays(before: Cotangent, g: Cotangent) -> Value:
    return _linked(_added(f.arrive, before, g), before, g)


def _added(add: Callable[..., Value], before: Cotangent, g: Cotangent) -> Value:
    flags = [true() if x.arrived is None else x.arrived for x in (before, g)]
    out: Value = add(before.value, g.value, *flags)
    return out


def _linked(out: Value, before: Cotangent, g: Cotangent) -> Value:
    """The sum, which is the only one that has arrived: itself, not what is blank where it has not."""
    builder: Any = context.interpreter
    if before.arrived is not None:
        builder.link(out, g.value, both(negated(before.arrived), g.there))
    if g.arrived is not None and g.arrived is not before.arrived:
        builder.link(out, before.value, Test("not", g.arrived))
    return out


def chosen(condition: Sure, a: Cotangent | None, b: Cotangent | None) -> Cotangent | None:
    """One cotangent or the other, as the run decides."""
    if a is None and b is None:
        return None
    if a is None or b is None:
        one = a or b
        assert one is not None
        return one.where(negated(condition) if a is None else condition)
    value = choice(condition, a.value, b.value)
    if a.arrived is None and b.arrived is None:
        return Cotangent(value)
    blank = (a.arrived is None or a.blank) and (b.arrived is None or b.blank)
    if value.type.depth:
        found = f.either(as_value(condition), arrival(a, value), arrival(b, value))
        return Cotangent(value, found, blank)
    return cotangent(
        value, some(both(condition, a.there), both(negated(condition), b.there)), blank
    )


def choice(condition: Sure, a: Value, b: Value) -> Value:
    """`a` or `b` itself, whatever their shapes."""
    if isinstance(condition, bool):
        return a if condition else b
    if a is b:
        return a
    alike = same_shape(a.type.shape, b.type.shape)
    return either(condition, a, b) if alike or a.type.depth else pick(condition, a, b)
