"""Functions of the `math` module on Python numbers inside kernels: libm's, which Python itself calls.

What is not defined is NaN or an infinity here; `tensors.mathematics` raises what Python raises.
"""

from __future__ import annotations

from autograph_lite.ops.python import number_op

TRIGONOMETRY = ("sin", "cos", "tan", "asin", "acos", "atan")
HYPERBOLIC = ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")
OTHERS = ("exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "erf", "erfc", "cbrt")
TWO = ("atan2", "fmod", "pow")
LIBM = (*TRIGONOMETRY, *HYPERBOLIC, *OTHERS, *TWO)


def _of_floats(name: str, body: str, result: str = "float64") -> None:
    number_op("math_" + name, body, result, dtypes=("float64",))


for _name in (*TRIGONOMETRY, *HYPERBOLIC, *OTHERS):
    _of_floats(_name, f"libm_{_name}(x)")
for _name in TWO:
    _of_floats(_name, f"libm_{_name}(x, y)")
_of_floats("copysign", "copysign(x, y)")
_of_floats("sqrt", "sqrt(x)")
_of_floats("floor", "floor(x)")
_of_floats("ceil", "ceil(x)")
_of_floats("trunc", "trunc(x)")
_of_floats("isfinite", "x - x == 0", "bool")
_of_floats("isinf", "(x - x != 0) & (x == x)", "bool")
# Of a result x and the arguments y and z: NaN of numbers; an infinity of finite numbers, and of 0.
_of_floats("undefined", "(x != x) & (y == y) & (z == z)", "bool")
_of_floats("infinite", "(x - x != 0) & (x == x) & (y - y == 0) & (z - z == 0)", "bool")
_of_floats("pole", "(x - x != 0) & (x == x) & (y == 0) & (z - z == 0)", "bool")
