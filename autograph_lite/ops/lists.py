"""Lists that grow: values in a row, of which only the run knows how many.

A list holds Python numbers, or tensors through which no gradient passes; tensors of floats stand in cells
(`ops.cells`), and a list holds their numbers.  Every op gives another list, in the memory of the one before,
which nothing reads afterwards; `list_copy` is there for what two names grow apart from.
"""

from __future__ import annotations

from typing import Any

from autograph_lite.ir.types import Type, list_of, py
from autograph_lite.ops.record import Constant, Op, Structural, register

_FIXED = Constant("what it holds is not differentiated")


def _same_list(rows: Type, *rest: Type) -> tuple[Type, ...]:
    del rest
    return (rows,)


def list_op(name: str, types: Any, why: str, single: bool = True) -> Op:
    return register(Op("list_" + name, types, Structural(why), _FIXED, single=single))


def _empty_types(*, element: Type) -> tuple[Type, ...]:
    return (list_of(element),)


def _item_types(rows: Type, index: Type, *, element: Type) -> tuple[Type, ...]:
    del rows, index
    return (element,)


list_op("empty", _empty_types, "no memory yet")
list_op("append", _same_list, "written after the last, in memory that doubles when it is full")
list_op("put", _same_list, "written in its place")
list_op("pop", _same_list, "one less")
list_op("copy", _same_list, "the same in memory of its own")
list_op("filled", lambda count, value: (list_of(value),), "one value so many times")
list_op("size", lambda rows: (py("int64"),), "how many there are", single=False)
list_op("item", _item_types, "read from its place")
list_op("pack", lambda rows, *, packed: (packed,), "the elements side by side", single=False)
