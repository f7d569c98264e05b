"""Types of values: kind, dtype, shape; and NumPy 2's promotion of dtypes.

A kind says who computes: "py" is a Python number (weak in promotion, Python's arithmetic), "np" a scalar
of NumPy's that no tensor has touched (strong, NumPy's arithmetic), "ag" an array of ours; "list" and
"cells" are values in a row that grows (`ops.lists`, `ops.cells`).  An extent is
an int where it is known when the graph is built, else a symbol: equal symbols are equal extents in every
run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from autograph_lite.errors import GraphTypeError

DTYPES = ("bool", "int32", "int64", "float32", "float64")
FLOATS = ("float32", "float64")
INTEGERS = ("int32", "int64")
PY_DTYPE: dict[type, str] = {bool: "bool", int: "int64", float: "float64"}
PYTHON_CLASS = {dtype: kind for kind, dtype in PY_DTYPE.items()}


class Symbol:
    """An extent known only at run time; compared by identity.  `several`: it is neither 0 nor 1."""

    __slots__ = ("several",)

    def __init__(self, several: bool = False) -> None:
        self.several = several

    def __repr__(self) -> str:
        return "?"


Extent = int | Symbol
Shape = tuple[Extent, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """Where `depth` is not 0, a history: the values that loops saved, one per step of so many loops."""

    kind: str
    dtype: str
    shape: Shape = ()
    depth: int = 0

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def floating(self) -> bool:
        return self.dtype in FLOATS

    @property
    def differentiable(self) -> bool:
        """Whether a value can have a cotangent; a number of Python's or NumPy's is constant."""
        return self.kind == "ag" and self.dtype in FLOATS

    @property
    def carries(self) -> bool:
        """Whether a gradient may pass through a value, or through cells of such values."""
        return self.dtype in FLOATS and self.kind in ("ag", "cells")

    def __str__(self) -> str:
        text = self.dtype if self.kind == "ag" else f"{self.kind}.{self.dtype}"
        if self.shape:
            text += "[" + ", ".join(map(str, self.shape)) + "]"
        return f"history{self.depth}<{text}>" if self.depth else text


def tensor(dtype: str, shape: Shape = ()) -> Type:
    return Type("ag", dtype, shape)


def py(dtype: str) -> Type:
    return Type("py", dtype)


def scalar(dtype: str) -> Type:
    """A NumPy scalar."""
    return Type("np", dtype)


def history(element: Type) -> Type:
    """The type of one `element` per step of a loop."""
    return replace(element, depth=element.depth + 1)


def list_of(element: Type) -> Type:
    """The type of a list of such elements."""
    return Type("list", element.dtype, element.shape, 1)


NUMBER = py("int64")
"""The number of a cell, which is what a list holds of a tensor that gradients pass through."""


def kind_of_cells(type: Type) -> tuple[str, int]:
    """The cells that a tensor is kept in, or that a value is of: dtype and number of axes."""
    return type.dtype, type.rank


def cells_of(element: Type) -> Type:
    """The type of cells for arrays of a dtype and a number of axes."""
    return any_shape(Type("cells", element.dtype, element.shape, 1))


def element(type: Type) -> Type:
    """What one step of a history holds."""
    return replace(type, depth=type.depth - 1)


def flags_of(type: Type) -> Type:
    """The type of one bool per value: for a history one per element, else a single one."""
    return Type("ag", "bool", (), type.depth)


@cache
def promote(*dtypes: str) -> str:
    """NumPy's result dtype of arrays of these dtypes."""
    return str(np.result_type(*(np.dtype(d) for d in dtypes)))


@cache
def weak(py_dtype: str, dtype: str) -> str:
    """The dtype that a Python number takes when it meets an array of `dtype` (NEP 50)."""
    number = {"bool": True, "int64": 1, "float64": 1.0}[py_dtype]
    return str(np.result_type(number, np.dtype(dtype)))


def takes(py_dtype: str, dtype: str) -> bool:
    """Whether a Python number takes the dtype of an array that it meets, and does not widen it."""
    return weak(py_dtype, dtype) == dtype


BITS = {"int32": 32, "int64": 64}


def representable(number: Any, dtype: str) -> Any:
    """A Python number that `dtype` can hold: an int that an integer dtype cannot is an error, as in
    NumPy, and beyond all floats is infinity."""
    if dtype in BITS and isinstance(number, int) and not -1 <= number >> BITS[dtype] - 1 < 1:
        raise GraphTypeError(f"Python integer {number} out of bounds for {dtype}")
    if dtype not in FLOATS:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def any_shape(type: Type) -> Type:
    """The type with extents of which nothing is known."""
    return replace(type, shape=tuple(Symbol() for _ in type.shape))


def generalised(type: Type, symbols: dict[int, Symbol]) -> Type:
    """The type with extents above 1 as symbols, the same for equal ones: what a signature keeps."""
    shape = tuple(
        symbols.setdefault(e, Symbol(True)) if isinstance(e, int) and e > 1 else e
        for e in type.shape
    )
    return replace(type, shape=shape)


def same_shape(a: Shape, b: Shape) -> bool:
    """Whether two shapes are known to be equal; symbols are equal to themselves only."""
    return a == b


def may_agree(a: Shape, b: Shape) -> bool:
    """Whether two shapes may be equal: an extent known only at run time may be any."""
    return len(a) == len(b) and all(
        not isinstance(x, int) or not isinstance(y, int) or x == y
        for x, y in zip(a, b, strict=True)
    )


def broadcast(*shapes: Shape) -> Shape | None:
    """The shape that these broadcast to, None if they cannot; unknown pairs give a new symbol."""
    rank = max(map(len, shapes))
    if rank == 0:
        return ()
    padded = [(1,) * (rank - len(s)) + s for s in shapes]
    out = [_extent(column) for column in zip(*padded, strict=True)]
    return None if any(e is None for e in out) else tuple(out)  # type: ignore[arg-type]


def fits(*shapes: Shape) -> bool:
    """Whether these are known to broadcast in every run."""
    rank = max(map(len, shapes), default=0)
    columns = ({s[-1 - i] for s in shapes if len(s) > i} - {1} for i in range(rank))
    return all(len(column) < 2 for column in columns)


def _extent(column: tuple[Extent, ...]) -> Extent | None:
    known = {e for e in column if isinstance(e, int) and e != 1}
    if len(known) > 1:
        return None
    if known:
        return known.pop()
    symbols = list(dict.fromkeys(e for e in column if isinstance(e, Symbol)))
    if not symbols:
        return 1
    several = [e for e in symbols if e.several]  # the others are equal to it, or 1
    return several[0] if several else (symbols[0] if len(symbols) == 1 else Symbol())


def join(a: Type, b: Type) -> Type | None:
    """The type of a value that is either; extents that may differ become new symbols."""
    if (a.kind, a.dtype, a.rank, a.depth) != (b.kind, b.dtype, b.rank, b.depth):
        return None
    shape = tuple(
        x if x is y or (isinstance(x, int) and x == y) else Symbol()
        for x, y in zip(a.shape, b.shape, strict=True)
    )
    return Type(a.kind, a.dtype, shape, a.depth)
