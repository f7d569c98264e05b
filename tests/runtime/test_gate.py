"""The gate: the same answers as filling slots from Python, and a miss wherever something does not fit."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from dataclasses import replace

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GraphIndexError
from autograph_lite_runtime import gate


def run_program(tmp_path, code):
    """In a process of its own; functions need a file to be read from."""
    file = tmp_path / "program.py"
    file.write_text(code)
    subprocess.run([sys.executable, file], check=True, timeout=120)


def executable(function, *args):
    function(*args)
    return list(function._specialisations.values())[-1][0].callee.ready()


@ag.function
def doubled(x):
    return x + x


@ag.function
def several(x):
    return np.logical_not(x), np.maximum(x, x), np.sum(x), ag.zeros(2) + np.sum(x)


@ag.function
def numbers(x):
    return x + x, x < 1, -x


VALUES = [
    0.1,
    7,
    True,
    np.float64(-0.0),
    np.float32(0.1),
    np.int64(-(2**62)),
    np.int32(-3),
    np.bool_(True),
    np.arange(3.0),
    np.arange(6, dtype=np.float32).reshape(2, 3),
    np.arange(4, dtype=np.int32),
    np.arange(3, dtype=np.int64),
    np.array([True, False, True]),
    np.zeros((2, 0)),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: f"{type(v).__name__}{np.shape(v)}")
def test_gate_gives_what_slots_give(value):
    kernel = replace(
        executable(several if isinstance(value, np.generic | np.ndarray) else numbers, value),
        runs=0,
        enter=None,
    )
    slow = kernel.run([value])
    assert kernel.enter is None
    kernel.run([value])
    assert kernel.enter is not None
    fast = kernel.enter(value)
    assert len(slow) == len(fast) == len(kernel.results)
    for a, b in zip(slow, fast, strict=True):
        assert type(a) is type(b) and np.asarray(a).dtype == np.asarray(b).dtype
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes() and np.shape(a) == np.shape(b)


def test_what_does_not_fit_is_a_miss():
    enter = executable(doubled, np.arange(3.0)).gated()
    x = np.arange(6.0)
    assert np.array_equal(enter(x), x + x)
    for other in (
        1.0,
        x[::2],
        x.astype(np.float32),
        x.reshape(2, 3),
        np.float64(1),
        x.astype(">f8"),
    ):
        assert enter(other) is gate.MISS
    assert enter() is gate.MISS and enter(x, x) is gate.MISS
    integer = executable(ag.function(lambda n: n + 1), 5).gated()
    assert integer(7) == 8
    assert integer(True) is integer(7.0) is integer(2**63) is gate.MISS


def test_relations_between_slots():
    kernel = executable(ag.function(lambda x, y: np.sum(x) + np.sum(y)), np.ones(2), np.ones(3))
    (_, x), (_, y) = kernel.arguments
    two, three = np.ones(2), np.ones(3)

    def taken(relation, *arrays):
        return kernel.gated([relation])(*arrays) is not gate.MISS

    assert taken((gate.IS, x + 1, 2), two, three) and not taken((gate.IS, x + 1, 3), two, three)
    assert taken((gate.SAME, x + 1, y + 1), two, two) and not taken(
        (gate.SAME, x + 1, y + 1), two, three
    )
    assert taken((gate.OTHER, x + 1, y + 1), two, three) and not taken(
        (gate.OTHER, x + 1, y + 1), two, two
    )
    assert taken((gate.ABOVE, x + 1, 1), two, three) and not taken(
        (gate.ABOVE, x + 1, 2), two, three
    )


def test_an_array_owns_its_memory():
    enter = executable(doubled, np.arange(3.0)).gated()
    out = enter(np.arange(3.0))
    assert out.flags.writeable and out.flags.aligned and out.base is not None
    inner, there = out[1:], weakref.ref(out)
    del out
    gc.collect()
    assert there() is not None and np.array_equal(inner, [2.0, 4.0])


def test_a_fault_carries_site_and_numbers():
    kernel = executable(ag.function(lambda x, i: x[i]), np.arange(3.0), 1)
    enter = kernel.gated()
    assert enter(np.arange(3.0), 2) == 2.0
    with pytest.raises(gate.Fault) as caught:
        enter(np.arange(3.0), 5)
    assert 5 in caught.value.args
    assert enter(np.arange(3.0), 2) == 2.0  # and the next call finds everything in order
    for _ in range(3):
        with pytest.raises(GraphIndexError) as error:
            kernel.run([np.arange(3.0), 5])
        assert error.value.__context__ is None


def test_a_call_inside_a_call_takes_the_ordinary_way(tmp_path):
    """While a long kernel looks at signals a handler may call a kernel, the same one too."""
    code = """
import signal
import numpy as np
import autograph_lite as ag

@ag.function
def count(n):
    s = 0.0
    for i in ag.arange(n):
        s = s * 0.5 + 1.0
    return s

for _ in range(4):
    short = float(count(10))
found = []
signal.signal(signal.SIGALRM, lambda *_: found.append(float(count(10)) == short))
signal.setitimer(signal.ITIMER_REAL, 0.02)
long = float(count(20_000_000))
assert found == [True], found
assert float(count(10)) == short
"""
    run_program(tmp_path, code)


def test_arrays_outlive_everything_at_exit(tmp_path):
    code = """
import sys
import numpy as np
import autograph_lite as ag
gradient = ag.value_and_grad(ag.function(lambda x: np.sum(x * x)))
for _ in range(4):
    value, kept = gradient(np.arange(5.0))
sys.kept = [kept]
sys.kept.append(sys.kept)
"""
    run_program(tmp_path, code)


def test_no_gate_where_memory_is_not_as_expected(monkeypatch):
    kernel = executable(doubled, np.arange(3.0))
    monkeypatch.setattr(gate, "as_expected", lambda: False)
    assert kernel.gated() is None
    function = ag.function(lambda x: x * 3.0)
    for _ in range(4):
        assert function(2.0) == 6.0
