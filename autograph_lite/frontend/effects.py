"""What compiled code may not do, because it would happen once and not at each call."""

from __future__ import annotations

import array
import bisect
import collections
import collections.abc
import functools
import heapq
import types
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.later import Text
from autograph_lite.frontend.steady import in_library
from autograph_lite.nests import leaves
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.boxes import Box
from autograph_lite.tensors.host_array import IN_PLACE, HostArray

_ITEMS = ("__delitem__", "__init__", "__setitem__")
_SEQUENCE = (
    *("clear", "extend", "insert", "pop", "remove", "reverse", "__iadd__", "__imul__"),
    *_ITEMS,
)
CHANGES: dict[type, tuple[str, ...]] = {
    list: ("append", "sort", *_SEQUENCE),
    dict: ("clear", "move_to_end", "pop", "popitem", "setdefault", "update", "__ior__", *_ITEMS),
    set: (
        *("add", "clear", "discard", "pop", "remove", "update", "difference_update"),
        *("intersection_update", "symmetric_difference_update"),
        *("__iand__", "__init__", "__ior__", "__isub__", "__ixor__"),
    ),
    collections.deque: ("append", "appendleft", "extendleft", "popleft", "rotate", *_SEQUENCE),
    bytearray: ("append", *_SEQUENCE),
    array.array: (
        *("append", "byteswap", "frombytes", "fromfile", "fromlist", "fromunicode"),
        *_SEQUENCE,
    ),
}
"""Methods that change what they are called on."""
CONTAINERS: tuple[Any, ...] = tuple(CHANGES)
_READ: tuple[Any, ...] = (
    collections.UserList,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
)
"""What else is read as containers are, beside the mappings of Python's library."""
BY_NAME = ("__setattr__", "__delattr__")
"""Special methods that change any object."""
CHANGED_FIRST = (
    *(heapq.heapify, heapq.heappop, heapq.heappush, heapq.heappushpop, heapq.heapreplace),
    *(bisect.insort_left, bisect.insort_right),
    *(collections.Counter.update, collections.Counter.subtract),
)
"""Functions that change their first argument."""
WRITERS = (np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis)
"""Functions of NumPy's that write into their first argument."""


def refuse_writer(trace: Any, function: Any, args: Any, kwargs: Any) -> None:
    """An error where a function or method of NumPy's writes into a plain array that it must not write."""
    owner = getattr(function, "__self__", None)
    written = [kwargs.get("out"), args[0] if args and _is_one_of(function, WRITERS) else None]
    if isinstance(owner, np.ndarray) and function.__name__ in IN_PLACE:
        written.append(owner)
    if isinstance(owner, np.ufunc) and function.__name__ == "at":
        written.append(args[0])
    for one in leaves(written):
        if isinstance(one, np.ndarray):
            refuse_write(trace, one)


def _is_one_of(function: Any, functions: tuple[Any, ...]) -> bool:
    return any(function is one for one in functions)


def refuse_write(trace: Any, written: Any) -> None:
    """An error for a write into a plain array from outside, or in a step or branch, which happens once; one
    that the function has made is written while it is staged."""
    base = written.base if isinstance(written, np.flatiter) else written
    while isinstance(base, np.ndarray) and id(base) not in trace._getters:
        base = base.base
    if base is not None or context.interpreter is not trace:
        refuse_assignment(trace)


def refuse_assignment(trace: Any) -> NoReturn:
    raise ConversionError(
        "an element of a plain ndarray is assigned inside compiled code; make it a tensor, for"
        " instance with ag.constant or ag.zeros",
        trace.origin(),
    )


RESULTS = "return tensors, numbers, strings, None, or tuples, lists and dicts of them"


def refuse_result(obj: Any) -> None:
    """An error for a result that holds what is only there while the function is staged: a tensor in an
    object of the user's, or a function that was defined inside."""
    found = only_staged(obj)
    if isinstance(found, Box | HostArray):
        raise ConversionError(
            f"the function returns an object of class {type(obj).__name__} that holds what only the"
            f" run knows; {RESULTS}"
        )
    if found is not None:
        raise ConversionError(f"the function returns a function defined inside; {RESULTS}")


def only_staged(obj: Any) -> Any:
    """What an object holds, at any depth, that is only there while the function is staged, if anything:
    a tensor or a function."""
    waiting, seen = [obj], set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen or isinstance(part, type | types.ModuleType | Text):
            continue
        seen.add(id(part))
        if isinstance(part, HostArray) or (isinstance(part, Box) and part._value.data is None):
            return part
        if isinstance(part, types.FunctionType) and is_staged(part):
            return part
        waiting += _held(part)
    return None


