"""Questions about nodes, and the same nodes with other values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from autograph_lite.ir.graph import Condition, Link, Node, Region, Test, Value


def regions(node: Node) -> dict[str, Region]:
    """The regions of a node by name: the arms of a branch, the body and the test of a loop."""
    for p in node.params.values():
        if isinstance(p, Region):
            return {name: p for name, p in node.params.items() if isinstance(p, Region)}
    return {}  # most nodes have none


def everything(region: Region) -> Iterator[Node]:
    """The nodes of a region and of those inside it."""
    for node in region.nodes:
        yield node
        for inner in regions(node).values():
            yield from everything(inner)


def leading_to(
    values: Iterable[Value],
    nodes: Iterable[Node],
    through: Callable[[Node], Iterable[Value]],
    also: Mapping[Value, Iterable[Value]],
) -> set[Value]:
    """The values from which others follow, these included: what is found of a result of a node is found
    of the inputs that `through` gives of it, and of what stands for it in `also`."""
    found = set(values)
    makers = {v: n for n in nodes for v in n.outputs}
    waiting = list(found)
    while waiting:
        value = waiting.pop()
        made = makers.get(value)
        more = (*(() if made is None else through(made)), *also.get(value, ()))
        new = [v for v in dict.fromkeys(more) if v not in found]
        found.update(new)
        waiting += new
    return found


def needed(
    nodes: Sequence[Node],
    results: Sequence[Value],
    links: Sequence[Link],
    numbers: Sequence[tuple[Value, Value]] = (),
) -> set[Value]:
    """The values that lead to results, and to what links and the numbers of cells say of needed values."""
    said: dict[Value, list[Value]] = {}
    for value, number in numbers:
        said.setdefault(value, []).append(number)
    for link in links:
        said.setdefault(link.a, []).extend((link.b, *condition_values(link.condition)))
    return leading_to(results, nodes, lambda node: node.inputs, said)


def condition_values(condition: Condition) -> list[Value]:
    """The values that a condition reads."""
    if isinstance(condition, bool):
        return []
    return [condition.value if isinstance(condition, Test) else condition]


def on_others(condition: Condition, see: Callable[[Value], Value]) -> Condition:
    """The same condition on what its value is seen as."""
    if isinstance(condition, Test):
        return Test(condition.kind, see(condition.value))
    return condition if isinstance(condition, bool) else see(condition)


def replaced(region: Region, by: Mapping[Value, Value]) -> Region:
    """A region in which some values stand for others; inner regions are closed and stay."""

    def one(value: Value) -> Value:
        return by.get(value, value)

    nodes = tuple(
        Node(n.op, tuple(map(one, n.inputs)), n.outputs, n.params, n.origin) for n in region.nodes
    )
    links = tuple(
        Link(one(link.a), one(link.b), on_others(link.condition, one))
        for link in region.links
        if one(link.a) is not one(link.b)
    )
    numbers, held = (
        tuple((one(value), one(number)) for value, number in pairs)
        for pairs in (region.numbers, region.held)
    )
    results = tuple(map(one, region.results))
    cells = tuple((kind, one(count), one(held)) for kind, count, held in region.cells)
    return Region(region.arguments, nodes, results, links, numbers, cells, held)
