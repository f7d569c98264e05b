"""The reverse of a loop: a loop over the same steps in the opposite order.

It carries the cotangents of the state and the current cotangents of what the loop captures (R1), and
returns them updated.  What has arrived where is found by tracing the body until nothing changes (R2).
"""

from __future__ import annotations

from dataclasses import replace

from autograph_lite.gradient.cells import number_of
from autograph_lite.gradient.cotangents import Cotangent, arrival, blanked, nothing, state
from autograph_lite.gradient.mirror import present, roots_of, substitute
from autograph_lite.gradient.reach import reached
from autograph_lite.gradient.reverse import THREADED, Sweep
from autograph_lite.gradient.steps import Loop, Reversal
from autograph_lite.ir.build import Register
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ops.cells import note_number, number_now
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.regions import emit_loop
from autograph_lite.ops.staging import in_region


def reverse_loop(sweep: Sweep, node: Node) -> None:
    """Append the reverse of a loop where anything of it has a cotangent."""
    node = present(sweep, node)
    loop = Loop(sweep, node)
    outs = [v for v in (*loop.outs, *loop.written) if sweep.leads_back(v)]
    if not outs:
        return
    slots, roots, cells = _active(loop, outs)
    if not slots and not roots and not cells:
        return
    states = {v: state(sweep.of_itself(loop.outs[loop.state.index(v)])) for v in slots}
    states |= {v: state(sweep.cotangents.get(v)) for v in roots}
    registers: list[Register] = []
    kept: list[Value] = []
    while True:
        reversal = Reversal(loop, slots, roots, states, registers, kept)
        found = reversal.states_after(), reversal.written_registers()
        if found != (states, registers):
            states, registers = found
        elif (now := reversal.kept_after()) != kept:  # asked when it is known what has arrived
            kept = now
        else:
            break
    _append(reversal)


def _active(loop: Loop, outs: list[Value]) -> tuple[list[Value], dict[Value, Value], bool]:
    """The state, and the values outside, whose cotangents the reverse loop carries; whether any may come to
    cells."""
    live = {a for a, out in zip(loop.state, loop.outs, strict=True) if out in outs}
    saved = [r for r, h in zip(loop.saved, loop.written, strict=True) if h in outs]
    for a, h in zip(loop.elements, loop.histories, strict=True):
        if h.type.differentiable and loop.sweep.of_itself(h):
            saved.append(a)  # read by something later too
    carried = dict(
        zip(loop.state, loop.results, strict=True)
    )  # what a step begins with, the last left
    seeds = [carried[a] for a in live] + saved
    also = {a: r for a, r in carried.items() if a.type.carries}
    found = reached(loop.body, seeds, also)
    live = {a for a in also if a.type.differentiable and (a in live or a in found)}
    captures = [v for a, v in zip(loop.captured, loop.captures, strict=True) if a in found]
    cells = any(a.type.kind == "cells" and a in found for a in loop.body.arguments)
    return [a for a in loop.state if a in live], roots_of(loop.sweep, captures), cells


def _append(reversal: Reversal) -> None:
    """Make the forward loop save what is read, append the reverse loop, hand the cotangents on."""
    loop, step = reversal.loop, reversal.step
    results = in_region(reversal.builder, reversal.results)
    reversal.builder.writes_only(reversal.registers)
    written = in_region(reversal.builder, reversal.written)
    _save_more(reversal)
    starts = [_start(reversal, v) for v in reversal.carried]
    inits = [g.value for g in starts]
    registers = reversal.registers
    by_value = dict(zip(reversal.carried, starts, strict=True))
    inits += [arrival(by_value[v], reversal.like(v)) for v in reversal.flagged]
    inits += [number_of(_arrived(reversal, v)) for v in reversal.kept]
    for slot in reversal.following:
        inits.append(loop.outs[slot])
        if slot in reversal.numbered:
            inits.append(number_now(loop.outs[slot]))
    inits[:0] = [context.interpreter.read(r) for r in registers]  # type: ignore[attr-defined]
    outputs = emit_loop(
        step,
        inits,
        results,
        bound=loop.steps,
        written=written,
        elements=list(reversal.read.items()),
        reverse=not loop.node.params.get("reverse"),
    )
    _hand_on(reversal, outputs)


def _start(reversal: Reversal, carried: Value) -> Cotangent:
    """The cotangent with which the reverse loop begins; blank where nothing has arrived."""
    got = _arrived(reversal, carried)
    if got is not None:
        return blanked(got)
    like = reversal.like(carried)
    return Cotangent(nothing(like), arrival(None, like), True)


def _arrived(reversal: Reversal, carried: Value) -> Cotangent | None:
    """What has arrived at the end of the loop."""
    loop, sweep = reversal.loop, reversal.loop.sweep
    if carried in reversal.roots:
        return sweep.cotangents.get(carried)
    return sweep.of_itself(loop.outs[loop.state.index(carried)])


def _save_more(reversal: Reversal) -> None:
    """The forward loop with its body extended and its new histories among its outputs."""
    loop, node, body = reversal.loop, reversal.loop.node, reversal.loop.body
    fresh = [v for v in reversal.saved if v in loop.histories_of]
    adjoint = reversal.mirror.adjoint
    if not fresh and not adjoint.changed:
        return
    new_body = replace(body, nodes=tuple(adjoint.nodes), results=(*body.results, *fresh))
    outputs = (*node.outputs, *(loop.histories_of[v] for v in fresh))
    new = Node(node.op, node.inputs, outputs, {**node.params, "body": new_body}, node.origin)
    substitute(loop.sweep, node, new)


def _hand_on(reversal: Reversal, outputs: tuple[Value, ...]) -> None:
    loop, sweep = reversal.loop, reversal.loop.sweep
    rest = iter(outputs[1:])
    for register in reversal.registers:
        context.interpreter.write(register, next(rest))  # type: ignore[attr-defined]
    values = {v: next(rest) for v in reversal.carried}
    flags = {v: next(rest) for v in reversal.flagged}
    for v in reversal.kept:
        note_number(values[v], next(rest))
    for _ in (*reversal.following, *reversal.numbered):
        next(rest)
    got = {v: Cotangent(x, flags.get(v), v in flags) for v, x in values.items()}
    for v in got:
        if v in reversal.roots:
            sweep.set(v, got[v])
    for v in reversed(list(got)):
        if v in reversal.roots:
            continue
        init = loop.inits[loop.state.index(v)]
        if init.type.differentiable and sweep.wants(init):
            sweep.arrive(init, got[v])
    for history, element in reversal.outgoing:
        value = next(rest)
        sweep.set(history, Cotangent(value, None if element.arrived is None else next(rest), True))


THREADED["loop"] = reverse_loop
