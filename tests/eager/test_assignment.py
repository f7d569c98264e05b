"""Assignment by index: every name sees it, views know of it, and it costs what is written."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.eager import interpreter as eager
from autograph_lite.errors import StaleViewError


def copies_of(run):
    """How many arrays were copied because something could still read them."""
    before = eager.copies[0]
    run()
    return eager.copies[0] - before


def fill(n):
    y = ag.zeros(n)
    for t in ag.arange(n):
        y[t] = 1.0
    return y


def test_a_loop_of_writes_copies_nothing():
    assert copies_of(lambda: fill(50)) == 0


def test_reading_and_writing_copies_nothing():
    def run():
        y = ag.zeros((50, 2))
        for t in range(1, 50):
            y[t] = 2.0 * y[t - 1] + 1.0

    assert copies_of(run) == 0


@pytest.mark.parametrize("n", (10, 60))
def test_writes_under_a_tape_copy_as_often_for_any_length(n):
    """Forward and in the reverse pass: reads and writes of single elements."""

    def run():
        u, y = ag.array(np.linspace(0.1, 1.0, n)), ag.zeros(n)
        with ag.GradientTape() as tape:
            tape.watch(u)
            for t in range(1, n):
                y[t] = 0.5 * y[t - 1] * y[t - 1] + u[t]
            loss = np.sum(y * y)
        tape.gradient(loss, u)

    assert copies_of(run) <= 2


def test_a_value_that_a_derivative_reads_is_not_overwritten():
    x = ag.array([1.0, 2.0])
    y = x * 1.0
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = np.sum(y * y)
        y[0] = 100.0
    np.testing.assert_array_equal(tape.gradient(z, x).numpy(), [4.0, 32.0])


def test_an_index_array_that_is_changed_later():
    x, index = ag.array([1.0, 2.0, 3.0]), ag.array([0, 2])
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = np.sum(x[index] * 2.0)
        index[0] = 1
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), [2.0, 0.0, 2.0])


def test_a_condition_that_is_changed_later():
    x, chosen = ag.array([1.0, 2.0]), ag.array([True, False])
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = np.sum(np.where(chosen, 3.0 * x, x))
        chosen[0] = False
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), [3.0, 1.0])


VIEWS = {
    "slice": lambda x: x[1:],
    "row": lambda x: x[0],
    "view of a view": lambda x: x[1:][0],
    "reshape": lambda x: x.reshape(4),
    "ravel": lambda x: x.ravel(),
    "transpose": lambda x: x.T,
    "squeeze": lambda x: np.squeeze(x),
    "expand_dims": lambda x: np.expand_dims(x, 0),
    "flip": lambda x: np.flip(x),
    "broadcast_to": lambda x: np.broadcast_to(x, (3, 2, 2)),
}


@pytest.mark.parametrize("name", VIEWS)
def test_stale_views(name):
    x = ag.zeros((2, 2))
    view = VIEWS[name](x)
    np.asarray(view)
    x[0, 0] = 1.0
    for use in (lambda: view + 1, lambda: view.shape, lambda: np.sum(view), lambda: repr(view)):
        with pytest.raises(StaleViewError, match="take the view again"):
            use()
    with pytest.raises(StaleViewError):
        view[...] = 0.0


def test_augmented_assignment_of_slices():
    x, y = np.arange(12.0).reshape(3, 4), ag.array(np.arange(12.0).reshape(3, 4))
    for a in (x, y):
        a[0] += 1.0
        a[1:, ::2] *= 2.0
        a[1] -= a[2]
        a[1, 1] += 5.0
        a[a > 10.0] -= 1.0
    np.testing.assert_array_equal(y.numpy(), x)


def test_augmented_assignment_writes_once():
    from autograph_lite.ops.dispatch import context

    class Counter:
        names = ()

        def record(self, op, *rest):
            self.names += (op.name,)

        def accessed(self, *rest): ...

    x, counter = ag.zeros((2, 2)), Counter()
    context.tapes.append(counter)
    try:
        x[0] += 1.0
    finally:
        context.tapes.remove(counter)
    assert counter.names == ("getitem", "add", "setitem")


def test_writing_through_a_slice():
    x, y = np.zeros((3, 2)), ag.zeros((3, 2))
    for a in (x, y):
        row, rows = a[0], a[1:]
        row[1] = 5.0
        row += 1.0
    np.testing.assert_array_equal(y.numpy(), x)
    with pytest.raises(StaleViewError):
        rows + 1


def test_gradient_through_augmented_assignment():
    x = ag.array([1.0, 2.0, 3.0])
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * 1.0
        y[1:] *= x[1:]
        loss = np.sum(y)
    np.testing.assert_array_equal(tape.gradient(loss, x).numpy(), [1.0, 4.0, 6.0])


WRITTEN = {
    "transpose": lambda x: x.T,
    "ravel": lambda x: x.ravel(),
    "reshape": lambda x: x.reshape(3, 4),
    "flip": lambda x: np.flip(x, 1),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(np.expand_dims(x, 1)),
    "row of rows": lambda x: x[1:][0],
    "strided slice of a transpose": lambda x: x.T[::2],
    "slice of a flip": lambda x: np.flip(x)[1:, 1:3],
    "reshape of a leading slice": lambda x: x[2:].reshape(3, 2),
    "transpose of a slice of a reshape": lambda x: x.reshape(2, 6)[:, 2:].T,
}


@pytest.mark.parametrize("name", WRITTEN)
def test_writing_through_views(name):
    start = np.arange(12.0).reshape(4, 3).copy()
    x, y = start.copy(), ag.array(start)
    for a in (x, y):
        view = WRITTEN[name](a)
        view[...] = view * 2.0
        view += 1.0
        view[0] = -5.0
        view[-1] *= 3.0
    np.testing.assert_array_equal(y.numpy(), x)


def test_gradient_through_a_written_view():
    x = ag.array([1.0, 2.0, 3.0])
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        view = np.flip(y)
        view[0] = x[0] * 10.0
        loss = np.sum(y * y)
    np.testing.assert_array_equal(tape.gradient(loss, x).numpy(), [4.0 + 200.0, 32.0, 0.0])


def test_writing_where_numpy_has_a_copy_or_a_read_only_view():
    x = ag.zeros((2, 2))
    for view in (x.T.reshape(4), np.broadcast_to(x, (3, 2, 2))):
        with pytest.raises(StaleViewError, match="by its own index"):
            view[0] = 1.0
        with pytest.raises(StaleViewError, match="by its own index"):
            view += 1.0
    assert not np.any(x.numpy())


COPIES = {
    "copy": lambda x: x[1:].copy(),
    "element": lambda x: x[0, 0],
    "array index": lambda x: x[np.array([0, 1])],
    "flatten": lambda x: x.flatten(),
    "arithmetic": lambda x: x + 0,
    "numpy": lambda x: x.numpy(),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_do_not_change(name):
    x = ag.zeros((2, 2))
    taken = COPIES[name](x)
    x[...] = 1.0
    assert not np.any(np.asarray(taken))


def test_a_failing_write_changes_nothing():
    x = ag.array([1.0, 2.0])
    for index, item in ((5, 0.0), (slice(None), np.ones(3)), ((0, 0), 1.0)):
        with pytest.raises((IndexError, ValueError)):
            x[index] = item
    np.testing.assert_array_equal(x.numpy(), [1.0, 2.0])


def test_overlapping_assignment():
    x = ag.array([1.0, 2.0, 3.0])
    x[1:] = x[:-1]
    np.testing.assert_array_equal(x.numpy(), [1.0, 1.0, 2.0])
    x[:] = x
    np.testing.assert_array_equal(x.numpy(), [1.0, 1.0, 2.0])


def test_a_shared_value_is_not_overwritten():
    v = ag.Variable([1.0, 2.0])
    t = v.read_value()
    t[0] = 9.0
    np.testing.assert_array_equal(v.numpy(), [1.0, 2.0])
    v.assign(t)
    t[0] = 7.0
    np.testing.assert_array_equal(v.numpy(), [9.0, 2.0])
    s = ag.stop_gradient(t)
    t[1] = 0.0
    np.testing.assert_array_equal(s.numpy(), [7.0, 2.0])
