"""Gradients of loops by what a step does: the cost of a step is the same in short and in long loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autograph_lite as ag
from benchmarks import by_hand
from benchmarks.harness import Row, compare

STEPS = (1000, 100_000, 1_000_000)
MOST = 2.0


@ag.function
def appended(u, a):
    rows = []
    s = 0.0 * a
    for t in ag.arange(u.shape[0]):
        s = a * s + u[t] * (1.0 - s * s)
        rows.append(s)
    y = np.stack(rows)
    return np.sum(y * y)


@ag.function
def captured(m, v, n):
    for _ in range(n):
        v = np.tanh(m @ v)
    return np.sum(v * v)


@ag.function
def carried(v, a, n):
    for _ in range(n):
        v = v + a * (1.0 - v * v)
    return np.sum(v * v)


def gradients_of_loops() -> Iterator[Row]:
    """A list that grows, a captured matrix, a carried vector of 16; both allocate the same."""
    random = np.random.default_rng(0)
    m, v = random.normal(size=(16, 16)) / 16, random.normal(size=16)
    grown = ag.value_and_grad(appended, argnums=(0, 1)), by_hand.appended()
    products = ag.value_and_grad(captured, argnums=(0, 1)), by_hand.product_in_each_step()
    vectors = ag.value_and_grad(carried, argnums=(0, 1)), by_hand.vector_in_each_step()
    for n in STEPS:
        u = random.uniform(-0.1, 0.1, n)
        yield _row(f"gradient of append, {n:,} steps", grown, u, 0.9)
        yield _row(f"gradient of m @ v, {n:,} steps", products, m, v, n)
        yield _row(f"gradient of a carried vector, {n:,} steps", vectors, v, 0.01, n)


def _row(name: str, both: tuple[Callable[..., Any], ...], *args: Any) -> Row:
    """One comparison; the two add in different orders."""
    ours, theirs = both
    for a, b in zip(_flat(ours(*args)), _flat(theirs(*args)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-12)
    mine, other = compare(lambda: ours(*args), lambda: theirs(*args))
    return Row(name, mine, "numba by hand", other, most_ratio=MOST)


def _flat(out: Any) -> Iterator[Any]:
    if isinstance(out, tuple):
        for part in out:
            yield from _flat(part)
    else:
        yield np.asarray(out)
