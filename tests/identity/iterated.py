"""What Python gives of tensors and numbers together: builtins that iterate, `and`, `or`, comparisons."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def sums_rows(x):
    """From the left, after the start; of a matrix the sum of its rows."""
    return sum(x), sum(x, 10.0) * x, sum(x[1:] * x[1:], x[0])


def picks_the_first(x):
    """Of equal elements the first has the gradient, and NaN wins nothing."""
    return max(x) * x[0], min(x) * max(x)


def one_bool_or_the_other(x, n):
    """Python's bool, or that of an array, as the run decides."""
    a, b, d = n > 1 and x[0] > 0, x[0] > 0 or n > 1, 0 < n < x[1]
    ag.print(a, b, d)
    return a, b, d, a * 2, b & True, a | (x[0] > 0), np.where(a, x, -x), ag.cast(d, x.dtype)


c = ag.constant
LONG = c(np.random.default_rng(5).normal(size=29))
MATRIX = c(np.random.default_rng(1).normal(size=(3, 4)))
CASES = [
    *((one_bool_or_the_other, (c([v, 1.4]), n)) for v in (-0.6, 0.6) for n in (1, 3)),
    *((sums_rows, (x,)) for x in (LONG, c([-0.6, 1.4, -1.2]), c([1.5]), c(np.ones(0)), MATRIX)),
    *((picks_the_first, (c(v),)) for v in ([1.0, 3.0, 3.0, -2.0, -2.0], [np.nan, 1.0, 2.0])),
    *((picks_the_first, (c(v),)) for v in ([1.0, np.nan], [-0.0, 0.0], [0.0, -0.0], np.ones(0))),
]
