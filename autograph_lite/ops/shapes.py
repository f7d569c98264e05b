"""Type rules that several ops share.  Each gives the output types or raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograph_lite.errors import GraphTypeError, ShapeError
from autograph_lite.ir.types import Shape, Type, broadcast, tensor

Rule = Callable[..., tuple[Type, ...]]


def text(shape: Iterable[Any]) -> str:
    """A shape as NumPy writes it."""
    shape = tuple(shape)
    return "(" + ",".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def broadcast_shapes(*types: Type) -> Shape:
    """The broadcast shape, or the error that NumPy gives."""
    shape = broadcast(*(t.shape for t in types))
    if shape is None:
        shapes = " ".join(text(t.shape) for t in types)
        raise ShapeError(f"operands could not be broadcast together with shapes {shapes}")
    return shape


def elementwise(result: str | None = None) -> Rule:
    """Broadcasting operands of one dtype; the result has it too, or `result`."""

    def rule(*types: Type, **params: Any) -> tuple[Type, ...]:
        dtype = params.get("dtype") or result or types[-1].dtype
        kind = "py" if all(t.kind == "py" for t in types) and types else "ag"
        return (Type(kind, dtype, broadcast_shapes(*types)),)

    return rule


def normal_axis(axis: int, rank: int) -> int:
    """A non-negative axis, or NumPy's error."""
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} is out of bounds for array of dimension {rank}")
    return axis % rank


def reduced(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """A shape without `axes`."""
    return tuple(e for i, e in enumerate(shape) if i not in axes)


def reduction(result: str | None = None) -> Rule:
    """Remove `axes`."""

    def rule(x: Type, *, axes: tuple[int, ...]) -> tuple[Type, ...]:
        return (tensor(result or x.dtype, reduced(x.shape, axes)),)

    return rule


def require_same_dtype(*types: Type) -> None:
    """Guard of rules that take operands of one dtype."""
    if len({t.dtype for t in types}) > 1:
        raise GraphTypeError(f"operands have dtypes {', '.join(t.dtype for t in types)}")
