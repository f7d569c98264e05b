"""Every program gives the same bytes eagerly and compiled: values, gradients, state, text, errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.tensors.boxes import Box
from tests.identity import copied_lists, found
from tests.identity.levels import as_they_stand
from tests.identity.programs import CASES
from tests.identity.programs import VALUES_ONLY as WRITTEN

VALUES_ONLY = [*WRITTEN, *found.VALUES_ONLY]
FIRST_ORDER = found.FIRST_ORDER
compiled = functools.cache(ag.function)


@pytest.fixture(autouse=True)
def _large_kernels_compiled_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No level of optimisation changes a bit.  Values and most first gradients are compiled as users have them;
    of longer kernels, which take most of the time, LLVM optimises nothing."""
    as_they_stand(monkeypatch, above=1_000)


NAMES = [f"{i}-{program.__name__}" for i, (program, _) in enumerate(CASES)]


@pytest.mark.parametrize(("program", "arguments"), CASES, ids=NAMES)
def test_to_second_order(program: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    ag.verify(compiled(program), *arguments, order=2)


@pytest.mark.parametrize(
    ("program", "arguments"), found.CASES, ids=[p.__name__ for p, _ in found.CASES]
)
def test_what_once_differed(program: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    ag.verify(compiled(program), *arguments, order=2)


@pytest.mark.parametrize(
    ("program", "arguments"), FIRST_ORDER, ids=[p.__name__ for p, _ in FIRST_ORDER]
)
def test_to_first_order(program: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    ag.verify(compiled(program), *arguments, order=1)


def test_what_gives_way_is_compiled() -> None:
    """Not run step by step, as it was when an error of the staging was taken for the program's."""
    f = compiled(copied_lists.numbers_in_the_place_of_tensors)
    f(copied_lists.X, 2)
    assert ": 1 signature" in f.explain()


@pytest.mark.parametrize("scale", [np.float64(2.0), np.float32(2.0), np.int64(2), 2.0])
def test_scalars_are_differentiated_as_arrays_are(scale: Any) -> None:
    ag.verify(ag.function(lambda x, a: x * x * a * a), np.array(3.0), scale, order=2)


def test_what_verify_cannot_compare_is_told() -> None:
    def square(x: Any) -> Any:
        return x * x

    with pytest.raises(TypeError, match=r"needs a function made by @ag\.function, not function"):
        ag.verify(square, 2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="order is 3; 0, 1 or 2 is needed"):
        ag.verify(ag.function(square), 2.0, order=3)


@pytest.mark.parametrize(
    ("program", "arguments"), VALUES_ONLY, ids=[p.__name__ for p, _ in VALUES_ONLY]
)
def test_values(program: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    ag.verify(compiled(program), *arguments, order=0)


@pytest.mark.parametrize(("program", "arguments"), CASES, ids=NAMES)
def test_plain_arguments(program: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    plain = [np.asarray(a.numpy()) if isinstance(a, Box) else a for a in arguments]
    if program.__name__.startswith(("rows_of_a_written", "writes_its_argument")):
        with pytest.raises(ag.errors.ConversionError, match=r"x = x\.copy\(\)"):
            compiled(program)(*plain)
    else:
        ag.verify(compiled(program), *plain, order=0)
