"""Long kernels run as they stand first, and are optimised when that pays; no bit changes."""

import math

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite_runtime import load

IR = """
define i32 @"sum"(ptr %slots) {
start:
  %to = getelementptr i64, ptr %slots, i64 1
  br label %loop
loop:
  %i = phi i64 [ 0, %start ], [ %next, %loop ]
  %s = phi double [ 0.0, %start ], [ %added, %loop ]
  %x = sitofp i64 %i to double
  %square = fmul double %x, 0x3FB999999999999A
  %added = fadd double %s, %square
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, 1000
  br i1 %more, label %loop, label %end
end:
  store double %added, ptr %to
  ret i32 0
}
"""


@pytest.fixture(autouse=True)
def _every_kernel_is_long(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", str(tmp_path))
    monkeypatch.setattr(load, "ENTRIES", {})
    monkeypatch.setattr(load, "AT_ONCE", 0)
    monkeypatch.setattr(load, "OPTIMISING", 1e-9)


@pytest.fixture
def levels(monkeypatch):
    """The levels of what is compiled, in order."""
    seen, emit = [], load.object_code
    monkeypatch.setattr(
        load, "object_code", lambda ir, level: seen.append(level) or emit(ir, level)
    )
    return seen


def result(entry):
    slots = np.zeros(2, np.int64)
    assert entry.call(slots) == 0
    return slots[1]


def test_it_is_optimised_when_it_has_run_for_long_enough(levels):
    entry = load.compile(IR, "sum")
    as_it_stands = entry.address
    first = result(entry)
    assert not entry.settled and entry.address == as_it_stands
    again = [result(entry) for _ in range(3)]
    assert entry.settled and entry.address != as_it_stands
    assert set(again) == {first}
    assert levels == [load.NOTHING, load.EVERYTHING]


def test_not_before(levels, monkeypatch):
    monkeypatch.setattr(load, "OPTIMISING", math.inf)
    entry = load.compile(IR, "sum")
    assert len({result(entry) for _ in range(100)}) == 1
    assert not entry.settled and levels == [load.NOTHING]


def test_a_short_one_is_optimised_at_once(levels, monkeypatch):
    monkeypatch.setattr(load, "AT_ONCE", IR.count("\n"))
    assert load.compile(IR, "sum").settled and levels == [load.EVERYTHING]


def test_loops_of_a_long_one_are_not_unrolled(levels, monkeypatch):
    monkeypatch.setattr(load, "UNROLLED", 0)
    entry = load.compile(IR, "sum")
    assert len({result(entry) for _ in range(3)}) == 1
    assert levels == [load.NOTHING, load.WITHOUT_UNROLLING]


def test_the_next_process_finds_the_better_one(levels):
    entry = load.compile(IR, "sum")
    want = {result(entry) for _ in range(2)}
    load.ENTRIES.clear()
    entry = load.compile(IR, "sum")
    assert entry.settled and {result(entry)} == want
    assert len(levels) == 2, "nothing was compiled again"


def test_and_the_hasty_one_if_there_is_no_better(levels):
    result(load.compile(IR, "sum"))
    load.ENTRIES.clear()
    assert not load.compile(IR, "sum").settled
    assert levels == [load.NOTHING]


def test_an_interrupt_while_it_is_optimised_loses_nothing(monkeypatch):
    entry = load.compile(IR, "sum")
    want = result(entry)

    def interrupted(ir, level):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(load, "object_code", interrupted)
        result(entry)
    assert not entry.settled
    assert result(entry) == want and entry.settled


def test_calls_of_a_function_go_the_fast_way_after_that(levels):
    @ag.function
    def f(x):
        for _ in range(3):
            x = x + np.sin(x) * 0.1
        return x

    x = np.linspace(-1.0, 1.0, 17)
    want = f.eager(x).numpy().tobytes()
    del levels[:]
    for _ in range(5):
        assert f(x).numpy().tobytes() == want
    assert load.NOTHING in levels and load.EVERYTHING in levels and f._quick
