"""Run a compiled graph: arrays into slots, one call, results and faults out of them.

The second run makes a gate, which does all of it in native code for arguments that fit; of a kernel that is
not optimised yet, the second one after that.  The dtype of a result comes from the graph, never from the value
that came back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograph_lite import errors
from autograph_lite.eager.limits import too_large
from autograph_lite.eager.warn import heed, warn_at
from autograph_lite.errors import Origin
from autograph_lite.frames import traceback_of
from autograph_lite.ir.types import Type
from autograph_lite.ops.control import told
from autograph_lite.render.emitter import FLOAT_ERRORS, WARNING, Site
from autograph_lite_runtime import context, faults, gate, load, memory

Printer = Callable[[str, list[Any]], None]
Leave = Callable[[list[tuple[int, Any]]], None]


@dataclass(frozen=True, slots=True)
class Residual:
    """A history that a kernel saved: where it starts, how many steps, and who owns the memory."""

    address: int
    steps: int
    owner: Any


class Reached(Exception):
    """The program has reached a `raise` of its own: which, what its exception holds, and where it is."""

    def __init__(self, key: int, values: list[Any], origin: Origin | None) -> None:
        super().__init__(key)
        self.key, self.values, self.origin = key, values, origin


@dataclass(slots=True, eq=False)
class Executable:
    """A compiled graph: types and first slots of its arguments and results, and its fault sites.

    `left` and `leaves`: where a call that stops on its way leaves what its boxes hold, by key
    (`render.held.Held`).  `saves`: what its loops save in each step, in words.
    """

    entry: load.Entry
    arguments: tuple[tuple[Type, int], ...]
    results: tuple[tuple[Type, int], ...]
    slots: int
    sites: tuple[Site, ...]
    keeps: bool
    left: dict[int, tuple[Type, int]]
    leaves: int
    saves: tuple[str, ...]
    runs: int = 0
    enter: Callable[..., Any] | None = None

    def run(
        self, values: Sequence[Any], printer: Printer | None = None, leave: Leave | None = None
    ) -> list[Any]:
        """Arrays, NumPy scalars, Python numbers and residuals in the order of the arguments; raises
        what the program raises, after printing what it printed before and giving to `leave` what its
        boxes hold, by key."""
        if self.enter is not None and printer is None and leave is None:
            fault = None
            try:
                found = self.enter(*values)
                if found is not gate.MISS:
                    return [found] if len(self.results) == 1 else list(found)
            except gate.Fault as met:
                fault = met
            if fault is not None:  # raised here, where no other exception is being handled
                self._refuse(fault)
        self.runs += self.entry.settled
        if self.runs == 2:
            self.enter = self.gated()
        given = [v.owner for v in values if isinstance(v, Residual)]
        call, ran = context.acquire(), False
        try:
            call.reserve(self.slots)
            held = [
                put(call, slot, type, v)
                for (type, slot), v in zip(self.arguments, values, strict=True)
            ]
            if printer is not None:
                call.on_print(lambda records: self._printed(records, printer))
            if self.leaves:
                call.slots[self.leaves] = 0
            ran = True
            status = self.entry.function(call.address)
            del held
            records = call.drain()
            values = self._told(status, call, records)
            self._printed(records, printer)
            if status != faults.OK:
                self._raise(status, call, values)
            owner: Any = call.take_keep() if self.keeps else None
            if owner is not None and given:
                owner = (owner, *given)  # what it gives may lie in what it was given
            return [get(call, slot, type, owner) for type, slot in self.results]
        except BaseException:
            if ran:
                self._stopped(call, printer, leave)
            raise
        finally:
            context.release(call)

    def _stopped(self, call: context.Context, printer: Printer | None, leave: Leave | None) -> None:
        """What was written counts, and what was printed appears, although the call did not end."""
        if leave is not None:
            leave(self.found(call))
        self._printed(call.drain(), printer)

    def found(self, call: context.Context | gate.Slots) -> list[tuple[int, Any]]:
        """What boxes hold where the kernel stopped: (key, NumPy scalar or array of its own)."""
        if not self.leaves or call.slots[self.leaves] != len(self.left):
            return []
        return [(key, copied(call, at, type)) for key, (type, at) in self.left.items()]

    def gated(
        self,
        relations: Sequence[gate.Relation] = (),
        plain: int = 0,
        leave: Leave | None = None,
    ) -> Callable[..., Any] | None:
        """The gate of this kernel, for arguments between which the relations hold; so many results leave
        as Python numbers and arrays.  `leave` takes what its boxes hold where a signal stops it."""
        if any(type.depth for type, _ in (*self.arguments, *self.results)):
            return None
        ins = [gate.Place(t.kind, t.dtype, t.rank, slot) for t, slot in self.arguments]
        kinds = ["py" if i < plain else type.kind for i, (type, _) in enumerate(self.results)]
        outs = zip(kinds, self.results, strict=True)
        places = [gate.Place(kind, t.dtype, t.rank, slot) for kind, (t, slot) in outs]
        stopped = None if leave is None else lambda slots: leave(self.found(slots))
        return gate.gate(self.entry, ins, places, relations, stopped, self.slots)

    def _refuse(self, fault: gate.Fault) -> None:
        """Raise what has stopped the kernel, unless it told more than is left: then it is run again."""
        status, number, count, *details = fault.args
        if status != faults.RAISED:
            self._explain(status, number, details[:count])

    def _printed(self, records: list[Any], printer: Printer | None) -> None:
        for number, values in records:
            site = self.sites[number]
            if site.error == WARNING:
                warn_at(site.text, RuntimeWarning, site.origin)
            elif site.error == FLOAT_ERRORS:
                heed(int(values[0]), site.text, site.origin)
            elif printer is not None:
                printer(site.text, values)

    def _told(self, status: int, call: context.Context, records: list[Any]) -> list[Any]:
        """What the exception holds that the kernel has raised: its record, taken from the others."""
        if status != faults.RAISED or not records:
            return []
        key, (last, values) = told(self.sites[call.fault()[0]].text), records[-1]
        if self.sites[last].text != key:
            return []
        records.pop()
        return values  # type: ignore[no-any-return]

    def _raise(self, status: int, call: context.Context, values: list[Any]) -> NoReturn:
        if call.error is not None:
            raise call.error
        if status == faults.RAISED:
            site = self.sites[call.fault()[0]]
            raise Reached(int(site.text), values, site.origin)
        self._explain(status, *call.fault())

    def _explain(self, status: int, number: int, details: list[int]) -> NoReturn:
        site = self.sites[number]
        if status == faults.MEMORY:
            dtype, shape = site.text.format(*details).split()
            extents = [int(e) for e in shape.strip("(),").split(",")]
            large = too_large(extents, dtype, site.origin)
            raise large.with_traceback(traceback_of(site.origin))
        error = getattr(errors, site.error)(site.text.format(*details), site.origin)
        raise error.with_traceback(traceback_of(site.origin))


def put(call: context.Context, slot: int, type: Type, value: Any) -> Any:
    """Write a value into its slots; what must stay alive during the call is returned."""
    if type.depth:
        call.slots[slot], call.slots[slot + 1] = value.address, value.steps
        return value
    if type.rank == 0:
        put_scalar(call, slot, type.dtype, value)
        return None
    array = np.ascontiguousarray(value, dtype=type.dtype)
    if not array.flags.aligned:
        array = array.copy()
    call.slots[slot] = array.ctypes.data
    for d, extent in enumerate(array.shape):
        call.slots[slot + 1 + d] = extent
    return array


def put_scalar(call: context.Context, slot: int, dtype: str, value: Any) -> None:
    if dtype == "float64":
        call.doubles[slot] = value
    elif dtype == "float32":
        call.slots[slot] = int(np.float32(value).view(np.int32))
    else:
        call.slots[slot] = int(value)


def get(call: context.Context, slot: int, type: Type, owner: Any) -> Any:
    """Read a result: Python numbers for kind py, NumPy scalars and arrays else."""
    if type.depth:
        return Residual(call.slots[slot], call.slots[slot + 1], owner)
    if type.rank == 0:
        value = get_scalar(call, slot, type.dtype)
        return value.item() if type.kind == "py" else value
    shape = tuple(call.slots[slot + 1 + d] for d in range(type.rank))
    return call.array(call.slots[slot], type.dtype, shape)


def copied(call: context.Context | gate.Slots, slot: int, type: Type) -> Any:
    """What a slot holds or points to, in memory of its own."""
    if type.rank == 0:
        return get_scalar(call, slot, type.dtype)
    shape = tuple(call.slots[slot + 1 + d] for d in range(type.rank))
    return memory.copy(call.slots[slot], type.dtype, shape)


def get_scalar(call: context.Context | gate.Slots, slot: int, dtype: str) -> Any:
    if dtype == "float64":
        return np.float64(call.doubles[slot])
    if dtype == "float32":
        return np.int32(_low(call.slots[slot])).view(np.float32)
    if dtype == "int64":
        return np.int64(call.slots[slot])
    if dtype == "int32":
        return np.int32(_low(call.slots[slot]))
    return np.bool_(call.slots[slot] & 1)


def _low(word: int) -> int:
    """The low 32 bits as a signed number."""
    return ((word & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
