"""Staged signature -> what it read from outside and what it was compiled for, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograph_lite.call.signature import fits
from autograph_lite.frontend.stage import Staged
from autograph_lite.frontend.state import is_variable
from autograph_lite.tensors.boxes import Box

MOST = 8  # names on a line
Changed = tuple[str, ...]


def captured(staged: Staged) -> tuple[str, ...]:
    """Three lines at most: whose present value every call reads, what NumPy makes at every call, and what is
    compiled in."""
    read = _unique((i.what, kind_of(i.read())) for i in staged.inputs)
    held = _unique((g.what, "" if g.about else shown(g.expected)) for g in staged.guards)
    lines = [
        _listed("read at every call", [f"{what} ({kind})" for what, kind in read]),
        _listed("made by NumPy at every call", [h.what for h in staged.hosted]),
        _listed("compiled for", [f"{what} = {x}" if x else what for what, x in held]),
    ]
    return tuple(line for line in lines if line)


def changed(staged: Staged) -> Changed:
    """What is not what it was when this was staged."""
    return tuple(dict.fromkeys(_changes(staged)))


def closest(known: Sequence[Staged]) -> Changed:
    """The fewest changes since one of these was staged."""
    return min((changed(staged) for staged in known), key=len, default=())


def _changes(staged: Staged) -> Iterator[str]:
    for guard in staged.guards:
        if not guard.holds():
            before, now = shown(guard.expected), _now(guard.read)
            told = before and now and not guard.about
            yield f"{guard.what} ({before}, now {now})" if told else guard.what
    for found in staged.inputs:
        obj = found.read()
        if not fits(obj, found.type):
            yield f"{found.what} (now {kind_of(obj)})"


def _now(read: Any) -> str:
    try:
        obj = read()
    except Exception:  # of the user's, too
        return "not there"
    return shown(obj) or (kind_of(obj) if isinstance(obj, float | np.ndarray | Box) else "")


def shown(obj: Any) -> str:
    """A value that is compiled in, where it has a short text."""
    return repr(obj) if isinstance(obj, bool | int | str) or obj is None else ""


def kind_of(obj: Any) -> str:
    """Kind, dtype and extents of a number, an array, a tensor or a variable."""
    data = obj._value.data if isinstance(obj, Box) else obj
    if not isinstance(data, np.ndarray | np.generic):
        return type(data).__name__
    extents = str(list(data.shape)) if data.ndim else ""
    return f"{'variable ' if is_variable(obj) else ''}{data.dtype}{extents}"


def _unique(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(pairs))


def _listed(head: str, words: list[str]) -> str:
    if not words:
        return ""
    more = [f"{len(words) - MOST} more"] if len(words) > MOST else []
    return f"{head}: {', '.join([*words[:MOST], *more])}"
