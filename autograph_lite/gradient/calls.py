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

    `saving` is the same graph with residuals among its results; `reverse` gives, per pattern of
    cotangents that are there, the graph that goes back.
    """

    def __init__(self, graph: Graph, compile: Callable[[Graph], Any]) -> None:
        self.graph = graph
        self.compile = compile
        self._executables: dict[str, Any] = {}
        self._saving: Graph | None = None
        self._reverses: dict[Any, Reversed] = {}
        self.residuals: tuple[Value, ...] = ()

    def run(self, values: list[Any], printer: Any = None) -> list[Any]:
        """Execute the plain graph."""
        return self._executable("plain", lambda: self.graph).run(values, printer)  # type: ignore[no-any-return]

    def ready(self) -> None:
        """Have the plain graph compiled."""
        self._executable("plain", lambda: self.graph)

    def run_saving(self, values: list[Any], printer: Any = None) -> tuple[list[Any], list[Any]]:
        """Execute the saving graph: results and residuals."""
        out = self._executable("saving", self.saving).run(values, printer)
        cut = len(self.graph.body.results)
        return out[:cut], out[cut:]

    def _executable(self, key: str, graph: Callable[[], Graph]) -> Any:
        if key not in self._executables:
            self._executables[key] = self.compile(graph())
        return self._executables[key]

    def saving(self) -> Graph:
        """The forward graph that returns all a reverse may need."""
        if self._saving is None:
            body = self.graph.body
            every = tuple(v.type.floating and not v.type.depth for v in body.results)
            pattern = (every, tuple(False for _ in body.arguments))
            made = reverse_graph(self.graph, pattern, lambda v: v.type.floating)
            self.residuals = made.residuals
            self._saving = made.forward
        return self._saving

    def reverse(self, pattern: Any, wanted: tuple[bool, ...]) -> Reversed:
        """The reverse graph for the cotangents that are there."""
        key = (pattern, wanted)
        if key not in self._reverses:
            graph = self.saving()
            arguments = dict(zip(graph.body.arguments, wanted, strict=True))
            made = reverse_graph(graph, pattern, lambda v: arguments.get(v, True), self.residuals)
            self._reverses[key] = made
            made.callee = Callee(made.graph, self.compile)
        return self._reverses[key]


@dataclass(slots=True)
class Reversed:
    """`graph`: (arguments needed, residuals needed, cotangents there) -> (cotangent, flag) per entry
    of `updated`, which are positions of arguments."""

    graph: Graph
    forward: Graph
    residuals: tuple[Value, ...]
    needs: tuple[Value, ...]
    cotangents: tuple[Value, ...]
    updated: tuple[int, ...]
    callee: Callee | None = None


def reverse_graph(
    graph: Graph, pattern: Any, wanted: Callable[[Value], bool], residuals: tuple[Value, ...] = ()
) -> Reversed:
    """Reverse a graph, given which results and which arguments have a cotangent already."""
    back = _Back(graph, wanted)
    outer, tapes = context.interpreter, context.tapes
    context.interpreter, context.tapes = back.builder, []
    try:
        return back.build(pattern, residuals)
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

    def build(self, pattern: Any, residuals: tuple[Value, ...]) -> Reversed:
        body, builder = self.graph.body, self.builder
        seeds, current = pattern
        sweep = Sweep(wanted=self._wants, replace=self.adjoint.replace)
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
        return self._finish(sweep, tuple(cotangents), residuals)

    def _wants(self, value: Value) -> bool:
        return value not in self.graph.body.arguments or self.wanted(value)

    def _finish(
        self, sweep: Sweep, cotangents: tuple[Value, ...], residuals: tuple[Value, ...]
    ) -> Reversed:
        body, builder = self.graph.body, self.builder
        results: list[Value] = []
        updated: list[int] = []
        for i, argument in enumerate(body.arguments):
            got = sweep.get(argument)
            if got is None or not self.wanted(argument) or builder.local(got.value) in cotangents:
                continue
            updated.append(i)
            results.append(builder.local(got.value))
            flag = got.arrived
            results.append(builder.constant(True, "bool") if flag is None else builder.local(flag))
        saved = tuple(v for v in self.needs if v not in body.arguments)
        extra = tuple(dict.fromkeys((*residuals, *saved)))
        forward = Region(
            body.arguments, tuple(self.adjoint.nodes), (*self._plain_results(residuals), *extra)
        )
        needs = tuple(self.needs)
        back = Region(
            (*builder.arguments, *self.needs.values()), tuple(builder.nodes), tuple(results)
        )
        return Reversed(
            Graph(self.graph.name + "_reverse", back),
            Graph(self.graph.name, forward),
            extra,
            needs,
            cotangents,
            tuple(updated),
        )

    def _plain_results(self, residuals: tuple[Value, ...]) -> tuple[Value, ...]:
        results = self.graph.body.results
        return results[: len(results) - len(residuals)] if residuals else results


def reverse_call(sweep: Sweep, node: Node) -> None:
    """Call the reverse graph of an eager call with the current cotangents."""
    callee: Callee = node.params["function"]
    results = node.outputs[: len(callee.graph.body.results)]
    found = [sweep.get(v) if v.type.floating else None for v in results]
    if not any(found):
        return
    before = [sweep.get(v) if v.type.floating else None for v in node.inputs]
    wanted = tuple(v.type.floating and sweep.wants(v) for v in node.inputs)
    current = tuple(w and c is not None for w, c in zip(wanted, before, strict=True))
    back = callee.reverse((tuple(c is not None for c in found), current), wanted)
    given = [c.value for c in found if c is not None]
    given += [c.value for c, there in zip(before, current, strict=True) if c is not None and there]
    held = dict(zip(callee.saving().body.arguments, node.inputs, strict=True))
    held.update(zip(callee.residuals, node.outputs[len(results) :], strict=True))
    needed = [held[v] for v in back.needs]
    assert back.callee is not None
    outputs = apply_all(CALL, (*given, *needed), {"function": back.callee})
    for n, i in enumerate(back.updated):
        value, flag = outputs[2 * n], outputs[2 * n + 1]
        if flag.data is None or flag.data:
            sweep.set(node.inputs[i], Cotangent(value, flag if flag.data is None else None))


THREADED["call"] = reverse_call
_: Any = None
