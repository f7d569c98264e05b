"""The words of op bodies beyond Python's own.

Bodies are compiled to kernels and never run as Python; the names stand here so that a reader and the
type checker can look them up.  Their meaning is in `render.words`.
"""

from __future__ import annotations

from typing import Any


def float64(x: Any) -> Any:
    """A conversion, as in C."""


def int64(x: Any) -> Any:
    """A conversion, as in C; the body has checked the range."""


def seldom(condition: Any, x: Any, y: Any) -> Any:
    """`x if condition else y`, where the condition hardly ever holds: scalar code branches."""


def one_of(condition: Any, x: Any, y: Any) -> Any:
    """`x if condition else y`, where scalar code computes only that one."""


def sdiv(x: Any, y: Any) -> Any:
    """The quotient of integers, rounded towards zero; 0 by 0, and what overflows wraps."""


def srem(x: Any, y: Any) -> Any:
    """The remainder that belongs to `sdiv`; 0 by 0."""


def shl(x: Any, y: Any) -> Any:
    """The bits of `x` moved to the left, by less than its width."""


def ashr(x: Any, y: Any) -> Any:
    """The bits of `x` moved to the right, by less than its width, its sign kept."""


def fmod(x: Any, y: Any) -> Any:
    """The exact remainder of floats, with the sign of `x`."""


def libm_pow(x: Any, y: Any) -> Any:
    """x to the power of y by the C library, as Python's own floats; so with its other functions."""


def copysign(x: Any, y: Any) -> Any:
    """`x` with the sign of `y`."""


def sqrt(x: Any) -> Any:
    """The square root, rounded once; NaN below 0."""


def rint(x: Any) -> Any:
    """The whole number that is nearest to `x`, the even one of two."""


def floor(x: Any) -> Any:
    """The greatest whole number not above `x`."""


def checked_sub(x: Any, y: Any) -> Any:
    """x - y; an int64 that overflows is a fault."""


def checked_mul(x: Any, y: Any) -> Any:
    """x * y; an int64 that overflows is a fault."""


def fma(x: Any, y: Any, z: Any) -> Any:
    """x * y + z, rounded once."""


def polynomial(x: Any, *coefficients: Any) -> Any:
    """The polynomial of x with these coefficients, the highest first."""


def as_bits(x: Any) -> Any:
    """The bits of a float64 as an int64."""


def as_float(x: Any) -> Any:
    """The float64 that has the bits of an int64."""


def scratch(like: Any, count: int) -> Any:
    """So many numbers of the dtype of an array, in no memory of anybody's."""


def warn_if(condition: Any, text: str) -> None:
    """A RuntimeWarning where the condition holds, once in a call."""


def heed(label: str, routine: str, value: Any, *x: Any) -> Any:
    """`value`, after the warnings that NumPy gives of `routine(*x)`: "overflow encountered in <label>"."""
