"""The reverse of one step of a loop, as the body of the reverse loop.

What it needs of the forward step it reads from histories, which the forward loop is made to write.
Values that follow from the step number alone are computed again.  What the step before it in time (the
next one forwards) began with is carried along: one value is saved once, so that it has one cotangent
in the next reverse pass.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from autograph_lite.gradient.cells import is_kept
from autograph_lite.gradient.cells import number_of as number_of_cotangent
from autograph_lite.gradient.cotangents import Cotangent, arrival, blanked, nothing, state
from autograph_lite.gradient.mirror import Mirror
from autograph_lite.gradient.reverse import Sweep
from autograph_lite.ir.build import Register
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import NUMBER, Symbol, Type, element, flags_of, history, py
from autograph_lite.ops.cells import note_number
from autograph_lite.ops.control import CONSTANT, LoopParts
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.duals import in_order, levels_at_work, whole_in
from autograph_lite.ops.regions import Step
from autograph_lite.ops.staging import in_region, staged_region


class Loop(LoopParts):
    """One loop node under reverse."""

    def __init__(self, sweep: Sweep, node: Node) -> None:
        super().__init__(node.inputs, node.outputs, node.params)
        self.sweep, self.node = sweep, node
        self.histories_of: dict[Value, Value] = {}  # value of the body -> where it will be saved

    def known_history(self, value: Value) -> Value | None:
        """The history of a value that the loop saves already."""
        return self.written[self.saved.index(value)] if value in self.saved else None


class Reversal:
    """One attempt at the body of the reverse loop, under an assumption about what has arrived.

    `slots` are pieces of state and `roots` values outside (with a value of the same shape) whose
    cotangents the reverse loop carries; `states` says of each whether anything has arrived when a step
    begins: "unset", "set" or "maybe".  `registers` are those from outside that steps write; `kept` are
    those of the cotangents that may be in cells, of which the number is carried too.
    """

    def __init__(
        self,
        loop: Loop,
        slots: list[Value],
        roots: dict[Value, Value],
        states: dict[Value, str],
        registers: list[Register],
        kept: list[Value],
    ) -> None:
        self.loop, self.slots, self.roots, self.states = loop, slots, roots, states
        self.registers, self.kept = registers, kept
        self.held = [context.interpreter.read(r) for r in registers]  # type: ignore[attr-defined]
        self.read: dict[Value, Value] = {}  # history outside -> this step's element of it
        self.following: dict[int, Value] = {}  # piece of state -> what the next step began with
        self.numbered: list[int] = []  # those of which the next step told that it may be in a cell
        self.saved: list[Value] = []
        self.types: dict[int, Type] = {}  # of pieces of state, in any step
        self.outgoing: list[tuple[Value, Cotangent]] = []
        with staged_region() as builder:
            self.builder = builder
            self.step = Step(builder)
            parts = loop.results, loop.captured, loop.elements
            self.mirror = Mirror(loop.body, builder, self._find, *parts)
            names = zip(loop.captured, loop.captures, strict=True)
            self.inner = self.mirror.sweep(loop.sweep, names)
            self._trace()

    @property
    def carried(self) -> list[Value]:
        return [v for v in (*self.slots, *self.roots) if self.states[v] != "unset"]

    @property
    def flagged(self) -> list[Value]:
        return [v for v in self.carried if self.states[v] == "maybe"]

    def like(self, carried: Value) -> Value:
        """A value outside with the shape of what is carried."""
        if carried in self.roots:
            return self.roots[carried]
        out: Value = self.loop.outs[self.loop.state.index(carried)]
        return out

    def _type(self, carried: Value) -> Type:
        if carried in self.roots:
            return self.roots[carried].type
        return self._in_steps(self.loop.state.index(carried))

    def _in_steps(self, slot: int) -> Type:
        """The type that a step leaves a piece of state with; an extent that varies is no other one."""
        if slot not in self.types:
            first, last = self.loop.state[slot].type, self.loop.outs[slot].type
            pairs = zip(first.shape, last.shape, strict=True)
            shape = tuple(a if a == b else Symbol() for a, b in pairs)
            self.types[slot] = replace(last, shape=shape)
        return self.types[slot]

    def _trace(self) -> None:
        loop = self.loop
        for register, value in zip(self.registers, self.held, strict=True):
            self.builder.enter(register, self.step.declare(value.type))
        values = {v: self.step.declare(self._type(v)) for v in self.carried}
        flags = {v: self.step.declare(flags_of(self.like(v).type)) for v in self.flagged}
        given = {v: Cotangent(x, flags.get(v), v in flags) for v, x in values.items()}
        for v in self.kept:
            note_number(values[v], self.step.declare(NUMBER))
        for root in self.roots:
            self.inner.set(root, given.get(root))
        for result, outer in zip(loop.saved, loop.written, strict=True):
            self._seed_element(result, outer)
        for argument, outer in zip(loop.elements, loop.histories, strict=True):
            self._seed_element(argument, outer)
        for slot in self.slots:
            if slot in given:
                self.inner.arrive(loop.results[loop.state.index(slot)], given[slot])
        self.inner.run(self.mirror.adjoint.nodes)
        self.after = {v: self.inner.of_itself(v) for v in self.slots}
        self.after |= {v: self.inner.cotangents.get(v) for v in self.roots}
        for argument, outer in zip(loop.elements, loop.histories, strict=True):
            got = self.inner.of_itself(argument) if argument.type.differentiable else None
            if got is not None:
                self.outgoing.append((outer, got))

    def _seed_element(self, inside: Value, outer: Value) -> None:
        """This step's element of the cotangent of a history."""
        got = self.loop.sweep.get(outer) if outer.type.differentiable else None
        if got is not None:
            there = None if got.arrived is None else self._element(got.arrived)
            self.inner.arrive(inside, Cotangent(self._element(got.value), there, True))

    def written_registers(self) -> list[Register]:
        """The registers from outside that a step writes."""
        return [register for register, _ in self.builder.overlay.values()]

    def kept_after(self) -> list[Value]:
        """The cotangents that may be in cells when a step has ended."""
        after = self.after
        return in_region(
            self.builder,
            lambda: [v for v in self.carried if v in self.kept or is_kept(after[v])],
        )

    def states_after(self) -> dict[Value, str]:
        """What has arrived after any number of steps, given what was assumed before."""
        return {v: _meet(self.states[v], got) for v, got in self.after.items()}

    # --- values of the forward step ---

    def _find(self, value: Value) -> Value | None:
        loop = self.loop
        if value is loop.k:
            return self._forward_step()
        if value in loop.captured:
            return self.builder.local(loop.captures[loop.captured.index(value)])
        if value in loop.elements:
            return self._element(loop.histories[loop.elements.index(value)])
        made = self.mirror.adjoint.makers.get(value)
        if made is None and value not in loop.state:
            return None
        if value in loop.results:
            return self._following(loop.results.index(value))
        if made is not None and self._is_cheap(made):
            return self._again(made)
        return self._element(self._history(value))

    def _forward_step(self) -> Value:
        """The step of the forward loop that is reversed now."""
        one, back = (self.builder.constant(n, "int64", "py") for n in (1, -1))
        last = f.position(self.loop.steps, back, one)
        return f.position(self.step.k, last, back)

    def _element(self, outer: Value) -> Value:
        """This step's element of a history outside."""
        if outer not in self.read:
            self.read[outer] = Value(element(outer.type))
            self.builder.own.add(self.read[outer])
        return self.read[outer]

    def _history(self, value: Value) -> Value:
        """The history of a value of the body, which the forward loop is made to write."""
        known = self.loop.known_history(value)
        if known is None:
            self.saved.append(value)
            known = self.loop.histories_of.setdefault(value, Value(history(value.type)))
        return known

    def _following(self, slot: int) -> Value:
        """The new value of a piece of state: what the step after it began with."""
        if slot not in self.following:
            self.following[slot] = self.step.declare(self._in_steps(slot))
            if (
                self.loop.state[slot] in self.mirror.numbers
            ):  # one value, which is kept a step later
                self.numbered.append(slot)
                note_number(self.following[slot], self.step.declare(py("int64")))
        return self.following[slot]

    def _is_cheap(self, node: Node) -> bool:
        """Whether a node follows from the step number, constants and captured integers by scalar
        steps.  What a cotangent may flow through is saved, so that one value has one cotangent."""
        if node.op is CONSTANT:
            return True
        scalar = all(v.type.rank == 0 for v in node.outputs) and len(node.outputs) == 1
        if not scalar or not node.op.recomputed or any(v.type.differentiable for v in node.inputs):
            return False
        return all(self._is_free(v) for v in node.inputs)

    def _is_free(self, value: Value) -> bool:
        if value is self.loop.k or value in self.loop.captured:
            return True
        made = self.mirror.adjoint.makers.get(value)
        return made is not None and self._is_cheap(made)

    def _again(self, node: Node) -> Value:
        inputs = tuple(self.builder.local(v) for v in node.inputs)
        types = tuple(v.type for v in node.outputs)
        return self.builder.append(node.op, inputs, types, node.params)[0]

    # --- the end of the step ---

    def results(self) -> list[Value]:
        """In the order of the state: carries, flags, numbers of cells, then what the forward step began
        with."""
        local = self.builder.local
        carries = [self._handed_on(v) for v in self.carried]
        flags = [arrival(self.after[v], self.like(v)) for v in self.flagged]
        numbers = [local(number_of_cotangent(self.after[v])) for v in self.kept]
        entered: list[Value] = []
        done = 0
        while done < len(self.following):  # what is entered may have to be carried too
            slot = list(self.following)[done]
            entered.append(local(self.loop.state[slot]))
            if entered[-1].type.differentiable:
                self._ask_tangents(entered[-1])
            if slot in self.numbered:
                entered.append(local(self.mirror.numbers[self.loop.state[slot]]))
            done += 1
        held = [local(self.builder.read(register)) for register in self.registers]
        return [*held, *carries, *flags, *numbers, *entered]

    def _ask_tangents(self, value: Value) -> None:
        """What forward mode will be asked of a value reads histories too, and these have to be known first."""
        list(in_order(value, levels_at_work(), partial(whole_in, self.builder)))

    def _handed_on(self, carried: Value) -> Value:
        got = self.after[carried]
        if got is None:
            return self.builder.local(nothing(self.like(carried)))
        return self.builder.local(blanked(got).value if carried in self.flagged else got.value)

    def written(self) -> list[Value]:
        """Elements of the cotangents of histories and, where only the run knows it of some, whether
        they have arrived."""
        found = []
        for _, got in self.outgoing:
            found.append(self.builder.local(blanked(got).value))
            if got.arrived is not None:
                found.append(self.builder.local(got.arrived))
        return found


def _meet(before: str, got: Cotangent | None) -> str:
    """What holds both before and after a step."""
    return before if before == state(got) else "maybe"
