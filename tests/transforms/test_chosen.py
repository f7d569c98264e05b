"""Arguments named by `argnums` and `argnames`, however they are passed."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GradientError


def energy(x, rate, *, offset=1.0):
    """By x: 2 rate x + offset; by rate: sum(x^2); by offset: sum(x)."""
    return np.sum(rate * x * x + offset * x)


X = np.array([1.0, -2.0, 0.5])
BY_X, BY_RATE, BY_OFFSET = 2 * 3.0 * X + 1.0, np.sum(X * X), np.sum(X)
BOTH_WAYS = pytest.mark.parametrize("f", [energy, ag.function(energy)], ids=["eager", "compiled"])


@BOTH_WAYS
@pytest.mark.parametrize("tensors", [False, True])
def test_by_name(f, tensors):
    x, rate = (ag.constant(X), ag.constant(3.0)) if tensors else (X, 3.0)
    by_rate = ag.grad(f, argnames="rate")
    for found in (by_rate(x, rate), by_rate(x, rate=rate), by_rate(x=x, rate=rate)):
        assert float(found) == BY_RATE
    assert np.array_equal(np.asarray(ag.grad(f, argnames="x")(x, rate)), BY_X)
    assert float(ag.grad(f, argnames="offset")(x, rate, offset=rate)) == BY_OFFSET


@BOTH_WAYS
def test_tuples_give_tuples_and_positions_come_first(f):
    value, (by_rate,) = ag.value_and_grad(f, argnames=("rate",))(X, rate=3.0)
    assert (value, by_rate) == (energy(X, 3.0), BY_RATE)
    by_x, by_rate, by_offset = ag.grad(f, argnums=0, argnames=("rate", "offset"))(
        X, 3.0, offset=1.0
    )
    assert np.array_equal(by_x, BY_X) and (by_rate, by_offset) == (BY_RATE, BY_OFFSET)
    by_x, by_rate = ag.grad(f, argnums=0, argnames="rate")(X, 3.0)
    assert np.array_equal(by_x, BY_X) and by_rate == BY_RATE


@BOTH_WAYS
def test_matrices(f):
    for transform in (ag.jacobian, ag.jacrev, ag.jacfwd):
        assert float(transform(f, argnames="rate")(X, rate=3.0)) == BY_RATE
        by_x, by_rate = transform(f, argnums=(0,), argnames="rate")(X, rate=3.0)
        assert np.array_equal(by_x, BY_X) and float(by_rate) == BY_RATE
    assert np.array_equal(ag.hessian(f, argnames="x")(x=X, rate=3.0), 6.0 * np.eye(3))
    ((_, mixed), _) = ag.hessian(f, argnames=("x", "rate"))(x=X, rate=3.0)
    assert np.array_equal(mixed, 2.0 * X)


def test_inside_of_a_compiled_function():
    @ag.function
    def slopes(x, rate):
        total = 0.0
        for step in range(3):
            total = total + ag.grad(energy, argnames="rate")(x * step, rate=rate)
        return total, ag.grad(energy, argnames="offset")(x, rate, offset=rate)

    ag.verify(slopes, ag.constant(X), ag.constant(3.0), order=2)
    assert [float(s) for s in slopes(X, 3.0)] == [5 * BY_RATE, BY_OFFSET]


class Spring:
    @ag.function
    def compiled(self, x, rate):
        return energy(x, rate)

    def plain(self, x, rate):
        return energy(x, rate)


@pytest.mark.parametrize("name", ["compiled", "plain"])
def test_of_methods(name):
    method = getattr(Spring(), name)
    assert float(ag.grad(method, argnames="rate")(X, rate=3.0)) == BY_RATE
    assert float(ag.grad(method, argnums=1)(X, 3.0)) == BY_RATE
    by_x, by_rate = ag.grad(method, argnums=-2, argnames="rate")(X, 3.0)
    assert np.array_equal(by_x, BY_X) and float(by_rate) == BY_RATE


def test_any_name_where_the_function_takes_any():
    f = ag.grad(lambda **named: named["a"] * named["b"], argnames="b")
    assert f(a=2.0, b=5.0) == 2.0


def test_what_is_not_there_is_told():
    with pytest.raises(
        GradientError, match="argnames names 'speed', which is no argument of energy"
    ):
        ag.grad(energy, argnames="speed")
    with pytest.raises(
        GradientError, match="argnames names 'offset', but energy was called without it"
    ):
        ag.grad(energy, argnames="offset")(X, 3.0)
    with pytest.raises(
        GradientError, match="argnums names argument 1, but energy was called with 1 pos"
    ):
        ag.grad(energy, argnums=1)(X, rate=3.0)
    with pytest.raises(GradientError, match="rate is differentiated twice"):
        ag.grad(energy, argnums=1, argnames="rate")(X, 3.0)
    with pytest.raises(
        GradientError, match=r"argnames is \('rate', 2\); a name or a tuple of them"
    ):
        ag.grad(energy, argnames=("rate", 2))
    with pytest.raises(GradientError, match="rate is int64; gradients need a float input"):
        ag.grad(energy, argnames="rate")(X, rate=3)
