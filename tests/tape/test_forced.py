"""What leaves the library under a tape: a number or a plain array would drop the gradient."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GradientError


@pytest.fixture
def x():
    return ag.constant(3.0)


FORCED = {
    "float": float, "int": int, "asarray": np.asarray, "item": lambda t: t.item(),
    "tolist": lambda t: t.tolist(),
    "ndarray write": lambda t: np.zeros(2).__setitem__(0, t), "array of": lambda t: np.array([t, t]),
    "in place": lambda t: np.ones(()).__iadd__(t),
}  # fmt: skip


@pytest.mark.parametrize("name", FORCED)
def test_forced_out_of_the_tape(x, name):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        for t in (x, y):
            with pytest.raises(ValueError) as caught:
                FORCED[name](t)
            # NumPy hides an error of float() behind one of its own, as its cause
            error = (
                caught.value if isinstance(caught.value, GradientError) else caught.value.__cause__
            )
            assert isinstance(error, GradientError)
            assert "drop" in str(error)
    FORCED[name](y)


def test_what_is_always_allowed(x):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        assert y.numpy() == 9.0
        assert str(y) == f"{y}" == "9.0"
        assert repr(y)
        assert y > 1
        assert [1, 2][ag.constant(1)] == 2
        assert float(ag.constant(2.0)) == 2.0


def test_a_compiled_function_takes_no_number_out_of_what_the_tape_follows(x):
    """float() would drop a part of the gradient; of what the tape does not follow it is allowed."""

    @ag.function
    def f(x, a):
        return float(a) * x

    a = ag.constant(0.5)
    for run in (f, f.eager):
        with ag.GradientTape() as tape:
            tape.watch(x)
            y = run(x, a)
        assert np.array_equal(tape.gradient(y, x).numpy(), np.full(x.shape, 0.5))
        with (
            pytest.raises(ag.errors.GradientError, match=r"float\(\) of a tensor"),
            ag.GradientTape() as tape,
        ):
            tape.watch([x, a])
            run(x, a)


def in_a_branch(x, a):
    y = 0.0
    if a > 0:
        y = float(x[0])
    return y * x


def in_a_later_step(x, a):
    y, z = a, x[0]
    for _ in range(3):
        z = z + float(y)
        y = x[1] * 0.5
    return z


def in_a_test(x, a):
    while float(x[0]) + a < 10.0:
        a = a * 2.0
    return a * x


def of_a_constant_part(x, a):
    for i in range(2):
        a = a + float(ag.stop_gradient(x[i]))
    return a * x


def differentiated(f):
    def gradient(x, a):
        with ag.GradientTape() as tape:
            tape.watch(x)
            y = f(x, a)
        return tape.gradient(y, x)

    return ag.function(gradient)


PAIR = ag.constant([0.5, -1.5])


@pytest.mark.parametrize("f", [in_a_branch, in_a_later_step, in_a_test], ids=lambda f: f.__name__)
def test_a_number_taken_inside_of_a_region_is_refused_where_a_staged_tape_follows_it(f):
    run, a = differentiated(f), ag.constant(0.5)
    with pytest.raises(ag.errors.GradientError, match=r"float\(\) of a tensor"):
        run.eager(PAIR, a)
    with pytest.raises(
        ag.errors.ConversionError, match=r"float\(\) or int\(\) inside a staged loop"
    ):
        run(PAIR, a)
    ag.verify(ag.function(f), PAIR, a, order=0)


def test_a_number_of_what_the_tape_does_not_follow():
    ag.verify(differentiated(of_a_constant_part), PAIR, ag.constant(0.5))
