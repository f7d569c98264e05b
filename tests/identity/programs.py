"""Programs as users write them; `CASES` lists each with its inputs.

Every construct that is staged stands here at least once, and every program that once gave other bits
in one mode than in the other.
"""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

c = ag.constant
VECTOR = c(np.array([-0.6, 1.4, -1.2]))
SCALAR = c(-0.751)
SERIES = c(np.random.default_rng(0).normal(size=7))
MATRIX = c(np.random.default_rng(1).normal(size=(4, 3)))
SQUARE = c(np.random.default_rng(2).normal(size=(3, 3)))
GAIN = 2.0
WEIGHTS = np.array([1.0, 2.0, 3.0])


# --- loops ---------------------------------------------------------------------------------------


def recurrence(u, a, b):
    y = 0.0
    out = ag.zeros(u.shape[0])
    for t in range(u.shape[0]):
        y = np.tanh(y * a + b * u[t])
        out[t] = y
    return y, out


def over_arange(x, a):
    y = x
    for t in ag.arange(3):
        y = y * a + a
    return y


def returns_early(x, a):
    s = 0.0
    for i in range(10):
        s = s + x * a
        if s > 2.0:
            return s * 2.0
        x = x * 1.1
    return s


def while_with_break(x, a):
    n = 0
    while x < 10.0:
        x = x * a + np.sin(x)
        n = n + 1
        if n > 20:
            break
    return x, n


def simulate(theta, y0, dt, n):
    y = y0
    path = ag.zeros((n, 2))
    for t in ag.arange(n):
        y = y + dt * np.stack(
            [
                theta[0] * y[0] - theta[1] * y[0] * y[1],
                theta[2] * y[0] * y[1] - theta[3] * y[1],
            ]
        )
        path[t] = y
        if np.any(y < 0):
            break
    return path


def nested_loops(x, w):
    h = x
    for i in range(3):
        for j in range(2):
            h = np.tanh(h * w + x)
        if h[0] > 0.1:
            h = h * 2.0
    return np.sum(h)


def swaps(a, b):
    for i in range(5):
        a, b = b, a * b + a
    return a * b


def with_continue(x, n):
    s = x
    for i in range(n):
        if np.sum(s) > 3.0:
            s = s * 0.5
            continue
        s = s + np.sin(s) * x
    return np.sum(s)


def two_branches(s, n):
    for i in range(n):
        if np.sum(s) > 3.0:
            s = s * 0.5
        if np.sum(s) < 3.0:
            s = s + np.sin(s)
    return np.sum(s)


def enumerates(xs, ys):
    s = 0.0
    for i, (a, b) in enumerate(zip(xs, ys)):  # noqa: B905
        s = s + a * b * i
    return s


def rows(x):
    s = ag.zeros(2)
    for row in x:
        s = s + row * row
    return s


def rows_of_a_rebound_name(x, a):
    for p, q in zip(x, x):  # noqa: B905
        x = 2.0 * q * ag.constant([0.4, -0.9, 1.6])
    return a, x


def rows_of_a_written_array(x, a):
    for p, q in zip(x, x):  # noqa: B905
        x -= 0.3
        a = a * 1e-3 + p
    return a, x


def accumulates(x, n):
    s = 0.0
    for i in range(n):
        s = s + x
    return s


def counts(x):
    s = 0
    for i in range(3):
        s = s + i
    for i in range(3):
        s = s + 0.5
    return s * x


def factorial(n):
    i = 0
    k = 1
    while i < n:
        i += 1
        k = k * i
    return k


def rnn(x, w, h):
    for t in range(x.shape[0]):
        h = np.tanh(w @ h + x[t])
    return np.sum(h)


# --- branches ------------------------------------------------------------------------------------


def branches(x, a):
    if np.sum(x) > a:
        y = x * a
        z = np.exp(a)
    else:
        y = x / a
        z = a * a
    return np.sum(y * y), z


def chained_and_lazy(x):
    y = x if (0 < x < 2 or x > 5) and not x == 1.5 else -x
    return y * x


def never_taken(x, a, n):
    for k in range(n):
        if a < 3:
            pass
        else:
            a = a / (a * a + 1.5)
    return a


def nothing(x, a):
    if a < 0.3:
        pass


def defined_in_one_arm(x):
    if x > 0:
        y = x
    return y


def branch_in_helper(p, q):
    r = p
    if np.sum(q) > 0.4:
        r = r * q
    return r - 0.5 * q


def hands_a_value_through(a):
    with ag.GradientTape() as t:
        t.watch(a)
        r = branch_in_helper(a, a)
        y = r / (r * r + 1.5)
    return a, t.gradient(y, a)


# --- tapes, variables, prints, captures ----------------------------------------------------------


def tape_in_a_loop(x):
    s = 0.0
    for i in range(3):
        with ag.GradientTape() as t:
            t.watch(x)
            y = x**3 + s
        s = s + t.gradient(y, x)
    return s


