"""The reverse pass: nodes and seeds in, cotangents out; the same for a tape and for a graph.

Five rules make a loop's gradient equal, bit for bit, to that of the unrolled program:
R1 a region takes the current cotangent of what it captures and returns it updated;
R2 a structural zero is not a number: the first contribution is assigned, later ones are added;
R3 nodes are visited by decreasing time of creation, and sums of cotangents are not reordered;
R4 only graphs that no pass has rewritten are differentiated;
R5 R1 holds for the arguments of every call too.

The unrolled program has one cotangent per value.  In a graph, one value may have several names (the
result of a branch that hands an argument through, the state of a loop in its first step); links say
when, and a contribution to such a name goes to the value that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograph_lite.gradient import cells
from autograph_lite.gradient.cotangents import (
    Cotangent,
    blanked,
    chosen,
    cotangent,
    fitted,
    joined,
    nothing,
)
from autograph_lite.gradient.links import Choice, Links
from autograph_lite.gradient.places import Places
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import kind_of_cells
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.move import summed
from autograph_lite.ops.record import Constant, Indexed, Linear, Partials, Threaded, Vjp
from autograph_lite.ops.regions import branch
from autograph_lite.ops.same import Sure, as_value, both, holds, negated

Replace = Callable[[Node, Node], None]
Recurse = Callable[[Value, Cotangent], None]
Seed = tuple[Value, Value, Value | None]
"""A target, its cotangent, and, where only the run knows whether it is a tensor, a bool."""


class Sweep:
    """One reverse pass over the nodes of one region: the cotangents so far.

    `roots` maps values that are one source (the reads of a variable) to their common key; `wanted`
    limits the work to values that can lead to a source, None to all.  `outer` is the sweep of the
    region around; `names` maps arguments of this region to the values that they are there.  `replace`
    puts a node that saves more in the place of another; `present` finds it again.  `limits` has, of results
    that lead back in some runs alone, the bool that says so.
    """

    roots: dict[Value, Value]

    def __init__(
        self,
        links: Links,
        *,
        roots: dict[Value, Value] | None = None,
        wanted: Callable[[Value], bool] | None = None,
        outer: Sweep | None = None,
        replace: Replace | None = None,
        present: Callable[[Node], Node] | None = None,
        limits: dict[Value, Value] | None = None,
    ) -> None:
        self.links = links
        self.outer = outer
        self.names: dict[Value, Value] = {}
        self.cotangents: dict[Value, Cotangent] = {}
        self.tables: cells.Tables = {} if outer is None else outer.tables
        inherited: dict[Value, Value] = {} if outer is None else outer.roots
        self.roots = inherited if roots is None else roots
        self.wanted = wanted
        self.replace = replace
        self.present = present
        self.limits = limits or {}
        self.places = Places(self)

    def outward(self) -> Iterator[Sweep]:
        """This sweep and those of the regions around."""
        sweep: Sweep | None = self
        while sweep is not None:
            yield sweep
            sweep = sweep.outer

    # --- names -> values ---

    def name(self, value: Value) -> Value:
        """An argument as what it is outside; the reads of a variable as their common key."""
        value = self.names.get(value, value)
        if self.outer is not None:
            return self.outer.name(value)
        return self.roots.get(value, value)

    def choice(self, value: Value) -> Choice | None:
        """What a value is; None where it is itself in every run."""
        found = self.links.choice(value, self._is_busy)
        if found is not None and found.condition is True and self._comes_back(value, found.then):
            return None
        return found if found is not None or self.outer is None else self.outer.choice(value)

    def _comes_back(self, value: Value, other: Value) -> bool:
        """Whether the key of the reads of a variable always is a value that always is one of these reads."""
        seen: set[Value] = set()
        if not any(key is value for key in self.roots.values()):
            return False
        while (other := self.name(other)) not in seen:
            if other is value:
                return True
            seen.add(other)
            choice = self.links.choice(other, self._is_busy)
            if choice is None or choice.condition is not True:
                return False
            other = choice.then
        return False

    def _is_busy(self, value: Value) -> bool:
        """Whether anything has arrived at a value before the sweep of its region begins."""
        waiting, seen = [self.name(value)], set()
        while waiting:
            key = waiting.pop()
            seen.add(key)
            for sweep in self.outward():
                if key in sweep.cotangents or key in sweep.links.cells:
                    return True
                if choice := sweep.links.choices.get(key):  # as far as it is decided
                    found = (self.name(v) for v in (choice.then, choice.orelse))
                    waiting += [v for v in found if v not in seen]
        return False

    def leaves(self, value: Value) -> list[Value]:
        """The values that `value` may be, each with a cotangent of its own; not the cells."""
        return [leaf for leaf in self.places.leaves(value) if self.cell(leaf) is None]

    # --- cotangents ---

    def get(self, value: Value) -> Cotangent | None:
        """What has arrived at a value."""
        parts = [(when, self.at(leaf)) for leaf, when in self.places.of(value).items()]
        if all(part is None for _, part in parts):
            return None
        found = parts.pop()[1]
        for when, part in reversed(parts):
            found = chosen(when, part, found)
        return found

    def cell(self, key: Value) -> Node | None:
        """The node that speaks of the cell with a key."""
        known = (s.links.cell_nodes[key] for s in self.outward() if key in s.links.cell_nodes)
        return next(known, None)

    def at(self, leaf: Value) -> Cotangent | None:
        """What has arrived at one of the values that a value may be."""
        cell = self.cell(leaf)
        return self.cotangents.get(leaf) if cell is None else cells.arrived(self, cell)

    def leads_back(self, out: Value) -> bool:
        """Whether a result of a region has a cotangent, or is of cells, which may have."""
        if out.type.kind == "cells":
            return kind_of_cells(out.type) in self.tables
        return out.type.differentiable and self.of_itself(out) is not None

    def of_itself(self, value: Value) -> Cotangent | None:
        """What has arrived at a value where it is no other one."""
        key = self.itself(value)
        got = None if key is None else self.cotangents.get(key)
        if got is None or value not in self.limits:
            return got
        return got.where(self.limits[value])

    def itself(self, value: Value) -> Value | None:
        """The key of a value where it is no other one; None if there is no such run."""
        key = self.name(value)
        if key is not value and value not in self.names:
            return None  # a later value of a variable, all of which are one source
        found = self.choice(key)
        if found is None:
            return key
        return self.itself(found.orelse) if found.own else None

    def set(self, value: Value, got: Cotangent | None) -> None:
        """Replace the cotangent of a value that has one of its own (R1)."""
        if got is not None:
            key = self.itself(value)
            assert key is not None, "it is another value in every run"
            self.cotangents[key] = got

    def wants(self, value: Value) -> bool:
        return self.wanted is None or self.wanted(value)

    def add(self, value: Value, g: Value, there: Sure = True) -> None:
        """Let a contribution arrive (R2), where it is there."""
        new = cotangent(g, there)
        if new is not None:
            self.arrive(value, new)

    def arrive(self, value: Value, g: Cotangent) -> None:
        """Let a contribution arrive at the value that `value` is."""
        self._at_leaves(value, g, lambda leaf, part: self._join(leaf, part))

    def _join(self, leaf: Value, g: Cotangent) -> None:
        cell = self.cell(leaf)
        if cell is not None:
            cells.arrive(self, cell, g)
            return
        self.cotangents[leaf] = joined(self.cotangents.get(leaf), fitted(g, self.shaped(leaf)))

    def _at_leaves(self, value: Value, g: Cotangent, act: Recurse) -> None:
        """Act on each value that `value` may be, with `g` where it is that one."""
        for leaf, when in self.places.of(value).items():
            part = g.where(when)
            if part is not None:
                act(leaf, part)

    # --- nodes ---

    def run(self, nodes: Iterable[Node]) -> None:
        """Visit the nodes, last one first (R3)."""
        for node in reversed(list(nodes)):
            self.visit(node)

    def visit(self, node: Node) -> None:
        """Pass the cotangents of a node's results on to its inputs."""
        if not node.outputs:
            return
        derivative = node.op.derivative
        if isinstance(derivative, Threaded):
            THREADED[node.op.name](self, node)
            return
        g = self.of_itself(node.outputs[0])
        if g is None:
            return
        if self.name(node.outputs[0]) in self.roots:
            g.value.pinned = True  # a source: its cotangent is read after the sweep
        if isinstance(derivative, Indexed):
            self._indexed(node, derivative, g)
        elif not isinstance(derivative, Constant):
            wanted = [v.type.differentiable and self.wants(v) for v in node.inputs]
            for value, part in zip(node.inputs, contributions(node, g.value, wanted), strict=False):
                if part is g.value:
                    part.pinned = True  # two cotangents are one value now
                    self.arrive(value, g)
                elif part is not None:
                    self.add(value, part, g.there)

    def shaped(self, key: Value) -> Value:
        """A value of the shape of what is kept under a key."""
        known = (s.links.owner[key] for s in self.outward() if key in s.links.owner)
        return next(known, key)

    def _indexed(self, node: Node, derivative: Indexed, g: Cotangent) -> None:
        """Add to the elements that were read, in place: O(1) where one was."""
        x = node.inputs[0]
        if not x.type.differentiable or not self.wants(x):
            return

        def written(part: Cotangent, current: Value | None, like: Value) -> Value:
            array = f.zeros_like(like) if current is None else current
            out: Value = derivative.function(
                array, part.value, part.arrived, *node.inputs, **node.params
            )
            return out

        def act(leaf: Value, part: Cotangent) -> None:
            cell = self.cell(leaf)
            if cell is not None:
                like = self.shaped(leaf)
                sure = Cotangent(part.value)
                cells.update(self, cell, part.there, lambda now: written(sure, now, like))
                return
            before = self.cotangents.get(leaf)
            like = self.shaped(leaf)
            current = f.zeros_like(like) if before is None else blanked(fitted(before, like)).value
            there = part.there if before is None else _either_there(before, part)
            value = written(part, current, like)
            new = cotangent(value, there, blank=True)
            assert new is not None
            self.cotangents[leaf] = new

        self._at_leaves(x, g, act)


