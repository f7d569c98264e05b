"""The first call of the tutorial's part 7 in a new process: prints a line of JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy  # noqa: F401  # its import is not ours to count

if __name__ == "__main__":
    start = time.perf_counter()
    import autograph_lite  # noqa: F401

    imported = time.perf_counter()
    import autograph_lite.compat.tensorflow as tf
    from benchmarks.peers import build_minimum

    minimizef = build_minimum(tf)
    before = time.perf_counter()
    minimizef(1000)
    called = time.perf_counter()
    figures = {
        "import": imported - start,
        "call": called - before,
        "numba": "numba" in sys.modules,
    }
    print(json.dumps(figures))
