"""`in`, `not in` and `is` where only the run knows: at the top level, in loops and in branches."""

from __future__ import annotations

import math

import numpy as np

import autograph_lite as ag


class Above:
    """A container of the user's own."""

    def __init__(self, low):
        self.low = low

    def __contains__(self, value):
        if value > self.low:
            return value
        return 0.0


LARGE = Above(0.2)


def in_sequences(x, n):
    known = x[0] in (0.7, 0.8, x[1]), n in [1, 2, 3], None in (n, x[0]), "a" in ("a", n)
    keys = n not in {1, 5}, n * 0.5 in {0.5: "a", "k": 2}, n in {"a": 3, "b": 2}.values()
    pairs = (
        (n, 2) in [(1, 2), (2, "a")],
        [n, x[0]] in ([2, 0.5], [1, 1]),
        ("k", n) in {"k": 2}.items(),
    )
    own = x[0] in LARGE, x[1] not in LARGE
    return known, keys, pairs, own, x * 2 if x[0] in (x[1], 0.5) else x


def in_arrays(x, n):
    """NumPy's rule: whether any element is equal."""
    rows = np.outer(x, x)
    ints = n in ag.arange(3), x[2] in ag.arange(n)
    return (
        0.5 in x,
        n in x,
        7.0 not in x,
        x in rows,
        rows[:, 1:2] in rows,
        None in x,
        "a" in x,
        ints,
    )


def in_ranges(x, n):
    ints = (
        n in range(3),
        n in range(10, -5, -3),
        4 in range(n, 9, 2),
        3 in range(n),
        n in range(n, 0),
    )
    return ints, n * 0.5 in range(3), x[2] in range(5), True in range(n), x[2] in range(n)


def decides(x, n):
    s = 0.0
    for i in range(n):
        if i in (1, 3):
            s = s + x[i % 3] * x[0]
        elif x[i % 3] in (x[0], 2.0):
            s = s + x[i % 3] ** 3
    while n not in (0, 7, 11):
        n = n - 1
        s = s * x[1] if n in (2, 4) else s * 0.5
    return s


def one_of_two(x, n):
    """A branch binds a name to the tensor that is there, or to another one."""
    y = x if n > 1 else x * 2
    return y is x, y is not x, (x * 1) is x, x in (x,), y * x


def nan_is_itself(x, n):
    v, w = n * math.nan, x[0] * math.nan
    return v in (v, 1.0), w in (w,), w in (w * 1.0,), v in (0.5, 2)


def one_element(x, n):
    """An array with one element has a truth, in as many axes as it likes."""
    y = ag.zeros((1, 1)) + x[1]
    z = ag.stop_gradient(y)
    return bool(y), float(z), int(z), x if y else -x, x if x[:1] > n else x * x, x[1:2] in (3, -1.2)


c = ag.constant
X = c([0.5, -1.2, 2.0])
PROGRAMS = (in_sequences, in_arrays, in_ranges, decides, one_of_two, nan_is_itself, one_element)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 2, 5)]
