"""Boxes: what a user's name is bound to.

A box holds the current value of a tensor, a variable or a staged number.  `x[i] = v` puts another
value into the box, so that every name of it sees the change.  A box made by slicing or reshaping
is a view: it keeps its base and the base's version, and using it after the base was written is an
error (NumPy's view would show the change, our value would not).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from autograph_lite.eager.interpreter import EAGER
from autograph_lite.eager.scalars import scalar
from autograph_lite.errors import GraphTypeError, StaleViewError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import DTYPES, PY_DTYPE
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f


@dataclass(frozen=True, slots=True)
class View:
    """Where a view was taken: the base, its version then, and the index where it is one."""

    base: Box
    version: int
    spec: tuple[tuple[Any, ...], ...] | None = None
    dynamic: tuple[Value, ...] = ()


class Box:
    """Base of Tensor, Variable and Number: a value, a view's base, and a count of the writes."""

    __slots__ = ("__weakref__", "_base", "_value", "_version")
    classes: ClassVar[dict[str, type[Box]]] = {}  # kind of value -> class that `wrap` makes
    is_variable: ClassVar[bool] = False

    def __init__(self, value: Value) -> None:
        self._value = value
        self._base: View | None = None
        self._version = 0


_classes = Box.classes


def value_of(box: Box) -> Value:
    """The box's value in the thread's context."""
    if box._base is not None and box._base.base._version != box._base.version:
        raise StaleViewError(
            "this view is stale: the tensor it was taken from has been written since;"
            " take the view again, or take a copy before the write: x[i:j].copy()"
        )
    interpreter = context.interpreter
    value: Value = box._value if interpreter is EAGER else interpreter.read(box)  # type: ignore[attr-defined]
    if box.is_variable:
        for tape in context.tapes:
            tape.accessed(box, value)
    return value


def refuse_view(box: Box) -> None:
    """An error where writing the box would have to write the base of a view that is no slice of it;
    asked before anything is written."""
    if box._base is not None and (box._base.spec is None or box._base.base._base is not None):
        raise StaleViewError(
            "writing through this view is not supported: write to the tensor it was taken from, by"
            " its own index, or into a copy: x[i:j].copy()"
        )


def write(box: Box, value: Value) -> None:
    """Give the box another value; views taken before become stale.  A slice writes its base too."""
    if box._base is not None:
        refuse_view(box)
        _write_base(box._base, value)
        box._base = View(box._base.base, box._base.base._version, box._base.spec, box._base.dynamic)
    box._version += 1
    if context.interpreter is EAGER:
        box._value = value
    else:
        context.interpreter.write(box, value)  # type: ignore[attr-defined]


def _write_base(view: View, value: Value) -> None:
    base = value_of(view.base)
    write(view.base, f.setitem(base, value, *view.dynamic, spec=view.spec))


def staging() -> bool:
    """Whether this thread builds a graph."""
    return context.interpreter is not EAGER


