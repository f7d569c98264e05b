"""Ctrl-C in compiled functions: soon, with what Python would leave, and the next call is right."""

import signal
import time

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.call import specialisation, trampoline
from autograph_lite.ir.graph import Value
from autograph_lite.tensors import boxes

AFTER = 0.15
"""Seconds until the signal."""

SOON = 0.5
"""Seconds within which it is answered, on a busy machine too; alone it takes 20 ms."""

total = ag.Variable(0.0, dtype="float64")
count = ag.Variable(0, dtype="int64")
pair = ag.Variable(np.zeros(2))
other = ag.Variable(np.zeros(2))


@pytest.fixture
def interrupted():
    """Call a function, interrupt it; how long it went on."""
    old = signal.signal(signal.SIGALRM, signal.default_int_handler)

    def run(f, *args):
        start = time.perf_counter()
        try:
            signal.setitimer(signal.ITIMER_REAL, AFTER)
            f(*args)
        except KeyboardInterrupt:
            return time.perf_counter() - start - AFTER
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        raise AssertionError("it ended before the signal")

    yield run
    signal.signal(signal.SIGALRM, old)


@ag.function
def counts(n):
    total.assign(0.0)
    count.assign(0)
    for i in range(n):
        count.assign_add(1)
        total.assign_add(2.0)
    return total.read_value()


def test_variables_have_what_the_steps_before_gave_them(interrupted):
    assert [float(counts(10)) for _ in range(3)] == [20.0] * 3  # the next call goes the fast way
    assert interrupted(counts, 10**12) < SOON
    steps = int(count.numpy())
    assert 10_000 < steps < 10**12
    assert float(total.numpy()) == 2.0 * steps
    assert float(counts(7)) == 14.0 and int(count.numpy()) == 7


def test_the_first_call_too(interrupted):
    @ag.function
    def first(n):
        for i in range(n):
            count.assign_add(1)
            total.assign(1.0 * count.read_value())
        return total.read_value()

    first.compile(3)
    count.assign(0)
    interrupted(first, 10**12)
    assert int(count.numpy()) == float(total.numpy()) > 10_000


@ag.function
def nested(n):
    for i in range(n):
        pair.assign(pair + 1.0)
        for j in range(1000):
            other.assign(other + pair * 0.0 + 1.0)
        count.assign_add(1000)
    return count.read_value()


def test_arrays_of_nested_loops(interrupted):
    count.assign(0)
    pair.assign(np.zeros(2))
    other.assign(np.zeros(2))
    nested.compile(3)
    assert interrupted(nested, 10**12) < SOON
    outer, inner, done = pair.numpy()[0], other.numpy()[0], int(count.numpy())
    assert pair.numpy().tolist() == [outer, outer] and other.numpy().tolist() == [inner, inner]
    assert done in (1000 * (outer - 1), 1000 * outer) and done <= inner <= 1000 * outer


@ag.function
def fills(x, n):
    k = 0
    while k < n:
        x[k % 10] = 1.0 * k
        k = k + 1
    return k


def test_a_written_argument(interrupted):
    x = ag.constant(np.zeros(10))
    fills.compile(x, 3)
    assert interrupted(fills, x, 10**12) < SOON
    written = np.sort(x.numpy())
    assert written[0] > 10_000 and (np.diff(written) == 1.0).all()


@ag.function
def reports(n):
    for i in range(n):
        count.assign_add(1)
        if i % 1_000_000 == 0:
            ag.print("step", i)
    return count.read_value()


def test_what_was_printed_appears(interrupted, capsys):
    reports.compile(3)
    count.assign(0)
    interrupted(reports, 10**12)
    lines = capsys.readouterr().out.splitlines()
    steps = int(count.numpy())
    assert lines == [f"step {i}" for i in range(0, steps, 1_000_000)]


@ag.function
def power(x, n):
    for i in range(n):
        x = x * 1.0000001
        count.assign_add(1)
    return x


def test_the_reverse_of_a_loop(interrupted):
    """It comes while the loop runs forward, or backward when all steps have been made."""
    slope = ag.value_and_grad(power)
    before = slope(1.0, 3)
    count.assign(0)
    assert interrupted(lambda: [slope(1.0, 3_000_000) for _ in range(1000)]) < SOON
    assert int(count.numpy()) > 10_000
    count.assign(0)
    assert slope(1.0, 3) == before and int(count.numpy()) == 3


@ag.function
def spends(x, n):
    count.assign_add(1)
    k = 0
    for i in range(n):
        k = (k + i) % 7
    count.assign_add(1)
    return x * 2.0 + k


def test_under_a_tape_nothing_was_written_and_nothing_recorded(interrupted):
    x = ag.constant(1.0)
    count.assign(0)
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = spends(x, 3)
        assert interrupted(spends, x, 10**12) < SOON
        z = y * 3.0
    assert int(count.numpy()) == 2
    assert float(tape.gradient(z, x)) == 6.0


