"""Conditions mean what truth tables say they mean."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from autograph_lite.ir.conditions import ALWAYS, NEVER, STEPS, Conditions
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import tensor

BOOLS = 5
ROWS = tuple(itertools.product((False, True), repeat=BOOLS))

formulas = st.recursive(
    st.integers(0, BOOLS - 1),
    lambda inner: st.tuples(st.just("not"), inner) | st.tuples(st.just("and"), inner, inner),
    max_leaves=12,
)


def table(formula: object, row: tuple[bool, ...]) -> bool:
    match formula:
        case int(place):
            return row[place]
        case ("not", inner):
            return not table(inner, row)
        case (_, a, b):
            return table(a, row) and table(b, row)
    raise AssertionError(formula)


def meant(formula: object, known: Conditions, values: list[Value]) -> int:
    match formula:
        case int(place):
            return known.number(values[place])
        case ("not", inner):
            return -meant(inner, known, values)
        case (_, a, b):
            found = known.both(meant(a, known, values), meant(b, known, values))
            assert found is not None
            return found
    raise AssertionError(formula)


def _values(count: int) -> list[Value]:
    return [Value(tensor("bool", 0)) for _ in range(count)]


@given(formulas, formulas)
def test_what_holds_in_the_same_runs_is_one_condition(one: object, other: object) -> None:
    known, values = Conditions(), _values(BOOLS)
    a, b = meant(one, known, values), meant(other, known, values)
    of_one, of_other = ([table(x, row) for row in ROWS] for x in (one, other))
    assert (a == b) == (of_one == of_other)
    assert (a == -b) == all(x != y for x, y in zip(of_one, of_other, strict=True))
    assert (a == ALWAYS) == all(of_one)
    assert (a == NEVER) == (not any(of_one))


def test_something_new_is_one_step_from_all_that_was_there() -> None:
    known, all_of_them = Conditions(), ALWAYS
    for value in _values(20 * STEPS):
        found = known.both(all_of_them, known.number(value))
        assert found is not None
        all_of_them = found
    assert known.both(all_of_them, -all_of_them) == NEVER


def test_what_takes_too_many_steps_is_not_told() -> None:
    known = Conditions()
    ours, theirs = ([known.number(v) for v in _values(4 * STEPS)] for _ in range(2))
    alternating = ALWAYS
    for one, other in zip(ours, theirs, strict=True):
        either = known.both(-one, -other)
        assert either is not None
        found = known.both(alternating, -either)
        if found is None:
            return
        alternating = found
    raise AssertionError("every condition was told")
