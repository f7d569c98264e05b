"""saddle: where the least over x of the greatest over y is, both found by gradient descent."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

from .descent import MODES, argmin
from .protocol import Function, plain


def height(x, y):
    return np.sum(x * x) - np.sum(y * y)


def argmax_by(mode, x, start):
    """The y where `height(x, y)` is greatest."""
    depth = lambda y: -height(x, y)  # noqa: E731
    return argmin(depth, mode(depth), start)


def saddle_point(outer, inner):
    """The program whose outer descent takes one mode and whose inner ascent the other."""

    @ag.function
    def point(a, b):
        """x and y of the saddle, both descents from (a, b).  Result: (4,)"""
        start = ag.array([a, b])
        greatest = lambda x: height(x, argmax_by(inner, x, start))  # noqa: E731
        x = argmin(greatest, outer(greatest), start)
        return np.concatenate([x, argmax_by(outer, x, start)])

    return point


def arguments(given):
    return tuple(given["start"])


FUNCTIONS = {
    name: Function(arguments, saddle_point(*[MODES[letter] for letter in name]), plain)
    for name in ("ff", "fr", "rf", "rr")
}
