"""The compiler's public names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

import autograph_lite.gradient.branches
import autograph_lite.gradient.loops  # noqa: F401
from autograph_lite.call.function import Function, make_function
from autograph_lite.call.verify import IdentityError, verify


@overload
def function(f: Callable[..., Any], /) -> Function: ...


@overload
def function() -> Callable[[Callable[..., Any]], Function]: ...


def function(f: Callable[..., Any] | None = None) -> Any:
    """Compile a function of arrays, loops included, into one native kernel per signature.

    The decorated function means what the undecorated one means on tensors, and gives the same bits; arrays that
    are passed become tensors.  On plain arrays the undecorated one is NumPy's, whose last bits are not always
    ours.  Raises ConversionError, naming the line, where something cannot be staged.
    """
    return make_function if f is None else make_function(f)


__all__ = ["Function", "IdentityError", "function", "verify"]
