"""Programs of docs/python_support.md: builtins, lists and what is read from outside."""

from __future__ import annotations

import collections
import contextlib
import functools
import logging

import numpy as np

import autograph_lite as ag
from tests.constructs.control import S, X
from tests.constructs.table import REFUSED, case

BUILTINS, LISTS, OUTSIDE = "Builtins", "Lists and dicts that grow", "What is read from outside"
FACTOR = 2.0
ARRAY = np.array([1.0, 2.0, 3.0])
STATE = {"w": ag.constant([1.0, 0.5, 0.25]), "k": 2}
COUNTER = ag.Variable(1.5)


@contextlib.contextmanager
def doubled():
    yield 2.0


@case(BUILTINS, "`range`, `len`", X)
def builtin_range(x):
    s = 0.0
    for i in range(len(x)):
        s = s + x[i] * x[i] * len(range(i))
    return s


@case(BUILTINS, "`float`, `int`, `bool`", X, 3)
def builtin_float(x, n):
    y = x * x * float(n)
    return y * int(n > 2) if bool(x[0] > 0.0) else y


@case(BUILTINS, "`min`, `max`, with `key=` and `default=` too", X, 2)
def builtin_min(x, n):
    return max(x[0], x[1]) * min(x) + max(x, key=lambda v: v * v) * max(n, 1)


@case(BUILTINS, "`sum`, `any`, `all`", X)
def builtin_sum(x):
    return sum(x) * sum(v * v for v in x) if any(x > 1.0) and not all(x > 0.0) else x[0]


@case(BUILTINS, "`abs`, `divmod`, `pow`, `round`", X, 7)
def builtin_abs(x, n):
    q, r = divmod(n, 3)
    return abs(x) * pow(x[0], 2) + pow(n, 2, 5) * q + round(x[1], 1) * r + round(n / 3)


@case(BUILTINS, "`isinstance`, `type`, `hasattr`, and `is_tensor`", X, 2)
def builtin_isinstance(x, n):
    if hasattr(n, "shape") or not ag.is_tensor(x):
        return x
    return x * x if isinstance(x, ag.Tensor) and type(n) is int else x


@case(BUILTINS, "`enumerate`, `zip`, `reversed`", X)
def builtin_enumerate(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, reversed(x), strict=True), 1):
        s = s + i * a * b
    return s


@case(BUILTINS, "`map`, `filter`, in a loop or a fold", X)
def builtin_map(x):
    s = 0.0
    for v in map(lambda v: v * v, filter(lambda v: v > 0.0, x)):
        s = s + v
    return s * sum(map(np.sin, x))


@case(BUILTINS, "`sorted` of objects", X)
def builtin_sorted(x):
    smallest, *_ = sorted([x[0], x[1], x[2]])
    return smallest * smallest


@case(BUILTINS, "`reduce` of functools", X, 3)
def builtin_reduce(x, n):
    return functools.reduce(lambda a, b: a * 0.5 + b, range(n), x[0]) * functools.reduce(max, x)


@case(BUILTINS, "`sorted` of a tensor", X, how=REFUSED)
def builtin_sorted_rows(x):
    return sorted(x)


@case(BUILTINS, "`print`", S)
def builtin_print(x):
    for i in range(2):
        print(i, x, sep=": ")
        x = x * x
    return x


@case(BUILTINS, "`str`, `repr`, `format`", S)
def builtin_str(x):
    print(str(x) + ", " + format(x, ".3f"))
    return x * x, repr(x)


@case(BUILTINS, "`list`, `tuple` of the rows of a tensor", X, how=REFUSED)
def builtin_list(x):
    return list(x)


@case(LISTS, "a list that grows outside staged loops and branches", X)
def grows_outside(x):
    parts = [x[0]]
    parts.append(x[1] * x[1])
    parts.extend([x[2], x[0]])
    return np.stack(parts) * len(parts)


@case(LISTS, "what a loop puts in and takes out", X)
def grows_and_shrinks(x):
    line = [x, x * 2.0]
    for _ in range(3):
        line.append(line[0] * line[1])
        line.pop(0)
    return line[-1]


@case(LISTS, "a dict that grows in a staged loop or branch", S, how=REFUSED)
def dict_grows(x):
    d = {}
    for _ in range(3):
        d["a"] = x
    return d["a"]


@case(LISTS, "written into a tensor instead", X)
def written(x):
    parts = ag.zeros(3)
    for i in range(3):
        parts[i] = x[i] * i
    return parts * parts


@case(OUTSIDE, "numbers, tensors and variables: each call sees the present value", X)
def live_numbers(x):
    return x * FACTOR * COUNTER * STATE["w"]


@case(OUTSIDE, "a plain array as a whole beside a tensor", X)
def live_array(x):
    return x * x * ARRAY


@case(OUTSIDE, "NumPy of plain arrays and of numbers that the call is given", X, 3)
def made_by_numpy(x, n):
    noise = FACTOR * np.eye(n) + np.outer(np.arange(n), np.full(n, 0.5))
    return noise @ x * noise[0, 1]


@case(OUTSIDE, "variables assigned in loops and branches", S)
def variable(x):
    for _ in range(3):
        if x > 0.5:
            COUNTER.assign(COUNTER * x)
    return COUNTER * x


@case(OUTSIDE, "a dict or list from outside that is changed", X, how=REFUSED)
def changed_dict(x):
    STATE["w"] = x
    return x


@case(OUTSIDE, "an element of a plain array that is assigned", X, how=REFUSED)
def changed_array(x):
    ARRAY[0] = 2.0
    return x


@case(OUTSIDE, "defaults and what a class holds: each call sees the present value", X)
def defaults(x, gain=FACTOR, *, table=ARRAY):
    return x * gain + table


@case(OUTSIDE, "code that is not converted and does something at each call", X, how=REFUSED)
def logs(x):
    logging.info("a step")
    return x


@case(OUTSIDE, "a list, dict or object changed by such code in a loop or branch", X, how=REFUSED)
def changed_by_a_library(x):
    table = collections.UserDict(a=1.0)
    for _ in range(3):
        table["a"] = table["a"] * 2.0
    return x * table["a"]


@case(OUTSIDE, "a context manager that is made of a generator", X, how=REFUSED)
def in_a_context(x):
    with doubled() as two:
        return x * two
