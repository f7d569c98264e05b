"""`explain` says what was captured and what made a function compile again; no two numbers share a key."""

import itertools
import math
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import autograph_lite as ag
from tests.identity.check import ROOT

SCALE, POWER, KIND = 2.0, 3, "cube"
TABLE = {"w": ag.constant([1.0, 2.0]), "k": 2}
WEIGHT = ag.Variable([1.0, 2.0])
SHIFT = np.array([0.5, 0.25])
X = ag.constant([1.5, 2.5])


def helper(x):
    return x * SCALE + SHIFT


def captures(x):
    y = helper(x) * WEIGHT * TABLE["w"]
    for _ in range(POWER):
        y = y * x
    return y if KIND == "cube" else -y


def without_seconds(text):
    return re.sub(r"\d+\.\d{3} s", "? s", text)


FIRST = """\
captures: 1 signature(s)
  (float64[2]): first call, staged in ? s, compiled in ? s
    read at every call: SCALE of helper (float), SHIFT of helper (float64[2]), WEIGHT of captures (variable \
float64[2]), a part of TABLE of captures (float64[2])
    compiled for: helper of captures, TABLE of captures, POWER of captures = 3, KIND of captures = 'cube'"""


def test_it_says_what_was_captured():
    assert without_seconds(ag.function(captures).explain(X)) == FIRST


def reasons(f):
    lines = f.explain().splitlines()
    return [
        line.split("): ", 1)[1].rsplit(", staged", 1)[0] for line in lines if "staged in" in line
    ]


def test_it_says_what_made_it_compile_again(monkeypatch):
    f, home = ag.function(captures), __name__
    f(X)
    changes = [
        (lambda: monkeypatch.setattr(f"{home}.SCALE", 5.0), None),
        (lambda: monkeypatch.setattr(f"{home}.POWER", 4), "POWER of captures (3, now 4)"),
        (lambda: monkeypatch.setattr(f"{home}.KIND", "no"), "KIND of captures ('cube', now 'no')"),
        (lambda: monkeypatch.setattr(f"{home}.SCALE", 5), "SCALE of helper (now int)"),
        (lambda: monkeypatch.setattr(f"{home}.SCALE", 5.0), None),
        (
            lambda: monkeypatch.setattr(f"{home}.SHIFT", np.ones(1)),
            "SHIFT of helper (now float64[1])",
        ),
        (lambda: monkeypatch.setitem(TABLE, "k", 3), "TABLE of captures"),
        (lambda: monkeypatch.setitem(TABLE, "k", 2), None),
        (lambda: monkeypatch.setattr(f"{home}.helper", lambda x: x), "helper of captures"),
        (lambda: monkeypatch.delattr(f"{home}.KIND"), None),
    ]
    wanted = ["first call"]
    for change, why in changes[:-1]:
        change()
        assert np.array_equal(f(X).numpy(), f.eager(X).numpy())
        wanted += [] if why is None else [f"changed: {why}"]
        assert reasons(f) == wanted
    f(X[:1])
    assert reasons(f)[-1] == "another signature"
    changes[-1][0]()
    for run in (f, f.eager):
        with pytest.raises(NameError, match="KIND"):
            run(X)


def test_a_tape_around_a_call_stages_what_takes_gradients_itself_once_more():
    f = ag.function(lambda x: ag.grad(lambda z: np.sum(z * z * z))(x))
    x = ag.constant(np.arange(2.0))
    f(x)
    for _ in range(2):
        with ag.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        assert tape.gradient(y, x).numpy().tolist() == [0.0, 6.0]
    assert f(x).numpy().tolist() == [0.0, 3.0]
    assert reasons(f) == ["first call", "a tape follows the call"]


class Model:
    def __init__(self):
        self.parts = [ag.Variable(float(k)) for k in range(12)]
        self.rates = {f"r{k}": k for k in range(12)}

    def run(self, x):
        for part in self.parts:
            x = x * part
        return x * self.a + self.b + self.c + self.d + self.e + self.f + self.g + self.h + self.i


