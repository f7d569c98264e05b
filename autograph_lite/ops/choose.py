"""Choices between values: by comparison, or by a condition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, same_shape
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.elementwise import NUMERIC, binary
from autograph_lite.ops.record import (
    Instead,
    Known,
    Linear,
    Op,
    Partials,
    Scalar,
    Threaded,
    register,
)
from autograph_lite.ops.shapes import elementwise


def _share(x: Value, y: Value, wins: Callable[..., Value]) -> tuple[Value, Value]:
    """1 to the operand chosen, 1/2 to each at a tie."""
    tie = f.equal(x, y)
    one, half, none = (f.add(f.zeros_like(x), c) for c in (1.0, 0.5, 0.0))
    return (
        f.where(tie, half, f.where(wins(x, y), one, none)),
        f.where(tie, half, f.where(wins(y, x), one, none)),
    )


# NaN wins; of two zeros the maximum is +0 and the minimum -0, whatever their order.
binary(
    "maximum",
    "x if (x > y) | (x != x) else (x + y if (x == 0) & (y == 0) else y)",
    Partials(lambda x, y, out: _share(x, y, f.greater)),
    dtypes=NUMERIC,
)
binary(
    "minimum",
    "x if (x < y) | (x != x) else (-(-x - y) if (x == 0) & (y == 0) else y)",
    Partials(lambda x, y, out: _share(x, y, f.less)),
    dtypes=NUMERIC,
)


def _chosen(known: Known, c: Value, x: Value, y: Value) -> Value | None:
    """One of two of one shape, where the condition is known or makes no difference."""
    if c.type.rank or not same_shape(x.type.shape, y.type.shape):
        return None
    holds = known.number(c)
    return x if x is y else (None if holds is None else (x if holds else y))


def _chosen_bool(known: Known, c: Value, x: Value, y: Value) -> Value | Instead | None:
    """The same; `c`, `c and x`, `c or y` where it is one of them."""
    found = _chosen(known, c, x, y)
    if found is not None or x.type.dtype != "bool" or x.type.rank or c.type.rank:
        return found
    one, other = known.number(x), known.number(y)
    if other is not None and not other:
        return c if one else Instead("bitwise_and", (c, x))
    if one:
        return Instead("bitwise_or", (c, y))
    if one is not None and other:
        return Instead("logical_not", (c,))
    return None


register(
    Op(
        "where",
        elementwise(),
        Scalar("y if x else z"),
        Linear(lambda g, c, x, y, out: (None, f.choose(c, g), f.choose(f.logical_not(c), g))),
        exact=np.where,
        on_scalars=lambda c, x, y: x if c else y,
        identity=_chosen_bool,
        dtypes=("bool", "float64", "float32"),
    )
)
register(
    Op(
        "choose",
        elementwise(),
        Scalar("y if x else 0"),
        Linear(lambda g, c, x, out: (None, f.choose(c, g))),
        exact=lambda c, x: np.where(c, x, x.dtype.type(0)),
        on_scalars=lambda c, x: x if c else x.__class__(0),
        dtypes=("bool", "float64", "float32"),
    )
)


def _either_types(cond: Type, x: Type, y: Type) -> tuple[Type, ...]:
    return (x,) if x.depth else elementwise()(cond, x, y)


# One of two values of one shape, itself: links say so, and the reverse pass follows them.
register(
    Op(
        "either",
        _either_types,
        Scalar("y if x else z"),
        Threaded("its cotangent is that of the value which it is"),
        identity=_chosen_bool,
        dtypes=("bool", "float64", "float32"),
    )
)
