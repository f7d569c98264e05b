"""vmap: lanes with branches and steps of their own, with derivatives inside, outside, and of each other."""

import numpy as np

import autograph_lite as ag

RATE = ag.Variable(0.6, dtype="float64", name="rate of all lanes")


def c(value):
    return ag.constant(value, dtype="float64")


def own_steps(x, n):
    """Each lane takes as many steps as it needs, and its own branch."""

    def lane(z, limit):
        k = 0
        while z < limit and k < 6 + n:
            z = z * 1.5 + 0.1 if z > 0.0 else z * z + 0.2
            k += 1
        return z, np.sin(z) * k

    a, b = ag.vmap(lane)(x[:, 0], x[:, 1] * 2.0)
    return a, b


def of_gradients(x, n):
    """The gradient of each lane."""

    def energy(z, w):
        for i in range(n):
            w = w * np.cos(z[i % 2]) + z[1]
        return w * w

    return ag.vmap(ag.grad(energy, argnums=(0, 1)), in_axes=(0, None))(x, x[0, 0] + 0.5)


def gradient_of_all(x, n):
    def total(z):
        out = ag.vmap(lambda row: row * np.exp(-row[0]) + n)(z)
        return np.sum(out * out)

    value, g = ag.value_and_grad(total)(x)
    return value, g, ag.hvp(total)(x, x * 0.5)


def tangents(x, n):
    def pushed(row, v):
        return ag.jvp(lambda z: np.tanh(z * z[::-1]) * n, (row,), (v,))

    inside = ag.vmap(pushed)(x, x + 1.0)
    outside = ag.jvp(ag.vmap(lambda row: np.prod(row) * row), (x,), (np.sin(x),))
    return inside, outside


def axes(x, n):
    """Other axes of arguments and results, nests, and what every lane gets."""

    def lane(p, scale, *, shift):
        return {"a": p["u"] * scale + shift, "none": None, "b": (p["v"] @ p["v"], n)}

    given = {"u": x, "v": x.T}
    f = ag.vmap(lane, in_axes=({"u": 0, "v": -1}, None), out_axes={"a": 1, "none": 0, "b": 0})
    out = f(given, x[0, 1], shift=x[:, 0] * 0.5)
    return out["a"], out["b"], out["none"]


def of_each_other(x, n):
    """A table of all pairs."""
    pair = lambda a, b: a * np.exp(b) - n
    return ag.vmap(ag.vmap(pair, (None, 0)), (0, None))(x[:, 0], x[:, 1])


def lanes_in_a_loop(x, n):
    y = x
    for i in range(n):
        y = ag.vmap(lambda row, i=i: row / (1.0 + row @ row) + i * 0.1)(y)
    return np.sum(y)


def lanes_under_a_tape(x, n):
    """Variables that lanes read, and a gradient of what they give."""
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = ag.vmap(lambda row: row * RATE + np.max(row) * n)(x)
        z = np.sum(y * y)
    RATE.assign(RATE * 0.9)
    return tape.gradient(z, [x, RATE])


def writing(x, n):
    """A lane may write into what it is given, which stays its own."""

    def lane(row):
        row[0] = row[1] * n
        return row

    return ag.vmap(lane)(x), x


@ag.function
def compiled_lane(row, k):
    for _ in range(k):
        row = row * row[0] + 0.25
    return np.sum(row), row


def of_a_compiled_function(x, n):
    return ag.vmap(compiled_lane, in_axes=(0, None))(x, n)


def known_results(x, n):
    """Numbers and arrays that do not depend on the lane."""
    return ag.vmap(lambda row: (1.5, n, True, np.zeros(2) + 1.0, row[0] > 0.5))(x)


X = c([[0.7, 1.3], [-0.4, 0.9], [1.1, 2.5]])
PROGRAMS = (
    *(own_steps, of_gradients, gradient_of_all, tangents, axes, of_each_other, lanes_in_a_loop),
    *(lanes_under_a_tape, writing, of_a_compiled_function, known_results),
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 2)]
