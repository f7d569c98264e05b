"""Dead code: nodes that reach no result and have no effect go, in regions too.

What the program itself reads by index or divides stays although nothing needs the result: where Python
would raise, the kernel raises too.
"""

from __future__ import annotations

from autograph_lite.ir.graph import Graph, Node, Region, Value


def eliminate_dead(graph: Graph) -> Graph:
    return Graph(graph.name, _region(graph.body))


def _region(region: Region) -> Region:
    needed: set[Value] = set(region.results)
    kept: list[Node] = []
    for node in reversed(region.nodes):
        if _has_effect(node) or _may_fault(node) or any(v in needed for v in node.outputs):
            node = _inside(node)
            kept.append(node)
            needed.update(node.inputs)
    return Region(
        region.arguments, tuple(reversed(kept)), region.results
    )  # links are for gradients


FAULTING = (
    "getitem",
    "reshape",
    "integer_power",
    "py_truediv",
    "py_floordiv",
    "py_floordiv_integer",
    "py_mod",
    "py_mod_integer",
    "py_power",
    "py_power_integer",
    "py_int",
)


def _may_fault(node: Node) -> bool:
    """Whether a node of the user's program can raise."""
    return node.origin is not None and node.op.name in FAULTING


def _has_effect(node: Node) -> bool:
    regions = [p for p in node.params.values() if isinstance(p, Region)]
    if not regions:
        return bool(node.op.effect)
    return any(_has_effect(inner) for region in regions for inner in region.nodes)


def _inside(node: Node) -> Node:
    regions = {k: _region(p) for k, p in node.params.items() if isinstance(p, Region)}
    if not regions:
        return node
    return Node(node.op, node.inputs, node.outputs, {**node.params, **regions}, (), node.origin)
