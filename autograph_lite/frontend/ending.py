"""Errors of Python's that the staging of a region meets: the runs that get there end in them, and no others.

`prev = path[-1] if t > 0 else 0.0` reads a list that is empty while the first step is staged.
"""

from __future__ import annotations

from typing import Any

from autograph_lite.frontend.later import Error
from autograph_lite.frontend.state import take_apart
from autograph_lite.frontend.trace import Raised
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import root

PYTHONS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


def of_the_runs(error: Exception) -> bool:
    """Let the region at work end in an error, if it is one that eager mode would meet there: not in a refusal,
    in what leaves a `try`, or in what a context around may swallow."""
    trace: Any = root()
    left = trace.left is not None and trace.left[0] is error
    place = None if left or trace.managers else trace.place_of(error)
    plain = all(isinstance(given, str | int | float) for given in error.args)
    if place is None or not plain or not _is_pythons(error):
        return False
    builder: Any = context.interpreter
    present, builder.origin = builder.origin, lambda: place
    try:
        structure, _ = take_apart((Error(type(error), error.args, {}),), numbers=False)
        trace.emit_raise(Raised(structure), [])
    finally:
        builder.origin = present
    return True


def _is_pythons(error: Exception) -> bool:
    own = vars(error) or error.__cause__ is not None
    return type(error).__module__ == "builtins" and isinstance(error, PYTHONS) and not own
