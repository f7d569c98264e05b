"""Names that are None at first, a number of Python's after one step, and a tensor after another."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def controller(k, n):
    """Proportional and derivative: the first error is a number, as the setpoint is."""
    x, previous, cost = 0.0, None, 0.0
    for _ in range(n):
        e = 1.0 - x
        d = 0.0 if previous is None else (e - previous) / 0.1
        previous = e
        x = x + k * (e + d)
        cost = cost + e**2
    return cost


def a_known_number_of_steps(k, n):
    x, previous = 0.0, None
    for _ in range(5):
        e = 1.0 - x
        if previous is not None:
            x = x + 0.1 * (e - previous)
        previous = e
        x = x + k * e
    return x * n, previous


def counted_down(k, n):
    x, previous = 0.0, None
    for i in range(7, 0, -3):
        previous, x = x, x * k + i
    return x * n, previous


def the_state_before(k, n):
    x, previous = 0.1, None
    for _ in range(n):
        previous = x
        x = x * k
    return x, previous


def the_one_before_that(k, n):
    x, one, two = 0.1, None, None
    for _ in range(n):
        two = one
        one = x
        x = x * k
    return x, one, two


def left_early(k, n):
    x, previous = 0.0, None
    for i in range(n):
        if previous is not None and previous > 0.5:
            break
        previous = x
        x = x + k * (i + 1)
    return x, previous


def until_it_is_settled(k, n):
    x, previous, steps = 1.0, None, 0
    while previous is None or abs(x - previous) > 0.05:
        previous = x
        x = x + 0.3 * (k - x)
        steps += 1
    return x * n, previous, steps


def nested(k, n):
    total = 0.0
    for j in range(3):
        x, previous = 0.5 * j, None
        for _ in range(n):
            step = 0.0 if previous is None else x - previous
            previous = x
            x = x + k * (1.0 - x) + 0.2 * step
        total = total + x
    return total


def kept_as_a_list(k, n):
    x, previous, seen = 0.2, None, [k]
    for _ in range(n):
        seen.append(x if previous is None else x - previous)
        previous = x
        x = x * k
    return np.stack(seen), previous


def an_array_then(k, n):
    x, previous = 0.0, None
    for i in range(n):
        previous = x
        x = x + k * np.arange(3.0) + i
    return x, previous


def left_after_some_steps(k, n):
    x, previous = 0.0, None
    for i in range(n):
        if i > 1:
            break
        previous = x
        x = x + k * (i + 1)
    return x, previous


def found_in_a_branch(k, n):
    """None, a number or a tensor: the first step and the second one are apart."""
    x, best = 1.0, None
    for i in range(n):
        if best is None or x < best:
            best = x
        x = x * k + 0.1 * i
    return x, best


class Pid:
    """A controller that remembers the error before, which is None at first."""

    def __init__(self, k):
        self.k, self.total, self.last = k, 0.0, None

    def __call__(self, error, dt):
        self.total += error * dt
        slope = 0.0 if self.last is None else (error - self.last) / dt
        self.last = error
        return self.k * error + 0.5 * self.total + 0.1 * slope


def an_attribute(k, n):
    pid = Pid(k)
    x, v, cost = 1.0, 0.0, 0.0
    for _ in range(n):
        u = max(min(pid(-x, 0.05), 5.0), -5.0)
        v += 0.05 * (u - 0.3 * v)
        x += 0.05 * v
        cost += x * x + 0.01 * u * u
    return cost, pid.last, pid.total


def parts_of_containers(k, n):
    seen, pair, x = {"last": None}, (None, 0), 1.0
    for i in range(n):
        step = 0.0 if seen["last"] is None else x - seen["last"]
        step = step if pair[0] is None else step + pair[0] * pair[1]
        seen["last"], pair = x, (x * 0.5, i)
        x = x + k * step + k
    return x, seen["last"], pair


PROGRAMS = [
    an_attribute,
    parts_of_containers,
    controller,
    a_known_number_of_steps,
    counted_down,
    the_state_before,
    the_one_before_that,
    left_early,
    left_after_some_steps,
    found_in_a_branch,
    until_it_is_settled,
    nested,
    kept_as_a_list,
    an_array_then,
]
CASES = [(f, (ag.constant(0.3), n)) for f in PROGRAMS for n in (4, 1, 0)]
