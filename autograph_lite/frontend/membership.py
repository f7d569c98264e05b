"""`item in container` and `a is b` where only the run knows: a bool of Python, found as Python finds it.

Python compares the elements from left to right, by `is` and then by `==`, and stops at the first that
is equal.  Arrays have a rule of their own, NumPy's: whether any element is equal.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, KeysView, ValuesView
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.branches import choose
from autograph_lite.frontend.iteration import counted
from autograph_lite.frontend.iterators import Counting
from autograph_lite.frontend.loops import stage_loop
from autograph_lite.frontend.plan import Plan
from autograph_lite.frontend.steps import Counted, number
from autograph_lite.frontend.truth import as_bool, not_
from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.same import as_value
from autograph_lite.tensors.aliases import surely_same
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.number import Number
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tensor import ArrayLike

ITERATED = (list, tuple, ValuesView, ItemsView)
HASHED = (dict, set, frozenset, KeysView)
_PLAIN = "`in` asks a plain array for what only the run knows; make it a tensor first: x = ag.constant(x)"
_OBJECTS = (
    "`in` asks for a number that only the run knows among keys of a class of their own; use numbers,"
    " strings and None as keys"
)
_NAN = (
    "`is` and `in` meet two numbers that are both NaN, and only Python knows whether they are one object;"
    " write == or np.isnan"
)


def contains(container: Any, item: Any) -> Any:
    """`item in container`, one of which holds what only the run knows."""
    if isinstance(container, np.ndarray):
        raise ConversionError(_PLAIN)
    if isinstance(container, ArrayLike):
        return _in_array(container, item)
    if isinstance(container, range | Counting):
        return _in_range(container, item)
    if isinstance(container, HASHED) and isinstance(item, Number):
        return any_is(_numbers(container), item)
    if isinstance(container, ITERATED):
        return any_is(container, item)
    return item in container  # Python says what is wrong, or knows


def _in_array(x: ArrayLike, item: Any) -> Any:
    """NumPy's rule."""
    equal = x.holds(item)
    return equal if isinstance(equal, bool) else as_bool(equal)


def _numbers(keys: Iterable[Any]) -> list[Any]:
    """The keys that a number can be equal to."""
    found = [key for key in keys if key is not None and not isinstance(key, str | bytes | tuple)]
    if not all(isinstance(key, bool | int | float) for key in found):
        raise ConversionError(_OBJECTS)
    return found


def any_is(items: Iterable[Any], item: Any) -> Any:
    """Whether one of the objects is the item or equal to it."""
    found: Any = False
    for one in items:
        if found is True:
            return True
        if found is False:
            found = is_or_equal(one, item)
        elif _scalar(one) and _scalar(item):  # a comparison that cannot fail
            found = found | is_or_equal(one, item)
        else:
            found = choose(found, lambda: True, partial(is_or_equal, one, item))
    return found


def _scalar(obj: Any) -> bool:
    if isinstance(obj, Box) and not isinstance(obj, Tagged):
        return not value_of(obj).type.shape
    return obj is None or isinstance(obj, bool | int | float | str)


def is_or_equal(a: Any, b: Any) -> Any:
    """What Python's own containers ask of two objects."""
    one = same_object(a, b) if isinstance(a, ArrayLike) and isinstance(b, ArrayLike) else a is b
    if isinstance(one, bool):
        return True if one else _equal(a, b)
    return choose(one, lambda: True, lambda: _equal(a, b))


def _equal(a: Any, b: Any) -> Any:
    if isinstance(a, Number | float) and isinstance(b, Number | float):
        _refuse_two_nans(a, b)
    if _alike_containers(a, b):
        return _equal_containers(a, b)
    equal = a == b
    return as_bool(equal) if isinstance(equal, Box) else bool(equal)


def _alike_containers(a: Any, b: Any) -> bool:
    return any(isinstance(a, kind) and isinstance(b, kind) for kind in (tuple, list))


def _equal_containers(a: Any, b: Any) -> Any:
    """Element by element, until two differ."""
    if len(a) != len(b):
        return False
    alike: Any = True
    for x, y in zip(a, b, strict=True):
        if alike is False:
            return False
        if alike is True:
            alike = is_or_equal(x, y)
        else:
            alike = choose(alike, partial(is_or_equal, x, y), lambda: False)
    return alike


def _refuse_two_nans(a: Any, b: Any) -> None:
    """Equal they are not, but they may be one object."""
    floats = [x for x in (a, b) if getattr(x, "dtype", "float64") == "float64"]
    if len(floats) == 2 and not any(isinstance(x, float) and x == x for x in floats):
        nan = (f.weak(value_of(x != x), dtype="bool") for x in floats if isinstance(x, Number))
        fail_if(_all(*nan), "ConversionError", "DOMAIN", _NAN)


def _all(first: Any, *rest: Any) -> Any:
    for other in rest:
        first = f.bitwise_and(first, other)
    return first


def same_object(a: Any, b: Any) -> Any:
    """`a is b` of tensors: a bool, or what only the run knows."""
    found = surely_same(a, b)
    return found if isinstance(found, bool) else as_bool(wrap(as_value(found)))


# --- ranges ----------------------------------------------------------------------------------------


def _in_range(r: range | Counting, item: Any) -> Any:
    """Of an int without counting; of anything else by comparing it with every number."""
    if isinstance(item, int) or (isinstance(item, Number) and item.dtype != "float64"):
        return _int_in_range(r, item)
    return _in_steps(_counting(r), item)


def _counting(r: range | Counting) -> Counted:
    steps = counted(r)
    assert steps is not None
    return steps


def _in_steps(steps: Counted, item: Any) -> Any:
    """One loop, until an element is equal."""
    found: list[Any] = [False]

    def body(k: Value) -> None:
        found[0] = is_or_equal(steps.element(k), item)

    def bind(objects: tuple[Any, ...]) -> None:
        found[:] = objects

    stage_loop(Plan(steps.count, lambda: not_(found[0]), body, lambda: tuple(found), bind, ("in",)))
    return found[0]


def _int_in_range(r: range | Counting, item: Any) -> Any:
    """Between the first and the last, and a whole number of steps away."""
    start, step, count = number(r.start), number(r.step), _counting(r).count
    item = wrap(number(item))

    def near() -> Any:
        last = f.position(f.py_subtract(count, number(1)), start, step)
        low, high = f.py_minimum(start, last), f.py_maximum(start, last)
        return _both(wrap(low) <= item, lambda: _both(item <= wrap(high), away))

    def away() -> Any:
        return (item - wrap(start)) % wrap(step) == 0

    return _both(wrap(count) > 0, near)


def _both(a: Any, b: Callable[[], Any]) -> Any:
    return choose(a, b, lambda: False)
