"""What compiled code may not do, because it would happen once and not at each call."""

from __future__ import annotations

import functools
import types
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.later import Text
from autograph_lite.nests import leaves
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.boxes import Box
from autograph_lite.tensors.host_array import IN_PLACE, HostArray

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


_EAGER = (
    "to stop in every run call F.eager(...) of the decorated function F, which runs the function itself,"
    " step by step, and computes the same bits"
)
_ADVICE = {
    ("builtins", "breakpoint"): _EAGER,
    ("pdb", "set_trace"): _EAGER,
    ("_io", "write"): "write print(..., end='')",
}
"""What to write instead of some functions, by module and name."""


SAVERS = (np.save, np.savez, np.savez_compressed, np.savetxt, np.seterr, np.set_printoptions)
SAVING = ("dump", "dumps", "tofile")
"""Functions of NumPy's, and methods of its arrays, that are called for what they do."""
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
    for array in leaves(written):
        if isinstance(array, np.ndarray):
            refuse_write(trace, array)


def _is_one_of(function: Any, functions: tuple[Any, ...]) -> bool:
    return any(function is one for one in functions)


def refuse_write(trace: Any, array: Any) -> None:
    """An error for a write into a plain array from outside, or in a step or branch, which happens once; one
    that the function has made is written while it is staged."""
    base = array
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
    """An error where an object is changed that was there before the function ran, as every module and
    class was."""
    if id(obj) in trace.given or isinstance(obj, types.ModuleType | type):
        raise ConversionError(
            f"{what} of a {type(obj).__name__} from outside would happen once, when the function is"
            " compiled; return the value, or assign it to an ag.Variable",
            trace.origin(),
        )


def changes_its_owner(function: Any) -> bool:
    """Whether a function is a method that changes the list, dict or set that it is of."""
    owner = getattr(function, "__self__", None)
    return isinstance(owner, CONTAINERS) and any(
        isinstance(owner, kind) and function.__name__ in names for kind, names in CHANGES.items()
    )


def refuse_unsteady(trace: Any, function: Any) -> None:
    """An error for a call whose result is another one at each call of the function."""
    module = getattr(function, "__module__", None)
    home = module or type(getattr(function, "__self__", None)).__module__
    name = getattr(function, "__name__", "")
    instead = _ADVICE.get((home, name))
    saves = _is_one_of(function, SAVERS) or (home == "numpy" and name in SAVING)
    steady = home.partition(".")[0] not in UNSTEADY and function is not next and not saves
    if isinstance(function, type) or (steady and instead is None and function is not input):
        return
    advice = instead or ("call it outside" if saves else "pass its result as an argument")
    raise ConversionError(
        f"{name} inside compiled code would run once, when it is compiled; {advice}", trace.origin()
    )
