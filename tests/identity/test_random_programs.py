"""Random programs give the same bytes in every mode: 200 that stay the same, and new ones each time."""

from __future__ import annotations

import ast
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograph_lite.frontend.constructs import ALLOWED
from tests.identity.check import check_text
from tests.identity.generate import build, generate
from tests.identity.levels import as_they_stand
from tests.identity.program import Program, source

LONG = {72, 137, 160}
"""Programs that take a tenth of the time of all."""
MANY = 2000
FIXED = sorted(set(range(200 + len(LONG))) - LONG)
TO_SECOND_ORDER = 10
"""One in so many is differentiated twice; `make fuzz` does so with all."""


@pytest.fixture(autouse=True)
def _large_kernels_compiled_in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `make fuzz` does; else four fifths of the time would be LLVM's."""
    as_they_stand(monkeypatch, above=1_000)


def examine(program: Program, folder: Path, order: int) -> None:
    program = replace(program, order=min(order, program.order))
    found = check_text(source(program), folder)
    assert not found.bad, f"{found.kind} {found.mode}: {found.detail}\n\n{source(program)}"


@pytest.mark.parametrize("seed", FIXED)
def test_fixed(seed: int, tmp_path: Path) -> None:
    program, _ = generate(seed)
    examine(program, tmp_path, order=1 if seed % TO_SECOND_ORDER else 2)


def test_most_programs_are_compared(tmp_path: Path) -> None:
    """What is refused, or raises in both modes, counts as the same and says nothing."""
    programs = [replace(generate(seed)[0], order=0) for seed in range(0, 200, 5)]
    kinds = [check_text(source(program), tmp_path).kind for program in programs]
    assert kinds.count("same") >= 0.9 * len(kinds), Counter(kinds)


def test_they_hold_every_construct() -> None:
    """Every kind of node that is staged stands in a function of one of them."""
    trees = (ast.parse(source(generate(seed)[0])) for seed in range(MANY))
    functions = (n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))
    held = {type(part).__name__ for function in functions for part in ast.walk(function)}
    assert ALLOWED - held == {"Param", "pattern"}  # gast's own, and a class of others


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_new(tmp_path_factory: Any, rng: random.Random) -> None:
    program, _ = build(rng)
    examine(program, tmp_path_factory.mktemp("program"), order=1)
