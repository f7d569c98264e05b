"""Every op of the table: eager against compiled, against a reference, derivatives twice."""

import pytest

import autograph_lite.api  # noqa: F401  (the whole table)
from autograph_lite.gradient.reverse import THREADED
from autograph_lite.ops import OPS
from autograph_lite.ops.record import Structural, Threaded
from autograph_lite.render.lower import NAMED
from tests.ops import checks
from tests.ops.corners import CORNERS, check_corner
from tests.ops.samples import NUMBERS, REGIONS, SHAPED, elementwise, samples

TRIED = [op for op in OPS.values() if op.name not in REGIONS]


@pytest.mark.parametrize("op", TRIED, ids=str)
def test_an_op_has_one_value_and_the_right_derivatives(op):
    checks.check(op)


@pytest.mark.parametrize("corner", CORNERS, ids=str)
def test_a_corner_has_the_documented_derivative(corner):
    check_corner(corner)


def test_no_op_is_without_samples():
    without = [
        op.name for op in TRIED if not (elementwise(op) or op.name in SHAPED or op.name in NUMBERS)
    ]
    assert not without, f"say in tests/ops/samples.py how to try {without}"
    assert all(samples(op) for op in TRIED)
    assert set(OPS) >= REGIONS and set(OPS) >= set(SHAPED)


def test_what_a_record_leaves_to_a_stage_is_there():
    """Whoever lowers or reverses an op by its name does so for all of them and for no other."""
    structural = {op.name for op in OPS.values() if isinstance(op.body, Structural)}
    # a call is eager, and stated derivatives are gone before anything is lowered
    assert {*NAMED, "call", "custom"} == structural
    assert set(THREADED) == {op.name for op in OPS.values() if isinstance(op.derivative, Threaded)}
