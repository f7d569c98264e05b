"""One entry per op; the only folder touched to add one."""

from autograph_lite.ops import (
    choose,
    compare,
    control,
    cotangents,
    elementary,
    elementwise,
    index,
    linalg,
    mathematics,
    move,
    python,
    reduce,
    scalars,
)
from autograph_lite.ops.record import OPS

__all__ = [
    "OPS",
    "choose",
    "compare",
    "control",
    "cotangents",
    "elementary",
    "elementwise",
    "index",
    "linalg",
    "mathematics",
    "move",
    "python",
    "reduce",
    "scalars",
]
