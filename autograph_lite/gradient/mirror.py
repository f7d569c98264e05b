"""A forward region seen from the region that reverses it.

The reverse region reads values of the forward one.  Where from depends on the region (`find`): a value
may be captured, computed again, or saved, which the forward region is then made to do.  Whatever it is
here, it is linked as it is there, so that the next reverse pass knows which values are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from autograph_lite.gradient.links import Links
from autograph_lite.gradient.reverse import Sweep
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Link, Node, Region, Value
from autograph_lite.ops.cells import KEEP, NAME, note_number
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.duals import levels_at_work
from autograph_lite.ops.staging import in_region


@dataclass(slots=True)
class Adjoint:
    """A region under reverse: its own nodes, to be extended where something must be saved."""

    source: Region
    nodes: list[Node] = field(init=False)
    makers: dict[Value, Node] = field(init=False)

    def __post_init__(self) -> None:
        self.nodes = list(self.source.nodes)
        self.makers = {v: n for n in self.nodes for v in n.outputs}

    def replace(self, old: Node, node: Node) -> None:
        """Put a node that gives more in the place of another."""
        self.nodes[next(i for i, n in enumerate(self.nodes) if n is old)] = node
        self.makers.update(dict.fromkeys(node.outputs, node))

    def present(self, node: Node) -> Node:
        """The node that now makes what `node` made."""
        return self.makers[node.outputs[0]]

    @property
    def changed(self) -> bool:
        return self.nodes != list(self.source.nodes)


Find = Callable[[Value], Value | None]


class Mirror:
    """`find` gives a value of the forward region in the reverse one, None if it is not of that region.
    The values in `first` are there before the others in the reverse region, but for those `outside`."""

    def __init__(
        self,
        source: Region,
        builder: Builder,
        find: Find,
        first: Sequence[Value] = (),
        outside: Sequence[Value] = (),
        elements: Sequence[Value] = (),
    ) -> None:
        self.elements = elements
        self.source, self.builder, self.find = source, builder, find
        self.first, self.outside = first, outside
        self.adjoint = Adjoint(source)
        self.seen: dict[Value, Value] = {}
        self.numbers = {} if builder.top.unasked else dict(source.numbers)
        self.links: dict[Value, list[Link]] = {}
        for link in source.links:
            self.links.setdefault(link.a, []).append(link)
            if link.a in first:
                self.links.setdefault(link.b, []).append(link)
        builder.resolve = self.resolve

    def sweep(self, outer: Sweep | None, names: Iterable[tuple[Value, Value]]) -> Sweep:
        """A sweep over the forward region, some of whose arguments are values of the one outside."""
        source = self.source
        links = Links(source.links, source.nodes, source.results, self.elements)
        inner = Sweep(
            links, outer=outer, replace=self.adjoint.replace, present=self.adjoint.present
        )
        if outer is not None:
            inner.names.update((argument, outer.name(value)) for argument, value in names)
        return inner

    def resolve(self, value: Value) -> Value | None:
        """A value of the forward region as the reverse region sees it."""
        if value not in self.seen:
            made = self.adjoint.makers.get(value)
            if made is not None and made.op is CONSTANT:
                p, kind = made.params, value.type.kind
                self.seen[value] = self.builder.constant(p["value"], p["dtype"], kind)
                return self.seen[value]
            if made is not None and made.op is NAME:
                return self.builder.local(made.inputs[0])  # by the name that it has now
            found = in_region(self.builder, lambda: self.find(value))
            if found is None:
                return None
            self.seen[value] = found
            for level in levels_at_work():
                level.stands_for(found, self.builder.local, value)
            if made is not None and made.op is KEEP and value is made.outputs[1]:
                self.builder.kept.add(found)
            self._link(value, found)
            if value in self.numbers:
                self._number(value, found)
        return self.seen[value]

    def _number(self, value: Value, found: Value) -> None:
        """It is the cell here that it is in the end there."""
        number = self.builder.local(self.numbers[value])
        in_region(self.builder, lambda: note_number(found, number))

    def _link(self, value: Value, found: Value) -> None:
        for link in self.links.get(value, ()):
            if link.b is value:
                self.resolve(link.a)
                continue
            a, b = found, self.builder.local(link.b)
            if link.a in self.first and self._is_of_step(link.b):
                a, b = b, a
            self.builder.link(a, b, link.condition)

    def _is_of_step(self, value: Value) -> bool:
        return value not in self.first and value not in self.outside


def present(sweep: Sweep, node: Node) -> Node:
    """The node as it stands now: an earlier reverse pass may have made it save more."""
    if sweep.present is not None:
        return sweep.present(node)
    return owner(node).makers[node.outputs[0]]


def substitute(sweep: Sweep, old: Node, node: Node) -> None:
    """Put a node that saves more in the place of another; the tapes that follow one output follow what
    is saved too."""
    for tape in context.tapes:
        tape.extend(node.outputs)
    if sweep.replace is not None:
        sweep.replace(old, node)
    else:
        owner(old).replace(old, node)


def owner(node: Node) -> Builder:
    """The region under construction that a node is of."""
    builder = context.interpreter
    while node.outputs[0] not in builder.makers:  # type: ignore[attr-defined]
        builder = builder.parent  # type: ignore[attr-defined]
    return builder  # type: ignore[return-value]


def roots_of(sweep: Sweep, captures: Iterable[Value]) -> dict[Value, Value]:
    """The values whose cotangents a region updates: those that its captures are, in some run or in
    all.  Each with a value of its shape."""
    roots: dict[Value, Value] = {}
    for value in captures:
        if value.type.differentiable and sweep.wants(value):
            leaves = sweep.leaves(value)
            for leaf in leaves:
                roots.setdefault(leaf, value if len(leaves) == 1 else sweep.shaped(leaf))
    return roots
