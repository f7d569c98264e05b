"""What is known is not computed, saved or carried."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def turned(x, n):
    """A pair that is stacked anew in every step: its two extents are known."""
    z = np.stack([x, x + 1.0])
    for _ in range(n):
        z = z + 0.1 * np.stack([np.sin(z[1]), np.cos(z[0])])
    return np.sum(z)


def used_often(x, n):
    """One element of `p` that three products of an inner step read."""
    p, y = np.stack([x, 0.5 * x]), x
    for _ in range(n):
        for _ in range(n):
            y = np.sin(p[1] * y) + p[1] * y + p[1]
    return y


def graph_of_gradient(program):
    return ag.function(lambda x, n: ag.grad(program)(x, n)).graph(0.3, 4)


def test_an_array_of_which_only_the_extents_are_read_is_not_saved():
    text = graph_of_gradient(turned)
    assert "x steps^1" in text
    assert "float64[2] x steps^1" not in text


def test_a_value_is_saved_once():
    """y, p[1] and their product, however often they are read."""
    assert graph_of_gradient(used_often).count("x steps^2") == 3


def test_no_bit_changes():
    for program in (turned, used_often):
        ag.verify(ag.function(program), ag.constant(0.3), 4, order=2)
