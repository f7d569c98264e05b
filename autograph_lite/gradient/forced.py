"""Which arguments a graph turns into Python numbers on the way: float(x) drops the gradient of x."""

from __future__ import annotations

from autograph_lite.ir.graph import Graph, Region, Value
from autograph_lite.ops.python import NUMBER
from autograph_lite.ops.record import Constant


def forced(graph: Graph) -> frozenset[int]:
    """The positions of arguments that may reach the input of a `number` node; of a region as a whole,
    all that it captures."""
    found = _reaching(graph.body)
    return frozenset(i for i, v in enumerate(graph.body.arguments) if v in found)


def _reaching(region: Region) -> set[Value]:
    """The values of a region that lead to a `number` node in it."""
    found: set[Value] = set()
    for node in reversed(region.nodes):
        inside = [p for p in node.params.values() if isinstance(p, Region)]
        if inside:
            leads = not found.isdisjoint(node.outputs) or any(map(_reaching, inside))
        elif node.op is NUMBER:
            leads = True
        else:
            constant = isinstance(node.op.derivative, Constant)
            leads = not constant and not found.isdisjoint(node.outputs)
        if leads:
            found.update(v for v in node.inputs if v.type.differentiable)
    return found
