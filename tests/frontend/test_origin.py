"""Every line, expression and running frame of staged code knows its place in the user's file."""

import gc
import linecache
import sys

import pytest

from autograph_lite.frontend import convert, origin_of
from autograph_lite.frontend.convert import _DONE
from tests.frontend.reference import Reference, Scope


# fmt: off
def two_places(x):

    def inner(y):
        # a comment
        return y[
            x]

    if x:
        z = inner(
            x)
    return z  # the last
# fmt: on


def test_every_line_has_the_users_place():
    converted = convert(two_places)
    first = two_places.__code__.co_firstlineno
    lines = converted.source.splitlines()
    assert list(converted.lines) == list(range(1, len(lines) + 1))
    found = {
        text.strip(): (place.line - first, place.function)
        for text, place in zip(lines, converted.lines.values(), strict=True)
    }
    assert found["return ag__.item(y, x)"] == (4, "inner")
    assert found["def inner(y):"] == (2, "two_places")
    assert found["z = ag__.call(inner, (x,))"] == (8, "two_places")
    assert found["def if_body_1():"] == (7, "two_places")
    assert found["return ag__.ld(z)"] == (10, "two_places")
    assert all(place.filename == __file__ for place in converted.lines.values())
    column = {text.strip(): converted.lines[n].column for n, text in enumerate(lines, 1)}
    assert column["z = ag__.call(inner, (x,))"] == 8


def test_tracebacks_show_the_staged_source():
    staged = convert(two_places).bind(Reference(), Scope(two_places))
    with pytest.raises(TypeError) as caught:
        staged(3)
    frames = [entry for entry in caught.traceback if "<staged two_places" in str(entry.path)]
    assert [convert(two_places).lines[f.lineno + 1].function for f in frames][-1] == "inner"


# fmt: off
def far_apart(x):
    return [
        x + 1,
        abs(
            x
        ) * [x, x[
            0]],
    ]
# fmt: on


def test_a_frame_has_the_users_line_and_column():
    staged = convert(far_apart).bind(Reference(), Scope(far_apart))
    with pytest.raises(TypeError) as caught:
        staged(3)
    frames = [entry.frame.raw for entry in caught.traceback if "<staged" in str(entry.path)]
    traced = caught.value.__traceback__
    while traced.tb_frame is not frames[-1]:
        traced = traced.tb_next
    place = origin_of(traced.tb_frame)
    assert (place.line - far_apart.__code__.co_firstlineno, place.column) == (5, 16)
    assert place.function == "far_apart"


def test_a_frame_of_other_code_has_no_place():
    assert origin_of(sys._getframe()) is None


def test_the_staged_source_goes_with_its_code():
    space = {"__name__": "cell"}
    text = "def f(x):\n    return x\n"
    linecache.cache["<gone>"] = (len(text), None, text.splitlines(keepends=True), "<gone>")
    exec(compile(text, "<gone>", "exec"), space)
    key = id(space["f"].__code__), frozenset[int]()
    convert(space["f"])
    assert key in _DONE
    space.clear()
    gc.collect()
    assert key not in _DONE
