"""Conversion that can be trusted: short readable text, the same in every process, of the right source."""

from __future__ import annotations

import code
import doctest
import importlib
import linecache
import marshal
import os
import re
import subprocess
import sys
import textwrap
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import ConversionError
from autograph_lite.frontend import convert

ROOT = Path(__file__).resolve().parents[2]
PAGE = 30  # lines that are read at one glance


# -- what it looks like ------------------------------------------------------------------------------


def six_lines(x, n):
    y = x
    for i in range(n):
        if y > 2.0:
            break
        y = y * 1.5 + i
    return y


SIX_LINES = """\
def make__(ag__, scope__):

    def six_lines(x, n):
        y = x
        break_1__ = False

        def loop_test_1():
            return ag__.not_(break_1__)

        def loop_body_1(itr__):
            nonlocal y, break_1__
            i = itr__

            def if_body_2():
                nonlocal break_1__
                break_1__ = True

            def else_body_2():
                nonlocal y
                y = y * 1.5 + i

            ag__.if_(y > 2.0, if_body_2, else_body_2, 'y', 'break_1__')

        ag__.for_(ag__.call(scope__.load('range'), (n,)), loop_test_1, loop_body_1, 'y', 'break_1__')
        return y

    return six_lines
"""


def test_a_loop_of_six_lines_fits_on_a_page():
    source = ag.function(six_lines).staged_source
    assert source == SIX_LINES
    assert len(source.splitlines()) <= PAGE


def newton(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def damped(x, h):
    total = 0.0
    for v in x:
        v = v * h
        if v > 1.0:
            v = v / 2.0
        total = total + v * v
    return total


@pytest.mark.parametrize("function", [six_lines, newton, damped])
def test_there_is_no_noise(function):
    """What the user computes stands there as it was written, and nothing is said twice or for nothing."""
    source = convert(function).source
    assert len(source.splitlines()) <= PAGE
    assert not re.search(
        r"get_state|set_state|vals__|\{\}|\(\)\)|^ *pass$|\(\(|lambda", source, re.M
    )
    assert not re.search(r"\n\n\n|[ \t]\n", source)
    plain = {line.strip() for line in source.splitlines()}
    written = textwrap.dedent(
        "".join(linecache.getlines(__file__)[function.__code__.co_firstlineno :])
    )
    own = written.split("\n\n")[0].splitlines()
    assigned = [line.strip() for line in own if " = " in line and "(" not in line]
    assert assigned and plain.issuperset(assigned)


# -- the same in every process -----------------------------------------------------------------------

TEXTS = """
import hashlib
import autograph_lite as ag
from autograph_lite.frontend import convert
from tests.constructs import control, functions, objects, values
from tests.constructs.table import REFUSED, ROWS

for row in ROWS:
    if row.how is not REFUSED and row.runs_here:
        f = ag.function(row.made())
        texts = (f.staged_source, f.graph(*row.arguments), f.kernel_source(*row.arguments))
        print(row, *(hashlib.sha256(text.encode()).hexdigest() for text in texts), sep="; ")
"""


def texts(seed):
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'runtime'}"}
    command = [sys.executable, "-c", TEXTS]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=True)
    return done.stdout.splitlines()


def test_it_is_the_same_in_every_process_with_every_hash_seed():
    """Staged source, graph and kernel of every program of docs/python_support.md."""
    first, second = texts("0"), texts("4242")
    assert len(first) > 50
    assert first == second


# -- of the right source -----------------------------------------------------------------------------

CLASS = """\
class Model:
    def __init__(self, k):
        self.__k = k

    def run(self, x):
        for i in range(3):
            if x > 100.0:
                break
            x = x * self.__k + i
        return x

    @staticmethod
    def half(x):
        return x / 2.0 if x > 1.0 else x

    def wrong(self, x):
        try:
            return x
        except ValueError:
            return x
"""


def check_model(model, file):
    for f in (ag.function(model(2.0).run.__func__), ag.function(model.half)):
        given = (model(2.0), 3.0) if f.__name__ == "run" else (3.0,)
        assert float(f(*given)) == float(f.eager(*given))
    with pytest.raises(ConversionError) as caught:
        ag.function(model.wrong)
    assert caught.value.origin.filename == file
    assert str(caught.value).splitlines()[1:] == [
        f'  File "{file}", line 17, in wrong',
        "    try:",
        "    ^",
    ]


