"""The reverse of a call of a graph, for an eager tape: two graphs made of one.

The forward graph also returns what the reverse needs (its residuals); the reverse graph takes the
call's inputs, the residuals and the current cotangents and returns the inputs' cotangents updated
(R5), each with a flag that says whether anything has arrived.  The reverse graph is a graph like any
other: it is called, recorded and differentiated in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograph_lite.gradient.regions import Adjoint
from autograph_lite.gradient.reverse import THREADED, Cotangent, Sweep
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ops.control import CALL, CONSTANT
from autograph_lite.ops.dispatch import apply_all, context


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
        self._saving: list[Graph] = [graph]
        self._reverses: dict[Any, Reversed] = {}

    def run(self, values: list[Any], order: int = 0) -> list[Any]:
        """Execute the graph that saves for `order` reverses."""
        return self.ready(order).run(values, self.printer)  # type: ignore[no-any-return]

    def ready(self, order: int = 0) -> Any:
        """The executable, compiled when first needed."""
        if order not in self._executables:
            self._executables[order] = self.compile(self.saving(order))
        return self._executables[order]

    def saving(self, order: int) -> Graph:
        while len(self._saving) <= order:
            graph = self._saving[-1]
            every = tuple(v.type.floating for v in graph.body.results)
            none = tuple(False for _ in graph.body.arguments)
            made = reverse_graph(graph, (every, none), lambda v: v.type.floating)
            self._saving.append(made.forward)
        return self._saving[order]

    def reverse(self, order: int, pattern: Any, wanted: tuple[bool, ...]) -> Reversed:
        """The reverse of the graph that saves for `order`, for the cotangents that are there."""
        key = (order, pattern, wanted)
        if key not in self._reverses:
            graph = self.saving(order)
            arguments = dict(zip(graph.body.arguments, wanted, strict=True))
            made = reverse_graph(graph, pattern, lambda v: arguments.get(v, True))
            made.callee = Callee(made.graph, self.compile)
            self._reverses[key] = made
        return self._reverses[key]


@dataclass(slots=True)
class Reversed:
    """`graph`: (cotangents there, values needed) -> (cotangent, flag) per entry of `updated`, which
    are positions of arguments; `forward` returns the values needed that are not arguments."""

    graph: Graph
    forward: Graph
    needs: tuple[Value, ...]
    updated: tuple[int, ...]
    callee: Callee | None = None


def reverse_graph(graph: Graph, pattern: Any, wanted: Callable[[Value], bool]) -> Reversed:
    """Reverse a graph, given which results and which arguments have a cotangent already."""
    back = _Back(graph, wanted)
    outer, tapes = context.interpreter, context.tapes
    context.interpreter, context.tapes = back.builder, []
    try:
        return back.build(pattern)
    finally:
        context.interpreter, context.tapes = outer, tapes


class _Back:
    def __init__(self, graph: Graph, wanted: Callable[[Value], bool]) -> None:
        self.graph = graph
        self.adjoint = Adjoint(graph.body)
        self.builder = Builder(None, CONSTANT, lambda: None)
        self.builder.resolve = self._resolve
        self.needs: dict[Value, Value] = {}
        self.wanted = wanted

    def _resolve(self, value: Value) -> Value | None:
        if value in self.needs:
            return self.needs[value]
        made = self.adjoint.makers().get(value)
        if made is not None and made.op is CONSTANT:
            p = made.params
            return self.builder.constant(p["value"], p["dtype"], value.type.kind)
        self.needs[value] = Value(value.type)
        self.builder.own.add(self.needs[value])
        return self.needs[value]

    def build(self, pattern: Any) -> Reversed:
        body, builder = self.graph.body, self.builder
        seeds, current = pattern
        sweep = Sweep(
            wanted=self._wants,
            replace=self.adjoint.replace,
            present=self.adjoint.present,
            nodes=self.adjoint.nodes,
        )
        cotangents = []
        for result, there in zip(body.results, seeds, strict=False):
            if there:
                cotangents.append(builder.argument(result.type))
        for argument, there in zip(body.arguments, current, strict=True):
            if there:
                got = builder.argument(argument.type)
                cotangents.append(got)
                sweep.set(argument, Cotangent(got))
        rest = iter(cotangents)
        for result, there in zip(body.results, seeds, strict=False):
            if there:
                sweep.add(result, next(rest))
        for node in reversed(list(self.adjoint.nodes)):
            sweep.visit(node)
        return self._finish(sweep, cotangents)

    def _wants(self, value: Value) -> bool:
        return value not in self.graph.body.arguments or self.wanted(value)

    def _finish(self, sweep: Sweep, cotangents: list[Value]) -> Reversed:
        body, builder = self.graph.body, self.builder
        results: list[Value] = []
        updated: list[int] = []
        for i, argument in enumerate(body.arguments):
            got = sweep.get(argument)
            if got is None or not self.wanted(argument):
                continue
            updated.append(i)
            results.append(builder.local(got.value))
            flag = got.arrived
            results.append(builder.constant(True, "bool") if flag is None else builder.local(flag))
        known = {*body.arguments, *body.results}
        extra = tuple(v for v in self.needs if v not in known)
        forward = Region(body.arguments, tuple(self.adjoint.nodes), (*body.results, *extra))
        back = Region(
            (*builder.arguments, *self.needs.values()), tuple(builder.nodes), tuple(results)
        )
        name = self.graph.name
        return Reversed(
            Graph(name + "_reverse", back), Graph(name, forward), tuple(self.needs), tuple(updated)
        )


def again(back: Reversed, callee: Callee, node: Node) -> dict[Value, Value]:
    """Values that this reverse reads and the call did not save (extents of arrays of which nothing
    else is read): computed once more from the inputs."""
    extended = Callee(back.forward, callee.compile)
    found = extended.run([v.data for v in node.inputs])
    results = back.forward.body.results
    kept = len(node.outputs)
    return {
        v: Value(v.type if v.type.depth or v.type.kind == "py" else None, data)
        for v, data in zip(results[kept:], found[kept:], strict=True)
    }


def reverse_call(sweep: Sweep, node: Node) -> None:
    """Call the reverse graph of an eager call with the current cotangents."""
    callee: Callee = node.params["function"]
    order = node.params["order"]
    found = [sweep.get(v) if v.type.floating else None for v in node.outputs]
    if not any(found):
        return
    before = [sweep.get(v) if v.type.floating else None for v in node.inputs]
    wanted = tuple(v.type.floating and sweep.wants(v) for v in node.inputs)
    current = tuple(w and c is not None for w, c in zip(wanted, before, strict=True))
    back = callee.reverse(order, (tuple(c is not None for c in found), current), wanted)
    given = [c.value for c in found if c is not None]
    given += [c.value for c, there in zip(before, current, strict=True) if c is not None and there]
    body = callee.saving(order).body
    held = dict(zip(body.arguments, node.inputs, strict=True))
    held.update(zip(body.results, node.outputs, strict=True))
    assert back.callee is not None
    if any(v not in held for v in back.needs):
        held.update(again(back, callee, node))
    needed = [held[v] for v in back.needs]
    params = {"function": back.callee, "order": len(context.tapes)}
    outputs = apply_all(CALL, (*given, *needed), params)
    for n, i in enumerate(back.updated):
        value, flag = outputs[2 * n], outputs[2 * n + 1]
        if flag.data:
            sweep.set(node.inputs[i], Cotangent(value))


THREADED["call"] = reverse_call
