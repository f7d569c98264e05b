"""`del` of names, elements and attributes; reading a name after it is Python's error."""

from __future__ import annotations

import types

import numpy as np

import autograph_lite as ag


def of_temporaries(x, a):
    s = 0.0
    for i in range(3):
        t = x[i] * a
        u = t * t
        s = s + u * t
        del t, u
    k = 0
    while k < 3:
        t = x[k] * s
        k += 1
        if t > 1.0:
            s = s + t * a
            del t
        else:
            del t
    return s * a


def read_in_some_runs(x, a):
    y = x * a
    if a > 0.5:
        del y
    if a < 2.0:
        return y * y
    return x * a * x


def of_a_parameter(x, a):
    b = a * a
    if b > 1.0:
        del a
        a = b
    del x
    return a * b


def in_steps(x, a):
    """Deleted in one step and read, or deleted again, in a later one."""
    y, s = x * a, 0.0
    for i in range(4):
        if i > a:
            del y
        s = s + np.sum(y)
    return s


def in_while(x, a):
    n, y = 0, a
    while n < 3:
        n += 1
        y = y * x[n - 1]
        z = y * y
        if y > 0.9:
            del y
            break
    return z * n, y


def bound_again(x, a):
    s = a
    for v in x:
        y = v * s
        del s
        s = y * a if v > 0.0 else y
    return s


def of_elements(x, a):
    rows, table = [x, x * a, x * x], {"a": a, "b": a * a, "c": x}
    thing = types.SimpleNamespace(x=x * a, y=a)
    del rows[0], table["b"], thing.y
    for key in ("a", "c"):
        rows.append(table[key] * thing.x)
        del table[key]
    del rows[-1:]
    return rows, table, sum([np.sum(row) for row in rows]) * a


c = ag.constant
X = c(np.array([0.5, -1.2, 2.0]))
CASES = [
    (of_temporaries, (X, c(0.7))),
    *((read_in_some_runs, (X, c(a))) for a in (0.3, 0.8, 2.5)),
    *((of_a_parameter, (X, c(a))) for a in (0.7, 1.4)),
    *((in_steps, (X, c(a))) for a in (1.5, 4.0)),
    *((in_while, (X, c(a))) for a in (0.7, 2.0)),
    (bound_again, (X, c(0.7))),
    (of_elements, (X, c(0.7))),
]
RAISES = {"read_in_some_runs": 1, "in_steps": 1, "in_while": 1}
