"""A few lines of a user's program, run eagerly and compiled: the same error, or the same value.

A case is a row of a table.  `body` is the text of a function of the names in `given`; the line that is
at fault ends with `# here`, or is the last one.
"""

from __future__ import annotations

import linecache
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.call.verify import _builtin, _copied, same
from autograph_lite.nests import leaves, rebuild
from autograph_lite.tensors.boxes import Box

HERE = "# here"
Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """An error: its class, and how its message begins.  `refusal`: only compiled code raises it."""

    row: str
    body: str
    given: Given
    error: type[Exception]
    message: str
    refusal: bool = False

    def __str__(self) -> str:
        return f"{self.row} {self.body.splitlines()[-1]}"


@dataclass(frozen=True, slots=True)
class Result:
    """A value: what the same text gives on plain arrays, or `want` where NumPy has no say."""

    row: str
    body: str
    given: Given
    want: Any = None

    def __str__(self) -> str:
        return f"{self.row} {self.body.splitlines()[-1]}"


def program(body: str, names: Any) -> tuple[Callable[..., Any], str, int]:
    """The function, its file, and the line at fault."""
    lines = [f"def program({', '.join(names)}):", *textwrap.indent(body, "    ").splitlines()]
    text = "\n".join(lines) + "\n"
    file = f"/home/user/{abs(hash(text))}.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space: dict[str, Any] = {"__name__": "user", "np": np, "ag": ag}
    exec(compile(text, file, "exec"), space)
    here = next((n for n, line in enumerate(lines, 1) if line.endswith(HERE)), len(lines))
    return space["program"], file, here


def caught(run: Callable[..., Any], given: list[Any]) -> BaseException:
    with pytest.raises(Exception) as info:
        run(*given)
    return info.value


def told(error: BaseException) -> str:
    """All that a user reads of an error."""
    return "".join(traceback.format_exception(error))


def check_fault(case: Fault) -> None:
    """Class, message, line and arguments, in both modes."""
    function, file, here = program(case.body, case.given)
    f = ag.function(function)
    modes = {"compiled": f} if case.refusal else {"eager": f.eager, "compiled": f}
    found: dict[str, Any] = {}
    for mode, run in modes.items():
        given = [rebuild(v, _copied) for v in case.given.values()]
        error = caught(run, given)
        assert isinstance(error, case.error), f"{mode}: {error!r}"
        first = str(error).split("\n")[0]
        assert first.startswith(case.message), f"{mode}: {first}"
        assert f'File "{file}", line {here}' in told(error), f"{mode}: {told(error)}"
        found[mode] = (_builtin(error).__name__, first, [_plain(a) for a in leaves(given)])
    kind, first, after = found["compiled"]
    if case.refusal:
        after_eager = [_plain(a) for a in leaves(list(case.given.values()))]
    else:
        kind_eager, first_eager, after_eager = found["eager"]
        assert kind == kind_eager
        assert first.startswith(first_eager), f"{first} against {first_eager}"
    assert all(map(same, after, after_eager)), "the arguments"
    assert isinstance(caught(f, given), case.error), "a second time"


def check_result(case: Result) -> None:
    """The same bytes in both modes, and NumPy's or those wanted."""
    function, *_ = program(case.body, case.given)
    f = ag.function(function)
    given = list(case.given.values())
    want = case.want
    if want is None:
        with np.errstate(all="ignore"):
            want = function(*rebuild(given, _array))
    assert leaves(want), "nothing would be compared"
    for run in (f.eager, f):
        got = run(*rebuild(given, _copied))
        pairs = zip(leaves(want), leaves(got), strict=True)
        for expected, x in pairs:
            assert same(_scalar(expected), _scalar(_plain(x))), f"{x!r} against {expected!r}"


def _plain(leaf: Any) -> Any:
    return leaf.numpy() if isinstance(leaf, Box) else leaf


def _array(leaf: Any) -> Any:
    """What NumPy is given: copies, which the program may write into."""
    return np.array(_plain(leaf))[()] if isinstance(leaf, Box | np.ndarray) else leaf


def _scalar(x: Any) -> Any:
    return x[()] if isinstance(x, np.ndarray) and not x.ndim else x
