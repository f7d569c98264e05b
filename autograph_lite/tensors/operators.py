"""Operators on tensors: promote, insert casts, apply the op; the same eagerly and while staging."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.errors import DomainError, GraphTypeError, ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE, may_agree, same_shape
from autograph_lite.ops.control import require_one_shape
from autograph_lite.ops.dispatch import apply_all, context, f
from autograph_lite.ops.record import OPS
from autograph_lite.ops.shapes import text
from autograph_lite.tensors.boxes import Box, as_value, refuse_view, staging, value_of, wrap, write
from autograph_lite.tensors.promotion import BINARY, BY_NAME, UNARY, Rule, promoted, resolve
from autograph_lite.tensors.tagged import Tagged, combined, settled
from autograph_lite.tensors.tags import in_dtype, present

_WEAK = {kind: "py." + dtype for kind, dtype in PY_DTYPE.items()}
OPERATORS = {**BY_NAME, "power_number": operator.pow}
_CAST = OPS["cast"]
_NO_PARAMS: dict[str, Any] = {}  # shared: params are never changed


def binary(name: str, a: Any, b: Any) -> Any:
    """NumPy's binary function `name` of anything that is a number, an array or a tensor."""
    return apply_rule(BINARY[name], a, b)


def unary(name: str, x: Any) -> Any:
    return apply_rule(UNARY[name], x)


def apply_rule(rule: Rule, *operands: Any) -> Any:
    """Promote the operands and apply the rule's op."""
    for obj in operands:
        if isinstance(obj, Tagged):
            operands = tuple(settled(operands))
            break
    found = [_operand(obj) for obj in operands]
    dtypes = tuple([d for _, d in found])
    dtype, op = rule.resolved.get(dtypes) or resolve(rule, *dtypes)
    inputs = tuple([v if d is dtype else _in_dtype(v, d, dtype) for v, d in found])
    return wrap(apply_all(op, inputs, _NO_PARAMS)[0])


def _operand(obj: Any) -> tuple[Any, str]:
    """A value, or a Python number, with its dtype in promotion."""
    weak = _WEAK.get(obj.__class__)
    if weak is not None:
        return obj, weak
    value = value_of(obj) if isinstance(obj, Box) and not obj.is_tagged else as_value(obj)
    type = value.type
    return value, type.dtype if type.kind != "py" else "py." + type.dtype


def _in_dtype(value: Any, dtype: str, wanted: str) -> Value:
    if value.__class__ is not Value:
        return context.interpreter.constant(value, wanted)
    if value.type.kind == "np":
        return cast(value, wanted)
    if dtype == wanted:
        return value
    if dtype.startswith("py."):
        return f.weak(value, dtype=wanted)
    return apply_all(_CAST, (value,), {"dtype": wanted})[0]


def cast(value: Value, dtype: str) -> Value:
    """The value in another dtype; a staged number of Python's or NumPy's and a plain array become a tensor."""
    if value.type.rank and value.type.kind == "np":
        value = f.as_kind(value, kind="ag")
    elif value.type.kind != "ag":
        return f.weak(value, dtype=dtype)
    return value if value.type.dtype == dtype else f.cast(value, dtype=dtype)


def strong(obj: Any, dtype: str | None = None, what: str = "the operand") -> Value:
    """A value of array kind, in `dtype` where it is given."""
    if isinstance(obj, Tagged) and dtype is not None:
        return in_dtype(obj, dtype)
    value = as_value(obj, dtype, what)
    if value.type.kind == "ag" and dtype is None:
        return value
    return cast(value, dtype or value.type.dtype)


def common(*objects: Any) -> list[Value]:
    """Values of one dtype: that of their promotion."""
    found = [_operand(obj) for obj in settled(objects)]
    dtype = promoted(*[d for _, d in found])
    return [_in_dtype(v, d, dtype) for v, d in found]


def truth(value: Value) -> Value:
    """The value as bools."""
    if value.type.dtype == "bool":
        return value
    return f.not_equal(value, f.zeros_like(value))


def logical(name: str, a: Any, b: Any) -> Any:
    """`logical_and`, `logical_or`, `logical_xor`."""
    op = OPS["bitwise_" + name.removeprefix("logical_")]
    return wrap(apply_all(op, (truth(strong(a)), truth(strong(b))), _NO_PARAMS)[0])


def logical_not(x: Any) -> Any:
    return wrap(f.logical_not(truth(strong(x))))


def _is_operand(obj: Any) -> bool:
    """Whether an operator takes it; for anything else the other operand is asked."""
    return isinstance(obj, Box | bool | int | float | np.ndarray | np.generic | list | tuple)


Method = Callable[[Any, Any], Any]


def _forward(name: str) -> Method:
    rule = BINARY[name]
    resolved, alike = rule.resolved, rule.alike

    def method(self: Box, other: Any) -> Any:
        if isinstance(other, Box):
            if other.is_tagged:
                return combined(OPERATORS[name], self, other)
            x, y = value_of(self), value_of(other)
            type = y.type
            op = alike.get(type.dtype)
            if op is not None and type.dtype == x.type.dtype and type.kind == "ag":
                return wrap(apply_all(op, (x, y), _NO_PARAMS)[0])
        elif (weak := _WEAK.get(other.__class__)) is not None:
            x = value_of(self)
            dtype = x.type.dtype
            mixed = resolved.get((dtype, weak))
            if mixed is not None and mixed[0] == dtype:
                y = context.interpreter.constant(other, dtype)
                return wrap(apply_all(mixed[1], (x, y), _NO_PARAMS)[0])
        if not _is_operand(other):
            return NotImplemented
        return apply_rule(rule, self, other)

    return method


