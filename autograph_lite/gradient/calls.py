"""The reverse of a call of a graph, for an eager tape: two graphs made of one.

The forward graph also returns what the reverse needs (its residuals); the reverse graph takes the
call's inputs, the residuals and the current cotangents and returns the inputs' cotangents updated
(R5), each with a flag that says whether anything has arrived.  The reverse graph is a graph like any
other: it is called, recorded and differentiated in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.gradient.cotangents import Cotangent, parts, state
from autograph_lite.gradient.reverse import THREADED, Sweep
from autograph_lite.gradient.whole import Reversed, reverse_graph
from autograph_lite.ir.build import Builder, no_origin
from autograph_lite.ir.graph import Graph, Node, Value
from autograph_lite.ir.types import kind_of_cells
from autograph_lite.ir.walk import replaced
from autograph_lite.ops.cells import NAME, one_cell
from autograph_lite.ops.control import CALL, CONSTANT
from autograph_lite.ops.dispatch import apply_all, context
from autograph_lite.ops.same import Sure, as_value, led_to, same, some
from autograph_lite.ops.staging import building

_TWICE = (
    "a compiled function with lists of tensors that grow is differentiated three times from outside, which is"
    " not available yet: take the gradients inside a compiled function, or write into a tensor: y[i] = v"
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A graph with what a caller must know: `same` are triples (result, argument or earlier result,
    flag): the result is that one where the flag, another result, holds; None: always.  The first
    `given` results are the graph's own."""

    graph: Graph
    given: int
    same: tuple[tuple[int, Any, int | None], ...] = ()


class Callee:
    """A graph that can be called: `run(values of arguments) -> values of results`.

    `saving(order)` is the same graph with, among its results, what `order` nested reverses need;
    `reverse` gives, per pattern of cotangents that are there, the graph that goes back.
    """

    def __init__(self, graph: Graph, compile: Callable[[Graph], Any]) -> None:
        self.graph = graph
        self.compile = compile
        self.printer: Any = None
        self._executables: dict[int, Any] = {}
        self._saving: dict[int, Whole] = {}
        self._reverses: dict[Any, Reversed] = {}
        self._merged: dict[tuple[int, ...], Callee] = {}

    def run(self, values: list[Any], order: int = 0, leave: Any = None) -> list[Any]:
        """Execute the graph that saves for `order` reverses; `leave` takes what it wrote if it stops."""
        return self.ready(order).run(values, self.printer, leave)  # type: ignore[no-any-return]

    def outputs(self, inputs: tuple[Value, ...], order: int) -> list[Value]:
        """The same on values: a result that is an argument, or another result, is that value, or where that is
        of a variable, a later one of it."""
        whole = self.saving(order)
        data = self.run([v.data for v in inputs], order)
        out = [_held(v, d) for v, d in zip(whole.graph.body.results, data, strict=True)]
        for i, other, flag in whole.same:
            one = out[other] if isinstance(other, int) else inputs[other[1]]
            if flag is None or data[flag]:
                if _same_bits(out[i].data, one.data):
                    out[i] = one
                    continue
                for tape in context.tapes:
                    tape.joins(out[i], one)
        return out

    def merging(self, inputs: tuple[Value, ...]) -> Callee:
        """The graph for a call in which some arguments are one value."""
        first: dict[Value, int] = {}
        places = tuple(
            first.setdefault(v, i) if v.type.differentiable else i for i, v in enumerate(inputs)
        )
        if places == tuple(range(len(inputs))):
            return self
        if places not in self._merged:
            arguments = self.graph.body.arguments
            by = {arguments[i]: arguments[p] for i, p in enumerate(places) if p != i}
            made = Callee(Graph(self.graph.name, replaced(self.graph.body, by)), self.compile)
            made.printer = self.printer
            self._merged[places] = made
        return self._merged[places]

    def ready(self, order: int = 0) -> Any:
        """The executable, compiled when first needed."""
        if order not in self._executables:
            self._executables[order] = self.compile(self.saving(order).graph)
        return self._executables[order]

    def saving(self, order: int) -> Whole:
        if order not in self._saving:
            if order > 2 and self.graph.body.cells:
                raise ConversionError(_TWICE)
            self._saving[order] = _saving(self.graph, order)
        return self._saving[order]

    def reverse(
        self, order: int, pattern: Any, wanted: tuple[bool, ...], one: tuple[int, ...]
    ) -> Reversed:
        """The reverse of the graph that saves for `order`, for the cotangents that are there; `one` has
        for each argument the first one that is the same source."""
        key = (order, pattern, wanted, one)
        if key not in self._reverses:
            graph = self.saving(order).graph
            body = graph.body
            arguments = dict(zip(body.arguments, wanted, strict=True))
            roots = {body.arguments[i]: body.arguments[p] for i, p in enumerate(one) if p != i}
            made = reverse_graph(graph, pattern, lambda v: arguments.get(v, True), order, roots)
            made.callee = Callee(made.graph, self.compile)
            self._reverses[key] = made
        return self._reverses[key]

    def save_for(self, order: int, back: Reversed) -> Any:
        """From the next call on save what a reverse reads too; the executable that does so.  Other
        reverses are made anew, so that the graph that saves for one saves for all."""
        self._saving[order] = replace(self.saving(order), graph=back.forward)
        self._executables.pop(order, None)
        for key in [k for k, made in self._reverses.items() if k[0] == order and made is not back]:
            del self._reverses[key]
        return self.ready(order)


