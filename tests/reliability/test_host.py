"""The process that the library is loaded into: rows 14, 44, 89 and 90 of the catalogue of faults."""

from __future__ import annotations

import platform
import signal
import subprocess
import sys

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite_runtime import host
from tests.identity.check import ROOT

FLUSH = """
import ctypes
libm = ctypes.CDLL("libm.so.6")
environment = (ctypes.c_uint32 * 8)()
libm.fegetenv(environment)
environment[7] |= 0x8040  # MXCSR: flush results, take subnormals for zeros
libm.fesetenv(environment)
"""
SUBINTERPRETER = """
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters
other = interpreters.create()
print(interpreters.run_string(other, "import autograph_lite"))
"""


def run(text):
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", text],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'runtime'}"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="glibc on x86-64"
)
@pytest.mark.parametrize("before", ["", FLUSH], ids=["kept", "flushed"])
def test_flushed_subnormals_are_warned_of(before):
    """Row 14."""
    done = run(f"import numpy\n{before}\nimport autograph_lite")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("subnormal numbers are flushed to zero") == bool(before)


def test_subnormals_are_kept_by_kernels():
    """Row 14: halved, doubled, summed, in a loop and over an array."""

    def halved(x):
        for _ in range(3):
            x = x / 2.0
        return x, np.sum(x) * 4.0

    least = np.finfo(np.float64).smallest_normal
    for x in (least, np.full(5, least)):
        part, total = ag.function(halved)(x)
        assert np.all(part.numpy() == least / 8)
        assert total.numpy() == np.sum(np.asarray(x)) / 2


def test_an_array_cannot_be_resized_during_a_call():
    """Row 44: a signal handler tries to, while the kernel reads the array."""
    x = np.ones(3)
    refused = []

    def resize(*_):
        try:
            x.resize(10_000_000)
        except ValueError as error:
            refused.append(str(error))

    def total(x, n):
        s = 0.0
        for i in range(n):
            s = s + x[i % 3]
        return s

    f = ag.function(total)
    f(x, 3), f(x, 3)  # the third call takes the fast way
    before = signal.signal(signal.SIGVTALRM, resize)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.01, 0.01)
        for _ in range(1_000):
            assert f(x, 1_000_000) == 1_000_000
            if refused:
                break
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)
    assert "resize" in refused[0] and x.shape == (3,)


def test_a_subinterpreter_is_refused():
    """Row 89."""
    done = run(SUBINTERPRETER)
    assert "cannot be used in a subinterpreter" in done.stdout + done.stderr


def test_free_threaded_python_is_refused(monkeypatch):
    """Row 90."""
    host.check()
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    with pytest.raises(ImportError, match="free-threaded"):
        host.check()


def test_an_old_numpy_is_refused(monkeypatch):
    """Row 93."""
    monkeypatch.setattr(np, "__version__", "1.26.4")
    with pytest.raises(ImportError, match=r"NumPy 2 or later; this is 1\.26\.4"):
        host.check()
