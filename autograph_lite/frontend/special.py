"""Special methods by the names of operators, and how Python finds them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "and": operator.and_,
    "floordiv": operator.floordiv,
    "lshift": operator.lshift,
    "matmul": operator.matmul,
    "mod": operator.mod,
    "mul": operator.mul,
    "or": operator.or_,
    "pow": operator.pow,
    "rshift": operator.rshift,
    "sub": operator.sub,
    "truediv": operator.truediv,
    "xor": operator.xor,
    "divmod": divmod,
}
SIGNS: dict[str, Callable[[Any], Any]] = {
    "abs": operator.abs,
    "invert": operator.invert,
    "neg": operator.neg,
    "pos": operator.pos,
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
    "ne": operator.ne,
}


def special(name: str) -> str:
    """The name of the method of an operator."""
    return f"__{name}__"


def method_of(kind: type, name: str, default: Any = None) -> Any:
    """What a class, not its metaclass, has by a name, as it stands there."""
    for base in kind.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return default
