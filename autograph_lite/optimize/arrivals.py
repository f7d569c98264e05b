"""Arrivals made one: contributions that arrive at one cell under one condition are added before they are kept.

The reverse pass lets each contribution arrive by itself: the table is asked where that is kept which has
arrived, and what is there is read, added to and kept (`gradient.cells`).  Where several follow each other and
nothing else looks at the table or the cells in between, it is asked once; sums and their order stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.walk import regions
from autograph_lite.ops import OPS
from autograph_lite.ops.cells import KEEP, READ
from autograph_lite.ops.control import CONSTANT, IF

ITEM, PUT, ADD = OPS["list_item"], OPS["list_put"], OPS["accumulate"]
ASKED = [ITEM, OPS["py_less"], OPS["weak"], IF, PUT]
"""What a branch does where a contribution arrives: is there any before?  Then the table is told."""


def merge_arrivals(graph: Graph) -> Graph:
    """The graph with arrivals that follow each other made one."""
    return Graph(graph.name, _region(graph.body))


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A branch that lets contributions arrive: what of it is compared, and the last contribution."""

    node: Node
    inner: Node  # the branch in it that asks whether it is the first
    number: Value
    table: Value
    cells: Value
    last: Value

    @property
    def condition(self) -> Value:
        return self.node.inputs[0]

    def follows(self, before: _Arrival) -> bool:
        """Whether it comes to the same cell in the same runs, next."""
        cells, table = before.node.outputs
        same = self.condition is before.condition and self.number is before.number
        return same and self.cells is cells and self.table is table


def _region(region: Region) -> Region:
    nodes = [_inside(node) for node in region.nodes]
    uses = Counter(v for n in nodes for v in n.inputs)
    uses.update(region.results)
    return replace(region, nodes=tuple(_merged(nodes, uses)))


def _inside(node: Node) -> Node:
    inner = {name: _region(r) for name, r in regions(node).items()}
    if not inner:
        return node
    return Node(node.op, node.inputs, node.outputs, {**node.params, **inner}, node.origin)


def _merged(nodes: Sequence[Node], uses: Counter[Value]) -> list[Node]:
    """The nodes with each arrival that another one follows in the place of that one."""
    made: list[Node] = []
    by_cells: dict[Value, _Arrival] = {}
    for node in nodes:
        found = _arrival(node)
        before = None if found is None else by_cells.get(found.cells)
        if found and before and found.follows(before) and _is_next(before, found, uses):
            made.remove(before.node)
            node = _both(before, found)
            found = _arrival(node)
        if found is not None:
            by_cells[node.outputs[0]] = found
        made.append(node)
    return made


def _work(region: Region) -> list[Node]:
    return [n for n in region.nodes if n.op is not CONSTANT]


def _arrival(node: Node) -> _Arrival | None:
    """The branch as an arrival, if it is one and its outputs are the cells and the table."""
    if node.op is not IF or len(node.outputs) != 2:
        return None
    then, orelse = node.params["then"], node.params["orelse"]
    work = _work(then)
    if [n.op for n in work] != ASKED or orelse.nodes:
        return None
    item, less, weak, inner, put = work
    outside = dict(zip(then.arguments, node.inputs[1:], strict=True))
    untouched = dict(zip(orelse.arguments, node.inputs[1:], strict=True))
    asks = less.inputs[0] is item.outputs[0] and weak.inputs[0] is less.outputs[0]
    told = put.inputs[:2] == item.inputs and len(inner.outputs) == 2
    if not (asks and told and inner.inputs[0] is weak.outputs[0] and _keeps(inner)):
        return None
    number, after = inner.outputs
    if then.results != (after, put.outputs[0]) or put.inputs[2] is not number:
        return None
    table, place = item.inputs
    given = dict(zip(inner.params["then"].arguments, inner.inputs[1:], strict=True))
    keep = _work(inner.params["then"])[-1]
    cells = outside.get(given.get(keep.inputs[0]))
    if tuple(map(untouched.get, orelse.results)) != (cells, outside.get(table)):
        return None
    last = outside.get(given.get(_last(inner.params["then"])))
    if cells is None or last is None or place not in outside or table not in outside:
        return None
    return _Arrival(node, inner, outside[place], outside[table], cells, last)


def _keeps(inner: Node) -> bool:
    """Whether the first one is kept, and another one is added to what is read and put back in its place."""
    first, later = _work(inner.params["then"]), _work(inner.params["orelse"])
    sums = [n.op for n in first[:-1]], [n.op for n in later[1:-1]]
    if not first or len(later) < 3 or first[-1].op is not KEEP:
        return False
    if (later[0].op, later[-1].op) != (READ, PUT) or any(
        op is not ADD for ops in sums for op in ops
    ):
        return False
    chain = all(b.inputs[0] is a.outputs[0] for a, b in pairwise(later[:-1]))
    put, read, keep = later[-1], later[0], first[-1]
    same = put.inputs[0] is read.inputs[0] and put.inputs[1] is read.inputs[1]
    results = inner.params["then"].results, inner.params["orelse"].results
    wanted = (keep.outputs[1], keep.outputs[0]), (read.inputs[1], put.outputs[0])
    return chain and same and put.inputs[2] is later[-2].outputs[0] and results == wanted


def _last(region: Region) -> Value:
    """The contribution that is added last to what is kept first."""
    *sums, keep = _work(region)
    return sums[-1].inputs[1] if sums else keep.inputs[1]


def _is_next(before: _Arrival, arrival: _Arrival, uses: Counter[Value]) -> bool:
    """Whether nothing comes between two arrivals, of which the second is of one contribution."""
    alone = all(uses[v] == 1 for v in before.node.outputs)
    return alone and len(_work(arrival.inner.params["then"])) == 1


def _both(one: _Arrival, other: _Arrival) -> Node:
    """One arrival of what two let arrive, in the place of the second."""
    node, inner, kind = one.node, one.inner, other.last.type
    given = Value(kind)
    arms = {name: _with_another(region, Value(kind)) for name, region in regions(inner).items()}
    more = Node(IF, (*inner.inputs, given), inner.outputs, {**inner.params, **arms}, inner.origin)
    then, orelse = node.params["then"], node.params["orelse"]
    nodes = tuple(more if n is inner else n for n in then.nodes)
    params = {
        **node.params,
        "then": replace(then, arguments=(*then.arguments, given), nodes=nodes),
        "orelse": replace(orelse, arguments=(*orelse.arguments, Value(kind))),
    }
    return Node(IF, (*node.inputs, other.last), other.node.outputs, params, node.origin)


def _with_another(region: Region, given: Value) -> Region:
    """An arm whose last node keeps, or puts back, what it did and one more contribution."""
    *nodes, last = region.nodes
    at = 1 if last.op is KEEP else 2
    total = Value(given.type)
    added = Node(ADD, (last.inputs[at], given), (total,), {}, last.origin)
    inputs = tuple(total if i == at else v for i, v in enumerate(last.inputs))
    new = Node(last.op, inputs, last.outputs, last.params, last.origin)
    return replace(region, arguments=(*region.arguments, given), nodes=(*nodes, added, new))
