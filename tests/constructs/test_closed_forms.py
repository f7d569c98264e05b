"""Gradients of programs whose steps the run decides, against closed forms and central differences."""

from __future__ import annotations

import numpy as np
import pytest

import autograph_lite as ag


def newton(a):
    """The square root of `a`, to the last steps that change it."""
    x = 0.5 * (1.0 + a)
    while abs(x * x - a) > 1e-13 * a:
        x = x - (x * x - a) / (2.0 * x)
    return x


# Dormand and Prince (1980), A family of embedded Runge-Kutta formulae, table 2.
def decays(k, y, end, tolerance):
    """y' = -k y**2 from 0 to `end`; steps that are too long are done again."""
    t, h, tried, kept = 0.0, 0.5, 0, 0
    while t < end:
        h = min(h, end - t)
        k1 = -k * y**2
        k2 = -k * (y + h * (k1 / 5.0)) ** 2
        k3 = -k * (y + h * (3.0 * k1 + 9.0 * k2) / 40.0) ** 2
        k4 = -k * (y + h * (44.0 / 45.0 * k1 - 56.0 / 15.0 * k2 + 32.0 / 9.0 * k3)) ** 2
        y5 = y + h * (
            19372.0 / 6561.0 * k1
            - 25360.0 / 2187.0 * k2
            + 64448.0 / 6561.0 * k3
            - 212.0 / 729.0 * k4
        )
        k5 = -k * y5**2
        y6 = y + h * (
            9017.0 / 3168.0 * k1
            - 355.0 / 33.0 * k2
            + 46732.0 / 5247.0 * k3
            + 49.0 / 176.0 * k4
            - 5103.0 / 18656.0 * k5
        )
        k6 = -k * y6**2
        new = y + h * (
            35.0 / 384.0 * k1
            + 500.0 / 1113.0 * k3
            + 125.0 / 192.0 * k4
            - 2187.0 / 6784.0 * k5
            + 11.0 / 84.0 * k6
        )
        k7 = -k * new**2
        error = h * abs(
            71.0 / 57600.0 * k1
            - 71.0 / 16695.0 * k3
            + 71.0 / 1920.0 * k4
            - 17253.0 / 339200.0 * k5
            + 22.0 / 525.0 * k6
            - 1.0 / 40.0 * k7
        )
        tried += 1
        if error <= tolerance:
            t, y, kept = t + h, new, kept + 1
        h = h * min(5.0, max(0.2, 0.9 * (tolerance / (error + 1e-300)) ** 0.2))
    return y, tried - kept


def last_value(k, y):
    return decays(k, y, 3.0, 1e-10)[0]


def beam(weights, x, n):
    """The two best of all paths of `n` steps; a step keeps the state or turns it, each for its price."""
    first, second = [x], [x * 0.5]
    for i in range(n):
        a = first[-1] * np.cos(weights[0]) + weights[1]
        b = second[-1] * np.sin(weights[0]) - 0.1 * i
        if np.sum(a * a) > np.sum(b * b):
            first.append(a)
            second.append(b)
        else:
            first.append(b)
            second.append(a)
    return np.sum(np.stack(first) ** 2) + 0.5 * np.sum(np.stack(second) ** 2)


def central(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2.0 * h)


def test_newton_of_so_many_steps_as_it_takes():
    f = ag.function(newton)
    for a in (0.5, 2.0, 1e4):
        assert float(ag.grad(f)(a)) == pytest.approx(0.5 / np.sqrt(a), rel=1e-9)
        second = ag.grad(ag.function(lambda a: ag.grad(newton)(a)))(a)
        assert float(second) == pytest.approx(-0.25 * a**-1.5, rel=1e-6)
    ag.verify(f, ag.constant(2.0), order=2)


def test_runge_kutta_with_rejected_steps():
    """y = y0 / (1 + k y0 t): derivatives of the exact solution, which the steps follow closely."""
    k, y, t = 40.0, 1.5, 3.0
    _, rejected = decays(k, y, t, 1e-10)
    assert rejected > 0
    value, (dk, dy) = ag.value_and_grad(ag.function(last_value), argnums=(0, 1))(k, y)
    d = 1.0 + k * y * t
    assert float(value) == pytest.approx(y / d, rel=1e-6)
    assert float(dk) == pytest.approx(-y * y * t / d**2, rel=1e-5)
    assert float(dy) == pytest.approx(1.0 / d**2, rel=1e-3, abs=1e-9)
    ag.verify(ag.function(last_value), ag.constant(k), ag.constant(y), order=2)


@pytest.mark.parametrize("n", [1, 6])
def test_a_beam_of_appended_states(n):
    w, x = np.array([0.4, 0.3]), np.array([0.7, -0.2, 1.1])
    gradient = ag.grad(ag.function(beam))(w, x, n)
    for i in range(2):
        along = np.eye(2)[i]
        expected = central(lambda h, along=along: float(beam(w + h * along, x, n)), 0.0)
        assert gradient[i] == pytest.approx(expected, rel=1e-6)
    ag.verify(ag.function(beam), ag.constant(w), ag.constant(x), n, order=2)
