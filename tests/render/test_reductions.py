"""Reductions in compiled functions: the bits of one op run alone, whatever they are fused with."""

import numpy as np
import pytest

import autograph_lite as ag


@ag.function
def whole(x):
    return np.sum(x * 2.0)


@ag.function
def turned(x):
    return np.sum(x.T * 2.0)


@ag.function
def beside(x):
    y = x.T * 2.0
    return np.sum(y), np.max(np.abs(y) + 1.0), np.sum(y, axis=0)


@pytest.mark.parametrize("function", (whole, turned, beside), ids=lambda f: f.__name__)
@pytest.mark.parametrize("shape", ((1, 1), (2, 3), (1, 1024), (300, 1100)), ids=str)
def test_the_order_is_that_of_the_op_alone(function, shape):
    x = np.random.default_rng(0).normal(size=shape)
    ag.verify(function, x, order=1)


@pytest.mark.parametrize("function", (whole, turned), ids=lambda f: f.__name__)
def test_the_sum_of_nothing_is_plus_zero(function):
    for out in (function(np.zeros((0, 3))), function.eager(np.zeros((0, 3)))):
        assert out == 0 and not np.signbit(np.asarray(out))
