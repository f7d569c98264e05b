"""Products and sums of cotangents: ops of their own, so that no pass reorders or rewrites them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ops.elementwise import binary
from autograph_lite.ops.record import (
    Instead,
    Linear,
    Number,
    Op,
    Partials,
    Scalar,
    Threaded,
    register,
)
from autograph_lite.ops.words import seldom


def _scale(g: Any, p: Any) -> Any:
    with np.errstate(all="ignore"):
        r = g * p
        return np.where((r != r) & (g == 0), g.dtype.type(0), r)


def _scale_body(x, y):
    r = x * y
    return seldom(r != r, 0 if x == 0 else r, r)


def _scale_identity(number: Number, g: Value, p: Value) -> Instead | None:
    """A product where it cannot be 0 times infinity or NaN."""
    partial, cotangent = number(p), number(g)
    finite = partial is not None and np.isfinite(partial)
    return Instead("multiply", (g, p)) if finite or cotangent else None


# The product of a cotangent and a partial, but 0 times infinity or NaN is 0: a branch that was not
# taken never poisons.
binary(
    "scale",
    _scale_body,
    Partials(lambda g, p, out: (p, g)),
    exact=_scale,
    identity=_scale_identity,
)
# The sum of two cotangents, which have one shape; an op of its own, so that no pass reorders it.
register(
    Op(
        "accumulate",
        lambda x, y: (x,),
        Scalar("x + y"),
        Linear(lambda g, x, y, out: (g, g)),
        exact=np.add,
    )
)
# The same where only the run knows whether each of them has arrived (the third and fourth input): what
# has not is -0, which changes no bit of a sum.
register(
    Op(
        "arrive",
        lambda x, y, has_x, has_y: (x,),
        Scalar("x + y"),
        Threaded("it is the sum, or the one that has arrived"),
        identity=lambda number, x, y, *arrived: Instead("accumulate", (x, y)),
    )
)
