"""A tape that repeats is reversed by one kernel.

A training step records the same operations turn after turn.  What is recorded is a graph, and its reverse
is that of a call of this graph (R5), so the bits are those of the sweep.  The same means: ops, params, which
value is which, dtypes and extents, targets, sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograph_lite.eager.repetition import Repetition, compiled
from autograph_lite.gradient.calls import reverse_graph
from autograph_lite.gradient.cotangents import Cotangent
from autograph_lite.gradient.straight import Straight
from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import Symbol, generalised
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Indexed, Linear, Partials, Vjp

MOST_NODES = 256
PLAIN = (Partials, Linear, Vjp, Indexed)

Seed = tuple[Value, Value, Value | None]
Places = dict[Value, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """`run(cotangents of the targets, values needed)` gives the cotangents of the values at `updated`;
    values are counted in the order in which the recording names them."""

    run: Callable[[list[Any]], list[Any]]
    needs: tuple[int, ...]
    updated: tuple[int, ...]


_plans = Repetition[Plan]()


def reversed_by_kernel(
    sweep: Straight, nodes: Sequence[Node], seeds: Sequence[Seed], sources: Iterable[Value]
) -> bool:
    """Let the cotangents of the sources arrive at once, where the recording is known by now."""
    if context.tapes or not 0 < len(nodes) <= MOST_NODES:
        return False
    for value, root in sweep.roots.items():
        if value is not root:  # a source with several values: their contributions meet in the sweep
            return False
    places, parts = _recording(nodes)
    wanted = [places.setdefault(v, len(places)) for v in sources if sweep.wants(v)]
    targets = [target for target, _, _ in seeds]
    key = (*parts, *map(places.get, targets), None, *wanted)
    plan = _plans.plan(key, lambda: _plan(nodes, places, targets, wanted))
    if plan is None:
        return False
    values = list(places)
    data = [g.data for _, g, _ in seeds]
    data += [values[n].data for n in plan.needs]
    for n, got in zip(plan.updated, plan.run(data), strict=True):
        sweep.cotangents[values[n]] = Cotangent(Value(None, got))
    return True


def _recording(nodes: Sequence[Node]) -> tuple[Places, list[Any]]:
    """The values in the order in which they are named, and what is the same when it is repeated."""
    places: Places = {}
    parts: list[Any] = []
    for node in nodes:
        parts.append(node.op)
        for value in node.inputs:
            place = places.get(value)
            if place is None:
                place = places[value] = len(places)
                parts.append(_kind(value.data))
            parts.append(place)
        out = node.outputs[0]
        places[out] = len(places)
        if out.data.__class__ is np.ndarray:
            parts.append(_kind(out.data))
        if node.params:
            parts.append(repr(node.params))
    return places, parts


def _kind(data: Any) -> Any:
    """Dtype and extents; the class of a scalar says both."""
    return (data.dtype.char, data.shape) if data.__class__ is np.ndarray else data.__class__


def _plan(
    nodes: Sequence[Node], places: Places, targets: list[Value], wanted: list[int]
) -> Plan | None:
    """The kernel that reverses the nodes; None where the sweep has to decide something, or would read
    what has been overwritten."""
    made = {v for node in nodes for v in node.outputs}
    plain = all(isinstance(n.op.derivative, PLAIN) and len(n.outputs) == 1 for n in nodes)
    if not plain or not made.issuperset(targets):
        return None
    if any(v in made for v, n in places.items() if n in wanted):
        return None
    symbols: dict[int, Symbol] = {}
    named = {v: Value(generalised(v.type, symbols)) for v in places}
    graph = _graph(nodes, named, targets)
    arguments = graph.body.arguments
    place = {named[v]: n for v, n in places.items()}
    pattern = ("set",) * len(targets), ("unset",) * len(arguments)
    back = reverse_graph(graph, pattern, lambda v: place[v] in wanted, 1)
    body = back.graph.body
    needs = tuple(place[v] for v in back.needs)
    makers = {v: node for node in body.nodes for v in node.outputs}
    sure = all(makers[flag].op is CONSTANT for flag in body.results[1::2])
    data = [v.data for v in places]
    if not sure or any(data[n] is None for n in needs):
        return None
    region = Region(body.arguments, body.nodes, body.results[::2])
    run = compiled(Graph("tape_reverse", region))
    return Plan(run, needs, tuple(place[arguments[i]] for i in back.updated))


def _graph(nodes: Sequence[Node], named: dict[Value, Value], targets: list[Value]) -> Graph:
    mapped = tuple(
        Node(n.op, tuple(named[v] for v in n.inputs), tuple(named[v] for v in n.outputs), n.params)
        for n in nodes
    )
    made = {v for node in mapped for v in node.outputs}
    arguments = tuple(v for v in named.values() if v not in made)
    return Graph("tape", Region(arguments, mapped, tuple(named[t] for t in targets)))
