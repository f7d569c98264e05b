"""Forward mode and products with derivatives: in loops and branches, of each other, and under tapes."""

import numpy as np

import autograph_lite as ag

SPEED = ag.Variable(0.7, dtype="float64", name="rate")


def c(value):
    return ag.constant(value, dtype="float64")


def path(x, n):
    y, s = x, np.sum(x) * 0.0
    for i in range(n):
        y = np.sin(y) * x + 0.3 * y
        if np.sum(y) > 0.5:
            s = s + np.sum(y * y)
        else:
            y = y * 0.5 + np.max(x) * i
    return s + np.sum(np.tanh(y)) + y[0]


def along_a_path(x, n):
    """The tangent of a loop with a branch."""
    value, slope = ag.jvp(lambda z: path(z, n), (x,), (x * 0.5 - 0.2,))
    return value, slope


def written(x, n):
    """Of elements that are written and read, and of a `while`."""

    def trace(z):
        y, s = ag.zeros(n + 1), z[0]
        for i in range(n):
            y[i] = np.prod(z) * i + s
            s = y[i] * z[-1] + y[i - 1]
        while abs(s) > 0.3:
            s = s * 0.4
        return np.sum(y * y), s

    return ag.jvp(trace, (x,), (np.cos(x),))


def matrices(x, n):
    def turned(z):
        a, v = np.outer(z, z) + ag.eye(2), z
        for _ in range(n):
            v = a @ v / (1.0 + v @ v)
        return np.sum(v * np.cumsum(v)) + np.min(a) * np.max(v)

    return ag.jvp(turned, (x,), (x[::-1].copy(),))


def newton(x, n):
    """A root, with the slope by forward mode in each step of a `while`."""
    z, k = x[0], 0
    f = lambda z: z**3 + x[1] * z - 1.0
    while k < n:
        value, slope = ag.jvp(f, (z,), (1.0,))
        z, k = z - value / slope, k + 1
    return z, k


def not_there_at_first(x, n):
    """What does not depend on the input in the first steps."""

    def late(z):
        a, b = 0.5, c(2.0)
        for i in range(n):
            b = a * b
            if i > 0:
                a = np.sum(z) * 0.2
        return a * b, b

    return ag.jvp(late, (x,), (x,))


def of_some_runs(x, n):
    """A number in some runs."""

    def best(z):
        found = None
        for i in range(n):
            if z[i % 2] > 1.0:
                found = z[0] * i
        return 0.0 if found is None else found

    return ag.jvp(best, (x,), (x * 2.0,))[1]


def of_a_gradient(x, n):
    """Power iteration with a matrix of second derivatives that is never made."""
    v = x * 1.0
    for _ in range(n):
        v = ag.hvp(lambda z: np.sum(np.exp(z) * z) + z[0] * z[1] ** 2)(x, v)
        v = v / np.sqrt(v @ v)
    return v


def gradient_of_a_tangent(x, n):
    return ag.grad(lambda z: ag.jvp(lambda y: path(y * z[0], n), (z,), (x,))[1])(x)


def tangent_of_a_tangent(x, n):
    inner = lambda z: ag.jvp(lambda y: path(y, n), (z,), (x,))[1]
    return ag.jvp(inner, (x,), (np.sin(x),))


def tangent_of_a_gradient(x, n):
    return ag.jvp(lambda z: ag.grad(path)(z, n), (x,), (x,))


def pulled_back(x, n):
    """Cotangents that the loop makes."""
    g = x * 1.0
    for _ in range(n):
        out, pullback = ag.vjp(lambda z: np.sin(z) * z[::-1], x)
        (g,) = pullback(g * 0.5 + out)
    return g


def under_a_tape(x, n):
    with ag.GradientTape() as tape:
        tape.watch(x)
        s = 0.0
        for i in range(n):
            y, t = ag.jvp(lambda z: z * z * x[i % 2], (x,), (x + i,))
            s = s + np.sum(y * t)
        s = s + x[0]
    return tape.gradient(s, x)


def nests(x, n):
    def energy(p, q):
        for _ in range(n):
            p = {"at": p["at"] + 0.1 * q[0], "speed": p["speed"] - q[1] * p["at"]}
        return {"e": p["at"] ** 2 + p["speed"] ** 2, "n": n}, (p["at"], 2.0)

    primals = {"at": x[0], "speed": x[1]}, (x[1], 0.5)
    (value, rest), (slope, other) = ag.jvp(
        energy, primals, ({"at": 1.0, "speed": x[0]}, (x[1], 0.0))
    )
    return value["e"], rest[0], slope["e"], other[0]


@ag.function
def spring(z, k):
    for _ in range(2):
        z = z - k * np.sin(z)
    return z


def of_a_compiled_function(x, n):
    y, t = ag.jvp(lambda z: spring(z, z[0]) * n, (x,), (x * 0.3,))
    return y, t


def with_a_variable(x, n):
    def driven(z):
        for _ in range(n):
            z = z * SPEED + 0.1
        return np.sum(z)

    SPEED.assign(SPEED * 0.9)
    return ag.jvp(driven, (x,), (x,))


def whole_matrices(x, n):
    """Of an argument of two elements that are known."""
    f = lambda z: np.stack([z[0] * z[1] ** 2, np.sin(z[0]), z[1] * n])
    at = np.stack([x[0], x[1]])
    return ag.jacobian(f)(at), ag.jacfwd(f)(at), ag.hessian(lambda z: np.sum(f(z) ** 2))(at)


def linearized(x, n):
    """A linear system solved by conjugate gradients, of which only products are known."""
    f = lambda z: np.array([[3.0, 1.0], [1.0, 2.0]]) @ z + 0.1 * n * z**3
    out, push = ag.linearize(f, x)
    b = x + 1.0
    y, r = ag.zeros(2), b
    p = r
    for _ in range(n):
        q = push(p)
        step = r @ r / (p @ q)
        y = y + step * p
        after = r - step * q
        p = after + (after @ after) / (r @ r) * p
        r = after
    return out, y, push(b)


X = c([0.7, 1.3])
PROGRAMS = (
    *(along_a_path, written, matrices, newton, not_there_at_first, of_some_runs, of_a_gradient),
    *(gradient_of_a_tangent, tangent_of_a_tangent, tangent_of_a_gradient, pulled_back),
    *(under_a_tape, nests, of_a_compiled_function, with_a_variable, whole_matrices, linearized),
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 3)]
CASES.remove(
    (gradient_of_a_tangent, (X, 3))
)  # of fourth order in all, under the tapes of the harness