def descends(x, n):
    s = x
    for i in range(n):
        if np.sum(s) > 3.0:
            s = s * 0.5
            continue
        s = s + np.sin(s) * x
        with ag.GradientTape() as t:
            t.watch(s)
            y = np.sum(s * s)
        s = s - 0.1 * t.gradient(y, s)
    return s, np.sum(s)


def prints(n, x):
    for i in range(n):
        ag.print("step", i, x * i)
    return x


def captures(x):
    return np.sum(x * GAIN * WEIGHTS)


FACTOR = ag.Variable(0.8)


def reads_a_variable_in_a_loop(x, a, n):
    if a > 3.0:
        pass
    elif not np.any(x > 3):
        for k in ag.arange(n):
            a = a * FACTOR
    return a


STATE = ag.Variable(1.0)
ADAM = ag.optimizers.Adam(learning_rate=0.1)


def trains(n):
    for i in ag.arange(n):
        with ag.GradientTape() as t:
            loss = (STATE - 3.0) ** 2
        ADAM.apply_gradients([(t.gradient(loss, STATE), STATE)])
    return STATE.read_value()


def inner_functions(x):
    def g(z):
        return z * x

    return g(g(x)) + (lambda q: q + 1)(x)


# --- arrays --------------------------------------------------------------------------------------


def reductions(x):
    return np.sum(np.mean(x, axis=0) * np.max(x, axis=0)) + np.sum(np.min(x, axis=1))


def products(x, y):
    return np.sum(np.prod(x, axis=0) ** 2) + np.prod(x * y) * np.prod(y)


def broadcasts(x, y):
    return np.sum(np.exp(-x * y) / (1 + y))


def masked(x):
    return np.sum(x[x > 0] ** 2)


def picked(x):
    return np.sum(x[np.array([0, 2, 2])] * 2)


def written(x):
    y = x * 1.0
    y[0] = y[1] * 2
    y[1:] += 3.0
    y *= 2
    return np.sum(y * y)


def writes_its_argument(x, a):
    x[0] = a
    return np.sum(x), x


def out_of_range(x, i):
    return x[i]


def reads_and_forgets(x, i):
    x[i]
    return np.sum(x)


CASES = [
    (recurrence, (SERIES, c(0.7), c(1.3))),
    (over_arange, (c(2.0), c(0.7))),
    (returns_early, (c(0.3), c(1.2))),
    (returns_early, (c(0.03), c(1.2))),
    (while_with_break, (c(0.5), c(1.2))),
    (simulate, (c(np.array([0.5, 0.3, 0.2, 0.4])), c(np.array([1.0, 2.0])), 0.1, 12)),
    (nested_loops, (c(np.array([0.3, -0.2, 0.1])), c(np.array([0.5, 0.6, -0.7])))),
    (swaps, (c(0.3), c(0.4))),
    (with_continue, (c(np.array([1.0, 2.0])), 5)),
    (with_continue, (c(np.array([1.0, 2.0])), 1)),
    (two_branches, (c(np.array([1.0, 2.0])), 5)),
    (enumerates, (c(np.array([1.0, 2.0, 3.0])), c(np.array([4.0, 5.0, 6.0])))),
    (rows, (c(np.arange(6.0).reshape(3, 2)),)),
    (rows_of_a_rebound_name, (VECTOR, SCALAR)),
    (rows_of_a_written_array, (VECTOR, SCALAR)),
    (accumulates, (c(2.0), 3)),
    (counts, (c(1.0),)),
    (factorial, (10,)),
    (rnn, (MATRIX, SQUARE, VECTOR)),
    (branches, (SERIES, c(0.7))),
    (branches, (SERIES, c(-0.7))),
    (chained_and_lazy, (c(1.0),)),
    (chained_and_lazy, (c(1.5),)),
    (chained_and_lazy, (c(7.0),)),
    (never_taken, (VECTOR, SCALAR, 4)),
    (nothing, (VECTOR, SCALAR)),
    (defined_in_one_arm, (c(1.0),)),
    (hands_a_value_through, (SCALAR,)),
    (hands_a_value_through, (c(0.7),)),
    (tape_in_a_loop, (c(1.3),)),
    (descends, (c(np.array([1.0, 2.0])), 5)),
    (prints, (3, c(1.5))),
    (captures, (VECTOR,)),
    (reads_a_variable_in_a_loop, (VECTOR, SCALAR, 2)),
    (inner_functions, (c(1.2),)),
    (broadcasts, (MATRIX, VECTOR)),
    (masked, (VECTOR,)),
    (products, (MATRIX, VECTOR)),
    (products, (MATRIX, c(np.array([0.0, 1.5, 0.0])))),
    (picked, (VECTOR,)),
    (written, (VECTOR,)),
    (writes_its_argument, (VECTOR, SCALAR)),
]
"""To second order, by every way of differentiating."""

VALUES_ONLY = [
    (accumulates, (c(2.0), 0)),
    (defined_in_one_arm, (c(-1.0),)),
    (out_of_range, (VECTOR, 5)),
    (out_of_range, (VECTOR, -4)),
    (reads_and_forgets, (VECTOR, 5)),
    (trains, (20,)),
    (reductions, (MATRIX,)),
]
"""Values, errors, variables and prints."""
