"""The state of lowering one region: what each value became, and who still reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.record import Scalar
from autograph_lite.render import body, form
from autograph_lite.render.arrays import Array, Buffer, Saved, copy_of, new_array, row_major
from autograph_lite.render.emitter import Emitter
from autograph_lite.render.form import I64, Const, Expr
from autograph_lite.render.held import Entered, Held, held_until
from autograph_lite.render.schedule import scheduled

SHORT = {"add": "sum", "subtract": "diff", "multiply": "prod", "divide": "quot"}
Lowered = Expr | Array | Saved


class Group(Protocol):
    """Nodes that wait for their loop nest (`fuse`)."""

    extents: tuple[Expr, ...]
    members: set[Value]
    holds: list[Node]

    def add(self, node: Node) -> None: ...

    def sure(self) -> bool: ...

    def may_pass(self) -> bool: ...

    def reads(self, value: Value) -> bool: ...

    def write(self, low: Lowering) -> None: ...


@dataclass(frozen=True, slots=True)
class Home:
    """Where a step is to leave a piece of state: in the memory of what it began with; or, where that is
    `saved`, in new memory that is kept."""

    began: Array
    saved: bool


class Lowering:
    """The state of lowering one region: what each value became and who still reads it."""

    def __init__(
        self,
        k: Emitter,
        region: Region,
        lower: Handler,
        held: Held,
        entered: Entered = (),
    ) -> None:
        region = scheduled(region)
        self.k = k
        self.held = held
        self.now = {key: v for v, key in entered}  # what each key holds
        self.until = held_until(region, entered)
        self.region = region
        self.lower = lower
        self.env: dict[Value, Lowered] = {}
        self.position = 0
        self.last_use = last_uses(region)
        self.group: Group | None = None
        self.homes: dict[Value, Home] = {}  # of results

    # --- values ---

    def scalar(self, value: Value) -> Expr:
        """A value of rank 0."""
        if self.group is not None and value in self.group.members:
            self.flush()
        found = self.env[value]
        assert not isinstance(found, Array | Saved)
        return found

    def array(self, value: Value) -> Array:
        """A value in memory; a scalar is put there."""
        if self.group is not None and value in self.group.members:
            self.flush()
        found = self.env[value]
        if isinstance(found, Array):
            return found
        assert not isinstance(found, Saved)
        base = self.k.alloc("cell", Const(1, I64), found.type)
        self.k.add(form.Store(base, Const(0, I64), found))
        return Array(base, found.type, (), (), Buffer(owned=True))

    def saved(self, value: Value) -> Saved:
        """A history or list."""
        found = self.env[value]
        assert isinstance(found, Saved)
        return found

    def extents(self, value: Value) -> tuple[Expr, ...]:
        """The extents of a value, without forcing it into memory."""
        if self.group is not None and value in self.group.members and value.type.rank:
            return self.group.extents
        found = self.env.get(value)
        return found.extents if isinstance(found, Array) else ()

    def set(self, value: Value, lowered: Lowered) -> None:
        if isinstance(lowered, Array) and value.type.rank == 0:
            lowered = self.k.let("v", lowered.load(()))
        if isinstance(lowered, Array):
            lowered = refine(self.k, lowered, value.type)
        self.env[value] = lowered

    def live_later(self, value: Value) -> bool:
        """Whether something after the present node reads the value, a way out of the kernel too."""
        last = max(self.last_use.get(value, -1), self.until.get(value, -1))
        return last > self.position

    def exclusive(self, value: Value) -> bool:
        """Whether the buffer of `value` may be written at the present node: owned, and nothing that
        this node reads elsewhere or that is read later shares it."""
        array = self.env[value]
        if not isinstance(array, Array) or not array.buffer.owned or self.live_later(value):
            return False
        here = self.region.nodes[self.position].inputs
        if here.count(value) > 1:
            return False
        return not any(
            isinstance(other, Array)
            and other.buffer.meets(array.buffer)
            and v is not value
            and (self.live_later(v) or v in here)
            for v, other in self.env.items()
        )

    def room_for(
        self, node: Node, extents: tuple[Expr, ...], reads: Mapping[Value, Array], again: bool
    ) -> Array:
        """Memory for the result of a node: where it is to be in the end, unless something else is read
        there.  `reads`: what is read element by element, each before it may be written over; all of it
        `again`, perhaps."""
        value = node.outputs[0]
        home = self.homes.get(value)
        if home is not None and not home.saved and home.began.extents == extents:
            there = [v for v, x in self.env.items() if _shares(x, home.began)]
            elsewhere = {v for v, x in reads.items() if again or x != home.began}
            if not any(v in elsewhere or self._in_the_way(v) for v in there):
                return home.began
        where = "keep" if home is not None and home.saved else "temp"
        return new_array(self.k, hint(node), value.type.dtype, extents, where)

    def _in_the_way(self, value: Value) -> bool:
        """Whether a value is read at or after the present node."""
        if self.group is not None and self.group.reads(value):
            return True
        return max(self.last_use.get(value, -1), self.until.get(value, -1)) >= self.position

    # --- running ---

    def run(self) -> list[Lowered]:
        """Lower every node; the results, arrays in memory."""
        for position, node in enumerate(self.region.nodes):
            self.position = position
            if node.origin is not None:
                self.k.at(node.origin)
            self.lower(self, node)
        self.position = len(self.region.nodes)
        self.flush()
        return [self.env[v] for v in self.region.results]

    def hold(self, node: Node) -> None:
        """From here on, or from where the waiting group is written, a key holds a value."""
        value, key = node.inputs[0], node.params["key"]
        if self.group is not None and not self.group.sure():
            self.flush()
        if self.group is not None and (self.group.holds or value in self.group.members):
            self.group.holds.append(node)  # in their order
            return
        found = self.env[value]
        assert not isinstance(found, Saved)
        if isinstance(found, Array) and not found.contiguous:
            found = copy_of(self.k, found)
            self.env[value] = found
        if isinstance(found, Array):
            self.held.assign(key, value.type, found.base, found.extents)
        else:
            self.held.assign(key, value.type, found)
        self.now[key] = value

    def flush(self) -> None:
        """Write the waiting group as one loop nest."""
        group, self.group = self.group, None
        if group is not None:
            group.write(self)

    def flush_before(self) -> None:
        """The same before other loops over elements, where it would be noticed."""
        if self.group is not None and not self.group.may_pass():
            self.flush()

    # --- regions inside ---

    def inside(self, region: Region, entered: Entered = ()) -> Lowering:
        """The lowering of a region of one of the nodes; its arguments are still to be bound."""
        return Lowering(self.k, region, self.lower, self.held, entered)

    def borrowed(self, value: Value) -> Lowered:
        """A captured value as a region sees it: not to be written into."""
        if self.group is not None and value in self.group.members:
            self.flush()
        found = self.env[value]
        if not isinstance(found, Array):
            return found
        return replace(found, buffer=found.buffer.lent())


def _shares(x: Lowered, home: Array) -> bool:
    return isinstance(x, Array) and x.buffer.meets(home.buffer)


def last_uses(region: Region) -> dict[Value, int]:
    """The position of the last node that reads each value; results are read at the end."""
    uses = {v: i for i, node in enumerate(region.nodes) for v in node.inputs}
    uses.update((v, len(region.nodes)) for v in region.results)
    return uses


def refine(k: Emitter, array: Array, type: Type) -> Array:
    """Extents that the type knows become constants, or what holds them in the whole run."""
    extents = k.extents(type.shape, array.extents)
    if extents == array.extents:
        return array
    strides = row_major(extents) if array.contiguous else array.strides
    return Array(array.base, array.dtype, extents, strides, array.buffer, array.offset)


def hint(node: Node) -> str:
    """A readable name for the result of a node."""
    name: str = node.op.name
    return SHORT.get(name, name.removeprefix("py_")) + "_"


def scalar_body(k: Emitter, node: Node, operands: dict[str, Expr], vector: bool = False) -> Expr:
    """The body of an elementwise node applied to scalars."""
    assert isinstance(node.op.body, Scalar)
    text = node.op.body.text
    names = dict(operands)
    if not isinstance(text, str):
        parameters = [a.arg for a in body.parse(text).args.args]
        names = dict(zip(parameters, operands.values(), strict=False))
    return body.scalar(k, text, node.outputs[0].type.dtype, vector, **names)


Handler = Callable[[Lowering, Node], None]
