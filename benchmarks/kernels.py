"""Compiled loops, calls and arrays, beside hand-written loops and other libraries."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import numpy as np

import autograph_lite as ag
import autograph_lite.compat.tensorflow as tf
from benchmarks import by_hand, peers
from benchmarks.harness import Row, against, best, compare


def minimum_in_a_loop() -> Iterator[Row]:
    """Part 7 of the tutorial, call included."""
    ours, theirs = peers.build_minimum(tf), by_hand.minimum_loop()
    start, a, b, c, rate = map(np.float32, (0.0, 1.0, -2.0, 1.0, 0.01))
    for steps, most_ratio in ((1000, 3.0), (100_000, 1.3)):
        hand = lambda n=steps: theirs(start, a, b, c, rate, n)  # noqa: E731
        name = f"tutorial part 7, {steps:,} steps"
        yield against(name, lambda n=steps: ours(n), "numba by hand", hand, most_ratio=most_ratio)
    few = 1000
    jax = peers.jax_minimum(few)
    yield against("  the same", lambda: ours(few), "jax fori_loop", jax, most_ratio=1 / 5)
    other = peers.tensorflow_module()
    tensorflow = peers.build_minimum(other) if other else None
    call = (lambda: tensorflow(few)) if tensorflow else None
    yield against("  the same", lambda: ours(few), "tf.function", call)


@ag.function
def parabola(x):
    return x * x + 3.0 * x


def scalar_calls() -> Iterator[Row]:
    """What a call costs when the work costs nothing."""
    jax_value, jax_gradient = peers.jax_scalar()
    gradient = ag.value_and_grad(parabola)
    assert gradient(0.5) == (1.75, 4.0)
    yield Row("call of a scalar function", best(lambda: parabola(0.5)), most=3e-6)
    yield against("  the same", lambda: parabola(0.5), "jax.jit", jax_value, most_ratio=1 / 6)
    yield Row("value and gradient of it", best(lambda: gradient(0.5)), most=4e-6)
    yield against("  the same", lambda: gradient(0.5), "jax.jit", jax_gradient)


@ag.function
def energy(u, a):
    n = u.shape[0]
    y = ag.zeros(n)
    s = 0.0 * a
    for t in ag.arange(n):
        s = a * s + u[t] * (1.0 - s * s)
        y[t] = s
    return np.sum(y * y)


def recurrence_gradient() -> Iterator[Row]:
    """A loop that reads u[t] and writes y[t]: forward and adjoint, O(1) per step."""
    ours, theirs = ag.value_and_grad(energy, argnums=(0, 1)), by_hand.recurrence()
    for steps in (1000, 100_000, 1_000_000):
        u = np.random.default_rng(0).uniform(-0.1, 0.1, steps)
        value, (gu, ga) = ours(u, 0.9)
        expected, expected_gu, expected_ga = theirs(u, 0.9)
        # the two add the squares in different orders; 1e-9 is far above that and below any bug
        np.testing.assert_allclose(value, expected, rtol=1e-9)
        np.testing.assert_allclose(gu, expected_gu, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(ga, expected_ga, rtol=1e-9)
        name = f"gradient of a recurrence, {steps:,} steps"
        mine, other = compare(lambda v=u: ours(v, 0.9), lambda v=u: theirs(v, 0.9))
        yield Row(name, mine, "numba by hand", other, most_ratio=1.5)


@ag.function
def wave(x):
    return np.sum(np.sin(x) ** 2 * np.exp(-x))


def array_gradient() -> Iterator[Row]:
    """A million elements: value and gradient beside NumPy's value alone, and the peak memory."""
    x = np.random.default_rng(0).uniform(0.0, 3.0, 1_000_000)
    ours = ag.value_and_grad(wave)
    _, gradient = ours(x)
    expected = np.exp(-x) * np.sin(x) * (2.0 * np.cos(x) - np.sin(x))
    np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-12)
    numpy_value = lambda: np.sum(np.sin(x) ** 2 * np.exp(-x))  # noqa: E731
    name = "value and gradient of sum(sin(x)**2*exp(-x))"
    yield against(name, lambda: ours(x), "NumPy, value", numpy_value, most_ratio=1.5)
    command = [sys.executable, "-m", "benchmarks.memory"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    peak = json.loads(done.stdout)["peak_bytes"]
    yield Row("  peak memory above the input", peak, most=12e6, unit="B")


def eager_step() -> Iterator[Row]:
    """One step of the tutorial's part 5: tape, gradient, update."""
    step = peers.build_eager_step(tf)
    name = "eager tape step, tutorial part 5"
    yield against(name, step, "torch", peers.torch_step(), most_ratio=0.5)
    other = peers.tensorflow_module()
    tensorflow = peers.build_eager_step(other) if other else None
    yield against("  the same", step, "tensorflow", tensorflow)
