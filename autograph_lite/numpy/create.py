"""Arrays from sizes, numbers and lists; sizes may be numbers that are known only at run time.

A size that is negative is a ShapeError, one that is no integer a GraphTypeError, as is a dtype that is not
supported; what does not fit into memory is a LimitError.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograph_lite.tensors.operators as o
from autograph_lite.eager.limits import check_size
from autograph_lite.ir.graph import Value
from autograph_lite.numpy.move import broadcast_to, stack, template
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import (
    Box,
    as_value,
    concrete,
    dtype_name,
    holds_box,
    staging,
    wrap,
)
from autograph_lite.tensors.tensor import Tensor


def _filled(value: Value, shape: Any) -> Any:
    """A scalar repeated to a shape."""
    known, dynamic = template(shape)
    check_size([e for e in known if e is not None], value.type.dtype)
    return wrap(f.broadcast_to(value, *dynamic, shape=known))


def _number(number: float, dtype: Any) -> Value:
    return as_value(number, dtype_name(dtype))


def zeros(shape: Any, dtype: Any = "float64") -> Any:
    """Zeros; float64 unless another dtype is given."""
    return _filled(_number(0, dtype), shape)


def ones(shape: Any, dtype: Any = "float64") -> Any:
    """Ones; float64 unless another dtype is given."""
    return _filled(_number(1, dtype), shape)


empty = zeros  # what is not written yet must not differ from run to run


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value everywhere, in its own dtype unless another one is given."""
    name = None if dtype is None else dtype_name(dtype)
    return _filled(o.strong(fill_value, name, "the fill value"), shape)


def _like(a: Any, number: Any, dtype: Any, shape: Any) -> Any:
    x = o.strong(a)
    name = x.type.dtype if dtype is None else dtype_name(dtype)
    value = o.strong(number, name)
    if shape is not None:
        return _filled(value, shape)
    return wrap(f.broadcast_like(value, x))


def zeros_like(a: Any, dtype: Any = None, *, shape: Any = None) -> Any:
    """Zeros of the shape and dtype of a."""
    return _like(a, 0, dtype, shape)


def ones_like(a: Any, dtype: Any = None, *, shape: Any = None) -> Any:
    """Ones of the shape and dtype of a."""
    return _like(a, 1, dtype, shape)


def full_like(a: Any, fill_value: Any, dtype: Any = None, *, shape: Any = None) -> Any:
    """One value everywhere, of the shape and dtype of a."""
    return _like(a, fill_value, dtype, shape)


empty_like = zeros_like


def eye(N: Any, M: Any = None, k: int = 0, dtype: Any = "float64") -> Any:
    """N by M (N by N without M) zeros, with ones on the k-th diagonal."""
    known, _ = template((N, N if M is None else M))
    check_size([e for e in known if e is not None], dtype_name(dtype))
    rows = f.expand_dims(_iota(N), axes=(1,))
    columns = f.expand_dims(_iota(N if M is None else M), axes=(0,))
    return wrap(o.cast(f.equal(f.add(rows, k), columns), dtype_name(dtype)))


def identity(n: Any, dtype: Any = "float64") -> Any:
    """The identity matrix, n by n."""
    return eye(n, dtype=dtype)


def _iota(n: Any) -> Value:
    known, dynamic = template(n)
    check_size([e for e in known if e is not None], "int64")
    return f.iota(dynamic[0]) if dynamic else f.iota(as_value(known[0]), size=known[0])


def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, *, dtype: Any = None
) -> Any:
    """`num` evenly spaced numbers from start to stop, the last one exactly stop; float64 of integers."""
    first, last = (v if v.type.floating else o.cast(v, "float64") for v in o.common(start, stop))
    k = _iota(num)
    steps = o.strong(num - 1 if endpoint else num, "float64")
    steps = f.maximum(steps, as_value(1.0))
    step = f.divide(f.subtract(last, first), o.cast(steps, first.type.dtype))
    out = f.add(f.multiply(o.cast(k, first.type.dtype), step), first)
    if endpoint:
        end = f.logical_not(f.less(o.cast(k, "float64"), f.maximum(steps, as_value(1.0))))
        out = f.where(end, last, out)
    return wrap(out if dtype is None else o.cast(out, dtype_name(dtype)))


def array(object: Any, dtype: Any = None, *, copy: bool = True) -> Any:
    """A tensor from numbers, arrays and tensors, or lists of them; a copy.

    Raises GraphTypeError for anything else, ragged lists among it.
    """
    name = None if dtype is None else dtype_name(dtype)
    if isinstance(object, list | tuple) and holds_box(object):
        return _stacked(object, name)
    if isinstance(object, Box):
        value = o.strong(object, name)
        return wrap(f.copy(value) if copy or name is None else value)
    return wrap(_constant(object, name))


def _stacked(items: Any, name: str | None) -> Any:
    """A list that holds tensors."""
    parts = [array(i) if isinstance(i, list | tuple) else i for i in items]
    return stack(parts) if name is None else wrap(o.strong(stack(parts), name))


def _constant(obj: Any, name: str | None) -> Value:
    if not staging():
        return concrete(obj, name)
    return as_value(obj) if name is None else o.strong(obj, name)


def asarray(a: Any, dtype: Any = None) -> Any:
    """A tensor; a itself where it is one already."""
    if isinstance(a, Tensor) and (dtype is None or a.dtype == np.dtype(dtype_name(dtype))):
        return a
    return array(a, dtype)


def constant(value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """A tensor from numbers and arrays; one number may be repeated to a shape."""
    made = array(value, dtype)
    if shape is None:
        return made
    return wrap(f.copy(o.strong(broadcast_to(made, shape))))
