"""Functions that call themselves until the run ends that: the same bits, and what mathematics says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.call.verify import named, outcome
from autograph_lite.errors import ConversionError
from autograph_lite_runtime import load as loading
from tests.identity import recursion
from tests.identity.recursion import FIRST_ORDER, SECOND_ORDER, X, det, power

ORDERS = [(2, *case) for case in SECOND_ORDER] + [(1, *case) for case in FIRST_ORDER]
NAMES = [f"{i}-{program.__name__}" for i, (_, program, _) in enumerate(ORDERS)]


@pytest.fixture(autouse=True)
def _compiled_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """No level of optimisation changes a bit; without it compiling takes a quarter of the time."""
    monkeypatch.setattr(loading, "TIERS", ((sys.maxsize, 0),))


@pytest.mark.parametrize(("order", "program", "arguments"), ORDERS, ids=NAMES)
def test_same_bits(order: int, program: Callable[..., Any], arguments: Any) -> None:
    f = ag.function(program)
    want, got = (outcome(lambda *a: named(run(*a)), f, arguments) for run in (program, f))
    assert (found := want.difference(got)) is None, f"undecorated and compiled: {found}"
    ag.verify(f, *arguments, order=order)
