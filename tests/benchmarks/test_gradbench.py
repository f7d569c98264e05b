"""GradBench's evals: every output against a plain program, and the messages of the protocol."""

import json
import math

import pytest

from benchmarks.gradbench.check import check, mismatches
from benchmarks.gradbench.protocol import MODULES, answers


@pytest.mark.parametrize("module", MODULES)
def test_every_output_is_that_of_a_plain_program(module):
    assert {name: wrong for name, wrong, _ in check(module) if wrong} == {}


def test_the_comparison_sees_what_is_wrong():
    expected = {"values": [1.0, 1e-3], "rows": [1, 2]}
    assert not list(mismatches(expected, {"values": [1.0 + 1e-10, 1e-3], "rows": [1, 2]}))
    for values in ([1.001, 1e-3], [1.0, 1e-3 + 1e-11], [1.0, math.nan], [1.0], [[1.0, 1e-3]], None):
        assert list(mismatches(expected, {"values": values, "rows": [1, 2]}))
    assert list(mismatches(expected, {"values": [1.0, 1e-3], "rows": [1, 3]}))
    assert list(mismatches(expected, {"values": [1.0, 1e-3]}))


def replies(*messages):
    lines = [json.dumps({"id": i} | message) for i, message in enumerate(messages)]
    return [json.loads(line) for line in answers(lines)]


def test_a_session():
    given = {"x": [0.0, 0.0], "min_runs": 3, "min_seconds": 0.0}
    evaluate = {"kind": "evaluate", "module": "lse", "function": "primal", "input": given}
    start, define, evaluated, analysis = replies(
        {"kind": "start", "eval": "lse"},
        {"kind": "define", "module": "lse"},
        evaluate,
        {"kind": "analysis", "of": 2, "valid": True},
    )
    assert start == {"id": 0, "tool": "autograph-lite"}
    assert define == {"id": 1, "success": True}
    assert evaluated["success"] and evaluated["output"] == pytest.approx(math.log(2.0))
    assert [timing["name"] for timing in evaluated["timings"]] == ["evaluate"] * 3
    assert all(timing["nanoseconds"] > 0 for timing in evaluated["timings"])
    assert analysis == {"id": 3}


def test_runs_go_on_until_their_time_is_over():
    given = {"x": [0.0], "min_runs": 1, "min_seconds": 0.01}
    message = {"kind": "evaluate", "module": "lse", "function": "primal", "input": given}
    (evaluated,) = replies(message)
    spent = [timing["nanoseconds"] for timing in evaluated["timings"]]
    assert sum(spent[:-1]) < 0.01e9 <= sum(spent)


def test_faults_are_told_and_the_session_goes_on():
    evaluate = {"kind": "evaluate", "module": "lse", "function": "primal"}
    unknown, broken, infinite, start = replies(
        {"kind": "define", "module": "fft"},
        evaluate | {"input": {}},
        evaluate | {"input": {"x": [math.inf]}},
        {"kind": "start"},
    )
    assert not unknown["success"] and "'fft'" in unknown["error"]
    assert not broken["success"] and "KeyError" in broken["error"]
    assert not infinite["success"] and "output" not in infinite
    assert start["tool"] == "autograph-lite"
