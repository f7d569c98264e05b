"""Converting a function of 100 lines: loops, branches, writes and calls, as they come in real programs."""

from __future__ import annotations

import linecache
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograph_lite.frontend import convert
from benchmarks.harness import Row

ROUNDS = 9
HEAD = '''\
def simulate(x, y, n, h, out):
    """Four passes over the rows of x, each with branches, an inner loop and writes."""
'''
PASS = """
    # The rows, one after the other; what is large is damped.
    total = 0.0
    for i in range(n):
        row = x[i] * 2.0
        if row > 1.0:
            row = np.sin(row) + total
        elif row < -1.0:
            row = abs(row)
        else:
            total += row * row

        # At most as many halvings as h allows.
        while total > 10.0:
            total = total / 2.0
            if total < h:
                break

        out[i, 0] = total
        a, b = row, total
        y = y + (a * b if a > b else a - b)

    state = {"a": y, "b": [total, y]}
    y = np.sum(np.stack([state["a"], state["b"][0]]))
"""
TEXT = HEAD + PASS * 4 + "\n    return y\n"


def fresh(number: int) -> Callable[..., Any]:
    """The function from a file of its own: a code object is converted once."""
    file = f"<conversion {number}>"
    linecache.cache[file] = (len(TEXT), None, TEXT.splitlines(keepends=True), file)
    space: dict[str, Any] = {"np": np}
    exec(compile(TEXT, file, "exec"), space)
    made: Callable[..., Any] = space["simulate"]
    return made


def seconds(number: int) -> float:
    function: Any = fresh(number)
    start = time.perf_counter()
    convert(function)
    return time.perf_counter() - start


def conversion() -> Iterator[Row]:
    lines = len(TEXT.splitlines())
    best = min(seconds(number) for number in range(ROUNDS))
    yield Row(f"converting a function of {lines} lines", best, most=0.02)
