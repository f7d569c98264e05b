"""Recompute: what a loop saved for the loop that reverses it, and a few instructions give again.

A value of a step that follows from what else is saved, from captured values and from the step's number
needs no memory: `1 - s * s` follows from s, and `u[t]` is still where it was.  Where several values follow
from a number that the step began with, that one is saved in their place.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import element, history
from autograph_lite.ir.walk import regions
from autograph_lite.ops import OPS
from autograph_lite.ops.control import CONSTANT, LOOP, LoopParts
from autograph_lite.ops.index import GETITEM, is_view

MOST = 8
"""Nodes that one saved value may cost."""


def recompute(graph: Graph) -> Graph:
    return Graph(graph.name, _region(graph.body))


@dataclass(frozen=True, slots=True)
class _Saved:
    """What a history holds: a value of each step of a loop."""

    loop: Node
    value: Value


def _region(region: Region) -> Region:
    saved: dict[Value, _Saved] = {}
    began: dict[Value, _Saved] = {}  # histories of what steps began with, to be written too
    nodes = []
    for node in region.nodes:
        node = _inside(node)
        if node.op is LOOP:
            if any(h in saved for h in _parts(node).histories):
                node = _rewritten(node, saved, began)
            parts = _parts(node)
            written = zip(parts.written, parts.saved, strict=True)
            saved.update((kept, _Saved(node, value)) for kept, value in written)
        nodes.append(node)
    nodes = [
        _writing(node, [(h, s.value) for h, s in began.items() if s.loop is node]) for node in nodes
    ]
    return Region(region.arguments, tuple(nodes), region.results)


def _rewritten(node: Node, saved: dict[Value, _Saved], began: dict[Value, _Saved]) -> Node:
    """A loop that reads less; `began` grows where it reads what steps began with instead."""
    plain = _Reader(node, saved)
    offered = _offered(node, saved, began)
    used = offered and _Reader(_reading(node, offered), saved | offered).used(offered)
    if not used:
        return plain.rewritten()
    more = _Reader(_reading(node, used), saved | used)
    if len(more.replaced) - len(used.keys() - began.keys()) <= len(plain.replaced):
        return plain.rewritten()
    began.update(used)
    return more.rewritten()


def _offered(
    node: Node, saved: dict[Value, _Saved], began: dict[Value, _Saved]
) -> dict[Value, _Saved]:
    """Histories of the numbers that the steps of the saving loops began with."""
    offered = {}
    written = {s.value: h for h, s in began.items()}
    read = [saved[h] for h in _parts(node).histories if h in saved]
    known = {s.value for s in read}
    for loop in {s.loop: None for s in read}:
        for value in _parts(loop).state:
            if value.type.rank == value.type.depth == 0 and value not in known:
                kept = written.get(value) or Value(history(value.type))
                offered[kept] = _Saved(loop, value)
    return offered


def _reading(node: Node, histories: Collection[Value]) -> Node:
    """A loop that reads these histories too."""
    p = node.params
    body: Region = p["body"]
    elements = tuple(Value(element(h.type)) for h in histories)
    body = Region((*body.arguments, *elements), body.nodes, body.results)
    params = {**p, "body": body, "reads": p["reads"] + len(histories)}
    return Node(node.op, (*node.inputs, *histories), node.outputs, params, node.origin)


def _writing(node: Node, more: list[tuple[Value, Value]]) -> Node:
    """A loop that writes these values of each step into these histories too."""
    if not more:
        return node
    body: Region = node.params["body"]
    body = Region(body.arguments, body.nodes, (*body.results, *(value for _, value in more)))
    outputs = (*node.outputs, *(h for h, _ in more))
    return Node(node.op, node.inputs, outputs, {**node.params, "body": body}, node.origin)


def _inside(node: Node) -> Node:
    inside = {name: _region(region) for name, region in regions(node).items()}
    if not inside:
        return node
    return Node(node.op, node.inputs, node.outputs, {**node.params, **inside}, node.origin)


def _parts(node: Node) -> LoopParts:
    return LoopParts(node.inputs, node.outputs, node.params)


@dataclass(slots=True)
class _Source:
    """The loop that saved: where its body's values come from."""

    node: Node
    captures: dict[Value, Value] = field(init=False)
    makers: dict[Value, tuple[int, Node]] = field(init=False)

    def __post_init__(self) -> None:
        parts = _parts(self.node)
        self.captures = dict(zip(parts.captured, parts.captures, strict=True))
        self.makers = {v: (i, n) for i, n in enumerate(parts.body.nodes) for v in n.outputs}

    def place(self, value: Value) -> int:
        return self.makers[value][0] if value in self.makers else -1