def _either_there(before: Cotangent, g: Cotangent) -> Sure:
    if before.arrived is None or g.arrived is None:
        return True
    return f.bitwise_or(before.arrived, g.arrived)


def contributions(node: Node, g: Value, wanted: Sequence[bool]) -> Iterator[Value | None]:
    """What a cotangent of the result contributes to each input that is wanted, in their order."""
    derivative, out = node.op.derivative, node.outputs[0]
    if isinstance(derivative, Partials):
        partials = derivative.function(*node.inputs, out=out, **node.params)
        parts: Sequence[Any] = [
            f.scale(g, p) if w and p is not None else None
            for p, w in zip(partials, wanted, strict=False)
        ]
    else:
        assert isinstance(derivative, Vjp | Linear)
        parts = derivative.function(g, *node.inputs, out=out, **node.params)
    for part, x, w in zip(parts, node.inputs, wanted, strict=False):
        yield summed(part, x) if w and part is not None else None


# --- ops that are one of their inputs, in some runs --------------------------------------------------


def _reverse_either(sweep: Sweep, node: Node) -> None:
    """To the one that it is."""
    g = sweep.of_itself(node.outputs[0])
    if g is None:
        return
    condition, a, b = node.inputs
    here = holds(condition)
    sweep.add(a, g.value, both(g.there, here))
    sweep.add(b, g.value, both(g.there, negated(here)))