def cell(text, file, space):
    """What a notebook does: the lines of a cell are known under its name."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), space)


@pytest.mark.parametrize("file", ["<ipython-input-7-0123456789ab>", "/tmp/ipykernel_17/4242.py"])
def test_a_class_in_a_cell_of_a_notebook(file):
    space = {"__name__": "__main__"}
    cell(CLASS, file, space)
    check_model(space["Model"], file)


def test_a_class_that_a_later_cell_defines_anew():
    space, made = {"__name__": "__main__"}, []
    for number, text in enumerate((CLASS, CLASS.replace("* self", "- self"))):
        cell(text, f"<ipython-input-{number}>", space)
        made.append(space["Model"])
    runs = [ag.function(model.run) for model in made]
    assert [float(f(m(2.0), 3.0)) for f, m in zip(runs, made, strict=True)] == [28.0, 0.0]


def test_a_cell_whose_text_was_replaced_is_noticed():
    space = {"__name__": "__main__"}
    cell(CLASS, "<cell>", space)
    old = space["Model"]
    cell(CLASS.replace("+ i", "- i"), "<cell>", space)
    with pytest.raises(ConversionError, match="the file has changed since it was imported"):
        ag.function(old.run)
    assert float(ag.function(space["Model"].run)(space["Model"](2.0), 3.0)) == 20.0


def test_a_function_in_a_zip_file(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("packed_model.py", CLASS)
    monkeypatch.syspath_prepend(str(tmp_path / "packed.zip"))
    module = importlib.import_module("packed_model")
    check_model(module.Model, os.path.join(str(tmp_path / "packed.zip"), "packed_model.py"))


def test_a_function_in_a_doctest():
    """
    >>> import autograph_lite as ag
    >>> @ag.function
    ... def f(x):
    ...     for i in range(3):
    ...         x = x * 2.0 if x > 1.0 else x
    ...     return x
    >>> f(1.5)
    12.0
    """
    found = doctest.DocTestFinder().find(test_a_function_in_a_doctest, "doc", globs={})
    assert doctest.DocTestRunner(verbose=False).run(found[0]) == (0, 3)


def test_the_interactive_prompt():
    """Python before 3.13 keeps no lines of what is typed; that is said, with what to do."""
    console = code.InteractiveConsole({"__name__": "__main__"})
    console.push("def f(x):")
    console.push("    return x if x > 1.0 else -x")
    console.push("")
    with pytest.raises(ConversionError) as caught:
        ag.function(console.locals["f"])
    assert caught.value.message == (
        "cannot read the source of f: there is no file of it; define it in a file or notebook cell that is"
        " still as it was when it ran"
    )


def test_text_that_was_executed_with_its_lines():
    space = {"__name__": "made", "np": np}
    cell(
        "pair = [lambda x: x if x > 1.0 else -x, lambda x: x * 2.0 if x > 1.0 else x]",
        "<made>",
        space,
    )
    assert [float(ag.function(f)(-3.0)) for f in space["pair"]] == [3.0, -3.0]
    assert [float(ag.function(f)(3.0)) for f in space["pair"]] == [3.0, 6.0]


@pytest.fixture
def written(tmp_path):
    """A module in a file, which the test may write anew."""
    path = tmp_path / "edited.py"

    def make(text):
        path.write_text(text)
        found = types.ModuleType("edited")
        exec(compile(text, str(path), "exec", dont_inherit=True), found.__dict__)
        return path, found

    return make


HELPED = "def helper(x):\n    return x + 1.0\n\n\ndef f(x):\n    return helper(x)\n"


def test_a_helper_whose_file_was_edited_is_noticed_at_the_call(written):
    path, module = written(HELPED)
    f = ag.function(module.f)
    path.write_text(HELPED.replace("+ 1.0", "+ 2.0"))
    with pytest.raises(ConversionError) as caught:
        f(1.0)
    assert caught.value.message.startswith(
        "cannot read the source of helper: the file has changed since it was imported"
    )


def test_a_set_that_python_has_read_from_its_file_in_another_order(written):
    """7 and 15 want the same place: whichever comes first has it."""
    _, module = written("def f(x, n):\n    return x * 2.0 if n in {7, 15, -0.5} else x\n")
    loaded = marshal.loads(marshal.dumps(module.f.__code__))
    assert repr(loaded.co_consts) != repr(module.f.__code__.co_consts)
    f = ag.function(types.FunctionType(loaded, module.__dict__))
    assert [float(f(3.0, n)) for n in (15, 2)] == [6.0, 3.0]


CHECKED = "def f(x):\n    assert x > 0.0, 'positive'\n    return x + 1.0\n"


@pytest.mark.parametrize(
    "edit",
    [("+ 1.0", "+ 2.0"), ("'positive'", "'negative'"), ("> 0.0", "< 0.0"), ("assert", "not")],
)
def test_an_edit_is_noticed_where_there_is_an_assert(edit, written):
    path, module = written(CHECKED)
    path.write_text(CHECKED.replace(*edit))
    with pytest.raises(ConversionError, match=r"cannot read"):
        ag.function(module.f)


def checked(x):
    """pytest rewrites this assert."""
    assert x > 0.0, "positive"
    return x + 1.0


def test_an_assert_that_the_test_runner_rewrote_is_found():
    assert ag.function(checked)(1.0) == 2.0


def test_a_function_that_was_converted_before_the_edit_stays_what_it_was(written):
    path, module = written(HELPED)
    f = ag.function(module.f)
    assert f(1.0) == 2.0
    path.write_text(HELPED.replace("+ 1.0", "+ 2.0"))
    assert f(1.0) == f.eager(1.0) == 2.0
    assert f(np.float64(1.0)).numpy() == 2.0  # another signature, staged after the edit
