"""Which calls of code that is not converted may be made while a function is staged.

Such a call is made once.  That is right only where it computes from what it is given, changes nothing else and
tells nobody; so what is not known to do so is refused.
"""

from __future__ import annotations

import operator
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.tensors.boxes import Box

LIBRARIES = ("autograph_lite", "numpy", "scipy")
MODULES = (
    *("_bisect", "_collections", "_decimal", "_functools", "_heapq", "_operator", "_struct"),
    *("abc", "array", "base64", "binascii", "bisect", "builtins", "calendar", "cmath"),
    *("collections", "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum"),
    *("fractions", "functools", "heapq", "itertools", "json", "keyword", "math", "numbers"),
    *("operator", "re", "statistics", "string", "struct", "textwrap", "types", "typing", "zlib"),
)
"""Modules of the standard library whose functions do."""
OTHERS: dict[str, tuple[str, ...]] = {
    "builtins": ("breakpoint", "input", "next", "open"),
    "datetime": ("now", "today", "utcnow"),
    "json": ("dump",),
    "_struct": ("pack_into",),
    "calendar": ("setfirstweekday",),
    "decimal": ("setcontext", "getcontext", "localcontext"),
    "scipy": ("rvs",),
    "statistics": ("samples",),
    "_operator": (
        *("setitem", "delitem"),
        *(
            name
            for name in dir(operator)
            if hasattr(operator, f"__{name[1:]}__") and name[0] == "i"
        ),
    ),
}
"""But for these."""
SAVERS = (np.save, np.savez, np.savez_compressed, np.savetxt, np.seterr, np.set_printoptions)
SAVING = ("dump", "dumps", "tofile")
"""Functions of NumPy's, and methods of its arrays, that are called for what they do."""

_EAGER = (
    "to stop in every run call F.eager(...) of the decorated function F, which runs the function itself,"
    " step by step, and computes the same bits"
)
_PRINT = "write print(...), or look at the result of the call"
_ADVICE = {
    ("builtins", "breakpoint"): _EAGER,
    ("pdb", "set_trace"): _EAGER,
    ("_io", "write"): "write print(..., end='')",
}
"""What to write instead of some functions, by module and name."""
_ADVICE_OF = {"_operator": "write the operator itself", "logging": _PRINT, "_warnings": _PRINT}
"""The same for all of a module."""


def owner(function: Any) -> str:
    """The top-level package that a callable belongs to."""
    return (getattr(function, "__module__", None) or "").partition(".")[0]


def compares(function: Any) -> bool:
    """Whether code of Python's own asks what it is given for an order, or whether they are equal."""
    asking = ("_bisect", "_heapq", "bisect", "heapq", "itertools")
    name = getattr(function, "__name__", "")
    return name in ("count", "index", "remove", "sort") or owner(function) in asking


def is_users(function: Any) -> bool:
    """Whether it is a Python function that is of no library."""
    return isinstance(function, types.FunctionType) and not in_library(function)


def is_packaged(function: Any) -> bool:
    """Whether a function, class or module is of a library, or of another package that stands among the
    installed ones."""
    module = isinstance(function, types.ModuleType)
    if is_library(function.__name__) if module else in_library(function):
        return True
    top = function.__name__.partition(".")[0] if module else owner(function)
    package = sys.modules.get(top)
    path = getattr(package, "__file__", None) or ""
    return bool(_INSTALLED.intersection(path.replace("\\", "/").split("/")))


_INSTALLED = frozenset(["dist-packages", "site-packages"])


def is_standard(function: Any) -> bool:
    """Whether a function is of the standard library."""
    return owner(function) in sys.stdlib_module_names


def is_generated(function: types.FunctionType) -> bool:
    """Whether a function has no source, such as the `__init__` of a dataclass."""
    return function.__code__.co_filename.startswith("<string>")


def in_library(function: Any) -> bool:
    """Whether a function or class is of the standard library, of ours, or of one that we stand on; not if it is
    one of ours that is staged as the user's are."""
    if is_as_written(function):
        return False
    return is_library(getattr(function, "__module__", None) or "")


