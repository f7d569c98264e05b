"""Matrix products: one loop with one order of addition each, whatever the sizes.

The order is that of the contracted axis, from left to right; across the columns of the result it
vectorises.
"""

from __future__ import annotations

from autograph_lite.errors import ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, tensor
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.elementwise import NUMERIC
from autograph_lite.ops.record import Instead, Known, Loops, Op, Vjp, register
from autograph_lite.ops.words import scratch

MISMATCH = "matmul: Input operand 1 has a mismatch in its core dimension 0 (size {0} is different from {1})"


def _matmul_types(a: Type, b: Type) -> tuple[Type]:
    return (tensor(a.dtype, (a.shape[0], b.shape[1])),)


def _matmul(a, b, out):
    if a.shape[1] != b.shape[0]:
        raise ShapeError(MISMATCH.format(b.shape[0], a.shape[1]))
    if b.shape[1] == 1:  # eight rows at a time, whose sums do not wait for each other
        full = a.shape[0] & -8
        sums = scratch(out, 8)
        for block in range(full >> 3):
            for r in range(8):
                sums[r] = a.dtype(0)
            for k in range(a.shape[1]):
                right = b[k, 0]
                for r in range(8):
                    sums[r] = sums[r] + a[block * 8 + r, k] * right
            for r in range(8):
                out[block * 8 + r, 0] = sums[r]
        for i in range(full, a.shape[0]):
            acc = a.dtype(0)
            for k in range(a.shape[1]):
                acc = acc + a[i, k] * b[k, 0]
            out[i, 0] = acc
    else:
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                out[i, j] = a.dtype(0)
            for k in range(a.shape[1]):
                left = a[i, k]
                for j in range(b.shape[1]):
                    out[i, j] = out[i, j] + left * b[k, j]


def _column_by_row(known: Known, a: Value, b: Value) -> Instead | None:
    """A sum of one product each: elementwise."""
    del known
    if not a.type.shape[1] == b.type.shape[0] == 1:
        return None
    return Instead("add", (0, Instead("multiply", (a, b))))


def _matmul_vjp(g: Value, a: Value, b: Value, out: Value) -> tuple[Value, Value]:
    del out
    return f.matmul(g, f.transpose(b, axes=(1, 0))), f.matmul(f.transpose(a, axes=(1, 0)), g)


register(
    Op(
        "matmul",
        _matmul_types,
        Loops(_matmul, "(a.shape[0], b.shape[1])", strided=(0,)),
        Vjp(_matmul_vjp, bilinear=True),
        faults=True,
        identity=_column_by_row,
        dtypes=NUMERIC,
    )
)


def _inner_types(a: Type, b: Type) -> tuple[Type]:
    del b
    return (tensor(a.dtype, ()),)


def _inner(a, b, out):
    if a.shape[0] != b.shape[0]:
        raise ShapeError(MISMATCH.format(b.shape[0], a.shape[0]))
    acc = a.dtype(0)
    for k in range(a.shape[0]):
        acc = acc + a[k] * b[k]
    out[()] = acc


def _inner_vjp(g: Value, a: Value, b: Value, out: Value) -> tuple[Value, Value]:
    del out
    return f.scale(g, b), f.scale(g, a)


register(
    Op(
        "inner",
        _inner_types,
        Loops(_inner, "()"),
        Vjp(_inner_vjp, bilinear=True),
        faults=True,
        dtypes=NUMERIC,
    )
)
