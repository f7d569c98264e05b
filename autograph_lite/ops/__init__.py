"""One entry per op; the only folder touched to add one."""

from autograph_lite.ops import (
    cells,
    choose,
    compare,
    control,
    cotangents,
    custom,
    elementary,
    elementwise,
    index,
    linalg,
    lists,
    mathematics,
    move,
    python,
    reduce,
    scalars,
)
from autograph_lite.ops.record import OPS

__all__ = [
    "OPS",
    "cells",
    "choose",
    "compare",
    "control",
    "cotangents",
    "custom",
    "elementary",
    "elementwise",
    "index",
    "linalg",
    "lists",
    "mathematics",
    "move",
    "python",
    "reduce",
    "scalars",
]
