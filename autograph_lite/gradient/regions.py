"""The reverse of loops and branches.

The reverse of a loop is a loop over the same steps in the opposite order.  It carries the cotangents
of the state and the current cotangents of what the loop captures (R1).  What its body needs of the
forward steps it reads from histories, which the forward loop is made to write; values that follow
from the step number alone are computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograph_lite.gradient.reverse import THREADED, Cotangent, Sweep
from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type, element, history, join, py, tensor
from autograph_lite.ops.control import CONSTANT, LOOP
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Constant, f

FLAG = tensor("bool")


@dataclass(slots=True)
class Adjoint:
    """A region under reverse: its own nodes, to be extended where something must be saved."""

    source: Region
    nodes: list[Node] = field(init=False)

    def __post_init__(self) -> None:
        self.nodes = list(self.source.nodes)

    def replace(self, first_output: Value, node: Node) -> None:
        for i, old in enumerate(self.nodes):
            if old.outputs and old.outputs[0] is first_output:
                self.nodes[i] = node

    def present(self, node: Node) -> Node:
        """The node that now makes what `node` made."""
        return self.makers()[node.outputs[0]]

    def makers(self) -> dict[Value, Node]:
        return {v: n for n in self.nodes for v in n.outputs}


def find(value: Value) -> tuple[Builder, Node]:
    """The node under construction that made a value, and its builder."""
    builder: Any = context.interpreter
    while builder is not None:
        for node in builder.nodes:
            if node.outputs and node.outputs[0] is value:
                return builder, node
        builder = builder.parent
    raise ValueError("the node belongs to no region under construction")


def present(sweep: Sweep, node: Node) -> Node:
    """The node as it stands now: an earlier reverse pass may have made it save more."""
    if sweep.present is not None:
        return sweep.present(node)
    builder, found = find(node.outputs[0])
    del builder
    return found


def substitute(sweep: Sweep, node: Node) -> None:
    if sweep.replace is not None:
        sweep.replace(node.outputs[0], node)
    else:
        find(node.outputs[0])[0].replace(node.outputs[0], node)


def emit(
    op: Any, inputs: tuple[Value, ...], types: tuple[Type, ...], params: dict[str, Any]
) -> tuple[Value, ...]:
    """Append a node with regions to the region under construction and record it."""
    builder: Any = context.interpreter
    inside = tuple(builder.local(v) for v in inputs)
    outputs: tuple[Value, ...] = builder.append(op, inside, types, params)
    for tape in context.tapes:
        tape.record(op, inputs, outputs, params, ())
    return outputs


class staged_region:
    """Make a builder inside the present one the interpreter; outer tapes do not see its nodes."""

    def __init__(self) -> None:
        outer: Any = context.interpreter
        self.builder: Builder = outer.inner()

    def __enter__(self) -> Builder:
        self._outer, self._tapes = context.interpreter, context.tapes
        context.interpreter, context.tapes = self.builder, []
        return self.builder

    def __exit__(self, *error: object) -> None:
        context.interpreter, context.tapes = self._outer, self._tapes


# --- loops -------------------------------------------------------------------------------------


def reaches(body: Region, seeds: set[Value]) -> set[Value]:
    """The values of a region to which a cotangent of `seeds` may come."""
    found = set(seeds)
    for node in reversed(body.nodes):
        if isinstance(node.op.derivative, Constant) or not any(v in found for v in node.outputs):
            continue
        found.update(v for v in node.inputs if v.type.floating)
    return found


class LoopReverse:
    """The reverse of one loop node."""

    def __init__(self, sweep: Sweep, node: Node) -> None:
        self.sweep = sweep
        self.outer_inputs = node.inputs
        self.node = present(sweep, node)
        p = self.node.params
        self.body: Region = p["body"]
        self.bounded, self.m, self.reads = p["bounded"], p["state"], p["reads"]
        arguments = self.body.arguments
        self.k = arguments[0]
        self.state = arguments[1 : 1 + self.m]
        self.captured = arguments[1 + self.m : len(arguments) - self.reads]
        self.elements = arguments[len(arguments) - self.reads :] if self.reads else ()
        inputs = node.inputs[1:] if self.bounded else node.inputs
        self.inits = inputs[: self.m]
        self.captures = inputs[self.m : len(inputs) - self.reads]
        self.histories = inputs[len(inputs) - self.reads :] if self.reads else ()
        self.outs = self.node.outputs[1 : 1 + self.m]
        self.saved: dict[Value, Value] = {}

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

    def outer(self, argument: Value) -> Value:
        """The value outside whose cotangent is carried for an argument."""
        if argument in self.state:
            return self.outs[self.state.index(argument)]
        return self.captures[self.captured.index(argument)]

    def _start(self, argument: Value) -> Cotangent | None:
        return self.sweep.get(self.outer(argument))

    def start_value(self, argument: Value) -> Cotangent:
        """The cotangent with which the reverse loop begins; zeros where nothing has arrived."""
        return self._start(argument) or Cotangent(zeros(self.outer(argument)))


class _LoopBody:
    """One attempt at the body of the reverse loop, under an assumption about what has arrived."""

    def __init__(self, loop: LoopReverse, active: list[Value], flags: dict[Value, str]) -> None:
        self.loop, self.active, self.flags = loop, active, flags
        self.adjoint = Adjoint(loop.body)
        self.saved: list[Value] = []
        self.read: dict[Value, Value] = {}
        self.incoming: dict[Value, tuple[Value, Value | None]] = {}
        self.outgoing: list[tuple[Value, Cotangent]] = []
        self.following: dict[int, Value] = {}
        region_ = staged_region()
        self.builder = region_.builder
        with region_:
            self._trace()

    def _trace(self) -> None:
        loop, builder = self.loop, self.builder
        self.step = builder.argument(py("int64"))
        carried = {
            v: builder.argument(self._type(v)) for v in self.active if self.flags[v] != "unset"
        }
        arrived = {v: builder.argument(FLAG) for v in self.active if self.flags[v] == "maybe"}
        builder.resolve = self._resolve
        self.inner = Sweep(
            replace=self.adjoint.replace, present=self.adjoint.present, nodes=self.adjoint.nodes
        )
        self._seed(carried, arrived)
        for node in reversed(list(self.adjoint.nodes)):
            self.inner.visit(node)
        self.after = {v: self.inner.get(v) for v in self.active}
        for argument, outer in zip(loop.elements, loop.histories, strict=True):
            got = self.inner.get(argument)
            if got is not None:
                self.outgoing.append((outer, got))

    def _type(self, argument: Value) -> Type:
        return argument.type

    def _seed(self, carried: dict[Value, Value], arrived: dict[Value, Value]) -> None:
        """Histories first (their readers ran last), then captures as they stand, then the state."""
        loop = self.loop
        for result, outer in zip(
            loop.body.results[loop.m :], loop.node.outputs[1 + loop.m :], strict=True
        ):
            got = loop.sweep.get(outer)
            if got is not None:
                value = self._read_history(got.value)
                flag = None if got.arrived is None else self._read_history(got.arrived)
                self.inner.add(result, value, flag)
        for argument, outer in zip(loop.elements, loop.histories, strict=True):
            got = loop.sweep.get(outer)
            if got is not None:
                value = self._read_history(got.value)
                flag = None if got.arrived is None else self._read_history(got.arrived)
                self.inner.set(argument, Cotangent(value, flag))
        for v in self.active:
            if v in carried and v in loop.captured:
                self.inner.set(v, Cotangent(carried[v], arrived.get(v)))
        for v in self.active:
            if v in carried and v not in loop.captured:
                self.inner.add(loop.body.results[loop.state.index(v)], carried[v], arrived.get(v))

    def _read_history(self, outer: Value) -> Value:
        """This step's element of a history outside."""
        if outer not in self.incoming:
            self.incoming[outer] = (Value(element(outer.type)), None)
        return self.incoming[outer][0]

    def _resolve(self, value: Value) -> Value | None:
        """A value of the forward body as the reverse body sees it."""
        loop = self.loop
        if value in self.read:
            return self.read[value]
        known = {id(v[0]) for v in self.incoming.values()}
        if id(value) in known:
            return value
        if value is loop.k:
            found = self._forward_step()
        elif value in loop.captured:
            found = self.builder.local(loop.captures[loop.captured.index(value)])
        elif value in loop.elements:
            found = self._read_history(loop.histories[loop.elements.index(value)])
        else:
            made = self.adjoint.makers().get(value)
            if made is None and value not in loop.state:
                return None
            found = (
                self._again(made) if made is not None and self._cheap(made) else self._saved(value)
            )
        self.read[value] = found
        return found

    def _forward_step(self) -> Value:
        """The step of the forward loop that is reversed now."""
        one, back = (self.builder.constant(n, "int64", "py") for n in (1, -1))
        last = f.position(self.loop.node.outputs[0], back, one)
        return f.position(self.step, last, back)

    def _cheap(self, node: Node) -> bool:
        """Whether a node follows from the step number, constants and captures by scalar steps."""
        if node.op is CONSTANT:
            return True
        scalar = all(v.type.rank == 0 for v in node.outputs) and len(node.outputs) == 1
        if not scalar or node.op.name not in CHEAP:
            return False
        return all(self._free(v) for v in node.inputs)

    def _free(self, value: Value) -> bool:
        if value is self.loop.k or value in self.loop.captured:
            return True
        made = self.adjoint.makers().get(value)
        return made is not None and self._cheap(made)

    def _again(self, node: Node) -> Value:
        if node.op is CONSTANT:
            kind = node.outputs[0].type.kind
            return self.builder.constant(node.params["value"], node.params["dtype"], kind)
        inputs = tuple(self.builder.local(v) for v in node.inputs)
        types = tuple(v.type for v in node.outputs)
        return self.builder.append(node.op, inputs, types, node.params)[0]

    def _saved(self, value: Value) -> Value:
        """Have the forward loop save the value; this step's element of its history."""
        results = self.loop.body.results
        if value in results[: self.loop.m] and value not in self.loop.state:
            return self._following(results.index(value))
        known = results[self.loop.m :]
        if value in known:
            return self._read_history(self.loop.node.outputs[1 + self.loop.m + known.index(value)])
        self.saved.append(value)
        outer = self.loop.saved.setdefault(value, Value(history(value.type)))
        return self._read_history(outer)

    def _following(self, slot: int) -> Value:
        """The new value of a slot of the state: what the step after it began with.  It is carried
        from that step, so that one value has one cotangent in the next reverse."""
        if slot not in self.following:
            self.following[slot] = Value(self.loop.body.results[slot].type)
            self.builder.own.add(self.following[slot])
        return self.following[slot]

    # --- what came of it ---

    def flags_after(self) -> dict[Value, str]:
        """What has arrived after any number of steps, given what was assumed before."""
        return {v: _meet(self.flags[v], self.after[v]) for v in self.active}

    def finish(self) -> None:
        """Make the forward loop save what is read, append the reverse loop, hand the cotangents on."""
        loop = self.loop
        with_region(self.builder, self._complete)
        self._save_more()
        self._emit()
        del loop

    def _complete(self) -> None:
        """The results of the body: carries, then flags, then elements of the histories' cotangents."""
        values: list[Value] = []
        flags: list[Value] = []
        for v in self.active:
            if self.flags[v] == "unset":
                continue
            got = self.after[v]
            values.append(self.builder.local(got.value) if got else zeros(v))
            if self.flags[v] == "maybe":
                flags.append(_flag(self.builder, got))
        written: list[Value] = []
        for _, got in self.outgoing:
            written.append(self.builder.local(got.value))
        for _, got in self.outgoing:
            if got.arrived is not None:
                written.append(self.builder.local(got.arrived))
        self.entered = [self.builder.local(self._entering(slot)) for slot in self.following]
        self.values, self.flag_results, self.written = values, flags, written

    def _entering(self, slot: int) -> Value:
        """What the forward step began with in a slot."""
        return self.builder.local(self.loop.state[slot])

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


