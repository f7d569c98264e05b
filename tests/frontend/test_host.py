"""What NumPy makes before a kernel runs: at every call, for any numbers, in the program's own order."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import autograph_lite as ag

X = ag.constant([0.3, -0.7, 1.1])
COUNT = ag.Variable(0.0, dtype="float64", name="count")
SCALE = np.array([1.0, 2.0, 3.0])


def sizes(x, q, n):
    return q * np.eye(n) + np.sum(x)


def test_other_numbers_and_sizes_do_not_compile_again():
    f = ag.function(sizes)
    for q, n in ((0.5, 3), (-2.0, 4), (0.0, 7), (1.5, 2), (-0.0, 3)):  # the last go the fast way
        assert f(X, q, n).numpy().tobytes() == f.eager(X, q, n).numpy().tobytes()
    assert len(f.explain().splitlines()) == 3, f.explain()  # one signature
    assert "made by NumPy at every call: a plain array" in f.explain()


def part_of_a_table(n):
    table = np.arange(4.0)
    return table[:n], table[:n] * n


def test_what_is_returned_belongs_to_the_caller():
    f = ag.function(part_of_a_table)
    for _ in range(5):
        part, product = f(3)
        assert part.tolist() == [0.0, 1.0, 2.0] and product.tolist() == [0.0, 3.0, 6.0]
        part[:] = 7.0


def test_an_array_from_outside_is_read_at_every_call(monkeypatch):
    f = ag.function(lambda x, q: x * (q * SCALE))
    before = f(X, 0.5).numpy()
    monkeypatch.setattr(f"{__name__}.SCALE", SCALE * 4.0)
    assert np.array_equal(f(X, 0.5).numpy(), before * 4.0)


def counts_first(x, n):
    COUNT.assign_add(1.0)
    print("counted")
    return x * np.ones(n)


@pytest.mark.parametrize("mode", ["compiled", "eager"])
def test_what_fails_fails_where_the_program_gets_there(mode, capsys):
    f = ag.function(counts_first)
    run = f if mode == "compiled" else f.eager
    COUNT.assign(0.0)
    run(X, 3)
    run(X, 3)
    for calls in (3, 4):
        with pytest.raises(ValueError, match="negative dimensions are not allowed"):
            run(X, -1)
        assert float(COUNT.numpy()) == calls
    assert capsys.readouterr().out == "counted\n" * 4


def fails_in_a_branch(x, n):
    if n > 0:
        return x * np.ones(n)
    return x


def test_what_no_run_gets_to_does_not_fail():
    f = ag.function(fails_in_a_branch)
    for n in (3, -1, 1, -2, 3, 3, -1, 3):
        assert np.array_equal(f(X, n).numpy(), f.eager(X, n).numpy())


def logarithms(x, n):
    return x * np.log(np.arange(3.0) * n)


def test_a_warning_is_given_once_at_every_call_and_at_the_line_of_the_program():
    f = ag.function(logarithms)
    for run in (f, f, f.eager):
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            run(X, 2)
        assert [str(w.message) for w in given] == ["divide by zero encountered in log"]
        assert given[0].filename == __file__
        assert given[0].lineno == logarithms.__code__.co_firstlineno + 1


def test_explain_counts_the_calls_that_no_kernel_could_make():
    f = ag.function(logarithms)
    with np.errstate(all="ignore"):
        f(X, 2)
    assert "step by step" not in f.explain()
    for _ in range(2):
        with pytest.warns(RuntimeWarning):
            f(X, 2)
    assert "2 call(s) were made step by step: NumPy failed or warned" in f.explain()


@pytest.mark.parametrize("name", ["save", "savetxt"])
def test_what_is_called_for_what_it_does_is_refused(name, tmp_path):
    save, path = getattr(np, name), str(tmp_path / "x")
    f = ag.function(lambda x, q: save(path, q * np.eye(2)))
    with pytest.raises(
        ag.errors.ConversionError, match="would run once, when it is compiled; call"
    ):
        f(X, 0.5)
    assert not list(tmp_path.iterdir())


def begins_plain(x, n):
    print("begins")
    s = np.zeros(3)
    for _ in range(n):
        s = s * 0.5 + x
    COUNT.assign_add(1.0)
    return s


def test_a_loop_without_a_step_leaves_a_plain_array(capsys):
    f = ag.function(begins_plain)
    COUNT.assign(0.0)
    assert [type(f(X, n)) for n in (2, 0, 3, 0)] == [ag.Tensor, np.ndarray] * 2
    assert float(COUNT.numpy()) == 4.0
    assert capsys.readouterr().out == "begins\n" * 4


def test_a_gradient_goes_through_a_call_that_is_made_step_by_step():
    def loss(x, n):
        return np.sum(begins_plain(x, n) * x)

    f = ag.function(loss)
    for n in (2, 0):
        want = ag.grad(loss)(X, n)
        with ag.GradientTape() as tape:
            tape.watch(X)
            y = f(X, n)
        assert tape.gradient(y, X).numpy().tobytes() == want.numpy().tobytes()


def test_threads_have_numbers_of_their_own():
    f = ag.function(sizes)
    given = [(float(i), 2 + i % 5) for i in range(64)]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda a: f(X, *a).numpy(), given))
    assert all(np.array_equal(y, f.eager(X, *a).numpy()) for y, a in zip(found, given, strict=True))


OWN = np.ones(3)


@pytest.mark.parametrize(
    "write",
    [
        lambda x: OWN.fill(3.0),
        lambda x: np.copyto(OWN, x.shape[0] * 1.0),
        lambda x: np.add(OWN, 1.0, out=OWN),
        lambda x: np.add.at(OWN, 0, 1.0),
        lambda x: OWN[1:].sort(),
        lambda x: exec_in_place(OWN),
    ],
)
def test_an_array_from_outside_is_never_written(write):
    with pytest.raises(
        ag.errors.ConversionError, match="an element of a plain ndarray is assigned"
    ):
        ag.function(write)(X)
    assert OWN.tolist() == [1.0, 1.0, 1.0]


def exec_in_place(array):
    array += 1.0


def fills_in_a_branch(x):
    w = np.zeros(3)
    if x[0] > 0.0:
        w.fill(2.0)
    return x * w


def test_an_array_made_inside_is_not_written_in_a_branch():
    with pytest.raises(
        ag.errors.ConversionError, match="an element of a plain ndarray is assigned"
    ):
        ag.function(fills_in_a_branch)(X)
