"""Every kind of node is allowed or refused; a refusal names the user's line and what to write."""

import ast
import linecache
import textwrap

import gast
import pytest

from autograph_lite.errors import ConversionError
from autograph_lite.frontend import convert, fence

REFUSALS = [
    ("def f(x):\n    async def g(): pass", 2, "async code is not staged"),
    ("async def f(x):\n    return x", 1, "async code is not staged"),
    ("async def f(x):\n    await x", 1, "async code is not staged"),
    ("def f(x):\n    class A: pass", 2, "a class inside"),
    ("def f(x):\n    y = 1\n    g = lambda: y\n    del y", 4, "del of a name that a function"),
    (
        "def f(x):\n    y = 2\n    def g():\n        global y\n        y = 1",
        4,
        "y is a global here",
    ),
    ("def f(x):\n    return lambda: x and (y := 1)", 2, "`:=` in an operand that a lambda"),
    ("def f(x):\n    return lambda: 0 < (y := x) < 1", 2, "`:=` in an operand that a lambda"),
    ("def f(x):\n    return lambda: [(y := 1) if z else 2 for z in x]", 2, "`:=` in an operand"),
    (
        "def f(x):\n    try:\n        y = 1\n    except ValueError:\n        y = 2",
        2,
        "try with except is not staged",
    ),
    ("def f(x):\n    try:\n        y = 1\n    except* ValueError:\n        y = 2", 2, "try with"),
    (
        "def f(x):\n    for i in x:\n        try:\n            pass\n        finally:\n            break",
        3,
        "a jump out of",
    ),
    ("def f(x):\n    try:\n        pass\n    finally:\n        return 2", 2, "a jump out of"),
    ("def f(x):\n    yield x", 2, "yield is not staged"),
    ("def f(x):\n    yield from x", 2, "yield is not staged"),
    ("def f(x):\n    if x:\n        raise", 3, "a bare raise"),
    ("class A:\n    def f(self):\n        return super().f()", 3, "super() without arguments"),
    ("class A:\n    def f(self):\n        return __class__", 3, "__class__ is not staged"),
    ("def f(x):\n    return locals()", 2, "locals looks into the frame"),
    ("def f(x):\n    return globals()['a']", 2, "globals looks into the frame"),
    ("def f(x):\n    exec('y = 1')", 2, "exec looks into the frame"),
    ("def f(x):\n    return eval('x')", 2, "eval looks into the frame"),
    ("def f(x):\n    return vars()", 2, "vars() looks into the frame"),
    ("def f(x):\n    return dir()", 2, "dir() looks into the frame"),
    ("def f(x):\n    return [0 for x.y in x]", 2, "a comprehension that assigns"),
    ("def f(x):\n    return [0 for x[0] in x]", 2, "a comprehension that assigns"),
    ("async def f(x):\n    return [y async for y in x]", 1, "async code is not staged"),
    ("def f(x):\n    return (y for y in x)", 2, "a generator expression"),
    ("def f(ag__):\n    return 1", 1, "this name is used by staged code"),
    ("def f(x):\n    break_3__ = 1", 2, "this name is used by staged code"),
    ("def f(x):\n    def scope__(): pass", 2, "this name is used by staged code"),
    ("def f(x):\n    import os as itr__", 2, "this name is used by staged code"),
    ("def f(x):\n    match x:\n        case match_1__: pass", 3, "this name is used"),
    ("def f(x):\n    match x:\n        case [*vals__]: pass", 3, "this name is used"),
    ("def f(x):\n    match x:\n        case {**missed_2__}: pass", 3, "this name is used"),
]


def define(text, name="f"):
    """Functions of a text that has a file name, as a notebook cell has."""
    text = textwrap.dedent(text)
    filename = f"<cell {abs(hash(text))}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    space = {"__name__": "cell"}
    exec(compile(text, filename, "exec"), space)
    return space[name] if name in space else getattr(space["A"], name)


@pytest.mark.parametrize("text, line, sentence", REFUSALS)
def test_what_is_refused(text, line, sentence):
    with pytest.raises(ConversionError) as caught:
        convert(define(text))
    assert caught.value.message.startswith(sentence)
    assert caught.value.origin.line == line
    assert "^" in str(caught.value)
    advice = caught.value.message.split(": ", 1)
    assert len(advice) == 2 and advice[1], "what to write instead is missing"


def test_star_import_is_refused():
    """Python accepts it only at the top of a file, so the tree is made by hand."""
    node = gast.parse("def f():\n    from os import x").body[0]
    node.body[0].names[0].name = "*"
    with pytest.raises(ConversionError, match=r"import \*"):
        fence.check(node, "file.py", "f")


@pytest.mark.parametrize("kind", sorted(n for n in dir(gast) if isinstance(getattr(gast, n), type)))
def test_every_node_of_gast_is_in_one_table(kind):
    if kind in ("NodeVisitor", "NodeTransformer"):
        return
    assert (kind in fence.ALLOWED) != (kind in fence.REFUSED)


def test_a_node_of_a_later_python_is_refused():
    later = type("Novelty", (ast.stmt,), {"_fields": ()})()
    assert fence.refusal(later)


def test_an_operator_of_a_later_python_is_refused():
    node = gast.parse("x + y").body[0].value
    node.op = type("Novelty", (gast.operator,), {"_fields": ()})()
    assert fence.refusal(node)


def test_annotations_are_not_looked_at():
    function = define("def f(x: (yield_ := 1) = 0) -> (lambda: (y for y in x)):\n    return x")
    assert "lambda" not in convert(function).source


def test_names_that_only_look_like_ours_are_free():
    function = define(
        "def f(x):\n    if_body_1 = x\n    if x:\n        if_body_1 = 2\n    return if_body_1"
    )
    assert "if_body_2" in convert(function).source
