"""Goal G7: out of range never touches memory."""

import os
import subprocess
import sys

from tests.identity.check import ROOT

BEYOND = """
from tests.reliability.bounds import guarded, np
x = guarded(np.ones(3), at_end=True)
print(np.lib.stride_tricks.as_strided(x, (4,), (8,))[3])
"""


def run(*arguments):
    path = os.pathsep.join([str(ROOT), str(ROOT / "runtime")])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_random_indices_give_what_numpy_gives():
    """No byte is read or written that is not the array's, in 500 accesses out of range and more within."""
    done = run("-m", "tests.reliability.bounds", "70")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 500


def test_a_read_past_the_end_would_end_the_process():
    assert run("-c", BEYOND).returncode < 0
