"""`x += value`, by the name of the operator."""

from __future__ import annotations

import operator
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.frontend import growing
from autograph_lite.frontend.effects import CONTAINERS, refuse_write
from autograph_lite.frontend.holders import changing
from autograph_lite.frontend.trace import Trace
from autograph_lite.tensors.boxes import Box
from autograph_lite.tensors.scalar import NumpyScalar
from autograph_lite.tensors.tag_words import sign
from autograph_lite.tensors.tagged import Tagged, combined


def in_place(trace: Trace, name: str, x: Any, value: Any) -> Any:
    """What `x` is bound to after `x += value`, or after another such operator."""
    if name == "add" and isinstance(x, list) and not hasattr(type(value), "__radd__"):
        return growing.in_place(
            trace, x, value
        )  # anything else is asked first what it makes of a list
    if isinstance(x, np.ndarray):
        refuse_write(trace, x)
    elif isinstance(x, CONTAINERS) and hasattr(type(x), f"__i{name}__"):
        changing(trace, x, f"`{sign(getattr(operator, f'__{name}__'))}=`")
    both = x, value
    if any(isinstance(v, Tagged) for v in both) and not all(map(_is_numeric, both)):
        return combined(partial(_applied, name), x, value)
    return _applied(name, x, value)


def _is_numeric(x: Any) -> bool:
    return isinstance(x, Box | bool | int | float | np.ndarray | np.generic)


def _applied(name: str, x: Any, value: Any) -> Any:
    """The same, where an error of Python's says `+=` though a number of the run says `+`."""
    binary, own = getattr(operator, f"__{name}__"), getattr(operator, f"__i{name}__")
    try:
        return own(x, value)
    except TypeError as error:
        written = sign(binary)
        words = str(error).replace(f" for {written}:", f" for {written.split()[0]}=:")
        own_words = any(isinstance(v, np.generic | NumpyScalar) for v in (x, value))
        if type(error) is not TypeError or words == str(error) or own_words:
            raise
    raise TypeError(words)
