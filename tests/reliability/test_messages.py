"""What is refused is told in one style: what was met and what to write instead in a sentence, the user's file
and line, the line itself and a caret; the same in a file, in a cell of a notebook and in a helper.

The programs are those of the tables of faults and of docs/python_support.md, and some more, so that nearly
every place that refuses something is reached; which are not is listed.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from autograph_lite.call.verify import _copied
from autograph_lite.errors import ConversionError
from autograph_lite.nests import rebuild
from tests.constructs import control, functions, lists, objects, values
from tests.constructs.table import REFUSED, ROWS
from tests.frontend import test_advice, test_holders
from tests.reliability import (
    test_builtins,
    test_control,
    test_gradients,
    test_indexing,
    test_lists,
    test_names,
    test_raising,
    test_values,
)

ROOT = Path(ag.__file__).parent
FILLED = (control, values, functions, objects, lists)  # whose programs stand in ROWS now
X = ag.constant([1.0, 2.0, 3.0])
GIVEN = {"x": X, "n": 3}
LONG = list(range(10_002))


class Own(Exception):
    def __init__(self, held):
        self.held = held


@dataclass(frozen=True, slots=True)
class Program:
    """A body that is refused, as a function of what is given."""

    body: str
    given: dict[str, Any]

    def __str__(self) -> str:
        return self.body.splitlines()[-1]


class Point:
    asked = 0

    def __init__(self, held):
        self.held = held

    def __index__(self):
        Point.asked += 1
        return 0


TAPE = "with ag.GradientTape() as t:\n"
MORE = [
    "return x * np.random.rand()",
    "return x * [2.0][Point(x)]",
    "e = Own(x)\nif x[0] > 0:\n    raise e\nreturn x",
    "return sorted([n, 2.5, x[1]])",
    "for k in LONG:\n    x = x\nreturn x",
    "with ag.GradientTape() as t:\n    t.watch(x)\n    y = x[:n] * x[:n]\nreturn t.jacobian(y, x)",
    "return ag.grad(lambda z: z * z)(np.float32(0.5))",
    "y = 0.5\nif n > 2:\n    y = n\nreturn y.is_integer()",
    "return round(n, n)",
    "v = ag.Variable(0.0)\nreturn v + x",
    "x = x * 1.0\nv = x[0:2]\nfor i in range(n):\n    x[0] = v[1]\n    v = x[1:3]\nreturn v",
]
MORE += [
    "s = x[0] * 1.0\nt = x[1] * 1.0\nfor i in range(n):\n    if s is t:\n        s = s * 2.0\n    t = s\n"
    "return s",
    "s = x[0] * 1.0\nfor i in range(n):\n    s = s * 2.0\n    t = x[1] * 1.0\nreturn s is t",
    "s = x[0] * 1.0\nfor i in range(n):\n    s[...] = 1.0\n    s = s * 2.0\nreturn s",
    "y = 2\ndef g():\n    global y\n    y = 1\nreturn x",
    "return Point(x)",
    "return lambda v: v * x",
    "keys = Point(float(x[0]))\nmatch {1.0: x}:\n    case {keys.held: y}:\n        return y",
    "p = Point(x)\nif x[0] > 0.0:\n    raise ValueError(p)\nreturn x",
    "global LAST\nif x[0] > 5.0:\n    LAST = x\nreturn x",
    "global LAST\nLAST = Point(x)\nreturn x",
    "global LAST\nLAST = np.ones(3)\nreturn x",
    "for k in range(n):\n    x = np.ones(3) * k * x\nreturn x",
    "for k in range(n):\n    x = np.multiply(np.ones(3), k) * x\nreturn x",
    "for k in range(n):\n    x = x * (np.ones(3) < k)\nreturn x",
    "for k in range(n):\n    x = (k + np.ones(3)) * x\nreturn x",
    "y = np.ones(n)\ny += 1.0\nreturn y * x",
    "return x * np.array2string(np.ones(n))",
    TAPE
    + "    t.watch(x)\n    y = x * x\n    for i in range(n):\n        y = y * float(x[0])\n"
    + "return t.gradient(y, x)",
    TAPE
    + "    for i in range(n):\n        y = x * x\n        t.watch(y)\n        z = y * y\n        x = z\n"
    + "return t.gradient(z, y)",
    TAPE + "    if x[0] > 0.0:\n        t.watch(x)\n    y = x * x\nreturn t.gradient(y, x)",
    TAPE + "    if x[0] > 0.0:\n        t.watch(x)\n    y = x * x\nreturn t.jacobian(y, x)",
    "t = ag.GradientTape()\nfor i in range(n):\n    with t:\n        t.watch(x)\n        y = x * x\n"
    "return t.gradient(y, x)",
]
MORE += [  # of numbers, as NumPy's functions see them
    f"for k in range(n):\n    x = x * {body}\nreturn x"
    for body in (
        "np.ldexp(0.5 * k, 2)",
        "(np.sin(0.1 * k) + LONG)",
        "np.sin(0.1 * k, dtype='float32')",
        "np.sin(0.1 * k).astype('float32')",
        "np.where(0.1 * k > 0.0, 0.5 * k, 0.0)",
        "np.round(0.1 * k, k)",
        "np.clip(0.1 * k, 0.1)",
    )
]
MORE += [
    "import collections\ny = collections.UserDict(a=1)\nfor i in range(n):\n    y['a'] = 2\nreturn x",
    "with np.errstate(all='ignore'):\n    y = np.sin(0.1 * n)\nreturn x * y",
    "with np.errstate(all='ignore'):\n    y = n * np.ones(3)\nreturn x * y",
    "y = 0.5\nif n > 2:\n    y = np.sin(0.1 * n)\nreturn y.is_integer()",
]
TABLES = (
    test_advice,
    test_holders,
    test_builtins,
    test_control,
    test_gradients,
    test_indexing,
    test_lists,
    test_names,
    test_raising,
    test_values,
)


def programs() -> Iterator[Program]:
    for table in TABLES:
        for case in table.FAULTS:
            if getattr(case, "error", None) is ConversionError:
                yield Program(case.body, case.given)
    yield from (Program(body, GIVEN) for body in MORE)


PROGRAMS = list(programs())


# -- where something is refused ----------------------------------------------------------------------

Site = tuple[str, str]  # the module and the sentence, as it stands in the source


def sites() -> dict[Site, range]:
    """Every place that makes a ConversionError, with its lines."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ConversionError":
                site = path.relative_to(ROOT).as_posix(), ast.unparse(node.args[0])
                found[site] = range(node.lineno, (node.end_lineno or 0) + 1)
    return found


