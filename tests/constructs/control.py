"""Programs of docs/python_support.md: loops and branches."""

from __future__ import annotations

import dataclasses

import numpy as np

import autograph_lite as ag
from tests.constructs.table import REFUSED, UNROLLED, case

X = ag.constant([0.5, -1.2, 2.0])
M = ag.constant([[1.0, 2.0], [-3.0, 0.5]])
S = ag.constant(0.7)


@dataclasses.dataclass
class Point:
    a: object
    b: object


FOR, WHILE, JUMPS = "`for`", "`while`", "`break`, `continue`"


@case(FOR, "over `range`, with any step and bounds of the run", X, 3)
def over_range(x, n):
    s = 0.0
    for i in range(n - 1, -1, -2):
        s = s * 0.5 + x[i] * i
    return s


@case(FOR, "over `ag.arange`", X, 3)
def over_arange(x, n):
    s = ag.constant(0.0)
    for i in ag.arange(n):
        s = s + x[i] * x[i]
    return s


@case(FOR, "over the rows of a tensor", M)
def over_rows(m):
    s = ag.constant([0.0, 1.0])
    for row in m:
        s = s * row + row
    return s


@case(FOR, "over `enumerate`, `zip` and `reversed` of these", X)
def over_zip(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, reversed(x), strict=True)):
        s = s + a * b * i
    return s


@case(FOR, "over a list or tuple of objects", X, how=UNROLLED)
def over_a_list(x):
    for f in [np.sin, np.exp]:
        x = f(x)
    return x


@case(FOR, "over a list of arrays", X, how=UNROLLED)
def over_arrays(x):
    s = 0.0
    for v in [x, x * 2, x[:2]]:
        s = s + np.sum(v * v)
    return s


@case(FOR, "over `d.items()`, `d.values()`, `d`", X, how=UNROLLED)
def over_items(x):
    d = {"a": x[0], "b": x[1]}
    s = 0.0
    for k, v in d.items():
        s = s * d[k] + v
    return s


@case(FOR, "with `else`", X)
def for_else(x):
    for v in x:
        if v > 5.0:
            break
    else:
        return x * x
    return x


@case(FOR, "whose counter is read after the loop", X)
def counter_afterwards(x):
    for i in range(2):
        x = x * x
    return x * i


@case(FOR, "that changes the bounds it was given", X, 3)
def changed_bounds(x, n):
    s = 0.0
    for i in range(n):
        n = n + 1
        s = s + x[i] * x[i]
    return s * n


@case(FOR, "with tuples, dicts, named tuples, dataclasses and None as state", S)
def state_of_objects(x):
    p, best = Point(x, {"u": x}), None
    for i in range(3):
        p = Point(p.b["u"], {"u": p.a * x})
        if best is None or p.a < best:
            best = p.a
    return best + p.b["u"]


@case(FOR, "with an object from outside, and those that follow it, as state", X, Point(S, {"u": S}))
def object_from_outside(x, p):
    for v in x:
        p = Point(p.b["u"] * v, {"u": p.a})
        if v > 1.0:
            p = Point(p.a, {"u": v})
    return p.a * p.b["u"]


@case(FOR, "that changes the dtype or the number of axes of a name", X, how=REFUSED)
def another_rank(x):
    s = x[0]
    for v in x:
        s = s + v * x
    return s


@case(FOR, "that makes an array of a number", X)
def array_from_a_number(x):
    s = 0.0
    for v in x:
        s = s + v * x
    return s * 2.0


@case(FOR, "a plain array before, a tensor after the first step", X, 3)
def from_plain(x, n):
    s = np.zeros(3)
    for _ in range(n):
        s = s * 0.5 + x * x
    return s * x


@case(FOR, "None before, a tuple after a step", X, 3)
def best_so_far(x, n):
    best = None
    for i in range(n):
        if best is None or x[i] > best[0]:
            best = (x[i], i)
    return x if best is None else best[0] * x * best[1]


