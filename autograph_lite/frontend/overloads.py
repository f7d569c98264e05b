"""Operators of `ag__`, as Python looks for them: a method of the user's for one is converted.

The order is that of Python's data model, section 3.3.8: the method of the left operand, then the reflected
one of the right; the right one first where its class is derived from the left one's and has its own.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.convert import convert
from autograph_lite.frontend.special import ARITHMETIC, COMPARISONS, SIGNS, method_of, special
from autograph_lite.frontend.steady import in_library, is_generated, is_packaged, watched
from autograph_lite.frontend.trace import Trace
from autograph_lite.ir.types import Type
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.number import Number, kind_name
from autograph_lite.tensors.tag_words import sign

FUNCTIONS: dict[Any, tuple[str, str]] = {
    **{function: ("binary", name) for name, function in ARITHMETIC.items()},
    **{function: ("unary", name) for name, function in SIGNS.items()},
    **{function: ("comparison", name) for name, function in COMPARISONS.items()},
}
"""Functions of `operator`, each with what it means and its name."""
_MIRRORED = {"eq": "eq", "ge": "le", "gt": "lt", "le": "ge", "lt": "gt", "ne": "ne"}
_IDENTITY = tuple(getattr(object, special(name)) for name in COMPARISONS)
"""What a class has that says nothing of comparisons."""
_HOLDING = (list, tuple, dict)
_SEQUENCES = (list, tuple, str, bytes, bytearray)
"""Whose `+` and `*` Python tries last."""
_MISSING: Any = object()
_UNASKED: Any = object()

Asked = tuple[Any, Any, Any]
"""A method as it stands in the class, the object whose it is, and the other operand."""


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
        a, b = type(left), type(right)
        theirs = method_of(b, special("r" + name), _MISSING)
        asked = [(method_of(a, special(name), _MISSING), left, right)]
        if a is not b:
            asked.append((theirs, right, left))
            if issubclass(b, a) and theirs is not method_of(a, special("r" + name), _MISSING):
                asked.reverse()
        if isinstance(left, np.ndarray | HostArray) and not _defers_to(right):
            self._refuse_elements(special("r" + name), b)
        if isinstance(left, np.generic) and not _defers_to(right):
            self.trace.settle(left)
            asked = [(theirs, right, left.item())]  # NumPy has made a Python number of it
        found = self._answered(asked)
        if found is _UNASKED or (found is NotImplemented and isinstance(left, _SEQUENCES)):
            with watched(self.trace):
                return ARITHMETIC[name](left, right)
        if found is NotImplemented:
            raise TypeError(
                f"unsupported operand type(s) for {sign(ARITHMETIC[name])}: {kind_name(left)!r} and"
                f" {kind_name(right)!r}"
            )
        return found

    def _refuse_elements(self, name: str, kind: type) -> None:
        """NumPy asks an object that is no array once for each element of an array on its left."""
        if self._is_converted(method_of(kind, name), kind):
            raise ConversionError(
                f"an operator between a plain array and a {kind.__name__} on its right is computed element by"
                " element, as an array of objects; make the array a tensor: ag.array(...)",
                self.trace.origin(),
            )

    def unary(self, name: str, x: Any) -> Any:
        """`-x`, `+x`, `~x`, `abs(x)`."""
        own = method_of(type(x), special(name)) if self.asks(x) else None
        if self._is_converted(own, type(x)):
            return self._called(own, x)
        if own is None:
            return SIGNS[name](x)
        with watched(self.trace):
            return SIGNS[name](x)

    def comparison(self, name: str, left: Any, right: Any) -> Any:
        """`left < right`, or another comparison of two."""
        if isinstance(left, _HOLDING):
            self.trace.unseen.given(left, right)
        if not self.asks(left, right):
            return COMPARISONS[name](left, right)
        own, theirs = special(name), special(_MIRRORED[name])
        asked = [
            (method_of(type(left), own), left, right),
            (method_of(type(right), theirs), right, left),
        ]
        if type(left) is not type(right) and issubclass(type(right), type(left)):
            asked.reverse()
        if isinstance(left, np.ndarray | HostArray) and not _defers_to(right):
            self._refuse_elements(theirs, type(right))
        alone = [any(method is x for x in _IDENTITY) for method, _, _ in asked]
        if all(alone) and name in ("eq", "ne"):
            return self._one(left, right) is (name == "eq")
        for (method, one, _), identity in zip(asked, alone, strict=True):
            if not identity and not self._is_converted(method, type(one)):
                self.trace.unseen.given(one)
        found = self._answered(asked)
        if found is _UNASKED:
            with watched(self.trace):
                return COMPARISONS[name](left, right)
        if found is not NotImplemented:
            return found
        if name in ("eq", "ne"):
            return (left is right) is (name == "eq")
        raise TypeError(
            f"{sign(COMPARISONS[name])!r} not supported between instances of {kind_name(left)!r} and"
            f" {kind_name(right)!r}"
        )

    def _one(self, left: Any, right: Any) -> bool:
        """Whether two objects whose classes say nothing of `==` are one."""
        try:
            return self.trace.caller.operators.is_(left, right) is True
        except ConversionError:
            raise ConversionError(
                "objects are compared of which one is one of several, as the run decides, and whose class says"
                " nothing of ==; give it an `__eq__`",
                self.trace.origin(),
            ) from None

    def _answered(self, asked: list[Asked]) -> Any:
        """What the first method gives that has an answer, NotImplemented where none has; `_UNASKED`: none is
        the user's."""
        ours = [self._is_converted(_behind(method, one), type(one)) for method, one, _ in asked]
        if not any(ours):
            return _UNASKED
        for (method, one, other), converted in zip(asked, ours, strict=True):
            if method is _MISSING or (isinstance(one, _SEQUENCES) and not converted):
                continue
            behind = _behind(method, one)
            found = self._called(behind, one, other)
            if found is not NotImplemented:
                same = behind is method
                return found if same else self.trace.caller.operators.not_(found)
        return NotImplemented

    def _called(self, method: Any, obj: Any, *others: Any) -> Any:
        """A method as it stands in the class of an object."""
        ops = self.trace.caller.operators
        if isinstance(method, types.FunctionType):
            if self._is_converted(method, type(obj)):
                return ops.call(method, (obj, *others))
            with watched(self.trace):
                return method(obj, *others)
        bound = method.__get__(obj, type(obj)) if hasattr(type(method), "__get__") else method
        return ops.call(bound, others) if self._is_converted(method, type(obj)) else bound(*others)

    def flag(self, obj: Any) -> Any:
        """What decides of an object of a class of the user's: what its `__bool__`, or `__len__`, gives."""
        if not self.asks(obj):
            return obj
        name = "__bool__" if method_of(type(obj), "__bool__") is not None else "__len__"
        own = method_of(type(obj), name)
        if not self._is_converted(own, type(obj)):
            return obj
        if name == "__len__":
            return self.length(obj)
        found = self._called(own, obj)
        if not isinstance(found, bool) and not (
            isinstance(found, Number) and found.dtype == "bool"
        ):
            raise TypeError(f"__bool__ should return bool, returned {kind_name(found)}")
        return found

    def length(self, obj: Any) -> Any:
        """len() of an object of a class of the user's, whose `__len__` is converted."""
        own = method_of(type(obj), "__len__")
        if not self._is_converted(own, type(obj)):
            return len(obj)
        found = self._called(own, obj)
        if isinstance(found, Number) and found.dtype != "float64":
            count = value_of(+found)
            wrong = f.weak(f.py_less(count, f.number(0, dtype="int64")), dtype="bool")
            fail_if(wrong, "DomainError", "DOMAIN", "__len__() should return >= 0")
            return wrap(count)
        if isinstance(found, Box) and value_of(found).type == Type("ag", "int64"):
            return wrap(f.number(value_of(found), dtype="int64"))
        if isinstance(found, Box) or not hasattr(type(found), "__index__"):
            raise TypeError(f"{kind_name(found)!r} object cannot be interpreted as an integer")
        return len(_Long(found))  # says what is wrong

    def asks(self, *operands: Any) -> bool:
        """Whether one of them is of a class of the user's."""
        for obj in operands:
            kind = type(obj)
            if kind not in self._known:
                self._known[kind] = not in_library(kind) and not issubclass(kind, np.ndarray)
            if self._known[kind]:
                return True
        return False

    def _is_converted(self, method: Any, kind: type) -> bool:
        """Whether a special method is the user's and can be staged; of one that cannot, and runs as it is, what
        it names is a guard from now on."""
        function = getattr(method, "__func__", getattr(method, "func", method))
        if not isinstance(function, types.FunctionType):
            own = method_of(type(method), "__call__")
            return isinstance(own, types.FunctionType) and self._is_converted(own, type(method))
        if function not in self._converted:
            own = not is_packaged(function)
            self._converted[function] = own and _can_be(function)
            if own and not self._converted[function]:
                self.trace.unseen.runs(function, kind)
        return self._converted[function]


class _Long:
    """Has a length."""

    def __init__(self, length: Any) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length  # type: ignore[no-any-return]


def _defers_to(obj: Any) -> bool:
    """Whether NumPy leaves an operator to an object on the right of an array or of a scalar of its own."""
    return hasattr(type(obj), "__array_ufunc__") or hasattr(type(obj), "__array_priority__")


def _can_be(function: types.FunctionType) -> bool:
    if is_generated(function):
        return False
    try:
        convert(function)
    except ConversionError:
        return False
    return True


def _behind(method: Any, obj: Any) -> Any:
    """The method that answers: where a class says nothing of `!=`, what it says of `==`."""
    return method_of(type(obj), "__eq__") if method is object.__ne__ else method
