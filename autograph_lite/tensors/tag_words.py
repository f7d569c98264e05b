"""What is said of an object that is a tensor in some runs, and a number or None in others (`tagged`)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.ir.types import Type
from autograph_lite.tensors.number import PYTHON_NAME

Operator = Callable[..., Any]
COMPARE = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
_SYMBOLS: dict[Operator, str] = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.pow: "** or pow()",
    operator.and_: "&",
    operator.or_: "|",
    operator.xor: "^",
    operator.lshift: "<<",
    operator.rshift: ">>",
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
    divmod: "divmod()",
}
_UNARY: dict[Operator, str] = {
    operator.neg: "unary -",
    operator.pos: "unary +",
    operator.invert: "unary ~",
    operator.abs: "abs()",
}
_EXAMPLE = {"float": "0.0", "int": "0", "bool": "False", "none": "0.0", "numpy": "0.0"}
_OTHER = {"none": "None", "numpy": "a NumPy scalar"}


def sign(op: Operator) -> str:
    """An operator as it is written."""
    return _SYMBOLS.get(op) or _UNARY.get(op) or "@"


def not_the_same(value: Type, python: str) -> ConversionError:
    """It is a value of this type in some runs, and they do not do the same where it is used."""
    other = _OTHER.get(python, f"a Python {python}")
    if value.kind == "py" and python == "none":
        name = PYTHON_NAME[value.dtype]
        return ConversionError(
            f"this is a Python {name} in some runs and None in others, and they do not do the same here; make"
            f" it one in both: {_EXAMPLE[name]}"
        )
    if value.kind == "py":
        return ConversionError(
            "this is a Python float in some runs and a Python int in others, and they do not do the same"
            " here; make it a float in both: 0.0"
        )
    if value.kind == "np":
        return ConversionError(
            f"this is a NumPy scalar in some runs and {other} in others, and they do not do the same here; make"
            f" it one in both: np.float64({_EXAMPLE[python]})"
        )
    instead = "ag.zeros(...)" if value.rank else f"ag.constant({_EXAMPLE[python]})"
    return ConversionError(
        f"this is a tensor in some runs and {other} in others, and they do not do the same here; make it a"
        f" tensor in both: {instead}"
    )
