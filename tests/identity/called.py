"""Programs that call compiled functions, which once differed: the call is one node of an eager tape."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

PACE = ag.Variable(0.3, dtype="float64", name="pace")


@ag.function
def quickens(x):
    PACE.assign_add(0.1)
    return x * PACE


@ag.function
def scaled(x):
    return x * x * PACE


def assigns_in_two_calls(x):
    """The second call is given a later value of a variable, which is the same source."""
    return quickens(quickens(x))


def steps_around_calls(x, n):
    s = 0.0
    for _ in range(n):
        with ag.GradientTape() as tape:
            tape.watch(x)
            y = np.sum(quickens(x) * PACE)
        g, h = tape.gradient(y, [x, PACE])
        x = x - 0.1 * g
        PACE.assign_sub(0.05 * h)
        s = s + h
    return s, x


def two_values_of_one_variable(x):
    """The call is given two values of a variable, which have one cotangent."""
    before = PACE.read_value()
    PACE.assign(2.0)
    y = scaled(before)
    return x * scaled(before * PACE) + y * scaled(y)


def one_argument_twice(x):
    y = scaled(x)
    return scaled(y) * scaled(y)


VECTOR = ag.constant(np.array([-0.542, 0.972, 0.091]))
CASES = [
    (assigns_in_two_calls, (VECTOR,)),
    (steps_around_calls, (VECTOR, 3)),
    (two_values_of_one_variable, (VECTOR,)),
    (one_argument_twice, (VECTOR,)),
]
