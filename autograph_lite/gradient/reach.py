"""Which values a cotangent may come to, and where it would be dropped: asked before anything is reversed.

A node passes a cotangent on to its float inputs, unless it is constant; where only the run knows, it may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.walk import leading_to, regions
from autograph_lite.ops.python import NUMBER
from autograph_lite.ops.record import Constant


def reached(
    region: Region, seeds: Iterable[Value], also: Mapping[Value, Value] | None = None
) -> set[Value]:
    """The values of a region to which a cotangent of `seeds` may come; that of a key of `also` comes to
    the value there too."""
    others: dict[Value, list[Value]] = {a: [b] for a, b in (also or {}).items()}
    for link in region.links:
        others.setdefault(link.a, []).append(link.b)
    return leading_to(seeds, region.nodes, _passed_on, others)


def forced(graph: Graph) -> frozenset[int]:
    """The positions of arguments that may become Python numbers on the way: float(x) drops the gradient
    of x.  Of a region as a whole, all that it captures."""
    found = _forced(graph.body)
    return frozenset(i for i, v in enumerate(graph.body.arguments) if v in found)


def _forced(region: Region) -> set[Value]:
    """The values of a region that lead to a `number` node in it."""
    takers = [n for n in region.nodes if n.op is NUMBER or any(map(_forced, regions(n).values()))]
    seeds = [v for node in takers for v in _floats(node)]
    return leading_to(seeds, region.nodes, _passed_on, {})


def _passed_on(node: Node) -> list[Value]:
    """The inputs of a node to which it passes a cotangent on."""
    return [] if isinstance(node.op.derivative, Constant) else _floats(node)


def _floats(node: Node) -> list[Value]:
    return [v for v in node.inputs if v.type.carries]
