"""NumPy's own functions on tensors: a ufunc or function is looked up by its name among ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograph_lite.errors import GradientError, GraphTypeError
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.boxes import Box, staging

INSTEAD = {
    "average": "np.mean(x)",
    "count_nonzero": "np.sum(x != 0)",
    "deg2rad": "x * (np.pi / 180.0)",
    "diag": "np.sum(x * ag.eye(len(x)), axis=1)",  # of a matrix
    "diagonal": "np.sum(x * ag.eye(len(x)), axis=1)",
    "diff": "x[1:] - x[:-1]",
    "einsum": "@, or products and np.sum",
    "fabs": "np.abs(x)",
    "linalg.norm": "np.sqrt(np.sum(x**2))",
    "logaddexp": "np.maximum(x, y) + np.log1p(np.exp(-np.abs(x - y)))",
    "radians": "x * (np.pi / 180.0)",
    "roll": "np.concatenate([x[-n:], x[:-n]])",
    "std": "np.sqrt(np.mean((x - np.mean(x)) ** 2))",
    "trace": "np.sum(x * ag.eye(len(x)))",
    "trapezoid": "np.sum(0.5 * (x[1:] + x[:-1]))",
    "var": "np.mean((x - np.mean(x)) ** 2)",
}
"""What to write for functions of NumPy that are not available, in their most common use."""


def _ours() -> tuple[Any, ...]:
    """The modules with functions of NumPy's and SciPy's names."""
    from autograph_lite import numpy, special

    return numpy, special


def array_ufunc(self: Any, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """`np.sin(t)`, and the operators of an ndarray with a tensor on the right."""
    del self
    function = _find(ufunc.__name__)
    if method != "__call__":
        raise GraphTypeError(
            f"np.{ufunc.__name__}.{method} is not available on tensors; use np.sum, np.prod or"
            " np.cumsum, or write a loop"
        )
    out = kwargs.pop("out", None)
    for word in kwargs:
        raise GraphTypeError(f"{word}= of np.{ufunc.__name__} is not available on tensors")
    if out is None:
        return function(*inputs)
    return _into(out[0], inputs, function, ufunc.__name__)


def _into(out: Any, inputs: tuple[Any, ...], function: Callable[..., Any], name: str) -> Any:
    """`array += tensor` writes into the array, which no tape can follow."""
    if isinstance(out, Box) or out is not inputs[0]:
        raise GraphTypeError(f"out= of np.{name} is not available on tensors; use the result")
    if context.tapes or staging():
        raise GradientError(
            "an in-place operator writes a tensor into a plain array, which drops its gradient;"
            " make the array a tensor first: x = ag.constant(x)"
        )
    out[...] = np.asarray(function(*inputs))
    return out


def array_function(
    self: Any, function: Callable[..., Any], types: Iterable[type], args: Any, kwargs: Any
) -> Any:
    """`np.sum(t)`, `np.stack([...])`, and all other functions of NumPy."""
    del self, types
    if getattr(function, "__module__", "numpy") != "numpy":
        name = f"{function.__module__}.{function.__name__}".removeprefix("numpy.")
        found = INSTEAD.get(name)
        instead = f"; write {found}" if found else ""
        raise GraphTypeError(f"np.{name} is not available on tensors{instead}")
    return _find(function.__name__)(*args, **kwargs)


def _find(name: str) -> Any:
    """Our function of a name of NumPy's; kept, for a look-up in the module costs a microsecond."""
    found = _functions.get(name)
    if found is None:
        ours = next((module for module in _ours() if name in module.__all__), None)
        if ours is None:
            instead = INSTEAD.get(name)
            called = f"np.{name}" if hasattr(np, name) else name
            told = f"write {instead or f'{called}(x.numpy()) outside of compiled code and of gradients'}"
            raise GraphTypeError(f"{called} is not available on tensors; {told}")
        found = _functions[name] = getattr(ours, name)
    return found


_functions: dict[str, Any] = {}
