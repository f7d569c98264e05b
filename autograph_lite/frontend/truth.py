"""Conditions: what decides a branch or a loop, as a bool value."""

from __future__ import annotations

from typing import Any

from autograph_lite.errors import ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context, f
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.tagged import Tagged


def condition(obj: Any) -> Value:
    """Python's truth of an object."""
    if isinstance(obj, Tagged):
        return _tagged(obj)
    if isinstance(obj, Box):
        value = value_of(obj)
        if value.type.rank:
            raise ShapeError("condition must be a scalar; use np.any or np.all")
        if value.type.kind == "py":
            return value if value.type.dtype == "bool" else f.py_bool(value)
        return value if value.type.dtype == "bool" else f.not_equal(value, 0)
    builder: Any = context.interpreter
    result: Value = builder.constant(bool(obj), "bool")
    return result


def _tagged(obj: Tagged) -> Value:
    """Of the tensor or of the number; None is false."""
    tensor_holds = condition(wrap(value_of(obj)))
    if obj.number is None:
        return f.bitwise_and(obj.is_tensor, tensor_holds)
    number_holds = f.weak(condition(wrap(obj.number)), dtype="bool")
    return f.where(obj.is_tensor, tensor_holds, number_holds)
