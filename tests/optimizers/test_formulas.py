"""Every optimizer against its published formula, written again in NumPy."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.optimizers import SGD, Adagrad, Adam, RMSprop

GRADIENTS = np.random.default_rng(2).normal(size=(8, 3))
START = np.array([1.0, -2.0, 0.5])


def sgd(momentum=0.0, nesterov=False, lr=0.01):
    v, m = START.copy(), np.zeros(3)
    for g in GRADIENTS:
        m = momentum * m - lr * g
        v = v + (momentum * m - lr * g if nesterov else m)
    return v


def adam(lr=0.001, b1=0.9, b2=0.999, eps=1e-7, amsgrad=False):
    """Kingma and Ba: the form before section 2.1, eps beside the root of the uncorrected mean."""
    x, m, v, top = START.copy(), np.zeros(3), np.zeros(3), np.zeros(3)
    for t, g in enumerate(GRADIENTS, start=1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        top = np.maximum(top, v)
        rate = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
        x = x - rate * m / (np.sqrt(top if amsgrad else v) + eps)
    return x


def rmsprop(lr=0.001, rho=0.9, momentum=0.0, eps=1e-7, centered=False):
    x, mean_square, mean, m = START.copy(), np.zeros(3), np.zeros(3), np.zeros(3)
    for g in GRADIENTS:
        mean_square = rho * mean_square + (1 - rho) * g**2
        mean = rho * mean + (1 - rho) * g
        variance = mean_square - mean**2 if centered else mean_square
        m = momentum * m + lr * g / np.sqrt(variance + eps)
        x = x - m
    return x


def adagrad(lr=0.001, start=0.1, eps=1e-7):
    x, total = START.copy(), np.full(3, start)
    for g in GRADIENTS:
        total = total + g**2
        x = x - lr * g / np.sqrt(total + eps)
    return x


CASES = {
    "sgd": (SGD(), sgd()),
    "sgd rate": (SGD(0.3), sgd(lr=0.3)),
    "momentum": (SGD(momentum=0.9), sgd(0.9)),
    "nesterov": (SGD(0.1, momentum=0.9, nesterov=True), sgd(0.9, True, 0.1)),
    "adam": (Adam(), adam()),
    "adam options": (Adam(0.1, beta_1=0.8, beta_2=0.9, epsilon=1e-3), adam(0.1, 0.8, 0.9, 1e-3)),
    "amsgrad": (Adam(0.1, beta_2=0.5, amsgrad=True), adam(0.1, b2=0.5, amsgrad=True)),
    "rmsprop": (RMSprop(), rmsprop()),
    "rmsprop momentum": (RMSprop(0.1, rho=0.8, momentum=0.5), rmsprop(0.1, 0.8, 0.5)),
    "rmsprop centered": (
        RMSprop(0.01, centered=True, epsilon=1e-4),
        rmsprop(0.01, eps=1e-4, centered=True),
    ),
    "adagrad": (Adagrad(), adagrad()),
    "adagrad options": (Adagrad(0.5, initial_accumulator_value=0.0), adagrad(0.5, 0.0)),
}


@pytest.mark.parametrize("name", CASES)
def test_formula(name):
    optimizer, expected = CASES[name]
    v = ag.Variable(START)
    for g in GRADIENTS:
        optimizer.apply_gradients([(ag.constant(g), v)])
    np.testing.assert_allclose(v.numpy(), expected, rtol=1e-13)
    assert int(optimizer.iterations) == len(GRADIENTS)


@pytest.mark.parametrize("make", (SGD, Adam, RMSprop, Adagrad))
def test_float32(make):
    v, w = ag.Variable(START, dtype="float32"), ag.Variable(START)
    a, b = make(0.1), make(0.1)
    for g in GRADIENTS:
        a.apply_gradients([(ag.constant(g, "float32"), v)])
        b.apply_gradients([(ag.constant(g), w)])
    assert v.dtype == np.float32
    np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-5)


@pytest.mark.parametrize(
    "optimizer, expected",
    (
        (SGD(0.1), [0.8, 0.64, 0.512]),
        (SGD(0.1, momentum=0.9), [0.8, 0.46, 0.062]),
        (SGD(0.1, momentum=0.9, nesterov=True), [0.62, 0.2224, -0.10835]),
    ),
)
def test_sequences_measured_with_keras(optimizer, expected):
    v = ag.Variable(1.0)
    found = []
    for _ in range(3):
        optimizer.minimize(lambda: v * v, [v])
        found.append(float(v))
    np.testing.assert_allclose(found, expected, atol=5e-6)


def test_keras_documented_first_steps():
    """The examples in the documentation of Keras 2."""
    for optimizer, start, expected in (
        (Adam(learning_rate=0.1), 10.0, 9.9),
        (RMSprop(learning_rate=0.1), 10.0, 9.683772),
    ):
        v = ag.Variable(start)
        optimizer.minimize(lambda: v**2 / 2.0, [v])
        np.testing.assert_allclose(float(v), expected, rtol=1e-6)
