"""Reductions and scans.  Each has one documented order, independent of strides, fusion and threads."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, tensor
from autograph_lite.ops.elementwise import NUMERIC
from autograph_lite.ops.record import (
    Constant,
    Fold,
    Linear,
    Loops,
    Op,
    Refused,
    Structural,
    Vjp,
    f,
    register,
)
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
    if len(axes) < x.type.rank:
        order = tuple(i for i in range(x.type.rank) if i not in axes) + axes
        moved = f.transpose(x, axes=order)
        others = f.transpose(_others(moved, len(axes)), axes=tuple(np.argsort(order).tolist()))
    else:
        others = _others(x, len(axes))
    return (f.scale(f.spread(g, x, axes=axes), others),)


def _others(x: Value, count: int) -> Value:
    return f.product_of_others(x, count=count)


def product_of_others(x, out):
    rows = x.shape[0]
    n = x.shape[1]
    for i in range(rows):
        acc = x.dtype(1)
        for j in range(n):
            out[i, j] = acc
            acc = acc * x[i, j]
        acc = x.dtype(1)
        for j in range(n):
            k = n - 1 - j
            out[i, k] = out[i, k] * acc
            acc = acc * x[i, k]


register(Op("prod", reduction(), Fold(1.0, "acc * x"), Vjp(_prod_vjp), dtypes=NUMERIC))


def _others_types(x: Type, *, count: int) -> tuple[Type]:
    del count
    return (x,)


def _others_exact(x: Any, *, count: int) -> Any:
    """Exclusive products from the left and from the right, multiplied: as many roundings each."""
    rows = x.reshape(-1, int(np.prod(x.shape[x.ndim - count :], dtype=np.int64)))
    left, right = np.ones_like(rows), np.ones_like(rows)
    if rows.shape[1]:
        np.multiply.accumulate(rows[:, :-1], axis=1, out=left[:, 1:])
        np.multiply.accumulate(rows[:, :0:-1], axis=1, out=right[:, -2::-1])
    return (left * right).reshape(x.shape)


register(
    Op(
        "product_of_others",
        _others_types,
        Structural("loops over the trailing axes"),
        Refused("the second derivative of prod is not available; write the product as a loop"),
        exact=_others_exact,
    )
)


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