SITES = sites()
# Refused by these words, which no program here is told, and where they are told or why not.
NOT_REACHED = {
    (
        "frontend/overloads.py",
        "objects are compared of which one",
    ): "tests/reliability/test_unseen.py",
    ("frontend/read.py", "message"): "tests/frontend/test_read.py and test_conversion.py",
    ("frontend/convert.py", "message"): "tests/frontend/test_read.py, code that is nested too deep",
    ("frontend/again.py", "ANOTHER"): "tests/identity/test_recursion.py",
    ("frontend/again.py", "PLAIN"): "tests/identity/test_recursion.py",
    ("frontend/again.py", "UNCOUNTED"): "tests/identity/test_recursion.py",
    ("frontend/itself.py", "COLLECTING"): "tests/identity/test_recursion.py",
    ("frontend/itself.py", "sentence"): "tests/identity/test_recursion.py",
    ("frontend/unlike.py", "what is read after a call"): "tests/identity/test_recursion.py",
    ("frontend/overloads.py", "between a plain array and a"): "tests/reliability/test_unseen.py",
    (
        "frontend/steady.py",
        "which is not converted, would run once",
    ): "tests/reliability/test_unseen.py",
    ("frontend/calls.py", "computed once and kept"): "tests/reliability/test_once.py",
    ("ir/build.py", "TOO_LONG"): "tests/reliability/test_too_long.py",
    ("frontend/trace.py", "a tensor of another staged"): "no way is known to hand one over",
    ("tensors/tensor.py", "this tensor was made while"): "no way is known to keep one",
    ("call/signature.py", "another view of it"): "tests/reliability/test_indexing.py, two views",
    ("call/specialisation.py", "_LISTS"): "tests/reliability/test_lists.py, under a tape",
    ("call/verify.py", "a list of tensors that grows"): "it is about ag.verify itself",
    ("gradient/calls.py", "_TWICE"): "tests/reliability/test_lists.py, a third derivative",
    ("gradient/forward.py", "through a list that grows"): "tests/transforms",
    ("transforms/matrices.py", "a jacobian in forward mode"): "tests/transforms",
    ("transforms/custom.py", "states writes into"): "tests/transforms/test_custom.py",
    ("transforms/custom.py", "states prints or raises"): "tests/transforms/test_custom.py",
    ("transforms/custom.py", "states has a list"): "tests/transforms/test_custom.py",
    ("transforms/custom.py", "states raises in every run"): "tests/transforms/test_custom.py",
    ("tape/following.py", "a tensor is watched that may"): "tests/tape",
    ("tape/inside.py", "a gradient is asked for"): "tests/tape",
    ("tape/inside.py", "a tensor is watched that"): "tests/tape",
    ("tape/results.py", "whether this jacobian"): "tests/tape",
    ("tape/tape.py", "whether the tape follows"): "tests/tape",
}


