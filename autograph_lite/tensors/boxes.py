"""Boxes: what a user's name is bound to.

A box holds the current value of a tensor, a variable or a staged number.  `x[i] = v` puts another
value into the box, so that every name of it sees the change.  A box made by slicing or reshaping
is a view: it keeps its base and the base's version, and using it after the base was written is an
error (NumPy's view would show the change, our value would not).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn

import numpy as np

from autograph_lite.eager.interpreter import EAGER
from autograph_lite.eager.scalars import scalar
from autograph_lite.errors import ConversionError, GraphTypeError, StaleViewError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import DTYPES, PY_DTYPE
from autograph_lite.ops.cells import number_if_kept
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.regions import pick
from autograph_lite.ops.staging import root
from autograph_lite.tensors.aliases import same_as
from autograph_lite.tensors.host_array import HostArray


@dataclass(frozen=True, slots=True)
class View:
    """Where a view was taken: the base, its version then, and how to write through it.

    `put(base, written)` gives the base's value with the view's in it, None where that is refused.
    `contiguous`: whether NumPy's view is one block, so that a reshape of it is a view again and no
    copy.  `index` is the (spec, dynamic) of a slice.  `other`: where a branch made the view, what it
    is a view of in the other arm.
    """

    base: Box
    version: int
    put: Callable[[Value, Value], Value] | None = None
    contiguous: bool = False
    index: tuple[Any, ...] | None = None
    other: View | None = None

    @property
    def stale(self) -> bool:
        """Whether a base has been written since."""
        base = self.base
        if base._version != self.version or (self.other is not None and self.other.stale):
            return True
        return base._base is not None and base._base.stale


class Box:
    """Base of Tensor, Variable, Number and NumpyScalar: a value, a view's base, and a count of the writes."""

    __slots__ = ("__weakref__", "_base", "_value", "_version")
    classes: ClassVar[
        dict[str, type[Box]]
    ] = {}  # "ag", "np.array", dtype of a Python number, or "np." and dtype -> class
    is_variable: ClassVar[bool] = False
    is_tagged: ClassVar[bool] = False

    def __init__(self, value: Value) -> None:
        self._value = value
        self._base: View | None = None
        self._version = 0

    @property
    def root(self) -> Box:
        """The tensor that this one is a view of, if it is one."""
        return self if self._base is None else self._base.base.root


_classes = Box.classes


def value_of(box: Box) -> Value:
    """The box's value in the thread's context."""
    if box._base is not None and box._base.stale:
        raise StaleViewError(
            "this view is stale: the tensor it was taken from has been written since;"
            " take the view again, or take a copy before the write: x[i:j].copy()"
        )
    interpreter = context.interpreter
    value: Value = box._value if interpreter is EAGER else interpreter.read(box)  # type: ignore[attr-defined]
    if box.is_variable:
        for tape in context.tapes:
            tape.accessed(box, value)
        if interpreter is not EAGER:
            interpreter.accessed(box)  # type: ignore[attr-defined]
    return value


class entered:
    """While a function runs, these tensors stand for arrays that it was given."""

    __slots__ = ("_boxes", "_outer")

    def __init__(self, boxes: list[Any]) -> None:
        self._boxes = boxes

    def __enter__(self) -> None:
        self._outer = context.entered
        if self._boxes:
            context.entered = self._outer | {id(box): box for box in self._boxes}

    def __exit__(self, *error: object) -> None:
        context.entered = self._outer


def refuse_view(box: Box) -> None:
    """An error where what is written into a box could not reach its base; asked before anything is
    written."""
    view = box._base
    while view is not None:
        if view.put is None or view.other is not None:
            raise StaleViewError(
                "writing through this view is not supported: write to the tensor it was taken from, by"
                " its own index, or into a copy: x[i:j].copy()"
            )
        view = view.base._base


def write(box: Box, value: Value) -> None:
    """Give the box another value; views taken before become stale.  A view writes its base too, and a
    tensor that is another one in some runs writes that one in those."""
    if box._base is not None:
        refuse_view(box)
        view = box._base
        assert view.put is not None
        write(view.base, view.put(value_of(view.base), value))
    if id(box) in context.entered:
        raise ConversionError(
            "the function writes into an ndarray argument, which would not reach the caller's array;"
            " write x = x.copy() first"
        )
    interpreter: Any = context.interpreter
    kept = interpreter is not EAGER and (
        id(box) in root().in_lists or number_if_kept(interpreter.read(box)) is not None
    )
    if kept:
        refuse_in_list()
    touch(box)
    refresh(box)
    interpreter.write(box, value)
    for other, cond in same_as(box) if staging() and interpreter.linked() else ():
        touch(other)
        interpreter.write(other, pick(cond, value, interpreter.read(other)))


def refuse_in_list() -> NoReturn:
    raise ConversionError(
        "a tensor is written into that may be in a list that grows, or that is indexed by what only the run"
        " knows; put a copy into the list: items.append(x.copy()), or write into one: x = x.copy()"
    )


def touch(box: Box) -> None:
    """The box is written: views taken before are stale."""
    if context.interpreter is not EAGER:
        context.interpreter.remember(box)  # type: ignore[attr-defined]
    box._version += 1


def refresh(box: Box) -> None:
    """The box shows what its base holds now."""
    if box._base is not None:
        box._base = replace(box._base, version=box._base.base._version)


def is_stale(box: Box) -> bool:
    return box._base is not None and box._base.stale


def staging() -> bool:
    """Whether this thread builds a graph."""
    return context.interpreter is not EAGER


def as_written(function: Any) -> Any:
    """Mark a function of ours that is staged as the user's are, from its source; errors in it are told of the
    line that calls it."""
    function.as_written = True
    return function


def call(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a function that the user gave us; while staging its loops and branches are staged too."""
    if staging():
        return root().caller.call_inside(function, args, kwargs)
    return function(*args, **kwargs)


def wrap(value: Value) -> Any:
    """A value as the user sees it: a Tensor, or a staged number of Python's or NumPy's, or a plain array."""
    if value.data is None and value.type.kind != "ag":
        type = value.type
        known = "np.array" if type.rank else str(type) if type.kind == "np" else type.dtype
        return _classes[known](value)
    return _classes["ag"](value)


def view(
    value: Value,
    base: Box,
    put: Callable[[Value, Value], Value] | None,
    contiguous: bool = False,
    index: tuple[Any, ...] | None = None,
) -> Any:
    """A tensor that stops being valid when its base is written; of a variable, a copy."""
    box = Box.classes["ag"](value)
    if not base.is_variable:
        whole = base._base is None or base._base.contiguous
        box._base = View(base, base._version, put, contiguous and whole, index)
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
        return obj.settled() if obj.is_tagged else value_of(obj)  # type: ignore[attr-defined]
    if isinstance(obj, bool | int | float) and not isinstance(obj, np.generic):
        dtype = like_dtype or PY_DTYPE[_py_class(obj)]
        return context.interpreter.constant(obj, dtype)
    if isinstance(obj, np.ndarray | np.generic):
        if context.interpreter is EAGER:
            return Value(None, array_data(obj, what))
        lifted: Value = context.interpreter.lift(obj)  # type: ignore[attr-defined]
        return lifted
    if isinstance(obj, HostArray):
        return obj.lifted()
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
