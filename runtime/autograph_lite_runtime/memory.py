"""Blocks that kernels allocate and Python frees."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import Any

import numpy as np

from autograph_lite_runtime import layout

_free = ctypes.CDLL(None).free
_free.argtypes = (ctypes.c_void_p,)
_free.restype = None


def free(address: int, release: Any = _free) -> None:
    """Free a block; `release` is bound early, so that it works while the interpreter shuts down."""
    if address:
        release(address)


def read(address: int, word: Any = ctypes.c_int64) -> int:
    """The word at `address`."""
    return int(word.from_address(address).value)


def write(address: int, value: int) -> None:
    ctypes.c_int64.from_address(address).value = value


def free_chain(first: int, follow: Any = read, release: Any = free) -> None:
    """Free blocks whose first word links to the next."""
    while first:
        following = follow(first)
        release(first)
        first = following


class Block:
    """Owns one "out" block: memory that starts `HEADER` bytes before `address`.

    What frees it is no Python function: a Ctrl-C that comes meanwhile, large blocks take milliseconds,
    would be raised in there, where exceptions are ignored.
    """

    __slots__ = ("__array_interface__", "__del__", "__weakref__", "address")

    def __init__(self, address: int) -> None:
        self.address = address
        self.__del__ = partial(_free, address - layout.HEADER)

    def array(self, dtype: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        """An array over the block that keeps it alive."""
        self.__array_interface__ = {
            "data": (self.address, False),
            "shape": shape,
            "typestr": TYPESTR[dtype],
            "version": 3,
        }
        return np.asarray(self)


TYPESTR = {name: np.dtype(name).str for name in layout.TYPES}


def copy(address: int, dtype: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """An array of its own with the elements at `address`."""
    out = np.empty(shape, dtype)
    ctypes.memmove(out.ctypes.data, address, out.nbytes)
    return out


class Chunks:
    """Owns the chunks of a detached arena."""

    __slots__ = ("__weakref__", "first")

    def __init__(self, first: int) -> None:
        self.first = first

    def __del__(self, release: Any = free_chain) -> None:
        release(self.first)
