"""Functions of NumPy that are no ufuncs, of numbers that only the run knows."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.tensors.boxes import Box
from autograph_lite.tensors.scalar import class_of, of_ufunc


def rounded(x: Any, decimals: Any = 0) -> Any:
    """np.round(x, decimals): a product, a whole number, a quotient."""
    from autograph_lite.numpy.elementwise import power_of_ten

    if isinstance(decimals, Box):
        raise ConversionError(
            "a number is rounded to as many digits as only the run knows; give the digits as a literal"
        )
    digits = operator.index(decimals)
    if not issubclass(class_of(x), float):
        return of_ufunc(np.positive, x)  # says that it is an int
    if not digits:
        return of_ufunc(np.rint, x)
    there, back = (np.multiply, np.divide) if digits > 0 else (np.divide, np.multiply)
    power = power_of_ten(abs(digits))
    return of_ufunc(back, of_ufunc(np.rint, of_ufunc(there, x, power)), power)


def clipped(a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    if a_min is None or a_max is None:
        raise ConversionError(
            "np.clip of a number with one bound is not available; write np.minimum or np.maximum"
        )
    return of_ufunc(np._core.umath.clip, a, a_min, a_max)  # type: ignore[attr-defined]


def _chosen(condition: Any, *arms: Any) -> NoReturn:
    del condition, arms
    raise ConversionError(
        "np.where of numbers gives a plain array, which cannot depend on what only the run of the compiled"
        " function knows; write a if condition else b"
    )


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.round: rounded,
    np.around: rounded,
    np.clip: clipped,
    np.where: _chosen,
}
