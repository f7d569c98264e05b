"""`a, b = v` of a tensor or list of which only the run knows how long it is."""

from __future__ import annotations

from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.absent import Perhaps
from autograph_lite.frontend.grown import grown_in
from autograph_lite.frontend.iteration import counted
from autograph_lite.frontend.steps import number
from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import value_of
from autograph_lite.tensors.tagged import Tagged


def unpacked(x: Any, count: int | None) -> Any:
    """The rows of a staged tensor that is unpacked into so many names, or into any number (None)."""
    if isinstance(x, Perhaps):
        return x.surely()
    if grown_in(x) is not None:
        return _unpacked_list(x, count)
    if isinstance(x, Tagged):
        x = x.surely("cannot unpack non-iterable {} object")
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
    _check_length(f.dim(value_of(x), axis=0), count)
    return tuple(x[i] for i in range(count))


def _unpacked_list(items: list[Any], count: int | None) -> Any:
    if count is None:
        raise ConversionError(
            "a starred name takes as many elements of a list that grows in a loop as only the run knows; take"
            " elements instead: first = items[0]"
        )
    steps = counted(items)
    assert steps is not None
    _check_length(steps.count, count)
    return tuple(steps.element(number(i)) for i in range(count))


def _check_length(length: Value, count: int) -> None:
    """What Python says where there are more or fewer than names."""
    wanted = number(count)
    short = f"not enough values to unpack (expected {count}, got {{0}})"
    long = f"too many values to unpack (expected {count})"
    for more, less, text in ((wanted, length, short), (length, wanted, long)):
        wrong = f.weak(f.py_greater(more, less), dtype="bool")
        fail_if(wrong, "ShapeError", "SHAPE", text, length)
