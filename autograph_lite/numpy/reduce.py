"""Reductions and scans, with NumPy's axis and keepdims.

`axis` is an axis, a tuple of axes, or None for all; the result has no such axes, or with `keepdims` axes of
extent 1.  An axis that is not there or stands twice is a ShapeError, one that is no integer a GraphTypeError.
"""

from __future__ import annotations

from typing import Any

import autograph_lite.tensors.operators as o
from autograph_lite.errors import GraphTypeError, ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Symbol
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.shapes import normal_axis
from autograph_lite.tensors.boxes import as_value, dtype_name, wrap
from autograph_lite.tensors.tensor import extent


def _axes(axis: Any, rank: int) -> tuple[int, ...]:
    """Sorted, non-negative axes."""
    if axis is None:
        return tuple(range(rank))
    if not isinstance(axis, tuple | list):
        return (_one_axis(axis, rank),)
    axes = tuple(sorted(_one_axis(a, rank) for a in axis))
    if len(set(axes)) < len(axes):
        raise ShapeError("duplicate value in 'axis'")
    return axes


def _one_axis(axis: Any, rank: int) -> int:
    if not hasattr(axis, "__index__") or isinstance(axis, bool):
        raise GraphTypeError(f"axis is {axis!r}; an integer is needed")
    return normal_axis(axis.__index__(), rank)


def _reduce(name: str, x: Value, axis: Any, keepdims: bool) -> Value:
    axes = _axes(axis, x.type.rank)
    if not isinstance(keepdims, bool):
        raise GraphTypeError(f"keepdims is {keepdims!r}; True or False is needed")
    out: Value = getattr(f, name)(x, axes=axes) if axes else f.copy(x)
    return f.expand_dims(out, axes=axes) if keepdims and axes else out


def _summed(a: Any, dtype: Any) -> Value:
    """Integers and bools are summed in int64, as NumPy."""
    x = o.strong(as_value(a, None, "the array"))
    if dtype is not None:
        return o.cast(x, dtype_name(dtype))
    return x if x.type.floating else o.cast(x, "int64")


def sum(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    """The sum along `axis`: floats in their dtype, integers and bools in int64.

    In one order whatever the strides: eight interleaved partial sums in blocks of 1024.
    """
    return wrap(_reduce("sum", _summed(a, dtype), axis, keepdims))


def prod(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    """The product along `axis` from left to right; dtypes as for `sum`.  Its gradient is right at zeros."""
    return wrap(_reduce("prod", _summed(a, dtype), axis, keepdims))


def mean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Any:
    """The sum along `axis` divided by the count: floats in their dtype, others in float64; NaN of nothing."""
    x = o.strong(as_value(a, None, "the array"))
    x = o.cast(x, dtype_name(dtype) if dtype is not None else _mean_dtype(x))
    total = _reduce("sum", x, axis, keepdims)
    return wrap(f.divide(total, _count(x, _axes(axis, x.type.rank))))


def _mean_dtype(x: Value) -> str:
    return x.type.dtype if x.type.floating else "float64"


def _count(x: Value, axes: tuple[int, ...]) -> Value:
    """The number of elements along the axes, as a scalar of the dtype of x."""
    count: Any = 1
    for axis in axes:
        count = count * extent(x, axis)
    return o.strong(count, x.type.dtype)


def _extreme(name: str, a: Any, axis: Any, keepdims: bool) -> Any:
    x = o.strong(as_value(a, None, "the array"))
    _refuse_empty(name, x, _axes(axis, x.type.rank))
    if x.type.dtype == "bool":
        return wrap(_reduce("any" if name == "max" else "all", x, axis, keepdims))
    return wrap(_reduce(name, x, axis, keepdims))


def _refuse_empty(name: str, x: Value, axes: tuple[int, ...]) -> None:
    text = f"{name} of an array with no elements has no value"
    for axis in axes:
        found = x.type.shape[axis]
        if isinstance(found, Symbol) and not found.several:
            none = f.py_equal(f.dim(x, axis=axis), 0)
            fail_if(f.weak(none, dtype="bool"), "ShapeError", "SHAPE", text)
        elif found == 0:
            raise ShapeError(text)


def max(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest element along `axis`, in the dtype of a; NaN wins, and ties share the gradient equally.

    Raises ShapeError where there are no elements.
    """
    return _extreme("max", a, axis, keepdims)


def min(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The smallest element along `axis`, in the dtype of a; NaN wins, and ties share the gradient equally.

    Raises ShapeError where there are no elements.
    """
    return _extreme("min", a, axis, keepdims)


amax, amin = max, min


def any(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Whether some element along `axis` is not zero."""
    return wrap(_reduce("any", o.truth(o.strong(a)), axis, keepdims))


def all(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Whether no element along `axis` is zero."""
    return wrap(_reduce("all", o.truth(o.strong(a)), axis, keepdims))


def _position(name: str, a: Any, axis: Any, keepdims: bool) -> Any:
    x = o.strong(a)
    rank = x.type.rank
    x = x if x.type.dtype != "bool" else o.cast(x, "int32")
    flat = f.reshape(x, shape=(-1,)) if axis is None else x
    along = 0 if axis is None else _one_axis(axis, rank)
    _refuse_empty(name, flat, (along,))
    out = getattr(f, name)(flat, axis=along)
    if not keepdims:
        return wrap(out)
    return wrap(f.expand_dims(out, axes=tuple(range(rank)) if axis is None else (along,)))


def argmax(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The first position of the largest element along one axis, or of the first NaN, as int64.

    None: of all elements in row-major order.  Raises ShapeError where there are none.
    """
    return _position("argmax", a, axis, keepdims)


def argmin(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The first position of the smallest element along one axis, or of the first NaN, as int64.

    None: of all elements in row-major order.  Raises ShapeError where there are none.
    """
    return _position("argmin", a, axis, keepdims)


def cumsum(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Sums of the elements so far along one axis, from left to right; dtypes as for `sum`.

    None: of all elements in row-major order.
    """
    x = _summed(a, dtype)
    if axis is None:
        return wrap(f.cumsum(f.reshape(x, shape=(-1,)), axis=0))
    return wrap(f.cumsum(x, axis=_one_axis(axis, x.type.rank)))
