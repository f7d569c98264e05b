"""The context block of a call: fault details, arenas, printed records, and the call's slots.

Contexts are pooled per thread.  A kernel's print callback may call another kernel: the pool then
hands out another context.  Memory is never shared between two contexts, nor freed under a kernel.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite_runtime import layout, memory, records

RETAINED = 256 << 20
"""Bytes of each arena that an idle context keeps, of which a thread has one; above it all is freed."""

FLUSH = ctypes.CFUNCTYPE(ctypes.c_int32)


class Context:
    """One call's block.

    `slots`, `doubles`, `singles` and `ints` are the same memory, seen as int64, float64, float32 and
    int32 (two of these to a slot, the lower one counts); `address` is where they start, which is
    what a kernel takes; slot 0 is already filled.
    """

    __slots__ = (
        "_block",
        "_callback",
        "_slots",
        "address",
        "doubles",
        "error",
        "ints",
        "singles",
        "slots",
        "waiting",
        "words",
    )

    def __init__(self) -> None:
        self._block = (ctypes.c_int64 * layout.WORDS)()
        self.words = memoryview(self._block).cast("B").cast("q")
        self._callback: Any = None
        self.error: BaseException | None = None
        self.waiting: deque[records.Record] = deque()  # printed, and not yet written
        self.slots = memoryview(b"")
        self.reserve(64)

    def reserve(self, count: int) -> None:
        """Room for slots 0 .. count - 1; what the slots held is lost if they must move."""
        if count <= len(self.slots):
            return
        self._slots = (ctypes.c_int64 * count)()
        raw = memoryview(self._slots).cast("B")
        self.slots, self.doubles = raw.cast("q"), raw.cast("d")
        self.singles, self.ints = raw.cast("f"), raw.cast("i")
        self.address = ctypes.addressof(self._slots)
        self.slots[0] = ctypes.addressof(self._block)

    def fault(self) -> tuple[int, list[int]]:
        """Site and details of the fault that stopped the kernel; site -1: an allocation."""
        count = self.words[layout.DETAIL_COUNT]
        return self.words[layout.SITE], self.words[layout.DETAILS :].tolist()[:count]

    def on_print(self, write: Callable[[list[records.Record]], None] | None) -> None:
        """Have `write` called with records while the kernel runs; an exception of it stops the
        kernel with INTERRUPT and is in `error`."""
        self._callback = None if write is None else FLUSH(lambda: self._write(write))
        pointer = ctypes.cast(self._callback, ctypes.c_void_p).value if self._callback else 0
        self.words[layout.FLUSH] = pointer or 0

    def _write(self, write: Callable[[list[records.Record]], None]) -> int:
        self.waiting = deque(self.drain())
        try:
            while self.waiting:
                write([self.waiting[0]])
                self.waiting.popleft()
        except KeyboardInterrupt as error:  # what waits is for whoever drains
            self.error = error
            return 1
        except BaseException as error:  # ctypes would print it and go on
            self.error, self.waiting = error, deque()
            return 1
        return 0

    def drain(self) -> list[records.Record]:
        """Take the records printed so far: (site, [NumPy scalar or array, ...]) in order."""
        waiting, self.waiting = list(self.waiting), deque()
        used = self.words[layout.PRINT_USED]
        self.words[layout.PRINT_USED] = 0
        if not used:
            return waiting
        buffer = self.words[layout.PRINT_BUFFER]
        return waiting + records.decode(ctypes.string_at(buffer, used))

    def adopt(self, address: int) -> memory.Block:
        """Take over the "out" block at `address`; it is freed when the result dies."""
        newest = self.words[layout.OUTS]
        if newest + layout.HEADER == address:  # the usual case, 0.5 us faster than the search
            self.words[layout.OUTS] = memory.read(newest)
            return memory.Block(address)
        link = layout.OUTS * 8 + self.slots[0]
        while block := memory.read(link):
            if block + layout.HEADER == address:
                memory.write(link, memory.read(block))
                return memory.Block(address)
            link = block
        raise ValueError(f"no block at {address:#x}")

    def array(self, address: int, dtype: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        """The "out" block at `address` as an array that owns it."""
        return self.adopt(address).array(dtype, shape)

    def take_keep(self) -> memory.Chunks:
        """Detach the arena of saved values; its memory is freed when the result dies."""
        return memory.Chunks(self._detach(layout.KEEP))

    def clear(self) -> None:
        """Make ready for another call: free what the last one left, but keep some scratch.

        Ctrl-C may come between any two steps: what is freed is detached before, for losing memory is
        better than freeing it twice.
        """
        words = self.words
        if words[layout.OUTS]:
            first, words[layout.OUTS] = words[layout.OUTS], 0
            memory.free_chain(first)
        if words[layout.TEMP + layout.TOTAL] > RETAINED:
            self._drop(layout.TEMP)
        if words[layout.KEEP + layout.TOTAL] > RETAINED:
            self._drop(layout.KEEP)
        words[layout.PRINT_USED] = 0
        self.error, self.waiting = None, deque()
        if words[layout.FLUSH]:
            self.on_print(None)

    def _drop(self, arena: int) -> None:
        memory.free_chain(self._detach(arena))

    def _detach(self, arena: int) -> int:
        """Empty an arena; its chunks are the caller's now."""
        first = self.words[arena + layout.FIRST]
        self.words[arena : arena + 5] = EMPTY
        return first

    def __del__(self, memory: Any = memory, layout: Any = layout) -> None:
        """Free everything; the modules are bound early, for the end of the interpreter."""
        words = getattr(self, "words", None)
        if words is not None:
            for chain in (layout.OUTS, layout.TEMP + layout.FIRST, layout.KEEP + layout.FIRST):
                memory.free_chain(words[chain])
            memory.free(words[layout.PRINT_BUFFER])


EMPTY = memoryview(bytes(5 * 8)).cast("q")
POOL = threading.local()


def acquire() -> Context:
    """A context of this thread that no call is using."""
    try:
        return POOL.idle.pop()  # type: ignore[no-any-return]
    except (AttributeError, IndexError):
        return Context()


def release(context: Context) -> None:
    """Give a context back, on every way out of a call."""
    context.clear()
    try:
        POOL.idle.append(context)
    except AttributeError:
        POOL.idle = [context]
