"""Every benchmark, one after the other: `make bench`, or `python -m benchmarks.run NAME ...`.

Ratios are within this run, on one core.  The status is 1 if a bound was missed or a benchmark
could not run, and a library that is not installed is printed as not measured.
"""

from __future__ import annotations

import os
import platform
import sys
import traceback
from collections.abc import Callable, Iterator

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # read when NumPy is first imported

from benchmarks.harness import Row, pin  # noqa: E402


def benchmarks() -> dict[str, Callable[[], Iterator[Row]]]:
    """By name, in the order in which they are printed."""
    from benchmarks import conversion, kernels, startup, steps

    return {
        "minimum": kernels.minimum_in_a_loop,
        "calls": kernels.scalar_calls,
        "recurrence": kernels.recurrence_gradient,
        "steps": steps.gradients_of_loops,
        "array": kernels.array_gradient,
        "eager": kernels.eager_step,
        "startup": startup.startup,
        "conversion": conversion.conversion,
    }


def run(benchmark: Callable[[], Iterator[Row]]) -> bool:
    """Print the rows of one benchmark as they come; False if a bound was missed."""
    good = True
    try:
        for row in benchmark():
            print(row, flush=True)
            good = good and row.good
    except Exception:
        # One broken benchmark must not hide the others; it counts as missed.
        traceback.print_exc()
        return False
    return good


def main(names: list[str]) -> int:
    core = pin()
    print(f"{platform.machine()}, Python {platform.python_version()}, core {core}", flush=True)
    table = benchmarks()
    unknown = [name for name in names if name not in table]
    if unknown:
        print(f"no benchmark called {', '.join(unknown)}; there are {', '.join(table)}")
        return 2
    results = [run(table[name]) for name in names or table]
    print(f"{sum(results)} of {len(results)} benchmarks within their bounds")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
