"""Warnings at the user's line, in whichever mode they are met."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

from autograph_lite.errors import Origin
from autograph_lite.ops.dispatch import context
from autograph_lite_runtime import ufuncs

_told: dict[Any, Any] = {}  # Python's note of what was said already, where the filters ask for that


def warn(text: str, category: type[Warning]) -> None:
    """Warn at the line that is being staged, or that called the library."""
    origin = getattr(context.interpreter, "origin", None)
    if origin is not None:
        warn_at(text, category, origin())
    else:
        warnings.warn(text, category, stacklevel=_level())


def warn_at(text: str, category: type[Warning], origin: Origin | None) -> None:
    """Warn at a line of which only the place is known."""
    where = (origin.filename, origin.line) if origin is not None else ("<kernel>", 0)
    warnings.warn_explicit(text, category, *where, registry=_told)


def heed(errors: int, label: str, origin: Origin | None) -> None:
    """Do with a sum of NumPy's floating-point errors what `np.errstate` asks for, as NumPy does."""
    for flag, (kind, words) in ufuncs.ERRORS.items():
        if errors & flag:
            wish = dict(np.geterr())[kind]
            _heed(str(wish), errors, words, f"{words} encountered in {label}", origin)


def _heed(wish: str, flags: int, words: str, text: str, origin: Origin | None) -> None:
    if wish == "warn":
        warn_at(text, RuntimeWarning, origin)
    elif wish == "raise":
        raise FloatingPointError(text)
    elif wish == "print":
        print(f"Warning: {text}")
    elif wish == "call":
        np.geterrcall()(words, flags)  # type: ignore[operator, misc]
    elif wish == "log":
        np.geterrcall().write(f"Warning: {text}\n")  # type: ignore[union-attr]


def _level() -> int:
    """How many frames above `warn` the user's code stands."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(
        "autograph_lite"
    ):
        level, frame = level + 1, frame.f_back
    return level
