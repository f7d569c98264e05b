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


def appended() -> Callable[..., Any]:
    """The same recurrence whose path is a list that grows, stacked at the end: value and adjoint by hand.

    It allocates what the program asks for: the list, twice as long whenever it is full, the stacked array, the
    cotangent of that and the gradient of u.
    """

    @njit
    def value_and_grad(u, a):
        n = u.shape[0]
        rows, count = np.empty(16), 0
        s = 0.0
        for t in range(n):
            s = a * s + u[t] * (1.0 - s * s)
            if count == rows.shape[0]:
                longer = np.empty(2 * count)
                longer[:count] = rows
                rows = longer
            rows[count] = s
            count += 1
        y = rows[:count].copy()
        total = 0.0
        for t in range(count):
            total += y[t] * y[t]
        gy = np.empty(count)
        for t in range(count):
            gy[t] = 2.0 * y[t]
        gu = np.empty(n)
        ga = 0.0
        gs = 0.0
        for t in range(n - 1, -1, -1):
            before = rows[t - 1] if t > 0 else 0.0
            gs += gy[t]
            gu[t] = gs * (1.0 - before * before)
            ga += gs * before
            gs = gs * (a - 2.0 * u[t] * before)
        return total, gu, ga

    return value_and_grad


def product_in_each_step() -> Callable[..., Any]:
    """v' = tanh(m @ v): sum of squares, and adjoint of m and v; the path of v is kept."""

    @njit
    def value_and_grad(m, v, n):
        d = v.shape[0]
        path = np.empty((n + 1, d))
        path[0] = v
        for k in range(n):
            for i in range(d):
                s = 0.0
                for j in range(d):
                    s += m[i, j] * path[k, j]
                path[k + 1, i] = np.tanh(s)
        total = 0.0
        g, inner = np.empty(d), np.empty(d)
        for i in range(d):
            total += path[n, i] ** 2
            g[i] = 2.0 * path[n, i]
        gm = np.zeros((d, d))
        for k in range(n - 1, -1, -1):
            for i in range(d):
                inner[i] = g[i] * (1.0 - path[k + 1, i] * path[k + 1, i])
            g[:] = 0.0
            for i in range(d):
                for j in range(d):
                    gm[i, j] += inner[i] * path[k, j]
                    g[j] += inner[i] * m[i, j]
        return total, gm, g

    return value_and_grad


def vector_in_each_step() -> Callable[..., Any]:
    """v' = v + a * (1 - v * v): sum of squares, and adjoint of v and a; the path of v is kept."""

    @njit
    def value_and_grad(v, a, n):
        d = v.shape[0]
        path = np.empty((n + 1, d))
        path[0] = v
        for k in range(n):
            for i in range(d):
                path[k + 1, i] = path[k, i] + a * (1.0 - path[k, i] * path[k, i])
        total, ga = 0.0, 0.0
        g = np.empty(d)
        for i in range(d):
            total += path[n, i] ** 2
            g[i] = 2.0 * path[n, i]
        for k in range(n - 1, -1, -1):
            for i in range(d):
                x = path[k, i]
                ga += g[i] * (1.0 - x * x)
                g[i] -= 2.0 * a * x * g[i]
        return total, g, ga

    return value_and_grad
