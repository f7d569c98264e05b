"""The context block that a kernel and Python share: which 8-byte word means what.

The printer of kernels writes these offsets into its text, so a change here changes `FORMAT`.
"""

from __future__ import annotations

FORMAT = 2
"""Part of every cache key."""

SITE = 0  # of the fault
DETAIL_COUNT = 1
DETAILS = 2  # eight words
MAX_DETAILS = 8
PRINT_BUFFER = 10  # address, bytes used, bytes available
PRINT_USED = 11
PRINT_CAPACITY = 12
FLUSH = 13  # address of an `int32 flush()`, or 0
OUTS = 14  # the newest "out" block; each block's first word links to the next older
TEMP = 15  # the scratch arena
KEEP = 20  # the arena of saved values
WORDS = 25

CURSOR, END, CHUNK, FIRST, TOTAL = range(5)
"""Words of an arena: next free byte, end and start of the current chunk, first chunk, all bytes."""

CHUNK_NEXT, CHUNK_PREVIOUS, CHUNK_SIZE = range(3)
"""Words at the start of a chunk."""

HEADER = 64
"""Bytes before the data of a chunk or of an "out" block, which keeps them 64-byte aligned."""

LEAST = {TEMP: 1 << 20, KEEP: 1 << 15}
"""Bytes of an arena's first chunk; later ones double the total."""

PRINT_LIMIT = 1 << 20
"""Bytes of records above which a kernel calls `FLUSH`."""

TYPES = ("float64", "float32", "int64", "int32", "bool")


def printed_type(name: str, rank: int) -> int:
    """The word before a printed value; rank -1 is a scalar, which takes one word."""
    return TYPES.index(name) + 8 * (1 + rank)
