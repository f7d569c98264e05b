"""Functions that call themselves until the run ends that: the same bits, and what mathematics says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.call.verify import named, outcome
from autograph_lite.errors import ConversionError, GraphTypeError
from tests.identity import recursion
from tests.identity.levels import as_they_stand
from tests.identity.recursion import FIRST_ORDER, SECOND_ORDER, X, det, power

ORDERS = [(2, *case) for case in SECOND_ORDER] + [(1, *case) for case in FIRST_ORDER]
NAMES = [f"{i}-{program.__name__}" for i, (_, program, _) in enumerate(ORDERS)]


@pytest.fixture(autouse=True)
def _compiled_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No level of optimisation changes a bit; without it compiling takes a quarter of the time."""
    as_they_stand(monkeypatch)


@pytest.mark.parametrize(("order", "program", "arguments"), ORDERS, ids=NAMES)
def test_same_bits(order: int, program: Callable[..., Any], arguments: Any) -> None:
    f = ag.function(program)
    want, got = (outcome(lambda *a: named(run(*a)), f, arguments) for run in (program, f))
    assert (found := want.difference(got)) is None, f"undecorated and compiled: {found}"
    ag.verify(f, *arguments, order=order)


# --- what mathematics says --------------------------------------------------------------------------


def matrices(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(size=(n, n)) + 2.0 * np.eye(n)


def test_the_determinant_and_its_gradients() -> None:
    """For all sizes by one kernel: d det(A) / dA = det(A) A^-T, and its derivative by differences."""
    f = ag.function(det)
    g = ag.function(lambda a: ag.grad(det)(a))
    h = ag.function(lambda a, v: ag.grad(lambda b: np.sum(ag.grad(det)(b) * v))(a))
    for n in (2, 3, 4):
        a, v = matrices(n), matrices(n + 10)[:n, :n]
        np.testing.assert_allclose(f(a), np.linalg.det(a), rtol=1e-12)
        np.testing.assert_allclose(g(a), np.linalg.det(a) * np.linalg.inv(a).T, rtol=1e-11)
        step = 1e-6
        differences = (np.array(g(a + step * v)) - np.array(g(a - step * v))) / (2 * step)
        np.testing.assert_allclose(h(a, v), differences, rtol=1e-7, atol=1e-8)
    ag.verify(h, a, v, order=0)
    for made in (f, g, h):
        assert made.explain().count("compiled in") == 1


def test_quadrature_and_its_gradient() -> None:
    """The derivative of an integral with respect to its upper end is the integrand there."""
    f = ag.function(recursion.integral)
    k, b = ag.constant(2.0), ag.constant(1.0)
    grid = np.linspace(0.0, 1.0, 20001)
    values = np.sin(2.0 * grid) * np.exp(-(grid**2))
    exact = (values[:-1] + values[1:]).sum() * (grid[1] - grid[0]) / 2
    assert abs(float(f(k, b)) - exact) < 1e-5
    slope = ag.grad(f, argnums=1)(k, b)
    assert abs(float(slope) - np.sin(2.0) * np.exp(-1.0)) < 1e-4  # as good as the estimate


def test_values() -> None:
    assert ag.function(recursion.factorial)(ag.constant(1.0), 6) == 720.0
    assert ag.function(recursion.ackermann)(2, 3) == 9
    assert ag.function(recursion.reaches)(5, 3) is True


# --- what is around it ------------------------------------------------------------------------------


def test_a_known_depth_unrolls_as_before() -> None:
    f = ag.function(lambda x: power(x, 5))
    assert float(f(ag.constant(2.0))) == 32.0
    assert "loop" not in f.graph(ag.constant(2.0))


def test_the_staged_source_is_the_loop() -> None:
    f = ag.function(recursion.factorial)
    f(ag.constant(1.0), 3)
    assert "frames_1__" in f.staged_source and len(f.staged_source.splitlines()) < 60


def below(x, n):
    if n <= 0:
        return x
    return below(x * 2.0, n - 1)


def test_another_function_of_the_name_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    f, original = ag.function(below), below
    assert float(f(ag.constant(1.0), 3)) == 8.0
    monkeypatch.setitem(globals(), "below", lambda x, n: x + 100.0)
    assert float(f(ag.constant(1.0), 3)) == 102.0 == float(original(ag.constant(1.0), 3))


def endless(x, n):
    if x > 100.0:
        return x
    return endless(x * 0.5, n) + 1.0


def deep(x, n):
    return x if n <= 0 else deep(x, n - 1) + 1.0


def test_the_limit_of_python_holds() -> None:
    """The text of the error says in Python what was at work at the limit, so only its class is the same."""
    for run in (endless, ag.function(endless)):
        with pytest.raises(RecursionError, match="maximum recursion depth exceeded"):
            run(ag.constant(1.0), 3)
    f, before = ag.function(deep), sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        f(ag.constant(0.0), 5000)
    sys.setrecursionlimit(6000)
    try:
        assert float(f(ag.constant(0.0), 5000)) == 5000.0
    finally:
        sys.setrecursionlimit(before)


def stops(x, n):
    print("at", n)
    if n <= 0:
        raise ValueError(f"x is {x} at {n}")
    return stops(x * 2.0, n - 1)


def divides(x, n):
    return x[n] + divides(x, n - 1) * (1 // (n - 2))


@pytest.mark.parametrize(
    ("program", "arguments"), [(stops, (ag.constant(1.5), 2)), (divides, (X, 3))]
)
def test_the_same_fault(program: Callable[..., Any], arguments: Any) -> None:
    f = ag.function(program)
    want, got = (outcome(lambda *a: named(run(*a)), f, arguments) for run in (program, f))
    assert "error" in dict(want.parts)
    assert want.difference(got) is None
    ag.verify(f, *arguments, order=1)


# --- what is refused --------------------------------------------------------------------------------


def in_comprehension(x, n):
    return x if n <= 0 else sum(in_comprehension(x, n - 1) for _ in range(2))


def in_lambda(x, n):
    return x if n <= 0 else (lambda: in_lambda(x, n - 1))()


def in_chain(x, n):
    return x if n > 0 and 0.0 < x < in_chain(x, n - 1) else x * 2.0


def in_a_dict(x, n):
    return x if n <= 0 else {"a": in_a_dict(x, n - 1)}["a"]


def in_target(x, n):
    if n > 0:
        [0, 1][in_target(x, n - 1)] = 1
    return 0


def in_with(x, n):
    if n > 0:
        with ag.GradientTape():
            x = in_with(x, n - 1)
    return x


def in_a_function(x, n):
    def inner(y):
        return in_a_function(y, n - 1)

    return x if n <= 0 else inner(x)


def with_a_star(x, n):
    return x if n <= 0 else with_a_star(*(x, n - 1))


def collects(x, *n):
    return x if n[0] <= 0 else collects(x, n[0] - 1)


def even(x, n):
    return x if n <= 0 else odd(x * 2.0, n - 1)


def odd(x, n):
    return x if n <= 0 else even(x * 3.0, n - 1)


def under_another_name(x, n):
    again = under_another_name
    return x if n <= 0 else again(x, n - 1)


def may_have_no_value(x, n):
    if n <= 0:
        return x
    if n > 1:
        y = x * 2.0
    z = may_have_no_value(x, n - 1)
    return z + (y if n > 1 else 0.0)


def over_a_dict(x, n):
    s = x
    if n > 0:
        for v in {"a": x}.values():
            s = s + over_a_dict(v, n - 1)
    return s


def function_waits(x, n):
    if n <= 0:
        return x
    f = lambda y: y * x
    s = function_waits(x, n - 1)
    return f(s) * n


def list_waits(x, n):
    if n <= 0:
        return x
    path = [x]
    for i in range(n):
        path.append(x * i)
    return list_waits(x, n - 1) + sum(path)


def writes_what_waits(x, n):
    out = ag.zeros(3)
    if n > 0:
        out[0] = writes_what_waits(x, n - 1)
    return np.sum(out) + x


def other_axes(x, n):
    return np.sum(x) if n <= 0 else other_axes(x[None], n - 1)


@ag.function
def given_an_array(x, n):
    return np.sum(x) if n <= 0 else given_an_array(np.array([1.0, 2.0]), n - 1)


REFUSED = {
    in_comprehension: "is staged only where it is surely made",
    in_lambda: "not in a lambda",
    in_chain: "after the first comparison of a chain",
    in_a_dict: "in an expression of this kind: assign its result to a name first",
    in_target: "in what is assigned to",
    in_with: "inside `with`, `try` or a function inside",
    in_a_function: "inside `with`, `try` or a function inside",
    with_a_star: "write its arguments one by one",
    collects: "give it a parameter for each",
    even: "only for a function with `def` that calls itself by its own name",
    under_another_name: "only for a function with `def` that calls itself by its own name",
    may_have_no_value: "'y' may have no value at a call of the function itself",
    over_a_dict: "goes through a dict_values: write it over range",
    function_waits: "is the function <lambda>; only numbers",
    list_waits: "is a list that grows; only numbers",
    writes_what_waits: "x = x.copy",
    other_axes: "is a float64 tensor with .* after one branch",
    given_an_array.python_function: "given a NumPy array or number by a call of itself",
}


@pytest.mark.parametrize("program", REFUSED, ids=lambda program: program.__name__)
def test_what_is_refused(program: Callable[..., Any]) -> None:
    """In one sentence, at a line of the function."""
    vector = program in (other_axes, given_an_array.python_function)
    with pytest.raises((ConversionError, GraphTypeError), match=REFUSED[program]) as caught:
        ag.function(program)(X if vector else ag.constant(0.5), 3)
    assert __file__ in str(caught.value)
    assert "__ " not in str(caught.value).splitlines()[0]
