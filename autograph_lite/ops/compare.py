"""Comparisons, tests and casts: results without a derivative, but for a cast between floats."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import FLOATS, INTEGERS
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.elementwise import NUMERIC
from autograph_lite.ops.record import Constant, Linear, Op, Scalar, register
from autograph_lite.ops.shapes import elementwise

_BOOL = Constant("it is a bool")

for _body, _exact, _on_scalars in (
    ("x == y", np.equal, operator.eq),
    ("x != y", np.not_equal, operator.ne),
    ("x < y", np.less, operator.lt),
    ("x <= y", np.less_equal, operator.le),
    ("x > y", np.greater, operator.gt),
    ("x >= y", np.greater_equal, operator.ge),
):
    register(
        Op(
            _exact.__name__,
            elementwise("bool"),
            Scalar(_body),
            _BOOL,
            exact=_exact,
            on_scalars=_on_scalars,
            dtypes=NUMERIC,
        )
    )
register(Op("isnan", elementwise("bool"), Scalar("x != x"), _BOOL, exact=np.isnan))
register(
    Op("isinf", elementwise("bool"), Scalar("(x == x) & (x - x != x - x)"), _BOOL, exact=np.isinf)
)
register(Op("isfinite", elementwise("bool"), Scalar("x - x == x - x"), _BOOL, exact=np.isfinite))


def _cast_vjp(g: Value, x: Value, out: Value, *, dtype: str) -> tuple[Value | None]:
    """A cast between floats passes the cotangent on, in the operand's dtype."""
    if x.type.dtype not in FLOATS or dtype not in FLOATS:
        return (None,)
    return (f.cast(g, dtype=x.type.dtype),)


def _cast(x: Any, *, dtype: str) -> Any:
    if x.dtype.kind == "f" and dtype in INTEGERS:
        low, high = float(np.iinfo(dtype).min), -float(np.iinfo(dtype).min)
        x = np.where((x >= low) & (x < high), x, low)
    with np.errstate(all="ignore"):
        return x.astype(dtype)


register(
    Op(
        "cast",
        elementwise(),
        Scalar("cast(x)"),
        Linear(_cast_vjp),
        exact=_cast,
        recomputed=True,
        dtypes=("float64", "float32", "int64", "int32", "bool"),
    )
)
