"""A program per row of docs/python_support.md, and what becomes of it when it is compiled.

The parts, the constructs and the sentences of syntax that is refused come from the table of the frontend;
a program belongs to one of its constructs, or to a part that the page adds.  What a program says when it is
refused is what the page says.
"""

from __future__ import annotations

import enum
import linecache
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograph_lite as ag
from autograph_lite.errors import AutographError
from autograph_lite.frontend.advice import MAKERS
from autograph_lite.frontend.constructs import CONSTRUCTS
from autograph_lite.tensors.protocols import INSTEAD

Program = Callable[..., Any]


class How(enum.Enum):
    """What compiled code makes of a program."""

    STAGED = "staged"
    UNROLLED = "unrolled"
    REFUSED = "refused"


STAGED, UNROLLED, REFUSED = How


@dataclass(frozen=True, slots=True)
class Row:
    """`needs`: the Python that knows the syntax; `error` where Python's own class says more."""

    construct: str
    what: str
    function: Program | str
    arguments: tuple[Any, ...]
    how: How = STAGED
    needs: tuple[int, int] = (3, 11)

    @property
    def runs_here(self) -> bool:
        return sys.version_info >= self.needs

    def made(self) -> Program:
        """The function, not decorated; where Python compiles the syntax only in a text, from that."""
        return self.function if callable(self.function) else defined(self.function)

    def __str__(self) -> str:
        return f"{self.construct}: {self.what}"


ROWS: list[Row] = []


def case(
    construct: str, what: str = "", *arguments: Any, how: How = STAGED
) -> Callable[[Program], Program]:
    """A program for a row; without words of its own it stands for the construct."""

    def decorate(function: Program) -> Program:
        ROWS.append(Row(construct, what, function, arguments, how))
        return function

    return decorate


def text(construct: str, body: str, *arguments: Any, needs: tuple[int, int] = (3, 11)) -> None:
    """A program that is refused and that not every Python, or no file, can hold."""
    ROWS.append(Row(construct, "", textwrap.dedent(body), arguments, REFUSED, needs))


def defined(source: str) -> Program:
    """The function `f` of a text that has a file name, as a notebook cell has."""
    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space: dict[str, Any] = {"np": np, "ag": ag, "__name__": "cell"}
    exec(compile(source, file, "exec", dont_inherit=True), space)
    return space["f"] if "f" in space else space["A"].f


def refusal(row: Row) -> AutographError:
    """The error of a refused program, at decoration or at the first call."""
    try:
        ag.function(row.made())(*row.arguments)
    except AutographError as error:
        return error
    raise AssertionError(f"{row} is not refused")


# -- the page ----------------------------------------------------------------------------------------

HEAD = """\
# Python in compiled code

Every construct of Python, and what `@ag.function` makes of it. *Staged*: it becomes part of the graph, and a
loop stays one loop however often it runs. *Unrolled*: Python runs it while the function is staged, over
objects that are there before the run. *Refused*: the error, which also names the line, says what to write
instead. `f.eager(*args)` runs everything, and what is staged or unrolled gives the same bits as that.
Nothing that eager mode refuses is compiled (`tests/constructs/test_beyond.py`).

This page is made from the table of the frontend (`autograph_lite/frontend/constructs.py`) and from a program
for each row (`tests/constructs/`), which is run in both modes to the second derivative, or refused with
exactly these words. `python -m tests.constructs.test_python_support` writes it anew.
"""


def parts() -> dict[str, dict[str, list[Row]]]:
    """Part -> construct -> its rows, in the order of the table, then that of the programs."""
    home = {c.what: c.part for c in CONSTRUCTS if c.part}
    found: dict[str, dict[str, list[Row]]] = {}
    for what, part in home.items():
        found.setdefault(part, {})[what] = [row for row in ROWS if row.construct == what]
    for row in ROWS:
        if row.construct not in home:
            found.setdefault(row.construct, {}).setdefault("", []).append(row)
    return found


def sentence(row: Row) -> str:
    """What the table says of the syntax itself, else what the program is told."""
    syntax = [c.refused for c in CONSTRUCTS if c.what == row.construct and c.refused]
    return syntax[0] if syntax else refusal(row).message


def outcome(row: Row) -> str:
    if row.how is not REFUSED:
        return row.how.value
    words = sentence(row).replace("|", r"\|")
    return f"refused: {words}"


def page() -> str:
    lines = [HEAD]
    for part, constructs in parts().items():
        lines.append(f"## {part}\n\n| construct | in compiled code |\n|---|---|")
        for construct, rows in constructs.items():
            for row in rows:
                words = ": ".join(word for word in (construct, row.what) if word)
                lines.append(f"| {words} | {outcome(row)} |")
        lines.append("")
    return "\n".join([*lines, *_instead()])


def _instead() -> list[str]:
    """Calls of NumPy's that are refused, from the two tables that say what to write."""
    makers = {f"np.{f.__name__}": words for f, words in MAKERS.items()}
    without = {f"np.{name}": words for name, words in INSTEAD.items()}
    return [
        "## NumPy's functions\n\n`ag.numpy.__all__` names those that work on tensors. Others are refused:\n",
        "| with what only the run knows | write |\n|---|---|",
        *(f"| `{name}` | `{words}` |" for name, words in makers.items()),
        "\n| on a tensor | write |\n|---|---|",
        *(f"| `{name}` | `{words}` |" for name, words in without.items()),
        "",
    ]
