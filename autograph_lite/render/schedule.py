"""The order in which the nodes of a region are lowered: what can be one loop nest comes together.

A scalar that follows from a reduction would end the nest that the reduction is in, so it waits until
something needs it.  Nothing can tell: it is arithmetic that never is a fault and warns of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ops.record import Fold, Scalar
from autograph_lite.render.held import is_sure


def scheduled(region: Region) -> Region:
    """The same region in this order."""
    return replace(region, nodes=tuple(_ordered(region.nodes)))


def _ordered(nodes: Iterable[Node]) -> list[Node]:
    done: list[Node] = []
    waiting: list[Node] = []
    late: set[Value] = set()  # reductions, and what waits for them
    for node in nodes:
        follows = not late.isdisjoint(node.inputs)
        if follows and _may_wait(node):
            waiting.append(node)
            late.update(node.outputs)
            continue
        if follows:
            done += waiting
            waiting.clear()
            late.clear()
        if _reduces(node):
            late.update(node.outputs)
        done.append(node)
    return done + waiting


def _may_wait(node: Node) -> bool:
    plain = isinstance(node.op.body, Scalar) and is_sure(node) and not node.op.warns
    return plain and not any(v.type.rank or v.type.depth for v in node.outputs)


def _reduces(node: Node) -> bool:
    """Whether a nest may end in a scalar here."""
    summed = isinstance(node.op.body, Fold) or node.op.name == "unbroadcast"
    return summed and not node.outputs[0].type.rank and bool(node.inputs[0].type.rank)
