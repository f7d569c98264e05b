"""A tape that repeats is reversed by one kernel.

A training step records the same operations turn after turn.  What is recorded is a graph, and its reverse
is that of a call of this graph (R5), so the bits are those of the sweep.  The same means: ops, params, which
value is which, dtypes and extents, targets, sources.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograph_lite.eager.repetition import Repetition, compiled
from autograph_lite.gradient.cotangents import Cotangent
from autograph_lite.gradient.reverse import Seed
from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import Symbol, generalised
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Indexed, Linear, Op, Partials, Vjp

MOST_RECORDS = 256
PLAIN = (Partials, Linear, Vjp, Indexed)

Places = dict[Value, int]
Record = tuple[Op, tuple[Value, ...], tuple[Value, ...], dict[str, Any]]
"""A node before anybody asks for it as one: op, inputs, outputs, params."""


class Plan(NamedTuple):
    """`run(cotangents of the targets, values needed)` gives the cotangents of the values at `updated`;
    values are counted in the order in which the recording names them."""

    run: Callable[[list[Any]], list[Any]]
    needs: tuple[int, ...]
    updated: tuple[int, ...]


_plans = Repetition[Plan]()


def reversed_by_kernel(
    records: Sequence[Record],
    seeds: Sequence[Seed],
    wanted: Collection[Value],
    roots: dict[Value, Value],
) -> dict[Value, Cotangent] | None:
    """The cotangents of the values wanted, where the recording is known by now.

    Most of a small training step is spent here and in what it calls, so there are loops where
    comprehensions would read better: Python 3.11 calls a function for each.
    """
    if context.tapes or not 0 < len(records) <= MOST_RECORDS:
        return None
    for value, root in roots.items():
        if value is not root:  # a source with several values: their contributions meet in the sweep
            return None
    targets, data = [], []
    for target, g, _ in seeds:
        targets.append(target)
        data.append(g.data)
    places, key = _recording(records, targets, wanted)
    plan = _plans.plan(key, _plan, records, places, targets, wanted)
    if plan is None:
        return None
    values = list(places)
    for n in plan.needs:
        data.append(values[n].data)
    found: dict[Value, Cotangent] = {}
    for n, got in zip(plan.updated, plan.run(data), strict=True):
        found[values[n]] = Cotangent(Value(None, got))
    return found


def _recording(
    records: Sequence[Record], targets: Collection[Value], wanted: Collection[Value]
) -> tuple[Places, Any]:
    """The values in the order in which they are named, and what is the same when all is repeated."""
    places: Places = {}
    place = places.setdefault
    key: list[Any] = [len(records), len(targets)]
    for op, inputs, outputs, params in records:
        # an op without params takes so many inputs and no other number
        key.append(op if not params else (op, len(inputs), repr(params)))
        for value in inputs:
            key.append(place(value, len(places)))
        places[outputs[0]] = len(places)
    for value in targets:
        key.append(place(value, len(places)))
    for value in wanted:
        key.append(place(value, len(places)))
    key += [v.type if v.data.__class__ is np.ndarray else v.data.__class__ for v in places]
    return places, tuple(key)


def _plan(
    records: Sequence[Record], places: Places, targets: Sequence[Value], wanted: Collection[Value]
) -> Plan | None:
    """The kernel that reverses the nodes; None where the sweep has to decide something, or would read
    what has been overwritten."""
    from autograph_lite.gradient.whole import reverse_graph  # not before something repeats

    nodes = [Node(*record) for record in records]
    made = {v for node in nodes for v in node.outputs}
    plain = all(isinstance(n.op.derivative, PLAIN) and len(n.outputs) == 1 for n in nodes)
    if not plain or not made.issuperset(targets) or not made.isdisjoint(wanted):
        return None
    symbols: dict[int, Symbol] = {}
    named = {v: Value(generalised(v.type, symbols)) for v in places}
    graph = _graph(nodes, named, targets)
    arguments = graph.body.arguments
    place = {named[v]: n for v, n in places.items()}
    pattern = ("set",) * len(targets), ("unset",) * len(arguments)
    asked = {named[v] for v in wanted}
    back = reverse_graph(graph, pattern, asked.__contains__, 1)
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


def _graph(nodes: Sequence[Node], named: dict[Value, Value], targets: Sequence[Value]) -> Graph:
    mapped = tuple(
        Node(n.op, tuple(named[v] for v in n.inputs), tuple(named[v] for v in n.outputs), n.params)
        for n in nodes
    )
    made = {v for node in mapped for v in node.outputs}
    arguments = tuple(v for v in named.values() if v not in made)
    return Graph("tape", Region(arguments, mapped, tuple(named[t] for t in targets)))
