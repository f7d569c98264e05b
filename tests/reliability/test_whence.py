"""An error about two things that do not fit says where each was made."""

from __future__ import annotations

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GraphTypeError, ShapeError

X = ag.constant([1.0, 2.0, 3.0])


def another_rank(x, n):
    s = x[0] * 2.0  # first
    for i in range(n):
        y = x * i
        s = s + y  # second
    return s


def another_dtype(x, n):
    t = x * 0.5  # first
    while n > 0:
        n -= 1
        t = x.astype(np.float32)  # second
    return t


def in_two_arms(x, n):
    if n > 1:
        s = x[0] * 2.0  # first
    else:
        s = np.outer(x, x)  # second
    return s


def in_a_helper(x, n):
    s = doubled(x[0])
    for _ in range(n):
        s = doubled(x)
    return s


def doubled(x):
    return x * 2.0  # both


def from_a_number(x, n):
    k = x[0]
    for _ in range(n):
        k = (k, x * 2.0)  # second
    return k


def lines_of(function, word):
    source, start = function.__code__, function.__code__.co_firstlineno
    with open(source.co_filename) as file:
        lines = file.read().splitlines()
    return next(i + 1 for i in range(start - 1, len(lines)) if f"# {word}" in lines[i])


def notes(function):
    with pytest.raises((GraphTypeError, ShapeError)) as caught:
        ag.function(function)(X, 3)
    return getattr(caught.value, "__notes__", [])


@pytest.mark.parametrize("function", [another_rank, another_dtype, in_two_arms])
def test_both_places_are_told(function):
    words = ("after one branch", "after the other") if function is in_two_arms else ()
    told = notes(function)
    for note, word, line in zip(
        told, words or ("before a step", "after it"), ("first", "second"), strict=True
    ):
        assert note.startswith(f"{word}:\n  File")
        assert f"line {lines_of(function, line)}, in {function.__name__}" in note
        assert note.splitlines()[-1].strip() == "^"


def test_in_a_helper_it_is_the_line_of_the_helper():
    assert all(
        f"line {lines_of(doubled, 'both')}, in doubled" in note for note in notes(in_a_helper)
    )


def test_what_no_operation_made_is_not_told_of():
    assert notes(from_a_number) == []
