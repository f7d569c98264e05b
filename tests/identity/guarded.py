"""What Python refuses of what a name is at first, behind a condition: an error of the runs that get there."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def the_last_one(x, n):
    s = []
    for i in range(n):
        before = s[-1] if i > 0 else 0.0
        s.append(x[i] - 0.5 * before)
    return np.stack(s)


def the_last_two(x, n):
    s = []
    for i in range(n):
        v = x[i]
        if i >= 2:
            v = v + 0.5 * s[-1] - 0.2 * s[-2]
        s.append(v)
    return s[-1]


def the_first_passed_over(x, n):
    s = []
    for i, v in enumerate(x):
        if i == 0:
            s.append(v * n)
            continue
        s.append(0.5 * s[-1] + v)
    return s[-1]


def after_and(x, n):
    s, k = [], 0
    for i in range(n):
        if i > 0 and x[i] < s[-1]:
            k += 1
        s.append(x[i] * x[i])
    return k + s[-1]


def all_before(x, n):
    s = []
    for i in range(n):
        v = x[i]
        for j in range(i):
            v = v + 0.1 * s[j] * s[j]
        s.append(v)
    return s[-1]


def the_greatest_before(x, n):
    s, k = [], 0
    for i in range(n):
        if i > 0 and x[i] > max(s):
            k += 1
        s.append(x[i])
    return k * s[0]


def an_element_of_a_number(x, n):
    s = k = 0.0
    for i in range(n):
        if i > 0:
            k = k + s[0]
        s = s + x * i
    return s, k


def of_none(x, n):
    best = None
    for i in range(n):
        if i > 0:
            best += x
        else:
            best = x * 2.0
    return x if best is None else best * x


def stacked_with_a_number(x, n):
    s = 0.0
    for i in range(n):
        s = s + x * i
    return np.stack([s, x])


def not_guarded(x, n):
    """The first step is the one that Python refuses."""
    s = []
    for i in range(n):
        s.append(s[-1] + x[i])
    return x


def refused_in_one_arm(x, n):
    y = 1.0
    if n > 2:
        y = y[0]
    return x * y


def of_a_dict(x, n):
    seen = {}
    if n > 2:
        return seen["a"] * x
    return x * 2.0


def grows_in_place(x, n):
    s = x[:1] * 1.0
    if n > 1:
        s += x
    return s


def view_made_in_an_arm(x, n):
    s = x * 1.0
    v = s * 2.0
    if n > 0:
        s = x * 3.0
        v = s[1:]
    if n > 1:
        return v * 2.0
    return s * np.sum(v)


def added_to_an_array(x, n):
    s = 0.0
    for i in range(n):
        s = s + x * i
    y = x * 1.0
    t = y
    y += s
    y[:2] = s[:2] if n > 0 else s
    y *= s
    return y, t


def elements_of_a_comprehension(x, n):
    z = [2.0 * v for v in x]
    for i in range(1, n):
        z[i] = z[i] + 0.5 * z[i - 1]
    return np.stack(z)


def ints_as_truths(x, n):
    k, s, h = 0, 0.0, []
    for v in x:
        if k and v > 0.1:
            s += v
        if len(h) and v < h[-1]:
            s = s * 2.0
        if v > 1.0 or k:
            s = s + v * v
        h.append(v)
        k += n
    return s if k and s > 0.2 else -s


def an_int_that_becomes_a_tensor(x, n):
    """As an index both are the same."""
    k = 1
    for _ in range(n):
        k = ag.cast(x[k] * 2.0, "int64")
    return x[k] * x, x[k:], [x[0], x[1] * x[0], x[2]][k]


X = ag.constant([0.5, -0.25, 0.9])
CASES = [
    *((the_last_one, (X, n)) for n in (1, 3)),
    *((the_last_two, (X, n)) for n in (1, 3)),
    (the_first_passed_over, (X, 2)),
    *((after_and, (X, n)) for n in (1, 3)),
    *((all_before, (X, n)) for n in (1, 3)),
    (the_greatest_before, (X, 3)),
    *((an_element_of_a_number, (X, n)) for n in (0, 1, 3)),
    *((of_none, (X, n)) for n in (0, 1, 3)),
    *((stacked_with_a_number, (X, n)) for n in (0, 2)),
    *((not_guarded, (X, n)) for n in (0, 2)),
    *((refused_in_one_arm, (X, n)) for n in (2, 3)),
    *((of_a_dict, (X, n)) for n in (2, 3)),
    *((grows_in_place, (X, n)) for n in (1, 2)),
    *((view_made_in_an_arm, (X, n)) for n in (0, 1, 2)),
    *((added_to_an_array, (X, n)) for n in (0, 2)),
    *((ints_as_truths, (X, n)) for n in (0, 1)),
    *((an_int_that_becomes_a_tensor, (X, n)) for n in (0, 2)),
    *((elements_of_a_comprehension, (X, n)) for n in (1, 3)),
]
RAISES = {
    "grows_in_place": 1,
    "not_guarded": 1,
    "of_a_dict": 1,
    "refused_in_one_arm": 1,
    "stacked_with_a_number": 1,
}
