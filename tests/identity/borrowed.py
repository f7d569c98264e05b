"""Objects from outside in the place of those made inside: in some runs, or before a loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import autograph_lite as ag

c = ag.constant


@dataclass(frozen=True)
class Phase:
    """Where something is, and how fast."""

    at: object
    speed: object

    def __add__(self, other):
        return Phase(self.at + other.at, self.speed + other.speed)

    def __mul__(self, h):
        return Phase(self.at * h, self.speed * h)


class Slotted:
    __slots__ = ("held", "inner")

    def __init__(self, held, inner):
        self.held, self.inner = held, inner


START = Phase(c(1.0), c([0.5, -0.25]))
NESTED = Slotted(c([1.0, 2.0]), Phase(0.5, c(2.0)))


def slope(p):
    return Phase(p.speed[0] * np.cos(p.at), -p.speed * np.sin(p.at))


def orbit(x, n, p=START):
    """Steps of Heun's method on an argument."""
    for _ in range(n):
        k = slope(p)
        p = p + (k + slope(p + k * 0.1)) * 0.05
    return p.at * x[0] + np.sum(p.speed * p.speed)


def of_a_global(x, n):
    p, k = START, 0
    while k < n and p.at < 3.0:
        p = Phase(p.at + x[1] * p.speed[0], p.speed * x[0])
        k += 1
    return p.at, p.speed, k


def in_one_arm(x, n):
    p = START
    if x[0] > n:
        p = Phase(x[0], x * p.at)
    q = START if n > 1 else Phase(x[1], x)
    return p.at * np.sum(q.speed), (p + q).at


def goes_back_to_it(x, n):
    """Made first, then the one from outside, by turns."""
    p, s = Phase(x[0], x), x[0]
    for i in range(n):
        s = s + p.at * np.sum(p.speed)
        p = START if i % 2 == 0 else Phase(p.at * x[1], p.speed + x)
    return s * p.at


def bound_to_it_in_each_step(x, n):
    p, s = START * x[0], START.at * x[1]
    for _ in range(n):
        s = s * p.at
        p = START
    return s, p.at, p.speed


def in_a_tuple_and_in_an_object(x, n):
    state, holder = (START, 0.0), Slotted(x[0], START)
    for i in range(n):
        state = state[0] * x[0], state[1] + x[1]
        if x[1] > i:
            holder.inner = Phase(holder.inner.at * 0.5, state[0].speed)
    return state[0].at, state[1], holder.inner.at * np.sum(holder.inner.speed)


def with_one_inside(x, n):
    p = NESTED
    for _ in range(n):
        p = Slotted(p.held * x[0], Phase(p.inner.at * 2.0, p.inner.speed + x[1]))
    return np.sum(p.held) * p.inner.at * p.inner.speed


def written_through_it(x, n):
    """What both hold is one tensor, which sees the writes of either."""
    p = Phase(x[0], x * 1.0)
    q, seen = p, p.speed
    for i in range(n):
        q = Phase(q.at * 0.5, q.speed)
        q.speed[i % 2] = q.speed[0] * x[1] + i
    return np.sum(seen) * q.at, q.speed


X = c([0.7, 1.3])
PROGRAMS = (
    *(orbit, of_a_global, in_one_arm, goes_back_to_it, in_a_tuple_and_in_an_object),
    bound_to_it_in_each_step,
    *(with_one_inside, written_through_it),
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 3)]
CASES += [(orbit, (X, 2, Phase(2.0, c([0.1, 0.2])))), (orbit, (X, 0, Phase(2.0, c([0.1, 0.2]))))]