def _held(obj: Any) -> list[Any]:
    """What an object holds, in its attributes or as a container."""
    if isinstance(obj, dict):
        return list(obj.values())
    if isinstance(obj, list | tuple | set | frozenset):
        return list(obj)
    if isinstance(obj, slice):
        return [obj.start, obj.stop, obj.step]
    if isinstance(obj, functools.partial):
        return [obj.func, *obj.args, *obj.keywords.values()]
    names = [n for c in type(obj).__mro__ for n in _listed(getattr(c, "__slots__", ()))]
    slots = [getattr(obj, n) for n in names if hasattr(obj, n)]
    return slots if isinstance(obj, Box) else slots + list(getattr(obj, "__dict__", {}).values())


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def is_read_whole(obj: Any) -> bool:
    """Whether what an object from outside holds is compared at each call: a container, in whatever form."""
    mapping = isinstance(obj, collections.abc.Mapping) and in_library(type(obj))
    return mapping or isinstance(obj, (*CONTAINERS, tuple, frozenset, *_READ))


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
    if isinstance(obj, dict):
        return (dict, *((key, contents(value, arrays)) for key, value in obj.items()))
    if isinstance(obj, set):
        return (set, frozenset(map(contents, obj)))
    if isinstance(obj, collections.abc.Mapping) and in_library(type(obj)):
        return (type(obj), contents([*obj.items()], arrays))
    if isinstance(obj, _READ):
        return (type(obj), contents([*obj], arrays))
    if isinstance(obj, list | tuple | collections.deque | bytearray | array.array):
        return (type(obj), *(contents(part, arrays) for part in obj))
    if arrays and isinstance(obj, np.ndarray | np.generic):
        return (type(obj), obj.dtype.str, obj.shape, obj.tobytes())
    if isinstance(obj, float):
        return (float, obj.hex())  # so that NaN is itself and 0.0 is not -0.0
    return (type(obj), obj) if isinstance(obj, int | str) else _Same(obj)


def parts(obj: Any) -> list[Any]:
    """What stands in a container, but for numbers and texts."""
    inside = obj.values() if isinstance(obj, dict) else obj
    return [part for part in inside if not isinstance(part, int | float | complex | str | bytes)]


def refuse_change(trace: Any, obj: Any, what: str) -> None:
    """An error where an object is changed that was there before the function ran, as every module and
    class was."""
    if id(obj) in trace.given or isinstance(obj, types.ModuleType | type):
        raise ConversionError(
            f"{what} of a {type(obj).__name__} from outside would happen once, when the function is"
            " compiled; return the value, or assign it to an ag.Variable",
            trace.origin(),
        )


def refuse_unnoted(trace: Any, name: str, before: list[Any], now: list[Any]) -> None:
    """An error where an object does not hold what it held, though no change was noted."""
    if len(before) != len(now) or any(a is not b for a, b in zip(before, now, strict=True)):
        raise ConversionError(
            f"{name} is changed by code that is not converted, such as that of a generator or of a method of a"
            " library's class; change it in a function, or in a method that is called by its name",
            trace.origin(),
        )


def laid_out(obj: Any) -> list[Any]:
    """What a list, a dict or an object with attributes holds, to be compared part by part."""
    if isinstance(obj, list):
        return [*obj]
    parts = obj if isinstance(obj, dict) else attributes(obj)
    return [part for pair in parts.items() for part in pair]


def attributes(obj: Any) -> dict[str, Any]:
    """What an object holds by name, in its slots too."""
    slots = [n for c in type(obj).__mro__ for n in _listed(vars(c).get("__slots__", ()))]
    kept = {n: getattr(obj, n) for n in slots if hasattr(obj, n)}
    own = {n: part for n, part in kept.items() if not n.startswith("__")}
    return own | getattr(obj, "__dict__", {})


def changed_by(function: Any, args: tuple[Any, ...]) -> Any:
    """The container, or any object whose attributes are set by name, that a call of Python's own code changes;
    None if it changes none."""
    if _is_one_of(function, CHANGED_FIRST):
        return args[0] if args else None
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if isinstance(owner, CONTAINERS):
        known = (names for kind, names in CHANGES.items() if isinstance(owner, kind))
        return owner if any(name in names for names in known) else None
    return owner if name in BY_NAME else None


def in_words(function: Any, args: tuple[Any, ...]) -> str:
    """A call that changes an object, for a message."""
    name = function.__name__
    if name in BY_NAME:
        return f"assignment to the attribute {args[0]!r}"
    return "assignment to an element" if name == "__setitem__" else repr(name)
