"""GradientTape: the rules of TensorFlow's, and an error for every misuse."""

import threading

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import (
    ConversionError,
    GradientError,
    GradientWarning,
    GraphTypeError,
    ShapeError,
    TapeError,
)
from tests.identity import from_lists


def number(t):
    return None if t is None else float(t)


@pytest.fixture
def x():
    return ag.constant(3.0)


def recorded(x, f=lambda x: x * x, **options):
    with ag.GradientTape(**options) as tape:
        tape.watch(x)
        y = f(x)
    return tape, y


def test_variables_are_followed_and_tensors_are_watched(x):
    v, frozen = ag.Variable(2.0), ag.Variable(5.0, trainable=False)
    with ag.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = v * v * frozen * x
    assert [number(g) for g in tape.gradient(y, [v, frozen, x])] == [60.0, None, 20.0]
    assert tape.watched_variables() == (v,)


def test_not_watched(x):
    v = ag.Variable(2.0)
    with ag.GradientTape(watch_accessed_variables=False) as tape:
        y = v * x
    assert tape.gradient(y, [v, x]) == [None, None]
    with ag.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(v)
        y = v * v
    assert number(tape.gradient(y, v)) == 4.0


def test_nests(x):
    v = ag.Variable(2.0)
    with ag.GradientTape(persistent=True) as tape:
        tape.watch({"a": [x], "b": (v,)})
        y, z = x * v, x + v
    found = tape.gradient([y, {"z": z}], {"a": [x], "b": (v, ag.constant(1.0))})
    assert number(found["a"][0]) == 3.0
    assert number(found["b"][0]) == 4.0
    assert found["b"][1] is None
    assert isinstance(found["b"], tuple)
    assert number(tape.gradient([y, y], x)) == 4.0


def test_source_is_target(x):
    tape, _ = recorded(x)
    assert number(tape.gradient(x, x)) == 1.0


def test_the_same_source_twice(x):
    tape, y = recorded(x)
    a, b = tape.gradient(y, [x, x])
    assert (number(a), number(b)) == (6.0, 6.0)


def test_an_intermediate_value_as_source(x):
    with ag.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y + y
    assert number(tape.gradient(z, y)) == 19.0
    assert number(tape.gradient(z, x)) == 19.0 * 6.0


def test_a_vector_target_is_summed():
    v = ag.Variable([1.0, 2.0])
    with ag.GradientTape() as tape:
        y = v * v
    np.testing.assert_array_equal(tape.gradient(y, v).numpy(), [2.0, 4.0])


def test_output_gradients(x):
    v = ag.Variable([1.0, 2.0])
    with ag.GradientTape(persistent=True) as tape:
        y = v * v
    np.testing.assert_array_equal(
        tape.gradient(y, v, output_gradients=[1.0, 10.0]).numpy(), [2.0, 40.0]
    )
    np.testing.assert_array_equal(
        tape.gradient(y, v, output_gradients=np.array([1.0, 10.0])).numpy(), [2.0, 40.0]
    )
    with pytest.raises(ShapeError, match=r"shape \(3,\) for a target of shape \(2,\)"):
        tape.gradient(y, v, output_gradients=np.ones(3))
    with pytest.raises(GraphTypeError, match="float32 for a target of dtype float64"):
        tape.gradient(y, v, output_gradients=np.ones(2, "float32"))
    with pytest.raises(GradientError, match="2 parts for 1 targets"):
        tape.gradient([y], v, output_gradients=[y, y])


def test_unconnected(x):
    v = ag.Variable([[1.0, 2.0]])
    tape, y = recorded(x, persistent=True)
    assert tape.gradient(y, v) is None
    zeros = tape.gradient(y, [v], unconnected_gradients="zero")[0]
    np.testing.assert_array_equal(zeros.numpy(), [[0.0, 0.0]])
    with pytest.raises(ValueError, match="'none' or 'zero'"):
        tape.gradient(y, v, unconnected_gradients="zeros")


