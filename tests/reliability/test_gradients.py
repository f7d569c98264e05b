"""Gradients at corners, and tapes used against their rules: rows 68 to 80 of the catalogue of faults."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from tests.reliability.both import Fault, Result, check_fault, check_result

X = ag.constant([1.0, 2.0, 3.0])
CORNER = ag.constant([0.0, 1.0])
WHOLE = ag.constant([1, 2])
GRADIENT, TAPE, SHAPE = errors.GradientError, errors.TapeError, errors.ShapeError
ZERO = "t.gradient(y, x, unconnected_gradients='zero')"
STATE = ag.Variable([1.0, 2.0], name="state")


def gradient(of, ask="t.gradient(y, x)"):
    return f"with ag.GradientTape() as t:\n    t.watch(x)\n    y = {of}\nreturn {ask}"


def corner(row, of, want, at=CORNER):
    return Result(row, gradient(of), {"x": at}, np.array(want))


RESULTS = [
    corner("68", "np.sqrt(x)", [np.inf, 0.5]),
    corner("68", "x ** 0.5", [np.inf, 0.5]),
    corner("69", "np.abs(x)", [0.0, 1.0]),
    corner("70", "np.maximum(x, 0.0)", [0.5, 1.0]),
    corner("70", "np.max(x)", [0.5, 0.5], ag.constant([2.0, 2.0])),
    corner("71", "np.where(x > 0, np.sqrt(x), 0.0)", [0.0, 0.25], ag.constant([-1.0, 4.0])),
    corner("71", "np.where(x > 0, np.log(x), x)", [1.0, 0.25], ag.constant([0.0, 4.0])),
    corner("72", "x ** 0", [0.0, 0.0]),
    corner("72", "x ** 1", [1.0, 1.0]),
    corner("72", "x ** 2", [0.0, 2.0]),
    corner("73", "np.hypot(x[0], x[1])", [0.0, 0.0], ag.constant([0.0, 0.0])),
    corner("74", "np.prod(x)", [6.0, 0.0, 0.0], ag.constant([0.0, 2.0, 3.0])),
    corner("74", "np.prod(x)", [0.0, 0.0, 0.0], ag.constant([0.0, 0.0, 3.0])),
    corner("75", "x * np.log(x)", [-np.inf, 1.0]),
    Result("76", gradient("ag.constant(1.0)"), {"x": X}, [None]),
    Result(
        "76",
        gradient("ag.constant(1.0)", ZERO),
        {"x": X},
        np.zeros(3),
    ),
    Result("77", gradient("x * x"), {"x": X}, np.array([2.0, 4.0, 6.0])),
    Result("79", gradient("x[np.array([0, 0, 2])] * 2"), {"x": X}, np.array([4.0, 0.0, 2.0])),
]


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    check_result(case)


FAULTS = [
    Fault(
        "75",
        "return ag.grad(lambda v: np.sum(v * v))(x)",
        {"x": WHOLE},
        GRADIENT,
        "v is int64; gradients",
    ),
    Fault(
        "75",
        "return ag.grad(lambda v: v * v)(n)",
        {"n": 3},
        GRADIENT,
        "v is int64; gradients need a float",
    ),
    Fault(
        "77",
        "return ag.grad(lambda v: v[:2])(x)",
        {"x": X},
        GRADIENT,
        "the function returns an array",
    ),
    Fault(
        "78",
        gradient("x * x", "t.gradient(y, x), t.gradient(y, x)"),
        {"x": X},
        TAPE,
        "a non-persistent",
    ),
    Fault(
        "78",
        "with ag.GradientTape() as t:\n    with t:  # here\n        pass\nreturn x",
        {"x": X},
        TAPE,
        "the tape is still recording",
    ),
    *(
        Fault(
            "80",
            gradient("x * x", f"t.gradient(y, x, output_gradients={g})"),
            {"x": X},
            SHAPE,
            words,
        )
        for g, words in {
            "[1.0]": "output_gradients has shape (1,) for a target of shape (3,)",
            "x[:2]": "output_gradients has shape (2,) for a target of shape (3,)",
        }.items()
    ),
    Fault(
        "dropped",
        "with ag.GradientTape() as t:\n    t.watch(x)\n    y = float(x[0])  # here\nreturn y",
        {"x": X},
        GRADIENT,
        "float() of a tensor that a gradient tape follows would drop its gradient",
    ),
    Fault(
        "stale",
        "z = x.copy()\ny = z[1:]\nz[0] = 5.0\nreturn y * 2",
        {"x": X},
        errors.StaleViewError,
        "this view is stale",
    ),
    Fault(
        "state",
        "v.assign(x)",
        {"x": X, "v": STATE},
        SHAPE,
        "cannot assign a value of shape (3,) to variable",
    ),
    Fault(
        "state",
        "v.assign(1.0)",
        {"v": STATE},
        SHAPE,
        "cannot assign a value of shape () to variable",
    ),
    Fault(
        "state",
        "v.assign_add(x)",
        {"x": X, "v": STATE},
        SHAPE,
        "cannot assign a value of shape (3,)",
    ),
]


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)
    assert STATE.numpy().tolist() == [1.0, 2.0]


def watches(x):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * 2
    return tape.gradient(y, x)


@pytest.mark.parametrize("mode", ["eager", "compiled"])
def test_watching_integers_warns_at_the_line(mode):
    """Row 75: as TensorFlow, a warning and no gradient."""
    f = ag.function(watches)
    line = watches.__code__.co_firstlineno + 2
    with pytest.warns(errors.GradientWarning, match="must be floating") as seen:
        assert (f.eager if mode == "eager" else f)(WHOLE) is None
    assert [(w.filename, w.lineno) for w in seen] == [(__file__, line)]


def test_an_array_changed_after_the_call_changes_no_gradient():
    """Row 41: what was recorded is a copy."""
    array = np.array([1.0, 2.0])
    with ag.GradientTape() as tape:
        x = ag.constant(array)
        tape.watch(x)
        y = np.sum(x * array)
    array[:] = 100.0
    assert tape.gradient(y, x).numpy().tolist() == [1.0, 2.0]
