"""Globals that compiled code assigns, over several calls.  tests/identity/outside.py has single calls."""

from __future__ import annotations

import os
import signal
import threading
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import ConversionError

Pair = namedtuple("Pair", ("a", "b"))
COUNT: Any
SCALE: Any
LAST: Any
LOG: Any
NOTHING: Any
TOTAL = ag.Variable(0.0)


def step(x):
    global COUNT, SCALE, LAST, LOG
    COUNT += 1
    SCALE = SCALE * 0.5
    LOG = Pair(LOG.a + COUNT, LOG.b * x[0])
    LAST = x * SCALE + COUNT
    return LAST * LOG.b


def restart():
    global COUNT, SCALE, LAST, LOG
    COUNT, SCALE, LAST, LOG = 0, 3.0, None, Pair(0, ag.constant(1.0))


def state():
    held = [COUNT, SCALE, LAST, *LOG]
    return [(type(v), v.numpy().tobytes() if isinstance(v, ag.Tensor) else v) for v in held]


def test_every_call_sees_what_the_one_before_has_left():
    x, f = ag.constant([1.5, -0.5]), ag.function(step)
    found = []
    for run in (f.eager, f):
        restart()
        seen = []
        for n in range(4):
            seen.append(run(x * float(n)).numpy().tobytes())
            seen.append(state())
        found.append(seen)
    assert found[0] == found[1] and type(COUNT) is int and type(SCALE) is float
    assert f.explain().startswith("step: 2 signature(s)")  # None, then a tensor


def test_others_may_assign_between_two_calls():
    global COUNT
    f, x = ag.function(step), ag.constant([1.5, -0.5])
    restart()
    f(x)
    COUNT = 40
    f(x)
    assert COUNT == 41
    COUNT = 0.5
    f(x)
    assert COUNT == 1.5


def loss(w):
    global LAST
    LAST = w * w
    return np.sum(LAST)


@pytest.mark.parametrize(
    "run", [ag.grad(loss), ag.function(ag.grad(loss)), ag.value_and_grad(loss)]
)
def test_a_function_that_is_differentiated_leaves_tensors(run):
    restart()
    run(ag.constant([1.0, 2.0]))
    assert isinstance(LAST, ag.Tensor) and LAST.numpy().tolist() == [1.0, 4.0]
    run(np.array([2.0, 2.0]))
    assert isinstance(LAST, ag.Tensor) and LAST.numpy().tolist() == [4.0, 4.0]


def test_a_tape_follows_what_is_left():
    x = ag.constant([1.5, -0.5])
    found = []
    for run in (ag.function(loss), loss):
        restart()
        with ag.GradientTape() as tape:
            tape.watch(x)
            run(x)
            y = np.sum(LAST * LAST)
        found.append(tape.gradient(y, x).numpy().tobytes())
    assert found[0] == found[1]


def long(x, n):
    global COUNT
    for _ in range(n):
        COUNT += 1
        TOTAL.assign_add(x[0])
        x = x * 0.999
    return x


def test_ctrl_c_leaves_all_as_before_the_call():
    f, x = ag.function(long), ag.constant([1.0])
    restart()
    TOTAL.assign(0.0)
    f(x, 3)
    assert COUNT == 3
    held = float(TOTAL)
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    # a shell starts its background jobs with the signal ignored
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            f(x, 2_000_000_000)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert COUNT == 3 and float(TOTAL) == held


def reads_first(x):
    global NOTHING
    y = NOTHING * x
    NOTHING = y
    return y


def may_be_nothing(x):
    global NOTHING
    if x[0] > 0:
        NOTHING = x
    return x


def leaves_an_array(x):
    global LAST
    LAST = np.ones(2)
    return x


def changes_in_place(x):
    global LOG
    LOG[0].append(x)
    LOG = (LOG[0], x)
    return x


class Ball:
    def __init__(self, speed):
        self.speed = speed


def leaves_an_object(x):
    global LAST
    LAST = Ball(x)
    return x


def test_a_global_that_is_not_there():
    f, x = ag.function(reads_first), ag.constant([1.0])
    for run in (f, f.eager):
        with pytest.raises(NameError, match=r"^name 'NOTHING' is not defined"):
            run(x)
    assert "NOTHING" not in globals()


def reads_what_is_not_there(x):
    def show():
        return y

    out = show()
    y = x
    return out


def adds_to_what_is_not_there(x):
    def bump():
        nonlocal y
        y = y + 1

    bump()
    y = x
    return y


def from_a_function_that_has_not_assigned():
    def adds(x):
        nonlocal y
        y = y + x
        return y

    if adds is None:
        y = 1.0
    return adds


@pytest.mark.parametrize(
    "program",
    [reads_what_is_not_there, adds_to_what_is_not_there, from_a_function_that_has_not_assigned()],
)
def test_a_name_of_a_function_around_that_holds_nothing(program):
    f, found = ag.function(program), []
    for run in (f.eager, f):
        with pytest.raises(NameError) as caught:
            run(ag.constant([1.0]))
        found.append((type(caught.value), str(caught.value)))
    assert found[0] == found[1] and "cannot access free variable 'y'" in found[0][1]


REFUSED = [
    (may_be_nothing, "'NOTHING', a variable from outside, may have no value after the call"),
    (leaves_an_array, "'LAST', a variable from outside, is assigned a plain array"),
    (
        leaves_an_object,
        "'LAST', a variable from outside, is assigned an object that is made inside",
    ),
    (changes_in_place, "'append' of a list from outside"),
]


@pytest.mark.parametrize(("program", "text"), REFUSED, ids=[p.__name__ for p, _ in REFUSED])
def test_what_is_refused(program, text):
    global LOG
    restart()
    LOG = ([], 1)
    with pytest.raises(ConversionError, match=text):
        ag.function(program)(ag.constant([1.0]))
    assert LOG == ([], 1) and LAST is None


HELD = ag.constant([1.0, 2.0])


def exchanges(x):
    global HELD
    before = HELD
    HELD = x
    return before, x


def returns_what_is_there(x):
    return HELD, x


def test_tensors_go_out_as_themselves():
    f, g = ag.function(exchanges), ag.function(returns_what_is_there)
    for n in range(4):
        before, x = HELD, ag.constant([float(n), 1.0])
        assert g(x)[0] is before
        out = f(x)
        assert out[0] is before and out[1] is x and HELD is x
    out = f(np.array([5.0, 6.0]))
    assert isinstance(HELD, ag.Tensor) and HELD.numpy().tolist() == [5.0, 6.0] and out[0] is x
