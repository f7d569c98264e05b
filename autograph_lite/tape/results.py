"""What has arrived at a source, as the user sees it."""

from __future__ import annotations

from typing import Any

from autograph_lite.errors import ConversionError, GradientError
from autograph_lite.gradient.cotangents import Cotangent
from autograph_lite.ir.graph import Value
from autograph_lite.nests import NESTS, rebuild
from autograph_lite.numpy import reshape, stack, zeros_like
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.regions import either
from autograph_lite.tensors.boxes import value_of, wrap
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.variables import Variable, held


def result(cotangent: Cotangent | None, source: Any, zeros: bool) -> Any:
    """The gradient with respect to one source as the user sees it."""
    flag = None if cotangent is None else cotangent.arrived
    # a compiled callee may say that nothing reached the source
    if cotangent is not None and (flag is None or flag.data is None or flag.data):
        cotangent.value.pinned = True
        if flag is None or flag.data is not None:
            return wrap(cotangent.value)
        if not zeros:
            return Tagged(wrap(cotangent.value), flag, "none")
        if cotangent.blank and cotangent.value.type.rank:
            return wrap(cotangent.value)  # zeros where nothing has arrived
        return wrap(either(flag, cotangent.value, f.zeros_like(cotangent.value)))
    if not zeros:
        return None
    value = held(source) if isinstance(source, Variable) else value_of(source)
    return wrap(f.zeros_like(value))


def stacked(rows: list[Cotangent | None], source: Any, target: Value, zeros: bool) -> Any:
    """The rows of a jacobian as one array of shape target.shape + source.shape."""
    parts = [result(row, source, zeros) for row in rows]
    if all(part is None for part in parts) and (parts or not zeros):
        return None
    if any(isinstance(part, Tagged) for part in parts):
        if all(part is None or isinstance(part, Tagged) for part in parts):
            raise ConversionError(
                "whether this jacobian is an array or None only the run knows; write"
                " unconnected_gradients='zero'"
            )
        return stacked(rows, source, target, zeros=True)
    empty = zeros_like(source)
    filled = [empty if part is None else part for part in parts]
    shape = (*target.type.shape, *source.shape)
    if not filled:
        return zeros_like(source, shape=shape)
    return wrap(value_of(reshape(stack(filled), shape)))


def arranged(sources: Any, parts: list[Any]) -> Any:
    """Results in the structure of the sources."""
    if not isinstance(sources, NESTS):
        return parts[0]
    rest = iter(parts)
    return rebuild(sources, lambda _: next(rest))


def wants_zeros(unconnected: Any) -> bool:
    """Whether what is not connected has a gradient of zeros."""
    name = getattr(unconnected, "value", unconnected)
    if name not in ("none", "zero"):
        raise GradientError(f"unconnected_gradients is {unconnected!r}; 'none' or 'zero' is needed")
    return bool(name == "zero")