def test_long_lists_are_cut():
    model = Model()
    for name in "abcdefghi":
        setattr(model, name, 1.0)
    text = ag.function(lambda x: model.run(x)).explain(2.0)
    assert "a part of parts of a Model (variable float64), a of" in text and "2 more" in text
    assert all(len(line) < 400 for line in text.splitlines())


NUMBERS = [
    1,
    1.0,
    True,
    0,
    0.0,
    -0.0,
    False,
    math.nan,
    -math.nan,
    2**53 + 1,
    float(2**53),
    -1,
    -1.0,
]


def bits(x):
    return type(x), struct.pack("d", x) if isinstance(x, float) and x == x else str(x)


def same_bits(found, wanted):
    assert list(map(bits, found)) == list(map(bits, wanted))


CAPTURED = None


def returns_captured(x):
    return CAPTURED, x * 1.0


def joins_captured(x):
    return (CAPTURED * 3, 1 if CAPTURED else 2, x)


@pytest.mark.parametrize("program", [returns_captured, joins_captured])
def test_captured_numbers_never_share_a_key(program, monkeypatch):
    """Each after every other one, by the fast way too."""
    f = ag.function(program)
    for pair in itertools.product(NUMBERS, repeat=2):
        for number in pair:
            monkeypatch.setattr(f"{__name__}.CAPTURED", number)
            for _ in range(2):
                same_bits(f(1.5), f.eager(1.5))


@ag.function
def given(n, x):
    return n, n * 3, 1 if n else 2, x


def test_numbers_that_are_given_never_share_a_key():
    for one, other in itertools.product(NUMBERS, repeat=2):
        same_bits(given(one, 1.5), given.eager(one, 1.5))
        same_bits(given(other, 1.5), given.eager(other, 1.5))
    assert given.explain().startswith("given: 3 signature(s)")


def test_numbers_in_containers_from_outside_never_share_a_key():
    held = [None]

    @ag.function
    def f(x):
        return held[0], held[0] * 3, x

    for pair in itertools.product(NUMBERS[:8], repeat=2):
        for held[0] in pair:
            same_bits(f(1.5), f.eager(1.5))


def test_numbers_as_keys_and_defaults_never_share_a_key():
    def made(number):
        def f(x, n=number, *, m=number):
            return n, m, x

        return ag.function(f)

    for number in NUMBERS:
        f = made(number)
        same_bits(f(1.5), f.eager(1.5))
        same_bits(f(1.5, number, m=number), f.eager(1.5, number, m=number))


def sines(a, n):
    s = a
    for _ in range(n):
        s = s + 0.1 * np.sin(s * a)
    return s


def rotates(m, v, n):
    for _ in range(n):
        v = np.tanh(m @ v)
    return np.sum(v)


def test_what_a_step_saves_is_told():
    """Eight bytes of a scalar; of an array its address, its extents and its elements."""
    gradient = ag.value_and_grad(ag.function(sines))
    gradient(0.3, 10)
    assert "saves 8 bytes in each step of line " in gradient.explain()
    told = ag.grad(ag.function(rotates), argnums=(0, 1)).explain(np.eye(3), np.ones(3), 2)
    assert "1 array" in told or "2 arrays" in told
    assert "saves" not in ag.function(sines).explain(0.3, 10)


LONG = """
from pathlib import Path
import autograph_lite as ag
from benchmarks.memory import status
from tests.reliability.test_explain import sines

gradient = ag.value_and_grad(ag.function(sines))
gradient(0.3, 10)
Path("/proc/self/clear_refs").write_text("5")
before = status("VmRSS")
gradient(0.3, 10_000_000)
print((status("VmHWM") - before) // 10_000_000)
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc")
def test_ten_million_steps_take_the_bytes_that_are_told():
    done = subprocess.run(
        [sys.executable, "-c", LONG], cwd=ROOT, env=_here(), capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert 7 <= int(done.stdout) <= 12


def _here():
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "runtime")])}
