"""What comes out plain where plain numbers and arrays went in: Python's numbers, NumPy's scalars and arrays.

A result is plain where no argument is a tensor and nothing records what becomes of it.  In compiled code what
stands for such numbers and arrays comes out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.dispatch import f as ops
from autograph_lite.ops.staging import recorded
from autograph_lite.tensors.boxes import staging, value_of, wrap
from autograph_lite.tensors.number import Number
from autograph_lite.tensors.plain_array import UNTOUCHED, is_tensor, of_numpy
from autograph_lite.tensors.tensor import ArrayLike

_KINDS = {"bool": "bool", "int32": "int64", "int64": "int64", "float32": "float64"}
"""What a number of a dtype is as one of Python's."""


def in_plain(*nests: Any) -> bool:
    """Whether plain numbers and arrays are given and nobody records what becomes of them."""
    return not holds_tensor(nests) and not recorded()


def holds_tensor(nest: Any) -> bool:
    return any(map(is_tensor, leaves(nest)))


def as_plain(nest: Any) -> Any:
    """The same nest of arrays, and of Python numbers for what has no axes."""
    return rebuild(nest, _without_tensor)


def shaped_like(given: Any, gradients: Any) -> Any:
    """Python floats for Python floats, arrays for arrays, in the nest of the argument."""
    parts = iter(leaves(gradients))
    return rebuild(given, lambda leaf: _like(leaf, next(parts)))


def left(leaf: Any) -> Any:
    """A leaf of what a function hands on beside its value."""
    return _array(value_of(leaf)) if isinstance(leaf, ArrayLike) else leaf


def _without_tensor(leaf: Any) -> Any:
    if not isinstance(leaf, ArrayLike):
        return leaf
    value = value_of(leaf)
    return _array(value) if value.type.rank else as_number(value)


def _like(given: Any, gradient: Any) -> Any:
    value = value_of(gradient) if isinstance(gradient, ArrayLike) else None
    if value is None:  # a kernel has given what it is
        return _data_like(given, gradient)
    if isinstance(given, Number) or not isinstance(given, UNTOUCHED):
        return _array(value) if value.type.rank else as_number(value)
    return _data_like(given, value.data) if value.data is not None else _array(value)


def _data_like(given: Any, data: Any) -> Any:
    if isinstance(given, np.ndarray | np.generic):
        array = np.asarray(data, given.dtype.name)
        return array if isinstance(given, np.ndarray) else array[()]
    return data.item() if isinstance(data, np.generic) else data


def as_number(value: Value) -> Any:
    """A scalar as a number of Python's."""
    if not staging():
        return value.data.item()
    dtype = value.type.dtype
    return wrap(ops.number(value, dtype=_KINDS.get(dtype, dtype)))


def _array(value: Value) -> Any:
    """An array of NumPy's, or a scalar."""
    if not staging():
        return value.data.copy()
    return of_numpy(
        value,
        f"a transform of plain numbers gives a NumPy scalar of {value.type.dtype}, which is not available in"
        " compiled code; make the argument a tensor: x = ag.constant(x)",
    )
