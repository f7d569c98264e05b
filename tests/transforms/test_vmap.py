"""`vmap` against NumPy, lane by lane."""

from __future__ import annotations

import numpy as np
import pytest

import autograph_lite as ag

ROWS = np.linspace(-1.0, 2.0, 12).reshape(4, 3)


def lane(row, scale):
    total = 0.0
    for z in row:
        total = total + z * z * scale if z > 0.0 else total - z
    return total, row / (1.0 + row @ row)


MODES = {"eager": lane, "compiled": ag.function(lane)}


@pytest.mark.parametrize("f", MODES.values(), ids=MODES.keys())
def test_it_is_the_stack_of_the_results_of_each_lane(f):
    totals, rows = ag.vmap(f, in_axes=(0, None))(ROWS, 0.5)
    for n, row in enumerate(ROWS):
        want = sum(0.5 * z * z if z > 0.0 else -z for z in row)
        np.testing.assert_allclose(totals[n], want, rtol=1e-14)
        np.testing.assert_allclose(rows[n], row / (1.0 + row @ row), rtol=1e-14)
    assert type(totals) is np.ndarray


def test_axes_of_arguments_and_results():
    a, b = np.random.default_rng(0).random((2, 5, 3)), np.arange(5.0)
    out = ag.vmap(lambda x, y: x * y, in_axes=(1, 0), out_axes=-1)(a, b)
    np.testing.assert_array_equal(out, np.moveaxis(a, 1, -1) * b)
    np.testing.assert_array_equal(ag.vmap(lambda x: x, in_axes=-2)(a), np.moveaxis(a, 1, 0))
    pairs = ag.vmap(ag.vmap(lambda p, q: p - q, (None, 0)), (0, None))(b, b)
    np.testing.assert_array_equal(pairs, b[:, None] - b)


def test_dtypes_of_results_stay():
    wide, narrow, whole, known = ag.vmap(
        lambda z: (z, ag.cast(z, "float32"), ag.cast(z, "int64"), 2.5)
    )(np.arange(3.0))
    assert [x.dtype.name for x in (wide, narrow, whole, known)] == [
        *("float64", "float32", "int64", "float64")
    ]
    assert known.tolist() == [2.5] * 3


def test_a_matrix_of_derivatives_lane_by_lane():
    """The jacobian of z -> (z0 z1, z1^2) is known."""
    f = lambda z: np.stack([z[0] * z[1], z[1] ** 2])
    at = ROWS[:, :2]
    want = np.array([[[b, a], [0.0, 2.0 * b]] for a, b in at])
    for one in (f, ag.function(f)):
        np.testing.assert_allclose(ag.vmap(ag.jacobian(one))(at), want, rtol=1e-14)
    np.testing.assert_allclose(
        ag.vmap(ag.hessian(lambda z: z[0] * z[1] ** 2))(at),
        [[[0.0, 2.0 * b], [2.0 * b, 2.0 * a]] for a, b in at],
        rtol=1e-14,
    )


X = ag.constant(ROWS)
WRONG = {
    "other lanes": (
        lambda: ag.vmap(lambda p, q: p)(X, ag.zeros(3)),
        ag.errors.ShapeError,
        "p has 4 lanes, q has 3",
    ),
    "no lanes": (lambda: ag.vmap(lambda p: p)(X[:0]), ag.errors.ShapeError, "over no lanes"),
    "no axis": (lambda: ag.vmap(lambda p: p, 2)(X), ag.errors.ShapeError, "p has no axis 2"),
    "a number": (lambda: ag.vmap(lambda p: p)(1.0), ag.errors.GraphTypeError, "p is a float"),
    "nothing has lanes": (
        lambda: ag.vmap(lambda p: p, None)(X),
        ag.errors.GraphTypeError,
        "no argument has lanes",
    ),
    "axes of others": (
        lambda: ag.vmap(lambda p: p, (0, 0))(X),
        ag.errors.GraphTypeError,
        "there are 1",
    ),
    "axes of another structure": (
        lambda: ag.vmap(lambda p: p["a"], ({"b": 0},))({"a": X}),
        ag.errors.GraphTypeError,
        "in_axes has {'b': 0} for a dict",
    ),
    "no axis of results": (
        lambda: ag.vmap(lambda p: p, out_axes=None)(X),
        ag.errors.GraphTypeError,
        "out_axes has None",
    ),
    "another shape": (
        lambda: ag.vmap(lambda p: p[: int(p[0] > 0.0) + 1])(X),
        ag.errors.ShapeError,
        r"shapes \(1,\) and \(2,\)",
    ),
    "another dtype": (
        lambda: ag.vmap(lambda p: p if p[0] > 0.0 else ag.cast(p, "float32"))(X),
        ag.errors.GraphTypeError,
        "float32 in one lane and float64 in another",
    ),
    "another structure": (
        lambda: ag.vmap(lambda p: p if p[0] > 0.0 else (p, p))(X),
        ag.errors.GraphTypeError,
        "one structure",
    ),
    "a text": (
        lambda: ag.vmap(lambda p: "a")(X),
        ag.errors.GraphTypeError,
        "what <lambda> returns",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_told(name):
    run, error, text = WRONG[name]
    with pytest.raises(error, match=text):
        run()


def test_a_mismatch_that_only_the_run_knows():
    f = ag.function(lambda x, y: ag.vmap(lambda p, q: p * q)(x, y))
    assert f(np.ones(3), np.ones(3)).shape == (3,)
    with pytest.raises(ag.errors.ShapeError, match="p has 3 lanes, q has 2"):
        f(np.ones(3), np.ones(2))
