"""Products: the ops take two vectors or two matrices, NumPy's functions much more."""

from __future__ import annotations

from typing import Any

import autograph_lite.tensors.operators as o
from autograph_lite.errors import ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import wrap


def _product(a: Value, b: Value) -> Value:
    """`a @ b` of vectors and matrices."""
    ranks = (a.type.rank, b.type.rank)
    if ranks == (1, 1):
        return f.inner(a, b)
    if ranks == (2, 2):
        return f.matmul(a, b)
    if ranks == (1, 2):
        return f.squeeze(f.matmul(f.expand_dims(a, axes=(0,)), b), axes=(0,))
    return f.squeeze(f.matmul(a, f.expand_dims(b, axes=(1,))), axes=(1,))


def _operands(a: Any, b: Any) -> tuple[Value, Value]:
    """In one dtype; bools are multiplied as integers, which NumPy's `or` of `and`s is not."""
    x, y = o.common(a, b)
    if x.type.dtype == "bool":
        raise ShapeError("products of bool arrays are not available; cast to int64 first")
    return x, y


def matmul(a: Any, b: Any, /) -> Any:
    """`a @ b`, summed along the contracted axis from left to right."""
    x, y = _operands(a, b)
    if not x.type.rank or not y.type.rank:
        raise ShapeError(
            "matmul: Input operand 0 does not have enough dimensions (has 0, gufunc core with"
            " signature (n?,k),(k,m?)->(n?,m?) requires 1)"
        )
    if x.type.rank > 2 or y.type.rank > 2:
        raise ShapeError("matmul of more than two axes is not available; write a loop over rows")
    return wrap(_product(x, y))


def dot(a: Any, b: Any) -> Any:
    """The product of two vectors or matrices, or with a scalar."""
    x, y = _operands(a, b)
    if not x.type.rank or not y.type.rank:
        return wrap(f.multiply(x, y))
    return matmul(wrap(x), wrap(y))


def inner(a: Any, b: Any, /) -> Any:
    """The product along the last axis of both."""
    x, y = _operands(a, b)
    if not x.type.rank or not y.type.rank:
        return wrap(f.multiply(x, y))
    return matmul(wrap(x), wrap(f.transpose(y, axes=(1, 0)) if y.type.rank == 2 else y))


def outer(a: Any, b: Any) -> Any:
    """Every element of a times every element of b."""
    x, y = _operands(a, b)
    column = f.expand_dims(f.reshape(x, shape=(-1,)), axes=(1,))
    return wrap(f.multiply(column, f.expand_dims(f.reshape(y, shape=(-1,)), axes=(0,))))
