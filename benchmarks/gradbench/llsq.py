"""llsq: how far a polynomial is from the sign function, in least squares."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

from .protocol import Function, plain


@ag.function
def misfit(x, n):
    """Half the squared distance of sum(x[j] * t**j) from sign(t) at n points t of [-1, 1].  x: (m,)"""
    total = 0.0
    for i in range(n):
        t = -1.0 + i * 2.0 / (n - 1)
        rest, power = np.sign(t), 1.0
        for coefficient in x:
            rest = rest - coefficient * power
            power = power * t
        total = total + rest * rest
    return 0.5 * total


def arguments(given):
    return np.array(given["x"]), given["n"]


FUNCTIONS = {
    "primal": Function(arguments, misfit, plain),
    "gradient": Function(arguments, ag.grad(misfit), plain),
}
