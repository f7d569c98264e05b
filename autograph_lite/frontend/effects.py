"""What compiled code may not do, because it would happen once and not at each call."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError

CONTAINERS = (list, dict, set)
CHANGES = {
    list: ["append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse"],
    dict: ["clear", "pop", "popitem", "setdefault", "update"],
    set: ["add", "clear", "discard", "pop", "remove", "update"],
}
"""Methods that change what they are called on."""
UNSTEADY = [
    "random",
    "_random",
    "secrets",
    "time",
    "uuid",
    "os",
    "posix",
    "io",
    "_io",
    "subprocess",
]
"""Modules whose functions give something else, or do something, at each call."""


class _Same:
    """An object that is equal to itself alone."""

    def __init__(self, obj: Any) -> None:
        self.obj = obj

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.obj is self.obj

    def __hash__(self) -> int:
        return id(self.obj)


def contents(obj: Any, arrays: bool = False) -> Any:
    """What a container holds, to any depth, in a form that later changes leave as it is; `arrays`: what
    arrays hold too."""
    if isinstance(obj, list | tuple):
        return (type(obj), *(contents(part, arrays) for part in obj))
    if isinstance(obj, dict):
        return (dict, *((key, contents(value, arrays)) for key, value in obj.items()))
    if isinstance(obj, set):
        return (set, frozenset(map(contents, obj)))
    if arrays and isinstance(obj, np.ndarray | np.generic):
        return (type(obj), obj.dtype.str, obj.shape, obj.tobytes())
    if isinstance(obj, float):
        return (float, obj.hex())  # so that NaN is itself and 0.0 is not -0.0
    return (type(obj), obj) if isinstance(obj, int | str) else _Same(obj)


def parts(obj: Any) -> list[Any]:
    """The containers that stand in a container."""
    inside = obj.values() if isinstance(obj, dict) else obj
    return [part for part in inside if isinstance(part, (*CONTAINERS, tuple))]


def refuse_change(trace: Any, obj: Any, what: str) -> None:
    """An error where an object is changed that was there before the function ran."""
    if id(obj) in trace.given:
        raise ConversionError(
            f"{what} of a {type(obj).__name__} from outside would happen once, when the function is"
            " compiled; return the value, or assign it to an ag.Variable",
            trace.origin(),
        )


def refuse_method(trace: Any, function: Any) -> None:
    """The same for a method of a container."""
    owner = getattr(function, "__self__", None)
    if isinstance(owner, CONTAINERS) and function.__name__ in CHANGES.get(type(owner), ()):
        refuse_change(trace, owner, f"{function.__name__!r}")


def refuse_unsteady(trace: Any, function: Any) -> None:
    """An error for a call whose result is another one at each call of the function."""
    module = getattr(function, "__module__", None)
    home = module or type(getattr(function, "__self__", None)).__module__
    name = getattr(function, "__name__", "")
    printing = (home, name) == ("builtins", "print")
    steady = (
        not printing and home.partition(".")[0] not in UNSTEADY and function is not builtins.next
    )
    if isinstance(function, type) or steady:
        return
    advice = "write ag.print" if printing else "pass its result as an argument"
    raise ConversionError(
        f"{name} inside compiled code would run once, when it is compiled; {advice}", trace.origin()
    )
