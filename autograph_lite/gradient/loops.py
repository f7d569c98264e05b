"""The reverse of a loop: a loop over the same steps in the opposite order.

It carries the cotangents of the state and the current cotangents of what the loop captures (R1), and
returns them updated.  What has arrived where is found by tracing the body until nothing changes (R2).
"""

from __future__ import annotations

from typing import Any

from autograph_lite.gradient.regions import present, substitute
from autograph_lite.gradient.reverse import THREADED, Cotangent, Sweep
from autograph_lite.gradient.step import Loop, Step
from autograph_lite.ir.build import merged_captures, region
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


def run(self) -> None:
    active = self._active()
    if not active:
        return
    flags = {v: "unset" for v in active}
    for v in active:
        start = self._start(v)
        if start is not None:
            flags[v] = "set" if start.arrived is None else "maybe"
    while True:
        attempt = _LoopBody(self, active, flags)
        after = attempt.flags_after()
        if after == flags:
            break
        flags = after
    attempt.finish()


def _active(self) -> list[Value]:
    """The arguments of the body, state and captures, whose cotangents the reverse loop carries."""
    seeds = {
        r for r, out in zip(self.body.results, self.outs, strict=False) if self.sweep.get(out)
    }
    seeds.update(
        r
        for r, out in zip(
            self.body.results[self.m :], self.node.outputs[1 + self.m :], strict=True
        )
        if self.sweep.get(out)
    )
    live = {a for a, out in zip(self.state, self.outs, strict=True) if self.sweep.get(out)}
    while True:
        found = reaches(self.body, seeds)
        more = [
            (a, r)
            for a, r in zip(self.state, self.body.results, strict=False)
            if a in found and a not in live and a.type.floating
        ]
        live.update(a for a, _ in more)
        seeds.update(r for _, r in more)
        if not more:
            break
    carried = [a for a in self.state if a in live]
    wanted = [
        a
        for a, v in zip(self.captured, self.captures, strict=True)
        if a in found and v.type.floating and not v.type.depth and self.sweep.wants(v)
    ]
    return carried + wanted


def finish(self) -> None:
    """Make the forward loop save what is read, append the reverse loop, hand the cotangents on."""
    loop = self.loop
    with_region(self.builder, self._complete)
    self._save_more()
    self._emit()
    del loop


def _save_more(self) -> None:
    """The forward loop with its body extended and its new histories among its outputs."""
    loop, node = self.loop, self.loop.node
    body = loop.body
    fresh = [v for v in self.saved if v in loop.saved and v not in body.results[loop.m :]]
    new_body = Region(body.arguments, tuple(self.adjoint.nodes), (*body.results, *fresh))
    outputs = (*node.outputs, *(loop.saved[v] for v in fresh))
    if not fresh and list(body.nodes) == self.adjoint.nodes:
        return
    params = {**node.params, "body": new_body}
    loop.node = Node(node.op, node.inputs, outputs, params, (), node.origin)
    substitute(loop.sweep, loop.node)

def _emit(self) -> None:
    loop = self.loop
    sources = list(self.incoming)
    elements = tuple(self.incoming[v][0] for v in sources)
    # values computed before the histories were known stand first
    starts = [loop.start_value(v) for v in self.active if self.flags[v] != "unset"]
    flagged = [v for v in self.active if self.flags[v] == "maybe"]
    outer: Any = context.interpreter
    first = [_outer_flag(outer, loop._start(v)) for v in flagged]
    captured = merged_captures(self.builder)
    captured = [v for v in captured if v not in self.incoming]
    inits = (*(c.value for c in starts), *first, *(loop.outs[i] for i in self.following))
    self.builder.arguments.extend(self.following.values())
    results = (*self.values, *self.flag_results, *self.entered, *self.written)
    body = region(self.builder, results, captured)
    body = Region((*body.arguments, *elements), body.nodes, body.results)
    params = {
        "body": body,
        "bounded": True,
        "state": len(inits),
        "reads": len(sources),
        "reverse": not loop.node.params.get("reverse", False),
    }
    types = (
        py("int64"),
        *(_widest(v.type, r.type) for v, r in zip(inits, results, strict=False)),
        *(history(v.type) for v in self.written),
    )
    inputs = (loop.node.outputs[0], *inits, *captured, *sources)
    outputs = emit(LOOP, inputs, types, params)
    self._hand_on(outputs, flagged)

def _hand_on(self, outputs: tuple[Value, ...], flagged: list[Value]) -> None:
    loop, sweep = self.loop, self.loop.sweep
    carried = [v for v in self.active if self.flags[v] != "unset"]
    values = dict(zip(carried, outputs[1:], strict=False))
    flags = dict(zip(flagged, outputs[1 + len(carried) :], strict=False))
    for v in carried:
        if v in loop.captured:
            sweep.set(loop.outer(v), Cotangent(values[v], flags.get(v)))
    for v in reversed(carried):
        init = loop.inits[loop.state.index(v)] if v in loop.state else None
        if init is not None and init.type.floating and sweep.wants(init):
            sweep.add(init, values[v], flags.get(v))
    written = iter(outputs[1 + len(carried) + len(flagged) + len(self.following) :])
    news = [next(written) for _ in self.outgoing]
    for (outer, got), new in zip(self.outgoing, news, strict=True):
        flag = next(written) if got.arrived is not None else None
        sweep.set(outer, Cotangent(new, flag))


def _widest(init: Type, result: Type) -> Type:
    joined = join(init, result)
    assert joined is not None
    return joined


def _outer_flag(builder: Any, got: Cotangent | None) -> Value:
    if got is None:
        return builder.constant(False, "bool")  # type: ignore[no-any-return]
    return got.arrived if got.arrived is not None else builder.constant(True, "bool")


def reverse_loop(sweep: Sweep, node: Node) -> None:
    """Append the reverse of a loop where anything of it has a cotangent."""
    if any(sweep.get(v) for v in present(sweep, node).outputs):
        LoopReverse(sweep, node).run()


THREADED["loop"] = reverse_loop