@pytest.mark.parametrize(
    "f",
    (np.floor, np.ceil, lambda x: x // 2.0, lambda x: np.argmax(x) * 1.0, lambda x: (x > 1) * 1.0),
)
def test_piecewise_constant_is_not_connected(x, f):
    tape, y = recorded(x, f)
    assert tape.gradient(y, x) is None


def test_sign_is_zero(x):
    tape, y = recorded(x, np.sign)
    assert number(tape.gradient(y, x)) == 0.0


def test_stop_gradient(x):
    tape, y = recorded(x, lambda x: x * ag.stop_gradient(x))
    assert number(tape.gradient(y, x)) == 3.0


def test_used_after_the_block(x):
    tape, y = recorded(x)
    z = y * x
    assert tape.gradient(z, x) is None


def test_one_shot(x):
    tape, y = recorded(x)
    tape.gradient(y, x)
    for again in (lambda: tape.gradient(y, x), lambda: tape.jacobian(y, x), lambda: tape.watch(x)):
        with pytest.raises(
            RuntimeError, match=r"can only be used to compute one set|has been used"
        ):
            again()


def test_persistent(x):
    tape, y = recorded(x, persistent=True)
    assert number(tape.gradient(y, x)) == number(tape.gradient(y, x)) == 6.0


def test_entered_twice(x):
    with ag.GradientTape() as tape:
        with pytest.raises(ValueError, match="still recording"):
            tape.__enter__()
        tape.watch(x)
        y = x * x
    with tape:
        z = y * x
    assert number(tape.gradient(z, x)) == 27.0


def test_gradient_inside_the_block(x):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        g = tape.gradient(y, x)
        z = x * x
    assert number(g) == 6.0
    with pytest.raises(TapeError):
        tape.gradient(z, x)


def test_two_gradients_are_two_tensors():
    a = ag.constant(2.0)
    with ag.GradientTape(persistent=True) as tape:
        tape.watch(a)
        y = a + 0.0
    g, h = tape.gradient(y, a), tape.gradient(y, a)
    with ag.GradientTape() as later:
        later.watch(g)
        z = g * h * h
    assert later.gradient(z, g).numpy() == 1.0


def test_gradient_inside_the_block_of_a_persistent_tape(x):
    with ag.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * x
        with pytest.warns(GradientWarning, match="persistent tape inside its block"):
            g = tape.gradient(y, x)
    assert number(g) == 27.0
    assert number(tape.gradient(g, x)) == 18.0


def test_nested_tapes(x):
    with ag.GradientTape() as outer:
        outer.watch(x)
        with ag.GradientTape() as middle:
            middle.watch(x)
            with ag.GradientTape() as inner:
                inner.watch(x)
                y = x**4
            first = inner.gradient(y, x)
        second = middle.gradient(first, x)
    third = outer.gradient(second, x)
    assert [number(v) for v in (first, second, third)] == [108.0, 108.0, 72.0]


def test_stop_recording_and_reset(x):
    with ag.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            z = x * x * x
        w = y * x
    assert tape.gradient(z, x) is None
    assert number(tape.gradient(w, x)) == 27.0
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.reset()
        z = x * x
    assert tape.gradient([y, z], x) is None
    for misused in (tape.reset, tape.stop_recording().__enter__):
        with pytest.raises(TapeError, match="not recording"):
            misused()


def test_an_assigned_variable():
    v = ag.Variable(2.0)
    with ag.GradientTape(persistent=True) as tape:
        y = v * v
        v.assign(5.0)
        z = y * v
        v.assign_add(1.0)
        w = z * v
    assert number(tape.gradient(z, v)) == 24.0
    assert number(tape.gradient(w, v)) == 24.0 * 6.0 + 20.0


def test_no_gradient_passes_through_an_assignment(x):
    v = ag.Variable(0.0)
    with ag.GradientTape() as tape:
        tape.watch(x)
        v.assign(x * x)
        y = v * v
    gx, gv = tape.gradient(y, [x, v])
    assert gx is None
    assert number(gv) == 18.0


def test_integers(x):
    n = ag.constant(2)
    with ag.GradientTape() as tape:
        tape.watch(x)
        with pytest.warns(GradientWarning, match=r"must be floating \(e.g. float32\), got int64"):
            tape.watch(n)
        y = n * x
    gn, gx = tape.gradient(y, [n, x])
    assert gn is None
    assert number(gx) == 2.0
    tape, y = recorded(x, lambda x: x.astype("int64"))
    assert tape.gradient(y, x) is None


@pytest.mark.parametrize("wrong", (1.0, np.ones(2), "x", None))
def test_what_cannot_be_watched(wrong):
    with ag.GradientTape() as tape, pytest.raises(ValueError, match="needs tensors or variables"):
        tape.watch(wrong)


def test_wrong_sources_and_targets(x):
    tape, y = recorded(x, persistent=True)
    with pytest.raises(GradientError, match="a source is a float"):
        tape.gradient(y, 1.0)
    with pytest.raises(TypeError, match="target is None"):
        tape.gradient(None, x)


def test_jacobian():
    v, w = ag.Variable([1.0, 2.0]), ag.Variable([[1.0, 2.0], [3.0, 4.0]])
    with ag.GradientTape(persistent=True) as tape:
        y = w @ v
    jv, jw = tape.jacobian(y, [v, w])
    np.testing.assert_array_equal(jv.numpy(), [[1.0, 2.0], [3.0, 4.0]])
    expected = np.zeros((2, 2, 2))
    expected[0, 0] = expected[1, 1] = [1.0, 2.0]
    np.testing.assert_array_equal(jw.numpy(), expected)
    assert tape.jacobian(y, ag.Variable(1.0)) is None
    zeros = tape.jacobian(y, ag.Variable([1.0, 2.0, 3.0]), unconnected_gradients="zero")
    np.testing.assert_array_equal(zeros.numpy(), np.zeros((2, 3)))


def test_jacobian_of_a_scalar_and_of_nothing(x):
    tape, y = recorded(x, persistent=True)
    assert number(tape.jacobian(y, x)) == 6.0
    v = ag.Variable(np.ones((0, 2)))
    with ag.GradientTape() as tape:
        y = v * v
    assert tape.jacobian(y, v, unconnected_gradients="zero").shape == (0, 2, 0, 2)


def powers(p, n):
    path = ag.zeros(3)
    y = p[0]
    for i in range(n):
        y = y * p[1]
        path[i] = y
    return path


def jacobian_of_powers(p, n):
    with ag.GradientTape() as tape:
        tape.watch(p)
        y = powers(p, n)
    return tape.jacobian(y, p, unconnected_gradients="zero")


def jacobian_of_a_row_and_powers(p, n):
    with ag.GradientTape() as tape:
        tape.watch(p)
        y = np.stack([p[0], powers(p, n)[1]])
    return tape.jacobian(y, p)


@pytest.mark.parametrize("function", [jacobian_of_powers, jacobian_of_a_row_and_powers])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_rows_of_a_jacobian_that_only_the_run_connects_are_zeros_where_it_does_not(function, n):
    ag.verify(ag.function(function), np.array([1.0, 0.5]), n, order=1)


def test_a_jacobian_that_only_the_run_connects_says_what_to_write():
    def jacobian(p):
        with ag.GradientTape() as tape:
            tape.watch(p)
            y = powers(p, 3)
        return tape.jacobian(y, p)

    with pytest.raises(ag.errors.ConversionError, match="write unconnected_gradients='zero'"):
        ag.function(jacobian)(np.array([1.0, 0.5]))


def test_hessian_by_jacobian_of_gradient():
    v = ag.Variable([1.0, 2.0])
    with ag.GradientTape() as outer:
        with ag.GradientTape() as inner:
            y = v[0] ** 2 * v[1] ** 3
        g = inner.gradient(y, v)
    np.testing.assert_allclose(
        outer.jacobian(g, v).numpy(), [[16.0, 24.0], [24.0, 12.0]], rtol=1e-15
    )


def test_branches_of_one_sum_do_not_share_a_cotangent():
    """Both operands of an addition receive the same cotangent; one is then written in place."""
    a, b = ag.array([1.0, 2.0]), ag.array([3.0, 4.0])
    with ag.GradientTape() as tape:
        tape.watch([a, b])
        y = ag.zeros(2)
        y[0] = a[0] * 2.0
        y[1] = a[1] * 3.0
        z = np.sum((y + b) * ag.array([1.0, 10.0]))
    ga, gb = tape.gradient(z, [a, b])
    np.testing.assert_array_equal(ga.numpy(), [2.0, 30.0])
    np.testing.assert_array_equal(gb.numpy(), [1.0, 10.0])


def test_the_cotangent_of_a_written_array_as_source():
    a = ag.array([1.0, 2.0])
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = ag.zeros(2)
        y[0] = a[0] * 2.0
        z = np.sum(y * y)
    ga, gy = tape.gradient(z, [a, y])
    np.testing.assert_array_equal(ga.numpy(), [8.0, 0.0])
    np.testing.assert_array_equal(gy.numpy(), [4.0, 0.0])


def test_output_gradients_are_not_overwritten():
    a, seed = ag.array([1.0, 2.0]), ag.array([1.0, 1.0])
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = a * 1.0
        y[0] = a[1]
    tape.gradient(y, a, output_gradients=seed)
    np.testing.assert_array_equal(seed.numpy(), [1.0, 1.0])


def test_a_tape_belongs_to_its_thread(x):
    found = []
    with ag.GradientTape() as tape:
        tape.watch(x)
        thread = threading.Thread(target=lambda: found.append(x * x))
        thread.start()
        thread.join()
    assert tape.gradient(found[0], x) is None


def test_a_long_tape(x):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x
        for _ in range(20_000):
            y = y * 1.0
    assert number(tape.gradient(y, x)) == 1.0


def test_an_error_in_the_block_ends_the_recording(x):
    from autograph_lite.ops.dispatch import context

    with pytest.raises(ZeroDivisionError), ag.GradientTape() as tape:
        tape.watch(x)
        1 / 0
    assert context.tapes == []


def test_a_tensor_that_the_tape_follows_in_some_runs_is_no_source():
    """Whether its gradient is None only the run would know; step by step it is known."""

    def f(x, n):
        with ag.GradientTape() as tape:
            tape.watch(x)
            a = ag.constant(1.0)
            for k in range(n):
                if k == 1:
                    a = x * 2.0
            y = a * a
        return tape.gradient(y, a)

    assert ag.function(f).eager(ag.constant(3.0), 1) is None
    with pytest.raises(ag.errors.ConversionError, match=r"tape\.watch"):
        ag.function(f)(ag.constant(3.0), 1)


def made_in_a_loop(a):
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = a * 3.0
        for _ in range(3):
            a = a * 1.5
            y = y + a
    return tape.gradient(y, a)


def made_in_a_branch(a):
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = a * 3.0
        if a > 0:
            a = a * 1.5
            y = y + a
    return tape.gradient(y, a)


def made_two_deep(a):
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = a * 3.0
        for i in range(3):
            if a > i:
                a = a * 1.5
            y = y + a
    return tape.gradient(y, a)


def last_row(a):
    rows = np.stack([a, a * 2.0])
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = a * 3.0
        for row in rows:
            y = y + row * row * a
    return tape.gradient(y, row)


@pytest.mark.parametrize(
    ("program", "place"),
    [
        (made_in_a_loop, "loop"),
        (made_in_a_branch, "branch"),
        (made_two_deep, "loop"),
        (last_row, "loop"),
    ],
)
def test_a_source_that_is_made_and_used_inside_is_refused(program, place):
    with pytest.raises(ConversionError, match=f"made inside a {place} under the tape"):
        ag.function(program)(ag.constant(0.5))


@pytest.mark.parametrize("program", from_lists.REFUSED, ids=lambda program: program.__name__)
def test_a_source_of_which_only_the_run_could_tell_is_refused(program):
    with pytest.raises(ConversionError, match=from_lists.REFUSED[program]):
        ag.function(program)(from_lists.X, 3)


def test_a_tensor_that_a_compiled_function_has_used_is_watched_too_late():
    x, s = ag.constant(2.0), ag.constant(3.0)
    squared = ag.function(lambda x, s: s * s * x)
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = squared(x, s)
        tape.watch(y)
        with pytest.raises(
            ConversionError, match="that a compiled function under the tape has used"
        ):
            tape.watch(s)
        z = y * 2.0
    assert tape.gradient(z, x).numpy() == 18.0


def test_a_source_that_a_compiled_function_makes_and_uses_is_refused():
    x = ag.constant(2.0)

    @ag.function
    def square_and_cube(x):
        y = x * x
        return y, y * x, x * 5.0

    with ag.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z, w = square_and_cube(x)
        v = w * z
    assert tape.gradient(v, w).numpy() == 8.0
    assert tape.gradient(v, x).numpy() == 8.0 * 5.0 + 10.0 * 12.0
    with pytest.raises(ConversionError, match="made inside a compiled function"):
        tape.gradient(v, y)


def entered_in_steps(a):
    tape = ag.GradientTape(persistent=True)
    y, total = a, 0.0 * a
    for _ in range(3):
        with tape:
            tape.watch(a)
            y = y * a
        total = total + tape.gradient(y, a)  # step by step the tape knows the earlier steps too
    return total


def watches_in_a_branch(a):
    with ag.GradientTape() as tape:
        if a > 0:
            tape.watch(a)
        y = a * a
    return tape.gradient(y, a)


def stops_in_steps(a):
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = a * a
        for _ in range(3):
            with tape.stop_recording():
                y = y * 2.0
    return tape.gradient(y, a)


def is_reset_in_a_branch(a):
    with ag.GradientTape() as tape:
        tape.watch(a)
        if a > 0:
            tape.reset()
        y = a * a
    return tape.gradient(y, a)


def asks_in_steps(a):
    with ag.GradientTape(persistent=True) as tape:
        tape.watch(a)
        y = a * a
    total = 0.0 * a
    for _ in range(3):
        total = total + tape.gradient(y, a)
    return total


def counts_variables_in_steps(a, v=ag.Variable(1.0)):  # noqa: B008 (one variable)
    total = 0
    with ag.GradientTape() as tape:
        for _ in range(3):
            total = total + len(tape.watched_variables())
            a = a * v
    return a, total


@pytest.mark.parametrize(
    ("program", "what"),
    [
        (counts_variables_in_steps, "asked for its variables"),
        (entered_in_steps, "entered"),
        (watches_in_a_branch, "told to watch"),
        (stops_in_steps, "told to stop recording"),
        (is_reset_in_a_branch, "reset"),
        (asks_in_steps, "asked for a gradient"),
    ],
)
def test_a_tape_belongs_to_the_region_that_made_it(program, what):
    """A region is traced once, for all of its steps and for arms that are not taken."""
    program(ag.constant(0.5))
    with pytest.raises(
        ConversionError, match=f"staged loop or branch is {what} inside it; "
    ) as info:
        ag.function(program)(ag.constant(0.5))
    assert f"in {program.__name__}" in str(info.value)
