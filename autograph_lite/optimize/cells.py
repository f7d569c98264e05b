"""Cells written over: a sum of cotangents takes the place of the one before.

While a graph may be differentiated again every sum is a cell of its own (`gradient.cells`).  In the end a
table alone knows the number of a sum, and forgets it when the next one is kept; then that one is written in
its place, and memory does not grow with every contribution.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import NUMBER, list_of
from autograph_lite.ir.walk import regions, replaced
from autograph_lite.ops import OPS
from autograph_lite.ops.cells import IMPORT, KEEP, READ
from autograph_lite.ops.control import CONSTANT, IF, LOOP, LoopParts

ITEM, PUT, FILLED = OPS["list_item"], OPS["list_put"], OPS["list_filled"]
CHANGES = tuple(OPS["list_" + name] for name in ("append", "put", "pop", "copy"))
COMPARED = (OPS["py_less"], OPS["py_greater_equal"])
NUMBERS = list_of(NUMBER)


def write_over(graph: Graph) -> Graph:
    """The graph with sums written over where no other number of theirs is left."""
    seen = _Seen(graph.body)
    updates = {u.node: u for u in seen.updates()}
    tables = {u.table for u in updates.values()} - seen.told(updates)
    over = {node: u for node, u in updates.items() if u.table in tables}
    return Graph(graph.name, _region(graph.body, over)) if over else graph


@dataclass(frozen=True, slots=True)
class _Update:
    """A branch whose arm `arm` reads a cell and keeps, by `keep`, what takes its place."""

    node: Node
    arm: str
    keep: Node
    number: Value  # of the cell, as the arm sees it
    table: Value  # what stands for the table


class _Seen:
    """What a graph does with lists of numbers, inner regions included."""

    def __init__(self, body: Region) -> None:
        self.same: dict[
            Value, Value
        ] = {}  # list -> another name of it, nearer to what stands for it
        self.uses: dict[Value, list[tuple[Node, int]]] = defaultdict(list)
        self.results: set[Value] = set()
        self.makers: dict[Value, Node] = {}
        self.nodes: list[Node] = []
        self._look(body)

    def _look(self, region: Region) -> None:
        self.results.update(region.results)
        for node in region.nodes:
            self.nodes.append(node)
            self.makers.update(dict.fromkeys(node.outputs, node))
            for i, value in enumerate(node.inputs):
                self.uses[value].append((node, i))
            for a, b in _names(node):
                if a.type == NUMBERS:
                    self.same[self.list_of(a)] = self.list_of(b)
            for inside in regions(node).values():
                self._look(inside)

    def list_of(self, value: Value) -> Value:
        """What stands for a list."""
        while self.same.get(value, value) is not value:
            value = self.same[value]
        return value

    # --- updates ---

    def updates(self) -> Iterator[_Update]:
        filled = {self.list_of(n.outputs[0]) for n in self.nodes if self._is_table(n)}
        for node in self.nodes:
            found = self._update(node) if node.op is IF else None
            if found is not None and found.table in filled:
                yield found

    def _is_table(self, node: Node) -> bool:
        return node.op is FILLED and self._number(node.inputs[1]) == -1

    def _number(self, value: Value) -> int | None:
        made = self.makers.get(value)
        return made.params["value"] if made is not None and made.op is CONSTANT else None

    def _update(self, node: Node) -> _Update | None:
        for name, region in regions(node).items():
            keeps = self._new_cells(region)
            reads = {n.inputs[1] for n in region.nodes if n.op is READ}
            given = dict(zip(region.arguments, node.inputs[1:], strict=True))
            if len(keeps) == 1 and len(reads) == 1 and reads <= given.keys():
                (number,) = reads
                table = self._put_back(node, region, keeps[0], given[number])
                if table is not None:
                    return _Update(node, name, keeps[0], number, table)
        return None

    def _new_cells(self, region: Region) -> list[Node]:
        return [n for n in region.nodes if n.op is KEEP and self._number(n.inputs[2]) == -1]

    def _put_back(self, node: Node, region: Region, keep: Node, old: Value) -> Value | None:
        """The table in which alone the number of what is kept takes the place of the old one."""
        made = self.makers.get(old)
        if made is None or made.op is not ITEM or region.results.count(keep.outputs[1]) != 1:
            return None
        if any(keep.outputs[1] in n.inputs for n in region.nodes):
            return None
        at = region.results.index(keep.outputs[1])
        out = node.outputs[at]
        for arm in regions(node).values():
            if all(arm.results[at] is not n.outputs[1] for n in self._new_cells(arm)):
                return None  # a cell that has other names
        uses = self.uses[out]
        if out in self.results or len(uses) != 1:
            return None
        put, i = uses[0]
        table = self.list_of(made.inputs[0])
        back = put.op is PUT and i == 2 and put.inputs[1] is made.inputs[1]
        return table if back and self.list_of(put.inputs[0]) is table else None

    # --- what else knows numbers ---

    def told(self, updates: Collection[Node]) -> set[Value]:
        """The tables of whose numbers something else may know."""
        return {
            self.list_of(n.inputs[0])
            for n in self.nodes
            if (n.op is ITEM and not self._is_asked(n.outputs[0]))
            or (n.op is PUT and self.makers.get(n.inputs[2]) not in updates)
        }

    def _is_asked(self, number: Value) -> bool:
        """Whether a number is only compared, and read by."""
        if number in self.results:
            return False
        return all(self._asks(node, i) for node, i in self.uses[number])

    def _asks(self, node: Node, i: int) -> bool:
        if node.op is IF and i:
            return all(self._is_asked(r.arguments[i - 1]) for r in regions(node).values())
        return node.op in COMPARED or (node.op is READ and i == 1)


def _names(node: Node) -> Iterator[tuple[Value, Value]]:
    """Values that are one list: before and after a change, outside and inside."""
    if node.op in CHANGES:
        yield node.outputs[0], node.inputs[0]
    elif node.op is IMPORT:
        yield node.outputs[1], node.inputs[1]
    elif node.op is IF:
        for region in regions(node).values():
            yield from zip(region.arguments, node.inputs[1:], strict=True)
            yield from zip(node.outputs, region.results, strict=True)
    elif node.op is LOOP:
        loop = LoopParts(node.inputs, node.outputs, node.params)
        outside = (*loop.inits, *loop.captures)
        for region in regions(node).values():
            yield from zip(region.arguments[1:], outside, strict=False)
        yield from zip(loop.outs, loop.state, strict=True)
        yield from zip(loop.results, loop.state, strict=True)


# --- rewriting ---------------------------------------------------------------------------------------


def _region(region: Region, over: dict[Node, _Update]) -> Region:
    return replace(region, nodes=tuple(_node(node, over) for node in region.nodes))


def _node(node: Node, over: dict[Node, _Update]) -> Node:
    inside = {}
    for name, region in regions(node).items():
        new = _region(region, over)
        update = over.get(node)
        inside[name] = new if update is None or update.arm != name else _written(new, update)
    if not inside:
        return node
    return Node(node.op, node.inputs, node.outputs, {**node.params, **inside}, node.origin)


def _written(region: Region, update: _Update) -> Region:
    """The arm with what it keeps in the place of what it read."""
    cells, value, _ = update.keep.inputs
    after, number = update.keep.outputs
    put = Node(PUT, (cells, update.number, value), (after,), {}, update.keep.origin)
    nodes = tuple(put if n is update.keep else n for n in region.nodes)
    return replaced(replace(region, nodes=nodes), {number: update.number})