def _reverse_arrive(sweep: Sweep, node: Node) -> None:
    """To both, or to the one that has arrived."""
    g = sweep.of_itself(node.outputs[0])
    if g is None:
        return
    x, y, has_x, has_y = node.inputs
    sweep.add(x, g.value, both(g.there, holds(has_x)))
    sweep.add(y, g.value, both(g.there, holds(has_y)))


def _reverse_index_add_where(sweep: Sweep, node: Node) -> None:
    """To the array, and from the elements to what was added to them."""
    g = sweep.of_itself(node.outputs[0])
    if g is None:
        return
    x, part, where, *dynamic = node.inputs
    sweep.arrive(x, g)
    here = both(g.there, holds(where))
    taken = branch(
        as_value(here), lambda: f.getitem(g.value, *dynamic, **node.params), lambda: nothing(part)
    )
    sweep.add(part, taken, here)


THREADED: dict[str, Callable[[Sweep, Node], None]] = {
    "cell_keep": cells.reverse_keep,
    "cell_name": cells.passes,
    "cell_read": cells.passes,
    "cells_copy": cells.passes,
    "cells_empty": cells.passes,
    "either": _reverse_either,
    "arrive": _reverse_arrive,
    "arrive_blank": _reverse_arrive,
    "index_add_where": _reverse_index_add_where,
}


def pullback(sweep: Sweep, nodes: Sequence[Node], seeds: Iterable[Seed]) -> Sweep:
    """The sweep after all nodes; `get` gives the cotangent of a value, None if it is unconnected."""
    if isinstance(context.interpreter, Builder):
        sweep.tables = cells.tables_at_hand()
    for target, g, there in seeds:
        sweep.add(target, g, True if there is None else there)
    sweep.run(nodes)
    return sweep
