"""What a loop saves for its reverse: no more than the reverse cannot compute in a few instructions."""

from __future__ import annotations

import numpy as np
import pytest

import autograph_lite as ag


def logistic(x, u, n):
    for _ in range(n):
        x = 3.5 * x * (1.0 - x)
    return x


def lotka_volterra(x, u, n):
    y = 0.5 + 0.0 * x
    for _ in range(n):
        dx, dy = x * (0.55 - 0.28 * y), y * (0.24 * x - 0.8)
        x, y = x + 0.1 * dx, y + 0.1 * dy
    return x * y


def filtered(x, u, n):
    for t in range(n):
        x = 0.9 * x + u[t] * (1.0 - x * x)
    return x


def swung(x, u, n):
    """sin and cos are no few instructions: cos of the state is what is read, and nothing follows from it."""
    for _ in range(n):
        x = np.sin(x)
    return x


def branching(x, u, n):
    for t in range(n):
        if u[t] > 0.0:
            x = x * (1.0 - x) * u[t]
        else:
            x = x + u[t]
    return x


def until(x, u, n):
    while x < 50.0:
        x = x * (1.0 + 0.1 * x)
    return x


def gradient(program):
    return lambda x, u, n: ag.grad(program)(x, u, n)


U = np.array([0.3, -0.1, 0.2, 0.4, -0.3])


@pytest.mark.parametrize(
    ("program", "most"),
    [(logistic, 1), (lotka_volterra, 2), (filtered, 1), (swung, 1), (until, 1)],
    ids=lambda p: getattr(p, "__name__", str(p)),
)
def test_a_step_saves_its_state_and_no_more(program, most):
    text = ag.function(gradient(program)).graph(0.3, U, 5)
    assert 1 <= text.count(" x steps^1") <= most, text


@pytest.mark.parametrize(
    "program",
    [logistic, lotka_volterra, filtered, swung, branching, until],
    ids=lambda p: p.__name__,
)
def test_no_bit_changes(program):
    x = ag.constant(0.3)
    ag.verify(ag.function(program), x, U, 5, order=2)
    ag.verify(ag.function(gradient(program)), x, U, 5, order=1)
    for steps in (0, 5):
        ag.verify(ag.function(gradient(gradient(program))), x, U, steps, order=0)
