"""Every exception of the library, and the user's line that goes with it.

Each class also derives from the built-in that a NumPy user would catch.  A message says what is wrong,
shows the user's line with a caret, and ends with what to do; it never names anything of ours.
"""

from __future__ import annotations

import linecache
from dataclasses import dataclass, field

from autograph_lite_runtime.cache import CacheWarning as CacheWarning


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the user's source: 1-based line, 0-based column (-1: unknown); `caller` is where the
    function was called that it is in."""

    filename: str
    line: int
    column: int = -1
    function: str = ""
    caller: Origin | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        where = f'File "{self.filename}", line {self.line}'
        return f"{where}, in {self.function}" if self.function else where


def excerpt(origin: Origin) -> str:
    """`File ..., line ...`, the source line, and a caret where the column is known."""
    text = linecache.getline(origin.filename, origin.line).rstrip("\n")
    if not text.strip():
        return f"  {origin}"
    stripped = text.lstrip()
    shown = f"  {origin}\n    {stripped}"
    column = origin.column - (len(text) - len(stripped))
    return shown if column < 0 else f"{shown}\n    {' ' * column}^"


class AutographError(Exception):
    """Base of every error that this library raises about a user's program."""

    def __init__(self, message: str, origin: Origin | None = None) -> None:
        super().__init__(message if origin is None else f"{message}\n{excerpt(origin)}")
        self.message = message
        self.origin = origin

    def place(self, origin: Origin) -> None:
        """Say where; an error that knows its place keeps it."""
        if self.origin is None:
            self.origin = origin
            self.args = (f"{self.message}\n{excerpt(origin)}",)


class ConversionError(AutographError, SyntaxError):
    """The function holds something that cannot be staged."""

    def __str__(self) -> str:
        return str(self.args[0])

    def place(self, origin: Origin) -> None:
        super().place(origin)
        self.msg = str(self)  # what a traceback shows


class GraphTypeError(AutographError, TypeError):
    """A dtype, kind or structure that does not fit."""


class ShapeError(AutographError, ValueError):
    """Shapes that do not fit."""


class GraphIndexError(AutographError, IndexError):
    """An index outside its axis."""


class DomainError(AutographError, ValueError):
    """A value outside what an operation is defined for."""


class GradientError(AutographError, ValueError):
    """A gradient that does not exist or was asked for wrongly."""


class TapeError(GradientError, RuntimeError):
    """A tape used against its rules."""


class UndefinedVariableError(AutographError, UnboundLocalError):
    """A name read before anything was assigned to it."""


class LimitError(AutographError, MemoryError):
    """More memory or more steps than allowed."""


class StaleViewError(AutographError, ValueError):
    """A view whose base has been written since."""


class StagedZeroDivisionError(AutographError, ZeroDivisionError):
    """Division of Python numbers by zero."""


class StagedOverflowError(AutographError, OverflowError):
    """A Python integer that does not fit into 64 bits."""


class InternalError(AutographError, RuntimeError):
    """A fault of this library itself; please report it."""


class GradientWarning(UserWarning):
    """A gradient that is None where a number was probably wanted."""
