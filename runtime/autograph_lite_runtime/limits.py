"""How much memory may be taken: what is available less a margin, asked before a large block."""

from __future__ import annotations

import ctypes
import mmap
import os

FRACTION = 0.8  # of the memory that is available
ADVISED = 1 << 22  # bytes; above, pages are as large as the system has them
PAGE = mmap.PAGESIZE
# Linux's MADV_HUGEPAGE; a system that does not know it refuses it, and nothing happens
HUGE_PAGES = 14
UNCHECKED = 1 << 26  # bytes; below, asking the system takes longer than the allocation


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


def admits(count: int) -> bool:
    """Whether a block of so many bytes may be allocated."""
    return count <= UNCHECKED or count <= FRACTION * available_bytes()


ADMITS = ctypes.PYFUNCTYPE(ctypes.c_int32, ctypes.c_int64)(lambda count: admits(count))
"""`admits` for kernels, which ask before a block of more than `UNCHECKED` bytes."""
