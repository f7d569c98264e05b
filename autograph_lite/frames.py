"""Places of the user -> a traceback that shows them, as if Python had been there.

Compiled code has no frames, and while a function is staged the frames are those of generated code.  What a
traceback shows of a frame is the file, the line and the name of its code; so each place becomes a frame of
code that has these and does nothing but raise.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from types import CodeType, FrameType, TracebackType
from typing import Any

from autograph_lite.errors import Origin

MOST = 100
_OURS = ("autograph_lite", "autograph_lite_runtime", "contextlib")


def traceback_of(origin: Origin | None, after: TracebackType | None = None) -> TracebackType | None:
    """The place and the calls that led to it, outermost first; `after` is what Python adds below."""
    found, left = after, MOST
    while origin is not None and left:
        frame = _frame(origin)
        found = TracebackType(found, frame, frame.f_lasti, origin.line)
        origin, left = origin.caller, left - 1
    return found


def as_seen(error: Exception) -> Exception:
    """An error without the frames of ours that its traceback begins with; one that has no others keeps
    them."""
    step = error.__traceback__
    while step is not None and _is_ours(step.tb_frame):
        step = step.tb_next
    return error if step is None else error.with_traceback(step)


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in _OURS


def _frame(origin: Origin) -> FrameType:
    code = _code(origin.filename, origin.line, origin.column, origin.function or "<module>")
    space: dict[str, Any] = {"__name__": "", "__builtins__": {}}
    try:
        exec(code, space)
    except ZeroDivisionError as error:
        step = error.__traceback__
        assert step is not None and step.tb_next is not None
        return step.tb_next.tb_frame
    raise AssertionError("code that raises did not")


@lru_cache(maxsize=512)
def _code(filename: str, line: int, column: int, name: str) -> CodeType:
    """Code that raises at a place; a column that is not known marks nothing."""
    line = max(line, 1)
    ends = (line, column + 1) if column >= 0 else (line + 1, 0)
    place = {"lineno": line, "col_offset": max(column, 0)}
    place |= {"end_lineno": ends[0], "end_col_offset": ends[1]}
    numbers = [ast.Constant(n, None, **place) for n in (1, 0)]
    raising = ast.Expr(ast.BinOp(numbers[0], ast.Div(), numbers[1], **place), **place)
    code = compile(ast.Module([raising], []), filename, "exec")
    return code.replace(co_name=name, co_qualname=name)
