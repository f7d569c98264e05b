"""Loops and branches.

A scalar of a loop's state is a variable; an array of it has a buffer that lives as long as the loop,
into which the new value is copied at the end of a step unless it was computed there.  Scratch memory
of a step is given back after it.  Histories are written into the arena of saved values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type, element
from autograph_lite.ops.control import LoopParts
from autograph_lite.render import form
from autograph_lite.render.arrays import Array, Buffer, Saved, as_block, block, copy_of, row_major
from autograph_lite.render.emitter import (
    ONE,
    ZERO,
    Emitter,
    compare,
    iadd,
    imul,
    isub,
    product,
    select,
)
from autograph_lite.render.form import (
    B1,
    I64,
    PTR,
    Const,
    Copy,
    Expr,
    For,
    If,
    Let,
    Var,
    While,
)
from autograph_lite.render.histories import alloc_records, copy_records, read_record, write_record
from autograph_lite.render.lowering import Home, Lowered, Lowering


@dataclass(slots=True)
class Carry:
    """The home of one piece of loop state: variables that hold it from step to step."""

    type: Type
    var: Var  # the scalar, or the base pointer
    extents: tuple[Var, ...] = ()
    capacity: Var | None = None
    array: Array | None = None
    saved: bool = False  # a step saves what it begins with, so that it is not written over

    def lowered(self) -> Lowered:
        if self.type.depth:
            return Saved(self.var, self.extents[0])
        return self.array if self.array is not None else self.var


def lower_loop(low: Lowering, node: Node) -> None:
    """Every loop: state, steps, histories."""
    low.flush()
    k, parts = low.k, LoopParts(node.inputs, node.outputs, node.params)
    bound = None if parts.bound is None else low.scalar(parts.bound)
    state = [
        _open_carry(low, v, out, _is_saved(parts, i))
        for i, (v, out) in enumerate(zip(parts.inits, parts.outs, strict=True))
    ]
    step = k.let("k", ZERO)
    steps = (
        None if bound is None else k.let("steps", select(compare("gt", bound, ZERO), bound, ZERO))
    )
    loop = _Loop(low, node, parts, state, step, steps)
    loop.open_histories()
    loop.write()
    low.set(parts.steps, step if steps is None or loop.has_test else steps)
    for value, carry in zip(parts.outs, state, strict=True):
        low.set(value, carry.lowered())
    for value, saved in zip(parts.written, loop.written, strict=True):
        low.set(value, Saved(saved.base, step))


def _is_saved(parts: LoopParts, i: int) -> bool:
    """Whether steps save what they begin with, or leave what was saved."""
    return parts.state[i] in parts.saved or parts.results[i] in parts.elements


def _open_carry(low: Lowering, value: Value, out: Value, saved: bool) -> Carry:
    """Give a piece of state its home and its first value."""
    k = low.k
    if value.type.depth:
        list_ = low.saved(value)
        return Carry(value.type, k.let("saved", list_.base), (k.let("steps", list_.count),))
    if value.type.rank == 0:
        return Carry(value.type, k.let("state", low.scalar(value)))
    x = low.array(value)
    if not x.contiguous or not (x.buffer.kept if saved else low.exclusive(value)):
        x = copy_of(k, x, "state", "keep" if saved else "temp")
    base = k.let("state", x.base)
    extents = tuple(k.let("n", e) for e in x.extents)
    room = None if saved else k.let("room", product(extents))
    carry = Carry(out.type, base, extents, room, saved=saved)
    carry.array = _carry_array(k, carry, x)
    return carry


def _carry_array(k: Emitter, carry: Carry, x: Array) -> Array:
    """The state as steps see it: in the memory of its first value, until it has outgrown that."""
    extents = k.extents(carry.type.shape, carry.extents)
    buffer = Buffer(not carry.saved, (x.buffer,), "keep" if carry.saved else "")
    return Array(carry.var, x.dtype, extents, row_major(extents), buffer)


@dataclass(slots=True)
class History:
    """A history being written."""

    base: Var
    type: Type  # of one element
    room: Var | None


class _Loop:
    def __init__(
        self,
        low: Lowering,
        node: Node,
        parts: LoopParts,
        state: list[Carry],
        step: Var,
        steps: Var | None,
    ) -> None:
        self.low, self.k, self.parts = low, low.k, parts
        self.state, self.step, self.steps = state, step, steps
        self.body = parts.body
        self.test: Region | None = node.params.get("test")
        self.has_test = self.test is not None
        self.reverse = bool(node.params.get("reverse"))
        self.written: list[History] = []

    def open_histories(self) -> None:
        for value in self.parts.written:
            type = element(value.type)
            room = self.steps if self.steps is not None else self.k.let("room", Const(16, I64))
            base = alloc_records(self.k, "saved", room, type)
            self.written.append(History(base, type, None if self.steps is not None else room))

    def write(self) -> None:
        """The loop statement: counted where only the bound decides, else tested."""
        k = self.k
        if self.steps is not None and self.test is None:
            var = k.fresh("k", I64)
            with k.block() as statements:
                k.add(Let(self.step, var))
                self._one_step()
            k.add(For(var, ZERO, self.steps, tuple(statements), poll=True))
            k.add(Let(self.step, self.steps))
            return
        with k.block() as test:
            go = self._go_on()
        with k.block() as statements:
            self._one_step()
            k.add(Let(self.step, iadd(self.step, ONE)))
        k.add(While(tuple(test), go, tuple(statements)))

    def _go_on(self) -> Expr:
        """Whether there is another step; the test is not reached past the bound."""
        k = self.k
        if self.test is None:
            return Const(True, B1)
        if self.steps is None:
            return self._tested()
        go = k.let("go", Const(False, B1))
        with k.block() as inside:
            k.add(Let(go, self._tested()))
        k.add(If(compare("lt", self.step, self.steps), tuple(inside)))
        return go

    def _tested(self) -> Expr:
        assert self.test is not None
        low = self._region(self.test)
        (result,) = low.run()
        assert not isinstance(result, Array | Saved)
        return self.k.atom("go", result)

    def _region(self, region: Region) -> Lowering:
        """A lowering of a region of the loop whose arguments are bound to the present step."""
        inner = self.low.inside(region)
        arguments = iter(region.arguments)
        inner.env[next(arguments)] = self.step
        for carry in self.state:
            inner.env[next(arguments)] = carry.lowered()
        for value in self.parts.captures:
            inner.env[next(arguments)] = self.low.borrowed(value)
        for value in self.parts.histories:
            inner.env[next(arguments)] = self._read(self.low.saved(value), element(value.type))
        return inner

    def _index(self) -> Expr:
        if not self.reverse:
            return self.step
        assert self.steps is not None
        return self.k.let("back", isub(isub(self.steps, ONE), self.step))

    def _read(self, saved: Saved, type: Type) -> Lowered:
        return read_record(self.k, saved.base, self._index(), type)

    def _one_step(self) -> None:
        k = self.k
        mark = k.fresh("mark", PTR)
        k.add(form.Mark(mark))
        inside = self._region(self.body)
        for result, carry in zip(self.parts.results, self.state, strict=True):
            if carry.array is not None:
                inside.homes.setdefault(result, Home(carry.array, carry.saved))
        results = inside.run()
        for history, value in zip(self.written, results[len(self.state) :], strict=True):
            self._push(history, value)
        self._advance(results[: len(self.state)])
        self._settle_held(inside)
        if self.body.nodes:
            k.add(form.Reset(mark))

    def _push(self, history: History, value: Lowered) -> None:
        if isinstance(value, Array) and value.buffer.where == "keep":  # nothing writes there later
            value = replace(value, buffer=Buffer(False, (value.buffer,), "keep"))
        if history.room is not None:
            self._grow(history, history.room)
        write_record(self.k, history.base, self._index(), value, history.type)

    def _grow(self, history: History, room: Var) -> None:
        """Double the room of a history whose loop has no bound."""
        k = self.k
        with k.block() as grow:
            twice = k.let("twice", imul(room, Const(2, I64)))
            new = alloc_records(k, "saved", twice, history.type)
            copy_records(k, new, history.base, room, history.type)
            k.add(Let(history.base, new))
            k.add(Let(room, twice))
        k.add(If(compare("eq", self.step, room), tuple(grow)))

    def _advance(self, results: list[Lowered]) -> None:
        """All pieces of state take their new values at once."""
        k = self.k
        settled: list[Lowered] = []
        for carry, value in zip(self.state, results, strict=True):
            settled.append(self._settle(carry, value))
        for carry, value in zip(self.state, settled, strict=True):
            if isinstance(value, Saved):
                k.add(Let(carry.var, value.base))
                k.add(Let(carry.extents[0], value.count))
            elif isinstance(value, Array):
                if value.base != carry.var:
                    (_point_carry if carry.saved else _store_carry)(k, carry, value)
            elif value != carry.var:
                k.add(Let(carry.var, value))

    def _settle_held(self, inside: Lowering) -> None:
        """Arrays that are held are now in their homes; where they were made, memory is given back."""
        homes = dict(zip(self.body.results[: len(self.state)], self.state, strict=True))
        for key, value in inside.now.items():
            if value in homes and value.type.rank:
                home = homes[value]
                self.low.held.assign(key, value.type, home.var, home.extents)

    def _settle(self, carry: Carry, value: Lowered) -> Lowered:
        """A value that no other assignment of this step can change under it."""
        k = self.k
        others = [c for c in self.state if c is not carry]
        if isinstance(value, Saved):
            return Saved(k.let("next", value.base), k.let("next", value.count))
        if isinstance(value, Array) and carry.saved:
            if value.buffer.where != "keep" or not value.contiguous:
                return copy_of(k, value, "state", "keep")
            moves = any(value.base == c.var for c in others)
            return replace(value, base=k.let("next", value.base)) if moves else value
        if isinstance(value, Array):
            if any(c.array is not None and value.buffer.meets(c.array.buffer) for c in others):
                return copy_of(k, value)
            if value.base == carry.var and not value.contiguous:
                return copy_of(k, value)
            if value.base == carry.var and value.extents != (carry.array and carry.array.extents):
                return copy_of(k, value)
            return as_block(k, value)
        return k.let("next", value) if any(value == c.var for c in others) else value


def _point_carry(k: Emitter, carry: Carry, value: Array) -> None:
    """What is kept needs no copy."""
    k.add(Let(carry.var, value.base))
    if carry.array is not None and value.extents != carry.array.extents:
        for var, extent in zip(carry.extents, value.extents, strict=True):
            k.add(Let(var, extent))


def _store_carry(k: Emitter, carry: Carry, value: Array) -> None:
    assert carry.capacity is not None
    size = k.atom("size", product(value.extents))
    fixed = carry.array is not None and value.extents == carry.array.extents
    if not fixed:
        with k.block() as grow:
            new = k.alloc("state", size, value.dtype, "keep")
            k.add(Let(carry.var, new))
            k.add(Let(carry.capacity, size))
        k.add(If(compare("gt", size, carry.capacity), tuple(grow)))
        for var, extent in zip(carry.extents, value.extents, strict=True):
            k.add(Let(var, extent))
    copy: form.Stmt = Copy(carry.var, value.base, size, value.dtype)
    if carry.array is not None and value.buffer.meets(carry.array.buffer):
        copy = If(form.Cmp("ne", carry.var, value.base), (copy,))
    k.add(copy)


def lower_if(low: Lowering, node: Node) -> None:
    """Both arms leave their results in the same variables."""
    k = low.k
    cond = low.scalar(node.inputs[0])
    captures = node.inputs[1:]
    low.flush()
    homes = [_home(k, v.type) for v in node.outputs]
    buffers: list[list[Buffer]] = [[] for _ in homes]
    arms = []
    for name in ("then", "orelse"):
        region: Region = node.params[name]
        with k.block() as statements:
            pairs = list(zip(region.arguments, captures, strict=True))
            inner = low.inside(
                region, [(a, key) for a, v in pairs for key, held in low.now.items() if held is v]
            )
            for argument, value in pairs:
                inner.env[argument] = _lent(low, value)
            for i, (home, result) in enumerate(zip(homes, inner.run(), strict=True)):
                buffers[i] += _move_home(k, home, result)
        arms.append(tuple(statements))
    k.add(If(cond, arms[0], arms[1]))
    for value, home, of in zip(node.outputs, homes, buffers, strict=True):
        low.set(value, _at_home(home, value.type, tuple(of)))


def _lent(low: Lowering, value: Value) -> Lowered:
    """A captured value: to be written into only where nothing reads it after the branch."""
    found = low.env[value]
    if isinstance(found, Array) and low.exclusive(value):
        return found
    return low.borrowed(value)


def _home(k: Emitter, type: Type) -> tuple[Var, ...]:
    if type.depth:
        return (k.fresh("joined", PTR), k.fresh("steps", I64))
    if type.rank == 0:
        return (k.fresh("joined", type.dtype),)
    return (k.fresh("joined", PTR), *(k.fresh("n", I64) for _ in range(type.rank)))


def _move_home(k: Emitter, home: tuple[Var, ...], result: Lowered) -> list[Buffer]:
    """Put a result into its variables; whose memory it is."""
    parts: tuple[Expr, ...]
    of: list[Buffer] = []
    if isinstance(result, Saved):
        parts = (result.base, result.count)
    elif isinstance(result, Array):
        x = as_block(k, result)
        of = [x.buffer]
        parts = (x.base, *x.extents)
    else:
        parts = (result,)
    for var, part in zip(home, parts, strict=True):
        k.add(Let(var, part))
    return of


def _at_home(home: tuple[Var, ...], type: Type, of: tuple[Buffer, ...]) -> Lowered:
    if type.depth:
        return Saved(home[0], home[1])
    if type.rank == 0:
        return home[0]
    return block(home[0], type.dtype, home[1:], all(buffer.owned for buffer in of), of)
