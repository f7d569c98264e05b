"""The reverse of one step of a loop, as the body of the reverse loop.

What it needs of the forward step it reads from histories, which the forward loop is made to write;
values that follow from the step number alone are computed again; what the step before it in time
left in the state is carried along, so that one value has one cotangent in the next reverse.
"""

from __future__ import annotations

from autograph_lite.gradient.regions import Adjoint, flag, present, zeros
from autograph_lite.gradient.reverse import Cotangent, Sweep
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import element, history, py, tensor
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.ops.staging import staged_region

FLAG = tensor("bool")
CHEAP = frozenset(
    ("py_add", "py_subtract", "py_multiply", "py_negative", "weak", "cast", "getitem", "position")
)


class Loop:
    """One loop node under reverse: its parts by name, inside (arguments) and outside."""

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
        self.entries: tuple[int | None, ...] = p.get("entries") or (None,) * self.reads
        self.reverse = bool(p.get("reverse"))
        self.saved: dict[Value, Value] = {}
        self.roots: dict[Value, Value] = {}  # what the captures are -> a capture of the same shape

    def outer(self, argument: Value) -> Value:
        """The value outside whose cotangent is carried: of a piece of state, or a root itself."""
        return self.outs[self.state.index(argument)] if argument in self.state else argument

    def start(self, argument: Value) -> Cotangent | None:
        """The cotangent that has arrived outside before the reverse loop."""
        return self.sweep.get(self.outer(argument))

    def start_value(self, argument: Value) -> Cotangent:
        """The cotangent with which the reverse loop begins; zeros where nothing has arrived."""
        return self.start(argument) or Cotangent(
            zeros(self.roots.get(argument, self.outer(argument)))
        )


