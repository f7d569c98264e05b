"""Functions of one or two arrays, element by element; most are made from the promotion tables."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from typing import Any

import autograph_lite.tensors.operators as o
from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import Box, as_value, dtype_name, staging, value_of, wrap
from autograph_lite.tensors.promotion import BINARY, UNARY
from autograph_lite.tensors.tensor import shape_of


def _of_one(name: str) -> Callable[[Any], Any]:
    rule = UNARY[name]

    def function(x: Any, /) -> Any:
        return o.of_one(rule, x)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""NumPy's `{name}` of each element: a tensor of the shape of x.

    Raises GraphTypeError for a dtype that it is not defined for.
    """
    return function


def _of_two(name: str) -> Callable[[Any, Any], Any]:
    rule = BINARY[name]

    def function(x: Any, y: Any, /) -> Any:
        return o.apply_rule(rule, x, y)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""NumPy's `{name}` of each pair of elements; shapes broadcast, dtypes are promoted.

    Raises ShapeError for shapes that do not fit, GraphTypeError for a dtype that it is not defined for.
    """
    return function


add, subtract, multiply = _of_two("add"), _of_two("subtract"), _of_two("multiply")
divide = true_divide = _of_two("divide")
floor_divide = _of_two("floor_divide")
remainder = mod = _of_two("remainder")
maximum, minimum, hypot = _of_two("maximum"), _of_two("minimum"), _of_two("hypot")
arctan2 = atan2 = _of_two("arctan2")
equal, not_equal = _of_two("equal"), _of_two("not_equal")
less, less_equal = _of_two("less"), _of_two("less_equal")
greater, greater_equal = _of_two("greater"), _of_two("greater_equal")
bitwise_and, bitwise_or = _of_two("bitwise_and"), _of_two("bitwise_or")
bitwise_xor = _of_two("bitwise_xor")
left_shift = bitwise_left_shift = _of_two("left_shift")
right_shift = bitwise_right_shift = _of_two("right_shift")

negative, sign, square = _of_one("negative"), _of_one("sign"), _of_one("square")
absolute = abs = _of_one("absolute")
reciprocal, sqrt = _of_one("reciprocal"), _of_one("sqrt")
cbrt, exp, exp2, expm1 = _of_one("cbrt"), _of_one("exp"), _of_one("exp2"), _of_one("expm1")
log, log1p, log2, log10 = _of_one("log"), _of_one("log1p"), _of_one("log2"), _of_one("log10")
sin, cos, tan = _of_one("sin"), _of_one("cos"), _of_one("tan")
arcsin, arccos, arctan = _of_one("arcsin"), _of_one("arccos"), _of_one("arctan")
sinh, cosh, tanh = _of_one("sinh"), _of_one("cosh"), _of_one("tanh")
arcsinh, arccosh, arctanh = _of_one("arcsinh"), _of_one("arccosh"), _of_one("arctanh")
asin, acos, atan, asinh, acosh, atanh = arcsin, arccos, arctan, arcsinh, arccosh, arctanh
floor, ceil, rint = _of_one("floor"), _of_one("ceil"), _of_one("rint")
invert = bitwise_not = bitwise_invert = _of_one("invert")
isnan, isinf, isfinite = _of_one("isnan"), _of_one("isinf"), _of_one("isfinite")


def power(x: Any, y: Any, /) -> Any:
    """`x ** y`; shapes broadcast, dtypes are promoted.

    Raises DomainError for an integer to a negative integer: 2 ** -1 is not an integer.
    """
    return o.power(x, y)


pow = power


def positive(x: Any, /) -> Any:
    """A copy of x."""
    return wrap(f.copy(o.strong(x)))


def logical_and(x: Any, y: Any, /) -> Any:
    """True where both are not zero; bools of the broadcast shape."""
    return o.logical("logical_and", x, y)


def logical_or(x: Any, y: Any, /) -> Any:
    """True where one is not zero; bools of the broadcast shape."""
    return o.logical("logical_or", x, y)


def logical_xor(x: Any, y: Any, /) -> Any:
    """True where exactly one is not zero; bools of the broadcast shape."""
    return o.logical("logical_xor", x, y)


def logical_not(x: Any, /) -> Any:
    """True where x is zero; bools of its shape."""
    return o.logical_not(x)


def where(condition: Any, x: Any, y: Any, /) -> Any:
    """x where the condition holds, else y, in their promoted dtype; the three shapes broadcast.

    The one not taken gets no gradient at all, whatever it holds.
    """
    chosen, other = o.common(x, y)
    return wrap(f.where(o.truth(o.strong(condition)), chosen, other))


def clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """a, but at least a_min and at most a_max; shapes broadcast, dtypes are promoted."""
    low, high = a_min if a_min is not None else min, a_max if a_max is not None else max
    out = a if low is None else o.binary("maximum", a, low)
    out = out if high is None else o.binary("minimum", out, high)
    return positive(out) if out is a else out


def round(a: Any, decimals: int = 0) -> Any:
    """To so many decimal digits; a half goes to the even digit.

    As NumPy's, which computes it by a product and a quotient.  Raises GraphTypeError for bools.
    """
    value, digits = o.strong(a), _digits(decimals)
    dtype = value.type.dtype
    if dtype == "bool":
        raise GraphTypeError(
            "np.round of bools has a dtype that is not supported; cast to int64 first"
        )
    if digits >= 0 and not value.type.floating:
        return wrap(f.copy(value))
    if digits == 0:
        return rint(a)
    power = power_of_ten(builtins.abs(digits))
    shifted = o.binary("multiply" if digits > 0 else "divide", wrap(value), power)
    back = o.binary("divide" if digits > 0 else "multiply", rint(shifted), power)
    return wrap(o.cast(value_of(back), dtype))


around = round


def _digits(decimals: Any) -> int:
    if isinstance(decimals, Box) and staging():
        raise ConversionError(
            "a number is rounded to as many digits as only the run knows; give the digits as a literal"
        )
    return operator.index(decimals)


def power_of_ten(n: int) -> float:
    """As NumPy computes it, which beyond 22 is not the nearest double."""
    found = 10.0 ** min(n, 9)
    for _ in range(n - 9):
        found *= 10.0
    return found


def copy(a: Any) -> Any:
    """The same elements in an array of their own."""
    return wrap(f.copy(o.strong(a)))


def astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    """The elements in another dtype; for an integer fractions are cut off, NaN gives the least one.

    Raises GraphTypeError for a dtype that is not supported.
    """
    value, name = o.strong(x), dtype_name(dtype)
    if value.type.dtype == name and not copy:
        return x
    return wrap(f.copy(value) if value.type.dtype == name else o.cast(value, name))


def shape(a: Any) -> tuple[Any, ...]:
    """The extents."""
    return shape_of(as_value(a))


def ndim(a: Any) -> int:
    """The number of axes."""
    return as_value(a).type.rank


def size(a: Any, axis: int | None = None) -> Any:
    """The number of elements, or the extent of an axis."""
    lengths = shape(a)
    if axis is not None:
        return lengths[axis]
    total: Any = 1
    for length in lengths:
        total = total * length
    return total
