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


c = ag.constant
CASES = [
    (first_of_each, (c(np.array([0.297, -0.894, -0.887])), c(0.662))),
    (growing.indexed_by_the_run, (c(np.array([0.7, 1.2], "float32")), 5)),
]
