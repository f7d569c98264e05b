"""Functions that rearrange: the same elements in another shape or order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograph_lite.tensors.operators as o
from autograph_lite.eager.limits import check_size
from autograph_lite.errors import GraphTypeError, ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import may_agree
from autograph_lite.numpy.reduce import _axes
from autograph_lite.ops.control import require_one_shape
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.shapes import normal_axis
from autograph_lite.tensors.boxes import Box, as_value, dtype_name, staging, view, wrap
from autograph_lite.tensors.tensor import ArrayLike

Template = tuple[int | None, ...]


def template(shape: Any, what: str = "shape") -> tuple[Template, list[Value]]:
    """A shape as known extents and Nones, and the values that the Nones stand for."""
    lengths = tuple(shape) if isinstance(shape, tuple | list | np.ndarray) else (shape,)
    known: list[int | None] = []
    dynamic: list[Value] = []
    for length in lengths:
        if isinstance(length, int | np.integer) and not isinstance(length, bool):
            known.append(int(length))
        else:
            dynamic.append(_length(length, what))
            known.append(None)
    if not any(v.data is None for v in dynamic):
        return _filled(known, dynamic), []
    return tuple(known), dynamic


def _length(length: Any, what: str) -> Value:
    value = as_value(length, None, what) if isinstance(length, Box) else None
    if value is None or value.type.shape or value.type.dtype not in ("int32", "int64"):
        found = value.type.dtype.rstrip("0123456789") if value else type(length).__name__
        raise GraphTypeError(f"{what} holds a {found}; integers are needed")
    return value if value.type.dtype == "int64" else f.cast(value, dtype="int64")


def _filled(known: list[int | None], dynamic: list[Value]) -> Template:
    rest = iter(dynamic)
    return tuple(int(next(rest).data) if e is None else e for e in known)


Put = Callable[[Value, Value], Value]


def _view(out: Value, a: Any, put: Put | None, contiguous: bool = False) -> Any:
    """A view of a tensor; `put(base, written)` undoes the move."""
    if not isinstance(a, Box) or not out.type.shape:
        return wrap(out)
    return view(out, a, put, contiguous)


def _is_block(a: Any) -> bool:
    """Whether NumPy's array would be one block, so that its reshape is a view and no copy."""
    return isinstance(a, Box) and (a._base is None or a._base.contiguous)


def reshape(a: Any, /, shape: Any, *, order: str = "C") -> Any:
    """The elements, in row-major order, in another shape; one extent may be -1."""
    if order != "C":
        raise GraphTypeError(f"order {order!r} is not available; only 'C' is")
    known, dynamic = template(shape)
    if sum(e == -1 for e in known) > 1:
        raise ShapeError("can only specify one unknown dimension")
    out = f.reshape(o.strong(a), *dynamic, shape=known)
    return _view(out, a, _reshape_back if _is_block(a) else None, contiguous=True)


def _reshape_back(base: Value, written: Value) -> Value:
    return f.reshape_like(written, base)


def ravel(a: Any) -> Any:
    """The elements in row-major order along one axis."""
    return reshape(a, (-1,))


def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order; reversed without one."""
    x = o.strong(a)
    if axes is None:
        order = tuple(reversed(range(x.type.rank)))
    else:
        order = tuple(normal_axis(i, x.type.rank) for i in axes)
        if sorted(order) != list(range(x.type.rank)):
            raise ShapeError("axes don't match array")
    back = tuple(np.argsort(order).tolist())
    return _view(
        f.transpose(x, axes=order),
        a,
        lambda base, written: f.transpose(written, axes=back),
        contiguous=x.type.rank < 2,
    )


def expand_dims(a: Any, axis: Any) -> Any:
    """New axes of extent 1."""
    x = o.strong(a)
    count = len(axis) if isinstance(axis, tuple | list) else 1
    axes = _axes(axis, x.type.rank + count)
    return _view(
        f.expand_dims(x, axes=axes),
        a,
        lambda base, written: f.squeeze(written, axes=axes),
        contiguous=True,
    )


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without the axes of extent 1."""
    x = o.strong(a)
    if axis is None:
        axes = tuple(i for i, e in enumerate(x.type.shape) if e == 1)
    else:
        axes = _axes(axis, x.type.rank)
    return _view(
        f.squeeze(x, axes=axes),
        a,
        lambda base, written: f.expand_dims(written, axes=axes),
        contiguous=True,
    )


