"""What kernels printed: bytes -> records.

A record is `site, number of values`, then each value: one word of type and rank, then a word of
bits for a scalar, or the extents and the elements of an array.  Words are 8 bytes, unpadded.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from autograph_lite_runtime.layout import TYPES

Printed = Any
"""A NumPy scalar, or an array of its own."""

Record = tuple[int, list[Printed]]


def decode(data: bytes) -> list[Record]:
    """All records in `data`."""
    found, at = [], 0
    while at < len(data):
        site, count = struct.unpack_from("<qq", data, at)
        at += 16
        values = []
        for _ in range(count):
            value, at = _value(data, at)
            values.append(value)
        found.append((site, values))
    return found


def _value(data: bytes, at: int) -> tuple[Printed, int]:
    (head,) = struct.unpack_from("<q", data, at)
    dtype, rank = np.dtype(TYPES[head % 8]), head // 8 - 1
    at += 8
    if rank < 0:
        return np.frombuffer(data, dtype, 1, at)[0], at + 8
    shape = struct.unpack_from(f"<{rank}q", data, at)
    at += 8 * rank
    count = math.prod(shape)
    elements = np.frombuffer(data, dtype, count, at) if count else np.empty(0, dtype)
    return elements.reshape(shape).copy(), at + count * dtype.itemsize
