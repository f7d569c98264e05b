"""ode: a chain of equations, y'[0] = x[0] and y'[i] = x[i] * y[i - 1], by the classical Runge-Kutta rule."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

from .protocol import Function, plain

END = 2.0


def slope(x, y):
    """dy/dt: each equation is driven by the one before it, the first by 1.  x, y, result: (n,)"""
    return x * np.concatenate([ag.ones(1), y[:-1]])


@ag.function
def solution(x, s):
    """y at the end of s steps from y(0) = 0.  x, result: (n,)"""
    h = END / s
    y = np.zeros_like(x)
    for _ in range(s):
        k1 = slope(x, y)
        k2 = slope(x, y + 0.5 * h * k1)
        k3 = slope(x, y + 0.5 * h * k2)
        k4 = slope(x, y + h * k3)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return y


@ag.function
def last(x, s):
    """The end of the chain."""
    return solution(x, s)[-1]


def arguments(given):
    return np.array(given["x"]), given["s"]


FUNCTIONS = {
    "primal": Function(arguments, solution, plain),
    "gradient": Function(arguments, ag.grad(last), plain),
}
