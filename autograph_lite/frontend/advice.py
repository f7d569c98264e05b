"""Calls that need a value which only the run knows: an error that says what to write instead."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

import autograph_lite.numpy as anp
from autograph_lite.errors import ConversionError
from autograph_lite.frontend.later import Later
from autograph_lite.frontend.state import is_variable
from autograph_lite.tensors.boxes import Box
from autograph_lite.tensors.protocols import INSTEAD as WITHOUT
from autograph_lite.tensors.tensor import is_tensor

# NumPy's functions that make a plain array whatever they are given
MAKERS = {
    **{getattr(np, name): f"ag.{name}" for name in ("array", "asarray", "zeros", "ones", "empty")},
    **{getattr(np, name): f"ag.{name}" for name in ("full", "eye", "arange", "linspace")},
    np.identity: "ag.eye",
    **{getattr(np, name): f"ag.cast(x, np.{name})" for name in ("float32", "float64")},
    **{getattr(np, name): f"ag.cast(x, np.{name})" for name in ("int32", "int64", "bool_")},
}
INSTEAD = {
    "copy": "x.copy()",
    "deepcopy": "x.copy()",
    "iter": "a `for` loop",
    "reduce": "a `for` loop",
}
_UNSAID = (
    "builtins",
    "collections",
    "copy",
    "_functools",
    "_operator",
)  # modules that a user does not write


def mentions_run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether an argument is known only when the kernel runs."""
    return any(_mentions(a) for a in (*args, *kwargs.values()))


def _mentions(obj: Any) -> bool:
    if isinstance(obj, list | tuple):
        return any(map(_mentions, obj))
    if isinstance(obj, slice):
        return any(map(_mentions, (obj.start, obj.stop, obj.step)))
    return isinstance(obj, Later) or (isinstance(obj, Box) and not is_variable(obj))


def refuse_maker(trace: Any, function: Any, args: tuple[Any, ...]) -> None:
    """An error where NumPy would make a plain array of what only the run knows."""
    instead = MAKERS.get(function)
    if instead is None or (function is np.linspace and any(map(is_tensor, args))):
        return
    raise ConversionError(
        f"np.{function.__name__} makes a plain array, which cannot depend on what only the run of the"
        f" compiled function knows; write {instead}",
        trace.origin(),
    )


def refuse_call(trace: Any, function: Any) -> NoReturn:
    """An error for a function that is neither NumPy's nor the user's."""
    name = getattr(function, "__qualname__", repr(function))
    where = getattr(function, "__module__", "") or ""
    shown = name if where in _UNSAID or not where else f"{where}.{name}"
    raise ConversionError(
        f"{shown} needs a value that only the run of the compiled function knows; write"
        f" {_instead(function, name, where)}",
        trace.origin(),
    )


def _instead(function: Any, name: str, where: str) -> str:
    if where == "math" and name in anp.__all__:
        return f"np.{name}"
    if where == "_operator":
        return "the operator itself"
    if where == "math" and name in WITHOUT:
        return WITHOUT[name]
    method = name.rpartition(".")[2]
    if isinstance(getattr(function, "__self__", None), np.ndarray) and method in anp.__all__:
        return f"np.{method}"
    return INSTEAD.get(name, "operations on tensors")