class Step:
    """One attempt at the body of the reverse loop, under an assumption about what has arrived."""

    def __init__(self, loop: Loop, active: list[Value], flags: dict[Value, str]) -> None:
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
            v: builder.argument(self._like(v).type) for v in self.active if self.flags[v] != "unset"
        }
        arrived = {v: builder.argument(FLAG) for v in self.active if self.flags[v] == "maybe"}
        builder.resolve = self._resolve
        self.inner = Sweep(
            replace=self.adjoint.replace, present=self.adjoint.present, nodes=self.adjoint.nodes
        )
        self.own: dict[Value, Value] = {}
        for argument, outer in zip(loop.captured, loop.captures, strict=True):
            self.inner.inherit(loop.sweep, builder, argument, outer)
        self._follow_aliases()
        self._seed(carried, arrived)
        for node in reversed(list(self.adjoint.nodes)):
            self.inner.visit(node)
        self.after = {v: self._got(v) for v in self.active}
        for argument, outer in zip(loop.elements, loop.histories, strict=True):
            got = self._got(argument)
            if got is not None:
                self.outgoing.append((outer, got))

    def _got(self, argument: Value) -> Cotangent | None:
        """What has arrived at an argument itself, not at a value that it is in some steps."""
        return self.inner.get(self.own.get(argument, argument))

    def _follow_aliases(self) -> None:
        """In some steps an argument is a value that has another argument too: the state before the
        first step, what a step hands to the next.  Then it has the cotangent of that one (R1)."""
        loop = self.loop
        for i, argument in enumerate(loop.state):
            first = self._same(loop.inits, loop.captures, i)
            later = self._same(loop.body.results, loop.captured, i)
            self._alias(argument, first, later)
        for argument, entry in zip(loop.elements, loop.entries, strict=True):
            if entry is not None:
                self._alias(
                    argument, self._if_active(loop.captured[entry]), None, back=loop.reverse
                )

    def _same(self, values: tuple[Value, ...], captures: tuple[Value, ...], i: int) -> Value | None:
        """The argument that begins a step with the same value as state `i`, given all of them."""
        value = values[i]
        if not value.type.floating or value.type.depth:
            return None
        for other, argument in zip(captures, self.loop.captured, strict=True):
            if other is value:
                return self._if_active(argument)
        before = [j for j in range(i) if values[j] is value]
        return self.loop.state[before[0]] if before else None

    def _if_active(self, argument: Value) -> Value | None:
        captured = self.loop.captures[self.loop.captured.index(argument)]
        leaves = self.loop.sweep.leaves(captured)
        return argument if all(leaf in self.loop.roots for leaf in leaves) else None

    def _alias(
        self, argument: Value, first: Value | None, later: Value | None, back: bool = False
    ) -> None:
        """Send what arrives at `argument` to `first` in the first step, to `later` in the others."""
        if first is None and later is None:
            return
        self.own[argument] = Value(argument.type)
        zero = self.builder.constant(0, "int64", "py")
        step = self.step if back else self._forward_step()
        cond = f.weak(f.py_equal(step, zero), dtype="bool")
        own = self.own[argument]
        self.inner.aliases[argument] = (cond, first or own, later or own)

    def _seed(self, carried: dict[Value, Value], arrived: dict[Value, Value]) -> None:
        """Captures as they stand, then histories (their readers ran last), then the state."""
        loop = self.loop
        for v in self.active:
            if v in carried and v in loop.roots:
                self.inner.set(v, Cotangent(carried[v], arrived.get(v)))
        written = loop.node.outputs[1 + loop.m :]
        for result, outer in zip(loop.body.results[loop.m :], written, strict=True):
            self._seed_element(result, outer)
        for argument, outer in zip(loop.elements, loop.histories, strict=True):
            self._seed_element(argument, outer)
        for v in self.active:
            if v in carried and v not in loop.roots:
                self.inner.add(loop.body.results[loop.state.index(v)], carried[v], arrived.get(v))

    def _seed_element(self, inside: Value, outer: Value) -> None:
        """This step's element of the cotangent of a history."""
        got = self.loop.sweep.get(outer)
        if got is not None:
            flag = None if got.arrived is None else self.builder.local(got.arrived)
            self.inner.add(inside, self._read_history(got.value), flag)

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
        """Whether a node follows from the step number, constants and captured integers by scalar
        steps.  What a cotangent may flow through is saved, so that one value has one cotangent."""
        if node.op is CONSTANT:
            return True
        scalar = all(v.type.rank == 0 for v in node.outputs) and len(node.outputs) == 1
        if not scalar or node.op.name not in CHEAP or any(v.type.floating for v in node.inputs):
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

    def flags_after(self) -> dict[Value, str]:
        """What has arrived after any number of steps, given what was assumed before."""
        return {v: _meet(self.flags[v], self.after[v]) for v in self.active}

    def complete(self) -> None:
        """The results of the body: carries, then flags, then elements of the histories' cotangents."""
        values: list[Value] = []
        flags: list[Value] = []
        for v in self.active:
            if self.flags[v] == "unset":
                continue
            got = self.after[v]
            values.append(self.builder.local(got.value if got else zeros(self._like(v))))
            if self.flags[v] == "maybe":
                flags.append(flag(self.builder, got))
        written = [self.builder.local(filled(got)) for _, got in self.outgoing]
        self.seen, self.now_seen = self._any_arrived()
        self.entered = [self.builder.local(self._entering(slot)) for slot in self.following]
        self.values, self.flag_results, self.written = values, flags, written

    def _any_arrived(self) -> tuple[dict[Value, Value], list[Value]]:
        """Per history whose elements may get a cotangent: whether any element so far has got one,
        before and after this step."""
        seen: dict[Value, Value] = {}
        after: list[Value] = []
        for outer, got in self.outgoing:
            if got.arrived is not None:
                seen[outer] = Value(FLAG)
                self.builder.own.add(seen[outer])
                after.append(self.builder.local(f.bitwise_or(seen[outer], got.arrived)))
        return seen, after

    def _like(self, active: Value) -> Value:
        """A value with the shape of what is carried."""
        return self.loop.roots.get(active, active)

    def _entering(self, slot: int) -> Value:
        """What the forward step began with in a slot."""
        return self.builder.local(self.loop.state[slot])


def filled(got: Cotangent) -> Value:
    """The element of a history's cotangent: -0 where nothing has arrived, to which anything can be
    added without a change of its bits."""
    if got.arrived is None:
        return got.value
    if got.value.type.depth:
        return f.either(got.arrived, got.value, f.void(got.value))
    return f.where(got.arrived, got.value, negative_zero(got.value))


def negative_zero(like: Value) -> Value:
    return context.interpreter.constant(-0.0, like.type.dtype)


def _meet(before: str, got: Cotangent | None) -> str:
    """What holds both before and after a step."""
    after = "unset" if got is None else ("set" if got.arrived is None else "maybe")
    return before if before == after else "maybe"
