"""NumPy on plain arrays and on numbers that a call is given: made by NumPy at every call, before the kernel."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

LAM = 0.25
TABLE = np.array([0.5, -1.25, 2.0])
GRID = np.arange(12.0).reshape(3, 4)
COUNTS = np.array([1, 2, 3])


def ridge(x, q, n):
    return np.sum((np.outer(x, x) + q * np.eye(3)) @ x) + n


def reflected(x, q, n):
    return np.eye(3) * q @ x - np.ones(n + 1)[0]


def of_a_size(x, q, n):
    return np.sum(x) * np.eye(n + 1) + np.zeros((n + 1, n + 1))


def of_a_length(x, q, n):
    return x * np.linspace(0.0, q, len(x)) + np.arange(x.shape[0]) * 0.5


def transition(x, q, n):
    step = np.array([[1.0, q, 0.5 * q * q], [0.0, 1.0, q], [0.0, 0.0, 1.0]])
    for _ in range(n):
        x = step @ x
    return x


def from_outside(x, q, n):
    return x * (LAM * TABLE) + (GRID * q)[1, :3]


def chained(x, q, n):
    a = q * np.eye(3)
    b = a + a
    c = (b @ b.T - 0.5 * a) / (1.0 + q * q)
    return c @ x + c.sum() + c.diagonal() * c.shape[0]


def elements(x, q, n):
    noise = q * np.array([1.0, 2.0, 4.0])
    s = noise[0] * x[0] + float(noise[1]) * x[1]
    return s + noise.size * x[2] + len(noise) + noise[n]


def elements_decide(x, q, n):
    noise = q * np.array([1.0, 2.0, 4.0])
    return x * noise if noise[1] > 0.5 else x - noise


def by_the_run(x, q, n):
    s = x[0]
    for i in range(n):
        s = s * TABLE[i % 3] + x[i % 3]
    return s


def by_the_run_of_made(x, q, n):
    weights = q * np.ones(3)
    s = x[0]
    for i in range(n):
        s = s * weights[i % 3] + x[i % 3]
    return s


def by_two(x, q, n):
    s = x[0]
    for i in range(n):
        for j in range(2):
            s = s + GRID[i % 3, j] * x[j]
    return s


def in_a_loop(x, q, n):
    for _ in range(n):
        x = x @ (np.eye(3) - q * np.ones((3, 3)))
    return x


def in_a_branch(x, q, n):
    if x[0] > 0.0:
        return x * np.full(3, q)
    return x - np.full(3, q)


def beside_a_scalar(x, q, n):
    root = np.sqrt(abs(q))
    return x * (root * np.arange(3.0)) + np.sin(q) * np.ones(3)


def powers(x, q, n):
    a = np.arange(1.0, 4.0) * q
    return x * a**2 + a**0.5 * x - 2.0**a + np.exp(a) * x


def compared(x, q, n):
    a = q * np.array([-1.0, 0.5, 3.0])
    return np.where(a > 0.2, x, -x) + (a == a) * x


def returned(x, q, n):
    a = q * np.eye(2)
    return a, a[0], np.sum(x), a.T


def stacked(x, q, n):
    return np.stack([q * np.ones(3), x, np.zeros(3)]), np.concatenate([x, np.zeros(n)])


def begins_a_loop(x, q, n):
    state = q * np.array([1.0, 0.0, 2.0])
    for _ in range(n):
        state = state * 0.5 + x
    return state


def written_into(x, q, n):
    y = ag.array(q * np.ones(3))
    y[0] = x[1] * 2.0
    return y * x


def assigned_before(x, q, n):
    w = np.zeros(3)
    s = x * w
    w[0] = 5.0
    t = x * w
    w += 1.0
    return s, t, x * w


def warned_of(x, q, n):
    return x * np.sqrt(q * np.ones(3)) + np.log(np.arange(3.0) + 1.0)


def with_a_tape(x, q, n):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = np.sum((q * np.eye(3) @ x) ** 2)
    return tape.gradient(y, x)


def by_helpers(x, q, n):
    def noise(scale, size):
        return scale * np.eye(size)

    return noise(q, 3) @ x + noise(0.5 * q, len(x))[0]


def kalman(x, q, n):
    m, p = ag.zeros(2), ag.eye(2)
    f = np.array([[1.0, q], [0.0, 1.0]])
    noise, h = abs(q) * np.eye(2), np.array([1.0, 0.0])
    total = 0.0
    for t in range(len(x)):
        m, p = f @ m, f @ p @ f.T + noise
        s = h @ p @ h + 0.3
        v = x[t] - h @ m
        gain = p @ h / s
        m, p = m + gain * v, p - np.outer(gain, h @ p)
        total = total - 0.5 * (np.log(s) + v * v / s)
    return total


def counted(x, q, n):
    return x[COUNTS[n % 3] - 1] * COUNTS[0]


X = [ag.constant(v) for v in ([0.3, -0.7, 1.1], [-0.2, 0.9, 0.4])]
GIVEN = [(0.5, 2), (-1.5, 1), (2, 0), (0.0, 4)]
PROGRAMS = (
    ridge,
    reflected,
    of_a_size,
    of_a_length,
    transition,
    from_outside,
    chained,
    elements,
    elements_decide,
    by_the_run,
    by_the_run_of_made,
    by_two,
    in_a_loop,
    in_a_branch,
    beside_a_scalar,
    powers,
    compared,
    returned,
    stacked,
    begins_a_loop,
    written_into,
    assigned_before,
    warned_of,
    with_a_tape,
    by_helpers,
    kalman,
    counted,
)
CASES = [(f, (x, q, n)) for f in PROGRAMS for x, (q, n) in zip((*X, *X), GIVEN, strict=True)]
RAISES = {"elements": 1}
