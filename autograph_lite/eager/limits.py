"""Sizes are checked before anything is allocated: an overflow or a lack of memory is an error."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from autograph_lite.errors import LimitError, ShapeError
from autograph_lite.ops.shapes import text

FRACTION = 0.8  # of the memory that is available
_UNCHECKED = 1 << 26  # bytes; below, asking the system takes longer than the allocation


def check_size(shape: Sequence[int], dtype: str) -> None:
    """Refuse a shape with negative extents, or one that needs too much memory."""
    if any(length < 0 for length in shape):
        raise ShapeError("negative dimensions are not allowed")
    count = np.dtype(dtype).itemsize
    for length in shape:
        count *= int(length)
    if count <= _UNCHECKED:
        return
    available = available_bytes()
    if count > FRACTION * available:
        raise LimitError(
            f"an array of shape {text(tuple(shape))} and dtype {dtype} needs {count:.3g} bytes;"
            f" {available:.3g} are available"
        )


def available_bytes() -> int:
    """Memory that can be taken without swapping; half of all where the system does not say."""
    try:
        with open("/proc/meminfo") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
