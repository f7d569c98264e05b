"""Programs of docs/python_support.md: assignment and expressions."""

# ruff: noqa: F821

from __future__ import annotations

import numpy as np

import autograph_lite as ag
from tests.constructs.control import Point, S, X
from tests.constructs.table import REFUSED, STAGED, UNROLLED, case

COUNT = 0


@case("`x = v`, `x: T = v`", "", S)
def names(x):
    y: float = x * x
    z = w = y
    return z * w


@case("`a, *b = v`", "from objects, and names from a tensor", X, how=STAGED)
def unpacking(x):
    a, b, c = x
    first, *rest = (a, b, c)
    (first, rest[0]) = rest[0], first
    return first * rest[0] * rest[1]


@case("`a, *b = v`", "a starred name from a tensor", X, how=REFUSED)
def starred(x):
    a, *b = x
    return a


@case("`x += v`", "with NumPy's aliasing", X)
def in_place(x):
    y = x * 2.0
    z = y
    for _ in range(2):
        y += x
    return z * z


@case("`(x := v)`", "", S)
def walrus(x):
    while (y := x * x) < 4.0:
        x = x + y + 1.0
    return y


@case("`(x := v)` that a lambda may skip", "", S, how=REFUSED)
def walrus_in_a_lambda(x):
    return (lambda: x and (y := x))()


@case("`x[i] = v`", "an element, a slice, a bool mask, also `x[i] += v`", X, 3)
def elements(x, n):
    y = ag.zeros((n, 3))
    for i in range(n):
        y[i] = x
        y[i, 1:] += x[i]
    y[y < 0.0] = 0.25
    return y * y


@case("`x[i] = v`", "an item of a list or dict made inside", X, 3)
def items(x, n):
    row, table = [x, x], {"a": x}
    for _ in range(n):
        row[0] = row[1] * 0.5
        table["a"] = row[0] * table["a"]
    return table["a"] + row[0]


@case("`x[i] = v`", "an array or list of positions", X, 2)
def positions(x, n):
    y = x * 1.0
    for i in range(n):
        y[np.array([0, 2, 0])] = y[:3] * x[1]
        y[[i, n]] = y[[n, i]]
    return y


@case("`x[i] = v`", "an array of positions with several axes", X, how=REFUSED)
def rows_of_positions(x):
    y = x * 1.0
    y[np.array([[0], [2]])] = x[1]
    return y


@case(
    "`x[i] = v`",
    "a list or tuple of several types indexed by a number of the run",
    S,
    1,
    how=REFUSED,
)
def list_by_number(x, n):
    return [x, 1.0, None][n]


@case("`x[i] = v`", "an element of a plain array by a number of the run", S, 3)
def plain_by_number(x, n):
    table, s = np.array([0.5, -1.25, 2.0]), x * np.ones(3)[n - 1]
    for i in range(n):
        s = s * table[i] + x
    return s


@case("`x[i] = v`", "a row of a plain array by a number of a loop", X, 2)
def plain_row_by_number(x, n):
    for i in range(n):
        x = x * np.eye(3)[i]
    return x


@case("`x[i] = v`", "a dict asked for a key of the run", S, 1, how=REFUSED)
def dict_by_number(x, n):
    return {1: x}[n]


@case("`x.a = v`", "of an object made inside", X)
def attributes(x):
    p = Point(x, x)
    for _ in range(3):
        p.a = p.a * p.b
    return p.a


@case("`x.a = v`", "of an object from outside", X, Point(1.0, 2.0), how=REFUSED)
def attributes_outside(x, p):
    p.a = x
    return x


@case("`del`", "", X)
def deleting(x):
    y, d = x * x, {"a": x, "b": 1.0}
    z = y * x
    del y, d["b"]
    return z * d["a"]


@case("`del` of a name that a function inside reads", "", X, how=REFUSED)
def deleting_captured(x):
    y = x
    f = lambda: y
    del y
    return x


@case("`nonlocal`, `global`", "of functions inside, and from outside", X)
def assigning_outside(x):
    global COUNT
    s = 0.0

    def add(v):
        nonlocal s
        s = s + v * v

    for v in x:
        add(v)
    COUNT = 3
    return s * COUNT


@case("names that look like generated ones", "", X, how=REFUSED)
def reserved(ag__):
    return ag__


@case("literals", "", S)
def literals(x):
    return 2 * x * x + 1.5 - True, "text", None, ...


@case("operators", "with Python's and NumPy's rules", X, 7)
def operators(x, n):
    return -(x**2) @ x / 3 + (n // 2 % 3) * x[0], (n << 1 | 1) & ~4 ^ 2


class Clipped:
    def __init__(self, x):
        self.x = x

    def __mul__(self, other):
        found = self.x * other
        if found > 1.0:
            found = found * 0.5
        return Clipped(found)

    def __lt__(self, other):
        return self.x < other

    def __bool__(self):
        return self < 0.25


@case("operators", "of a class of the user's, with branches and loops in its methods", X, 7)
def own_operators(x, n):
    y = Clipped(0.5 * n) * 2.0
    return x * y.x if y * 0.125 < 0.5 and not y else -x


@case("dict and set displays", "", S)
def displays(x):
    return {"a": x * x, **{"b": x}}["a"] * len({1, 2})


@case("dict and set displays", "a key of the run", S, 1, how=REFUSED)
def key_of_the_run(x, n):
    return {n: x}


@case("comprehensions", "over Python objects", X, how=UNROLLED)
def comprehension(x):
    d = {k: x[k] * 2.0 for k in (0, 1, 2)}
    return np.stack([v * v for v in d.values() if v is not None])


@case("comprehensions", "over a tensor or a range of the run", X)
def comprehension_over_rows(x):
    return np.stack([v * v for v in x])


@case("comprehensions", "of a dict or set, over a tensor or a range of the run", X, how=REFUSED)
def dict_of_rows(x):
    return {v: x for v in x}


@case("a comprehension into an element or attribute", "", X, how=REFUSED)
def comprehension_into_an_element(x):
    return [0 for x[0] in x]


@case("a generator expression", "as the argument of `sum`, `any`, `all`, `min`, `max`", X)
def generator_expression(x):
    s = sum(v * v for v in x if v > 0.0)
    return s * max(v * 2.0 for v in x) if any(v > 1.0 for v in x) else s


@case("a generator expression elsewhere", "", X, how=REFUSED)
def loose_generator(x):
    g = (v for v in x)
    return sum(g)


@case("f-strings", "printed, returned, or in an exception", S)
def f_string(x):
    print(f"{x:.2f} of {x!r}")
    return x * x, f"{x}"


@case("f-strings", "looked into", S, how=REFUSED)
def looked_into(x):
    return x if f"{x}" == "0.7" else x * x
