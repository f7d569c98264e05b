"""Elementary functions: exp, log, sin and their kin, which are ours, and a few of the C library's.

Ours have no branches, so that loops over arrays become vector code and one element has the same bits there as
alone.  They compute in float64; a float32 result is rounded once more.  How stands in `exponentials`,
`logarithms`, `circular` and `powers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.ir.graph import Value
from autograph_lite.ops import circular, exponentials, logarithms, powers
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.elementwise import binary, unary
from autograph_lite.ops.record import Partials

OURS: dict[str, Callable[..., Any]] = {
    "exp": exponentials.exp,
    "exp2": exponentials.exp2,
    "expm1": exponentials.expm1,
    "sinh": exponentials.sinh,
    "cosh": exponentials.cosh,
    "tanh": exponentials.tanh,
    "expit": exponentials.expit,
    "log": logarithms.log,
    "log1p": logarithms.log1p,
    "log2": logarithms.log2,
    "log10": logarithms.log10,
    "softplus": logarithms.softplus,
    "sin": circular.sin,
    "cos": circular.cos,
    "tan": circular.tan,
    "asin": circular.arcsin,
    "acos": circular.arccos,
    "atan": circular.arctan,
    "atan2": circular.arctan2,
    "pow": powers.pow,
    "cbrt": powers.cbrt,
    "hypot": powers.hypot,
    "erf": powers.erf,
}
"""The function of a word of bodies."""

NEAR = 1e9
FAR: dict[str, Callable[..., Any]] = {
    "sin": circular.sin_from_far,
    "cos": circular.cos_from_far,
    "tan": circular.tan_from_far,
}
"""The function of the same word for arguments of greater size than `NEAR`."""

LIBRARY = ("asinh", "acosh", "atanh", "fmod")
"""Words that are the C library's functions."""

LOG_2, LOG_10 = 0.6931471805599453, 2.302585092994046
TWO_BY_ROOT_PI = 1.1283791670955126


def _product_of_sides(x: Value) -> Any:
    """(1 - x) (1 + x)."""
    return f.multiply(f.subtract(1.0, x), f.add(x, 1.0))


def _arccosh_partial(x: Value, out: Value) -> Any:
    return f.reciprocal(f.sqrt(f.multiply(f.subtract(x, 1.0), f.add(x, 1.0))))


def _arctan2_partials(y: Value, x: Value, out: Value) -> tuple[Value, Value]:
    """Zero at the corner (0, 0)."""
    size = f.hypot(x, y)
    corner, zero = f.equal(size, 0.0), f.zeros_like(out)
    by_y = f.divide(f.divide(x, size), size)
    by_x = f.negative(f.divide(f.divide(y, size), size))
    return f.where(corner, zero, by_y), f.where(corner, zero, by_x)


_UNIT = (-0.9, 0.9)
unary("exp", "exp(x)", lambda x, out: out)
unary("exp2", "exp2(x)", lambda x, out: f.multiply(out, LOG_2))
unary("expm1", "expm1(x)", lambda x, out: f.add(out, 1.0))
unary("log", "log(x)", lambda x, out: f.reciprocal(x), domain=(0.1, 4.0))
unary("log1p", "log1p(x)", lambda x, out: f.reciprocal(f.add(x, 1.0)), domain=(-0.8, 4.0))
unary("log2", "log2(x)", lambda x, out: f.reciprocal(f.multiply(x, LOG_2)), domain=(0.1, 4.0))
unary("log10", "log10(x)", lambda x, out: f.reciprocal(f.multiply(x, LOG_10)), domain=(0.1, 4.0))
unary("sin", "sin(x)", lambda x, out: f.cos(x))
unary("cos", "cos(x)", lambda x, out: f.negative(f.sin(x)))
unary("tan", "tan(x)", lambda x, out: f.add(f.square(out), 1.0), domain=(-1.2, 1.2))
unary("arcsin", "asin(x)", lambda x, out: f.reciprocal(f.sqrt(_product_of_sides(x))), domain=_UNIT)
unary(
    "arccos",
    "acos(x)",
    lambda x, out: f.negative(f.reciprocal(f.sqrt(_product_of_sides(x)))),
    domain=_UNIT,
)
unary("arctan", "atan(x)", lambda x, out: f.reciprocal(f.add(f.square(x), 1.0)))
binary("arctan2", "atan2(x, y)", Partials(_arctan2_partials))
unary("sinh", "sinh(x)", lambda x, out: f.cosh(x))
unary("cosh", "cosh(x)", lambda x, out: f.sinh(x))
unary("tanh", "tanh(x)", lambda x, out: f.subtract(1.0, f.square(out)))
unary("arcsinh", "asinh(x)", lambda x, out: f.reciprocal(f.sqrt(f.add(f.square(x), 1.0))))
unary("arccosh", "acosh(x)", _arccosh_partial, domain=(1.1, 4.0))
unary("arctanh", "atanh(x)", lambda x, out: f.reciprocal(_product_of_sides(x)), domain=_UNIT)
unary("cbrt", "cbrt(x)", lambda x, out: f.reciprocal(f.multiply(3.0, f.square(out))))
unary("expit", "expit(x)", lambda x, out: f.multiply(out, f.subtract(1.0, out)))
unary("softplus", "softplus(x)", lambda x, out: f.expit(x))
unary(
    "erf",
    "erf(x)",
    lambda x, out: f.multiply(TWO_BY_ROOT_PI, f.exp(f.negative(f.square(x)))),
)
