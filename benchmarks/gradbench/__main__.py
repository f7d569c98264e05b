"""The tool process: `python -m benchmarks.gradbench` reads messages and prints answers."""

from __future__ import annotations

import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # read when NumPy is first imported

from .protocol import answers  # noqa: E402

if __name__ == "__main__":
    for line in answers(sys.stdin):
        print(line, flush=True)
