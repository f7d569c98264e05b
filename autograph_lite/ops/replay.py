"""A region that was staged is staged once more, on other values: each node anew, so that whoever records or
carries tangents sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import element
from autograph_lite.ir.walk import on_others
from autograph_lite.ops.control import CONSTANT, IF, LOOP, LoopParts
from autograph_lite.ops.dispatch import apply_all, context
from autograph_lite.ops.regions import Step, choose, emit_loop
from autograph_lite.ops.staging import in_region, staged_region

Known = dict[Value, Value]
_OF_LOOPS = ("body", "test", "bounded", "state", "reads")


def replay(region: Region, inputs: Iterable[Value]) -> list[Value]:
    """The results of a region for these arguments, in the region at work."""
    by: Known = dict(zip(region.arguments, inputs, strict=True))
    linked: set[Value] = set()  # what branches and loops give, of which they say so anew
    for node in region.nodes:
        by.update(zip(node.outputs, _again(node, [by[v] for v in node.inputs]), strict=True))
        linked.update(node.outputs if node.op in (IF, LOOP) else ())
    builder: Any = context.interpreter
    for link in region.links:
        if link.a not in linked:
            builder.link(by[link.a], by[link.b], on_others(link.condition, by.__getitem__))
    return [by[v] for v in region.results]


def _again(node: Node, inputs: list[Value]) -> Sequence[Value]:
    if node.op is IF:
        cond, *captures = inputs
        arms = (partial(replay, node.params[arm], captures) for arm in ("then", "orelse"))
        return choose(cond, *arms)
    if node.op is LOOP:
        return _loop(node, inputs)
    if node.op is CONSTANT:
        builder: Any = context.interpreter
        p = node.params
        return (builder.constant(p["value"], p["dtype"], node.outputs[0].type.kind),)
    return apply_all(node.op, tuple(inputs), node.params)


def _loop(node: Node, inputs: list[Value]) -> Sequence[Value]:
    was = LoopParts(node.inputs, node.outputs, node.params)
    now = LoopParts(inputs, node.outputs, node.params)
    test: Region | None = node.params.get("test")
    body, tested = staged_region().builder, staged_region().builder
    body.repeated = tested.repeated = True
    step = Step(body, None if test is None else tested)
    for argument in was.state:
        step.declare(argument.type)
    elements = [Value(element(history.type)) for history in now.histories]
    body.own.update(elements)
    state = list(step.state)
    taken = (step.k, *state, *now.captures, *elements)
    results = in_region(body, lambda: [body.local(v) for v in replay(was.body, taken)])
    going = None
    if test is not None:
        seen = (tested.arguments[0], *step.test_state[: len(state)], *now.captures)
        (going,) = in_region(tested, lambda: [tested.local(v) for v in replay(test, seen)])
    cut = len(now.inits)
    return emit_loop(
        step,
        list(now.inits),
        results[:cut],
        bound=now.bound,
        test=going,
        written=results[cut:],
        elements=list(zip(now.histories, elements, strict=True)),
        **{name: p for name, p in node.params.items() if name not in _OF_LOOPS},
    )
