"""Threads, forks, folders that are missing, the end of a process: rows 83 to 94 of the catalogue."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.call import function
from autograph_lite_runtime import gate, load
from tests.identity.check import ROOT

CACHE = "AUTOGRAPH_LITE_CACHE"
PROGRAM = """
import os, sys, warnings
import numpy as np
import autograph_lite as ag

state = ag.Variable(1.0)

def loss(x, n):
    s = 0.0
    for i in range(n):
        s = s + np.sum(x * x) * state
    return s

f = ag.function(loss)
g = ag.function(lambda x, n: ag.grad(loss)(x, n))
x = np.array([1.0, 2.0])

def right():
    assert float(f(x, 3).numpy()) == 15.0
    assert np.asarray(g(x, 3).numpy()).tolist() == [6.0, 12.0]
"""


@pytest.fixture
def script(tmp_path):
    """Run the program and what follows in a process of its own; what it wrote."""

    def run(tail, **variables):
        path = tmp_path / "program.py"
        path.write_text(PROGRAM + tail)
        kept = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME", CACHE)}
        sources = os.pathsep.join([str(ROOT), str(ROOT / "runtime")])
        return subprocess.run(
            [sys.executable, path],
            env={
                **kept,
                "PYTHONPATH": sources,
                **(variables or {CACHE: str(tmp_path / "kernels")}),
            },
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def test_threads_share_one_compilation(monkeypatch):
    """Row 83: sixteen threads, a cold function, two signatures."""
    gate._method()  # what all kernels share is compiled
    monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", "off")
    monkeypatch.setattr(load, "ENTRIES", {})
    compiled: list[str] = []
    emit = load.object_code
    monkeypatch.setattr(
        load, "object_code", lambda ir, level: compiled.append(ir) or emit(ir, level)
    )

    def cubes(x, n):
        for _ in range(n):
            x = x * x * x
        return x

    f = ag.function(cubes)
    ready, wrong = threading.Barrier(16), []

    def work(number):
        x = np.full(3, 2.0) if number % 2 else np.float64(2.0)
        ready.wait()
        for _ in range(50):
            if not np.all(f(x, 2).numpy() == 512.0):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and not any(thread.is_alive() for thread in threads)
    assert len(compiled) == len(set(compiled)) == 2


def test_a_tape_belongs_to_its_thread():
    """Row 84."""
    x = ag.constant(3.0)
    found = []

    def work():
        with ag.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        found.append(float(inner.gradient(y, x).numpy()))

    with ag.GradientTape(persistent=True) as tape:
        tape.watch(x)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(60)
        y = x * x
    assert found == [27.0]
    assert float(tape.gradient(y, x).numpy()) == 6.0


@pytest.mark.parametrize("before", ["", "right()\n"], ids=["cold", "after use"])
def test_a_forked_process_computes(before, script):
    """Row 88: the child compiles, uses what was compiled, and ends."""
    tail = before + (
        "for k in range(5):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        right()\n"
        "        os._exit(0)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "right()\n"
    )
    done = script(tail)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_end_of_a_process_is_quiet(script):
    """Row 91: with tapes, kernels, views and results alive, in a cycle, under every warning."""
    tail = (
        "right()\n"
        "warnings.simplefilter('error')\n"
        "tape = ag.GradientTape(persistent=True)\n"
        "with tape:\n"
        "    t = ag.constant(x)\n"
        "    tape.watch(t)\n"
        "    y = f(t, 2)\n"
        "held = [tape, y, t[1:], tape.gradient(y, t)]\n"
        "held.append(held)\n"
    )
    done = script(tail)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "variables",
    [{"HOME": "/proc/none"}, {"AUTOGRAPH_LITE_CACHE": "/proc/none/kernels"}, {"HOME": "/dev/null"}],
    ids=str,
)
def test_without_a_home_it_warns_once_and_goes_on(variables, script):
    """Row 92."""
    done = script("right()\nright()\n", **variables)
    assert done.returncode == 0
    assert done.stderr.count("CacheWarning") == 1, done.stderr
    assert "kernels are not cached" in done.stderr


def fails(x, i):
    y = np.cumsum(x * 2)
    return y[i]


def test_calls_that_raise_leak_nothing():
    """Row 94: 800 MB would be lost if each call lost its arrays."""
    f, x = ag.function(fails), np.ones(500)
    peaks = []
    for _ in range(3):
        for _ in range(30_000):
            try:
                f(x, 500)
            except IndexError:
                continue
            raise AssertionError("no error")
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert peaks[2] - peaks[0] < 20_000, "KiB"
    assert float(f(x, 2).numpy()) == 6.0


def test_a_function_dies_with_its_last_name():
    """Row 91: no cycle keeps a function, its kernels and what it captured."""
    gc.collect()
    gc.disable()
    try:
        weights = np.ones(3)
        f = ag.function(lambda x: np.sum(x * weights))
        assert float(f(np.ones(3)).numpy()) == 3.0
        with ag.GradientTape() as tape:
            x = ag.constant(np.ones(3))
            tape.watch(x)
            y = f(x)
        assert tape.gradient(y, x).numpy().tolist() == [1.0, 1.0, 1.0]
        gone = weakref.ref(f)
        del f, tape, y
        assert gone() is None
    finally:
        gc.enable()


def total(parts):
    return sum(np.sum(part) for part in parts)


def test_signatures_are_kept_up_to_a_number(monkeypatch):
    """Row 63: the oldest goes first, and is right when it comes again."""
    monkeypatch.setattr(function, "MOST", 4)
    f = ag.function(total)
    for count in (1, 2, 3, 4, 5, 6, 1, 6):
        assert float(f([np.ones(2)] * count).numpy()) == 2.0 * count
        assert len(f._specialisations) <= 4
    told = f.explain().splitlines()
    assert told[0] == "total: 7 signature(s)" and len(told) == 8
    seconds = [float(part.split()[0]) for part in told[1].split(" in ")[1:]]
    assert "first call" in told[1] and len(seconds) == 2 and sum(seconds) > 0
