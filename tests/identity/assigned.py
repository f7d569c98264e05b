"""Variables that steps assign: all their values are one source, read before, between and after."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

RATE = ag.Variable(0.7, dtype="float64", name="rate")
WEIGHTS = ag.Variable([0.3, -0.2, 1.1], dtype="float64", name="weights")
SGD = ag.optimizers.SGD(0.1, momentum=0.9)


def read_in_later_steps(x):
    x = ag.cast(x, "float64")
    y = x[1]
    for _ in range(3):
        RATE.assign(RATE * 1.3)
        y = y * RATE
    return y


def read_after_the_loop(x):
    x = ag.cast(x, "float64")
    s = x[0]
    for _ in range(3):
        s = s + RATE * x[1] + RATE * x[2]
        RATE.assign(RATE * 1.3)
    return s, RATE.read_value()


def left_by_break(x):
    x = ag.cast(x, "float64")
    y, s, i = x[1], x[0], 0
    while True:
        RATE.assign(RATE * 2.0)
        y = y * RATE
        i = i + 1
        if i == 4:
            break
        s = s + RATE * y
    return s, y, RATE.read_value()


def in_nested_loops(x):
    x = ag.cast(x, "float64")
    s = x[0]
    for _ in range(2):
        for _ in range(2):
            RATE.assign(RATE * 1.3)
            s = s + RATE * x[1] + RATE * x[2]
        s = s * RATE
    return s, RATE.read_value()


def in_branches(x):
    x = ag.cast(x, "float64")
    s = x[0]
    for i in range(3):
        if x[i] > 0:
            RATE.assign(RATE * x[i])
        else:
            RATE.assign_add(x[i])
        s = s + RATE * x[1] * RATE
        RATE.assign_sub(s)
    return s, RATE * RATE


def beside_an_earlier_value(x):
    x = ag.cast(x, "float64")
    before, s = RATE.read_value(), x[0]
    for i in range(3):
        s = s * before + RATE * x[i] + before * RATE
        RATE.assign(s)
    return s, RATE * before


def two_in_while(x):
    x = ag.cast(x, "float64")
    i, s = 0, x[0]
    while RATE < 2.0 and i < 5:
        RATE.assign(RATE * 1.7)
        WEIGHTS.assign(WEIGHTS * RATE)
        s = s + np.sum(WEIGHTS) * RATE
        i = i + 1
    return s, RATE.read_value(), WEIGHTS.read_value()


def returned_on_the_way(x):
    """Values of before, between and after: contributions to each are to the variable, at once."""
    x = ag.cast(x, "float64")
    before = between = RATE.read_value()
    for k in range(3):
        RATE.assign(RATE * x[0])
        if k == 1:
            between = RATE.read_value()
    return before, between, RATE.read_value(), between * x[1]


def assigned_and_returned(x):
    """What is assigned is no value of the variable; what is read then is."""
    x = ag.cast(x, "float64")
    y = RATE * x[0]
    RATE.assign(y)
    if x[1] > 0.0:
        RATE.assign(x[2] * 2.0)
    return y, RATE.read_value()


def assigned_before_a_loop(x):
    """What the loop reads is saved, and is written as well: one source twice in the reverse of the reverse."""
    x = ag.cast(x, "float64")
    RATE.assign_sub(0.25 * x[0])
    y = x[1]
    for _ in range(2):
        y = np.sin(y * y) * RATE
    return y * x


def trained(x):
    x = ag.cast(x, "float64")
    s = x[0]
    for _ in range(3):
        with ag.GradientTape() as tape:
            loss = np.sum((WEIGHTS * x - 1.0) ** 2) * RATE
        gradients = tape.gradient(loss, [WEIGHTS, RATE])
        SGD.apply_gradients(zip(gradients, [WEIGHTS, RATE], strict=True))
        s = s + loss
    return s, RATE.read_value()


SAMPLES = [ag.constant(v) for v in np.random.default_rng(0).normal(size=(6, 3))]
CASES = [
    (f, (x,))
    for f in (
        read_in_later_steps,
        read_after_the_loop,
        left_by_break,
        in_nested_loops,
        in_branches,
        beside_an_earlier_value,
        two_in_while,
        returned_on_the_way,
        assigned_and_returned,
        assigned_before_a_loop,
        trained,
    )
    for x in SAMPLES
]
