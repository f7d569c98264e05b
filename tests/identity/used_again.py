"""Compiled functions whose arguments are used after the call: what the reverse of a call adds, it adds to what
those uses have let arrive, at once and one after the other (R5)."""

from __future__ import annotations

import numpy as np


def changes_places(b, n):
    y, z, s = b, b * 0.5, 0.0
    for i in range(n):
        s = s + np.sin(y) * (i + 0.3) + y * z
        y, z = z, y
    return s


def stays_for_a_while(b, n):
    y, s = b, 0.0
    for i in range(n):
        s = s + np.sin(y) * (i + 0.3)
        if i == 1:
            y = y * 0.5
    return s


def in_a_stack_of_work(b, n):
    stack, s = [(b * 0.5, b)], 0.0
    while stack:
        x, y = stack.pop()
        if n > 0:
            n -= 1
            m = 0.5 * (x + y)
            stack.append((m, y))
            stack.append((x, m))
        else:
            s = s + np.sin(y) * x
    return s


def in_a_list(b, n):
    path = [b]
    for i in range(n):
        path.append(np.sin(path[i // 2]) * b)
    s = 0.0
    for v in path:
        s = s + v * b
    return s


def halves(a, b, tol):
    if b - a < tol:
        return (b - a) * np.sin(a)
    m = 0.5 * (a + b)
    return halves(a, m, tol) + halves(m, b, tol)


PROGRAMS = [
    changes_places,
    stays_for_a_while,
    in_a_stack_of_work,
    in_a_list,
]
"""Each of a number and a count."""
