"""Builtins of Python that iterate over a tensor: they do in compiled code what they do in a loop."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def sums_rows(x):
    """From the left, after the start; of a matrix the sum of its rows."""
    return sum(x), sum(x, 10.0) * x, sum(x[1:] * x[1:], x[0])


def picks_the_first(x):
    """Of equal elements the first has the gradient, and NaN wins nothing."""
    return max(x) * x[0], min(x) * max(x)


c = ag.constant
LONG = c(np.random.default_rng(5).normal(size=29))
MATRIX = c(np.random.default_rng(1).normal(size=(3, 4)))
CASES = [
    *((sums_rows, (x,)) for x in (LONG, c([-0.6, 1.4, -1.2]), c([1.5]), c(np.ones(0)), MATRIX)),
    *((picks_the_first, (c(v),)) for v in ([1.0, 3.0, 3.0, -2.0, -2.0], [np.nan, 1.0, 2.0])),
    *((picks_the_first, (c(v),)) for v in ([1.0, np.nan], [-0.0, 0.0], [0.0, -0.0], np.ones(0))),
]
