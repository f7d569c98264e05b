"""Questions about nodes, and the same nodes with other values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograph_lite.ir.graph import Condition, Link, Node, Region, Test, Value


def regions(node: Node) -> dict[str, Region]:
    """The regions of a node by name: the arms of a branch, the body and the test of a loop."""
    return {name: p for name, p in node.params.items() if isinstance(p, Region)}


def needed(nodes: Sequence[Node], results: Sequence[Value], links: Sequence[Link]) -> set[Value]:
    """The values that lead to results, and to what links say of needed values."""
    found = set(results)
    makers = {v: n for n in nodes for v in n.outputs}
    by_value: dict[Value, list[Link]] = {}
    for link in links:
        by_value.setdefault(link.a, []).append(link)
    waiting = list(found)
    while waiting:
        value = waiting.pop()
        made = makers.get(value)
        more = list(made.inputs) if made is not None else []
        for link in by_value.get(value, ()):
            more += [link.b, *condition_values(link.condition)]
        new = [v for v in dict.fromkeys(more) if v not in found]
        found.update(new)
        waiting += new
    return found


def condition_values(condition: Condition) -> list[Value]:
    """The values that a condition reads."""
    if isinstance(condition, bool):
        return []
    return [condition.value if isinstance(condition, Test) else condition]


def replaced(region: Region, by: Mapping[Value, Value]) -> Region:
    """A region in which some values stand for others; inner regions are closed and stay."""

    def one(value: Value) -> Value:
        return by.get(value, value)

    def when(condition: Condition) -> Condition:
        if isinstance(condition, Test):
            return Test(condition.kind, one(condition.value))
        return condition if isinstance(condition, bool) else one(condition)

    nodes = tuple(
        Node(n.op, tuple(map(one, n.inputs)), n.outputs, n.params, n.origin) for n in region.nodes
    )
    links = tuple(
        Link(one(link.a), one(link.b), when(link.condition))
        for link in region.links
        if one(link.a) is not one(link.b)
    )
    return Region(region.arguments, nodes, tuple(map(one, region.results)), links)
