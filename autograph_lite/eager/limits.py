"""Sizes are checked before anything is allocated: an overflow or a lack of memory is an error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograph_lite.errors import LimitError, Origin, ShapeError
from autograph_lite.ops.shapes import text
from autograph_lite_runtime import limits


def check_size(shape: Sequence[int], dtype: str) -> None:
    """Refuse a shape with negative extents, or one that needs too much memory."""
    if any(length < 0 for length in shape):
        raise ShapeError("negative dimensions are not allowed")
    if not limits.admits(_bytes(shape, dtype)):
        raise too_large(shape, dtype)


def too_large(shape: Sequence[int], dtype: str, origin: Origin | None = None) -> LimitError:
    """The error that says how much memory an array would need."""
    needed, available = _bytes(shape, dtype), limits.available_bytes()
    return LimitError(
        f"an array of shape {text(shape)} and dtype {dtype} needs {needed:.3g} bytes;"
        f" {available:.3g} are available",
        origin,
    )


def _bytes(shape: Sequence[int], dtype: str) -> int:
    count = np.dtype(dtype).itemsize
    for length in shape:
        count *= int(length)
    return count
