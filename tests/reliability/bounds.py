"""Accesses with random indices, to arrays that stand against pages that may not be touched.

`python -m tests.reliability.bounds` compares each with NumPy on the same input: the same bytes, or an
error of the same built-in class.  A read or write outside an array ends the process.
"""

from __future__ import annotations

import ctypes
import mmap
import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import autograph_lite as ag
from autograph_lite.call.verify import _builtin, same
from autograph_lite.nests import leaves
from autograph_lite.tensors.boxes import Box

PAGE = mmap.PAGESIZE
BAD = (
    3,
    4,
    5,
    -4,
    -5,
    7,
    100,
    -100,
    2**31,
    -(2**31) - 1,
    2**40,
    2**62,
    -(2**62),
    2**63 - 1,
    -(2**63),
)
_protect = ctypes.CDLL(None).mprotect
_protect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)


def guarded(values: Any, at_end: bool) -> Any:
    """The array on a page between two that cannot be read, at its end or at its start."""
    memory = mmap.mmap(-1, 3 * PAGE)
    first = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    offset = 2 * PAGE - values.nbytes if at_end else PAGE
    array = np.frombuffer(memory, values.dtype, values.size, offset).reshape(values.shape)
    array[...] = values
    for page in (first, first + 2 * PAGE):
        assert _protect(page, PAGE, 0) == 0
    return array


def element(x, m, i, j):
    return x[i]


def two(x, m, i, j):
    return m[i, j]


def row(x, m, i, j):
    return m[i] * 2


def column(x, m, i, j):
    return m[:, j]


def window(x, m, i, j):
    return x[i:j], x[i:], x[:j], x[::-1][i:j]


def steps(x, m, i, j):
    s = 0.0
    for t in range(3):
        s = s + x[t] * m[t % 2, j]
    return s + x[i]


def until(x, m, i, j):
    t = 0
    while x[t] < i:
        t = t + 1
    return t


def gathered(x, m, i, j):
    k = ag.array([0 * i, i])
    return x[k], m[:, k]


def written(x, m, i, j):
    y = x * 1.0
    y[i] = y[j] + 5.0
    return y


def written_in_a_loop(x, m, i, j):
    y = m * 1.0
    for t in range(2):
        y[t, j] = y[t, i] + x[t]
    return y


def written_slice(x, m, i, j):
    y = x * 1.0
    y[i:] = x[:j]
    return y


def added(x, m, i, j):
    return x[i:] + m[0, :j]


def product(x, m, i, j):
    return m[:, :j] @ x[i:], x[i:] @ x[:j]


def masked(x, m, i, j):
    return x[m[0, :j] > 0]


def reshaped(x, m, i, j):
    return x[i:].reshape((1, max(j, 0)))  # a length that is negative is the rest in NumPy


FORMS = (
    *(element, two, row, column, window, steps, until, gathered, written, written_in_a_loop),
    *(written_slice, added, product, masked, reshaped),
)


def outcome(run: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return [leaf.numpy() if isinstance(leaf, Box) else leaf for leaf in leaves(run(*arguments))]
    except Exception as error:
        return _builtin(error).__name__


def main(rounds: int) -> None:
    rng = random.Random(0)
    x, m = np.array([1.0, 2.0, 3.0]), np.arange(6.0).reshape(2, 3)
    faults = 0
    with np.errstate(all="ignore"):
        for program in FORMS:
            f = ag.function(program)
            for _ in range(rounds):
                i, j = (
                    rng.choice(BAD) if rng.random() < 0.5 else rng.randrange(-3, 4) for _ in "ij"
                )
                at_end = rng.random() < 0.5
                given = guarded(x, at_end), guarded(m, at_end)
                want = outcome(program, (x, m, i, j))
                got = outcome(f, (*given, i, j))
                faults += isinstance(want, str)
                alike = want == got if isinstance(want, str) else len(want) == len(got)
                if alike and not isinstance(want, str):
                    alike = all(
                        same(np.asarray(a), np.asarray(b)) for a, b in zip(want, got, strict=True)
                    )
                assert alike, f"{program.__name__}(i={i}, j={j}): {got} (NumPy: {want})"
                assert np.array_equal(given[0], x) and np.array_equal(given[1], m)
    print(faults)


if __name__ == "__main__":
    main(int(sys.argv[1]))
