"""What a staged `for` counts: ranges, rows of tensors, and enumerate and zip of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.tensors import indexing
from autograph_lite.tensors.boxes import Box, value_of, wrap


@dataclass(frozen=True, slots=True)
class Counted:
    """`count` steps (an int64 number); `element(k)` is what step k sees."""

    count: Value
    element: Callable[[Value], Any]


class ForLoop:
    """What a `for` counts while a function is staged, and nothing else can go through."""

    __slots__ = ()

    def _refused(self, *args: Any, **kwargs: Any) -> NoReturn:
        del args, kwargs
        raise ConversionError(
            "a range, enumerate or zip is counted by the run, and only a `for` loop can go through it; write"
            " the loop, or ag.arange for an array of the numbers"
        )

    __iter__ = __reversed__ = __getitem__ = __contains__ = __array__ = _refused


@dataclass(frozen=True, slots=True)
class Counting(ForLoop):
    """`range` with bounds that may be staged numbers."""

    start: Any
    stop: Any
    step: Any


@dataclass(frozen=True, slots=True)
class Enumerated(ForLoop):
    inner: Any
    start: Any


@dataclass(frozen=True, slots=True)
class Zipped(ForLoop):
    parts: tuple[Any, ...]


def number(obj: Any) -> Value:
    """A Python int, staged number or integer tensor as an int64 number."""
    builder: Any = context.interpreter
    if isinstance(obj, Box):
        value = value_of(obj)
        if value.type.kind == "py" and value.type.dtype in ("int64", "bool"):
            return value if value.type.dtype == "int64" else f.py_int(value)
        if value.type.kind == "py":
            raise GraphTypeError("'float' object cannot be interpreted as an integer")
        if value.type.dtype in ("int64", "int32") and not value.type.shape:
            return f.number(value, dtype="int64")
        raise GraphTypeError("only integer scalar arrays can be converted to a scalar index")
    if not isinstance(obj, int):
        raise GraphTypeError(f"{type(obj).__name__!r} object cannot be interpreted as an integer")
    made: Value = builder.number(int(obj))
    return made


def counted(iterable: Any) -> Counted | None:
    """How to loop over an iterable by counting; None for other Python objects."""
    if isinstance(iterable, range):
        return _counting(Counting(iterable.start, iterable.stop, iterable.step))
    if isinstance(iterable, Counting):
        return _counting(iterable)
    if getattr(iterable, "range_", None) is not None and isinstance(iterable, Box):
        return _arange(iterable)
    if isinstance(iterable, Enumerated):
        return _enumerated(iterable)
    if isinstance(iterable, Zipped):
        return _zipped(iterable)
    return _rows(iterable) if _has_rows(iterable) else None


def _has_rows(obj: Any) -> bool:
    return (isinstance(obj, Box) and bool(value_of(obj).type.shape)) or isinstance(obj, np.ndarray)


def _counting(r: Counting, dtype: str | None = None) -> Counted:
    """Python numbers, or scalar tensors of `dtype`."""
    start, stop, step = number(r.start), number(r.stop), number(r.step)
    count = f.range_length(start, stop, step)

    def element(k: Value) -> Any:
        index = f.position(k, start, step)
        return wrap(index if dtype is None else f.weak(index, dtype=dtype))

    return Counted(count, element)


def _arange(made: Any) -> Counted | None:
    """A loop over `ag.arange` of integers sees scalar tensors."""
    if not made._dtype.startswith("int"):
        return _rows(made)
    return _counting(Counting(*made.range_), made._dtype)


def _rows(x: Any) -> Counted:
    """The rows of an array as they are when each step begins, as NumPy iterates."""
    if not isinstance(x, Box):
        # step by step NumPy would compute with its rows, by functions and sums of its own
        raise ConversionError(
            "a loop goes over the rows of a plain array; make it a tensor first: x = ag.array(x), or write"
            " range or ag.arange for np.arange"
        )
    # a view, to be written through
    return Counted(f.dim(value_of(x), axis=0), lambda k: indexing.get(x, wrap(k)))


def after_the_first(steps: Counted) -> Counted:
    """The same steps without the first one."""
    one = number(1)
    count = f.range_length(one, steps.count, one)
    return Counted(count, lambda k: steps.element(f.position(k, one, one)))


def unpacked(x: Any, count: int | None) -> Any:
    """The rows of a staged tensor that is unpacked into so many names, or into any number (None)."""
    shape = value_of(x).type.shape
    if not shape:
        return x  # Python says that it cannot be iterated over
    if isinstance(shape[0], int):
        return tuple(x[i] for i in range(shape[0]))
    if count is None:
        raise ConversionError(
            "a starred name takes as many elements as only the run knows; take slices instead:"
            " first, rest = x[0], x[1:]"
        )
    length, wanted = f.dim(value_of(x), axis=0), number(count)
    short = f"not enough values to unpack (expected {count}, got {{0}})"
    long = f"too many values to unpack (expected {count})"
    for more, less, text in ((wanted, length, short), (length, wanted, long)):
        wrong = f.weak(f.py_greater(more, less), dtype="bool")
        fail_if(wrong, "ShapeError", "SHAPE", text, length)
    return tuple(x[i] for i in range(count))


def _enumerated(e: Enumerated) -> Counted | None:
    inner = counted(e.inner)
    if inner is None:
        return None
    one, start = number(1), number(e.start)
    return Counted(inner.count, lambda k: (wrap(f.position(k, start, one)), inner.element(k)))


def _zipped(z: Zipped) -> Counted | None:
    parts = [counted(p) for p in z.parts]
    if any(p is None for p in parts):
        return None
    count = parts[0].count  # type: ignore[union-attr]
    for p in parts[1:]:
        count = f.py_minimum(count, p.count)  # type: ignore[union-attr]
    return Counted(count, lambda k: tuple(p.element(k) for p in parts))  # type: ignore[union-attr]