def is_as_written(function: Any) -> bool:
    """Whether it is a function of ours that is staged from its source (`boxes.as_written`)."""
    return isinstance(function, types.FunctionType) and hasattr(function, "as_written")


def is_library(module: str) -> bool:
    """The same of a module, by its name."""
    top = module.partition(".")[0]
    return top in LIBRARIES or top in sys.stdlib_module_names


def is_steady(obj: Any, name: str) -> bool:
    """Whether what an object holds by name is the same at every call: a tensor's or an array's, for they
    are values, and what does not come from the user."""
    if isinstance(obj, types.FunctionType | BaseException | super):
        return name.startswith("__")
    if isinstance(obj, Box | np.ndarray | np.generic):
        return True
    if isinstance(obj, types.ModuleType):
        return is_library(obj.__name__)
    home = owner(obj if isinstance(obj, type) else type(obj))
    return home in (*LIBRARIES, "builtins")


def home(function: Any) -> str:
    """The module that a callable comes from: that of its class, for a method of code that is not Python."""
    own = getattr(function, "__self__", None)
    kind = own if isinstance(own, type) else getattr(function, "__objclass__", type(own))
    return getattr(function, "__module__", None) or str(kind.__module__)


@contextmanager
def watched(trace: Any) -> Iterator[None]:
    """Code of the user's runs as it is: an error before it calls what would have to be called at each call.
    Not where another profile function looks on already."""
    if sys.getprofile() is not None:
        yield
        return
    met: list[ConversionError] = []

    def look(frame: types.FrameType, event: str, function: Any) -> None:
        caller = frame if event == "c_call" else frame.f_back
        if event not in ("c_call", "call") or caller is None or is_library(_home_of(caller)):
            return
        try:
            if event == "call":
                _refuse_call(trace, frame)
            else:
                _refuse_told(trace, frame, function)
        except ConversionError as error:
            met.append(error)
            raise

    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)
        if met:  # the code may have caught it
            raise met[0]


EACH_TIME = ("datetime", "logging", "random", "secrets", "time", "uuid", "warnings")
"""Modules written in Python whose functions give or do something else each time."""


def _home_of(frame: types.FrameType) -> str:
    return frame.f_globals.get("__name__") or ""


def _refuse_call(trace: Any, frame: types.FrameType) -> None:
    """A function of Python's library, written in Python, is called."""
    module, name = _home_of(frame).partition(".")[0], frame.f_code.co_name
    if module in EACH_TIME and not name.startswith("_"):
        _refuse(trace, name, _ARGUMENT)


def _refuse_told(trace: Any, frame: types.FrameType, function: Any) -> None:
    """A function that is not written in Python."""
    if function is print:
        raise ConversionError(
            f"print in {frame.f_code.co_qualname}, which is not converted, would run once, when the function is"
            " compiled; print in a method that is called by its name",
            trace.origin(),
        )
    if type(getattr(function, "__self__", None)).__module__.startswith("numpy.random"):
        _refuse(trace, function.__name__, _ARGUMENT)
    if function is not next:  # an iterator may be one of its own
        refuse_unsteady(trace, function)


def refuse_unsteady(trace: Any, function: Any) -> None:
    """An error for a call that would do something else, or give something else, if it were made again."""
    where, name = home(function), getattr(function, "__name__", "")
    top = where.partition(".")[0]
    saves = any(function is one for one in SAVERS) or (where == "numpy" and name in SAVING)
    steady = top in (*LIBRARIES, *MODULES) and name not in OTHERS.get(top, ())
    if isinstance(function, type) or (steady and not saves):
        return
    instead = _ADVICE.get((where, name)) or _ADVICE_OF.get(top)
    _refuse(trace, name or where, instead or ("call it outside" if saves else _ARGUMENT))


_ARGUMENT = "pass its result as an argument"


def _refuse(trace: Any, name: str, advice: str) -> NoReturn:
    raise ConversionError(
        f"{name} inside compiled code would run once, when it is compiled; {advice}", trace.origin()
    )
