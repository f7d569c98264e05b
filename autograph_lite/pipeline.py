"""The flow, in one place: graph -> optimised graph -> kernel form -> LLVM -> executable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograph_lite.errors import InternalError
from autograph_lite.execute import Executable
from autograph_lite.ir.collector import patient
from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import generalised, tensor
from autograph_lite.ops.record import Op
from autograph_lite.optimize.passes import optimize
from autograph_lite.render.histories import saved_in_loops
from autograph_lite.render.llvm import print_llvm
from autograph_lite.render.lower import lower_graph
from autograph_lite.render.source import print_source
from autograph_lite_runtime import load


@patient()
def compile_graph(graph: Graph, name: str = "kernel") -> Executable:
    """Optimise, lower, print and load a graph."""
    graph = optimize(graph)
    lowered = lower_graph(graph, name)
    body = graph.body
    try:
        entry = load.compile(print_llvm(lowered.kernel), name)
    except RuntimeError as error:  # what llvmlite raises
        where = next((node.origin for node in body.nodes if node.origin), None)
        message = f"{graph.name} could not be compiled ({error}); please report it"
        raise InternalError(message, where) from error
    return Executable(
        entry,
        tuple((v.type, slot) for v, slot in zip(body.arguments, lowered.arguments, strict=True)),
        tuple((v.type, slot) for v, slot in zip(body.results, lowered.results, strict=True)),
        lowered.kernel.slots,
        lowered.sites,
        any(v.type.depth for v in body.results),
        lowered.left,
        lowered.leaves,
        tuple(dict.fromkeys(saved_in_loops(body))),
    )


def prepared(graph: Graph) -> Callable[[list[Any]], list[Any]]:
    """What runs a small graph that says how numbers are computed before a kernel runs."""
    return compile_graph(graph, "numbers").run


def kernel_source(graph: Graph, name: str = "kernel") -> str:
    """The kernel of a graph as Python."""
    return print_source(lower_graph(optimize(graph), name).kernel)


_one_node: dict[Any, Executable] = {}


def evaluator(op: Op, params: dict[str, Any], data: Sequence[Any]) -> Callable[[Any], list[Any]]:
    """What executes one op on arrays: the kernel of the one-node graph, compiled once per dtypes and
    ranks."""
    types = [generalised(tensor(x.dtype.name, x.shape), {}) for x in data]  # each for itself
    key = (op.name, _frozen(params), tuple((t.dtype, _pattern(t.shape)) for t in types))
    executable = _one_node.get(key)
    if executable is None:
        arguments = tuple(Value(t) for t in types)
        outputs = tuple(Value(t) for t in op.types(*types, **params))
        node = Node(op, arguments, outputs, params)
        executable = compile_graph(Graph(op.name, Region(arguments, (node,), outputs)), op.name)
        _one_node[key] = executable
    return executable.run


def _pattern(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    seen: dict[Any, int] = {}
    return tuple(e if isinstance(e, int) else -1 - seen.setdefault(e, len(seen)) for e in shape)


def _frozen(params: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((k, repr(v)) for k, v in params.items()))
