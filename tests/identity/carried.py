"""Arrays that a loop carries, captures and saves: what a step writes, and where it may write it."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def relaxes(v, a, n):
    for _ in range(n):
        v = v + a * (1.0 - v * v)
    return np.sum(v * v)


def changes_places(v, w, n):
    for _ in range(n):
        v, w = w * 1.1, v - w
    return v * w


def changes_places_unchanged(v, w, n):
    for _ in range(n):
        v, w = w, v
    return v - 2.0 * w


def follows_itself(v, w, n):
    """The old value is read after the new one is there."""
    for _ in range(n):
        u = v * 0.9
        w = w + u * v[0]
        v = u
    return v * w


def read_shifted(v, n):
    """Elements are read after others have been written."""
    for _ in range(n):
        v = v * v[::-1] + v[0]
    return v


def far(v, n):
    """Beyond the reach of the vectorised sine."""
    for _ in range(n):
        v = np.sin(v * 3e9) + v
    return v


def saved_and_written(v, a, n):
    for k in range(n):
        v = v * v
        v[k] = a * v[k]
    return v


def kept_twice(v, n):
    w = v
    for _ in range(n):
        w = v * w
        v = w
    return v + w


def grows_longer(v, n):
    for _ in range(n):
        v = np.concatenate([v, v * 0.5])
    return np.sum(v * v)


def grows_by_one(v, n):
    for _ in range(n):
        v = np.append(v, v[-1] * v[0])
    return np.sum(np.append(v, v) * 0.5)


def powers(m, v, n):
    for _ in range(n):
        v = np.tanh(m @ v)
    return v


def powers_transposed(m, v, n):
    for _ in range(n):
        v = np.tanh(m.T @ v) + v @ m
    return v


def there_and_back(m, v, n):
    for _ in range(n):
        v = m.T @ np.tanh(m @ v)
    return v


def updates_a_matrix(m, v, n):
    for _ in range(n):
        m = m + 0.1 * np.outer(v, m @ v)
    return m


def columns_and_rows(a, b, n):
    for _ in range(n):
        a = np.expand_dims(a @ b, 1) @ np.expand_dims(b, 0) * 0.3
    return a


def mean_in_each_step(v, n):
    """A scalar that follows from a sum, between what the nest of the sum can take in."""
    s = 0.0
    for _ in range(n):
        w = v * v
        s = s + np.sum(w) * 0.1
        v = np.cos(w) + v
    return v * s


def scalars_from_sums(v, n):
    s, p = 1.0, 0.0
    for _ in range(n):
        s = np.sum(v) * s
        p = p + s
        v = v * 0.5
    return p * np.sum(v) + s


def while_it_shrinks(v):
    while np.sum(v * v) > 0.1:
        v = v * 0.6
    return v


def nested(v, m, n):
    for i in range(n):
        w = v
        for _ in range(2):
            w = np.tanh(w + m[i])
        v = v + w
    return v


def saved_after_an_inner_loop(x, n):
    """The inner loop goes on in the memory of x; what it leaves there is read by the reverse pass."""
    x = x * 1.0
    for _ in range(n):
        for i in range(2):
            x[1] = x[2 * i]
        x = x * x
    return x


def the_arguments_own(x, n):
    for k in range(n):
        for row in reversed(x):
            x[k % 3] = row
        x = x * x
    return x


def three_deep(x, m, n):
    m = m * 1.0
    for k in range(n):
        for i in range(2):
            for j in range(2):
                m[i, j] = m[j, i] * x[k]
            m = m * m + 0.1
        m = np.tanh(m)
    return m


def an_inner_while(x, n):
    x = x * 1.0
    for _ in range(n):
        i = 0
        while x[0] < 2.0 and i < 2:
            x[0] = x[0] * 1.5
            i += 1
        x = np.sin(x) * x
    return x


def outgrown_inside(v, n):
    for _ in range(n):
        for _ in range(2):
            v = np.concatenate([v, v[:1] * 0.5])
        v = v * v
    return np.sum(v)


c = ag.constant
_random = np.random.default_rng(5)


def _array(*shape):
    return c(_random.uniform(-1.0, 1.0, shape))


V, W = _array(3), _array(3)
LONG = _array(19)
SQUARE, WIDE, TALL = _array(3, 3), _array(11, 11), _array(11, 3)
CASES = [
    (relaxes, (V, c(0.1), 4)),
    (relaxes, (LONG, c(0.1), 3)),
    (changes_places, (V, W, 3)),
    (changes_places_unchanged, (V, W, 3)),
    (follows_itself, (V, W, 3)),
    (read_shifted, (V, 2)),
    (far, (V, 2)),
    (saved_and_written, (V, c(1.5), 3)),
    (kept_twice, (V, 3)),
    (grows_longer, (V, 2)),
    (grows_by_one, (V, 3)),
    (powers, (SQUARE, V, 3)),
    (powers, (WIDE, _array(11), 2)),
    (powers_transposed, (WIDE, _array(11), 2)),
    (there_and_back, (TALL, V, 2)),
    (updates_a_matrix, (SQUARE, V, 2)),
    (columns_and_rows, (SQUARE, V, 2)),
    (mean_in_each_step, (LONG, 2)),
    (scalars_from_sums, (V, 3)),
    (while_it_shrinks, (V,)),
    (nested, (V, SQUARE, 3)),
    (an_inner_while, (V, 2)),
    (outgrown_inside, (V, 2)),
]
"""To second order, by every way of differentiating."""
FIRST_ORDER = [
    (saved_after_an_inner_loop, (V, 2)),
    (the_arguments_own, (V, 2)),
    (three_deep, (V, SQUARE, 2)),
]
