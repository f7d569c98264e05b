"""The `math` module on Python numbers that only the run knows: libm's values and Python's errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import value_of, wrap
from autograph_lite.tensors.number import Number, operand
from autograph_lite.tensors.scalar import NumpyScalar

INFINITE, NEGATIVE, HUGE = (math.inf,), (-1.0,), (1e9,)
# Arguments at which this Python says what is wrong outside the domain, and beyond the range.
ONE: dict[str, tuple[tuple[float, ...] | None, tuple[float, ...] | None]] = {
    **dict.fromkeys(("sin", "cos", "tan"), (INFINITE, None)),
    **dict.fromkeys(("asin", "acos", "atanh"), ((2.0,), None)),
    **dict.fromkeys(("sinh", "cosh", "exp", "expm1", "exp2"), (None, HUGE)),
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), (NEGATIVE, None)),
    **dict.fromkeys(("atan", "tanh", "asinh", "erf", "erfc", "cbrt"), (None, None)),
    "acosh": ((0.5,), None),
    "log1p": ((-2.0,), None),
}
TWO: dict[str, tuple[tuple[float, ...] | None, tuple[float, ...] | None]] = {
    "atan2": (None, None),
    "copysign": (None, None),
    "fmod": ((1.0, 0.0), None),
    "pow": ((-1.0, 0.5), (1e300, 2.0)),
}


def is_number(obj: Any) -> bool:
    """Whether an object is a number of Python's, or one of NumPy's that becomes one, known or not."""
    return isinstance(obj, Number | NumpyScalar | bool | int | float | np.bool_)


def _float(obj: Any) -> Value:
    if isinstance(obj, NumpyScalar):
        return f.number(value_of(obj), dtype="float64")
    value = operand(float(obj) if isinstance(obj, np.generic) else obj)
    assert value is not None
    return value if value.type.dtype == "float64" else f.py_float(value)


def _said(function: Callable[..., Any], probe: tuple[float, ...]) -> str:
    """What this Python says of a fault; newer ones name the argument."""
    try:
        raise AssertionError(function(*probe))
    except (ValueError, OverflowError) as error:
        return str(error).replace(repr(probe[0]), "{0}")


def _checked(name: str, probes: Any, count: int) -> Callable[..., Any]:
    """A function of so many floats that raises where its value is no number of theirs."""
    function = getattr(math, name)
    outside, beyond = (None if probe is None else _said(function, probe) for probe in probes)

    def compute(*args: Any) -> Any:
        if len(args) != count:
            return function(*args)  # says so
        inputs = tuple(map(_float, args))
        out = getattr(f, f"py_math_{name}")(*inputs)
        _fail_where(f.py_math_undefined, (out, *inputs), "DomainError", "DOMAIN", outside)
        if name == "pow":  # of 0 to a negative power
            _fail_where(f.py_math_pole, (out, *inputs), "DomainError", "DOMAIN", outside)
        error = ("StagedOverflowError", "OVERFLOW") if beyond else ("DomainError", "DOMAIN")
        _fail_where(f.py_math_infinite, (out, *inputs), *error, beyond or outside)
        return wrap(out)

    return compute


def _fail_where(
    test: Callable[..., Value], values: tuple[Value, ...], error: str, code: str, text: str | None
) -> None:
    if text is not None:
        out, x, *rest = values
        found = f.weak(test(out, x, rest[0] if rest else x), dtype="bool")
        fail_if(found, error, code, text, *([x] if "{0}" in text else []))


_natural_log = _checked("log", ONE["log"], 1)


def _log(*args: Any) -> Any:
    """With a base it is a quotient."""
    if len(args) != 2:
        return _natural_log(*args)
    x, base = map(_natural_log, args)
    return x / base


def _whole(name: str) -> Callable[[Any], Any]:
    """floor, ceil or trunc: an int."""

    def compute(x: Any) -> Any:
        value = value_of(x) if isinstance(x, Number) else _float(x)
        if value.type.dtype != "float64":
            return wrap(f.py_int(value))
        return wrap(f.py_int(getattr(f, f"py_math_{name}")(value)))

    return compute


def _is_finite(x: Any) -> Any:
    return wrap(f.py_math_isfinite(_float(x)))


def _is_nan(x: Any) -> Any:
    value = _float(x)
    return wrap(f.py_not_equal(value, value))


def _is_infinite(x: Any) -> Any:
    return wrap(f.py_math_isinf(_float(x)))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{getattr(math, name): _checked(name, probes, 1) for name, probes in ONE.items()},
    **{getattr(math, name): _checked(name, probes, 2) for name, probes in TWO.items()},
    math.log: _log,
    math.fabs: lambda x: abs(wrap(_float(x))),
    math.floor: _whole("floor"),
    math.ceil: _whole("ceil"),
    math.trunc: _whole("trunc"),
    math.degrees: lambda x: wrap(_float(x)) * (180.0 / math.pi),
    math.radians: lambda x: wrap(_float(x)) * (math.pi / 180.0),
    math.isfinite: _is_finite,
    math.isinf: _is_infinite,
    math.isnan: _is_nan,
}
