"""How optimizers are used: rates, state, minimize, and every misuse."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GradientError, GradientWarning, GraphTypeError
from autograph_lite.optimizers import SGD, Adagrad, Adam, RMSprop


def test_the_rate_is_exact_in_float64_and_settable():
    v, optimizer = ag.Variable(1.0), SGD(0.1)
    optimizer.apply_gradients([(ag.constant(1.0), v)])
    assert float(v) == 0.9
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate.assign(0.25)
    optimizer.apply_gradients([(ag.constant(1.0), v)])
    assert float(v) == 0.65
    assert optimizer.learning_rate.dtype == np.float64


def test_what_it_returns_and_counts():
    v, optimizer = ag.Variable(1.0), SGD()
    assert (
        optimizer.apply_gradients(zip([ag.constant(1.0)], [v], strict=True)) is optimizer.iterations
    )
    assert int(optimizer.minimize(lambda: v * v, v)) == 2
    assert optimizer.iterations.dtype == np.int64


def test_state_belongs_to_a_variable():
    v, w, optimizer = ag.Variable(1.0, name="v"), ag.Variable([1.0], name="w"), Adam()
    optimizer.apply_gradients([(ag.constant(1.0), v)])
    optimizer.apply_gradients([(ag.constant([1.0]), w), (ag.constant(1.0), v)])
    names = [s.name for s in optimizer.variables]
    assert names == ["iterations", "learning_rate", "Adam/v/m", "Adam/v/v", "Adam/w/m", "Adam/w/v"]
    assert not any(s.trainable for s in optimizer.variables)


def test_minimize_with_a_tape():
    v, optimizer = ag.Variable(1.0), SGD(0.1)
    with ag.GradientTape() as tape:
        loss = v * v
    optimizer.minimize(loss, [v], tape=tape)
    assert float(v) == 0.8
    with pytest.raises(GradientError, match="needs the tape"):
        optimizer.minimize(v * v, [v])


def test_minimize_with_functions():
    v, optimizer = ag.Variable(1.0), SGD(0.1)
    optimizer.minimize(lambda: v * v, lambda: [v])
    assert float(v) == 0.8
    optimizer.minimize(loss=lambda: v * v, var_list=(v,), grad_loss=ag.constant(0.5))
    assert float(v) == pytest.approx(0.72, rel=1e-15)


def test_a_variable_that_is_not_trainable_can_be_asked_for():
    v, optimizer = ag.Variable(1.0, trainable=False), SGD(0.1)
    optimizer.minimize(lambda: v * v, [v])
    assert float(v) == 0.8


def test_missing_gradients():
    v, w, optimizer = ag.Variable(1.0, name="v"), ag.Variable(1.0, name="w"), SGD(0.1)
    with pytest.raises(ValueError, match=r"No gradients provided for any variable: \[v, w\]"):
        optimizer.apply_gradients([(None, v), (None, w)])
    with pytest.raises(ValueError, match="No gradients provided"):
        optimizer.apply_gradients([])
    with pytest.warns(GradientWarning, match=r"Gradients do not exist for variables \['w'\]"):
        optimizer.apply_gradients([(ag.constant(1.0), v), (None, w)])
    assert (float(v), float(w), int(optimizer.iterations)) == (0.9, 1.0, 1)


WRONG = {
    "momentum": (
        lambda: SGD(momentum=1.5),
        GradientError,
        r"`momentum` must be a number between \[0, 1\]",
    ),
    "momentum type": (lambda: SGD(momentum="a"), GradientError, "momentum"),
    "old name": (lambda: SGD(lr=0.1), TypeError, "lr"),
    "rate": (lambda: SGD("a"), GraphTypeError, "learning_rate"),
    "accumulator": (lambda: Adagrad(initial_accumulator_value=-1.0), GradientError, "negative"),
    "rho": (lambda: RMSprop(rho=2.0), GradientError, "rho"),
    "pairs": (lambda: SGD().apply_gradients([ag.Variable(1.0)]), TypeError, "len"),
    "not a variable": (
        lambda: SGD().apply_gradients([(ag.constant(1.0), ag.constant(1.0))]),
        GraphTypeError,
        "pairs of",
    ),
    "shape": (
        lambda: SGD().apply_gradients([(np.ones(2), ag.Variable([1.0, 2.0, 3.0]))]),
        ValueError,
        r"shape \(2,\)",
    ),
    "dtype": (
        lambda: SGD().apply_gradients([(ag.constant(1.0, "float32"), ag.Variable(1.0))]),
        GraphTypeError,
        "float32",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use(name):
    run, kind, text = WRONG[name]
    with pytest.raises(kind, match=text):
        run()


def test_a_negative_rate_climbs():
    v, optimizer = ag.Variable(1.0), SGD(-0.1)
    optimizer.minimize(lambda: v * v, [v])
    assert float(v) == 1.2