@pytest.fixture(scope="module")
def reached() -> Iterator[dict[Site, int]]:
    """Which of them were met by the tests of this module so far."""
    counts: dict[Site, int] = {}
    made = ConversionError.__init__

    def counting(self: Any, *args: Any, **kwargs: Any) -> None:
        frame = sys._getframe(1)
        for site, lines in SITES.items():
            if frame.f_lineno in lines and frame.f_code.co_filename == str(ROOT / site[0]):
                counts[site] = counts.get(site, 0) + 1
        made(self, *args, **kwargs)

    errors.ConversionError.__init__ = counting  # type: ignore[method-assign]
    yield counts
    errors.ConversionError.__init__ = made  # type: ignore[method-assign]


# -- what is told ------------------------------------------------------------------------------------

OURS = re.compile(
    r"<staged|ag__|scope__|\b(?:break|continue|match|missed|value|object|index)_\d+__|\b[a-z]\w*__\b"
    r"|\b(?:Box|Tagged|MaybeUndefined|Undefined|Later|Counting|Trace|Builder|Holder|ForLoop)\b"
    r"|autograph_lite[./]"
)


def check(error: BaseException, file: str, function: str, cell: list[str]) -> None:
    assert type(error) is ConversionError
    message, *shown = str(error).splitlines()
    assert not OURS.search(message), message
    assert not re.search(r"(?<!\.)\. |\.$", message), "it is one sentence"
    assert re.search(r"[;:] \w|[;:] [@`]", message), f"what to write instead is missing: {message}"
    place = error.origin
    assert place is not None and place.filename == file
    assert shown[0] == f'  File "{file}", line {place.line}, in {function}'
    source = cell[place.line - 1]
    assert shown[1] == f"    {source.strip()}"
    if place.column >= 0:
        assert shown[2].index("^") - 4 == place.column - (len(source) - len(source.lstrip()))
    whole = "".join(traceback.format_exception(error))
    own = len(re.findall("ag__|scope__", source))  # of the user's
    assert "<staged" not in whole and len(re.findall("ag__|scope__", whole)) <= 2 * own


HELPER = """\
def helper({names}):
{body}

def program({names}):
    found = helper({names})
    return found
"""
PLAIN = "def helper({names}):\n{body}\n"
CELLS = {
    "a file": ("/home/user/model.py", PLAIN, "helper"),
    "a cell": ("<ipython-input-12-6f0fe0f9b3d1>", PLAIN, "helper"),
    "the prompt": ("<python-input-3>", PLAIN, "helper"),
    "a helper": ("/tmp/ipykernel_99/1234.py", HELPER, "program"),
}


@pytest.mark.parametrize("where", CELLS)
@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_what_is_refused_is_told_in_one_style(case, where, reached):
    file, frame, name = CELLS[where]
    text = frame.format(names=", ".join(case.given), body=textwrap.indent(case.body, "    "))
    lines = text.splitlines(keepends=True)
    linecache.cache[file] = (len(text), None, lines, file)
    space: dict[str, Any] = {"__name__": "__main__", "np": np, "ag": ag, "Own": Own, "LONG": LONG}
    space["Point"] = Point
    space.update(borrowed(case))
    exec(compile(text, file, "exec"), space)
    given = [rebuild(v, _copied) for v in case.given.values()]
    with pytest.raises(ConversionError) as caught:
        ag.function(space[name])(*given)
    check(caught.value, file, caught.value.origin.function, text.splitlines())


def borrowed(case: Program) -> dict[str, Any]:
    """The names that the tables put around their programs."""
    found: dict[str, Any] = {}
    for table in TABLES:
        if any(c.body == case.body for c in table.FAULTS):
            found.update({k: v for k, v in vars(table).items() if not k.startswith("_")})
    return {k: v for k, v in found.items() if k not in ("np", "ag")}


@pytest.mark.parametrize("row", [r for r in ROWS if r.how is REFUSED and r.runs_here], ids=str)
def test_what_the_page_says_is_told_in_one_style(row, reached):
    function = row.made()
    with pytest.raises((ConversionError, errors.AutographError)) as caught:
        ag.function(function)(*row.arguments)
    if type(caught.value) is ConversionError:
        place = caught.value.origin
        lines = "".join(linecache.getlines(place.filename)).splitlines()
        check(caught.value, function.__code__.co_filename, place.function, lines)


def test_nearly_every_place_that_refuses_is_reached(reached):
    """Those which other modules of the tests reach need not be reached here, but have a test.  Where several
    workers share the tests, this module runs once more by itself."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        alone = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", __file__]
        done = subprocess.run(command, env=alone, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        return
    missed = [site for site in SITES if site not in reached]
    listed = [(s, k) for s in SITES for k in NOT_REACHED if s[0] == k[0] and k[1] in s[1]]
    assert {key for _, key in listed} == set(NOT_REACHED), "what is listed is there"
    assert not [site for site, _ in listed if site in reached], "it is reached now"
    unknown = [site for site in missed if site not in dict(listed)]
    assert not unknown, "\n".join(": ".join(site) for site in unknown)
