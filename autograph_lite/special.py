"""Special functions, under their names in `scipy.special`, on tensors, arrays and numbers.

`scipy.special.erf(t)` on a tensor comes here too.
"""

from __future__ import annotations

from typing import Any

from autograph_lite.tensors.operators import of_one
from autograph_lite.tensors.promotion import UNARY


def expit(x: Any, /) -> Any:
    """1 / (1 + exp(-x)) of each element, the logistic function: a tensor of the shape of x.

    Integers are computed in float64.  Raises GraphTypeError for bools.
    """
    return of_one(UNARY["expit"], x)


def softplus(x: Any, /) -> Any:
    """log(1 + exp(x)) of each element, which is x for large x: a tensor of the shape of x.

    Integers are computed in float64.  Raises GraphTypeError for bools.
    """
    return of_one(UNARY["softplus"], x)


def erf(x: Any, /) -> Any:
    """2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x, of each element: a tensor of the shape of x.

    Integers are computed in float64.  Raises GraphTypeError for bools.
    """
    return of_one(UNARY["erf"], x)


__all__ = ["erf", "expit", "softplus"]
