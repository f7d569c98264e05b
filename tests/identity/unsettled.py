"""Programs whose second derivative is added in another order compiled than step by step: open."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def begins_with_the_source(x, a):
    """A sum over a loop that begins with what the tape watches, which is used after it too."""
    with ag.GradientTape() as tape:
        tape.watch(a)
        s = a
        for z in x:
            s = s + z * -1.5
        y = s * (a * a + a * a)
    return np.sin(tape.gradient(y, a))


_rng = np.random.default_rng(0)
ARGUMENTS = [
    (ag.constant(_rng.uniform(-1.0, 1.0, 3)), ag.constant(_rng.uniform(-1.0, 1.0)))
    for _ in range(25)
]
