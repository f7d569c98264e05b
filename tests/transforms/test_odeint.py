"""`odeint` against solutions that are known, and SciPy's integrator."""

from __future__ import annotations

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import DomainError, GraphTypeError, ShapeError

T = np.array([0.0, 0.5, 0.5, 2.0, 3.5])


def decay(y, t, k):
    return -k * y


def swing(y, t):
    return np.stack([y[1], -y[0]])


MODES = {"eager": lambda f: f, "compiled": ag.function}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_a_circle_both_ways(mode):
    f, start = mode(swing), np.array([0.0, 1.0])
    for t in (T, T[::-1].copy()):
        found = ag.odeint(f, start, t)
        turn = t - t[0]
        np.testing.assert_allclose(found, np.stack([np.sin(turn), np.cos(turn)], 1), atol=2e-7)


def test_an_equation_that_depends_on_time():
    """y' = 2 t y, of which y = exp(t^2)."""
    found = ag.odeint(lambda y, t: 2.0 * t * y, 1.0, T[:4])
    np.testing.assert_allclose(found, np.exp(T[:4] ** 2), rtol=1e-6)


def test_the_tolerance_is_kept():
    errors = []
    for tolerance in (1e-4, 1e-6, 1e-8, 1e-10):
        found = ag.odeint(
            ag.function(swing), np.array([0.0, 1.0]), T, rtol=tolerance, atol=tolerance
        )
        errors.append(np.max(np.abs(found[:, 0] - np.sin(T))))
    assert all(error < 20 * e for error, e in zip(errors, (1e-4, 1e-6, 1e-8, 1e-10), strict=True))
    assert errors == sorted(errors, reverse=True)


def test_derivatives_of_a_decay():
    """Of y0 exp(-k t): by y0, k and t, in both directions."""

    @ag.function
    def rows(y0, k, t):
        return ag.odeint(decay, y0, t, k)

    y0, k = 1.5, 0.8
    total = ag.function(lambda y0, k, t: np.sum(rows(y0, k, t)))
    by_y0, by_k, by_t = ag.grad(total, argnums=(0, 1, 2))(y0, k, T)
    left = np.exp(-k * T)
    assert by_y0 == pytest.approx(np.sum(left), rel=1e-6)
    assert by_k == pytest.approx(-y0 * np.sum(T * left), rel=1e-6)
    np.testing.assert_allclose(by_t[1:], -k * y0 * left[1:], rtol=1e-5)
    tangent = ag.jvp(lambda k: rows(y0, k, T), (k,), (1.0,))[1]
    np.testing.assert_allclose(tangent, -y0 * T * left, rtol=1e-6, atol=1e-9)


def test_nests():
    found = ag.odeint(
        lambda s, t: {"q": s["v"], "v": -s["q"]}, {"q": np.zeros(2), "v": np.array([1.0, 2.0])}, T
    )
    np.testing.assert_allclose(found["q"], np.outer(np.sin(T), [1.0, 2.0]), atol=2e-7)
    np.testing.assert_allclose(found["v"], np.outer(np.cos(T), [1.0, 2.0]), atol=2e-7)


def test_the_bits_are_the_same():
    def last(y0, k):
        return np.sum(ag.odeint(decay, y0, np.array([0.0, 1.0]), k, rtol=1e-3, atol=1e-3))

    ag.verify(ag.function(last), ag.constant([0.7, 1.3]), ag.constant(1.5), order=1)


WRONG = {
    "too many steps": (
        lambda: ag.odeint(lambda y, t: y * y, 1.0, np.array([0.0, 2.0]), mxstep=50),
        DomainError,
        "does not get to t = 2.0 in 50 steps",
    ),
    "no order": (
        lambda: ag.odeint(decay, 1.0, np.array([0.0, 2.0, 1.0]), 1.0),
        DomainError,
        "needs times in order",
    ),
    "another shape": (
        lambda: ag.odeint(lambda y, t: y[:1], np.ones(2), T),
        ShapeError,
        r"shape \(1,\) for a y0 of shape \(2,\)",
    ),
    "another structure": (
        lambda: ag.odeint(lambda y, t: y[0], (np.ones(2), 1.0), T),
        GraphTypeError,
        "another structure than y0",
    ),
    "integers": (
        lambda: ag.odeint(decay, np.array([1]), T, 1.0),
        GraphTypeError,
        "one float dtype",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_told(name):
    run, error, text = WRONG[name]
    with pytest.raises(error, match=text):
        run()
