"""Compiled code accepts nothing that eager mode refuses: what a tape, a view or Python itself ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

import autograph_lite as ag
from tests.constructs.table import HEAD


def as_float(x):
    return np.sum(x) * float(x[0])


def as_int(x):
    return x[int(x[0])]


def as_complex(x):
    return complex(x[0], 1.0).real * x[1]


def rounded(x):
    return round(float(x[0]), 1) * x[1]


def by_math(x):
    return np.sum(x) * math.sin(x[0])


def each_as_float(x):
    s = 0.0
    for v in x:
        s = s + float(v)
    return np.sum(x) * s


def into_a_plain_array(x):
    y = np.zeros(3)
    y[0] = x[0]
    return np.sum(y)


def a_plain_array_of_it(x):
    return np.sum(np.array([x[0], x[1]]))


def the_plain_array(x):
    return np.sum(np.asarray(x) * x)


def as_a_list(x):
    return sum(x.tolist()) * x[0]


def the_item(x):
    return x[0].item() * x[1]


def a_stale_view(x):
    y = x * 1.0
    v = y[1:]
    y[1] = y[0] * 2.0
    return np.sum(v * v)


def stale_after_a_loop(x):
    y = x * 1.0
    v = y[1:]
    for i in range(2):
        y[i] = y[i] * 2.0
    return np.sum(v * v)


def stale_in_some_runs(x):
    y = x * 1.0
    v = y[1:]
    if x[0] > 0.0:
        y[1] = y[0] * 2.0
    return np.sum(v * v)


def asked_twice(x):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = np.sum(x * x)
    return np.sum(tape.gradient(y, x) * tape.gradient(y, x))


def an_ints_gradient(x):
    k = ag.cast(x, "int64")
    with ag.GradientTape() as tape:
        tape.watch(k)
        y = np.sum(x * k)
    return tape.gradient(y, k) * x[0]


def no_gradient(x):
    with ag.GradientTape() as tape:
        y = np.sum(x * x)
    return tape.gradient(y, x) * 2.0


def a_key(x):
    return len({x[0]: 1}) * x[1]


def down(x, n):
    return x if n < 1 else down(x * 1.0001, n - 1)


def too_deep(x):
    return down(x[0], 5000)


def beyond_the_end(x):
    return x[3] * x[0]


def a_number_has_no_elements(x):
    s = 0.0
    for i in range(len(x) - 3):
        s = s + x * i
    return s[0] * x[0]


def none_has_no_elements(x):
    best = None
    for i in range(len(x)):
        if x[i] > 9.0:
            best = x * i
    return best[0] * x[0]


def another_dtype_in_place(x):
    k = ag.array([1, 2, 3])
    k += x
    return np.sum(k * x)


PROGRAMS = [f for f in list(globals().values()) if getattr(f, "__module__", "") == __name__]
REFUSED = [f for f in PROGRAMS if f is not down]
X = np.array([0.5, 1.25, 2.5])


@pytest.mark.parametrize("program", REFUSED, ids=lambda f: f.__name__)
def test_what_eager_refuses_is_not_compiled(program):
    for run in (program, ag.function(program)):
        with pytest.raises(Exception) as caught:
            ag.value_and_grad(run)(X)
        assert not isinstance(caught.value, AssertionError)


def test_the_page_says_so():
    assert "Nothing that eager mode refuses is compiled" in HEAD
