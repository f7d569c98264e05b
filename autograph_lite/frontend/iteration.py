"""What a staged `for` counts: ranges, rows of tensors, lists that grow, and enumerate and zip of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend import elements
from autograph_lite.frontend.grown import grown_in
from autograph_lite.frontend.iterators import (
    Counting,
    Enumerated,
    ForLoop,
    Generator,
    Once,
    Reversed,
    Zipped,
)
from autograph_lite.frontend.steps import Counted, in_range, known, least, number, same_length, span
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Symbol
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors import indexing
from autograph_lite.tensors.boxes import Box, as_value, value_of, wrap
from autograph_lite.tensors.plain_array import ARRAYS, element_of


def counted(iterable: Any) -> Counted | None:
    """How to loop over an iterable by counting; None for other Python objects."""
    if isinstance(iterable, range):
        return _counting(Counting(iterable.start, iterable.stop, iterable.step))
    if isinstance(iterable, Counting):
        return _counting(iterable)
    if getattr(iterable, "range_", None) is not None and isinstance(iterable, Box):
        return _arange(iterable)
    if isinstance(iterable, Once):
        return _COUNTED[type(iterable)](iterable)
    if grown_in(iterable) is not None:
        return elements.counted(iterable)
    return _rows(iterable) if _has_rows(iterable) else None


def is_staged(obj: Any) -> bool:
    """Whether a loop over it is not Python's own."""
    return isinstance(obj, ForLoop) or grown_in(obj) is not None or counted(obj) is not None


def _has_rows(obj: Any) -> bool:
    if isinstance(obj, Box):
        return bool(value_of(obj).type.shape)
    return isinstance(obj, ARRAYS)


def _counting(r: Counting, dtype: str | None = None) -> Counted:
    """Python numbers, or scalar tensors of `dtype`."""
    start, stop, step = number(r.start), number(r.stop), number(r.step)
    count = span(start, stop, step)

    def element(k: Value) -> Any:
        index = in_range(k, start, step)
        if dtype is not None:
            return wrap(f.weak(index, dtype=dtype))
        now = known(index)
        return wrap(index) if now is None else now

    return Counted(count, element)


def _arange(made: Any) -> Counted | None:
    """A loop over `ag.arange` of integers sees scalar tensors."""
    if not made._dtype.startswith("int"):
        return _rows(made)
    return _counting(Counting(*made.range_), made._dtype)


def _rows(x: Any) -> Counted:
    """The rows of an array as they are when each step begins, as NumPy iterates."""
    if isinstance(x, ARRAYS):
        return _elements(x)
    # a view, to be written through
    return Counted(f.dim(value_of(x), axis=0), lambda k: indexing.get(x, wrap(k)))


def _elements(x: Any) -> Counted:
    """Of a plain array: scalars of NumPy's, or rows."""
    if x.ndim == 0:
        raise TypeError("iteration over a 0-d array")
    return Counted(f.dim(as_value(x), axis=0), lambda k: element_of(x, wrap(k)))


def surely_some(obj: Any) -> bool:
    """Whether there is an element in every run."""
    if isinstance(obj, Zipped):
        return all(map(surely_some, obj.parts))
    if isinstance(obj, Once):
        plain_one = not isinstance(obj, Generator) or (obj.condition is None and not obj.nested)
        return plain_one and all(map(surely_some, obj.inside()))
    if isinstance(obj, Box | ARRAYS):
        shape = as_value(obj).type.shape
        extent = shape[0] if shape else 0
        return extent.several if isinstance(extent, Symbol) else extent > 0
    return isinstance(obj, range) and len(obj) > 0


def _enumerated(e: Enumerated) -> Counted | None:
    inner = counted(e.inner)
    if inner is None:
        return None
    one, start = number(1), number(e.start)
    return replace(inner, element=lambda k: (wrap(f.position(k, start, one)), inner.element(k)))


def _reversed(r: Reversed) -> Counted:
    inner = counted(r.inner)
    assert inner is not None
    last, back = f.py_subtract(inner.count, number(1)), number(-1)
    return replace(inner, element=lambda k: inner.element(f.position(k, last, back)))


def _zipped(z: Zipped) -> Counted | None:
    found = [counted(p) for p in z.parts]
    parts = [p for p in found if p is not None]
    if any(isinstance(p, Generator) for p in z.parts[:-1]):  # one call more than there are elements
        raise ConversionError(
            "a map, filter or generator stands first in zip; zip what it goes through, and do its work in the"
            " loop"
        )
    if len(parts) < len(found) or not parts:
        return None
    counts = [p.count for p in parts]
    after = partial(same_length, counts) if z.strict else None
    return Counted(least(counts), lambda k: tuple(p.element(k) for p in parts), after)


def _generated(g: Generator) -> Counted | None:
    simple = not (g.nested or g.condition is not None or isinstance(g.inner, np.ndarray))
    inner = counted(g.inner) if simple else None
    return inner and replace(inner, element=lambda k: g.element(inner.element(k)))


_COUNTED: dict[type, Callable[[Any], Counted | None]] = {
    Enumerated: _enumerated,
    Zipped: _zipped,
    Reversed: _reversed,
    Generator: _generated,
}