def flip(m: Any, axis: Any = None) -> Any:
    """Reversed along axes."""
    x = o.strong(m)
    axes = _axes(axis, x.type.rank)
    return _view(f.flip(x, axes=axes), m, lambda base, written: f.flip(written, axes=axes))


def broadcast_to(array: Any, shape: Any) -> Any:
    """Repeated to a shape."""
    known, dynamic = template(shape)
    check_size([e for e in known if e is not None], "float64")
    return _view(f.broadcast_to(o.strong(array), *dynamic, shape=known), array, None)


def _several(arrays: Any, what: str) -> list[Value]:
    arrays = _listed(arrays, what)
    if not arrays:
        raise ShapeError(f"need at least one array to {what}")
    return o.common(*arrays)


def concatenate(arrays: Any, /, axis: Any = 0, *, dtype: Any = None) -> Any:
    """Arrays one after the other along an axis that they have."""
    values = _several(arrays, "concatenate")
    if axis is None:
        values, axis = [f.reshape(v, shape=(-1,)) for v in values], 0
    if any(not v.type.shape for v in values):
        raise ShapeError("zero-dimensional arrays cannot be concatenated")
    if len({v.type.rank for v in values}) > 1:
        raise ShapeError(
            "all the input array dimensions except for the concatenation axis must match exactly,"
            " and all arrays must have the same number of dimensions"
        )
    return wrap(_joined(_in(values, dtype), normal_axis(axis, values[0].type.rank)))


concat = concatenate


def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """Values after the end of an array; without an axis, both flat."""
    if axis is None:
        arr, values = ravel(arr), ravel(values)
    return concatenate((arr, values), axis=0 if axis is None else axis)


def _in(values: list[Value], dtype: Any) -> list[Value]:
    return values if dtype is None else [o.cast(v, dtype_name(dtype)) for v in values]


def _joined(values: list[Value], axis: int) -> Value:
    """In groups of 64, the number of operands that the op takes."""
    while len(values) > 1:
        groups = [values[i : i + 64] for i in range(0, len(values), 64)]
        values = [f.concatenate(*g, axis=axis) if len(g) > 1 else g[0] for g in groups]
        if len(groups) == 1:
            return values[0]
    return f.copy(values[0])


_ONE_SHAPE = "all input arrays must have the same shape"


def stack(arrays: Any, axis: int = 0, *, dtype: Any = None) -> Any:
    """Arrays of one shape along a new axis."""
    values = _in(_several(arrays, "stack"), dtype)
    for v in values[1:]:
        if not may_agree(v.type.shape, values[0].type.shape):
            raise ShapeError(_ONE_SHAPE)
        if staging():
            require_one_shape(v, values[0], _ONE_SHAPE)
    axes = (normal_axis(axis, values[0].type.rank + 1),)
    return wrap(_joined([f.expand_dims(v, axes=axes) for v in values], axes[0]))


def _at_least(array: Any, rank: int) -> Any:
    value = o.strong(array)
    if value.type.rank >= rank:
        return wrap(value)
    return wrap(f.expand_dims(value, axes=tuple(range(rank - value.type.rank))))


def vstack(tup: Any, *, dtype: Any = None) -> Any:
    """Rows one below the other."""
    rows = [_at_least(a, 2) for a in _listed(tup, "vstack")]
    return concatenate(rows, 0, dtype=dtype)


def hstack(tup: Any, *, dtype: Any = None) -> Any:
    """Arrays side by side."""
    parts = [_at_least(a, 1) for a in _listed(tup, "hstack")]
    return concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1, dtype=dtype)


def _listed(arrays: Any, what: str) -> list[Any]:
    """The arrays to join; those of a tensor are its rows."""
    if not isinstance(arrays, tuple | list | ArrayLike):
        raise GraphTypeError(f"{what} needs a list or tuple of arrays")
    return list(arrays)