def _held(result: Value, data: Any) -> Value:
    """What came of a result; the data of an array tells its type, that of a history or a number does not."""
    known = result.type.depth or result.type.kind != "ag"
    return Value(result.type if known else None, data)


def _same_bits(a: Any, b: Any) -> bool:
    """Whether two results hold the same; the values of a variable are one source and differ."""
    return bool(np.shape(a) == np.shape(b) and a.tobytes() == b.tobytes())


def _saving(graph: Graph, order: int) -> Whole:
    """The graph with what `order` reverses need, and with the flags that say which results are one;
    itself where no tape records the call."""
    given = len(graph.body.results)
    if not order:
        return Whole(graph, given)
    flagged, found = _identified(graph)
    for level in range(order, 0, -1):
        every = tuple("set" if v.type.differentiable else "unset" for v in flagged.body.results)
        none = tuple("unset" for _ in flagged.body.arguments)
        made = reverse_graph(flagged, (every, none), lambda v: v.type.differentiable, level)
        flagged = made.forward
    return Whole(flagged, given, found)


def _identified(graph: Graph) -> tuple[Graph, tuple[tuple[int, Any, int | None], ...]]:
    """The graph with bools among its results: which results are arguments, or one with another."""
    builder = Builder(None, CONSTANT, no_origin)
    body = graph.body
    builder.nodes = list(body.nodes)
    builder.own = {*body.arguments, *(v for n in body.nodes for v in n.outputs)}
    for link in body.links:
        builder.link(link.a, link.b, link.condition)
    builder.raws = {n.outputs[0]: n.inputs[0] for n in body.nodes if n.op is NAME}
    results, numbers = list(body.results), dict(body.numbers)
    found: list[tuple[int, Any, int | None]] = []
    floats = {i: builder.raw(v) for i, v in enumerate(results) if v.type.differentiable}
    with building(builder):
        for i, value in floats.items():
            others: list[tuple[Any, Value]] = [(j, v) for j, v in floats.items() if j < i]
            may_be = {v for v, _ in led_to(value)} | (numbers.keys() if value in numbers else set())
            others += [(("argument", n), v) for n, v in enumerate(body.arguments) if v in may_be]
            for name, other in others:
                sure = some(same(value, other), _in_one_cell(value, other, numbers))
                if sure is True:
                    found.append((i, name, None))
                elif sure is not False:
                    found.append((i, name, len(results)))
                    results.append(as_value(sure))
    links = tuple(builder.links)
    region = replace(body, nodes=tuple(builder.nodes), results=tuple(results), links=links)
    return Graph(graph.name, region), tuple(found)


