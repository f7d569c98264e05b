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


def tensor_or_none(x, n):
    """Only the run knows; None on the right of an operator is an error as it is on the left."""
    z = None
    if n > 1:
        z = x * 2
    return x - z if n > 0 else z


def compared_with_none(x, n):
    z = None
    if n > 1:
        z = x[0]
    ag.print(z is None, z == None, [z, n, n * 0.5])  # noqa: E711 (what Python says)
    return z, z != x[0], x[0] == z, z is not None, x[1] if z is None else z


def tensor_or_number(x, n):
    """Which of the two is the exponent, and which is shifted."""
    y, k = 2.0, 3
    if n > 1:
        y, k = x[1], ag.cast(x[0], "int64")
    i = ag.cast(x, "int64")
    return x**y, y**x, i << abs(k), i // (k + 5), y < x, x >= y


def handed_through(x, n):
    """What is None, or a number, stays so where no gradient passes through it."""
    z, s = None, 2.0
    if n > 1:
        z, s = x * 2, x[0]
    return ag.stop_gradient([z, s]), divmod(s, 0.7), divmod(3.0, s), s * x


def negative_powers(x, n):
    """Ints to negative powers are floats, by a literal, by what the run knows, and in a loop."""
    s = x * n**-1 + x * 2**-n * (n**n)
    for i in range(1, n + 1):
        s = s + x * i**-2 + x * 3 ** (n - i) * True**-3
    return s, n**-2, (n > 0) ** -1


c = ag.constant
LONG = c(np.random.default_rng(5).normal(size=29))
MATRIX = c(np.random.default_rng(1).normal(size=(3, 4)))
CASES = [
    *((negative_powers, (c([0.5, 1.4]), n)) for n in (1, 3, -2)),
    *((handed_through, (c([0.5, 1.4]), n)) for n in (1, 2)),
    *((tensor_or_none, (c([0.5, 1.4]), n)) for n in (0, 1, 2)),
    *((compared_with_none, (c([0.5, 1.4]), n)) for n in (1, 2)),
    *((tensor_or_number, (c([0.0, -1.5]), n)) for n in (1, 2)),
    *((one_bool_or_the_other, (c([v, 1.4]), n)) for v in (-0.6, 0.6) for n in (1, 3)),
    *((sums_rows, (x,)) for x in (LONG, c([-0.6, 1.4, -1.2]), c([1.5]), c(np.ones(0)), MATRIX)),
    *((picks_the_first, (c(v),)) for v in ([1.0, 3.0, 3.0, -2.0, -2.0], [np.nan, 1.0, 2.0])),
    *((picks_the_first, (c(v),)) for v in ([1.0, np.nan], [-0.0, 0.0], [0.0, -0.0], np.ones(0))),
]
