"""`math` on Python numbers that only the run knows, against Python's own `math`: values, bits and errors."""

import math
import struct

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.tensors.mathematics import FUNCTIONS, ONE, TWO

SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.5,
    -2.5,
    1e-320,
    1e-8,
    709.0,
    711.0,
    -745.0,
    1e9,
    1e22,
    1e300,
]
FLOATS = [*SPECIAL, math.inf, -math.inf, math.nan, *np.random.default_rng(3).normal(size=200) * 3.0]
NUMBERS = [*map(float, FLOATS), True, 0, 3, -7, 2**62]
PAIRS = [(x, y) for x in NUMBERS[:24] + NUMBERS[-5:] for y in NUMBERS[:24] + NUMBERS[-5:]]
WHOLE = (math.floor, math.ceil, math.trunc)
BINARY = [*(getattr(math, name) for name in TWO), math.log]


def outcome(function, *args):
    """Class and bits of the value, or class and text of the error."""
    try:
        found = function(*args)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        kind = next(
            k for k in (OverflowError, ZeroDivisionError, ValueError) if isinstance(error, k)
        )
        return kind, str(error).splitlines()[0]
    if isinstance(found, float):
        return float, "nan" if math.isnan(found) else struct.pack("d", found)
    return type(found), found


@pytest.mark.parametrize(
    "function", [f for f in FUNCTIONS if f not in BINARY or f is math.log], ids=str
)
def test_of_one_number(function):
    def run(x):
        return function(x)

    compiled = ag.function(run)
    for x in NUMBERS:
        if function in WHOLE and 2**63 <= abs(x) < math.inf:
            continue  # an int of more than 64 bits is an error in kernels
        assert outcome(compiled, x) == outcome(function, x), x


@pytest.mark.parametrize("function", BINARY, ids=str)
def test_of_two_numbers(function):
    def run(x, y):
        return function(x, y)

    compiled = ag.function(run)
    for x, y in PAIRS:
        assert outcome(compiled, x, y) == outcome(function, x, y), (x, y)


def test_in_a_loop_with_tensors():
    def run(x, h, n):
        s = x * 0.0
        for i in range(n):
            s = s + x * math.sin(h * i) / math.sqrt(1 + i)
        return s

    x = ag.constant([0.5, -1.2])
    ag.verify(ag.function(run), x, 0.1, 7, order=2)


def test_an_error_names_the_line():
    def run(x, n):
        for i in range(n):
            x = x * math.log(2 - i)
        return x

    with pytest.raises(ValueError, match="math domain error") as caught:
        ag.function(run)(ag.constant(1.0), 5)
    assert f"line {run.__code__.co_firstlineno + 2}, in run" in str(caught.value)


def test_the_table_is_whole():
    assert {getattr(math, name) for name in (*ONE, *TWO)} <= FUNCTIONS.keys()
