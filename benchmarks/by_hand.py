"""The same work written by hand for numba: what a patient expert would do without us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit


def minimum_loop() -> Callable[..., Any]:
    """Part 7 of the tutorial: SGD on a*x**2 + b*x + c in float32, the derivative by hand."""

    @njit
    def minimize(x, a, b, c, rate, steps):
        two = np.float32(2.0)
        for _ in range(steps):
            x = x - rate * (a * (two * x) + b)
        return a * (x * x) + b * x + c, x

    return minimize


def recurrence() -> Callable[..., Any]:
    """s' = a*s + u*(1 - s*s), summed squares: value and adjoint by hand.

    It allocates what the compiled gradient allocates: the path and the gradient of u.
    """

    @njit
    def value_and_grad(u, a):
        n = u.shape[0]
        y = np.empty(n)
        s = 0.0
        for t in range(n):
            s = a * s + u[t] * (1.0 - s * s)
            y[t] = s
        total = 0.0
        for t in range(n):
            total += y[t] * y[t]
        gu = np.empty(n)
        ga = 0.0
        gs = 0.0
        for t in range(n - 1, -1, -1):
            before = y[t - 1] if t > 0 else 0.0
            gs += 2.0 * y[t]
            gu[t] = gs * (1.0 - before * before)
            ga += gs * before
            gs = gs * (a - 2.0 * u[t] * before)
        return total, gu, ga

    return value_and_grad
