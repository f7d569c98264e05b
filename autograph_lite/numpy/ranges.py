"""`arange`: a tensor that is not allocated when it is only iterated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

import autograph_lite.tensors.operators as o
from autograph_lite.eager.limits import check_size
from autograph_lite.eager.scalars import scalar
from autograph_lite.errors import DomainError, GraphTypeError, StagedOverflowError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE, promote
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import Box, as_value, dtype_name, staging, value_of
from autograph_lite.tensors.tensor import Tensor


class Range(Tensor):
    """`range_` is (start, stop, step), as given; the elements are made when they are first read."""

    __slots__ = ("_dtype", "_made", "range_")

    def __init__(self, range_: tuple[Any, Any, Any], dtype: str) -> None:
        self.range_ = range_
        self._dtype = dtype
        self._made: Value | None = None
        self._base = None
        self._version = 0

    @property
    def _value(self) -> Value:
        if self._made is None:
            self._made = materialised(self.range_, self._dtype)
        return self._made

    @_value.setter
    def _value(self, value: Value) -> None:
        self._made = value

    def __iter__(self) -> Iterator[Any]:
        if self._made is not None or staging():
            return super().__iter__()
        return _steps(self.range_, self._dtype)

    def __len__(self) -> int:
        if self._made is not None or staging():
            return super().__len__()
        return count(*self.range_)


def count(start: float, stop: float, step: float) -> int:
    """How many numbers there are."""
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int):
        return max(0, -((start - stop) // step))
    return max(0, math.ceil((stop - start) / step))


def _steps(range_: tuple[Any, Any, Any], dtype: str) -> Iterator[Any]:
    start, stop, step = range_
    if isinstance(start, float):
        step = (start + step) - start
    for i in range(count(*range_)):
        yield Tensor(Value(None, scalar(start + i * step, dtype)))
    del stop


def materialised(range_: tuple[Any, Any, Any], dtype: str) -> Value:
    """start + step * (0, 1, 2, ...)."""
    start, _, step = range_
    n = count(*range_)
    check_size((n,), dtype)
    positions = f.iota(as_value(n), size=n)
    if isinstance(start, float):
        step = (start + step) - start
    return _affine(positions, start, step, dtype)


def _affine(positions: Value, start: Any, step: Any, dtype: str) -> Value:
    out = positions
    if isinstance(start, float) or isinstance(step, float):
        out = o.cast(out, "float64")
    elif dtype.startswith("float"):
        return o.cast(_affine(positions, start, step, "int64"), dtype)
    if isinstance(step, Box) or step != 1:
        out = f.multiply(out, o.strong(step, out.type.dtype))
    if isinstance(start, Box) or start != 0:
        out = f.add(out, o.strong(start, out.type.dtype))
    return o.cast(out, dtype)


_NO_STEP = "arange needs a step that is not zero"


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from start up to stop; `for i in arange(n)` allocates nothing."""
    if stop is None:
        start, stop = 0, start
    start, stop, step = (_bound(b) for b in (start, stop, step))
    name = _dtype(start, stop, step) if dtype is None else dtype_name(dtype)
    if not isinstance(step, Box) and (step == 0 or step != step):
        raise DomainError(_NO_STEP)
    if any(isinstance(b, Box) for b in (start, stop, step)):
        return _staged(start, stop, step, name)
    start, stop, step = _one_kind(start, stop, step)
    if isinstance(start, float) and not math.isfinite((stop - start) / step):
        raise DomainError("arange needs bounds that are finite")
    made = Range((start, stop, step), name)
    if staging():
        made._value = materialised(made.range_, name)
    return made


def _bound(bound: Any) -> Any:
    """A Python number where the value is known, else the box."""
    if isinstance(bound, Box):
        value = value_of(bound)
        if value.type.shape:
            raise GraphTypeError("arange needs scalars as bounds")
        return bound if value.data is None else value.data
    if isinstance(bound, bool | int | float | np.number):
        return bound
    raise GraphTypeError(f"arange needs numbers as bounds, not {bound!r}")


def _dtype(*bounds: Any) -> str:
    return promote(*(_dtype_of(b) for b in bounds))


def _dtype_of(bound: Any) -> str:
    if isinstance(bound, Box):
        return value_of(bound).type.dtype
    if isinstance(bound, np.generic):
        return dtype_name(bound.dtype)
    return PY_DTYPE[type(bound)] if type(bound) is not bool else "int64"


def _one_kind(*bounds: Any) -> tuple[Any, ...]:
    """All ints or all floats, as Python numbers."""
    plain = [b.item() if isinstance(b, np.generic) else b for b in bounds]
    if any(isinstance(b, float) for b in plain):
        return tuple(float(b) for b in plain)
    if any(not -(2**63) <= b < 2**63 for b in plain):
        raise StagedOverflowError("a bound of arange does not fit into 64 bits")
    return tuple(int(b) for b in plain)


def _staged(start: Any, stop: Any, step: Any, dtype: str) -> Any:
    """Bounds that are known only when the kernel runs; integers only."""
    if any(_dtype_of(b).startswith("float") for b in (start, stop, step)):
        raise GraphTypeError(
            "arange with float bounds known only at run time is not available; use"
            " start + step * arange(n)"
        )
    if isinstance(step, Box):
        fail_if(value_of(o.logical_not(step)), "DomainError", "DOMAIN", _NO_STEP)
    length = -((start - stop) // step)
    n = o.strong(length, "int64")
    n = f.maximum(n, f.zeros_like(n))
    made = Range((start, stop, step), dtype)
    made._value = _affine(f.iota(n), start, step, dtype)
    return made
