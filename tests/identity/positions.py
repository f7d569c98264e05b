"""Elements assigned and read by arrays, lists and masks, beside slices; a position may stand there twice."""

import numpy as np

import autograph_lite as ag


def swaps_rows(a, i, p):
    a = a * 1
    a[[i, p]] = a[[p, i]]
    return a * a[0]


def determinant(a, n):
    """Gaussian elimination with pivots."""
    a = a * 1
    sign = 1.0
    for i in range(n):
        p = i + np.argmax(np.abs(a[i:, i]))
        if p != i:
            a[[i, p]] = a[[p, i]]
            sign = -sign
        for j in range(i + 1, n):
            a[j, i:] = a[j, i:] - a[j, i] / a[i, i] * a[i, i:]
    for i in range(n):
        sign = sign * a[i, i]
    return sign


def some_twice(x, v):
    """The last value stays, and it alone has a gradient."""
    y = x * 1
    y[np.array([0, 2, 0, -1])] = v * v
    return y * x


def one_value(x, k):
    y = x * 1
    y[[0, k]] = x[1] * 2
    return y * y


def in_place(x, at):
    y = x * 1
    y[at] += x[1] * 2
    y[at] *= y[at]
    return y * y


def in_a_loop(x, at, n):
    y = x * 1
    for i in range(n):
        y[(at + i) % 4] = y[at] * x[i] + y[(at * 3) % 4]
    return y


def columns(a, at):
    b = a * 1
    b[:, at] = a[:, at[::-1]] * a
    return b * b


def parts_of_rows(a, at):
    b = a * 1
    b[at, 1:] = a[:2, 1:] * 2
    b[at] = b[:2] * b[at]
    c = b[at, 1:]
    return b * a, c * c


def of_other_sizes(x, at):
    y = x * 1
    y[at] = x[:3]
    return y


def into_zeros(x, at):
    y = np.zeros_like(x)
    y[at] = x * x
    return y * x


def its_argument(x, at):
    x[at] = x[::-1] * 2
    return x * x


c = ag.constant
_rng = np.random.default_rng(0)
A, X, array = c(_rng.normal(size=(3, 3))), c(_rng.normal(size=4)), np.array
MASK = array([True, False, True])
CASES = [
    *((swaps_rows, (A, i, p)) for i, p in ((0, 2), (1, 1), (0, 5))),
    (determinant, (A, 3)),
    (some_twice, (X, c(_rng.normal(size=4)))),
    *((one_value, (X, k)) for k in (0, 2)),
    *((in_place, (X, array(p, dtype=np.int64))) for p in ([0, 1, 1, 3], [-1, -4], [])),
    (in_a_loop, (X, array([0, 2, 2, 1]), 3)),
    *((columns, (A, array(p))) for p in ([2, 0, 1], [2, 2, 1], [0, 9, 1])),
    *((parts_of_rows, (A, p)) for p in (array([0, 2]), array([1, 1]), MASK)),
    *((of_other_sizes, (X, array(p))) for p in ([0, 1], [0, 1, 7], [0, 9], [[0, 1, 2]], [2, 1, 0])),
    (into_zeros, (X, array([2, 0, 3, 1]))),
    (its_argument, (X, array([2, 0, 3, 1]))),
]
RAISES = {"swaps_rows": 1, "columns": 1, "of_other_sizes": 4}
