"""The process that we are loaded into: refused where memory or results would not be safe."""

from __future__ import annotations

import ctypes
import sys
import warnings

import numpy as np


def check() -> None:
    """Look at the process once, when the package is imported.

    Raises ImportError in a subinterpreter, without the global interpreter lock, and beside NumPy 1; warns
    where this thread flushes subnormal numbers to zero, for then no result below 2.2e-308 can be trusted.
    """
    if _in_subinterpreter():
        raise ImportError(
            "autograph-lite cannot be used in a subinterpreter: NumPy does not support it, and kernels"
            " are shared by the process; import it in the main interpreter, or in a process of its own"
        )
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise ImportError(
            "autograph-lite has not been tested on free-threaded Python: its kernels count on the global"
            " interpreter lock; use the ordinary build, or set PYTHON_GIL=1"
        )
    if int(np.__version__.split(".")[0]) < 2:
        raise ImportError(f"autograph-lite needs NumPy 2 or later; this is {np.__version__}")
    if sys.float_info.min * 0.5 == 0.0:
        warnings.warn(
            "subnormal numbers are flushed to zero in this thread, by a library that was built with"
            " -ffast-math and loaded before; results below 2.2e-308 are lost",
            RuntimeWarning,
            stacklevel=3,
        )


def _in_subinterpreter() -> bool:
    state = ctypes.PYFUNCTYPE(ctypes.c_void_p)
    here = state(("PyInterpreterState_Get", ctypes.pythonapi))
    main = state(("PyInterpreterState_Main", ctypes.pythonapi))
    return bool(here() != main())
