"""Peak memory of one gradient, in a process of its own: prints a line of JSON.

The kernel is compiled on a small array first.  Then the high-water mark of the process is reset,
so that what it shows is the one call on the large array.
"""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path

import numpy as np

import autograph_lite as ag


@ag.function
def wave(x):
    return np.sum(np.sin(x) ** 2 * np.exp(-x))


def status(field: str) -> int:
    """A size in bytes from /proc/self/status."""
    text = Path("/proc/self/status").read_text()
    found = re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)
    assert found, field
    return 1024 * int(found[1])


def peak_of_one_call(n: int) -> int:
    gradient = ag.value_and_grad(wave)
    gradient(np.ones(1000))
    x = np.random.default_rng(0).uniform(0.0, 3.0, n)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # 5: reset the high-water mark
    before = status("VmRSS")
    gradient(x)
    return status("VmHWM") - before


if __name__ == "__main__":
    print(json.dumps({"peak_bytes": peak_of_one_call(1_000_000)}))
