"""Variables from outside that a function assigns: globals, and those of a function that is not staged."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

c = ag.constant
COUNT = 2
SCALE = 0.5
MEAN = c(1.25)
BEST = None
LEFT, RIGHT = c([1.0, 2.0, 3.0]), c([0.5, -0.5, 4.0])
MODE = "start"
STATE = (0.25, c(0.75))


def remember(v):
    """A helper with a branch of its own."""
    global MEAN, BEST
    if v > MEAN:
        BEST = v
    MEAN = MEAN * 0.5 + v * 0.5


def scaled(v):
    return v * SCALE


def counts(x):
    """Numbers: every call sees what the one before has left."""
    global COUNT, SCALE
    COUNT += 1
    s = scaled(x[0])
    SCALE = SCALE * 1.5
    return scaled(x) * s + COUNT


def assigned_in_steps(x):
    """By a helper in a loop, in a branch and in a while loop; the first assignment is inside."""
    for v in x:
        remember(v)
    if x[0] > 0:
        remember(x[0] * 3.0)
    k = 0
    while k < 2 and MEAN > 0.1:
        remember(-MEAN)
        k += 1
    return MEAN * x, x[1] if BEST is None else BEST


def first_assigned_in_a_branch(x):
    if x[0] > 0.0:
        remember(x[1])
    return MEAN * 2.0


def swaps(x, n):
    global LEFT, RIGHT
    for _ in range(n):
        LEFT, RIGHT = RIGHT * x, LEFT
    return np.sum(LEFT * RIGHT)


def hands_on_an_argument(x):
    """The very tensor, and the number 2, not copies of them."""
    global LEFT, COUNT, MODE
    LEFT, COUNT = x, 2
    MODE = "done"
    return x * 2.0


def assigned_inside(x):
    """By a function inside, and by a match."""

    def feed(v):
        global STATE, SCALE
        a, b = STATE
        STATE = (a + 1.0, b * v)
        SCALE = v

    for v in x:
        feed(v)
    match STATE:
        case (a, b) if b > 0:
            return a * b
        case (a, b):
            return b - a * scaled(b)


def first_defined_here(x):
    """There is no such global before, and verify takes it away again."""
    global MADE_HERE
    MADE_HERE = x * 2.0
    return MADE_HERE * x


def faults_in_a_step(x, n):
    """What is left is what the steps before the fault have assigned."""
    global MEAN, COUNT
    for i in range(n):
        MEAN = MEAN * x[i]
        COUNT = COUNT + i
        ag.print("step", i)
    return MEAN


def faults_between(x, k):
    global MEAN, LEFT
    MEAN = x[0]
    LEFT = x * x[k]
    MEAN = x[1]
    return MEAN


def make():
    total, steps = c(0.5), 0

    def accumulate(x):
        nonlocal total, steps
        for v in x:
            total = total + v * v
            steps += 1
        return total * steps

    return accumulate


accumulate = make()
VECTOR = c([0.5, -1.2, 2.0])
CASES = [
    (counts, (VECTOR,)),
    *((assigned_in_steps, (c(v),)) for v in ([0.5, -1.2, 2.0], [-0.5, 0.2, 0.3])),
    *((first_assigned_in_a_branch, (c(v),)) for v in ([0.5, 3.0], [-0.5, 3.0])),
    *((swaps, (VECTOR, n)) for n in (0, 1, 2)),
    (hands_on_an_argument, (VECTOR,)),
    *((assigned_inside, (c(v),)) for v in ([0.5, -1.2, 2.0], [0.5, 1.2, 2.0])),
    (first_defined_here, (VECTOR,)),
    *((faults_in_a_step, (VECTOR, n)) for n in (2, 5)),
    *((faults_between, (VECTOR, k)) for k in (1, 3)),
    (accumulate, (VECTOR,)),
]
