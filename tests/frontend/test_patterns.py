"""`match`: Python's errors, what is refused, what is generated; tests/identity/matches.py has the values."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import ConversionError
from autograph_lite.frontend import convert

Point = namedtuple("Point", ("a", "b"))


class Odd:
    __match_args__ = ["a"]  # noqa: RUF012 (Python says that it must be a tuple)


class Key:
    ONE = "k"
    TWO = "k"


@dataclass
class Half:
    a: object


def more_than_there_are(x):
    match Point(x, x):
        case Point(a, b, c):
            return a * b * c


def more_than_the_object(x):
    match 1.0:
        case float(a, b):
            return a * b


def no_class(x):
    match x:
        case np.sin():
            return x


def twice_the_same(x):
    match Point(x, x):
        case Point(a, a=b):
            return a * b


def odd_arguments(x):
    match Odd():
        case Odd(a):
            return a


def twice_the_same_key(x):
    match {"k": x, "l": x}:
        case {Key.ONE: a, Key.TWO: b}:
            return a * b


def nothing_was_bound(x):
    match Half(x):
        case Point(a, _) | Half(Point(a, _)):
            pass
    return a


def condition_of_several(x):
    match x:
        case 0.5:
            return x


ERRORS = [
    (more_than_there_are, TypeError, "accepts 2 positional sub-patterns (3 given)"),
    (more_than_the_object, TypeError, "float() accepts 1 positional sub-pattern (2 given)"),
    (no_class, TypeError, "called match pattern must be a"),
    (twice_the_same, TypeError, "got multiple sub-patterns for attribute 'a'"),
    (odd_arguments, TypeError, "Odd.__match_args__ must be a tuple (got list)"),
    (twice_the_same_key, ValueError, "mapping pattern checks duplicate key ('k')"),
    (nothing_was_bound, UnboundLocalError, "cannot access local variable 'a'"),
    (condition_of_several, ValueError, "condition must be a scalar; use np.any or np.all"),
]


@pytest.mark.parametrize(
    ("program", "kind", "text"), ERRORS, ids=[p.__name__ for p, _, _ in ERRORS]
)
def test_errors_are_those_of_python(program, kind, text):
    f, x, found = ag.function(program), ag.constant([1.0, 2.0]), []
    for run in (f.eager, f):
        with pytest.raises(kind) as caught:
            run(x)
        found.append(str(caught.value).splitlines()[0])
    assert found[0] == found[1] and text in found[0]


def range_of_the_run(x):
    match range(int(x[0])):
        case [a, b]:
            return a + b
    return 0


def key_of_the_run(x):
    keys = Point(float(x[0]), None)
    match {1.0: x}:
        case {keys.a: y}:
            return y


def tensor_or_number(x):
    y = x[0] if x[1] > 0 else 1.0
    match y:
        case float():
            return x
    return y


REFUSED = [
    (range_of_the_run, 2, "a range that the run counts"),
    (key_of_the_run, 3, "a mapping pattern has a key that only the run knows"),
    (tensor_or_number, 3, "this is a tensor in some runs"),
]


@pytest.mark.parametrize(
    ("program", "line", "text"), REFUSED, ids=[p.__name__ for p, _, _ in REFUSED]
)
def test_what_only_the_run_knows_is_refused(program, line, text):
    with pytest.raises(ConversionError, match=text) as caught:
        ag.function(program)(ag.constant([1.0, 2.0]))
    assert caught.value.origin.line == program.__code__.co_firstlineno + line


def is_small(x, k):
    match k:
        case 0 | 1:
            return x
        case (a, _) if a > 1:
            return x * a
    return -x


def test_staged_source_of_a_match():
    source = convert(is_small).source
    assert source.count("missed_1__ = True") == 1
    assert source.count("x * a") == 1
    assert "ag__.if_(ag__.test_or(k == 0, lambda: k == 1), if_body_1" in source
    assert "(a, _) =" not in source
