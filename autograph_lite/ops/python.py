"""Python numbers inside kernels: double and int64 with Python's meaning.

Division by zero raises ZeroDivisionError, an int64 that overflows raises instead of wrapping, and
`**` is the libm pow that Python itself calls.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autograph_lite.errors import DomainError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, py, tensor
from autograph_lite.ops.record import Constant, Known, Op, Scalar, register
from autograph_lite.ops.words import (
    ashr,
    checked_mul,
    checked_sub,
    copysign,
    float64,
    floor,
    fmod,
    int64,
    libm_pow,
    sdiv,
    shl,
    srem,
)

_NUMBER = Constant("a Python number is not differentiated")


def _rule(result: str | None = None) -> Callable[..., tuple[Type, ...]]:
    def rule(*types: Type) -> tuple[Type, ...]:
        return (py(result or types[-1].dtype),)

    return rule


def number_op(
    name: str, body: str | Callable[..., Any], result: str | None = None, **extra: Any
) -> Op:
    extra = {"dtypes": ("int64", "float64"), **extra, "faults": callable(body)}
    return register(Op("py_" + name, _rule(result), Scalar(body), _NUMBER, **extra))


def _words(function: Callable[[Any, Any], Any], x: Any, y: Any) -> str:
    """What this Python says of a fault."""
    try:
        raise AssertionError(function(x, y))
    except ZeroDivisionError as error:
        return str(error)


INTEGER_QUOTIENT = _words(operator.truediv, 1, 0)
FLOAT_QUOTIENT = _words(operator.truediv, 1.0, 0.0)


def _truediv(x, y):
    if y == 0:
        raise ZeroDivisionError(FLOAT_QUOTIENT.format())
    return float64(x) / float64(y)


def _truediv_int(x, y):
    if y == 0:
        raise ZeroDivisionError(INTEGER_QUOTIENT.format())
    a = x if x < 0 else 0 - x  # below 0 there is one int more
    b = y if y < 0 else 0 - y
    out = float64(x) / float64(y)
    if ((a < -9007199254740992) | (b < -9007199254740992)) & (b != -1) & (a != 0):
        q = sdiv(a, b)
        r = srem(a, b)
        scale = 1.0
        while q < 18014398509481984:  # two bits more than a float has
            one = r <= b - r
            r = r - (b - r) if one else r + r
            q = q + q + 1 if one else q + q
            scale = scale * 0.5
        out = float64(q | 1 if r != 0 else q) * scale  # rounded once
        out = out if (x < 0) == (y < 0) else 0.0 - out
    return out


def _floordiv_int(x, y):
    if y == 0:
        raise ZeroDivisionError("integer division or modulo by zero")
    if y == -1:
        q = checked_sub(0, x)
    else:
        q = sdiv(x, y)
        q = q - 1 if (srem(x, y) != 0) & ((x < 0) != (y < 0)) else q
    return q


def _mod_int(x, y):
    if y == 0:
        raise ZeroDivisionError("integer modulo by zero")
    r = srem(x, y)
    return r + y if (r != 0) & ((r < 0) != (y < 0)) else r


def _mod_float(x, y):
    if y == 0:
        raise ZeroDivisionError("float modulo")
    r = fmod(x, y)
    shifted = r + y if (r < 0) != (y < 0) else r
    return shifted if r != 0 else copysign(0.0, y)


def _floordiv_float(x, y):
    if y == 0:
        raise ZeroDivisionError("float floor division by zero")
    r = fmod(x, y)
    d = (x - r) / y
    d = d - 1.0 if (r != 0) & ((r < 0) != (y < 0)) else d
    low = floor(d)
    near = low + 1.0 if d - low > 0.5 else low
    return near if d != 0 else copysign(0.0, x / y)


def _power_float(x, y):
    if (x == 0) & (y < 0) & (y - y == 0):
        raise ZeroDivisionError("0.0 cannot be raised to a negative power")
    if (x < 0) & (floor(y) != y) & (y - y == 0) & (x - x == 0):
        raise DomainError("a negative number to a fractional power is complex")
    out = libm_pow(x, y)
    if (out - out != 0) & (x - x == 0) & (y - y == 0):
        raise OverflowError("(34, 'Numerical result out of range')")
    return out


def _power_int(x, y):
    if (x == 0) & (y < 0):
        raise ZeroDivisionError("0.0 cannot be raised to a negative power")
    if y < 0:
        raise DomainError("an int to a negative power is a float: write float(x) ** y")
    out = 1
    base = x
    n = y
    while n > 0:
        if n & 1 == 1:
            out = checked_mul(out, base)
        n = n >> 1
        if n > 0:
            base = checked_mul(base, base)
    return out


def _power_modulo(x, y, z):
    if z == 0:
        raise DomainError("pow() 3rd argument cannot be 0")
    m = checked_sub(0, z) if z < 0 else z
    base = srem(x, m)
    base = base + m if base < 0 else base
    n = y
    if n < 0:  # Euclid's algorithm finds the inverse
        n = checked_sub(0, y)
        r = m
        s = base
        t = 0
        u = 1
        while s != 0:
            q = sdiv(r, s)
            s_next = r - q * s
            u_next = t - q * u
            r = s
            t = u
            s = s_next
            u = u_next
        if r != 1:
            raise DomainError("base is not invertible for the given modulus")
        base = t + m if t < 0 else t
    out = 1 if m > 1 else 0
    squares = False
    while n > 0:  # in turns: the result times the base, and the base squared
        factor = base if squares else out
        total = 0  # their product: by doubling, which never overflows
        term = base
        while factor > 0:
            if factor & 1 == 1:
                total = total - (m - term) if total >= m - term else total + term
            term = term - (m - term) if term >= m - term else term + term
            factor = factor >> 1
        if squares:
            base = total
            n = n >> 1
        elif n & 1 == 1:
            out = total
        squares = not squares
    return out + z if (z < 0) & (out != 0) else out


def _left_shift(x, y):
    if y < 0:
        raise DomainError("negative shift count")
    out = shl(x, y & 63)
    if ((y > 63) & (x != 0)) | (ashr(out, y & 63) != x):
        raise OverflowError("Python int too large to convert to 64 bits")
    return out


def _right_shift(x, y):
    if y < 0:
        raise DomainError("negative shift count")
    return ashr(x, y if y < 63 else 63)


AS_TENSORS = (
    number_op("add", "checked_add(x, y)", recomputed=True),
    number_op("subtract", "checked_sub(x, y)", recomputed=True),
    number_op("multiply", "checked_mul(x, y)", recomputed=True),
    number_op("negative", "checked_neg(x)", recomputed=True),
)
"""Ops that give the same bits for Python floats as the operators of float64 tensors."""

number_op("absolute", "checked_neg(x) if x < 0 else abs(x)")
number_op("truediv", _truediv, "float64")
number_op("truediv_integer", _truediv_int, "float64")
number_op("floordiv", _floordiv_float)
number_op("floordiv_integer", _floordiv_int)
number_op("mod", _mod_float)
number_op("mod_integer", _mod_int)
number_op("power", _power_float)
number_op("power_integer", _power_int)
number_op("power_modulo", _power_modulo, dtypes=("int64",))
for _name, _body in (("and", "x & y"), ("or", "x | y"), ("xor", "x ^ y")):
    number_op(_name, _body, dtypes=("int64", "bool"))
number_op("left_shift", _left_shift, dtypes=("int64",))
number_op("right_shift", _right_shift, dtypes=("int64",))
number_op("minimum", "y if y < x else x")
number_op("maximum", "y if y > x else x")


def _of_positive(answer: bool) -> Callable[..., bool | None]:
    """A comparison of what is above 0 with 0."""

    def identity(known: Known, x: Value, y: Value) -> bool | None:
        return answer if known.is_positive(x) and known.number(y) == 0 else None

    return identity


for _name, _body, _exact, _same in (
    ("equal", "x == y", operator.eq, _of_positive(False)),
    ("not_equal", "x != y", operator.ne, None),
    ("less", "x < y", operator.lt, None),
    ("less_equal", "x <= y", operator.le, None),
    ("greater", "x > y", operator.gt, _of_positive(True)),
    ("greater_equal", "x >= y", operator.ge, None),
):
    number_op(_name, _body, "bool", exact=_exact, identity=_same)


def _order(x, y):
    d = float64(x) - y  # not 0 where the two differ after rounding: then the sign is right
    if (d == 0) & (y >= 9223372036854775808.0):
        d = 0.0 - 1.0
    elif d == 0:
        whole = int64(y)
        d = float64(x > whole) - float64(x < whole)
    return d


# An int and a float: below, at or above 0, as the two compare exactly; NaN if the float is.
number_op("order", _order, "float64")
number_op("not", "not bool(x)", "bool")
FLOAT = number_op("float", "float64(x)", "float64")
number_op("bool", "bool(x)", "bool")


def _int(x):
    y = float64(x)
    if y != y:
        raise DomainError("cannot convert float NaN to integer")
    if y - y != 0:
        raise OverflowError("cannot convert float infinity to integer")
    if (y >= 9223372036854775808.0) | (y < -9223372036854775808.0):
        raise OverflowError("cannot convert float to a 64-bit integer")
    return int64(x)


number_op("int", _int, "int64")
number_op("rint", "rint(x)", dtypes=("float64",))


def _known_bool(known: Known, x: Value, *, dtype: str) -> Any:
    """Numbers are left: which bits they have in a dtype is for the kernel to say."""
    return known.number(x) if x.type.dtype == "bool" else None


# A number of Python's or NumPy's met by an array: a scalar of the dtype that it has there.
WEAK = register(
    Op(
        "weak",
        lambda x, *, dtype: (tensor(dtype),),
        Scalar("cast(x)"),
        Constant("it is a Python number"),
        recomputed=True,
        identity=_known_bool,
    )
)
# float(t), int(t), bool(t): a scalar array as a Python number.
NUMBER = register(
    Op(
        "number",
        lambda x, *, dtype: (py(dtype),),
        Scalar("cast(x)"),
        Constant("it is a Python number"),
    )
)
register(
    Op(
        "position",
        lambda k, start, step: (py("int64"),),
        Scalar("y + x * z"),
        Constant("it is an index"),
        recomputed=True,
    )
)


def _range_length(start, stop, step):
    if step == 0:
        raise DomainError("range() arg 3 must not be zero")
    up = step > 0
    if (up & (start >= stop)) | ((not up) & (start <= stop)):
        n = 0
    else:
        span = stop - start if up else start - stop
        if span < 0:
            raise OverflowError("range() has more steps than fit into 64 bits")
        n = sdiv(span - 1, step if up else 0 - step) + 1
    return n


register(
    Op(
        "range_length",
        lambda start, stop, step: (py("int64"),),
        Scalar(_range_length),
        Constant("it is a count"),
        faults=True,
        counts=True,
    )
)
