"""Reductions and scans.  Each has one documented order, independent of strides, fusion and threads."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, tensor
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.elementwise import NUMERIC
from autograph_lite.ops.record import Constant, Fold, Linear, Loops, Op, Structural, Vjp, register
from autograph_lite.ops.shapes import elementwise, reduced, reduction


def _sum_vjp(g: Value, x: Value, out: Value, *, axes: tuple[int, ...]) -> tuple[Value]:
    return (f.spread(g, x, axes=axes),)


register(
    Op("sum", reduction(), Fold(-0.0, "acc + x", lanes=True), Linear(_sum_vjp), dtypes=NUMERIC)
)


def _spread_types(g: Type, x: Type, *, axes: tuple[int, ...]) -> tuple[Type]:
    del axes
    return (tensor(g.dtype, x.shape),)


def _spread(g: Any, shape: tuple[int, ...], *, axes: tuple[int, ...]) -> Any:
    return np.broadcast_to(np.expand_dims(g, axes), shape).copy()


# The inverse move of a reduction: `g` repeated along `axes` to the shape of `x`.
register(
    Op(
        "spread",
        _spread_types,
        Structural("a view with stride 0 along the axes"),
        Linear(lambda ct, g, x, out, *, axes: (f.sum(ct, axes=axes), None)),
        exact=_spread,
        shape_only=(1,),
    )
)


def _extreme_vjp(g: Value, x: Value, out: Value, *, axes: tuple[int, ...]) -> tuple[Value]:
    """Ties share equally."""
    hit = f.equal(x, f.spread(out, x, axes=axes))
    count = f.sum(f.cast(hit, dtype=x.type.dtype), axes=axes)
    return (f.choose(hit, f.spread(f.divide(g, count), x, axes=axes)),)


register(
    Op(
        "max",
        reduction(),
        Fold(None, "acc if (acc > x) | (acc != acc) else x"),
        Vjp(_extreme_vjp),
        dtypes=NUMERIC,
    )
)
register(
    Op(
        "min",
        reduction(),
        Fold(None, "acc if (acc < x) | (acc != acc) else x"),
        Vjp(_extreme_vjp),
        dtypes=NUMERIC,
    )
)
register(
    Op("any", reduction("bool"), Fold(False, "acc | x"), Constant("it is a bool"), dtypes=("bool",))
)
register(
    Op("all", reduction("bool"), Fold(True, "acc & x"), Constant("it is a bool"), dtypes=("bool",))
)


def _prod_vjp(g: Value, x: Value, out: Value, *, axes: tuple[int, ...]) -> tuple[Value]:
    """The product of the other elements: right at zeros."""
    del out
    order = tuple(i for i in range(x.type.rank) if i not in axes) + axes
    others = _others(f.transpose(x, axes=order), len(axes))
    back = f.transpose(others, axes=tuple(np.argsort(order).tolist()))
    return (f.scale(f.spread(g, x, axes=axes), back),)


def _others(x: Value, count: int) -> Value:
    """For each element of the last `count` axes the product of those before it and of those after."""
    after = _flipped(f.products_before(_flipped(x, count), count=count), count)
    return f.multiply(f.products_before(x, count=count), after)


def _flipped(x: Value, count: int) -> Value:
    return f.flip(x, axes=tuple(range(x.type.rank - count, x.type.rank)))


register(Op("prod", reduction(), Fold(1.0, "acc * x"), Vjp(_prod_vjp), dtypes=NUMERIC))


def _trailing_types(*xs: Type, count: int) -> tuple[Type]:
    del count
    return (xs[0],)


def _products_before(x, out):
    for i in range(x.shape[0]):
        acc = x.dtype(1)
        for j in range(x.shape[1]):
            out[i, j] = acc
            acc = acc * x[i, j]


def _products_before_vjp(g: Value, x: Value, out: Value, *, count: int) -> tuple[Value]:
    """x[k] is in every later product: out[k] times what `carried` brings back from them."""
    return (f.scale(_carried_back(x, g, count), out),)


register(
    Op(
        "products_before",
        _trailing_types,
        Loops(_products_before, "trailing"),
        Vjp(_products_before_vjp),
    )
)


# out[0] = 0, out[k + 1] = b[k] + scale(out[k], a[k])
def _carried(a, b, out):
    for i in range(a.shape[0]):
        acc = a.dtype(0)
        for j in range(a.shape[1]):
            out[i, j] = acc
            r = acc * a[i, j]
            acc = b[i, j] + (r if (r == r) | (acc != 0) else 0)


def _carried_back(a: Value, b: Value, count: int) -> Value:
    """`carried` from the last element to the first."""
    return _flipped(f.carried(_flipped(a, count), _flipped(b, count), count=count), count)


def _carried_vjp(g: Value, a: Value, b: Value, out: Value, *, count: int) -> tuple[Value, Value]:
    """A recurrence carries forward what its reverse carries back."""
    del b
    ct = _carried_back(a, g, count)
    return f.scale(ct, out), ct


register(Op("carried", _trailing_types, Loops(_carried, "trailing"), Vjp(_carried_vjp)))


def _position_types(x: Type, *, axis: int) -> tuple[Type]:
    return (tensor("int64", reduced(x.shape, (axis,))),)


def _argmax(x, out):
    for i in range(x.shape[0]):
        for k in range(x.shape[2]):
            best = 0
            for j in range(x.shape[1]):
                a = x[i, best, k]
                b = x[i, j, k]
                best = j if ((b > a) | (b != b)) & (a == a) else best
            out[i, k] = best


def _argmin(x, out):
    for i in range(x.shape[0]):
        for k in range(x.shape[2]):
            best = 0
            for j in range(x.shape[1]):
                a = x[i, best, k]
                b = x[i, j, k]
                best = j if ((b < a) | (b != b)) & (a == a) else best
            out[i, k] = best


for _name, _function, _exact in (("argmax", _argmax, np.argmax), ("argmin", _argmin, np.argmin)):
    register(
        Op(
            _name,
            _position_types,
            Loops(_function, "around"),
            Constant("it is an integer"),
            exact=_exact,
            dtypes=NUMERIC,
        )
    )


def _cumsum(x, out):
    for i in range(x.shape[0]):
        for k in range(x.shape[2]):
            acc = x.dtype(0)
            for j in range(x.shape[1]):
                acc = x[i, j, k] if j == 0 else acc + x[i, j, k]
                out[i, j, k] = acc


def _cumsum_vjp(g: Value, x: Value, out: Value, *, axis: int) -> tuple[Value]:
    backwards = f.cumsum(f.flip(g, axes=(axis,)), axis=axis)
    return (f.flip(backwards, axes=(axis,)),)


register(
    Op(
        "cumsum",
        lambda x, *, axis: elementwise()(x),
        Loops(_cumsum, "along"),
        Linear(_cumsum_vjp),
        exact=np.cumsum,
        dtypes=("float64", "float32", "int64"),
    )
)
