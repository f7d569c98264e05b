"""What fails or misleads in TensorFlow's AutoGraph, a program for each: it works here, to the second
derivative, or is refused in one sentence at decoration or at the first call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import ConversionError

X = ag.constant([0.5, -1.2, 2.0])
S = ag.constant(0.7)
N = ag.constant(3)
Program = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Row:
    """`raises`: the error that Python raises, in both modes; `refused`: how the sentence begins."""

    what: str
    program: Program
    arguments: tuple[Any, ...]
    raises: type[Exception] | None = None
    refused: str = ""

    def __str__(self) -> str:
        return self.what


ROWS: list[Row] = []


def row(
    what: str, *arguments: Any, raises: type[Exception] | None = None, refused: str = ""
) -> Callable[[Program], Program]:
    def decorate(program: Program) -> Program:
        ROWS.append(Row(what, program, arguments, raises, refused))
        return program

    return decorate


# -- loops -------------------------------------------------------------------------------------------


@row("a range of a tensor", X, N)
def range_of_a_tensor(x, n):
    for i in ag.arange(n):
        x = x * x[i]
    return x


@row("a range of Python's is one loop too", X, 1000)
def long_range(x, n):
    s = 0.0
    for i in range(n):
        s = 0.5 * s + x[i % 3] * x[0]
    return s


@row("rows of a tensor", X)
def rows(x):
    s = 0.0
    for v in x:
        s = s + v * v
    return s


@row("a Python list", X)
def python_list(x):
    for k in [1.0, 2.0, 3.0]:
        x = x * x * k
    return x


@row("return inside a loop", X)
def return_in_a_loop(x):
    for v in x:
        if v < 0.0:
            return v * v
    return x[0]


@row("return where not every path returns", S)
def return_in_one_branch(x):
    if x > 0.5:
        return x * x
    x = x * 3.0
    return x


@row("for and else", X)
def for_else(x):
    for v in x:
        if v > 5.0:
            break
    else:
        return np.sum(x * x)
    return x[0]


@row("while and else", S)
def while_else(x):
    while x < 4.0:
        x = x * x + 1.0
    else:
        x = x * x
    return x


@row("enumerate, zip and reversed over a tensor", X)
def over_several(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, reversed(x), strict=True)):
        s = s + i * a * b
    return s


@row("the counter after the loop", X)
def counter(x):
    for i in ag.arange(2):
        x = x * x
    return x * i


@row("the counter after no steps", X, 0, raises=UnboundLocalError)
def counter_after_no_steps(x, n):
    for i in range(n):
        x = x * x
    return x * i


@row("the counter after no steps, which was set before", X, 0)
def counter_set_before(x, n):
    i = 7
    for i in range(n):
        x = x * x
    return x * x * i


@row("a name that only a loop defines", X, 0, raises=UnboundLocalError)
def only_in_the_loop(x, n):
    for _ in range(n):
        y = x * x
    return y


@row("a dtype that changes from step to step", S)
def changing_dtype(x):
    s = 0
    for _ in range(3):
        s = s + 1.5 * x * x
    return s


@row("a length that changes from step to step", X)
def changing_length(x):
    y = x[:1]
    for i in range(3):
        y = np.concatenate([y, x * x[i]])
    return y


@row("append in a loop", X)
def append(x):
    out = []
    for i in range(3):
        out.append(x[i] * x[i])
    return np.stack(out)


@row("a comprehension over a tensor", X)
def comprehension(x):
    return np.stack([v * v for v in x])


# -- branches ----------------------------------------------------------------------------------------


@row("a name that only one branch defines, which is taken", S)
def in_one_branch(x):
    if x > 0.5:
        y = x * x
    return y


@row("a name that only one branch defines, which is not taken", S, raises=UnboundLocalError)
def in_the_other_branch(x):
    if x > 5.0:
        y = x * x
    return y


@row("None in a branch", S)
def none_in_a_branch(x):
    y = None
    if x > 0.5:
        y = x * x
    return x if y is None else y * x


@row("in and not in", S)
def membership(x):
    return x * x if x in (0.7, 0.8) and x not in (1.0, 2.0) else x


@row("match", S, 2)
def matching(x, n):
    match n:
        case 1:
            return x
        case 2 | 3:
            return x * x
    return -x


@row("a walrus", S)
def walrus(x):
    if (y := x * x) < 0.5:
        return y * x
    return y


@row("a walrus in the test of a loop", S)
def walrus_in_a_test(x):
    while (y := x * x) < 9.0:
        x = y + 1.0
    return y


@row("raise under a condition that is false", S)
def raise_not_reached(x):
    if x > 5.0:
        raise ValueError("too large")
    return x * x


@row("raise under a condition that is true", S, raises=ValueError)
def raise_reached(x):
    if x < 5.0:
        raise ValueError("too small")
    return x * x


@row("assert", S, raises=AssertionError)
def asserting(x):
    assert x > 5.0, "too small"
    return x * x


@row("try and finally", S)
def final(x):
    try:
        y = x * x
    finally:
        print("done")
    return y


@row("try and except", S, refused="try with except is not staged: test for the condition with `if`")
def catching(x):
    try:
        return x * x
    except ValueError:
        return x


# -- writes ------------------------------------------------------------------------------------------


@row("a write into an array", X)
def write(x):
    y = ag.zeros(3)
    for i in range(3):
        y[i] = x[i] * x[i]
    return y


@row("dict items, list elements and attributes that a loop updates", X)
def updates(x):
    d, parts = {"a": x}, [x]
    for _ in range(2):
        d["a"] = d["a"] * x
        parts[0] = parts[0] + d["a"]
    return d["a"] * parts[0]


@row("an object that a called function changes", X)
def changed_by_a_call(x):
    d = {"a": x}

    def change():
        d["a"] = d["a"] * x

    for _ in range(2):
        change()
    return d["a"]


@row("nonlocal and global", X)
def nonlocal_name(x):
    s = 0.0

    def add(v):
        nonlocal s
        s = s + v * v

    for v in x:
        add(v)
    return s


# -- calls -------------------------------------------------------------------------------------------

FUNCTIONS = (lambda x: x * x, lambda x: np.sin(x), lambda x: x if x[0] > 1.0 else x * 3.0)


@row("several lambdas on a line", X)
def lambdas(x):
    for function in FUNCTIONS:
        x = function(x)
    return x


@row("a generator", X, refused="yield is not staged: collect the values in a list or an array")
def generator(x):
    def squares():
        for v in x:
            yield v * v

    return sum(squares())


@row("print at every step", X)
def printing(x):
    for v in x:
        print("at", v)
    return x * x


@row("an f-string of a tensor", S)
def f_string(x):
    for _ in range(2):
        print(f"{x:.3f}")
        x = x * x
    return x


@row("max, min, sum, any, all, abs, len", X)
def builtins(x):
    s = max(x[0], x[1]) * min(x) + sum(x) * abs(x[1]) * len(x)
    return s * max(x) if any(x > 1.0) and not all(x > 1.0) else s


@row("NumPy's functions", X)
def numpy_functions(x):
    return np.sum(np.sin(x) * np.where(x > 0.0, x, -x))


@row("float and int", S)
def numbers(x):
    return x * x * (int(x * 10.0) + float(x))


@row("a product whose factors are 0", ag.constant([0.0, 2.0, 0.0]))
def product(x):
    return np.prod(x) * np.sum(x)


@row("an index out of range", X, 5, raises=IndexError)
def out_of_range(x, n):
    return x[n] * x[0]


@row("with", S)
def context(x):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * x * x
    return tape.gradient(y, x)


@pytest.mark.parametrize("row", [r for r in ROWS if not r.refused], ids=str)
def test_it_is_what_python_does(row: Row) -> None:
    f = ag.function(row.program)
    ag.verify(f, *row.arguments)
    if row.raises is not None:
        with pytest.raises(row.raises):
            f(*row.arguments)


@pytest.mark.parametrize("row", [r for r in ROWS if r.refused], ids=str)
def test_it_is_refused_in_one_sentence(row: Row) -> None:
    with pytest.raises(ConversionError) as caught:
        ag.function(row.program)(*row.arguments)
    message = caught.value.message
    assert message.startswith(row.refused) and "\n" not in message and ". " not in message
    assert ":" in message or ";" in message, "what to write instead is missing"
    own = row.program.__code__
    place = caught.value.origin
    assert place is not None and place.filename == own.co_filename
    assert own.co_firstlineno < place.line < own.co_firstlineno + 12


def test_a_cotangent_of_another_shape_is_an_error() -> None:
    with ag.GradientTape() as tape:
        tape.watch(X)
        y = X * X
    with pytest.raises(ValueError, match="shape"):
        tape.gradient(y, X, output_gradients=ag.constant([1.0, 2.0]))