@case(FOR, "None before, a number after a step, a tensor after the others", X, 3)
def since_the_last_one(x, n):
    y, previous = 0.0, None
    for i in range(n):
        step = 0.0 if previous is None else y - previous
        previous = y
        y = y + x[i] * (1.0 - y) + 0.2 * step
    return y * x


@case(FOR, "over the numbers or the rows of a plain array", X)
def over_plain_rows(x):
    for v in np.linspace(0.5, 1.5, 3):
        for row in np.eye(3):
            x = x * v + row
    return x


@case(FOR, "over rows of a plain array, of which NumPy computes alone", X, how=REFUSED)
def sums_of_plain_rows(x):
    for row in np.eye(3):
        x = x * np.sum(row)
    return x


@case(WHILE, "", S)
def newton(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


@case(WHILE, "with `else`", S)
def while_else(x):
    while x < 4.0:
        x = x * 1.5
        if x == 0.0:
            break
    else:
        x = x * x
    return x


@case(WHILE, "`True`", S)
def while_true(x):
    while True:
        x = x * x + 0.25
        if x > 2.0 or x < 0.5:
            break
    return x * x


@case(JUMPS, "from any depth", X, 3)
def jumps(x, n):
    s = 0.0
    for i in range(n):
        for v in x:
            if v < 0.0:
                continue
            if s > 3.0:
                break
            s = s + v * v
        else:
            continue
        break
    return s


@case("`if`, `elif`, `else`", "on what only the run knows", S)
def branches(x):
    if x > 1.0:
        y = x * x
    elif x > 0.5:
        y = np.exp(x)
    else:
        y = -x
    return y


@case("`if`, `elif`, `else`", "on Python objects", S, "twice", how=UNROLLED)
def branches_on_objects(x, how):
    if how == "twice":
        return 2.0 * x * x
    return x


@case("`if`, `elif`, `else`", "that gives a name a tensor, a number or None", S)
def tensor_or_none(x):
    y, z, k = None, 1.0, None
    if x > 0.5:
        y = x * x
        z = x
        k = 3
    return z if y is None or k is None else y * z * k


@case("`if`, `elif`, `else`", "that gives a name in one branch only, read after it", S)
def in_one_branch(x):
    if x > 0.5:
        y = x * x
    return y


@case("`if`, `elif`, `else`", "that makes a name a tensor of one or another dtype", S, how=REFUSED)
def one_or_another_dtype(x):
    if x > 0.5:
        y = x
    else:
        y = ag.cast(x, "float32")
    return y


@case("`a if c else b`", "", S)
def ternary(x):
    return x * x if x > 0.5 else np.sin(x)


@case("`and`, `or`, `not`", "with Python's laziness", X, 3)
def lazy(x, n):
    s = 0.0
    for i in range(n + 2):
        if (i < n and x[i] > 0.0) or not s > -1.0:
            s = s + x[min(i, n - 1)] ** 2
    return s


@case("comparisons", "chained", S)
def chained(x):
    return x * x if 0.0 < x < 1.0 != x else x


@case("`in`, `is`", "`in` a tuple, list, range or tensor; `is None`", X, 2)
def membership(x, n):
    y = x * x if n in (1, 2) and 0.5 in x else x
    return y if n not in range(2) and y is not None else x


@case("`in`, `is`", "`is` of numbers of the run", S, 2, how=REFUSED)
def identity_of_numbers(x, n):
    m = 3
    return x if n is m else x * x


@case("`match`", "on values and alternatives, with guards", S, 2)
def match_values(x, n):
    match n:
        case 0 | 1:
            return x
        case k if k > 5:
            return x * k
        case _:
            return x * x * n


@case("`match`", "on sequences, mappings, classes", S)
def match_shapes(x):
    s = 0.0
    for value in ((x, 2.0), {"k": x}, Point(x, x)):
        match value:
            case (a, b):
                s = s + a * b
            case {"k": v}:
                s = s * v
            case Point(a=u):
                s = s + u * u
    return s


@case("`match`", "on a sequence that the run counts", X, how=REFUSED)
def match_a_range(x):
    match range(int(x[2])):
        case [a, b]:
            return x * a + b
    return x
