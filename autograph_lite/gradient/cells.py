"""Cotangents of tensors in lists that grow: found by the number of their cell (`ops.cells`).

A table has, for every cell of the primal, the number of the cell in which what has arrived is kept, or -1.
So a sum of cotangents is a value with an identity of its own, as in the unrolled program, and the pass can be
reversed in turn: who comes first is kept as it is, later ones are added to what is read (R2), at once and in
the order of their arrival (R3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from autograph_lite.gradient.cotangents import Cotangent, nothing
from autograph_lite.ir.build import Register
from autograph_lite.ir.graph import Node, Region, Test, Value
from autograph_lite.ir.types import NUMBER, kind_of_cells, list_of
from autograph_lite.ops.cells import (
    IMPORT,
    NAME,
    READ,
    cells_for,
    cells_now,
    followed,
    keep,
    none,
    note_number,
    number_if_kept,
    number_now,
    read_cell,
)
from autograph_lite.ops.dispatch import apply_all, f
from autograph_lite.ops.regions import choose
from autograph_lite.ops.same import Sure, as_value, both, holds
from autograph_lite.ops.staging import at_work

if TYPE_CHECKING:
    from autograph_lite.gradient.reverse import Sweep

TABLE = list_of(NUMBER)
Tables = dict[tuple[str, int], Register]
"""A table for each kind of cells (`ir.types.kind_of_cells`)."""


def tables_of_region(region: Region, twice: bool) -> Tables:
    """A table for each kind of cells of a forward graph, seen from the graph that reverses it.  One that is
    reversed in turn goes on with these cells, because what it reads of the primal is in them."""
    builder = at_work()
    if twice:
        for key, _, last in region.cells:
            builder.top.cells[key] = Register(f.cells_copy(builder.local(last)))
    return {key: _table(builder.local(size)) for key, size, _ in region.cells}


def names_in_the_end(body: Region, current: Sequence[str]) -> dict[Value, Node]:
    """For arguments that are in a cell in the end and at which something has arrived: nodes that say so.  What
    arrives at the cell is added to that, at once."""
    numbers = dict(body.numbers)
    return {
        v: Node(NAME, (v, numbers[v]), (Value(v.type),), {})
        for v, how in zip(body.arguments, current, strict=True)
        if v in numbers and how != "unset"
    }


def take_over(tables: Tables, cells: Value, got: Cotangent) -> None:
    """What other calls have let arrive at cells of a forward graph: a table and the cells of those calls."""
    builder = at_work()
    table = tables[kind_of_cells(cells.type)]
    own = cells_for(builder, cells.type)
    assert got.arrived is not None
    count = f.list_size(builder.local(cells))
    inputs = builder.read(own), builder.read(table), got.arrived, got.value, count
    after, entries = apply_all(IMPORT, tuple(map(builder.local, inputs)), {})
    builder.write(own, after)
    builder.write(table, entries)


def handed_on(tables: Tables, cells: Value) -> list[Value]:
    """The same for the calls that are reversed next."""
    table = tables[kind_of_cells(cells.type)]
    return [at_work().read(table), cells_now(cells.type)]


def hand_out(sweep: Sweep, held: Sequence[tuple[Value, Value]]) -> None:
    """What has arrived at the cells that arguments are in from the beginning has arrived at those, to which
    others add outside."""
    for argument, number in held:
        if sweep.wants(argument):
            kept = holds(Test("kept", number))
            got = _held(sweep, number, argument, kept)
            there = both(got.there, kept)
            sweep.add(argument, got.value, there)
            choose(as_value(there), partial(_clear, sweep, argument, number), list)


def _clear(sweep: Sweep, argument: Value, number: Value) -> list[Value]:
    """Nothing has arrived at the cell any more."""
    inside, table = at_work(), sweep.tables[kind_of_cells(argument.type)]
    inside.write(table, f.list_put(inside.read(table), inside.local(number), none()))
    return []


def tables_at_hand() -> Tables:
    """The same for the cells that there are by now in the region at work."""
    builder = at_work()
    cells = builder.top.cells.items()
    return {key: _table(f.list_size(builder.read(kept))) for key, kept in cells}


def _table(size: Value) -> Register:
    return Register(f.list_filled(size, none()))


def update(sweep: Sweep, node: Node, there: Sure, make: Callable[[Value | None], Value]) -> None:
    """Where a condition holds, let `make` say what has arrived at the cell of a `cell_read` or `cell_name`,
    given what had before."""
    type = node.outputs[0].type
    table = sweep.tables[kind_of_cells(type)]

    def write() -> list[Value]:
        inside, number = at_work(), at_work().local(node.inputs[1])
        at = f.list_item(inside.read(table), number, element=NUMBER)
        first = f.weak(f.py_less(at, inside.number(0)), dtype="bool")
        (new,) = choose(
            first, lambda: [keep(make(None))], lambda: [keep(make(read_cell(at, type)))]
        )
        inside.write(table, f.list_put(inside.read(table), number, new))
        return []

    if there is True:
        write()
    elif there is not False:
        choose(at_work().local(as_value(there)), write, list)


def arrive(sweep: Sweep, node: Node, g: Cotangent) -> None:
    """Let a contribution arrive at a cell."""
    update(
        sweep,
        node,
        g.there,
        lambda before: g.value if before is None else f.accumulate(before, g.value),
    )


def arrived(sweep: Sweep, node: Node) -> Cotangent:
    """What has arrived at a cell, if there is one."""
    number = node.inputs[1]
    there = True if node.op is READ else holds(Test("kept", number))
    return _held(sweep, number, node.outputs[0], there)


def _held(sweep: Sweep, number: Value, like: Value, where: Sure) -> Cotangent:
    """What has arrived at the cell with a number, where a condition holds."""
    builder, table = at_work(), sweep.tables[kind_of_cells(like.type)]

    def found() -> Value:
        inside = at_work()
        item: Value = f.list_item(inside.read(table), inside.local(number), element=NUMBER)
        return item

    at = (
        found()
        if where is True
        else choose(as_value(where), lambda: [found()], lambda: [none()])[0]
    )
    there = f.weak(f.py_greater_equal(at, builder.number(0)), dtype="bool")
    (value,) = choose(
        there, lambda: [read_cell(at_work().local(at), like.type)], lambda: [nothing(like)]
    )
    note_number(value, at)
    return Cotangent(value, there, blank=True)


def is_kept(got: Cotangent | None) -> bool:
    """Whether what has arrived may be in a cell."""
    if got is None or got.value.type.depth:
        return False
    return number_if_kept(got.value) is not None


def number_of(got: Cotangent | None) -> Value:
    """The number of the cell that what has arrived is in; -1 if it is in none, or nothing has."""
    if got is None or got.value.type.depth:
        return none()
    number = number_now(got.value)
    return number if got.arrived is None else followed(none(), got.arrived, number)


def reverse_keep(sweep: Sweep, node: Node) -> None:
    """What has arrived at a cell goes to the tensor that was kept in it here, if it was."""
    _, x, old = node.inputs
    if not sweep.wants(x):
        return
    builder = at_work()
    now = f.weak(f.py_less(builder.local(old), builder.number(0)), dtype="bool")
    got = _held(sweep, node.outputs[1], x, now)
    sweep.add(x, got.value, both(got.there, now))


def passes(sweep: Any, node: Node) -> None:
    """A name, or what is read: what arrives has gone to the cell at once."""
    del sweep, node
