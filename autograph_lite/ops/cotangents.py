"""Products and sums of cotangents: ops of their own, so that no pass reorders or rewrites them."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ops.elementwise import binary
from autograph_lite.ops.record import (
    Instead,
    Known,
    Linear,
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


def _scale_identity(known: Known, g: Value, p: Value) -> Instead | None:
    """A product where it cannot be 0 times infinity or NaN."""
    partial, cotangent = known.number(p), known.number(g)
    finite = partial is not None and np.isfinite(partial)
    return Instead("multiply", (g, p)) if finite or cotangent else None


# The product of a cotangent and a partial, but 0 times infinity or NaN is 0: a branch that was not
# taken never poisons.
binary(
    "scale",
    _scale_body,
    Partials(lambda g, p, out: (p, g)),
    exact=_scale,
    on_scalars=lambda g, p: r if (r := g * p) == r or g else g.__class__(0),
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
        on_scalars=operator.add,
    )
)


def _arrived(known: Known, x: Value, y: Value, has_x: Value, has_y: Value) -> Any:
    """The sum, or the one that has arrived, where that is known."""
    there, comes = known.number(has_x), known.number(has_y)
    if comes is not None and not comes:
        return x
    if there is not None and not there:
        return Instead("either", (has_y, y, x))
    return Instead("accumulate", (x, y)) if there and comes else None


_ARRIVE = Threaded("it is the sum, or the one that has arrived")
# The same where only the run knows whether each of them has arrived: the third and fourth input.  It
# is x, which is blank then, where neither has.
register(
    Op(
        "arrive",
        lambda x, y, has_x, has_y: (x,),
        Scalar("x + y if z & w else (y if w else x)"),
        _ARRIVE,
        identity=_arrived,
    )
)
# The same of scalars of which one that has not arrived is -0, which changes no bit of a sum.
register(
    Op(
        "arrive_blank",
        lambda x, y, has_x, has_y: (x,),
        Scalar("x + y"),
        _ARRIVE,
        identity=lambda known, x, y, *arrived: Instead("accumulate", (x, y)),
    )
)
