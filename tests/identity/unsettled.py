"""Programs whose compiled form differs from the eager one: open."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def another_name_of_an_element(x, a):
    """The first element is what the function returns by another name: half of its gradient is missing."""
    b = a
    s = x[0]
    t = a * 0.5
    p = [a]
    if t > x[0]:
        for _ in range(2):
            p.append(t)
    else:
        for i in range(2):
            t = p[i % len(p)]
    t = b
    return s * t


def bound_by_a_walrus_in_a_test(x, a):
    """Names of a test, of which the body binds some too: what it is converted to is no Python."""
    k = 0
    if a > a:
        c = a
    else:
        c = a
    while (c := x[-1]) < 2.5 and (k := k + 1) < 4 and (a := c) > -1.5:
        a, c = c, a
    return c * a


ROWS = ag.constant(np.array([-0.681, 0.241, 1.012]))
NUMBER = ag.constant(-1.025)
