"""`:=` where the run decides whether, and how often, it is evaluated."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def in_a_test(x, a):
    if (y := x[0] * a) > 0.5:
        return y * y
    return y * x[1]


def in_an_operand(x, a):
    y = x[2]
    if a > 0.5 and (y := x[0] * a) > 0.3:
        return y * y
    return y * a * y


def defined_by_an_operand(x, a):
    """Where the operand is skipped the name is undefined, and reading it is an error."""
    if a > 0.5 and (y_ := np.sum(x) * a) > 0.3:
        return y_ * y_
    return y_ * a


def in_arms(x, a):
    s = (u := x[0] * a) if a > 0.5 else (u := x[1])
    t = 2.0 + (v := a * a) if u < 1.0 else (v := u) * 3.0
    return s * t + u * v * a


def in_a_chain(x, a):
    v = x[2]
    if 0.1 < (u := x[0] * a) < (v := a * a) < 4.0:
        return u * v
    return u - v * a


def in_for(x, a):
    s, y = 0.0, a
    for i in range(3):
        if (t := x[i] * a) > 0.2 or (y := t * t) > 1.0:
            s = s + t * y
        s = s + (y := y * x[i]) * y
    return s, y, t


def in_while(x):
    """An iteration that stops where the step is small: the step is made in the test."""
    y = x
    while (d := (y * y - x) / (2.0 * y)) > 1e-3:
        y = y - d
    return y, d


def in_while_with_jumps(x, a):
    k, s = 0, a
    while (y := x[k % 3] * s) < 4.0 and (z := y * y) > -1.0:
        k += 1
        if y < -1.5:
            s = s * 0.5
            continue
        s = s + z * 0.3
        if s > 3.0:
            break
        if k > 6:
            return y * s
    else:
        s = -s
    return s * y


def while_in_for(x, a):
    s = 0.0
    for v in x:
        y = v * a
        while (y := y * 0.5 + 0.1) > 0.3:
            s = s + y * y
        s = s + y * v
    return s


def returns_from_a_test_in_a_loop(x, a):
    """After the return of a step before, the test is not evaluated and assigns nothing."""
    for v in x:
        k = 0
        while (y := v * a) < 2.5 and (k := k + 1) < 4 and (z := y * a) > -1.5:
            if y > z:
                return y * z
            a = a + 0.3
        a = a * y
    return a * a


def while_in_if(x, a):
    n = 0
    if a > 0.5:
        while (n := n + 1) < 4:
            a = a * x[n - 1]
    else:
        while (a := a * 2.0) < 3.0 and (b := a * x[0]) < 2.0:
            n += 1
        return a * b, n
    return a * a, n


def test_that_is_never_true(x, n):
    while (n := n - 1) > 0:
        x = x * 2.0
    while (y := x * x) < -1.0:
        x = x + 1.0
    return x * y, n


def in_the_iterable(x, a):
    s = a
    for v in (y := x * a):
        s = s * v + s
    for i in range(m := y.shape[0]):
        s = s + y[i] * m
    return s


def in_arguments_and_targets(x, a):
    y = x * 1.0
    y[(k := 1)] = np.maximum(b := a * a, x[0]) * b
    y[k] += (a := a * y[k])
    return np.sum(y * a), (c := b * a), c * y[(k := k + 1)]


def in_comprehensions(x, a):
    rows = [t := v * a for v in (x[0], x[1], x[2])]
    total = sum([(last := t * r) * r for r in rows])
    return total * t, last


def in_a_comprehension_of_an_operand(x, a):
    t = a
    found = a > 0.5 and sum([(t := t * v) for v in (x[0], x[1])]) > 0.0
    return t * a if found else t


def prints_in_order(x, a):
    if (ag.print("test", y := a * 2.0) or y) > 1.0 and not ag.print("operand", z := y * a):
        ag.print("then", z)
        return z * y
    return y * y


def number_or_skipped(x, n):
    """A number of Python in one run, nothing in the other."""
    if n > 1 and (k := n * 2) > 5:
        return x * k
    return x * k if n > 1 else x


def array_in_an_operand(x, n):
    if n > 1 and np.sum(y := np.sin(x) * n) > 0.5:
        return y * y
    return x * n


c = ag.constant
X = c(np.array([0.5, -1.2, 2.0]))


def bound_by_the_body_too(x, a):
    """The test binds what the body binds, after a branch whose value nobody reads."""
    k = 0
    if a > a:
        c = a
    else:
        c = a
    while (c := x[-1]) < 2.5 and (k := k + 1) < 4 and (a := c) > -1.5:
        a, c = c, a
    return c * a


def bound_in_the_end(x, a):
    """The same where the branch stands in a `try`, and the loop in its `finally`."""
    k = 0
    try:
        if a > x[0]:
            c = a
        else:
            c = x[1]
        a = a * x[2]
    finally:
        while (c := a * x[k % 3]) < 2.5 and (k := k + 1) < 4:
            a, c = c + a, a
    return c * a


CASES = [
    *((in_a_test, (X, c(a))) for a in (0.7, 1.4)),
    *((in_an_operand, (X, c(a))) for a in (0.3, 0.55, 1.4)),
    *((defined_by_an_operand, (X, c(a))) for a in (0.3, 0.55, 1.4, -1.0)),
    *((in_arms, (X, c(a))) for a in (0.3, 0.7, 2.5)),
    *((in_a_chain, (X, c(a))) for a in (0.1, 0.3, 0.8, 2.5)),
    *((f, (X, c(a))) for f in (bound_by_the_body_too, bound_in_the_end) for a in (0.3, 1.7)),
    *((in_for, (X, c(a))) for a in (0.3, 0.8, -0.7)),
    *((in_while, (c(v),)) for v in (3.0, 1.0)),
    *((in_while_with_jumps, (X, c(a))) for a in (0.3, 2.5)),
    *((while_in_for, (X, c(a))) for a in (0.1, 0.8, 2.5)),
    *((while_in_if, (X, c(a))) for a in (0.3, 0.8)),
    *((test_that_is_never_true, (c(0.7), n)) for n in (0, 3)),
    (in_the_iterable, (X, c(0.7))),
    (in_arguments_and_targets, (X, c(0.7))),
    (in_comprehensions, (X, c(0.7))),
    *((in_a_comprehension_of_an_operand, (X, c(a))) for a in (0.3, 0.7)),
    *((prints_in_order, (X, c(a))) for a in (0.3, 0.7)),
    *((number_or_skipped, (c(0.7), n)) for n in (0, 2, 3)),
    *((array_in_an_operand, (X, n)) for n in (0, 2)),
]
FIRST_ORDER = [(returns_from_a_test_in_a_loop, (X, c(0.3)))]
RAISES = {"defined_by_an_operand": 2}
