"""What Python iterates: reversed, enumerate, zip and their kin, at the top level, in loops and in branches."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def backwards(x, n):
    """Rows and ranges from the end, numbered and beside others."""
    s = x[0]
    for v in reversed(x):
        s = s * 0.5 + v * v
    for i in reversed(range(n)):
        s = s * x[1] + i
    for i in reversed(range(7, -n, -2)):
        s = s * 0.5 + i * x[0]
    for i, (v, w) in enumerate(zip(reversed(x), x, strict=False), n):
        s = s * v + i * w
    return s


def backwards_in_steps(x, n):
    s = x[0]
    for i in range(n):
        for v in reversed(x):
            if v > i:
                continue
            s = s * 0.5 + v
        if s < 1.0:
            for k in reversed(ag.arange(i + 1)):
                s = s * x[k % 3] + k
    while n > 0:
        n = n - 1
        for v in reversed(x[:n]):
            s = s + v * s
    return s


def writes_rows_backwards(x, n):
    rows = np.outer(x, x)
    for row in reversed(rows):
        row[0] = row[0] * n + rows[0, 1]
    return rows * x


def of_one_length(x, n):
    """Which of them is the first that ends, where they do not have one length."""
    s = x[0]
    for a, b in zip(x, x[: n + 1], strict=True):
        s = s * a + b
        if n == 1 and b < 0:
            break
    for a, b, d in zip(x, x * 2, x[3 - n :], strict=True):
        s = s * a + b * d
    return s


def beside_objects(x, n):
    """Python objects beside a tensor, as far as both go."""
    s = x[0]
    for v, name in zip(x[:n], ["a", "b", "a", "d"], strict=False):
        s = s * v + (1.0 if name == "a" else x[1])
    for k, (a, v) in enumerate(zip([x, x * 2, 3.0], x[:n], strict=False)):
        s = s + np.sum(a * v) * k
        if s > 4.0:
            break
    for w in (0.5, 2.0, 3.0):
        s = s * w
        if s > n:
            return s * s, w
    return s, 1.0


def folds_generators(x, n):
    total = sum(v * v for v in x), sum([v * x[0] for v in x], 0.5), sum((v * x[0] for v in x), x[1])
    ranges = (
        sum(i * x[i % 3] for i in range(n)),
        sum([i * i for i in range(n)], n),
        sum(x * i for i in range(3)),
    )
    pairs = (
        sum(i * v * w for i, (v, w) in enumerate(zip(x, x * 2, strict=True), n)),
        sum(a * b for a, b in MATRIX),
    )
    nested = (
        sum(v * w for v in x if v > 0 for w in x[:n] if w < v),
        sum(sum(v * w for w in x) for v in x),
    )
    rows = sum(r * x[0] for r in MATRIX), sum((x * i for i in range(n)), ag.zeros(3))
    return total, ranges, pairs, nested, rows


def folds_what_python_has(x, n):
    """Indices of a range that is known are Python's where an element needs them."""
    objects = sum(v for v in (x[0], x[1], n) if v > 0), max(v for v in (x[0], x[1], n) if v < 3)
    indexed = (
        sum([0.5, 1.5, 2.5][i] * x[i] for i in range(3)),
        any("ab"[i] == "b" for i in range(2)),
    )
    made = tuple(v * 2 for v in (x[0], n)), list(i * x[0] for i in range(3))
    return (
        objects,
        indexed,
        made,
        any(v for v in (x[0] > n, n > 1, x[1] > 0)),
        all((x[0] > 0, n > 1)),
    )


def stops_early(x, n):
    """What comes after the element that decides is not computed: no fault, no print."""
    found = any(v > n for v in x), all(v > -n for v in x), any(x > n), all(reversed(x < n + 1))
    first = any(ag.print(v) or v > 0 for v in x), all(1 // (2 - i) > 0 for i in range(n))
    listed = any([v > n for v in x]), all([v * v > n for v in x])
    filtered = any(v > 0 for v in x if v < n), all(v * w < n for v in x for w in x)
    return found, first, listed, filtered


def picks_by_key(x, n):
    plain = (
        max(v * v for v in x),
        min([v * w for v in x for w in x]),
        max(i * 2 for i in range(n + 1)),
    )
    keys = (
        max(x, key=lambda v: -v),
        min(x, key=abs),
        max((v for v in x), key=lambda v: v * v),
        max(x[0], n, key=abs),
    )
    empty = (
        max(x[:n], default=x[2]),
        min((v for v in x if v > n), key=abs, default=0.0),
        max(x[:n], default=None),
    )
    return plain, keys, empty, max(max(v * w for w in x) for v in x)


def picks_of_none(x, n):
    return max(v * v for v in x if v > 7 * n), min(x[:n], key=abs)


def picks_beside_nan(x, n):
    y = np.where(x < 0, np.nan, x)
    return (
        max(v for v in y),
        min([v for v in y]),
        max(y, key=lambda v: -v) * x[0],
        max((v, n)[0] for v in y),
    )


def folds_in_steps(x, n):
    s = 0.0
    for i in range(n):
        s = s + sum(v * i for v in x) * max((v * v for v in x if v < i), default=x[0])
        if any(v > s for v in x):
            s = s * 2
        elif all(v < i for v in x):
            s = s - min(abs(v) for v in x)
    while any(v * n > 1 for v in x) and n > 0:
        n = n - 1
        s = s * sum([v for v in x])
    return s


c = ag.constant
MATRIX = c(np.random.default_rng(7).normal(size=(4, 2)))
X = c([0.5, -1.2, 2.0])
PROGRAMS = (
    *(backwards, backwards_in_steps, writes_rows_backwards, of_one_length, beside_objects),
    *(folds_generators, folds_what_python_has, stops_early, picks_by_key, picks_of_none),
    *(picks_beside_nan, folds_in_steps),
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 2, 3)]
