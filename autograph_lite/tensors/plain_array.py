"""PlainArray: a part of a plain array that a staged loop or index picks, which only the run knows.

`for row in data` of an array that is no tensor gives them.  A row may be indexed, gone through and used where
a tensor is, which makes it one; what NumPy would compute of rows alone has NumPy's bits and is refused.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.forwarding import Operator, Untouched
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.number import Number
from autograph_lite.tensors.operators import strong
from autograph_lite.tensors.scalar import PICKED, NumpyScalar
from autograph_lite.tensors.tag_words import sign


def refuse_alone(what: str) -> NoReturn:
    """An error where NumPy would compute with a row of a plain array."""
    raise ConversionError(
        f"{what} of a row of a plain array, which NumPy would compute, is not available where only the run of"
        " the compiled function knows the row; make the array a tensor before the call: data = ag.array(data);"
        " np.stack of numbers is such an array, ag.array(items) a tensor"
    )


def element_of(array: Any, index: Any) -> Any:
    """`array[index]` of a plain array, by an index that only the run knows: a scalar of NumPy's, or a row."""
    value = value_of(wrap(strong(array))[index])
    return of_numpy(
        value,
        f"an element of a plain array of {value.type.dtype} is picked by what only the run knows; make the"
        " array a tensor before the call: data = ag.array(data)",
    )


def of_numpy(value: Value, refusal: str) -> Any:
    """A value as what NumPy has of it: an array, or a scalar, for some of whose dtypes there is a refusal."""
    if value.type.rank:
        return wrap(f.as_kind(value, kind="np"))
    if value.type.dtype not in PICKED.values():
        raise ConversionError(refusal)
    return wrap(f.np_scalar(value, dtype=value.type.dtype))


def _as_tensor(obj: Any) -> Any:
    return wrap(strong(obj)) if isinstance(obj, PlainArray) else obj


def is_tensor(obj: Any) -> bool:
    """Whether it is a tensor, or may be one."""
    return isinstance(obj, Box) and not isinstance(obj, Number | NumpyScalar | PlainArray)


class PlainArray(Untouched, Box):
    """A row of a plain array, or a slice of one."""

    __slots__ = ()

    @staticmethod
    def operate(op: Operator, *operands: Any) -> Any:
        if not any(map(is_tensor, operands)):
            refuse_alone(sign(op))
        return op(*map(_as_tensor, operands))

    def refused(self, what: str) -> NoReturn:
        refuse_alone(what)

    def __getitem__(self, index: Any) -> Any:
        return element_of(self, index)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        calls = method == "__call__"
        name = ufunc.__name__ if calls else f"{ufunc.__name__}.{method}"
        return self._given(ufunc if calls else getattr(ufunc, method), name, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        del types
        return self._given(function, function.__name__, args, kwargs)

    @staticmethod
    def _given(function: Any, name: str, args: Any, kwargs: Any) -> Any:
        if not any(map(is_tensor, leaves((args, kwargs)))):
            refuse_alone(f"np.{name}")
        args, kwargs = rebuild((args, kwargs), _as_tensor)
        return function(*args, **kwargs)

    def length(self) -> Any:
        """The extent of the first axis."""
        return wrap(f.dim(value_of(self), axis=0))

    @property
    def shape(self) -> tuple[Any, ...]:
        found: tuple[Any, ...] = _as_tensor(self).shape
        return found

    @property
    def size(self) -> Any:
        return _as_tensor(self).size

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(value_of(self).type.dtype)

    @property
    def ndim(self) -> int:
        return value_of(self).type.rank

    def __getattr__(self, name: str) -> Any:
        if hasattr(np.ndarray, name) and not name.startswith("__"):
            refuse_alone(name)
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")

    def __repr__(self) -> str:
        return "a row of a plain array"


Box.classes["np.array"] = PlainArray
ARRAYS = np.ndarray | HostArray | PlainArray
"""Arrays that no tensor has touched."""
UNTOUCHED = ARRAYS | np.generic | NumpyScalar
"""These and NumPy's scalars, which become tensors where a compiled function is entered."""
