"""dtypes of operands -> the dtype to compute in and the op: NumPy 2's rules (NEP 50).

A rule is one NumPy function: an op per dtype of the promoted operands.  "py.int64" and its kin
stand for Python numbers, which are weak.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograph_lite.errors import GraphTypeError
from autograph_lite.ir.types import DTYPES, FLOATS, INTEGERS, promote, weak
from autograph_lite.ops.record import OPS, Op

Resolved = tuple[str, Op]
BY_NAME: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "bitwise_and": operator.and_,
    "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor,
    "left_shift": operator.lshift,
    "right_shift": operator.rshift,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
"""Python's operator for each of NumPy's functions of two arrays that has one by its name."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """`ops` maps the promoted dtype to (dtype to compute in, op); what is absent is an error.

    `alike`: the op of operands that all have the dtype it computes in.
    """

    name: str
    ops: dict[str, Resolved]
    refusal: str = ""
    resolved: dict[tuple[str, ...], Resolved] = field(default_factory=dict)

    @property
    def alike(self) -> dict[str, Op]:
        return {dtype: op for dtype, (computed, op) in self.ops.items() if dtype == computed}


def resolve(rule: Rule, *dtypes: str) -> Resolved:
    """What to compute operands of these dtypes in, and by which op; kept per combination."""
    found = rule.resolved.get(dtypes)
    if found is None:
        common = promoted(*dtypes)
        if common not in rule.ops:
            raise GraphTypeError(rule.refusal or _refusal(rule.name, common))
        found = rule.resolved[dtypes] = rule.ops[common]
    return found


def promoted(*dtypes: str) -> str:
    """NumPy's result dtype; Python numbers are weak beside anything else."""
    strong = [d for d in dtypes if not d.startswith("py.")]
    numbers = [d[3:] for d in dtypes if d.startswith("py.")]
    if not strong:
        return promote(*numbers)
    common = promote(*strong)
    for number in sorted(set(numbers), reverse=True):
        common = weak(number, common)
    return common


def _refusal(name: str, dtype: str) -> str:
    if dtype == "bool":
        return f"np.{name} of bools has a dtype that is not supported; cast to int64 first"
    return f"np.{name} is not defined for {dtype}"


def _by(floats: str | None, integers: str | None, bools: str | None) -> dict[str, Resolved]:
    """One op for each class of dtypes, computed in the dtype itself."""
    names = {**dict.fromkeys(FLOATS, floats), **dict.fromkeys(INTEGERS, integers), "bool": bools}
    return {dtype: (dtype, OPS[name]) for dtype, name in names.items() if name is not None}


def _in_float(name: str, bools: bool = False) -> dict[str, Resolved]:
    """Integers are computed in float64."""
    table = {dtype: (dtype if dtype in FLOATS else "float64", OPS[name]) for dtype in DTYPES}
    if not bools:
        del table["bool"]
    return table


_MINUS = (
    "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^`"
    " operator, or the logical_xor function instead."
)
_NEGATIVE = (
    "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the"
    " logical_not function instead."
)
_FLOAT_BITS = "np.{} is not defined for floats; cast to int64 or bool first"


def _rule(name: str, ops: dict[str, Resolved], refusal: str = "") -> Rule:
    return Rule(name, ops, refusal)


BINARY: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        _rule("add", _by("add", "add", "bitwise_or")),
        _rule("subtract", _by("subtract", "subtract", None), _MINUS),
        _rule("multiply", _by("multiply", "multiply", "bitwise_and")),
        _rule("divide", _in_float("divide", bools=True)),
        _rule("floor_divide", _by("floor_divide", "floor_divide_integer", None)),
        _rule("remainder", _by("remainder", "remainder_integer", None)),
        _rule("power", _by("power", "integer_power", None)),
        _rule("power_number", _by("power_number", "integer_power", None)),
        _rule("maximum", _by("maximum", "maximum", "bitwise_or")),
        _rule("minimum", _by("minimum", "minimum", "bitwise_and")),
        _rule("hypot", _in_float("hypot")),
        _rule("arctan2", _in_float("arctan2")),
        *(
            _rule(name, _by(None, name, name), _FLOAT_BITS.format(name))
            for name in ("bitwise_and", "bitwise_or", "bitwise_xor")
        ),
        *(
            _rule(name, _by(None, name, None), _FLOAT_BITS.format(name))
            for name in ("left_shift", "right_shift")
        ),
        *(
            _rule(name, {dtype: (dtype, OPS[name]) for dtype in DTYPES})
            for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
        ),
    )
}

_FLOAT_UNARY = (
    *("sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log1p", "log2", "log10"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan"),
    *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"),
    *("expit", "softplus", "erf"),
)
UNARY: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        *(_rule(name, _in_float(name)) for name in _FLOAT_UNARY),
        _rule("negative", _by("negative", "negative", None), _NEGATIVE),
        _rule("absolute", _by("absolute", "absolute", "copy")),
        _rule("sign", _by("sign", "sign", None)),
        _rule("square", _by("square", "square", None)),
        _rule("reciprocal", _by("reciprocal", None, None)),
        _rule("floor", _by("floor", "copy", "copy")),
        _rule("ceil", _by("ceil", "copy", "copy")),
        _rule("rint", _in_float("rint")),
        _rule("invert", _by(None, "invert", "invert"), _FLOAT_BITS.format("invert")),
        *(_rule(name, _in_float(name, bools=True)) for name in ("isnan", "isinf", "isfinite")),
    )
}
