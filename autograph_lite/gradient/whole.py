"""The reverse of a whole graph as a graph: (cotangents there, values needed) -> cotangents updated.

The forward graph also returns what the reverse needs (its residuals).  The reverse graph is a graph like any
other: it is called, recorded and differentiated in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from autograph_lite.gradient.cells import (
    TABLE,
    hand_out,
    handed_on,
    names_in_the_end,
    tables_of_region,
    take_over,
)
from autograph_lite.gradient.cotangents import Cotangent, arrival
from autograph_lite.gradient.mirror import Mirror
from autograph_lite.gradient.reverse import Sweep
from autograph_lite.ir.build import Builder, no_origin
from autograph_lite.ir.collector import patient
from autograph_lite.ir.graph import Graph, Region, Value
from autograph_lite.ir.types import flags_of
from autograph_lite.ir.walk import needed
from autograph_lite.ops.cells import cells_at_end
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.staging import building

if TYPE_CHECKING:
    from autograph_lite.gradient.calls import Callee


@dataclass(slots=True)
class Reversed:
    """`graph`: (cotangents there, values needed) -> (cotangent, flag) per entry of `updated`, which
    are positions of arguments; `forward` returns the values needed that are not arguments."""

    graph: Graph
    forward: Graph
    needs: tuple[Value, ...]
    updated: tuple[int, ...]
    callee: Callee | None = field(default=None)


@patient()
def reverse_graph(
    graph: Graph,
    pattern: Any,
    wanted: Callable[[Value], bool],
    order: int,
    roots: dict[Value, Value] | None = None,
) -> Reversed:
    """Reverse a graph, given which results and which arguments have a cotangent already (`state`).

    For `order` 1 nobody will reverse the reverse: it need not know which of its values are one.
    `roots` maps arguments to the one whose cotangent is theirs too.
    """
    back = _Back(graph, pattern, wanted, roots or {})
    with building(back.builder):
        return back.build(order)


class _Back:
    def __init__(
        self,
        graph: Graph,
        pattern: Any,
        wanted: Callable[[Value], bool],
        roots: dict[Value, Value],
    ) -> None:
        self.graph = graph
        self.roots = roots
        self.seeds, self.current = pattern
        self.names = names_in_the_end(graph.body, self.current)
        self.builder = Builder(None, CONSTANT, no_origin)
        links = tuple(
            link
            for link in graph.body.links
            if roots.get(link.a, link.a) is not roots.get(link.b, link.b)  # they are one anyway
        )
        nodes = (*graph.body.nodes, *self.names.values())
        source = replace(graph.body, nodes=nodes, links=links)
        self.mirror = Mirror(source, self.builder, self._find)
        self.adjoint = self.mirror.adjoint
        self.wanted = wanted

    def _find(self, value: Value) -> Value:
        found = Value(value.type)
        self.builder.own.add(found)
        return found

    def build(self, order: int) -> Reversed:
        body = self.graph.body
        sweep = self.mirror.sweep(None, ())
        sweep.wanted, sweep.roots = self._wants, self.roots
        self.builder.unasked = order == 1
        sweep.tables = tables_of_region(body, order > 1)
        seeds = self._given(body.results, self.seeds)
        current = self._given(body.arguments, self.current)
        for value, got in (*seeds, *current):
            if value.type.kind == "cells":
                take_over(sweep.tables, value, got)
        for argument, got in current:
            if argument in self.names:
                sweep.arrive(self.names[argument].outputs[0], got)
            elif argument.type.kind != "cells":
                sweep.set(argument, got)
        for result, got in seeds:
            if result.type.kind != "cells":
                sweep.arrive(result, got)
        sweep.run(self.adjoint.nodes)
        hand_out(sweep, body.held)
        return self._finish(sweep, order)

    def _given(
        self, values: Sequence[Value], states: Sequence[str]
    ) -> list[tuple[Value, Cotangent]]:
        """Those of the results, or arguments, that have a cotangent, and that."""
        pairs = zip(values, states, strict=False)
        return [(v, self._cotangent(v, how)) for v, how in pairs if how != "unset"]

    def _cotangent(self, value: Value, how: str) -> Cotangent:
        """The cotangent of a result or an argument, among the arguments of the reverse graph."""
        if value.type.kind == "cells":
            table, cells = self.builder.argument(TABLE), self.builder.argument(value.type)
            return Cotangent(table, cells)
        got = self.builder.argument(value.type)
        flags = self.builder.argument(flags_of(value.type)) if how == "maybe" else None
        return Cotangent(got, flags, flags is not None)

    def _wants(self, value: Value) -> bool:
        return value not in self.graph.body.arguments or self.wanted(value)

    def _finish(self, sweep: Sweep, order: int) -> Reversed:
        body, builder = self.graph.body, self.builder
        results: list[Value] = []
        updated: list[int] = []
        for i, argument in enumerate(body.arguments):
            if argument.type.kind == "cells" and self.wanted(argument):
                updated.append(i)
                results += handed_on(sweep.tables, argument)
                continue
            got = sweep.of_itself(argument)
            if got is None or not self.wanted(argument):
                continue
            updated.append(i)
            results += [builder.local(got.value), arrival(got, argument)]
        read = {forward: here for forward, here in self.mirror.seen.items() if here in builder.own}
        links = tuple(builder.links) if order > 1 else ()
        sizes = cells_at_end(builder) if order > 1 else ()
        numbers = builder.own_numbers() if order > 1 else ()
        held = self._held() if order > 1 else ()
        wanted = [*results, *(v for _, *held in sizes for v in held)]
        used = needed(builder.nodes, wanted, links, (*numbers, *held))
        live = tuple(n for n in builder.nodes if not used.isdisjoint(n.outputs))
        needs = {f: here for f, here in read.items() if here in used and self._is_input(here)}
        known = {*body.arguments, *body.results}
        extra = tuple(v for v in needs if v not in known)
        nodes = tuple(self.adjoint.nodes[: len(body.nodes)])  # those of `names` stand after them
        forward = replace(body, nodes=nodes, results=(*body.results, *extra))
        arguments = (*builder.arguments, *needs.values())
        links = tuple(link for link in links if link.a in used)
        numbers, held = (tuple(p for p in pairs if p[0] in used) for pairs in (numbers, held))
        back = Region(arguments, live, tuple(results), links, numbers, sizes, held)
        name = self.graph.name
        graph = Graph(name + "_reverse", back)
        return Reversed(graph, Graph(name, forward), tuple(needs), tuple(updated))

    def _held(self) -> tuple[tuple[Value, Value], ...]:
        """Of the arguments that the reverse graph reads, the numbers of those that may be in cells."""
        numbers = self.mirror.numbers
        read = [(v, here) for v, here in self.mirror.seen.items() if v in numbers]
        arguments = self.graph.body.arguments
        return tuple((here, self.builder.local(numbers[v])) for v, here in read if v in arguments)

    def _is_input(self, value: Value) -> bool:
        """Not a constant that was made anew."""
        return value not in self.builder.makers
