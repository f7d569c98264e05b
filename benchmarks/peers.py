"""The same work in other libraries.  Each function returns None where the library is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.harness import Call, installed


def tensorflow_module() -> Any:
    if not installed("tensorflow"):
        return None
    import tensorflow

    return tensorflow


def jax_minimum(steps: int) -> Call | None:
    """Part 7 of the tutorial as one jitted `fori_loop`."""
    if not installed("jax"):
        return None
    import jax

    def f(x: Any) -> Any:
        return 1.0 * x**2 - 2.0 * x + 1.0

    @jax.jit
    def minimize(x: Any) -> Any:
        x = jax.lax.fori_loop(0, steps, lambda _, x: x - 0.01 * jax.grad(f)(x), x)
        return f(x), x

    start = jax.numpy.float32(0.0)
    return lambda: jax.block_until_ready(minimize(start))


def jax_scalar() -> tuple[Call | None, Call | None]:
    """A jitted scalar function and its jitted value and gradient."""
    if not installed("jax"):
        return None, None
    import jax

    def f(x: Any) -> Any:
        return x * x + 3.0 * x

    value, gradient = jax.jit(f), jax.jit(jax.value_and_grad(f))
    return (
        lambda: jax.block_until_ready(value(0.5)),
        lambda: jax.block_until_ready(gradient(0.5)),
    )


def torch_step() -> Call | None:
    """One eager step of SGD on the tutorial's parabola."""
    if not installed("torch"):
        return None
    import torch

    torch.set_num_threads(1)
    a, b, c = torch.tensor(1.0), torch.tensor(-2.0), torch.tensor(1.0)
    x = torch.tensor(0.0, requires_grad=True)
    sgd = torch.optim.SGD([x], lr=0.01)

    def step() -> None:
        y = a * torch.pow(x, 2) + b * x + c
        sgd.zero_grad()
        y.backward()
        sgd.step()

    return step


def build_minimum(tf: Any) -> Callable[[int], Any]:
    """Part 7 of the tutorial, for any module with TensorFlow's names, the steps as an argument."""
    x = tf.Variable(0.0, name="x", dtype=tf.float32)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.01)

    @tf.function
    def minimizef(steps):
        a = tf.constant(1.0)
        b = tf.constant(-2.0)
        c = tf.constant(1.0)
        for _ in tf.range(steps):
            with tf.GradientTape() as tape:
                y = a * tf.pow(x, 2) + b * x + c
            dy_dx = tape.gradient(y, x)
            optimizer.apply_gradients([(dy_dx, x)])
        y = a * tf.pow(x, 2) + b * x + c
        return y

    return minimizef


def build_eager_step(tf: Any) -> Call:
    """One turn of the tutorial's part 5."""
    x = tf.Variable(0.0, name="x", dtype=tf.float32)
    a, b, c = tf.constant(1.0), tf.constant(-2.0), tf.constant(1.0)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.01)

    def step() -> None:
        with tf.GradientTape() as tape:
            y = a * tf.pow(x, 2) + b * x + c
        dy_dx = tape.gradient(y, x)
        optimizer.apply_gradients([(dy_dx, x)])

    return step