def test_between_two_assignments(interrupted):
    count.assign(0)
    assert interrupted(spends, ag.constant(1.0), 10**12) < SOON
    assert int(count.numpy()) == 1


@ag.function
def both(n):
    total.assign_add(1.0)
    count.assign_add(n)
    return total.read_value()


@pytest.mark.parametrize("way", ["ordinary", "fast"])
def test_variables_are_written_together(way, monkeypatch):
    """Ctrl-C before the second of two writes: a state that no step had is never seen."""
    made = []

    def interrupted(*args):
        made.append(args)
        if len(made) == 2:
            raise KeyboardInterrupt
        return write(*args)

    if way == "ordinary":
        write = boxes.write
        monkeypatch.setattr(specialisation, "write", interrupted)
    else:
        write = Value
        monkeypatch.setattr(trampoline, "Value", interrupted)
    call = ag.function(both.python_function)
    total.assign(0.0)
    count.assign(0)
    if way == "fast":
        call(0), call(0)
        assert call._quick and not made
    with pytest.raises(KeyboardInterrupt):
        call(5)
    assert len(made) == 4
    assert float(total) == 1.0 + 2 * (way == "fast") and int(count) == 5


LONG = np.full(6_000_000, 0.3)
SQUARE = np.full((900, 900), 0.3)


@ag.function
def elements(x):
    for _k in range(100):
        x = np.tanh(np.tanh(np.tanh(np.tanh(x))))
    return x


@ag.function
def one_nest(x):
    return np.tanh(np.tanh(np.tanh(np.tanh(np.tanh(np.tanh(np.tanh(x)))))))


@ag.function
def total_of_logs(x):
    return np.sum(np.log1p(np.tanh(np.log1p(np.tanh(np.log1p(np.tanh(x)))))))


@ag.function
def product(a):
    return a @ (a @ a)


@ag.function
def rows_and_columns(a):
    return np.tanh(np.tanh(np.tanh(a[:, None] * a[None, :] + a[:, None])))


WIDE = [
    (elements, LONG),
    (one_nest, LONG),
    (total_of_logs, LONG),
    (ag.grad(total_of_logs), LONG),
    (product, SQUARE),
    (rows_and_columns, np.full(3000, 0.3)),
]


@pytest.mark.parametrize(("f", "x"), WIDE, ids=lambda v: getattr(v, "__name__", ""))
def test_loops_over_elements(f, x, interrupted):
    f(x[(slice(3),) * x.ndim])
    assert interrupted(lambda: [f(x) for _ in range(1000)]) < SOON


def test_a_tensor_is_not_half_written(interrupted):
    """Each assignment to a slice is there or not, whenever the interrupt comes."""

    @ag.function
    def rewrites(x, n):
        for i in range(n):
            x[:] = np.full_like(x, 1.0) * i

    x = ag.constant(np.zeros(200_000))
    rewrites(x, 2)
    assert interrupted(rewrites, x, 10**9) < SOON
    assert (x.numpy() == x.numpy()[0]).all() and x.numpy()[0] > 10.0


def test_a_handler_that_returns_changes_nothing(interrupted):
    seen = []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, AFTER, 0.01)
        while not seen:
            assert float(counts(2_000_000)) == 4_000_000.0
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_an_error_of_a_handler_is_the_error(interrupted):
    class Late(Exception):
        pass

    def late(*_):
        raise Late

    signal.signal(signal.SIGALRM, late)
    with pytest.raises(Late):
        interrupted(counts, 10**12)
    assert 2.0 * int(count.numpy()) == float(total.numpy()) > 0.0


@ag.function
def counts_and_ends(n):
    count.assign(0)
    try:
        for _ in range(n):
            count.assign_add(1)
    finally:
        total.assign(0.5)
    return count.read_value()


def test_a_call_whose_finally_would_run_leaves_all_as_it_was(interrupted):
    assert int(counts_and_ends(3)) == 3 and float(total.numpy()) == 0.5
    count.assign(7)
    total.assign(8.0)
    assert interrupted(counts_and_ends, 10**12) < SOON
    assert (int(count.numpy()), float(total.numpy())) == (7, 8.0)
    assert int(counts_and_ends(4)) == 4


@ag.function
def counts_beside_an_array(n):
    count.assign(0)
    total.assign(0.0)
    s = np.zeros(2)
    for i in range(n):
        s = s + ag.ones(2) * 2 ** (i % 2)
        count.assign_add(1)
        total.assign_add(2.0)
    return s


def test_a_call_that_may_be_made_step_by_step_leaves_what_its_steps_wrote(interrupted):
    assert [counts_beside_an_array(2).numpy().tolist() for _ in range(3)] == [[3.0, 3.0]] * 3
    assert interrupted(counts_beside_an_array, 10**12) < SOON
    assert 2.0 * int(count.numpy()) == float(total.numpy()) > 20_000.0
    assert counts_beside_an_array(0).tolist() == [0.0, 0.0] and int(count.numpy()) == 0
