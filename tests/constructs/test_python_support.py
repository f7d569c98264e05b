"""docs/python_support.md is what the table and the programs give; `python -m` this module writes it anew."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path

import pytest

import autograph_lite as ag
from autograph_lite.errors import AutographError
from autograph_lite.frontend.constructs import CONSTRUCTS
from autograph_lite.frontend.meanings import MEANINGS
from tests.constructs import control, functions, lists, objects, values
from tests.constructs.table import REFUSED, ROWS, UNROLLED, page, refusal, sentence
from tests.identity.levels import as_they_stand

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python_support.md"
FILLED = (control, values, functions, objects, lists)  # whose rows stand in the table now
RUN = [row for row in ROWS if row.how is not REFUSED]
REFUSALS = [row for row in ROWS if row.how is REFUSED and row.runs_here]


@pytest.mark.parametrize("row", RUN, ids=str)
def test_what_is_compiled_is_the_same_to_the_second_derivative(row, monkeypatch):
    as_they_stand(monkeypatch, above=1_000)
    f = ag.function(row.made())
    ag.verify(f, *row.arguments)
    if row.how is UNROLLED:
        assert not re.search(r"= (loop|if)\b", f.graph(*row.arguments))


@pytest.mark.parametrize(
    "row", [row for row in RUN if row.construct in ("`for`", "`while`")], ids=str
)
def test_a_loop_is_a_loop(row):
    found = re.search(r"= loop\b", ag.function(row.made()).graph(*row.arguments))
    assert (found is None) == (row.how is UNROLLED)


@pytest.mark.parametrize("row", REFUSALS, ids=str)
def test_what_is_refused_is_told_in_these_words(row):
    found = refusal(row)
    assert found.message == sentence(row)
    assert found.origin is not None and "^" in str(found)
    assert re.search(r"; |: ", found.message), "what to write instead is missing"
    assert "\n" not in found.message and ". " not in found.message


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda c: c.what)
def test_every_construct_has_a_program(construct):
    found = [row for row in ROWS if row.construct == construct.what]
    unseen = construct.what == "`from m import *`"  # Python itself refuses it in a function
    assert found or unseen or not construct.part
    if construct.refused:
        assert all(row.how is REFUSED for row in found)
    elif found:
        assert any(row.how is not REFUSED for row in found), "it says that it is allowed"


@pytest.mark.parametrize("builtin", MEANINGS, ids=lambda b: b.__name__)
def test_every_builtin_has_a_program(builtin):
    if builtin.__module__ == "_operator":
        return  # they mean what the operators mean
    assert any(f"`{builtin.__name__}`" in row.what for row in ROWS if row.construct == "Builtins")


def test_no_row_is_there_twice():
    rows = [str(row) for row in ROWS]
    assert len(rows) == len(set(rows))


def test_the_page_is_what_the_table_gives():
    assert PAGE.read_text() == page()


def test_a_row_that_says_something_else_is_noticed():
    text = PAGE.read_text().replace("yield is not staged", "yield is staged", 1)
    assert text != page()


def test_a_program_that_compiles_is_no_refusal():
    with pytest.raises(AssertionError, match="is not refused"), contextlib.suppress(AutographError):
        refusal(RUN[0])


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.exit(0)
