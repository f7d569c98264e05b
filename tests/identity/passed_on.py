"""Cotangents that steps of a loop pass on as they are, used before the loop and after it too."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def added_to_a_product(x, a):
    t = a * 1.7
    s = x[0]
    for z in x:
        s = s + z * a
    b = t + s
    return b * b


def two_loops(x, a):
    t = a * 1.7
    s = x[0]
    for z in x:
        s = s + z * a
    a = t + s
    s = x[0]
    for z in x:
        s = s + z * a
    return s


def in_a_loop(x, a):
    for _ in range(2):
        t = a * 1.7
        s = 0
        for z in x:
            s = s + z * a
        a = t + s
    return a


def sums_of_products(x, a):
    for _ in range(3):
        a = a * 1.7 + sum(z * a for z in x)
    return a, a


def then_a_product(x, a):
    t = a * 1.7
    s = x[0]
    for z in x:
        s = s + z * a
    a = t + s
    t = a * 1.7
    return t + x[0] * a + x[1] * a


def first_of_each(x, a):
    """What the first loop leaves is dead in the second one, where a step says so."""
    s, m = a, 0.0
    t = s * 1.7
    for i in range(2):
        if i == 0:
            m = x[i] * a
    s = t + m
    t = s * 1.7
    for i in range(2):
        if i == 0:
            m = x[i] * a
    s = t + m
    return x * s


def assigned_in_the_first_step(x, a):
    m = a * 0.5
    t = a * 1.7
    for i in range(2):
        if i == 0:
            m = x[i] * a
    s = t + m
    return s * s


def sums_what_it_writes(x, a, n):
    x = x.copy()
    for _ in range(n):
        for _ in range(3):
            x[:2] = x[0] * x[0]
            a = a * 1e-3 + sum(x)
    return a * a


c = ag.constant
_random = np.random.default_rng(7)
PROGRAMS = (
    *(added_to_a_product, two_loops, in_a_loop, sums_of_products, then_a_product),
    assigned_in_the_first_step,
)
CASES = [
    *(
        (program, (c(_random.uniform(-2.0, 2.0, 3)), c(_random.uniform(-2.0, 2.0))))
        for program in PROGRAMS
        for _ in range(2)
    ),
    (first_of_each, (c(np.array([0.297, -0.894, -0.887])), c(0.662))),
    (
        sums_what_it_writes,
        (c(np.array([1.355, 0.251, -0.027], "float32")), c(np.float32(1.37)), 2),
    ),
]
"""To second order; numbers of which most orders of adding give other bits."""
