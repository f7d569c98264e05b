"""Dead code: nodes that reach no result and have no effect go; in regions too, and with them what a
loop carries, saves or captures for nothing.

What the program itself does and may raise or warn of (`Op.faults`, `Op.warns`) stays although nothing
needs the result: where Python would raise, the kernel raises too.  Of arithmetic on arrays whose extents
may not fit, the comparison of extents stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import fits
from autograph_lite.ir.walk import regions
from autograph_lite.ops.control import IF, LOOP
from autograph_lite.ops.record import OPS, Scalar


def eliminate_dead(graph: Graph) -> Graph:
    body = graph.body
    nodes, _ = _live(body.nodes, body.results)
    return Graph(graph.name, Region(body.arguments, nodes, body.results))  # links are for gradients


def _live(nodes: Sequence[Node], results: Iterable[Value]) -> tuple[tuple[Node, ...], set[Value]]:
    """The nodes that are needed, and the values that they and the results read."""
    needed = set(results)
    kept: list[Node] = []
    for node in reversed(nodes):
        if any(v in needed for v in node.outputs) or _stays(node):
            node = _REGIONS.get(node.op, _whole)(node, needed)
        elif _may_not_fit(node):
            node = Node(OPS["conform"], node.inputs, (), {}, node.origin)
        else:
            continue
        kept.append(node)
        needed.update(node.inputs)
    return tuple(reversed(kept)), needed


def _whole(node: Node, needed: set[Value]) -> Node:
    del needed
    return node


def _stays(node: Node) -> bool:
    """Whether a node does something, or may raise or warn where the user's program would."""
    if inside := regions(node):
        return any(_stays(n) or _may_not_fit(n) for r in inside.values() for n in r.nodes)
    return node.op.effect or (node.origin is not None and (node.op.faults or node.op.warns))


def _may_not_fit(node: Node) -> bool:
    """Whether the user's program does arithmetic on arrays that may not broadcast."""
    if node.origin is None or not isinstance(node.op.body, Scalar):
        return False
    return not fits(*(v.type.shape for v in node.inputs))


def _kept(items: Sequence[Any], where: Sequence[bool]) -> tuple[Any, ...]:
    return tuple(item for item, keep in zip(items, where, strict=True) if keep)


# --- branches --------------------------------------------------------------------------------------


def _branch(node: Node, needed: set[Value]) -> Node:
    """The results that are needed, and the captures that either arm reads."""
    wanted = [v in needed for v in node.outputs]
    arms, read = {}, [False] * (len(node.inputs) - 1)
    for name in ("then", "orelse"):
        arm: Region = node.params[name]
        results = _kept(arm.results, wanted)
        nodes, reads = _live(arm.nodes, results)
        arms[name] = Region(arm.arguments, nodes, results)
        read = [a in reads or before for a, before in zip(arm.arguments, read, strict=True)]
    for name, arm in arms.items():
        arms[name] = Region(_kept(arm.arguments, read), arm.nodes, arm.results)
    inputs = (node.inputs[0], *_kept(node.inputs[1:], read))
    outputs = _kept(node.outputs, wanted)
    return Node(node.op, inputs, outputs, {**node.params, **arms}, node.origin)


# --- loops -----------------------------------------------------------------------------------------


def _loop(node: Node, needed: set[Value]) -> Node:
    """The state that a result, the test or a later step needs, and the histories that are read."""
    p = node.params
    n, body, test = p["state"], p["body"], p.get("test")
    saved = [v in needed for v in node.outputs[1 + n :]]
    written = _kept(body.results[n:], saved)
    parts = regions(node)
    wanted = [v in needed for v in node.outputs[1 : 1 + n]]
    while True:
        results = {"body": (*_kept(body.results[:n], wanted), *written)}
        if test is not None:
            results["test"] = test.results
        live = {name: _live(r.nodes, results[name]) for name, r in parts.items()}
        more = [
            keep or any(r.arguments[1 + i] in live[name][1] for name, r in parts.items())
            for i, keep in enumerate(wanted)
        ]
        if more == wanted:
            break
        wanted = more
    rest = len(node.inputs) - p["bounded"] - n
    read = [
        any(
            i < len(r.arguments) - 1 - n and r.arguments[1 + n + i] in live[name][1]
            for name, r in parts.items()
        )
        for i in range(rest)
    ]
    keep = [*wanted, *read]
    made: dict[str, Any] = {}
    for name, region in parts.items():
        arguments = region.arguments[1:]
        kept = _kept(arguments, keep[: len(arguments)])
        made[name] = Region((region.arguments[0], *kept), live[name][0], results[name])
    made |= {"state": sum(wanted), "reads": sum(read[rest - p["reads"] :])}
    inputs = (*node.inputs[: p["bounded"]], *_kept(node.inputs[p["bounded"] :], keep))
    outputs = (node.outputs[0], *_kept(node.outputs[1:], [*wanted, *saved]))
    return Node(node.op, inputs, outputs, {**p, **made}, node.origin)


_REGIONS = {IF: _branch, LOOP: _loop}