def _in_one_cell(a: Value, b: Value, numbers: dict[Value, Value]) -> Sure:
    """Whether two values are in one cell in the end."""
    if a not in numbers or b not in numbers or kind_of_cells(a.type) != kind_of_cells(b.type):
        return False
    return one_cell(numbers[b], numbers[a])


def again(back: Reversed, callee: Callee, node: Node) -> dict[Value, Value]:
    """Values that this reverse reads and the call did not save (what the reverses of its other results
    do not read): computed once more from the inputs, and saved by later calls."""
    extended = callee.save_for(node.params["order"], back)
    found = extended.run([v.data for v in node.inputs])  # nothing is printed twice
    results = back.forward.body.results
    kept = len(node.outputs)
    return {v: _held(v, d) for v, d in zip(results[kept:], found[kept:], strict=True)}


def call(callee: Callee, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
    """Call a graph eagerly, recorded by the tapes."""
    # forward mode takes the transpose of a reverse, which is one more
    order = sum(2 if tape.is_forward else 1 for tape in context.tapes)
    params = {"function": callee.merging(inputs), "order": order}
    return apply_all(CALL, inputs, params)


def _arrived(sweep: Sweep, node: Node) -> list[Cotangent | None]:
    """What has arrived at each result; at one that is an argument, or an earlier result, nothing of its
    own."""
    seen = set(map(sweep.name, node.inputs))
    found: list[Cotangent | None] = []
    for v in node.outputs:
        found.append(sweep.get(v) if v.type.carries and sweep.name(v) not in seen else None)
        seen.add(sweep.name(v))
    return found


def _sources(sweep: Sweep, node: Node) -> tuple[int, ...]:
    """For each input the first one that is the same source, as two values of a variable are: they have
    one cotangent."""
    first: dict[Value, int] = {}
    return tuple(
        first.setdefault(sweep.name(v), i) if v.type.differentiable else i
        for i, v in enumerate(node.inputs)
    )


def reverse_call(sweep: Sweep, node: Node) -> None:
    """Call the reverse graph of an eager call with the current cotangents."""
    callee: Callee = node.params["function"]
    order = node.params["order"]
    whole = callee.saving(order)
    found = _arrived(sweep, node)
    if not any(found):
        return
    wanted = tuple(v.type.carries and sweep.wants(v) for v in node.inputs)
    one = _sources(sweep, node)
    current = [
        sweep.get(v) if w and one[i] == i else None
        for i, (v, w) in enumerate(zip(node.inputs, wanted, strict=True))
    ]
    body = whole.graph.body
    more = len(body.results) - len(found)  # saved by later calls, of which nothing is asked here
    pattern = (*map(state, found), *("unset",) * more), tuple(map(state, current))
    back = callee.reverse(order, pattern, wanted, one)
    given = [v for c in (*found, *current) for v in parts(c)]
    held = dict(zip(body.arguments, node.inputs, strict=True))
    held.update(zip(body.results, node.outputs, strict=False))
    assert back.callee is not None
    if any(v not in held for v in back.needs):
        held.update(again(back, callee, node))
    needed_now = [held[v] for v in back.needs]
    outputs = call(back.callee, (*given, *needed_now))
    for n, i in enumerate(back.updated):
        value, arrived = outputs[2 * n], outputs[2 * n + 1]
        if arrived.type.depth:
            sweep.set(node.inputs[i], Cotangent(value, arrived, True))
        elif arrived.data:
            sweep.set(node.inputs[i], Cotangent(value))


THREADED["call"] = reverse_call
