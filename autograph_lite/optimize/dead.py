"""Dead code: nodes that reach no result and have no effect go, in regions too.

A node that can fault stays only while something needs it: a fault that Python would raise is raised
by the node whose result is used, or by an effect.
"""

from __future__ import annotations

from autograph_lite.ir.graph import Graph, Node, Region, Value


def eliminate_dead(graph: Graph) -> Graph:
    return Graph(graph.name, _region(graph.body))


def _region(region: Region) -> Region:
    needed: set[Value] = set(region.results)
    kept: list[Node] = []
    for node in reversed(region.nodes):
        if _has_effect(node) or any(v in needed for v in node.outputs):
            node = _inside(node)
            kept.append(node)
            needed.update(node.inputs)
    return Region(region.arguments, tuple(reversed(kept)), region.results)


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
