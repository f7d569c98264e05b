"""Tensor: an array that is followed by tapes and staged by `function`.

It behaves as an ndarray does, in shape rules, promotion, indexing and names of methods; NumPy's own
functions work on it.  Methods that are functions of `autograph_lite.numpy` only name them here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError, GradientError, GraphTypeError, ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context, f
from autograph_lite.printing import display
from autograph_lite.tensors import indexing
from autograph_lite.tensors.boxes import Box, staging, value_of, wrap
from autograph_lite.tensors.operators import Arithmetic, in_place
from autograph_lite.tensors.protocols import array_function, array_ufunc


def extent(value: Value, axis: int) -> Any:
    """An extent as an int where it is known, else as a staged number."""
    found = value.type.shape[axis]
    return found if isinstance(found, int) else wrap(f.dim(value, axis=axis))


def shape_of(value: Value) -> tuple[Any, ...]:
    return tuple([extent(value, axis) for axis in range(value.type.rank)])


def refuse_recorded(value: Value, what: str) -> None:
    """An error where a tape follows the value: what leaves the library is lost to its gradient."""
    for tape in context.tapes:
        if tape.follows(value):
            raise GradientError(
                f"{what} of a tensor that a gradient tape follows would drop its gradient; write"
                " it with tensors (np functions work on them, ag.array makes one of a list), or use"
                " .numpy() where the number is not differentiated"
            )


def concrete_data(box: Box, what: str) -> Any:
    """The data of a box, which a staged value does not have."""
    value = value_of(box)
    if staging():
        _no_data(what)
    if value.data is None:
        raise ConversionError(
            "this tensor was made while a function was being compiled and left it, through a"
            " global, a closure or an attribute; return it from the function instead"
        )
    return value.data


_INSTEAD = {
    "np.asarray()": "write ag.array around a list of tensors, or compute it outside the function",
    ".numpy()": "leave it out, for NumPy's functions work on tensors",
    ".item()": "leave it out, for a tensor without axes computes as a number does",
    ".tolist()": "leave it out, or write ag.print to see the elements",
    "str()": "write an f-string",
    "len()": "loop over range(len(x))",
}


def _no_data(what: str) -> NoReturn:
    usual = "use `if` and `while` on tensors inside the decorated function, or compute it outside"
    raise ConversionError(
        f"{what} needs a value, but the function is being compiled and has none yet;"
        f" {_INSTEAD.get(what, usual)}"
    )


class ArrayLike(Arithmetic):
    """What a Tensor and a Variable share: reading."""

    __slots__ = ()
    __array_ufunc__ = array_ufunc
    __array_function__ = array_function

    @property
    def shape(self) -> tuple[Any, ...]:
        type = value_of(self).type
        if not staging():
            return type.shape
        return shape_of(value_of(self))

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(value_of(self).type.dtype)

    @property
    def ndim(self) -> int:
        return value_of(self).type.rank

    @property
    def size(self) -> Any:
        total: Any = 1
        for length in self.shape:
            total = total * length
        return total

    def __len__(self) -> int:
        length = self.length()
        if not isinstance(length, int):
            _no_data("len()")
        return length

    def length(self) -> Any:
        """The extent of the first axis."""
        if not value_of(self).type.shape:
            raise GraphTypeError("len() of unsized object")
        return extent(value_of(self), 0)

    def __iter__(self) -> Iterator[Any]:
        if not value_of(self).type.shape:
            raise GraphTypeError("iteration over a 0-d array")
        if not isinstance(self.length(), int):
            raise ConversionError(
                "the rows of a tensor become Python objects here, and only the run knows how many there"
                " are; write a `for` loop, or functions of the whole tensor"
            )
        return (self[i] for i in range(len(self)))  # each row as it is when its turn comes

    def holds(self, item: Any) -> Any:
        """Whether any element is equal to `item`, NumPy's rule: a tensor, or False where nothing can be."""
        if not value_of(self).type.shape:
            raise GraphTypeError(f"argument of type {type(self).__name__!r} is not iterable")
        equal = self == item
        return equal if isinstance(equal, bool) else _numpy().any(equal)

    def __contains__(self, item: Any) -> bool:
        return bool(self.holds(item))

    def __getitem__(self, index: Any) -> Any:
        return indexing.get(self, index)

    # --- out of the library ---

    def numpy(self) -> Any:
        """A copy as an ndarray, a NumPy scalar where there are no axes."""
        return concrete_data(self, ".numpy()").copy()

    def item(self, *index: int) -> Any:
        """The only element, or the one at an index, as a Python number."""
        data = concrete_data(self, ".item()")
        refuse_recorded(value_of(self), ".item()")
        return data.item(*index)

    def tolist(self) -> Any:
        data = concrete_data(self, ".tolist()")
        refuse_recorded(value_of(self), ".tolist()")
        return data.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        data = concrete_data(self, "np.asarray()")
        refuse_recorded(value_of(self), "np.asarray()")
        if copy is False:
            raise GraphTypeError("a tensor gives its data as a copy only")
        return np.array(data, dtype=dtype)

    def _scalar(self, what: str) -> Any:
        data = concrete_data(self, what)
        if data.size != 1:
            raise GraphTypeError("only 0-dimensional arrays can be converted to Python scalars")
        return data.item()

    def __float__(self) -> float:
        refuse_recorded(value_of(self), "float()")
        return float(self._scalar("float()"))

    def __int__(self) -> int:
        refuse_recorded(value_of(self), "int()")
        return int(self._scalar("int()"))

    def __round__(self, ndigits: Any = None) -> Any:
        """NumPy's: an int of Python's without digits, else a tensor."""
        if value_of(self).type.shape or value_of(self).type.dtype == "bool":
            raise GraphTypeError("round() is for numbers; write np.round(x, n)")
        if ndigits is not None:
            return self.round(ndigits)
        return int(self.round())

    def __index__(self) -> int:
        value = value_of(self)
        if value.type.dtype not in ("int32", "int64") or value.type.shape:
            raise GraphTypeError("only integer scalar arrays can be converted to a scalar index")
        return int(self._scalar("an index"))

    def __bool__(self) -> bool:
        data = concrete_data(self, "a condition")
        if data.size != 1:
            raise ShapeError("condition must be a scalar; use np.any or np.all")
        return bool(data.item())

    def __format__(self, spec: str) -> str:
        return display.formatted(concrete_data(self, "an f-string"), spec)

    def __str__(self) -> str:
        return display.shown(concrete_data(self, "str()"))

    def __repr__(self) -> str:
        value = value_of(self)
        if staging() or value.data is None:
            return f"<staged {value.type}>"
        return display.represented(value.data)

    # --- methods that are functions ---

    @property
    def T(self) -> Any:
        return self.transpose()

    def astype(self, dtype: Any) -> Any:
        return _numpy().astype(self, dtype)

    def copy(self) -> Any:
        return _numpy().copy(self)

    def reshape(self, *shape: Any) -> Any:
        return _numpy().reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        order = axes[0] if len(axes) == 1 else axes or None
        return _numpy().transpose(self, order)

    def ravel(self) -> Any:
        return _numpy().ravel(self)

    def flatten(self) -> Any:
        return _numpy().copy(_numpy().ravel(self))

    def squeeze(self, axis: Any = None) -> Any:
        return _numpy().squeeze(self, axis)

    def sum(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
        return _numpy().sum(self, axis, dtype, keepdims=keepdims)

    def prod(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
        return _numpy().prod(self, axis, dtype, keepdims=keepdims)

    def mean(self, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
        return _numpy().mean(self, axis, dtype, keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Any:
        return _numpy().min(self, axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:
        return _numpy().max(self, axis, keepdims=keepdims)

    def any(self, axis: Any = None, keepdims: bool = False) -> Any:
        return _numpy().any(self, axis, keepdims=keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Any:
        return _numpy().all(self, axis, keepdims=keepdims)

    def argmax(self, axis: Any = None, keepdims: bool = False) -> Any:
        return _numpy().argmax(self, axis, keepdims=keepdims)

    def argmin(self, axis: Any = None, keepdims: bool = False) -> Any:
        return _numpy().argmin(self, axis, keepdims=keepdims)

    def round(self, decimals: int = 0) -> Any:
        return _numpy().round(self, decimals)

    def cumsum(self, axis: Any = None, dtype: Any = None) -> Any:
        return _numpy().cumsum(self, axis, dtype)

    def dot(self, other: Any) -> Any:
        return _numpy().dot(self, other)

    def clip(self, min: Any = None, max: Any = None) -> Any:
        return _numpy().clip(self, min, max)


def _numpy() -> Any:
    """The functions stand above this module and are looked up when one is called."""
    from autograph_lite import numpy

    return numpy


class Tensor(ArrayLike):
    """An array; `x[i] = v` is seen by every name of it and is recorded."""

    __slots__ = ()

    def __setitem__(self, index: Any, item: Any) -> None:
        indexing.put(self, index, item)

    __iadd__, __isub__ = in_place("add"), in_place("subtract")
    __imul__, __itruediv__ = in_place("multiply"), in_place("divide")
    __ifloordiv__, __imod__ = in_place("floor_divide"), in_place("remainder")
    __ipow__ = in_place("power")
    __iand__, __ior__ = in_place("bitwise_and"), in_place("bitwise_or")
    __ixor__ = in_place("bitwise_xor")
    __ilshift__, __irshift__ = in_place("left_shift"), in_place("right_shift")

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        del memo
        return self.copy()


Box.classes["ag"] = Tensor


def is_tensor(obj: Any) -> bool:
    """Whether it is a tensor or a variable."""
    if isinstance(obj, Box) and obj.is_tagged:
        obj.refused()  # type: ignore[attr-defined]
    return isinstance(obj, ArrayLike)
