"""What a program leaves that stops on its way: the same bytes eagerly, compiled, under a tape, from disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from tests.identity import finals
from tests.identity.check import answer
from tests.identity.faults import CASES as FAULTS

CASES = [*FAULTS, *finals.FAULTS]
NAMES = [f"{i}-{program.__name__}" for i, (program, _) in enumerate(CASES)]


@pytest.mark.parametrize(("program", "arguments"), CASES, ids=NAMES)
def test_what_is_left(program: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    ag.verify(ag.function(program), *arguments, order=0)


@pytest.mark.parametrize(("program", "arguments"), CASES, ids=NAMES)
def test_what_is_left_under_a_tape(program: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    ag.verify(ag.function(program), *arguments, order=1)


def test_python_s_own_error_in_a_try() -> None:
    """It ends staging, before anything has run; then it is met again step by step."""
    seen = []
    for run in (finals.raises_inside, ag.function(finals.raises_inside)):
        finals.DEPTH.assign(0.0)
        with pytest.raises(KeyError, match="'b'"):
            run(finals.X, 2.0)
        seen.append(float(finals.DEPTH))
    assert seen == [0.75, 0.75]
    for run in (finals.reads_a_deleted_name, ag.function(finals.reads_a_deleted_name)):
        finals.DEPTH.assign(0.0)
        with pytest.raises(UnboundLocalError, match="local variable 'y'"):
            run(finals.X, 2.0)
        assert float(finals.DEPTH) == 0.5
    ag.function(finals.raises_inside).compile(finals.X, 2.0)  # a call meets it


def left(folder: Path) -> Any:
    """What the programs leave in a new process with this cache folder."""
    return answer(folder, "tests.identity.faults")


def test_what_is_left_by_kernels_from_disk(tmp_path: Path) -> None:
    cold, warm = left(tmp_path / "kernels"), left(tmp_path / "kernels")
    assert cold["compiled"] > len(FAULTS) // 2 and warm["compiled"] == 0
    assert cold["left"] == warm["left"]


def test_staging_writes_nothing() -> None:
    """A view that was taken before is as good as it was, whether the function is refused or compiled."""
    x, v = ag.constant(np.zeros(4)), ag.Variable(1.0)
    view = x[1:3]

    @ag.function
    def writes(n):
        x[0] = 1.0 * n
        v.assign_add(1.0)
        return x[0]

    @ag.function
    def refused(n):
        x[0] = 1.0 * n
        v.assign_add(1.0)
        return [1.0] if n > 2 else (2.0, 3.0)

    writes.compile(2)
    with pytest.raises(ag.errors.AutographError):
        refused(2)
    assert view.numpy().tolist() == [0.0, 0.0] and float(v) == 1.0
    writes(2)
    with pytest.raises(ag.errors.StaleViewError):
        view.numpy()


@pytest.mark.parametrize("other", ["a", (1, 2)])
def test_a_number_or_something_else_is_refused(other: Any) -> None:
    @ag.function
    def either(x):
        if x > 0.0:
            y = 1
        else:
            y = other
        return y

    with pytest.raises(ag.errors.GraphTypeError, match="'y' is a Python int after one branch"):
        either(ag.constant(1.0))
