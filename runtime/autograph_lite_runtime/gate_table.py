"""The table that a gate follows, and what of objects in memory it reads.

A table is of 64-bit words: `HEAD`, then a record of `RECORD` words for each argument, each relation between
slots, and each result.  What is read of objects is what the headers of CPython and NumPy promise to every
extension module: a number and a NumPy scalar hold their value after the two words of every object, an
array its data, rank, extents, dtype and flags.
"""

from __future__ import annotations

RECORD = 5
HEAD = 7
KERNEL, ARGUMENTS, RELATIONS, RESULTS, MISS, FAULT, STOPPED = range(HEAD)
"""Words of the head: address of the kernel, three counts, the object for "does not fit", an exception, and
who is told when a signal stops the kernel, or 0."""

WORD, HALF, BYTE, INT, TRUTH, ARRAY = range(6)
"""How an argument is read: `kind, class, slot, dtype or True, rank`."""

IS, SAME, OTHER, ABOVE = range(4)
"""What has to hold: `relation, slot, number or slot`: is the number, the same, not the same, above."""

FLOAT, SINGLE, INTEGER, INTEGER_HALF, BOOL, SCALAR, SCALAR_BOOL, NEW_ARRAY = range(8)
"""How a result is made: `kind, class, slot, dtype, rank`."""

SLOTS = 256
DATA, RANK, EXTENTS, DTYPE, FLAGS = 16, 24, 32, 56, 64
"""Offsets in an array."""

USABLE = 0x101  # NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED
WRITABLE = 0x501  # ... | NPY_ARRAY_WRITEABLE


def at(pointer: str, offset: int) -> str:
    """The address `offset` bytes after a pointer."""
    return f"getelementptr i8, ptr {pointer}, i64 {offset}"


def word(pointer: str, index: int) -> str:
    return at(pointer, 8 * index)


def load(name: str, type: str, pointer: str, offset: int) -> str:
    """`%name`: what is `offset` bytes after a pointer."""
    return f"%{name}.at = {at(pointer, offset)}\n  %{name} = load {type}, ptr %{name}.at"
