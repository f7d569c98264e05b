"""Loops over arrays of which only the run knows whether an axis is repeated, and sums along lines of arrays."""

import numpy as np
import pytest

import autograph_lite as ag


@ag.function
def driven(x, y):
    return x * np.concatenate([ag.ones(1), y[:-1]])


@ag.function
def sum_of_products(x, y, n):
    return np.sum(x[:n] * y[1:], axis=0) + np.max(x[:n] - y[1:])


@ag.function
def rows_and_a_line(m, y):
    return np.sum(m[:, 1:] * y[:-1])


@pytest.mark.parametrize(("n", "size"), [(5, 5), (1, 5), (5, 1), (1, 1), (2, 2), (2, 1)])
def test_every_case_of_the_run(n, size):
    x, y = np.linspace(0.5, 2.0, n), np.linspace(-1.0, 1.0, size)
    if n in (1, size) or size == 1:
        ag.verify(driven, ag.constant(x), ag.constant(y), order=2)
        assert driven(x, y).numpy().tolist() == (x * np.concatenate([[1.0], y[:-1]])).tolist()
    y = np.linspace(-1.0, 1.0, size + 1)
    ag.verify(sum_of_products, ag.constant(x), ag.constant(y), n, order=2)
    m = np.linspace(-2.0, 1.0, 3 * (n + 1)).reshape(3, n + 1)
    ag.verify(rows_and_a_line, ag.constant(m), ag.constant(y), order=2)
    assert rows_and_a_line(m, y).numpy() == pytest.approx(np.sum(m[:, 1:] * y[:-1]))


def test_what_does_not_fit_is_told():
    with pytest.raises(ValueError, match=r"shapes? .*3.*2"):
        sum_of_products(np.ones(3), np.ones(3), 3)


def in_lanes(x):
    """The documented order: element j to lane j mod 8, blocks of 1024, a tree at the end of each."""
    total = np.float64(-0.0)
    for start in range(0, len(x), 1024):
        lanes = np.full(8, -0.0)
        for j, value in enumerate(x[start : start + 1024]):
            lanes[j % 8] += value
        while len(lanes) > 1:
            lanes = lanes[: len(lanes) // 2] + lanes[len(lanes) // 2 :]
        total += lanes[0]
    return total if len(x) else np.float64(0.0)


@ag.function
def along_each_axis(m):
    return np.sum(m, axis=1), np.sum(m, axis=0), np.stack([np.sum(row) for row in m])


@pytest.mark.parametrize(
    "shape", [(1, 1), (3, 7), (2, 8), (4, 1023), (2, 1025), (1030, 2), (2, 2100)]
)
def test_sums_of_lines_are_in_their_one_order(shape):
    m = np.random.default_rng(len(shape)).normal(size=shape) * 10.0 ** np.arange(shape[1])[
        ::-1
    ].clip(0, 8)
    rows, columns, each = along_each_axis(m)
    assert rows.numpy().tobytes() == np.array([in_lanes(row) for row in m]).tobytes()
    assert columns.numpy().tobytes() == np.array([in_lanes(column) for column in m.T]).tobytes()
    assert each.numpy().tobytes() == rows.numpy().tobytes()
