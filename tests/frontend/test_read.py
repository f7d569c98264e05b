"""The source that is found is that of the function, or the function is refused."""

import functools
import importlib
import linecache
import types

import pytest

from autograph_lite.errors import ConversionError
from autograph_lite.frontend import convert, is_staged
from autograph_lite.frontend.read import read
from tests.frontend.reference import Reference, Scope, outcome, stage

three = [lambda x: x + 1, lambda x: x + 2, lambda y: y + 3]
same, twice = (lambda x: x * 2), (lambda x: x * 2)
nested = lambda x: lambda y: lambda: x - y
# fmt: off
long = (lambda
        x, y=2: (
            x if x else
            y), lambda x: [
            x, 1])
defaults = lambda f=lambda k: k + 1, g=(lambda k: k - 1): f(g(5)) + f(1)
# fmt: on


@pytest.mark.parametrize("function", [*three, same, twice, *long])
def test_lambdas_that_share_lines(function):
    for n in range(3):
        assert stage(function)(n) == function(n)


def test_lambdas_inside_lambdas():
    assert stage(nested)(7)(2)() == 5
    assert stage(nested(7))(2)() == 5
    assert stage(nested(7)(2))() == 5
    assert [stage(one)(5) for one in defaults.__defaults__] == [6, 4]
    assert stage(defaults)() == defaults()


def test_lambdas_made_by_a_comprehension():
    made = [(lambda x, k=k: x + k, lambda x, k=k: x - k) for k in range(3)]
    assert [(stage(a)(10), stage(b)(10)) for a, b in made] == [(10, 10), (11, 9), (12, 8)]


def decorator(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args), 1

    return wrapper


@decorator
@functools.lru_cache
def decorated(x):
    return x + 1


def test_a_decorated_function_is_found_under_its_decorators():
    inner = decorated.__wrapped__.__wrapped__
    assert "lru_cache" not in convert(inner).source
    assert stage(inner)(1) == 2
    assert stage(decorated)(1) == (2, 1)


def test_a_function_without_a_file_is_refused():
    space = {}
    exec("def f(x):\n    return x", space)
    with pytest.raises(
        ConversionError, match="cannot read the source of f: there is no file"
    ) as caught:
        convert(space["f"])
    assert caught.value.message.count(". ") == 0


@pytest.fixture
def module(tmp_path):
    def write(text):
        path = tmp_path / "program.py"
        path.write_text(text)
        found = types.ModuleType("program")  # without a .pyc, which knows texts by second and size
        exec(compile(text, str(path), "exec", dont_inherit=True), found.__dict__)
        return path, found

    return write


EDITS = {
    "another constant": "def f(x):\n    return x + 2\n",
    "another line": "\ndef f(x):\n    return x + 1\n",
    "another name": "def g(x):\n    return x + 1\n",
    "another global": "def f(x):\n    return y + 1\n",
    "not Python": "def f(x:\n    return x + 1\n",
    "empty": "",
}


@pytest.mark.parametrize("text", EDITS.values(), ids=EDITS)
def test_a_file_that_was_edited_since_is_refused(module, text):
    path, found = module("def f(x):\n    return x + 1\n")
    path.write_text(text)
    with pytest.raises(ConversionError, match="cannot read"):
        convert(found.f)


def test_a_file_whose_comments_were_edited_is_accepted(module):
    path, found = module("def f(x):\n    return x + 1\n")
    path.write_text("def f(x):\n    return x + 1  # the successor\n\n\ny = 2\n")
    assert stage(found.f)(1) == 2


def test_future_imports_count(module):
    _, found = module(
        "from __future__ import annotations\ndef f(x: nowhere) -> no:\n    return x\n"
    )
    assert stage(found.f)(3) == 3


def test_a_notebook_cell_is_found():
    text = "def f(x):\n    return x + k\nk = 3\ng = lambda x: -x\n"
    name = "<ipython-input-1>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), space)
    assert stage(space["f"])(1) == 4 and stage(space["g"])(1) == -1


def test_a_class_around_a_function_is_its_owner():
    class Outer:
        class __Inner:
            def f(self):
                return lambda: self

    found = Outer._Outer__Inner.f
    assert read(found).owner == "__Inner"
    assert read(found(1)).owner == "__Inner"


def test_staging_happens_once_per_code():
    def make(k):
        return lambda x: x + k

    one, two = convert(make(1)), convert(make(2))
    assert one.staged is two.staged
    assert is_staged(one.bind(Reference(), Scope(one.function)))


def test_functions_with_one_name_and_line_keep_their_texts(module):
    texts = ["def f(x):\n    return x + 1\n", "def f(x):\n    return x + 2\n"]
    made = []
    for text in texts:
        made.append(convert(module(text)[1].f))
    assert made[0].filename != made[1].filename
    for one in made:
        assert "".join(linecache.getlines(one.filename)) == one.source


@pytest.mark.parametrize("terms", [100, 2_000, 5_000])
def test_a_deep_expression_works_or_is_refused_with_its_line(module, terms):
    try:
        _, found = module("\n\ndef f(x):\n    return " + " + ".join(["x"] * terms) + "\n")
    except RecursionError:
        return  # Python itself cannot compile it
    kind, *rest = outcome(convert, found.f)
    if kind == "raised":
        assert rest[0] is ConversionError and "too deep" in rest[1][0] and "line 4" in rest[1][0]
    else:
        assert stage(found.f)(1) == terms


@pytest.mark.parametrize("arms", [120, 400])
def test_deep_nesting_is_refused_with_its_line(module, arms):
    branches = "".join(f"    elif x == {k}:\n        y = {k}\n" for k in range(1, arms))
    _, found = module("def f(x):\n    if x == 0:\n        y = 0\n" + branches + "    return y\n")
    with pytest.raises(ConversionError, match="too deep"):
        convert(found.f)


def test_relative_imports_work_inside(tmp_path, monkeypatch):
    package = tmp_path / "somewhere"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "numbers_of_it.py").write_text("three = 3\n")
    (package / "program.py").write_text(
        "def f():\n    from .numbers_of_it import three\n    return three\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert stage(importlib.import_module("somewhere.program").f)() == 3
