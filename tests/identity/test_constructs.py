"""Every construct means the same compiled as step by step and undecorated, in every place, to second order."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

import autograph_lite as ag
from autograph_lite.call.verify import named, outcome
from tests.identity.check import load
from tests.identity.constructs import branches, calls, data, loops
from tests.identity.constructs.places import NESTED, PLACES, module
from tests.identity.constructs.row import Row
from tests.identity.levels import as_they_stand

ROWS = (
    *(loops.LOOPS + branches.BRANCHES),
    *(data.ASSIGNMENTS + data.STATE),
    *(calls.CALLS + calls.BUILTINS),
)
INPUTS = tuple(
    (ag.constant(x), ag.constant(s), n, times)
    for x, s, n, times in (
        ([0.5, -1.2, 2.0], 0.7, 3, 2),
        ([0.5, -1.2, 2.0], 0.9, 0, 1),
        ([-0.3, 1.1, 0.8], 0.4, 2, 3),
        ([-0.3, 1.1, 0.8], -0.6, 1, 0),
    )
)
"""Both arms of the branches, steps and none of them in the row and around it."""


@pytest.fixture(autouse=True)
def _compiled_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No level of optimisation changes a bit; without it compiling takes a quarter of the time."""
    as_they_stand(monkeypatch)


def test_rows_have_names_of_their_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("place", PLACES)
def test_row(row: Row, place: str, tmp_path: Path) -> None:
    program = getattr(load(module(row), tmp_path), place.replace(" ", "_") + "_")
    f = ag.function(program)
    raised = set()
    for args in INPUTS:
        ag.verify(f, *args, order=1 if place == NESTED else 2)
        want, got = (outcome(lambda *a: named(run(*a)), f, args) for run in (program, f))
        assert (found := want.difference(got)) is None, f"undecorated and compiled: {found}"
        if error := dict(want.parts).get("error"):
            raised.add(error[0])
            assert place_of(program, args) in told(f, args)
    assert raised == set(row.raises)


def told(run: Any, args: tuple[Any, ...]) -> str:
    """All that a user reads of the error that ends a run."""
    with pytest.raises(Exception) as info:
        run(*args)
    return "".join(traceback.format_exception(info.value))


def place_of(program: Any, args: tuple[Any, ...]) -> str:
    """The last line of the user's file in the traceback of the undecorated function."""
    with pytest.raises(Exception) as info:
        program(*args)
    file = program.__code__.co_filename
    frames = traceback.extract_tb(info.value.__traceback__)
    last = [frame.lineno for frame in frames if frame.filename == file][-1]
    return f'File "{file}", line {last}'
