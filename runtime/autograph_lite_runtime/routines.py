"""The C routines that a kernel may name: one table, registered with LLVM under names of our own.

LLVM knows `sin` and would fold or transform it; it does not know `ag_sin_f64`.
"""

from __future__ import annotations

import ctypes
from typing import Any

from autograph_lite_runtime import limits, ufuncs
from autograph_lite_runtime.once import once

ARITY = {
    "sin": 1,
    "cos": 1,
    "tan": 1,
    "sinh": 1,
    "cosh": 1,
    "tanh": 1,
    "asin": 1,
    "acos": 1,
    "atan": 1,
    "exp": 1,
    "expm1": 1,
    "log": 1,
    "log1p": 1,
    "log2": 1,
    "log10": 1,
    "cbrt": 1,
    "asinh": 1,
    "acosh": 1,
    "atanh": 1,
    "exp2": 1,
    "erf": 1,
    "erfc": 1,
    "pow": 2,
    "atan2": 2,
    "hypot": 2,
    "fmod": 2,
}
"""Functions of float64 from the C mathematics library, and how many arguments each takes."""

MEMORY = {
    "ag_aligned_alloc": "aligned_alloc",
    "ag_realloc": "realloc",
    "ag_free": "free",
    "ag_madvise": "madvise",
}

PYTHON = {
    "ag_check_signals": "PyErr_CheckSignals",
    "ag_save_thread": "PyEval_SaveThread",
    "ag_restore_thread": "PyEval_RestoreThread",
}


def symbol(name: str) -> str:
    """The name under which a kernel calls the routine `name`."""
    return f"ag_{name}_f64"


@once
def library() -> Any:
    """The C mathematics library, which the process has loaded for its own `math`."""
    process = ctypes.CDLL(None)
    if hasattr(process, "cbrt") and hasattr(process, "erf"):
        return process
    from ctypes.util import find_library

    return ctypes.CDLL(find_library("m") or "libm.so.6")


@once
def function(name: str) -> Any:
    """The routine `name` as a callable of Python floats, bit for bit what a kernel calls."""
    routine = library()[name]
    routine.restype = ctypes.c_double
    routine.argtypes = (ctypes.c_double,) * ARITY[name]
    return routine


def addresses() -> dict[str, int]:
    """Symbol -> address, of every routine."""
    process = ctypes.CDLL(None)
    found = {symbol(name): address(library()[name]) for name in ARITY}
    found |= {ours: address(process[theirs]) for ours, theirs in MEMORY.items()}
    found["ag_admits"] = address(limits.ADMITS)
    found |= {ours: address(ctypes.pythonapi[theirs]) for ours, theirs in PYTHON.items()}
    return found | ufuncs.addresses()


def address(routine: Any) -> int:
    """Where a ctypes function stands in memory."""
    return ctypes.cast(routine, ctypes.c_void_p).value or 0


def identity() -> str:
    """Which C library this is, for cache keys."""
    import os
    import platform

    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or platform.platform()
    except (ValueError, OSError):
        return platform.platform()
