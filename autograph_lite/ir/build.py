"""Append nodes: a builder is an interpreter that stages instead of executing.

A builder makes one region.  A value of an enclosing builder that is used inside becomes an argument
of the region (`captures`), so that regions are closed.  Boxes (tensors and variables) are read and
written through `overlay`: staging never changes the boxes themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.errors import Origin
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type, tensor


def no_origin() -> Origin | None:
    return None


class Builder:
    """The nodes of one region under construction."""

    def __init__(self, parent: Builder | None, constant_op: Any, origin: Callable[[], Origin | None]) -> None:
        self.parent = parent
        self.constant_op = constant_op
        self.origin = origin
        self.nodes: list[Node] = []
        self.arguments: list[Value] = []
        self.own: set[Value] = set()
        self.captures: dict[Value, Value] = {}
        self.overlay: dict[int, tuple[Any, Value]] = {}
        self._constants: dict[tuple[str, str], Value] = {}

    def argument(self, type: Type) -> Value:
        """A new argument of the region."""
        value = Value(type)
        self.arguments.append(value)
        self.own.add(value)
        return value

    def local(self, value: Value) -> Value:
        """`value` as this region sees it: itself, or the argument that stands for it."""
        if value in self.own:
            return value
        seen = self.captures.get(value)
        if seen is None:
            seen = self._capture(value)
        return seen

    def _capture(self, value: Value) -> Value:
        if self.parent is None:
            raise ValueError(f"{value} belongs to no enclosing region")
        self.parent.local(value)
        seen = Value(value.type)
        self.captures[value] = seen
        return seen

    def apply(
        self, op: Any, inputs: tuple[Value, ...], params: dict[str, Any], regions: tuple[Region, ...] = ()
    ) -> tuple[Value, ...]:
        """Append a node; the op's type rule says what comes out, or raises."""
        inside = tuple(self.local(v) for v in inputs)
        types = op.types(*(v.type for v in inside), **params)
        return self.append(op, inside, types, params, regions)

    def append(
        self,
        op: Any,
        inside: tuple[Value, ...],
        types: tuple[Type, ...],
        params: dict[str, Any],
        regions: tuple[Region, ...] = (),
    ) -> tuple[Value, ...]:
        """Append a node whose output types are given."""
        outputs = tuple(Value(t) for t in types)
        self.own.update(outputs)
        self.nodes.append(Node(op, inside, outputs, params, regions, self.origin()))
        return outputs

    def constant(self, number: Any, dtype: str, kind: str = "ag") -> Value:
        """A scalar constant; equal ones (bit for bit) are one node of the region."""
        if dtype.startswith("float"):
            number = float(number)
        key = (f"{kind} {dtype} {type(number).__name__}", repr(number))
        if key not in self._constants:
            type_ = tensor(dtype) if kind == "ag" else Type(kind, dtype)
            params = {"value": number, "dtype": dtype}
            self._constants[key] = self.append(self.constant_op, (), (type_,), params)[0]
        return self._constants[key]

    def lift(self, obj: Any) -> Value:
        """The value of an object from outside the staged function."""
        if self.parent is None:
            raise ValueError("this graph takes no objects from outside")
        return self.parent.lift(obj)

    def read(self, box: Any) -> Value:
        """The present value of a box."""
        if id(box) in self.overlay:
            return self.overlay[id(box)][1]
        if box._value.data is None and box._value.type is not None:
            staged: Value = box._value
            return staged if self.parent is None or staged in self.own else self.parent.read(box)
        return self.lift(box) if self.parent is None else self.parent.read(box)

    def write(self, box: Any, value: Value) -> None:
        """Give a box another value, seen by every later read in this region."""
        if box._value in self.own:
            box._value = value
        else:
            self.overlay[id(box)] = (box, value)

    def region(self, results: tuple[Value, ...], extra: tuple[Value, ...] = ()) -> Region:
        """Close: the arguments are those declared, then one per captured value of `extra`."""
        arguments = (*self.arguments, *extra)
        return Region(arguments, tuple(self.nodes), results)
