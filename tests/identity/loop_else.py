"""`else` after a loop, with a `break` that only the run decides."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def finds_or_not(x, a):
    for i in range(3):
        if x[i] > a:
            y = x[i] * x[i] * a
            break
    else:
        y = np.sum(x * x) * a
    return y, i


def grows_to_the_end(x, n):
    k = 0
    while k < n:
        x = x * x - 0.5 * x
        k += 1
        if x > 4.0:
            break
    else:
        x = -x * k
    return x * x


def ends_by_return(x, a):
    for v in x:
        if v < a:
            return v * a
    else:
        return a * a * np.prod(x)


def in_for(x, a):
    """The jumps in the `else` are those of the loop around."""
    s = 0.0
    for k in ag.arange(4):
        for v in x:
            if v * k > a:
                s = s + v * v * a
                break
        else:
            if s > 3.0:
                break
            if k == 1:
                continue
            s = s + a * np.sum(x)
        s = s * 1.5
    else:
        s = s * a
    return s


def in_while(x, a):
    n, s = 0, a
    while n < 5:
        n += 1
        for k in range(n):
            s = s + x[k % 3] * s
            if s > 6.0:
                break
        else:
            continue
        s = s * 0.25
    return s, n


def in_if(x, a):
    if a > 0.5:
        i = 0
        while x[i] < a:
            i += 1
            if i > 2:
                return a * x[0]
        else:
            a = a * x[i] * x[i]
    else:
        for v in x:
            if v > 5.0:
                break
        else:
            return np.sum(x * a)
    return a * a


def over_objects(x, n):
    """Unrolled; Python decides about the `break`."""
    for k, v in {"a": x, "b": x * x, "c": x * 3.0}.items():
        if k == n:
            y = v * v
            break
    else:
        y = np.sin(x)
    for v in [x, y]:
        x = x * v
    else:
        x = x + 1.0
    return x * y


def no_steps(x, n):
    for _ in range(n):
        x = x * 2.0
        if x > 0.0:
            break
    else:
        x = x * x
    while x < -100.0:
        x = x * 0.5
        break
    else:
        x = x * x
    return x


c = ag.constant
X = c(np.array([0.5, -1.2, 2.0]))
CASES = [
    *((finds_or_not, (X, c(a))) for a in (0.1, 1.0, 3.0)),
    *((grows_to_the_end, (c(v), 3)) for v in (1.5, 2.6, -0.5)),
    *((ends_by_return, (X, c(a))) for a in (-0.5, -2.0)),
    *((in_for, (X, c(a))) for a in (0.3, 2.5, 9.0)),
    *((in_while, (X, c(a))) for a in (0.4, 2.0)),
    *((in_if, (X, c(a))) for a in (0.3, 0.6, 1.4, 0.7)),
    *((over_objects, (c(0.7), n)) for n in ("b", "d")),
    *((no_steps, (c(v), n)) for v in (0.7, -0.7) for n in (0, 2)),
]