def _reflected(name: str) -> Method:
    rule = BINARY[name]
    resolved = rule.resolved

    def method(self: Box, other: Any) -> Any:
        weak = _WEAK.get(other.__class__)
        if weak is not None:
            y = value_of(self)
            dtype = y.type.dtype
            mixed = resolved.get((weak, dtype))
            if mixed is not None and mixed[0] == dtype:
                x = context.interpreter.constant(other, dtype)
                return wrap(apply_all(mixed[1], (x, y), _NO_PARAMS)[0])
        return apply_rule(rule, other, self) if _is_operand(other) else NotImplemented

    return method


def _power(self: Box, other: Any, modulo: None = None) -> Any:
    if modulo is not None:
        raise GraphTypeError("pow() with three arguments is not defined for tensors")
    if isinstance(other, Tagged):
        return combined(operator.pow, self, other)
    return power(self, other) if _is_operand(other) else NotImplemented


def _reflected_power(self: Box, other: Any, modulo: None = None) -> Any:
    return power(other, self) if modulo is None and _is_operand(other) else NotImplemented


def power(x: Any, y: Any) -> Any:
    """`x ** y`; integers to a negative Python int are NumPy's error before anything runs.

    A Python number as exponent is an op of its own, eagerly and staged: it has no derivative.
    """
    if y.__class__ is int and y < 0:
        dtype = _operand(x)[1].removeprefix("py.")
        if dtype in ("int32", "int64"):
            raise DomainError("Integers to negative integer powers are not allowed.")
    if y.__class__ in _WEAK and isinstance(x, Arithmetic):
        return _power_by_number(x, y)
    by_number = y.__class__ in _WEAK or (isinstance(y, Box) and value_of(y).type.kind == "py")
    return apply_rule(BINARY["power_number" if by_number else "power"], x, y)


_power_by_number = _forward("power_number")


def in_place(name: str) -> Method:
    """`x += v` writes into an array with axes, as NumPy; without axes it gives another tensor."""
    rule = BINARY[name]

    def method(self: Box, other: Any) -> Any:
        if not _is_operand(other):
            return NotImplemented
        if isinstance(other, Tagged) and other.apart:
            return Tagged.in_each(method, self, other)
        x = value_of(self)
        result = apply_rule(rule, self, other)
        if not x.type.shape:
            return result
        refuse_view(self)
        write(self, _as_written(name, x, value_of(result)))
        return self

    return method


def _as_written(name: str, x: Value, result: Value) -> Value:
    """The result of an in-place operator in the dtype and shape of what is written."""
    if not np.can_cast(result.type.dtype, x.type.dtype, "same_kind"):
        raise GraphTypeError(
            f"Cannot cast ufunc '{name}' output from dtype('{result.type.dtype}') to"
            f" dtype('{x.type.dtype}') with casting rule 'same_kind'"
        )
    words = "non-broadcastable output operand with shape {} doesn't match the broadcast shape {}"
    if staging() and may_agree(x.type.shape, result.type.shape):
        require_one_shape(x, result, words)
    elif not same_shape(result.type.shape, x.type.shape):
        raise ShapeError(words.format(text(x.type.shape), text(result.type.shape)))
    return cast(result, x.type.dtype)


def _matmul(self: Box, other: Any) -> Any:
    from autograph_lite.numpy.linalg import matmul

    return matmul(self, present(other)) if _is_operand(other) else NotImplemented


def _reflected_matmul(self: Box, other: Any) -> Any:
    from autograph_lite.numpy.linalg import matmul

    return matmul(other, self) if _is_operand(other) else NotImplemented


def _one(name: str) -> Callable[[Any], Any]:
    rule = UNARY[name]
    return lambda self: of_one(rule, self)


def of_one(rule: Rule, x: Any) -> Any:
    """A rule of one operand; most are tensors whose dtype has been seen."""
    if isinstance(x, Box):
        value = value_of(x)
        known = rule.resolved.get((value.type.dtype,))
        if known is not None and known[0] == value.type.dtype and value.type.kind == "ag":
            return wrap(apply_all(known[1], (value,), _NO_PARAMS)[0])
    return apply_rule(rule, x)


class Arithmetic(Box):
    """The operators of an array; comparison is elementwise, so there is no hash."""

    __slots__ = ()

    __add__, __radd__ = _forward("add"), _reflected("add")
    __sub__, __rsub__ = _forward("subtract"), _reflected("subtract")
    __mul__, __rmul__ = _forward("multiply"), _reflected("multiply")
    __truediv__, __rtruediv__ = _forward("divide"), _reflected("divide")
    __floordiv__, __rfloordiv__ = _forward("floor_divide"), _reflected("floor_divide")
    __mod__, __rmod__ = _forward("remainder"), _reflected("remainder")
    __pow__, __rpow__ = _power, _reflected_power
    __matmul__, __rmatmul__ = _matmul, _reflected_matmul
    __and__, __rand__ = _forward("bitwise_and"), _reflected("bitwise_and")
    __or__, __ror__ = _forward("bitwise_or"), _reflected("bitwise_or")
    __xor__, __rxor__ = _forward("bitwise_xor"), _reflected("bitwise_xor")
    __lshift__, __rlshift__ = _forward("left_shift"), _reflected("left_shift")
    __rshift__, __rrshift__ = _forward("right_shift"), _reflected("right_shift")
    __lt__, __le__ = _forward("less"), _forward("less_equal")
    __gt__, __ge__ = _forward("greater"), _forward("greater_equal")
    __eq__, __ne__ = _forward("equal"), _forward("not_equal")
    __hash__ = None  # type: ignore[assignment]
    __neg__, __abs__, __invert__ = _one("negative"), _one("absolute"), _one("invert")

    def __pos__(self) -> Any:
        return wrap(f.copy(value_of(self)))

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self
