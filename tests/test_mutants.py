"""The planting of faults itself: a tool that finds everything would find nothing."""

from __future__ import annotations

import pytest

from autograph_lite.ops import OPS
from tests.mutants import HARMLESS, Mutant, examine, mutants


def of(name, fault):
    return next(m for m in mutants(OPS[name]) if m.fault == fault)


def verdicts(*planted, monkeypatch):
    by_op = {m.op: [m] for m in planted}
    monkeypatch.setattr("tests.mutants.mutants", by_op.get)
    return examine([m.op for m in planted], 1)


def test_what_means_the_same_survives_and_a_fault_does_not(monkeypatch):
    same = Mutant(OPS["multiply"], "nothing", {"body": OPS["multiply"].body})
    survivors, count = verdicts(same, of("add", "value negated"), monkeypatch=monkeypatch)
    assert (survivors, count) == ([same], 2)


@pytest.mark.parametrize(
    "fault", ["eager scalar negated", "derivative: contribution 1 times 1.001"]
)
def test_a_fault_of_any_part_is_noticed(fault, monkeypatch):
    assert verdicts(of("subtract", fault), monkeypatch=monkeypatch) == ([], 1)


def test_what_cannot_be_planted_is_an_error(monkeypatch):
    with pytest.raises(RuntimeError, match="cannot plant: add: a field that is not there"):
        verdicts(
            Mutant(OPS["add"], "a field that is not there", {"colour": "red"}),
            monkeypatch=monkeypatch,
        )


def test_every_harmless_fault_exists():
    for name, fault in HARMLESS:
        assert of(name, fault)
