"""One region while it is rewritten: the nodes so far, what stands for what, and what is known.

Nothing here changes a bit: numbers fold by NumPy's own operation where that is exact, equal nodes
become one, and each op's record says what it comes to without computing (`Op.identity`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograph_lite.errors import Origin
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import PYTHON_CLASS, Type, tensor
from autograph_lite.ops import OPS
from autograph_lite.ops.control import CONSTANT, FILLER
from autograph_lite.ops.record import Instead, Op, Scalar


class Scope:
    """`positive` has the Python integers that are known to be above 0."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.by: dict[Value, Value] = {}
        self.numbers: dict[Value, Any] = {}
        self.positive: set[Value] = set()
        self.makers: dict[Value, Node] = {}
        self._shapes: dict[Type, Value] = {}
        self._constants: dict[Any, Value] = {}
        self._shared: dict[Any, tuple[Value, ...]] = {}

    # --- values ---

    def see(self, value: Value) -> Value:
        """What stands for a value now."""
        return self.by.get(value, value)

    def number(self, value: Value) -> Any:
        """The number that a value is, None where that is not known."""
        return self.numbers.get(value)

    def is_positive(self, value: Value) -> bool:
        return value in self.positive

    def constant(self, number: Any, type: Type, origin: Origin | None = None) -> Value:
        """A scalar constant; equal ones, bit for bit, are one."""
        held = (
            PYTHON_CLASS[type.dtype](number)
            if type.kind == "py"
            else np.dtype(type.dtype).type(number)
        )
        key = (type.kind, type.dtype, repr(held))
        if key not in self._constants:
            out = Value(Type(type.kind, type.dtype))
            given = number.item() if isinstance(number, np.generic | np.ndarray) else number
            params = {"value": given, "dtype": type.dtype}
            self.put(Node(CONSTANT, (), (out,), params, origin))
            self._constants[key], self.numbers[out] = out, held
        return self._constants[key]

    def _shaped(self, type: Type) -> Value:
        """What stands for an array of which only the extents are read, and those are known."""
        if type not in self._shapes:
            out = self._shapes[type] = Value(type)
            self.put(Node(FILLER, (), (out,), {"type": type}))
        return self._shapes[type]

    def put(self, node: Node) -> None:
        """A node as it stands."""
        self.nodes.append(node)
        self.makers.update(dict.fromkeys(node.outputs, node))

    # --- nodes ---

    def emit(self, name: str, *inputs: Value, **params: Any) -> Value:
        """One more op on values of this region."""
        op = OPS[name]
        out = Value(op.types(*(v.type for v in inputs), **params)[0])
        self.add(Node(op, inputs, (out,), params))
        return self.see(out)

    def add(self, node: Node) -> None:
        """A node without regions: what it comes to, or the node itself."""
        inputs = tuple(map(self.see, node.inputs))
        for i in node.op.shape_only:
            if i < len(inputs) and _is_static(inputs[i].type):
                inputs = (*inputs[:i], self._shaped(inputs[i].type), *inputs[i + 1 :])
        if node.op is CONSTANT:
            out = node.outputs[0]
            self.by[out] = self.constant(node.params["value"], out.type, node.origin)
            return
        found = self._comes_to(node, inputs)
        if isinstance(found, Instead):
            given = tuple(self._given(x, node.outputs[0].type.dtype) for x in found.inputs)
            self.add(Node(OPS[found.name], given, node.outputs, {}, node.origin))
        elif found is not None:
            self.by[node.outputs[0]] = found
        else:
            self._compute(node, inputs)

    def _given(self, given: Any, dtype: str) -> Value:
        """An input of an op that stands in another's place."""
        if isinstance(given, Instead):
            return self.emit(given.name, *(self._given(x, dtype) for x in given.inputs))
        return given if isinstance(given, Value) else self.constant(given, tensor(dtype))

    def _comes_to(self, node: Node, inputs: tuple[Value, ...]) -> Value | Instead | None:
        if node.op.effect or len(node.outputs) != 1:
            return None
        out = node.outputs[0]
        found = self._folded(node.op, inputs, node.params)
        if found is None and node.op.identity is not None:
            found = node.op.identity(self, *inputs, **node.params)
        if found is None or isinstance(found, Value | Instead):
            return found
        return self.constant(found, out.type)

    def _folded(self, op: Op, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """The number that an exact operation gives for numbers, unless it may have to warn of it."""
        if op.exact is None or not isinstance(op.body, Scalar) or not inputs or params or op.warns:
            return None
        numbers = [self.numbers.get(v) for v in inputs]
        if any(n is None for n in numbers):
            return None
        with np.errstate(all="ignore"):
            try:
                return op.exact(*numbers)
            except ValueError:
                return None  # a fault of the user's program: it is raised where it happens

    def _compute(self, node: Node, inputs: tuple[Value, ...]) -> None:
        alone = node.op.effect or node.op.warns or node.op.single
        key = None if alone else _key(node, inputs)
        if key is not None and key in self._shared:
            self.by.update(zip(node.outputs, self._shared[key], strict=True))
            return
        self.put(Node(node.op, inputs, node.outputs, node.params, node.origin))
        if key is not None:
            self._shared[key] = node.outputs

    # --- regions inside ---

    def enter(self, pairs: Iterable[tuple[Value, Value]], facts: Facts) -> Scope:
        """The scope of a region; pairs of an argument and the value here that it stands for."""
        inner = Scope()
        first: dict[Value, Value] = {}
        for argument, outside in pairs:
            outside = self.see(outside)
            known = facts.number(outside)
            if known is not None:
                inner.by[argument] = inner.constant(known, outside.type)
            elif first.setdefault(outside, argument) is not argument:
                inner.by[argument] = first[outside]
            if outside in facts.positive:
                inner.positive.add(argument)
        return inner

    def region(self, source: Region, results: Iterable[Value]) -> Region:
        """The region as it is now, with the arguments that it had."""
        return Region(source.arguments, tuple(self.nodes), tuple(map(self.see, results)))


_NOT = OPS["logical_not"]
_PARTS = {_NOT: None, OPS["weak"]: None, OPS["bitwise_and"]: True, OPS["bitwise_or"]: False}
"""Bools that tell of their parts: where they are the bool given, or (None) either."""


class Facts:
    """What is known where some bools hold and some integers are positive."""

    def __init__(
        self,
        scope: Scope,
        truths: Iterable[tuple[Value, bool]] = (),
        positive: Iterable[Value] = (),
    ) -> None:
        self.scope = scope
        self.positive = scope.positive | set(positive)
        self.truths: dict[Value, bool | None] = {}
        for value, truth in truths:
            self._assume(value, truth)

    def _assume(self, value: Value, truth: bool) -> None:
        """A bool, and what follows for its parts."""
        self.truths[value] = truth
        node = self.scope.makers.get(value)
        if node is not None and node.op in _PARTS and _PARTS[node.op] in (None, truth):
            for part in node.inputs:
                self._assume(part, truth != (node.op is _NOT))

    def number(self, value: Value) -> Any:
        """The number that a value is, None where that is not known."""
        known = self.scope.numbers.get(value)
        return self._truth(value) if known is None else known

    def is_positive(self, value: Value) -> bool:
        return value in self.positive

    def _truth(self, value: Value) -> bool | None:
        if value.type.dtype != "bool" or value.type.rank:
            return None
        if value not in self.truths:
            self.truths[value] = None
            node = self.scope.makers.get(value)
            if node is not None and node.op.identity is not None:
                found = node.op.identity(self, *node.inputs, **node.params)
                if not isinstance(found, Instead):
                    self.truths[value] = self.number(found) if isinstance(found, Value) else found
        return self.truths[value]


def _key(node: Node, inputs: tuple[Value, ...]) -> Any:
    """What makes two nodes equal; None where a param has no text of its own."""
    if any(isinstance(p, Region | Type) for p in node.params.values()):
        return None
    params = tuple((name, repr(p)) for name, p in sorted(node.params.items()))
    return (node.op.name, inputs, params)


def _is_static(type: Type) -> bool:
    """Whether it is an array of which every extent is known."""
    return bool(type.shape) and not type.depth and all(isinstance(e, int) for e in type.shape)
