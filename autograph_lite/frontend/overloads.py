"""Operators of `ag__`, as Python looks for them: a method of the user's for one is converted.

The order is that of Python's data model, section 3.3.8: the method of the left operand, then the reflected
one of the right; the right one first where its class is derived from the left one's and has its own.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.convert import convert
from autograph_lite.frontend.steady import in_library, is_generated, is_packaged, is_users
from autograph_lite.frontend.trace import Trace
from autograph_lite.tensors.number import Number, kind_name

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
FUNCTIONS: dict[Any, tuple[str, str]] = {
    **{function: ("binary", name) for name, function in ARITHMETIC.items()},
    **{function: ("unary", name) for name, function in SIGNS.items()},
    **{function: ("comparison", name) for name, function in COMPARISONS.items()},
}
"""Functions of `operator`, each with what it means and its name."""
_MIRRORED = {"eq": "eq", "ge": "le", "gt": "lt", "le": "ge", "lt": "gt", "ne": "ne"}
_IDENTITY = tuple(getattr(object, f"__{name}__") for name in COMPARISONS)
"""What a class has that says nothing of comparisons."""
CONTAINERS = (list, tuple, dict)
_SEQUENCES = (list, tuple, str, bytes, bytearray)
"""Whose `+` and `*` Python tries last."""

Asked = tuple[Any, Any, Any]
"""A method, the object whose it is, and the other operand."""


class Overloads:
    """The part of `ag__` that asks the classes of operands."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._known: dict[type, bool] = {}
        self._converted: dict[types.FunctionType, bool] = {}

    def binary(self, name: str, left: Any, right: Any) -> Any:
        """`left + right`, or another operator of arithmetic."""
        if not self.asks(left, right):
            return ARITHMETIC[name](left, right)
        own, theirs = f"__{name}__", f"__r{name}__"
        asked = [(getattr(type(left), own, None), left, right)]
        if type(left) is not type(right):
            asked.append((getattr(type(right), theirs, None), right, left))
            derived = issubclass(type(right), type(left))
            if derived and asked[1][0] is not getattr(type(left), theirs, None):
                asked.reverse()
        found = self._answered(asked)
        return ARITHMETIC[name](left, right) if found is NotImplemented else found

    def unary(self, name: str, x: Any) -> Any:
        """`-x`, `+x`, `~x`, `abs(x)`."""
        own = getattr(type(x), f"__{name}__", None) if self.asks(x) else None
        return self._called(own, x) if self._is_converted(own) else SIGNS[name](x)

    def comparison(self, name: str, left: Any, right: Any) -> Any:
        """`left < right`, or another comparison of two."""
        if isinstance(left, CONTAINERS):
            self.trace.unseen.given(left, right)
        if not self.asks(left, right):
            return COMPARISONS[name](left, right)
        own, theirs = f"__{name}__", f"__{_MIRRORED[name]}__"
        asked = [
            (getattr(type(left), own), left, right),
            (getattr(type(right), theirs), right, left),
        ]
        if type(left) is not type(right) and issubclass(type(right), type(left)):
            asked.reverse()
        for function, one, _ in asked:
            if not self._is_converted(function) and not any(function is x for x in _IDENTITY):
                self.trace.unseen.given(one)
        found = self._answered(asked)
        return COMPARISONS[name](left, right) if found is NotImplemented else found

    def _answered(self, asked: list[Asked]) -> Any:
        """What the first method gives that has an answer; NotImplemented: none has, or none is the user's."""
        if not any(self._is_converted(_behind(function, one)) for function, one, _ in asked):
            return NotImplemented
        for function, one, other in asked:
            if function is None or (isinstance(one, _SEQUENCES) and not is_users(function)):
                continue
            found = self._answer(function, one, other)
            if found is not NotImplemented:
                return found
        return NotImplemented

    def _answer(self, function: Any, one: Any, other: Any) -> Any:
        behind = _behind(function, one)
        found = (self._called if self._is_converted(behind) else _as_it_is)(behind, one, other)
        same = found is NotImplemented or behind is function
        return found if same else self.trace.caller.operators.not_(found)

    def _called(self, function: Any, *operands: Any) -> Any:
        return self.trace.caller.operators.call(function, operands)

    def flag(self, obj: Any) -> Any:
        """What decides of an object of a class of the user's: what its `__bool__`, or `__len__`, gives."""
        if not self.asks(obj):
            return obj
        named = ((name, getattr(type(obj), name, None)) for name in ("__bool__", "__len__"))
        name, own = next(((n, one) for n, one in named if one is not None), ("", None))
        if not self._is_converted(own):
            return obj
        found = self._called(own, obj)
        is_bool = isinstance(found, Number) and found.dtype == "bool"
        if name == "__bool__" and not (is_bool or isinstance(found, bool)):
            raise TypeError(f"__bool__ should return bool, returned {kind_name(found)}")
        if name == "__len__" and isinstance(found, int) and found < 0:
            raise ValueError("__len__() should return >= 0")
        return found

    def asks(self, *operands: Any) -> bool:
        """Whether one of them is of a class of the user's."""
        for obj in operands:
            kind = type(obj)
            if kind not in self._known:
                self._known[kind] = not in_library(kind)
            if self._known[kind]:
                return True
        return False

    def _is_converted(self, function: Any) -> bool:
        """Whether a special method is the user's and can be staged; else it runs as it is, and what it names
        is a guard."""
        if not isinstance(function, types.FunctionType):
            return False
        if function not in self._converted:
            self._converted[function] = not is_packaged(function) and _can_be(function)
        return self._converted[function]


def _can_be(function: types.FunctionType) -> bool:
    if is_generated(function):
        return False
    try:
        convert(function)
    except ConversionError:
        return False
    return True


def _behind(function: Any, obj: Any) -> Any:
    """The method that answers: where a class says nothing of `!=`, what it says of `==`."""
    return type(obj).__eq__ if function is object.__ne__ else function


def _as_it_is(function: Any, *operands: Any) -> Any:
    return function(*operands)
