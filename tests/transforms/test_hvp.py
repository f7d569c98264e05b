"""Forward mode over the reverse of loops whose pieces of state come of each other."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.sparse.linalg import LinearOperator

import autograph_lite as ag


def two_of_each_other(x):
    s = 2.0 * x
    for _ in range(3):
        s = s + np.sin(x)
        x = s * x
    return np.sum(x)


def begins_as_a_number(x):
    s = 0.0
    for _ in range(3):
        x = x + s
        s = s + np.sin(x)
    return np.sum(x)


def by_a_while(x):
    s, n = x * x, 0
    while n < 3:
        s, x = x * 0.5, s + np.cos(x)
        n = n + 1
    return np.sum(s * x)


def leaps(x):
    """Three bodies on a line, by the leapfrog rule."""
    q, p = x, 0.1 * x
    for _ in range(4):
        p = p - 0.1 * q * np.exp(-q * q)
        q = q + 0.1 * p
    return np.sum(q * q) + np.sum(p * p)


def skips_some(x):
    best, last = x, x * x
    for i in range(4):
        if i == 1:
            continue
        last = last * np.sin(best + i)
        best = np.maximum(best, last)
    return np.sum(best * last)


def written(x):
    y = ag.zeros(4)
    a, b = x, x * x
    for i in range(4):
        a, b = b, a * np.sin(b)
        y[i] = np.sum(a * b)
    return np.sum(y * y)


PROGRAMS = pytest.mark.parametrize(
    "f", [two_of_each_other, begins_as_a_number, by_a_while, leaps, skips_some, written]
)
X, V = np.array([0.4, -0.7, 1.1]), np.array([1.0, 0.5, -2.0])


@PROGRAMS
def test_products_with_second_derivatives(f):
    step = 1e-5
    slope = ag.grad(f)
    differences = (slope(X + step * V) - slope(X - step * V)) / (2.0 * step)
    found = ag.hvp(ag.function(f))(X, V)
    np.testing.assert_allclose(found, differences, rtol=1e-6, atol=1e-8)
    assert found.tobytes() == ag.hvp(f)(X, V).tobytes()
    assert found.tobytes() == ag.hvp(ag.function(lambda x: f(x)))(X, V).tobytes()


@PROGRAMS
def test_in_compiled_code(f):
    product = ag.function(lambda x, v: ag.jvp(ag.grad(f), (x,), (v,))[1])
    ag.verify(product, ag.constant(X), ag.constant(V), order=1 if f is begins_as_a_number else 0)
    both = ag.function(lambda x, v: ag.jvp(lambda y: ag.jvp(ag.grad(f), (y,), (v,))[1], (x,), (v,)))
    ag.verify(both, ag.constant(X), ag.constant(V), order=0)


@ag.function
def valley(x):
    s = 0.0
    for i in range(len(x) - 1):
        s = s + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return s


@pytest.mark.parametrize("method", ["trust-constr", "trust-krylov", "Newton-CG"])
def test_scipy_takes_the_product(method):
    start = np.array([-1.2, 1.0, 0.7])
    found = minimize(valley, start, method=method, jac=ag.grad(valley), hessp=ag.hvp(valley))
    assert found.success and np.allclose(found.x, 1.0, atol=1e-3)


def test_linear_operators_of_both_directions():
    """Of which scipy finds the dtype by trying zeros of int8."""
    _, pushforward = ag.linearize(np.sin, X)
    _, pullback = ag.vjp(np.sin, X)
    for operator in (
        LinearOperator((3, 3), matvec=pushforward),
        LinearOperator((3, 3), matvec=lambda v: pullback(v)[0]),
    ):
        assert operator.dtype == np.float64
        np.testing.assert_allclose(operator @ V, np.cos(X) * V, rtol=1e-15)
    assert ag.jvp(np.sin, (X.astype("f4"),), (np.ones(3, np.int8),))[1].dtype == np.float32


def test_integer_directions_take_the_dtypes_of_what_they_belong_to():
    """A number of Python's among the primals stands for float64."""
    small = X.astype("f4")
    _, tangents = ag.jvp(
        lambda a, x: (a * 2.0, x * x), (2.0, small), (np.int8(1), np.ones(3, np.int8))
    )
    assert tangents[0] == 2.0 and tangents[1].dtype == np.float32
    assert tangents[1].tolist() == (2 * small).tolist()