CHEAP = frozenset(
    ("py_add", "py_subtract", "py_multiply", "py_negative", "weak", "cast", "getitem", "position")
)


def _widest(init: Type, result: Type) -> Type:
    joined = join(init, result)
    assert joined is not None
    return joined


def zeros(like: Value) -> Value:
    """Zeros in the shape of a value; a scalar need not be read for that."""
    if like.type.rank == 0:
        return context.interpreter.constant(0.0, like.type.dtype)
    return f.zeros_like(like)


def _meet(before: str, got: Cotangent | None) -> str:
    """What holds both before and after a step."""
    after = "unset" if got is None else ("set" if got.arrived is None else "maybe")
    return before if before == after else "maybe"


def _flag(builder: Builder, got: Cotangent | None) -> Value:
    if got is None:
        return builder.constant(False, "bool")
    return builder.constant(True, "bool") if got.arrived is None else builder.local(got.arrived)


def _outer_flag(builder: Any, got: Cotangent | None) -> Value:
    if got is None:
        return builder.constant(False, "bool")  # type: ignore[no-any-return]
    return got.arrived if got.arrived is not None else builder.constant(True, "bool")


def with_region(builder: Builder, action: Any) -> None:
    """Run `action` with a builder as the interpreter again."""
    outer, tapes = context.interpreter, context.tapes
    context.interpreter, context.tapes = builder, []
    try:
        action()
    finally:
        context.interpreter, context.tapes = outer, tapes


def reverse_loop(sweep: Sweep, node: Node) -> None:
    """Append the reverse of a loop where anything of it has a cotangent."""
    if any(sweep.get(v) for v in present(sweep, node).outputs):
        LoopReverse(sweep, node).run()


THREADED["loop"] = reverse_loop
__all__ = ["FLAG", "LoopReverse", "emit", "reverse_loop", "staged_region", "with_region"]
