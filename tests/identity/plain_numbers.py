"""Transforms of plain numbers and arrays, which give plain ones where nothing records them."""

import numpy as np

import autograph_lite as ag

RATE = 0.7


def bump(z):
    return z * z * np.exp(-z)


def area(z):
    return np.sum(z * z[::-1] + np.sin(z))


slope = ag.grad(bump)


def of_a_global(x, n):
    """The slope is a float, whose arithmetic is Python's."""
    k = slope(RATE)
    return k, k // 0.1, k**n, x * k


def of_a_counter(x, n):
    t, s = 1, 0.5
    for i in range(n):
        t = slope(i * 0.25) + t
        s = slope(s)
    return t, s, x


def of_an_array(x, n):
    """Of NumPy's arrays and scalars."""
    values = np.array([0.5, 1.5, 2.5])
    g = ag.grad(area)(values)
    return g, g[0], slope(values[1]), x[0] + g, n


def of_a_result_that_a_tape_records(x, n):
    """What the function reads from outside is followed: then tensors come out."""
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = ag.grad(lambda z: z * z * x[0])(RATE) * n
        z = ag.jvp(lambda z: z * x[1], (2.0,), (RATE,))[1]
    return tape.gradient(y + z, x), y, z


def of_a_level(x, n):
    """Under forward mode too."""

    def inner(z):
        for _ in range(n):
            z = z * ag.cast(slope(RATE), z.dtype) + 0.1
        return np.sum(z)

    return ag.jvp(inner, (x,), (x,))


def all_of_them(x, n):
    value, (a, b) = ag.value_and_grad(lambda p, q: p * q * q, argnums=(0, 1))(RATE, 2.0)
    (with_aux, aux), g = ag.value_and_grad(lambda p: (p * p, p + 1.0), has_aux=True)(0.25)
    out, back = ag.vjp(bump, RATE)
    pushed = ag.jvp(lambda p: {"s": p * 2.0}, (RATE,), (1.0,))
    curved = ag.hvp(bump)(RATE, 0.5), ag.jacobian(bump)(RATE), ag.hessian(bump)(RATE)
    return (value, a, b), (with_aux, aux, g), out, back(1.0), back(x[0]), pushed, curved, n


X = ag.constant([0.7, 1.3], dtype="float64")
PROGRAMS = (
    *(of_a_global, of_a_counter, of_an_array, of_a_result_that_a_tape_records, of_a_level),
    all_of_them,
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 2)]
