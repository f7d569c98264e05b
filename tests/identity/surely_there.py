"""Names that are None, or a number, in some runs and a tensor in the others, where that is surely used.

In a run in which it is none, Python says what it says: the call is made step by step.
"""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def best_row(x, n):
    best = None
    for i in range(n):
        v = x[i] * 1.0
        if best is None or np.sum(v) > np.sum(best):
            best = v
    return np.mean(best)


def best_norm(x, n):
    best = None
    for i in range(n):
        v = x[i] * 1.0
        if best is None or v @ v > best @ best:
            best = v
    return best.mean() if n else 0.0


def by_method(x, n):
    best = None
    for i in range(n):
        v = x[i] * 1.0
        if best is None or v.sum() > best.sum():
            best = v
    return best.mean()


def stacked_twice(x, n):
    best = None
    for i in range(n):
        if best is None:
            best = x[i]
        else:
            best = np.concatenate([best[:1], x[i][1:]])
    return np.sum(np.stack([best, best]))


def by_keyword(x, n):
    best = None
    for i in range(n):
        if x[i, 0] > 0.5:
            best = x[i]
    return np.sum(a=best, axis=0)


def a_sine(x, n):
    best = None
    for i in range(n):
        if x[i, 0] > 0.5:
            best = x[i, 0]
    return np.sin(best)


def a_sine_of_a_number(x, n):
    best = None
    for i in range(n):
        if x[i, 0] > 0.5:
            best = i * 0.5
    return x * np.sin(best)


def the_sum_of_an_array(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    return s.sum()


def a_product_with_itself(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    return s @ s


def transposed(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    return s.T


def its_shape(x, n):
    s = None
    for i in range(n):
        s = x[i]
    return s.shape[0] * x


def its_length(x, n):
    s = None
    for i in range(n):
        s = x[i]
    return len(s) * x


def an_outer_product(x, n):
    s = None
    for i in range(n):
        s = x[i]
    return np.outer(s, s), s is None


def on_the_right(x, n):
    s = None
    for i in range(n):
        s = x[i]
    return x @ s


def on_the_left(x, n):
    s = None
    for i in range(n):
        s = x[0]
    return s @ x[:2, :2]


def an_index(x, n):
    z = None
    if n > 1:
        z = 1
    return x[z], x[z, 0]


def backwards(x, n):
    z = None
    if n > 1:
        z = 1
    return x[:z:-1], x[z::-1]


def by_steps(x, n):
    z = None
    if n > 1:
        z = 1
    return x[: z : n - 4]


def stacked_with(x, n):
    z = None
    if n > 1:
        z = x * 2
    return np.stack([z, x])


PROGRAMS = [f for f in list(globals().values()) if getattr(f, "__module__", "") == __name__]
ONE, OTHER = (
    ag.constant(rows)
    for rows in ([[0.5, 0.2], [0.7, 0.1], [0.3, 0.3]], [[0.1, 0.9], [0.2, -1.0], [0.3, 0.3]])
)
CASES = [(f, (x, n)) for f in PROGRAMS for x, n in ((ONE, 3), (OTHER, 3), (ONE, 1), (OTHER, 0))]
NEVER = {"best_norm", "by_keyword", "an_index", "backwards", "by_steps"}
RAISES = {f.__name__: 1 for f in PROGRAMS if f.__name__ not in NEVER}
RAISES |= {"a_sine": 3, "a_sine_of_a_number": 3, "stacked_with": 2}