def call(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a function that the user gave us; while staging its loops and branches are staged too."""
    if staging():
        return context.interpreter.root().caller.call_inside(function, args, kwargs)  # type: ignore[attr-defined]
    return function(*args, **kwargs)


def wrap(value: Value) -> Any:
    """A value as the user sees it: a Tensor, or a Number where it is a staged Python number."""
    if value.data is None and value.type.kind == "py":
        return Box.classes["py"](value)
    return _classes["ag"](value)


def view(
    value: Value,
    base: Box,
    spec: tuple[tuple[Any, ...], ...] | None = None,
    dynamic: tuple[Value, ...] = (),
) -> Any:
    """A tensor that stops being valid when its base is written."""
    box = Box.classes["ag"](value)
    if base._base is None:
        box._base = View(base, base._version, spec, dynamic)
    else:
        box._base = View(base._base.base, base._base.version)
    return box


# --- objects -> values ---------------------------------------------------------------------------

_SUPPORTED = ", ".join(DTYPES)
_NATIVE = {np.dtype(name): name for name in DTYPES}


def dtype_name(dtype: Any, what: str = "the array") -> str:
    """The name of a supported dtype, given as NumPy accepts it."""
    if isinstance(dtype, str) and dtype in DTYPES:
        return dtype
    try:
        found = np.dtype(dtype)
    except TypeError:
        raise GraphTypeError(f"{dtype!r} is not a dtype; supported: {_SUPPORTED}") from None
    name = _NATIVE.get(found) or _NATIVE.get(found.newbyteorder("="))
    if name is None:
        message = f"dtype {found} of {what} is not supported; use one of {_SUPPORTED}"
        raise GraphTypeError(message)
    return name


def array_data(array: Any, what: str = "the array") -> Any:
    """A private copy of a NumPy array or scalar, native and contiguous; a scalar without axes."""
    name = dtype_name(array.dtype, what)
    if isinstance(array, np.generic):
        return array.astype(name)
    if type(array) is not np.ndarray and not isinstance(array, np.memmap):
        message = f"{what} is a {type(array).__name__}; convert with np.asarray"
        raise GraphTypeError(message)
    copied = np.array(array, dtype=name, order="C", subok=False)
    return copied if copied.shape else copied[()]


def as_value(obj: Any, like_dtype: str | None = None, what: str = "the operand") -> Value:
    """Anything a user may pass as a value; Python numbers take `like_dtype` where it is given."""
    if isinstance(obj, Value):
        return obj
    if isinstance(obj, Box):
        return value_of(obj)
    if isinstance(obj, bool | int | float) and not isinstance(obj, np.generic):
        dtype = like_dtype or PY_DTYPE[_py_class(obj)]
        return context.interpreter.constant(obj, dtype)
    if isinstance(obj, np.ndarray | np.generic):
        if context.interpreter is EAGER:
            return Value(None, array_data(obj, what))
        lifted: Value = context.interpreter.lift(obj)  # type: ignore[attr-defined]
        return lifted
    if isinstance(obj, list | tuple):
        return _from_list(obj, like_dtype, what)
    if obj is None or isinstance(obj, str | bytes | complex | dict | set):
        raise GraphTypeError(f"{what} is {obj!r}: a number or an array is needed")
    raise GraphTypeError(
        f"{what} is a {type(obj).__name__}: a number or an array is needed; convert with np.asarray"
    )


def _py_class(number: Any) -> type:
    return bool if isinstance(number, bool) else int if isinstance(number, int) else float


def _from_list(items: Any, like_dtype: str | None, what: str) -> Value:
    """A list of numbers is an array; a list that holds tensors is their stack."""
    if holds_box(items):
        from autograph_lite.numpy import array

        return value_of(array(items, dtype=like_dtype))
    try:
        made = np.asarray(items)
    except ValueError:
        raise GraphTypeError(f"{what} is a ragged list; its rows need equal lengths") from None
    return as_value(made if like_dtype is None else made.astype(like_dtype), None, what)


def holds_box(obj: Any) -> bool:
    """Whether a nest of lists and tuples holds a tensor, a variable or a staged number."""
    if isinstance(obj, list | tuple):
        return any(map(holds_box, obj))
    return isinstance(obj, Box)


def concrete(obj: Any, dtype: str | None = None, what: str = "the value") -> Value:
    """A fresh eager value from numbers and arrays, whatever the thread's context."""
    if isinstance(obj, bool | int | float) and not isinstance(obj, np.generic):
        return Value(None, scalar(obj, dtype or PY_DTYPE[_py_class(obj)]))
    if isinstance(obj, list | tuple):
        try:
            obj = np.asarray(obj)
        except ValueError:
            message = f"{what} is a ragged list; its rows need equal lengths"
            raise GraphTypeError(message) from None
    if not isinstance(obj, np.ndarray | np.generic):
        raise GraphTypeError(f"{what} is {obj!r}: a number or an array is needed")
    data = array_data(obj, what)
    return Value(None, data if dtype is None else data.astype(dtype))
