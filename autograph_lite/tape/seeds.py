"""What a reverse pass starts from: the targets and their cotangents."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError, GradientError, GraphTypeError, ShapeError
from autograph_lite.gradient.reverse import Seed
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import may_agree
from autograph_lite.nests import leaves
from autograph_lite.ops.control import require_one_shape
from autograph_lite.ops.dispatch import constant, f
from autograph_lite.ops.shapes import text
from autograph_lite.tensors.boxes import Box, as_value, staging, value_of
from autograph_lite.tensors.operators import strong
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tags import checked, may_be_none
from autograph_lite.tensors.tensor import Tensor


def target_value(target: Any) -> Value:
    if target.__class__ is Tensor:
        return value_of(target)
    if target is None:
        raise GraphTypeError("target is None; gradients are taken of a tensor")
    if may_be_none(target):
        return value_of(checked(target, "target is None; gradients are taken of a tensor"))
    if isinstance(target, Box):
        return value_of(target)
    return as_value(target, None, "target")


def seeds(target: Any, output_gradients: Any) -> list[Seed]:
    if target.__class__ is Tensor and output_gradients is None:
        value = value_of(target)
        return [(value, ones_like(value), None)] if value.type.differentiable else []
    targets = leaves(target)
    given: list[Any] = [None] * len(targets)
    if output_gradients is not None:
        nested = isinstance(target, list | tuple | dict)
        given = leaves(output_gradients) if nested else [output_gradients]
    if len(given) != len(targets):
        raise GradientError(f"output_gradients has {len(given)} parts for {len(targets)} targets")
    found: list[Seed] = []
    for one, g in zip(targets, given, strict=True):
        value = target_value(one)
        if value.type.differentiable:
            number = isinstance(one, Tagged) and one.python != "none"  # which leads nowhere
            seed = ones_like(value) if g is None else _given(value, g)
            found.append((value, seed, one.is_tensor if number else None))
    return found


def present(targets: list[Any]) -> list[Seed]:
    """Seeds of ones; what turns out to be None is left out."""
    values = [value_of(t) for t in targets]
    flags = [t.is_tensor if isinstance(t, Tagged) else None for t in targets]
    return [(v, ones_like(v), flag) for v, flag in zip(values, flags, strict=True)]


def _given(target: Value, given: Any) -> Value:
    """What is given for this target."""
    seed = of_the_type(target, given, "output_gradients", "target")
    seed.pinned = True
    return seed


def of_the_type(like: Value, given: Any, what: str, whose: str) -> Value:
    """What is given as a value of the dtype and shape of another; a Python number takes the dtype."""
    weak = like.type.dtype if given.__class__ in (bool, int, float) else None
    value = strong(as_value(given, weak, what))
    if value.type.dtype != like.type.dtype:
        raise GraphTypeError(
            f"{what} is {value.type.dtype} for a {whose} of dtype {like.type.dtype}"
        )
    words = f"{what} has shape {{}} for a {whose} of shape {{}}"
    if not may_agree(value.type.shape, like.type.shape):
        raise ShapeError(words.format(text(value.type.shape), text(like.type.shape)))
    if staging():
        require_one_shape(value, like, words)
    return value


def ones_like(value: Value) -> Value:
    """Ones of the shape and dtype of a value: another value for each pass, which may come to be a gradient."""
    one = constant(1.0, value.type.dtype)
    if value.type.shape:
        return f.broadcast_like(one, value)
    return f.copy(one) if staging() else Value(one.type, one.data)


def one_hot(value: Value) -> list[Value | None]:
    """One seed per element of the target."""
    shape = value.type.shape
    if not all(isinstance(e, int) for e in shape):
        raise ConversionError(
            "jacobian of a target whose shape is known only at run time: write a loop over its"
            " rows that takes the gradient of each"
        )
    if not value.type.differentiable:
        return [None] * int(np.prod(shape, dtype=np.int64))  # type: ignore[arg-type]
    if not shape:
        return [ones_like(value)]
    rows = np.eye(int(np.prod(shape, dtype=np.int64)), dtype=value.type.dtype)  # type: ignore[arg-type]
    return [as_value(row.reshape(shape)) for row in rows]
