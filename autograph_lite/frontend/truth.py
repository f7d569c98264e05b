"""Conditions: what decides a branch or a loop, as a bool value."""

from __future__ import annotations

from typing import Any

from autograph_lite.errors import AutographError, ShapeError
from autograph_lite.frontend.absent import Perhaps
from autograph_lite.frontend.grown import grown_in, length
from autograph_lite.frontend.steps import number
from autograph_lite.ir.conditions import Conditions
from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import CODES, fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.python import NUMBER, WEAK
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tags import as_tensor

_OPPOSITE = ("logical_not", "py_not")
_ONE = "condition must be a scalar; use np.any or np.all"


def condition(obj: Any) -> Value:
    """Python's truth of an object."""
    if isinstance(obj, Tagged):
        return _tagged(obj)
    if isinstance(obj, Perhaps):  # a tuple with nothing in it is false too
        return obj.there if obj.obj else condition(False)
    if grown_in(obj) is not None:
        return f.py_greater(length(obj), number(0))
    if isinstance(obj, Box):
        value = only_element(value_of(obj), ShapeError, _ONE)
        if value.type.kind == "py":
            return value if value.type.dtype == "bool" else f.py_bool(value)
        if value.type.kind == "np":
            return f.number(value, dtype="bool")
        return value if value.type.dtype == "bool" else f.not_equal(value, 0)
    decides = root().caller.operators.flag(obj)
    if decides is not obj:
        return condition(decides)
    builder: Any = context.interpreter
    result: Value = builder.constant(bool(obj), "bool")
    return result


def meaning(cond: Value) -> int:
    """What a condition means in the present region, by its number (`ir.conditions`)."""
    builder: Any = context.interpreter
    made = builder.makers.get(cond)
    if made is not None and made.inputs and made.inputs[0].type.dtype == "bool":
        if made.op in (NUMBER, WEAK):
            return meaning(made.inputs[0])
        if made.op.name in _OPPOSITE:
            return -meaning(made.inputs[0])
    known: Conditions = builder.conditions
    return known.number(cond)


def as_bool(obj: Any) -> Any:
    """bool(obj): a bool of Python that only the run knows."""
    return _python(condition(obj))


def not_(obj: Any) -> Any:
    """`not obj` likewise."""
    return _python(f.logical_not(condition(obj)))


def _python(found: Value) -> Any:
    return wrap(found if found.type.kind == "py" else f.number(found, dtype="bool"))


def only_element(value: Value, error: type[AutographError], text: str) -> Value:
    """The element of an array that has one, as a scalar; an error of any other array, at run time where
    only the run knows how many it has."""
    shape = value.type.shape
    if any(e != 1 if isinstance(e, int) else e.several for e in shape):
        raise error(text)
    for axis, e in enumerate(shape):
        if not isinstance(e, int):
            many = f.py_not_equal(f.dim(value, axis=axis), number(1))
            fail_if(f.weak(many, dtype="bool"), error.__name__, CODES[error], text)
    return value_of(wrap(value)[(0,) * len(shape)]) if shape else value


def _tagged(obj: Tagged) -> Value:
    """Of the tensor or of the number; None is false."""
    if obj.apart:
        return value_of(obj.in_each(as_bool, obj))
    if obj.has_axes:  # a run in which it is None does not ask the array
        array = as_tensor(obj)
        choose = root().caller.operators.ifexp
        return condition(choose(wrap(obj.is_tensor), lambda: as_bool(array), lambda: False))
    tensor_holds = condition(wrap(value_of(obj)))
    if obj.number is None:
        return f.bitwise_and(obj.is_tensor, tensor_holds)
    number_holds = f.weak(condition(wrap(obj.number)), dtype="bool")
    return f.where(obj.is_tensor, tensor_holds, number_holds)
