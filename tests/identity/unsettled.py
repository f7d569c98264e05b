"""Programs whose compiled form differs from the eager one: open."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def two_gradients_of_the_step_before(x, a, n):
    """Two gradients are one value where the branch says so, each by links of its own; the tape of the next step
    follows one of them."""
    b = a
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(a)
            y = a * b * x[i % 3] + a
        c = tape.gradient(y, a, unconnected_gradients="zero")
        with ag.GradientTape() as tape:
            d = c if c > x[0] else c * 0.5
            tape.watch([c, d])
            y = d * d * x[i % 3] + d
        a, b = tape.gradient(y, [d, c], unconnected_gradients="zero")
    return a * b


ROWS = ag.constant(np.array([-0.681, 0.241, 1.012]))
NUMBER = ag.constant(-1.025)