class _Reader:
    """A loop that reads histories, while what it reads is replaced."""

    def __init__(self, node: Node, saved: dict[Value, _Saved]) -> None:
        self.node, self.parts = node, _parts(node)
        self.body = self.parts.body
        self.first: list[Node] = []  # nodes at the beginning of the body
        self.captured = dict(zip(self.parts.captures, self.parts.captured, strict=True))
        self.added: dict[Value, Value] = {}  # outside -> a new argument
        self.steps: dict[Node, Value] = {}
        self.sources: dict[Node, _Source] = {}
        self.have: dict[Value, Value] = {}  # value of the saving loop -> here
        self.replaced: dict[Value, Value] = {}
        self.noted: list[
            tuple[dict[Any, Value], Any]
        ] = []  # what has been added since a trial began
        known = [
            (saved[h].loop, saved[h].value, e)
            for h, e in zip(self.parts.histories, self.parts.elements, strict=True)
            if h in saved
        ]
        for loop, value, read in known:
            if loop not in self.sources:
                self.sources[loop] = _Source(loop)
            self.have.setdefault(value, read)
        known.sort(key=lambda item: self.sources[item[0]].place(item[1]))
        for loop, value, read in known:
            self._try(self.sources[loop], value, read)

    def used(self, offered: dict[Value, _Saved]) -> dict[Value, _Saved]:
        """Those of these histories that something is computed from."""
        read = {v for n in self.first for v in n.inputs} | set(self.replaced.values())
        return {h: s for h, s in offered.items() if self.have[s.value] in read}

    def _try(self, source: _Source, value: Value, read: Value) -> None:
        before, was = len(self.first), self.have.pop(value)
        self.noted = []
        again = self._again(source, value, [MOST])
        if again is None:
            del self.first[before:]
            for table, key in self.noted:
                del table[key]
            self.have[value] = was
        else:
            self.replaced[read] = self.have[value] = again

    def _note(self, table: dict[Any, Value], key: Any, made: Value) -> Value:
        table[key] = made
        self.noted.append((table, key))
        return made

    def _again(self, source: _Source, value: Value, left: list[int]) -> Value | None:
        """The value of this step, computed here; None if that takes too much."""
        if value in self.have:
            return self.have[value]
        if value in source.captures:
            return self._capture(source.captures[value])
        if value is source.node.params["body"].arguments[0]:
            return self._step(source)
        if value not in source.makers:
            return None
        node = source.makers[value][1]
        left[0] -= node.op is not CONSTANT
        if left[0] < 0 or not _is_cheap(node):
            return None
        inputs = [self._again(source, v, left) for v in node.inputs]
        if any(v is None for v in inputs):
            return None
        made = Value(value.type)
        self.first.append(Node(node.op, tuple(inputs), (made,), node.params))  # type: ignore[arg-type]
        return self._note(self.have, value, made)

    def _capture(self, outside: Value) -> Value:
        if outside in self.captured:
            return self.captured[outside]
        if outside in self.added:
            return self.added[outside]
        return self._note(self.added, outside, Value(outside.type))

    def _step(self, source: _Source) -> Value | None:
        """The step of the saving loop that this step stands for."""
        here = self.body.arguments[0]
        if bool(self.node.params.get("reverse")) == bool(source.node.params.get("reverse")):
            return here
        if self.parts.bound is None:
            return None
        if source.node not in self.steps:
            bound = self._capture(self.parts.bound)
            one, back = (self._number(n, here) for n in (1, -1))
            last = self._emit("position", bound, back, one)
            step = self._emit("position", here, last, back)
            return self._note(self.steps, source.node, step)
        return self.steps[source.node]

    def _number(self, number: int, like: Value) -> Value:
        made = Value(like.type)
        self.first.append(Node(CONSTANT, (), (made,), {"value": number, "dtype": "int64"}))
        return made

    def _emit(self, name: str, *inputs: Value) -> Value:
        op = OPS[name]
        made = Value(op.types(*(v.type for v in inputs))[0])
        self.first.append(Node(op, inputs, (made,), {}))
        return made

    def rewritten(self) -> Node:
        if not self.replaced:
            return self.node
        node, p = self.node, self.node.params
        at = len(node.inputs) - p["reads"]
        inputs = (*node.inputs[:at], *self.added, *node.inputs[at:])
        body = self.body
        place = 1 + at - p["bounded"]
        arguments = (*body.arguments[:place], *self.added.values(), *body.arguments[place:])
        see = self.replaced.get
        nodes = tuple(
            Node(n.op, tuple(see(v, v) for v in n.inputs), n.outputs, n.params, n.origin)
            for n in body.nodes
        )
        results = tuple(see(v, v) for v in body.results)
        made = {"body": Region(arguments, (*self.first, *nodes), results)}
        if "test" in p:
            test: Region = p["test"]
            more = tuple(Value(v.type) for v in self.added)
            made["test"] = Region((*test.arguments, *more), test.nodes, test.results)
        return Node(node.op, inputs, node.outputs, {**p, **made}, node.origin)


def _is_cheap(node: Node) -> bool:
    """A few instructions, or an element that is read where it still is."""
    if len(node.outputs) != 1:
        return False
    read = node.op is GETITEM and is_view(node.params["spec"])
    return read or node.op.cheap or node.op is CONSTANT
