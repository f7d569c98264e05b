"""The reverse of a loop: a loop over the same steps in the opposite order.

It carries the cotangents of the state and the current cotangents of what the loop captures (R1), and
returns them updated.  What has arrived where is found by tracing the body until nothing changes (R2).
"""

from __future__ import annotations

from typing import Any

from autograph_lite.gradient.regions import present, roots_of, substitute
from autograph_lite.gradient.reverse import THREADED, Cotangent, Sweep
from autograph_lite.gradient.step import Loop, Step
from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type, history, join, py
from autograph_lite.ops.control import LOOP
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Constant
from autograph_lite.ops.staging import emit, with_region


def reaches(body: Region, seeds: set[Value]) -> set[Value]:
    """The values of a region to which a cotangent of `seeds` may come."""
    found = set(seeds)
    for node in reversed(body.nodes):
        if isinstance(node.op.derivative, Constant) or not any(v in found for v in node.outputs):
            continue
        found.update(v for v in node.inputs if v.type.floating)
    return found


def reverse_loop(sweep: Sweep, node: Node) -> None:
    """Append the reverse of a loop where anything of it has a cotangent."""
    if not any(sweep.get(v) for v in present(sweep, node).outputs):
        return
    loop = Loop(sweep, node)
    active = _active(loop)
    if not active:
        return
    flags = {v: "unset" for v in active}
    for v in active:
        start = loop.start(v)
        if start is not None:
            flags[v] = "set" if start.arrived is None else "maybe"
    while True:
        step = Step(loop, active, flags)
        after = step.flags_after()
        if after == flags:
            break
        flags = after
    _finish(step)


def _active(loop: Loop) -> list[Value]:
    """The arguments of the body, state and captures, whose cotangents the reverse loop carries."""
    seeds = {r for r, out in zip(loop.body.results, loop.outs, strict=False) if loop.sweep.get(out)}
    seeds.update(
        r
        for r, out in zip(loop.body.results[loop.m :], loop.node.outputs[1 + loop.m :], strict=True)
        if loop.sweep.get(out)
    )
    live = {a for a, out in zip(loop.state, loop.outs, strict=True) if loop.sweep.get(out)}
    while True:
        found = reaches(loop.body, seeds)
        more = [
            (a, r)
            for a, r in zip(loop.state, loop.body.results, strict=False)
            if a in found and a not in live and a.type.floating
        ]
        live.update(a for a, _ in more)
        seeds.update(r for _, r in more)
        if not more:
            break
    carried = [a for a in loop.state if a in live]
    aliased = {
        v for i, v in enumerate(loop.inits) if loop.state[i] in found or loop.state[i] in live
    }
    aliased.update(loop.captures[e] for e in loop.entries if e is not None)
    wanted = [
        v
        for a, v in zip(loop.captured, loop.captures, strict=True)
        if (a in found or v in aliased) and not v.type.depth
    ]
    loop.roots = roots_of(loop.sweep, wanted)
    return carried + list(loop.roots)


def _finish(step: Step) -> None:
    """Make the forward loop save what is read, append the reverse loop, hand the cotangents on."""
    with_region(step.builder, step.complete)
    _save_more(step)
    _emit(step)


def _save_more(step: Step) -> None:
    """The forward loop with its body extended and its new histories among its outputs."""
    loop, node = step.loop, step.loop.node
    body = loop.body
    fresh = [v for v in step.saved if v in loop.saved and v not in body.results[loop.m :]]
    new_body = Region(body.arguments, tuple(step.adjoint.nodes), (*body.results, *fresh))
    outputs = (*node.outputs, *(loop.saved[v] for v in fresh))
    if not fresh and list(body.nodes) == step.adjoint.nodes:
        return
    params = {**node.params, "body": new_body}
    loop.node = Node(node.op, node.inputs, outputs, params, (), node.origin)
    substitute(loop.sweep, loop.node)


def _emit(step: Step) -> None:
    loop = step.loop
    sources = list(step.incoming)
    elements = tuple(step.incoming[v][0] for v in sources)
    # values computed before the histories were known stand first
    starts = [loop.start_value(v) for v in step.active if step.flags[v] != "unset"]
    flagged = [v for v in step.active if step.flags[v] == "maybe"]
    outer: Any = context.interpreter
    first = [_outer_flag(outer, loop.start(v)) for v in flagged]
    captured = merged_captures(step.builder)
    captured = [v for v in captured if v not in step.incoming]
    begins = [_first_element(loop, v, outer) for v in sources]
    captured = list(dict.fromkeys([*captured, *(v for v in begins if v is not None)]))
    seen = [_outer_flag(outer, loop.sweep.get(v)) for v in step.seen]
    inits = (*(c.value for c in starts), *first, *(loop.outs[i] for i in step.following), *seen)
    step.builder.arguments.extend([*step.following.values(), *step.seen.values()])
    results = (*step.values, *step.flag_results, *step.entered, *step.now_seen, *step.written)
    body = region(step.builder, results, captured)
    body = Region((*body.arguments, *elements), body.nodes, body.results)
    params = {
        "body": body,
        "bounded": True,
        "state": len(inits),
        "reads": len(sources),
        "reverse": not loop.reverse,
        "entries": tuple(None if v is None else captured.index(v) for v in begins),
    }
    types = (
        py("int64"),
        *(_widest(v.type, r.type) for v, r in zip(inits, results, strict=False)),
        *(history(v.type) for v in step.written),
    )
    inputs = (loop.node.outputs[0], *inits, *captured, *sources)
    outputs = emit(LOOP, inputs, types, params)
    _hand_on(step, outputs, flagged)


def _first_element(loop: Loop, history: Value, outer: Any) -> Value | None:
    """The value outside that is the first element of a history: where the state of a slot at the
    start of each step was saved, that with which the loop began."""
    written = loop.node.outputs[1 + loop.m :]
    if history not in written or loop.reverse:
        return None
    result = loop.node.params["body"].results[loop.m + written.index(history)]
    if result not in loop.state or not result.type.floating or result.type.depth:
        return None
    begin: Value = outer.local(loop.inits[loop.state.index(result)])
    return begin


def _hand_on(step: Step, outputs: tuple[Value, ...], flagged: list[Value]) -> None:
    loop, sweep = step.loop, step.loop.sweep
    carried = [v for v in step.active if step.flags[v] != "unset"]
    values = dict(zip(carried, outputs[1:], strict=False))
    flags = dict(zip(flagged, outputs[1 + len(carried) :], strict=False))
    for v in carried:
        if v in loop.roots:
            sweep.set(v, Cotangent(values[v], flags.get(v)))
    for v in reversed(carried):
        init = loop.inits[loop.state.index(v)] if v in loop.state else None
        if init is not None and init.type.floating and sweep.wants(init):
            sweep.add(init, values[v], flags.get(v))
    rest = outputs[1 + len(carried) + len(flagged) + len(step.following) :]
    seen = dict(zip(step.seen, rest, strict=False))
    for (outer, _), new in zip(step.outgoing, rest[len(seen) :], strict=True):
        sweep.set(outer, Cotangent(new, seen.get(outer)))


def _widest(init: Type, result: Type) -> Type:
    joined = join(init, result)
    assert joined is not None, (init, result)
    return joined


def _outer_flag(builder: Builder, got: Cotangent | None) -> Value:
    if got is None:
        return builder.constant(False, "bool")
    return got.arrived if got.arrived is not None else builder.constant(True, "bool")


THREADED["loop"] = reverse_loop
