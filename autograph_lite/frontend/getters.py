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
    name, *args = _positional(function)
    given = [_noted(ops, function, i, "argument") for i in range(len(args))]
    named = {key: _noted(ops, function, key, "argument") for key in _by_name(function)}
    return ops.call(ops.attr(obj, name), tuple(given), named)


def _positional(function: Any) -> list[Any]:
    """The name of the method and what it is given, as Python pickles them."""
    made, args = function.__reduce__()
    return [*made.args, *args] if isinstance(made, partial) else [*args]


def _by_name(function: Any) -> dict[str, Any]:
    made, _ = function.__reduce__()
    return made.keywords if isinstance(made, partial) else {}


def _held(function: Any, key: Any) -> Any:
    return _by_name(function)[key] if isinstance(key, str) else _positional(function)[1 + key]


def _noted(ops: Any, function: Any, key: Any, what: str) -> Any:
    """What a method caller from outside gives is read anew at each call."""
    read = partial(_held, function, key)
    if id(function) not in ops.trace.given:
        return read()
    return ops.trace.note(read(), read, f"{what} {key} of a methodcaller", (function, str(key)))
