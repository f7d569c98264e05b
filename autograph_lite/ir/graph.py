"""The central data: values, nodes, regions, graphs.  No behaviour; compared by identity.

A region is closed: what it uses from outside is among its arguments.  In eager mode a value holds its
data (`data`), in a graph it does not; everything else is the same, so that one tape, one reverse pass
and one table of ops serve both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograph_lite.errors import Origin
from autograph_lite.ir.types import PY_DTYPE, Type


class Value:
    """One result of a node, an argument of a region, or an eager array.

    `pinned`: something may still read the data, so nothing may be written into it.
    """

    __slots__ = ("data", "pinned", "type")

    def __init__(self, type: Type | None, data: Any = None, pinned: bool = False) -> None:
        self.type: Type = type or _types.get(data.__class__) or _type_of(data)
        self.data = data
        self.pinned = pinned

    def __repr__(self) -> str:
        return f"Value({self.type})"


_types: dict[Any, Type] = {kind: Type("py", dtype) for kind, dtype in PY_DTYPE.items()}


def _type_of(data: Any) -> Type:
    """The type of an array, or of a NumPy scalar, whose class says all; kept, because the name of a
    dtype alone takes NumPy 2 us."""
    key = data.__class__ if isinstance(data, np.generic) else (data.dtype.char, data.shape)
    found = _types.get(key)
    if found is None:
        if len(_types) > 4096:
            del _types[next(reversed(_types))]
        found = _types[key] = Type("ag", data.dtype.name, data.shape)
    return found


@dataclass(slots=True, eq=False)
class Node:
    """`op` applied to `inputs`; `params` are static and keyed by name, regions among them."""

    op: Any
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    params: dict[str, Any] = field(default_factory=dict)
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on a value: "zero" (it is 0), "positive" (it is above 0), "kept" (it is the
    number of a cell: not below 0), "not" (it is false)."""

    kind: str
    value: Value


Condition = bool | Value | Test


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """`a` *is* `b` where the condition holds: not a copy, but the value that step-by-step execution
    has there.  Gradients need to know, for one value has one cotangent.  `b` was there before `a`."""

    a: Value
    b: Value
    condition: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    arguments: tuple[Value, ...]
    nodes: tuple[Node, ...]
    results: tuple[Value, ...]
    links: tuple[Link, ...] = ()
    numbers: tuple[tuple[Value, Value], ...] = ()  # of values that may be in cells, at the end
    # of a whole graph: for each kind of cells how many there are in the end, and those
    cells: tuple[tuple[tuple[str, int], Value, Value], ...] = ()
    # of the reverse of a whole graph: arguments of that graph which may be in its cells, with the numbers
    held: tuple[tuple[Value, Value], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    name: str
    body: Region
