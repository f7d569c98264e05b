"""What eager execution repeats is compiled: the bits, the Nones and the errors stay those of the sweep."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.eager import repetition
from autograph_lite.gradient import repeated
from autograph_lite.optimizers import SGD, Adagrad, Adam, RMSprop


@pytest.fixture
def counted(monkeypatch):
    """Kernels from the third time on; gives the plans of tapes."""
    monkeypatch.setattr(repetition, "MANY", 2)
    monkeypatch.setattr(repeated, "_plans", repetition.Repetition())
    return lambda: [p for p in repeated._plans._known.values() if isinstance(p, repeated.Plan)]


def bits(nest):
    return [None if x is None else x.numpy().tobytes() for x in nest]


def gradients(program, *arrays, sources=None):
    boxes = [ag.constant(a) for a in arrays]
    with ag.GradientTape() as tape:
        tape.watch(boxes if sources is None else [boxes[i] for i in sources])
        target = program(*boxes)
    return bits(tape.gradient(target, boxes))


PROGRAMS = [
    lambda x, y: np.tanh(x * y) + x**3,
    lambda x, y: np.sum(np.exp(x) * y, axis=0),
    lambda x, y: np.where(x > 0, x * y, y - x),
    lambda x, y: np.stack([x, y, x])[1:] * 2.0,
    lambda x, y: np.sqrt(np.maximum(x, y) + 5.0) @ np.ones(3),
    lambda x, y: x[1] * y[0] + np.prod(x),
]


@pytest.mark.parametrize("n", range(len(PROGRAMS)))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_bits_are_those_of_the_sweep(counted, n, dtype):
    rng = np.random.default_rng(n)
    shape = (3, 3) if n == 1 else (3,)
    data = [rng.normal(size=shape).astype(dtype) for _ in "xy"]
    found = [gradients(PROGRAMS[n], *data) for _ in range(5)]
    assert len(counted()) == 1
    assert all(one == found[0] for one in found)
    other = [d + d.dtype.type(0.25) for d in data]
    by_kernel = gradients(PROGRAMS[n], *other)
    repeated._plans._known.clear()
    assert gradients(PROGRAMS[n], *other) == by_kernel


def test_what_is_not_watched_has_no_gradient(counted):
    x, y = np.arange(3.0), np.ones(3)
    for sources in ([0], [1], [0, 1]):
        for _ in range(4):
            found = gradients(lambda x, y: x * y, x, y, sources=sources)
            assert [g is not None for g in found] == [i in sources for i in range(2)]
    assert len(counted()) == 3


def test_a_variable_with_two_values_is_one_source(counted):
    """The same wiring as of two variables, of which only one is asked for."""

    def of_two():
        a, b = ag.Variable(2.0), ag.Variable(3.0)
        with ag.GradientTape() as tape:
            y = a * b
        return tape.gradient(y, a).numpy()

    def of_one():
        a = ag.Variable(2.0)
        with ag.GradientTape() as tape:
            first = a.read_value()
            a.assign(3.0)
            y = first * a
        return tape.gradient(y, a).numpy()

    for _ in range(4):
        assert of_two() == 3.0
    for _ in range(4):
        assert of_one() == 5.0


def test_wiring_extents_and_params_tell_recordings_apart(counted):
    x, y = np.arange(3.0) + 1, np.arange(3.0) + 5
    programs = {
        "xx": lambda x, y: x * x + y,
        "xy": lambda x, y: x * y + y,
        "axis": lambda x, y: np.sum(np.stack([x, y]), axis=0) * x,
        "axis1": lambda x, y: np.sum(np.stack([x, y]), axis=1) @ np.ones(2) * x,
    }
    expected = {name: gradients(p, x, y) for name, p in programs.items()}
    for _ in range(4):
        for name, program in programs.items():
            assert gradients(program, x, y) == expected[name]
    assert len(counted()) == len(programs)
    for size in (0, 1, 2, 7):
        z = np.arange(float(size))
        for _ in range(4):
            assert gradients(lambda x, y: x * y, z, z + 1) == bits(
                [ag.constant(z + 1), ag.constant(z)]
            )


def test_an_outer_tape_sees_the_sweep(counted):
    x = ag.constant(0.7)
    for _ in range(5):
        with ag.GradientTape() as outer:
            outer.watch(x)
            with ag.GradientTape() as inner:
                inner.watch(x)
                y = x**3
            first = inner.gradient(y, x)
        assert float(outer.gradient(first, x).numpy()) == pytest.approx(4.2)


def test_tensors_written_after_they_were_read(counted):
    """The kernel reads only what is still there; else the sweep goes on."""

    def run():
        x = ag.constant([1.0, 2.0, 3.0])
        with ag.GradientTape() as tape:
            tape.watch(x)
            y = ag.zeros(3)
            y[0] = x[0] * x[1]
            y[1] = y[0] * x[2]
            target = np.sum(y)
        return bits([tape.gradient(target, x)])

    first = run()
    assert all(run() == first for _ in range(5))


OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.1, momentum=0.9),
    "nesterov": lambda: SGD(0.1, momentum=0.9, nesterov=True),
    "adam": lambda: Adam(0.1),
    "amsgrad": lambda: Adam(0.1, amsgrad=True),
    "rmsprop": lambda: RMSprop(0.1, momentum=0.5, centered=True),
    "adagrad": lambda: Adagrad(0.1),
}


def trained(make, steps=8, change=None):
    x, y = ag.Variable([0.5, -1.0]), ag.Variable(2.0, dtype="float32")
    optimizer = make()
    for step in range(steps):
        if step == 5 and change is not None:
            change(optimizer)
        gradients = [ag.constant([0.1 * step, -0.3]), ag.constant(np.float32(0.7 - step))]
        optimizer.apply_gradients(zip(gradients, [x, y], strict=True))
    return bits([x, y, *optimizer.variables]), optimizer


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_as_a_kernel_changes_no_bit(name, monkeypatch):
    expected, _ = trained(OPTIMIZERS[name])
    monkeypatch.setattr(repetition, "MANY", 2)
    found, optimizer = trained(OPTIMIZERS[name])
    assert any(not isinstance(plan, int) for plan in optimizer._steps._known.values())
    assert found == expected


def test_a_setting_changed_between_steps_counts(monkeypatch):
    def change(optimizer):
        optimizer.momentum = 0.5
        optimizer.learning_rate = 0.05

    expected, _ = trained(OPTIMIZERS["momentum"], change=change)
    monkeypatch.setattr(repetition, "MANY", 2)
    assert trained(OPTIMIZERS["momentum"], change=change)[0] == expected


def test_a_copied_optimizer_counts_anew(monkeypatch):
    monkeypatch.setattr(repetition, "MANY", 1)
    _, optimizer = trained(OPTIMIZERS["adam"])
    copied = copy.deepcopy(optimizer)
    assert not copied._steps._known
    copied.learning_rate = 0.25
    assert float(optimizer.learning_rate.numpy()) == 0.1


def test_an_optimizer_of_the_user_is_never_compiled(monkeypatch):
    monkeypatch.setattr(repetition, "MANY", 1)
    seen = []

    class Counting(SGD):
        def _update(self, gradient, variable, rate):
            seen.append(len(seen))
            super()._update(gradient, variable, rate)

    trained(lambda: Counting(0.1))
    assert len(seen) == 16
