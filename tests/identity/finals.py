"""`try` and `finally`: what `finally` does outlives the call, on every way out, a fault too."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

DEPTH = ag.Variable(0.0, dtype="float64", name="depth")
LOG = ag.constant(np.zeros(4))


def at_the_end(x, a):
    try:
        y = x * a
    finally:
        y = y + a
    return y * y


def by_return(x, a):
    s = a
    try:
        for v in x:
            if v * a > 1.0:
                return v * s
            s = s * v + a
    finally:
        s = s * a
        ag.print("finally", s)
    return s * s


def in_steps(x, a):
    s, k = 0.0, 0
    for i in range(3):
        k = i
        try:
            if x[i] * a > 1.2:
                break
            if x[i] < 0.0:
                continue
            s = s + x[i] * a
        finally:
            s = s * a + k
            DEPTH.assign_add(ag.cast(a, "float64"))
        s = s * x[i]
    else:
        s = -s
    return s, DEPTH * a


def in_while(x, a):
    n, y = 0, a
    while n < 3:
        n += 1
        try:
            try:
                y = y * x[n - 1]
                if y > 0.9:
                    return y * a
            finally:
                y = y + 0.1
        finally:
            a = a * y
    return a * y


def in_if(x, a):
    x = x.copy()
    if a > 0.5:
        try:
            if a > 1.0:
                return np.sum(x) * a * DEPTH
            y = np.sum(x) * a
        finally:
            DEPTH.assign(ag.cast(a, "float64"))
            x[0] = 3.0
    else:
        y = a
    return y * x[0] * DEPTH


def restored(x, a):
    before = DEPTH.read_value()
    DEPTH.assign(ag.cast(a, "float64"))
    try:
        return x * DEPTH
    finally:
        DEPTH.assign(before)


def inner(x, k):
    try:
        return x[k]
    finally:
        DEPTH.assign_add(1.0)
        ag.print("inner", k)


def of_a_call(x, k):
    try:
        y = inner(x, k) * 2.0
    finally:
        LOG[0] = LOG[0] + x[0]
    return y * inner(x, 0)


def fault_in_a_loop(x, n):
    s = 0.0
    for i in range(n):
        DEPTH.assign_add(x[0])
        try:
            s = s + x[i] / (1 + i)
        finally:
            DEPTH.assign(DEPTH * 2.0)
            ag.print("step", i, s)
    return s


def fault_in_finally(x, k):
    try:
        y = x[k]
    finally:
        LOG[1] = x[0]
        z = x[k - 1]
    return y * z


def undefined_in_finally(x, k):
    try:
        y = x[k]
    finally:
        y = y * 2.0
    return y


def fault_after_it(x, k):
    try:
        DEPTH.assign(x[0])
    finally:
        DEPTH.assign_add(0.5)
    return x[k]


def raises_inside(x, k):
    """Python's own error, before anything is compiled."""
    DEPTH.assign(x[0])
    try:
        return {"a": x}["b"] * k
    finally:
        DEPTH.assign_add(0.25)
        ag.print("finally")


def reads_a_deleted_name(x, k):
    y = x * k
    del y
    try:
        return y  # noqa: F821
    finally:
        DEPTH.assign(x[0])


c = ag.constant
X = c(np.array([0.5, -1.2, 2.0]))
CASES = [
    (at_the_end, (X, c(0.7))),
    *((by_return, (X, c(a))) for a in (0.3, 0.8)),
    *((in_steps, (X, c(a))) for a in (0.5, 0.7)),
    *((in_while, (X, c(a))) for a in (0.7, 2.0)),
    (restored, (X, c(0.7))),
    *((of_a_call, (X, k)) for k in (0, 2)),
]
VALUES_ONLY = [(in_if, (c(np.array([0.5, -1.2])), c(a))) for a in (0.3, 0.7, 1.4)]
FAULTS = [
    *((of_a_call, (X, k)) for k in (2, 3, -4)),
    *((fault_in_a_loop, (X, n)) for n in (2, 5)),
    *((fault_in_finally, (X, k)) for k in (1, 3, -3)),
    *((undefined_in_finally, (X, k)) for k in (1, 3)),
    *((fault_after_it, (X, k)) for k in (1, 3)),
]
"""Some of which end in a fault."""
