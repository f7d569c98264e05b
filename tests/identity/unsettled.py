"""Programs whose second derivative is added in another order compiled than step by step: open."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag
from tests.identity import growing


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


def sums_what_it_writes(x, a, n):
    x = x.copy()
    for _ in range(n):
        for _ in range(3):
            x[:2] = x[0] * x[0]
            a = a * 1e-3 + sum(x)
    return a * a


c = ag.constant
SMALL = np.array([1.355, 0.251, -0.027], "float32")
CASES = [
    (first_of_each, (c(np.array([0.297, -0.894, -0.887])), c(0.662))),
    (growing.indexed_by_the_run, (c(np.array([0.7, 1.2], "float32")), 5)),
    (sums_what_it_writes, (c(SMALL), c(np.float32(1.37)), 2)),
]
