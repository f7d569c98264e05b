"""NumPy's own loops over float64: where they stand, so that a kernel computes a scalar as NumPy does.

A ufunc has a table of C loops, one per combination of dtypes.  A kernel calls the one for float64 with a
single element.  Its address is looked up when the process first loads a kernel; object code on disk
knows a name of ours only.
"""

from __future__ import annotations

import ctypes

import numpy as np

from autograph_lite_runtime.once import once

ARITY = {
    **dict.fromkeys(("sin", "cos", "tan", "arcsin", "arccos", "arctan"), 1),
    **dict.fromkeys(("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"), 1),
    **dict.fromkeys(("exp", "exp2", "expm1", "log", "log2", "log10", "log1p"), 1),
    **dict.fromkeys(("sqrt", "cbrt", "square", "reciprocal", "sign", "spacing"), 1),
    **dict.fromkeys(("degrees", "radians", "deg2rad", "rad2deg"), 1),
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "floor_divide", "remainder"), 2),
    **dict.fromkeys(("power", "float_power", "fmod", "arctan2", "hypot", "copysign"), 2),
    **dict.fromkeys(("maximum", "minimum", "fmax", "fmin", "heaviside", "nextafter"), 2),
    "clip": 3,
}
"""The ufuncs whose loop over float64 a kernel may call, and how many operands each takes."""

ERRORS = {1: ("divide", "divide by zero"), 2: ("over", "overflow"), 8: ("invalid", "invalid value")}
"""What `ag_float_errors` says of the operations since `ag_no_float_errors`, a sum of these: the word of
`np.errstate`, and what NumPy says.  Underflow, 4, it does not tell unless asked to."""
_CLEAR, _GET = 27, 28
"""Places in the table of NumPy's C functions for ufuncs, which never change."""

_FUNCTIONS, _DATA, _NUMBER, _NAME, _TYPES = 32, 40, 48, 56, 64
_DOUBLE = np.dtype("float64").num
"""Places in `PyUFuncObject`, which NumPy's headers promise."""


def symbol(name: str) -> str:
    """The name under which a kernel knows the loop of a ufunc: a pair of addresses, the loop's and what it
    is given as its data."""
    return f"ag_ufunc_{name}"


def _ufunc(name: str) -> np.ufunc:
    found: np.ufunc = np._core.umath.clip if name == "clip" else getattr(np, name)  # type: ignore[attr-defined]
    return found


@once
def _pair(name: str) -> ctypes.Array[ctypes.c_void_p]:
    """The loop over float64 and its data."""
    ufunc = _ufunc(name)
    start = id(ufunc)

    def pointer(offset: int) -> int:
        return ctypes.c_void_p.from_address(start + offset).value or 0

    count = ctypes.c_int.from_address(start + _NUMBER).value
    own = ctypes.string_at(pointer(_NAME)).decode()
    if object.__basicsize__ != 16 or count != ufunc.ntypes or own != ufunc.__name__:
        raise ImportError(
            f"NumPy {np.__version__} keeps its ufuncs in another form than its headers say"
        )
    types = ctypes.string_at(pointer(_TYPES), count * ufunc.nargs)
    wanted = bytes([_DOUBLE]) * ufunc.nargs
    first = next(k for k in range(count) if types[k * ufunc.nargs :].startswith(wanted))
    words = (pointer(table) + 8 * first for table in (_FUNCTIONS, _DATA))
    loop, data = (ctypes.c_void_p.from_address(word).value for word in words)
    return (ctypes.c_void_p * 2)(loop, data)


def addresses() -> dict[str, int]:
    """Symbol -> address, of every loop, and of NumPy's two functions for floating-point errors."""
    found = {symbol(name): ctypes.addressof(_pair(name)) for name in ARITY}
    take = ctypes.pythonapi.PyCapsule_GetPointer
    take.argtypes, take.restype = (ctypes.py_object, ctypes.c_char_p), ctypes.c_void_p
    table = take(np._core._multiarray_umath._UFUNC_API, None)  # type: ignore[attr-defined]
    functions = (ctypes.c_void_p * (_GET + 1)).from_address(table)
    return found | {
        "ag_no_float_errors": functions[_CLEAR] or 0,
        "ag_float_errors": functions[_GET] or 0,
    }
