"""What holds of every graph, whoever made it; a pass that breaks it is stopped where it did."""

from __future__ import annotations

from autograph_lite.errors import InternalError
from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.walk import regions


def verify(graph: Graph, after: str) -> None:
    """InternalError unless regions are closed, values are made once and before they are read, and nodes
    with regions pass as many values as these take."""
    _region(graph.body, set(), f"{graph.name} after {after}")


def _region(region: Region, made: set[Value], where: str) -> None:
    known = set(region.arguments)
    _once(region.arguments, made, where)
    for node in region.nodes:
        name = f"{node.op.name} in {where}"
        if not known.issuperset(node.inputs):
            raise InternalError(f"{name} reads a value that is not there yet")
        for inner in regions(node).values():
            _region(inner, made, where)
        _arity(node, name)
        _once(node.outputs, made, name)
        known.update(node.outputs)
    if not known.issuperset(region.results):
        raise InternalError(f"a region of {where} returns a value that it does not have")


def _once(values: tuple[Value, ...], made: set[Value], where: str) -> None:
    if len(set(values)) != len(values) or not made.isdisjoint(values):
        raise InternalError(f"{where} makes a value twice")
    made.update(values)


def _arity(node: Node, name: str) -> None:
    p = node.params
    if node.op.name == "if":
        for arm in (p["then"], p["orelse"]):
            fits = len(arm.arguments) == len(node.inputs) - 1
            if not fits or len(arm.results) != len(node.outputs):
                raise InternalError(f"{name} has an arm that does not fit")
    elif node.op.name == "loop":
        body: Region = p["body"]
        fits = len(body.arguments) == 1 + len(node.inputs) - p["bounded"]
        if not fits or len(body.results) != len(node.outputs) - 1:
            raise InternalError(f"{name} has a body that does not fit")
        test = p.get("test")
        if test is not None and len(test.arguments) != len(body.arguments) - p["reads"]:
            raise InternalError(f"{name} has a test that does not fit")
