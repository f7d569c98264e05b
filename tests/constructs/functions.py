"""Programs of docs/python_support.md: functions, errors, contexts, builtins, lists."""

from __future__ import annotations

import contextlib
import copy
import functools
import math
import random

import numpy as np

import autograph_lite as ag
from tests.constructs.control import S, X
from tests.constructs.table import REFUSED, UNROLLED, case, text

WEIGHT = np.array([1.0, 2.0, 3.0])


def helper(x, *args, k=2.0, **kw):
    return x * k + sum(args) + kw.get("z", 0.0)


class Model:
    scale = 3.0

    def __init__(self, u):
        self.u = u

    @property
    def twice(self):
        return self.u * 2.0

    def __call__(self, x):
        if x[0] > 0.0:
            return x * self.u
        return x

    @classmethod
    def scaled(cls, x):
        return x * cls.scale

    @staticmethod
    def squared(x):
        return x * x


MODEL = Model(2.5)


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs) * 2.0

    return wrapper


@doubled
def positive(x):
    return x * x if x[0] > 0.0 else x


def halves(x):
    if x < 1.0:
        return x
    return halves(x * 0.5) * 2.0


def power(x, n):
    return x if n == 0 else power(x, n - 1) * x


@case("calls", "of functions of the user, with `*args`, `**kwargs` and defaults", X)
def call_helper(x):
    return helper(x, *[x, 1.0], k=3.0, **{"z": x * x})


@case("calls", "of methods, properties, `__call__`, class and static methods", X)
def call_methods(x):
    return MODEL(x) * MODEL.twice + MODEL.scaled(x) * MODEL.squared(x)


@case("calls", "of objects that are made inside", X)
def call_made(x):
    model = Model(x[0])
    for _ in range(2):
        x = model(x) + model.twice
    return x


@case("calls", "of `functools.partial` and of decorated functions", X)
def call_wrapped(x):
    return functools.partial(helper, k=4.0)(x) * positive(x)


@case("calls", "of compiled functions, `ag.grad` and tapes", X)
def call_grad(x):
    return ag.grad(lambda y: np.sum(y**3))(x) * x


@case("calls", "recursion that Python values end", X, how=UNROLLED)
def recursion(x):
    return power(x, 3)


def decays(x, n):
    return x if n <= 0 else 0.5 * decays(x, n - 1) + x


def in_turn(x, n):
    return x if n <= 0 else other_turn(x, n - 1)


def other_turn(x, n):
    return x if n <= 0 else in_turn(x * x, n - 1)


@case("calls", "recursion that the run ends, of a function by its own name", S, 3)
def recursion_of_the_run(x, n):
    return decays(x, n)


@case("calls", "the same of two functions in turn", S, 3, how=REFUSED)
def mutual_recursion(x, n):
    return in_turn(x, n)


@case("calls", "of NumPy's functions on tensors", X)
def call_numpy(x):
    return np.sin(x) * np.sum(x) + np.where(x > 0.0, x, 0.0)


@case("calls", "of NumPy's functions on a Python number", S, 2.0)
def numpy_of_a_number(x, h):
    return x * x * np.exp(h)


@case("calls", "that would give a NumPy integer, or a float32", S, 2, how=REFUSED)
def numpy_of_an_int(x, n):
    return x * np.abs(n)


@case("calls", "of `math` on a Python number", S, 2.0)
def math_of_a_number(x, h):
    return x * x * math.exp(h)


@case("calls", "of `math` on a tensor", S, how=REFUSED)
def math_of_a_tensor(x):
    return math.exp(x)


@case("calls", "of other libraries' functions on values of the run", S, how=REFUSED)
def foreign_call(x):
    return copy.copy(x)


@case("calls", "of what gives something else each time", S, how=REFUSED)
def random_number(x):
    return x * random.random()


@case("calls", "`breakpoint()`", S, how=REFUSED)
def stops(x):
    breakpoint()
    return x


@case("`return`", "from any depth", X, 3)
def returns(x, n):
    for i in range(n):
        if x[i] < 0.0:
            return x * x[i]
    return x


@case("`def`", "inside, with defaults, and as a closure", X)
def inner_function(x):
    def scaled(v, k=x[0]):
        return v * k if v[0] > 0.0 else v

    return scaled(x) * scaled(x, 2.0)


@case("`lambda`", "also several on one line", X)
def lambdas(x):
    f, g = (lambda v: v * v), (lambda v: np.sin(v))
    return f(g(x))


class Derived(Model):
    def twice_of_super(self, x):
        return super().squared(x)


@case("`super()`", "", X, how=REFUSED)
def super_alone(x):
    return super().squared(x)


text("`__class__`", "class A:\n    def f(x):\n        return __class__", X)
text("`vars()`", "def f(x):\n    return vars()", X)
text("`dir()`", "def f(x):\n    return dir()", X)
text("`locals`", "def f(x):\n    return locals()", X)
text("`globals`", "def f(x):\n    return globals()", X)
text("`exec`", "def f(x):\n    exec('y = 1')\n    return x", X)
text("`eval`", "def f(x):\n    return eval('x')", X)
text("`class`", "def f(x):\n    class A: pass\n    return x", X)
text("`yield`, `yield from`", "def f(x):\n    yield x", X)
text("`async`, `await`", "async def f(x):\n    return x", X)
text("`async` in a comprehension", "async def f(x):\n    return [y async for y in x]", X)
text(
    "type parameters", "def f(x):\n    def g[T](y: T): return y\n    return g(x)", X, needs=(3, 12)
)
text("`type`", "def f(x):\n    type A = int\n    return x", X, needs=(3, 12))
text("template strings", "def f(x):\n    return t'{x}'", X, needs=(3, 14))


@case("`import`", "", X)
def imports(x):
    from math import pi

    return x * x * pi


@case("`raise`", "stops the call where it is reached, with the text and line of the user", S)
def raises(x):
    if x > 5.0:
        raise ValueError(f"{x} is too large")
    return x * x


text("`raise` alone", "def f(x):\n    if x > 0.0:\n        raise\n    return x", S)


@case("`assert`", "", S)
def asserts(x):
    assert x > 0.0, f"{x} is negative"
    return x * x


@case("`try` with `finally`", "", S)
def final(x):
    y = x
    try:
        if x > 0.5:
            return y * x
    finally:
        print("left", y)
    return y


text(
    "`try` with `except`",
    """\
    def f(x):
        try:
            y = x * x
        except ValueError:
            y = x
        return y
    """,
    S,
)
text(
    "`try` with `except*`",
    "def f(x):\n    try:\n        y = x\n    except* ValueError:\n        y = -x\n    return y",
    S,
)
text(
    "a jump out of `finally`",
    "def f(x):\n    try:\n        y = x\n    finally:\n        return x",
    S,
)


@case("`with`", "a context manager runs once while staging; a tape follows the run", S)
def contexts(x):
    with contextlib.nullcontext(), ag.GradientTape() as tape:
        tape.watch(x)
        y = x**3
    return tape.gradient(y, x)
