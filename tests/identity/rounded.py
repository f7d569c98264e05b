"""Builtins of numbers, of lengths and classes, and those that make lists: round, pow, len, sorted, map."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


class Sized:
    """An object with a length that the run knows."""

    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length


def square_of_positive(v):
    if v > 0:
        return v * v
    return -v


def rounds(x, n):
    """NumPy's rule for tensors, Python's for numbers."""
    y = ag.stop_gradient(x)
    arrays = np.round(x, 1), np.round(x, -1), np.rint(x), x.round(2), np.around(x), round(x[0], 1)
    kinds = round(ag.cast(x[1], "float32"), 2), round(ag.cast(y[2] * 10, "int64"), -1)
    python = (
        round(n * 17, -1),
        round(n * 25 - 5, -1),
        round(n, 2),
        round(n > 1),
        round(n * 0.5),
        round(n * -1.5),
    )
    return arrays, kinds, python, round(y[0]), round(y[2] - 0.5), round(x[0] * x[1], 1) * x


def powers(x, n):
    three = (
        pow(n, 3, 5),
        pow(3, n, 7),
        pow(7, -n, 11),
        pow(n, 5, -3),
        pow(10, n * 20, 2**63 - 1),
        pow(n, 2, 1),
    )
    quotients = (
        divmod(7, n + 1),
        divmod(n * 0.5, 0.3),
        divmod(x[2], x[0]),
        divmod(-7.5, n + 1),
        divmod(n, x[0]),
    )
    return three, pow(x[0], n), pow(n, 3), quotients, abs(n - 2), abs(-1.5 * n), abs(n > 1), abs(x)


def lengths_and_classes(x, n):
    b, s = None, 2.0
    if n > 1:
        b, s = x[0], x[1]
    lengths = len(x), len(np.outer(x, x)), len([x, n]), len(Sized(n)), len(range(1, n, 2))
    numbers = (
        isinstance(n, int),
        isinstance(n, bool),
        isinstance(n > 1, bool),
        isinstance(n * 0.5, int | float),
    )
    either = (
        isinstance(b, ag.Tensor),
        isinstance(b, type(None)),
        isinstance(s, float),
        isinstance(s, int),
    )
    return lengths, numbers, either, isinstance(x, (int, ag.Tensor)), x * x


def sorts(x, n):
    rows = np.stack(sorted(ag.zeros(3) + x * x[1])) * x
    pairs = (
        sorted([x[0], x[1], x[2] * n], key=abs),
        sorted([x[1], x[0] * n, x[1] * 1], reverse=True),
    )
    numbers = (
        sorted([n, 2, 1, n + 1], key=lambda k: -k),
        sorted([1, 2, 3], key=lambda k: x[k - 1] * n),
    )
    return rows, pairs, numbers, sorted([3, 1, 2]), sorted(["a", "bb", ""], key=len)


def maps(x, n):
    s = x[0]
    for v in map(square_of_positive, x):
        s = s * v + 1
    for v in filter(lambda v: v > n, x):
        s = s + v
    for i, v in enumerate(filter(lambda v: v < n, x)):
        s = s + i * v
    for a, b in zip(x, map(square_of_positive, x[:n]), strict=False):
        s = s + a * b
    for v in map(lambda v, w: v * w, reversed(x), x[:n]):
        s = s - v
    folded = (
        sum(map(square_of_positive, x)),
        any(map(lambda v: v > n, x)),
        max(filter(lambda v: v < 3, x)),
    )
    a, b = map(square_of_positive, (x[0], x[1] * n))
    return s, folded, a * b, list(map(square_of_positive, (x[0], n))), list(filter(None, [0, 1]))


def changes_a_list(x, n):
    """What an element, a key or a step changes in place is seen by every name of it."""
    seen = [x[0], 0.0]

    def add(v):
        seen[0] = seen[0] + v * v
        return seen[0]

    s = sum(add(v) for v in x), max(x, key=add), sum(map(add, x[:n])), any(add(v) > 5 for v in x)
    for v in filter(lambda v: add(v) > 0, x):
        seen[1] = seen[1] + v * n
    for i, (v, _) in enumerate(zip(x[:n], "abc", strict=False)):
        seen[1] = seen[1] * v + i
        if seen[1] > n:
            break
    return s, seen


def in_steps(x, n):
    s = 0.0
    for i in range(n):
        low, high = sorted([x[0] * i, x[1]])
        s = s + round(x[i % 3], 1) * pow(i, 2, 3) + len(x) * divmod(i, 2)[0] + low * high * high
        if isinstance(s, ag.Tensor) and round(i * 0.5) == 1:
            s = s * sum(map(square_of_positive, x))
    while n > 0:
        n = n - round(n * 0.4) - 1
        s = s + n
    return s


c = ag.constant
X = c([0.5, -1.25, 2.5])
PROGRAMS = (rounds, powers, lengths_and_classes, sorts, maps, changes_a_list, in_steps)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (1, 2, 3)]
