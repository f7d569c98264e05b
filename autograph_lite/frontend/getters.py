"""`operator.attrgetter`, `itemgetter` and `methodcaller`: what each means in staged code."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial, reduce
from typing import Any


def getter_of(ops: Any, function: Any) -> Callable[[Any], Any] | None:
    """What such a function does with an object; None for any other."""
    if isinstance(function, operator.attrgetter):
        return partial(_several, _attribute, ops, _given(function))
    if isinstance(function, operator.itemgetter):
        return partial(_several, type(ops).item, ops, _given(function))
    if isinstance(function, operator.methodcaller):
        return partial(_method, ops, function)
    return None


def _given(function: Any) -> tuple[Any, ...]:
    """What it was made of, by which Python pickles it."""
    return function.__reduce__()[1]  # type: ignore[no-any-return]


def _several(one: Callable[..., Any], ops: Any, keys: tuple[Any, ...], obj: Any) -> Any:
    found = tuple(one(ops, obj, key) for key in keys)
    return found if len(found) > 1 else found[0]


def _attribute(ops: Any, obj: Any, path: str) -> Any:
    return reduce(ops.attr, path.split("."), obj)


def _method(ops: Any, function: Any, obj: Any) -> Any:
    made, args = function.__reduce__()
    named = made.keywords if isinstance(made, partial) else {}
    name, *given = (*made.args, *args) if isinstance(made, partial) else args
    return ops.call(ops.attr(obj, name), tuple(given), named)
