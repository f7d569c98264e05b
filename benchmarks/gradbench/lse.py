"""lse: the logarithm of a sum of exponentials."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

from .protocol import Function, plain


@ag.function
def logsumexp(x):
    """log of the sum of exp(x[i]); what is exponentiated is at most 0.  x: (n, ...), result: (...)"""
    top = np.max(x, axis=0)
    return top + np.log(np.sum(np.exp(x - top), axis=0))


def arguments(given):
    return (np.array(given["x"]),)


FUNCTIONS = {
    "primal": Function(arguments, logsumexp, plain),
    "gradient": Function(arguments, ag.grad(logsumexp), plain),
}
