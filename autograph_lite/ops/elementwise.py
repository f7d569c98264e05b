"""Elementwise arithmetic: value and partials of each op on one line or in one function.

Operands arrive with one dtype (the callers promote).  Where a body leaves no freedom (one rounded
IEEE operation), `exact` lets eager mode use NumPy's.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.errors import DomainError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.record import (
    Constant,
    Derivative,
    Known,
    Linear,
    Op,
    Partials,
    Scalar,
    register,
)
from autograph_lite.ops.shapes import elementwise
from autograph_lite.ops.words import copysign, floor, fmod, one_of, sdiv, srem, warn_if

Text = str | Callable[..., Any]
_INTEGER = Constant("it is an integer")
NUMERIC = ("float64", "float32", "int64", "int32")


def unary(name: str, body: Text, partial: Callable[..., Any], **extra: Any) -> Op:
    """A float op of one operand; `partial(x, out)` is its derivative."""
    derivative = Partials(lambda x, out: (partial(x, out),))
    return register(Op(name, elementwise(), Scalar(body), derivative, **extra))


def binary(name: str, body: Text, derivative: Derivative, **extra: Any) -> Op:
    return register(Op(name, elementwise(), Scalar(body), derivative, **extra))


def piecewise_constant(name: str, body: Text, **extra: Any) -> Op:
    return register(
        Op(name, elementwise(), Scalar(body), Constant("it is constant between its jumps"), **extra)
    )


# --- one rounded operation ---------------------------------------------------------------------

binary(
    "add",
    "x + y",
    Linear(lambda g, x, y, out: (g, g)),
    exact=np.add,
    on_scalars=operator.add,
    dtypes=NUMERIC,
)
binary(
    "subtract",
    "x - y",
    Linear(lambda g, x, y, out: (g, f.negative(g))),
    exact=np.subtract,
    on_scalars=operator.sub,
    dtypes=NUMERIC,
)
binary(
    "multiply",
    "x * y",
    Partials(lambda x, y, out: (y, x)),
    exact=np.multiply,
    on_scalars=operator.mul,
    dtypes=NUMERIC,
)
binary(
    "divide",
    "x / y",
    Partials(
        lambda x, y, out: (f.reciprocal(y), f.negative(f.divide(out, y))),
    ),
    exact=np.divide,
    on_scalars=operator.truediv,
)
register(
    Op(
        "negative",
        elementwise(),
        Scalar("-x"),
        Linear(lambda g, x, out: (f.negative(g),)),
        exact=np.negative,
        on_scalars=operator.neg,
        dtypes=NUMERIC,
    )
)
unary(
    "absolute",
    "abs(x)",
    lambda x, out: f.sign(x),
    exact=np.absolute,
    on_scalars=operator.abs,
    dtypes=NUMERIC,
)
unary("sqrt", "sqrt(x)", lambda x, out: f.divide(0.5, out), exact=np.sqrt, domain=(0.1, 4.0))
unary(
    "square",
    "x * x",
    lambda x, out: f.multiply(2.0, x),
    exact=lambda x: np.multiply(x, x),
    on_scalars=lambda x: x * x,
    dtypes=NUMERIC,
)
unary(
    "reciprocal",
    "1 / x",
    lambda x, out: f.negative(f.square(out)),
    exact=lambda x: np.divide(x.dtype.type(1), x),
    on_scalars=lambda x: x.__class__(1) / x,
    domain=(0.3, 3.0),
)

# --- powers ------------------------------------------------------------------------------------


def _power_float(x, y):
    return one_of(y == 2.0, x * x, one_of(y == 3.0, x * x * x, one_of(y == 1.0, x, pow(x, y))))


def _power_partials(x: Value, y: Value, out: Value) -> tuple[Value, Value]:
    """d/dx is 0 at exponent 0, d/dy is 0 at x = 0: the limits along which `pow` is constant."""
    by_x = f.multiply(y, f.power(x, f.subtract(y, 1.0)))
    by_y = f.multiply(out, f.log(x))
    zero = f.multiply(0.0, out)
    return f.where(f.equal(y, 0.0), _zero(y), by_x), f.where(f.equal(x, 0.0), _zero(zero), by_y)


def _zero(like: Value) -> Value:
    return f.zeros_like(like)


def _power_number_partial(x: Value, y: Value, out: Value) -> tuple[Value, None]:
    """By the base only; 0 at exponent 0."""
    by_x = f.multiply(y, f.power_number(x, f.subtract(y, 1.0)))
    return f.where(f.equal(y, 0.0), _zero(out), by_x), None


binary("power", _power_float, Partials(_power_partials), domain=(0.2, 2.5))
# `x ** y` where y is a Python number, which is not differentiated: half the gradient's work.
binary("power_number", _power_float, Partials(_power_number_partial), domain=(0.2, 2.5))


def _power_int(x, y):
    if y < 0:
        raise DomainError("Integers to negative integer powers are not allowed.")
    out = x * 0 + 1
    base = x
    n = y
    while n > 0:
        if n & 1 == 1:
            out = out * base
        base = base * base
        n = n >> 1
    return out


binary(
    "integer_power",
    _power_int,
    _INTEGER,
    exact=np.power,
    faults=True,
    dtypes=("int64", "int32"),
)


def _hypot_partials(x: Value, y: Value, out: Value) -> tuple[Value, Value]:
    """Zero at the corner (0, 0)."""
    at_zero = f.equal(out, 0.0)
    return (
        f.where(at_zero, _zero(out), f.divide(x, out)),
        f.where(at_zero, _zero(out), f.divide(y, out)),
    )


binary("hypot", "hypot(x, y)", Partials(_hypot_partials))

# --- integers and bools ------------------------------------------------------------------------


def _floor_divide_int(x, y):
    warn_if(y == 0, "divide by zero encountered in floor_divide")
    q = sdiv(x, y)
    return q - 1 if (srem(x, y) != 0) & ((x < 0) != (y < 0)) else q


def _remainder_int(x, y):
    warn_if(y == 0, "divide by zero encountered in remainder")
    r = srem(x, y)
    return r + y if (r != 0) & ((r < 0) != (y < 0)) else r


def _remainder_float(x, y):
    r = fmod(x, y)
    shifted = r + y if (r < 0) != (y < 0) else r
    return shifted if r != 0 else copysign(r, y)


def _floor_divide_float(x, y):
    r = fmod(x, y)
    d = (x - r) / y
    d = d - 1 if (r != 0) & ((r < 0) != (y < 0)) else d
    low = floor(d)
    near = low + 1 if d - low > 0.5 else low
    return x / y if y == 0 else (copysign(d * 0, x / y) if d == 0 else near)


for _name, _function, _exact in (
    ("floor_divide_integer", _floor_divide_int, np.floor_divide),
    ("remainder_integer", _remainder_int, np.remainder),
):
    binary(
        _name,
        _function,
        _INTEGER,
        exact=_exact,
        dtypes=("int64", "int32"),
    )
piecewise_constant("floor_divide", _floor_divide_float)
binary(
    "remainder",
    _remainder_float,
    Partials(lambda x, y, out: (f.add(_zero(x), 1.0), f.negative(f.floor_divide(x, y)))),
    domain=(0.3, 2.9),
)


def _absorbed(decisive: bool) -> Callable[..., Value | bool | None]:
    """`x and True`, `x or False`, `x and x`: of bools of one shape."""

    def identity(known: Known, x: Value, y: Value) -> Value | bool | None:
        if x.type.dtype != "bool" or x.type.rank or y.type.rank:
            return None
        for one, other in ((x, y), (y, x)):
            holds = known.number(one)
            if holds is not None:
                return decisive if bool(holds) is decisive else other
        return x if x is y else None

    return identity


for _name, _body, _bitwise, _same in (
    ("bitwise_and", "x & y", np.bitwise_and, _absorbed(False)),
    ("bitwise_or", "x | y", np.bitwise_or, _absorbed(True)),
    ("bitwise_xor", "x ^ y", np.bitwise_xor, None),
):
    binary(
        _name, _body, _INTEGER, exact=_bitwise, identity=_same, dtypes=("int64", "int32", "bool")
    )
for _name, _body in (
    ("left_shift", "shl(x, y & 63) if (y >= 0) & (y < width(x)) else x * 0"),
    (
        "right_shift",
        "ashr(x, y & 63 if y < width(x) else width(x) - 1) if y >= 0 else ashr(x, width(x) - 1)",
    ),
):
    binary(_name, _body, _INTEGER, dtypes=("int64", "int32"))
piecewise_constant("invert", "invert(x)", exact=np.invert, dtypes=("int64", "int32", "bool"))


def _opposite(known: Known, x: Value) -> bool | None:
    holds = known.number(x)
    return None if holds is None else not holds


piecewise_constant(
    "logical_not", "not x", exact=np.logical_not, identity=_opposite, dtypes=("bool",)
)

# --- steps -------------------------------------------------------------------------------------

piecewise_constant("floor", "floor(x)", exact=np.floor)
piecewise_constant("ceil", "ceil(x)", exact=np.ceil)
piecewise_constant("rint", "rint(x)", exact=np.rint)
unary(
    "sign",
    "x if x != x else (1 if x > 0 else (-1 if x < 0 else 0))",
    lambda x, out: _zero(x),
    dtypes=NUMERIC,
)
register(
    Op(
        "copy",
        elementwise(),
        Scalar("x"),
        Linear(lambda g, x, out: (g,)),
        exact=np.copy,
        on_scalars=lambda x: x,
        identity=lambda known, x: x,
        dtypes=("float64", "float32", "int64", "int32", "bool"),
    )
)
piecewise_constant(
    "stop_gradient",
    "x",
    exact=np.copy,
    on_scalars=lambda x: x,
    identity=lambda known, x: x,
)
register(
    Op(
        "zeros_like",
        elementwise(),
        Scalar("0"),
        Constant("it is constant"),
        exact=np.zeros_like,
        shape_only=(0,),
        dtypes=NUMERIC,
    )
)
