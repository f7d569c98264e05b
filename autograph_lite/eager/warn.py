"""Warnings at the user's line, in whichever mode they are met."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from autograph_lite.errors import Origin
from autograph_lite.ops.dispatch import context

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


def _level() -> int:
    """How many frames above `warn` the user's code stands."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(
        "autograph_lite"
    ):
        level, frame = level + 1, frame.f_back
    return level
