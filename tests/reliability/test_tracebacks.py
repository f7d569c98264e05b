"""What a traceback shows: the frames of the user, as eager execution has them, and no generated code."""

from __future__ import annotations

import linecache
import sys
import traceback

import numpy as np
import pytest

import autograph_lite as ag

X = ag.constant([1.0, 2.0])


def indexes(x, i):
    return x[i] * 2.0


def raises(x, i):
    if i > 1:
        raise ValueError(f"{i} is too large")
    return x[i]


def asserts(x, i):
    assert i < 2, "too large"
    return x[i]


def divides(x, i):
    return x[0] * (1 // (i - 2))


def multiplies(x, i):
    return np.sum(x[: i % 2] @ x)


def undefined(x, i):
    if i < 2:
        y = x[i]
    return y


def no_attribute(x, i):
    return x.nothing


def plain_rows(x, i):
    for row in np.eye(3):
        x = x * np.sum(row)
    return x


def fails(x, i):
    return x[i] + len(3)


INNER = None


def middle(x, i):
    y = x + 1.0
    return INNER(y, i)


def program(x, n):
    s = 0.0
    for i in range(n):
        if i >= 0:
            s = s + middle(x, i)
    return s


class Model:
    def __call__(self, x, n):
        return self.run(x, n)

    def run(self, x, n):
        total = lambda n: program(x, n)
        return total(n)


def frames(error):
    """File, line and name of what is neither ours nor the test's."""
    shown = traceback.extract_tb(error.__traceback__)
    return [(f.filename, f.lineno, f.name) for f in shown if "/autograph_lite/" not in f.filename][
        1:
    ]


def caught(run, *args):
    with pytest.raises(Exception) as found:
        run(*args)
    return found.value


RUN = [indexes, raises, asserts, divides, undefined, multiplies]
STAGED = [no_attribute, fails]


@pytest.mark.parametrize("inner", RUN + STAGED)
@pytest.mark.parametrize("outer", [program, Model()], ids=["function", "object"])
def test_the_frames_are_those_of_the_user(inner, outer, monkeypatch):
    """From the call to the innermost helper, a first time, a second and by the fast way."""
    monkeypatch.setattr(f"{__name__}.INNER", inner)
    f = ag.function(outer if outer is program else Model.__call__)
    given = (X, 3) if outer is program else (outer, X, 3)
    wanted = frames(caught(f.eager, *given))
    assert len(wanted) >= 3 and wanted[-1][2] == inner.__name__
    for _ in range(4):
        error = caught(f, *given)
        assert frames(error) == wanted
        shown = "".join(traceback.format_exception(error))
        assert "<staged" not in shown and "ag__" not in shown and "scope__" not in shown
        last = wanted[-1]
        line = linecache.getline(last[0], last[1]).strip()
        assert f'File "{last[0]}", line {last[1]}, in {last[2]}\n    {line}' in shown


def test_a_refusal_shows_them_too(monkeypatch):
    monkeypatch.setattr(f"{__name__}.INNER", plain_rows)
    error = caught(ag.function(program), X, 3)
    assert [name for *_, name in frames(error)] == ["program", "middle", "plain_rows"]
    assert isinstance(error, ag.errors.ConversionError) and error.origin.function == "plain_rows"


@pytest.mark.parametrize("inner", [indexes, raises])
def test_a_tape_shows_them_too(inner, monkeypatch):
    """Inside a transform, and where a call is repeated step by step."""
    monkeypatch.setattr(f"{__name__}.INNER", inner)
    f = ag.function(program)
    wanted = frames(caught(f.eager, X, 3))
    error = caught(ag.grad(f), X, 3)
    assert frames(error)[-len(wanted) :] == wanted


def test_a_long_recursion_is_cut():
    """A hundred frames are shown, and Python shows three of them."""

    def down(x, n):
        return x[5] if n == 0 else down(x, n - 1)

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        error = caught(ag.function(lambda x: down(x, 150)), X)
    finally:
        sys.setrecursionlimit(before)
    assert isinstance(error, IndexError) and len(frames(error)) == 100
    assert "[Previous line repeated" in "".join(traceback.format_exception(error))


def test_an_exception_of_the_users_is_raised_anew_each_time():
    """One that is there before the call does not collect the frames of every call."""
    kept = ValueError("kept")

    def f(x):
        if x[0] > 0.0:
            raise kept
        return x

    run, lengths = ag.function(f), []
    for _ in range(3):
        assert caught(run, X) is kept
        lengths.append(len(traceback.extract_tb(kept.__traceback__)))
    assert len(set(lengths)) == 1
