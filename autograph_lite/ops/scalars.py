"""NumPy's scalars inside kernels: float64 and bool, as `np.sin(0.1 * i)` gives one.

Who computes is NumPy: where IEEE 754 leaves no freedom the result is the same whoever does, all else is
NumPy's own loop with one element (`ufunc_sin(x)`), `**` the C library's pow, as for NumPy's scalars.  What
NumPy warns of is heeded: "... encountered in sin" of a function, "... in scalar add" of an operator.
"""

from __future__ import annotations

from typing import Any

from autograph_lite.ir.types import Type, scalar
from autograph_lite.ops.record import Constant, Op, Scalar, register

_NUMPY = Constant("a NumPy scalar is not differentiated")
ANGLES = ("degrees", "radians", "deg2rad", "rad2deg")
CIRCULAR = ("sin", "cos", "tan", "arcsin", "arccos")
HYPERBOLIC = ("sinh", "cosh", "arccosh", "arctanh")
POWERS = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p")
ONE = (*CIRCULAR, *HYPERBOLIC, *POWERS, *ANGLES, "spacing")
TWO = ("power", "float_power", "floor_divide", "remainder", "fmod", "hypot", "nextafter")
SILENT = {
    **dict.fromkeys(("arctan", "tanh", "arcsinh", "cbrt", "sign"), "x"),
    **dict.fromkeys(("arctan2", "maximum", "minimum", "fmax", "fmin", "heaviside"), "x, y"),
    "clip": "x, y, z",
}
"""Ufuncs that never warn, and what they are given."""
EXACT = {
    "add": "x + y",
    "subtract": "x - y",
    "multiply": "x * y",
    "divide": "x / y",
    "square": "x * x",
    "reciprocal": "1.0 / x",
    "sqrt": "sqrt(x)",
}
"""Where IEEE 754 leaves no freedom."""
MOVES = {
    "negative": "-x",
    "positive": "x",
    "absolute": "abs(x)",
    "fabs": "abs(x)",
    "floor": "floor(x)",
    "ceil": "ceil(x)",
    "trunc": "trunc(x)",
    "rint": "rint(x)",
    "copysign": "copysign(x, y)",
}
"""The same, where there is nothing to warn of."""
TESTS = {
    "less": "x < y",
    "less_equal": "x <= y",
    "greater": "x > y",
    "greater_equal": "x >= y",
    "equal": "x == y",
    "not_equal": "x != y",
    "isnan": "x != x",
    "isinf": "(x - x != 0) & (x == x)",
    "isfinite": "x - x == 0",
    "signbit": "as_bits(x) < 0",
}
BOOLS = {
    "logical_and": "x & y",
    "logical_or": "x | y",
    "logical_xor": "x ^ y",
    "logical_not": "not x",
}
SCALARS = {
    **{name: (EXACT[name], name) for name in ("add", "subtract", "multiply", "divide")},
    **{name: (f"ufunc_{name}(x, y)", name) for name in ("floor_divide", "remainder")},
    "power": ("libm_pow(x, y)", "pow"),
    "divmod": ("ufunc_floor_divide(x, y)", "floor_divide"),
    "divmod_rest": ("ufunc_remainder(x, y)", "remainder"),
}
"""Operators: what is computed, and what raises the errors that NumPy warns of."""
DIVMOD = {name: SCALARS[name] for name in ("divmod", "divmod_rest")}


def _register(name: str, body: str, result: str = "float64", operands: str = "float64") -> None:
    def rule(*types: Type) -> tuple[Type, ...]:
        del types
        return (scalar(result),)

    register(Op(f"np_{name}", rule, Scalar(body), _NUMPY, dtypes=(operands,)))


def _heeded(label: str, routine: str, value: str, given: str) -> str:
    return f"heed({label!r}, {routine!r}, {value}, {given})"


for _name in ONE:
    _register(_name, _heeded(_name, _name, f"ufunc_{_name}(x)", "x"))
for _name in TWO:
    _register(_name, _heeded(_name, _name, f"ufunc_{_name}(x, y)", "x, y"))
for _name, _given in SILENT.items():
    _register(_name, f"ufunc_{_name}({_given})")
for _name, _value in EXACT.items():
    _register(_name, _heeded(_name, _name, _value, "x, y" if "y" in _value else "x"))
for _name, _value in MOVES.items():
    _register(_name, _value)
for _name, _value in TESTS.items():
    _register(_name, _value, "bool")
for _name, _value in BOOLS.items():
    _register(_name, _value, "bool", "bool")
for _name, (_value, _routine) in SCALARS.items():
    _label = f"scalar {_name.removesuffix('_rest')}"
    _register(f"scalar_{_name}", _heeded(_label, _routine, _value, "x, y"))
for _name, (_value, _routine) in DIVMOD.items():
    _register(_name, _heeded("divmod", _routine, _value, "x, y"))


def _converted(x: Type, *, dtype: str) -> tuple[Type, ...]:
    del x
    return (scalar(dtype),)


# A Python number met by a NumPy scalar, or a bool of NumPy's by a float.
FROM_NUMBER: Any = register(Op("np_scalar", _converted, Scalar("cast(x)"), _NUMPY, recomputed=True))
