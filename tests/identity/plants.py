"""Faults to plant: each breaks one rule of the library, compiled code only, in the process that calls it.

A fault that the random programs do not find says that the programs are too tame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograph_lite.frontend.trace import Trace
from autograph_lite.gradient import calls
from autograph_lite.gradient.cotangents import Cotangent, joined
from autograph_lite.gradient.reverse import THREADED, Sweep
from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import Type
from autograph_lite.ir.walk import replaced
from autograph_lite.ops import OPS
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.record import Scalar
from autograph_lite.optimize import passes
from autograph_lite.tensors.boxes import wrap


def _apart(reverse_node: Callable[[Sweep, Node], None]) -> Callable[[Sweep, Node], None]:
    """The sum of a region's contributions is made first, and added to what was there in the end."""

    def broken(sweep: Sweep, node: Node) -> None:
        keys = {sweep.name(v) for v in node.inputs if v.type.differentiable}
        before = {k: sweep.cotangents.pop(k) for k in keys if k in sweep.cotangents}
        reverse_node(sweep, node)
        for key, old in before.items():
            new = sweep.cotangents.get(key)
            sweep.cotangents[key] = old if new is None else joined(old, new)

    return broken


def carry() -> None:
    """R1: a loop's gradient does not take the current cotangents of what it captures."""
    THREADED["loop"] = _apart(THREADED["loop"])


def zero() -> None:
    """R2: what has not arrived is the number zero, to which the first contribution is added."""
    join = Sweep._join

    def broken(self: Sweep, leaf: Value, g: Cotangent) -> None:
        if leaf not in self.cotangents and g.arrived is None and g.value.data is None:
            g = Cotangent(f.accumulate(f.zeros_like(g.value), g.value))
        join(self, leaf, g)

    Sweep._join = broken  # type: ignore[method-assign]


def order() -> None:
    """R3: a pass adds up three cotangents in another order."""

    def reassociate(graph: Graph) -> Graph:
        return Graph(graph.name, _reassociated(graph.body))

    passes.PASSES = ((reassociate, "planted"), *passes.PASSES)


def _reassociated(region: Region) -> Region:
    """(a + b) + c -> a + (b + c), of cotangents."""
    made: dict[Value, Node] = {}
    nodes: list[Node] = []
    for node in region.nodes:
        inner = {k: _reassociated(p) for k, p in node.params.items() if isinstance(p, Region)}
        if inner:
            node = replace(node, params={**node.params, **inner})
        first = made.get(node.inputs[0]) if node.op.name == "accumulate" else None
        if first is not None:
            middle = Value(node.outputs[0].type)
            nodes.append(Node(node.op, (first.inputs[1], node.inputs[1]), (middle,)))
            node = replace(node, inputs=(first.inputs[0], middle))
        if node.op.name == "accumulate":
            made[node.outputs[0]] = node
        nodes.append(node)
    return replace(region, nodes=tuple(nodes))


def shared() -> None:
    """R4: equal nodes are made one before the graph is differentiated."""
    saving = calls._saving
    calls._saving = lambda graph, order: saving(_shared(graph), order)


def _shared(graph: Graph) -> Graph:
    body, first = graph.body, {}
    while True:
        by: dict[Value, Value] = {}
        first.clear()
        for node in body.nodes:
            if node.op.effect or len(node.outputs) != 1 or not node.inputs:
                continue
            key = (node.op, node.inputs, repr(sorted(node.params.items())))
            out = first.setdefault(key, node.outputs[0])
            if out is not node.outputs[0]:
                by[node.outputs[0]] = out
        if not by:
            return Graph(graph.name, body)
        nodes = tuple(n for n in body.nodes if not n.outputs or n.outputs[0] not in by)
        body = replaced(replace(body, nodes=nodes), by)


def calls_apart() -> None:
    """R5: the same as R1, of a compiled function that a tape sees called."""
    THREADED["call"] = _apart(THREADED["call"])


def promoted() -> None:
    """A Python number from outside is a float64 array of ours, which promotes."""

    def broken(self: Trace, read: Any, what: str, home: tuple[Any, str]) -> Any:
        key = id(home[0]), home[1]
        if key not in self._floats:
            number = self.input(read, Type("py", "float64"), what)
            self._floats[key] = home[0], f.weak(number, dtype="float64")
        return wrap(self._floats[key][1])

    Trace._float = broken  # type: ignore[method-assign]


def square() -> None:
    """`x ** 2` of Python floats is x * x, which the pow of the C library is not always."""
    op = OPS["py_power"]
    object.__setattr__(op, "body", Scalar("x * x if y == 2 else pow(x, y)"))


PLANTS = {
    "R1": carry,
    "R2": zero,
    "R3": order,
    "R4": shared,
    "R5": calls_apart,
    "weak": promoted,
    "square": square,
}


def plant(name: str) -> None:
    """Break a rule, once, for the rest of the process."""
    if name not in _planted:
        _planted.add(name)
        PLANTS[name]()


_planted: set[str] = set()
