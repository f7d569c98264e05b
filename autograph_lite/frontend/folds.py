"""any, all and sum, as Python folds them: from the left, one element after the other.

What only the run counts is one loop, which `any` and `all` leave early; Python objects are gone through
while staging.  `sum(x)` adds the rows of a tensor, which are other bits than those of `np.sum(x)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.branches import choose
from autograph_lite.frontend.convert import is_staged as is_converted
from autograph_lite.frontend.iteration import counted, is_staged, surely_some
from autograph_lite.frontend.iterators import Generator, taken
from autograph_lite.frontend.steady import is_users
from autograph_lite.frontend.steps import Counted, after_the_first, number
from autograph_lite.frontend.truth import as_bool, not_
from autograph_lite.frontend.walk import Walk, go_through, loop
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, value_of
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tags import as_tensor
from autograph_lite.tensors.tensor import is_tensor

RESULT = "the result"


def is_plain(iterable: Any) -> bool:
    """Whether Python itself goes through it; through an array of NumPy's too, which gives numbers of
    NumPy's."""
    return isinstance(iterable, np.ndarray) or not is_staged(iterable)


def _at_once(iterable: Any) -> bool:
    return isinstance(iterable, Generator) and iterable.at_once


def call(function: Any, *args: Any) -> Any:
    """A call of a function of the user's, which is converted."""
    return root().caller.operators.call(function, args)


def with_callbacks(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Arguments of a function of Python's own, which calls functions of the user's among them: converted."""
    return tuple(map(_called_back, args)), {name: _called_back(x) for name, x in kwargs.items()}


def _called_back(obj: Any) -> Any:
    return partial(call, obj) if is_users(obj) and not is_converted(obj) else obj


def reduced(function: Any, iterable: Any, /, *start: Any) -> Any:
    """`functools.reduce`."""
    both = partial(call, function)
    if is_plain(iterable):
        return reduce(both, iterable, *start)
    if not start:
        if cheap(iterable) and surely_some(iterable):
            steps = steps_of(iterable)
            return with_the_others(steps, steps.element(number(0)), both)
        raise ConversionError("reduce() of what may be empty in a run: give it a start")
    held = [*start]

    def step(item: Any) -> None:
        held[0] = both(held[0], item)

    return fold(iterable, held, step)


def fold(items: Any, held: list[Any], step: Callable[[Any], None], test: Any = None) -> Any:
    """What the list holds when every element has had its step."""
    go_through(items, step, holding(held, test))
    return held[0]


def holding(held: list[Any], test: Callable[[], Any] | None = None) -> Walk:
    def bind(objects: tuple[Any, ...]) -> None:
        held[:] = objects

    return Walk(test, lambda: tuple(held), bind, (RESULT,))


def with_the_others(steps: Counted, begin: Any, add: Callable[[Any, Any], Any]) -> Any:
    """What is made of `begin`, which holds the first element, by adding the others in a loop."""
    held = [begin]

    def step(item: Any) -> None:
        held[0] = add(held[0], item)

    loop(after_the_first(steps), step, holding(held))
    return held[0]


def steps_of(items: Any) -> Counted:
    """What is counted, to be gone through now."""
    taken(items)
    steps = counted(items)
    assert steps is not None
    return steps


def cheap(items: Any) -> bool:
    """Whether its first element may be staged apart from the others."""
    return not isinstance(items, Generator) and counted(items) is not None


# --- any and all -----------------------------------------------------------------------------------


def until(stop: bool) -> Callable[[Any], Any]:
    """any and all: a bool of Python, found as soon as an element's truth is `stop`."""

    def found(iterable: Any, /) -> Any:
        if is_plain(iterable):
            return _of_objects(stop, iterable)
        held: list[Any] = [not stop]
        if _at_once(iterable):

            def step(item: Any) -> None:
                held[0] = _and_then(stop, held[0], item)

            return fold(iterable, held, step)

        def stopping(item: Any) -> None:
            held[0] = _truth(item)

        return fold(iterable, held, stopping, lambda: _not(held[0]) if stop else held[0])

    return found


def _of_objects(stop: bool, iterable: Iterable[Any]) -> Any:
    found: Any = not stop
    for item in iterable:
        found = _and_then(stop, found, item)
        if found is stop:
            return stop
    return found


def _and_then(stop: bool, found: Any, item: Any) -> Any:
    """What was found, and if that was not `stop`, the truth of the next."""
    if not isinstance(found, Box):
        return stop if found is stop else _truth(item)
    if not isinstance(item, Box) or isinstance(item, Tagged) or value_of(item).type.shape:
        keep, ask = (lambda: stop), (lambda: _truth(item))
        return choose(found, keep, ask) if stop else choose(found, ask, keep)
    return found | _truth(item) if stop else found & _truth(item)  # a truth that cannot fail


def _truth(item: Any) -> Any:
    item = root().caller.operators.flag(item)
    return as_bool(item) if isinstance(item, Box) else bool(item)


def _not(found: Any) -> Any:
    return not_(found) if isinstance(found, Box) else not found


# --- sum -------------------------------------------------------------------------------------------


def summed(iterable: Any, /, start: Any = 0) -> Any:
    """From the left, after the start."""
    if isinstance(start, str | bytes | bytearray):
        return sum((), start)
    if is_plain(iterable):
        total = start
        for item in iterable:
            total = _added(total, item)
        return total
    if _at_once(iterable) and is_tensor(start):
        raise ConversionError(
            "sum() of a list comprehension, whose elements are computed before the first is added to the"
            " start; leave out the brackets: sum((... for ...), start)"
        )
    if cheap(iterable) and surely_some(iterable):
        return _after_the_first(steps_of(iterable), start)
    return _summed(iterable, start)


def _after_the_first(steps: Counted, start: Any) -> Any:
    return with_the_others(steps, _added(start, steps.element(number(0))), _added)


def _added(a: Any, b: Any) -> Any:
    return root().caller.operators.binary("add", a, b)


def _summed(iterable: Any, start: Any) -> Any:
    """In one loop."""
    held = [start]

    def step(item: Any) -> None:
        held[0] = _added(held[0], item)

    total = fold(iterable, held, step)
    if isinstance(total, Tagged) and surely_some(iterable):
        return as_tensor(total)  # there was a step
    return total
