"""Gradients of calls among other uses of their arguments, in the order of the unrolled program."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.call.verify import AGAIN, modes, outcome
from tests.identity import assigned, kept, used_again, watched
from tests.identity.levels import as_they_stand
from tests.identity.used_again import PROGRAMS, halves

compiled = cache(ag.function)
SECOND = [*kept.CASES, *assigned.CASES, *watched.CASES]
NUMBERS = np.random.default_rng(3).uniform(0.3, 2.0, 12)


@ag.function
def halves_compiled(a, b, tol):
    if b - a < tol:
        return (b - a) * np.sin(a)
    m = 0.5 * (a + b)
    return halves_compiled(a, m, tol) + halves_compiled(m, b, tol)


def gradient(f, *given):
    """Of the result and of what the arguments are used for before and after, by a tape outside."""
    sources = [ag.constant(x) for x in given if isinstance(x, float)]
    rest = iter(sources)
    args = [next(rest) if isinstance(x, float) else x for x in given]
    with ag.GradientTape() as tape:
        tape.watch(sources)
        before = sum(np.sin(x) for x in sources)
        out = f(*args) + before
        out = out + sum(np.cos(x) * x for x in sources)
    return [np.asarray(g).tobytes() for g in tape.gradient(out, sources)]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_a_call_among_other_uses(program, n):
    for x in map(float, NUMBERS):
        assert gradient(compiled(program), x, n) == gradient(program, x, n)


@pytest.mark.parametrize("tol", [0.5, 0.2, 0.1])
def test_recursion_among_other_uses(tol):
    for a, width in zip(NUMBERS[::2], NUMBERS[1::2], strict=True):
        given = float(a), float(a + width), ag.constant(tol)
        assert gradient(halves_compiled, *given) == gradient(halves, *given)


def test_a_function_that_calls_itself_compiled():
    """Step by step it calls its compiled form, to which a tape leads."""
    a, b = map(ag.constant, (0.1, 2.9))
    ag.verify(halves_compiled, a, b, ag.constant(0.3), order=1)


@pytest.mark.parametrize(
    ("program", "given"),
    SECOND,
    ids=[f"{i}-{program.__name__}" for i, (program, _) in enumerate(SECOND)],
)
def test_second_derivatives(program, given, monkeypatch):
    """What arrives at a cell, or at a variable, in the second pass goes on outside the call."""
    as_they_stand(monkeypatch)
    f = compiled(program)
    f.compile(*given)
    run, reference = modes(f, 2, again=2)[AGAIN]
    assert outcome(reference, f, given).difference(outcome(run, f, given)) is None


def test_every_program_is_here():
    names = {f.__name__ for f in vars(used_again).values() if callable(f)} - {"halves"}
    assert names == {f.__name__ for f in PROGRAMS}
