"""Cells: tensors of floats that stand in lists, each found by a number.

Step by step a list holds the tensor itself, so that what is read from the list, and every name that the tensor
had before, have one cotangent.  Of a list that grows only the run knows which tensor that is.  So a tensor
that is put into a list is kept in a cell, and its number is known from then on to all its names:
`cell_name(x, n)` is x, which is cell n unless n is below 0.  The reverse pass finds the cotangent of a cell
by its number (`gradient.cells`).  A cell never changes, and a tensor has one at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograph_lite.ir.build import Builder, Register
from autograph_lite.ir.graph import Link, Value
from autograph_lite.ir.types import NUMBER, Type, cells_of, kind_of_cells
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.record import Constant, Op, Structural, Threaded, register
from autograph_lite.ops.same import Sure, both, holds, links_from
from autograph_lite.ops.staging import in_region

EMPTY = register(
    Op(
        "cells_empty",
        lambda *, element: (cells_of(element),),
        Structural("no memory yet"),
        Threaded("nothing is kept yet"),
        single=True,
    )
)
KEEP = register(
    Op(
        "cell_keep",
        lambda cells, value, number: (cells, NUMBER),
        Structural("written after the last where the number is below 0"),
        Threaded("what has arrived at the cell goes to the value"),
        single=True,
    )
)
READ = register(
    Op(
        "cell_read",
        lambda cells, number, *, element: (element,),
        Structural("read from its place, where it stays"),
        Threaded("it is the cell"),
        single=True,
    )
)
COPY = register(
    Op(
        "cells_copy",
        lambda cells: (cells,),
        Structural("the same in memory of its own, to keep more in"),
        Threaded("they are the same cells"),
        single=True,
    )
)
IMPORT = register(
    Op(
        "cells_import",
        lambda cells, table, others, numbers, count: (cells, table),
        Structural(
            "what others hold, by their numbers, is kept too, and the table tells its new numbers"
        ),
        Constant("the pass of a call from outside is not reversed again"),
        single=True,
    )
)
NAME = register(
    Op(
        "cell_name",
        lambda value, number: (value,),
        Structural("the value itself"),
        Threaded("it is the value, or the cell"),
        identity=lambda known, value, number: value,
    )
)


def none() -> Value:
    """The number of what is in no cell."""
    found: Value = context.interpreter.number(-1)  # type: ignore[attr-defined]
    return found


def cells_for(builder: Builder, type: Type) -> Register:
    """Where tensors of a dtype and a number of axes are kept."""
    top, key = builder.top, kind_of_cells(type)
    if key not in top.cells:
        made = EMPTY.types(element=type)
        first = top.append(EMPTY, (), made, {"element": type})[0]
        top.cells[key] = Register(first)
    return top.cells[key]


def cells_at_end(top: Builder) -> tuple[tuple[tuple[str, int], Value, Value], ...]:
    """Of the whole graph that is at work: how many cells of each kind there are, and those."""
    found = ((key, top.read(kept)) for key, kept in top.cells.items())
    return tuple((key, f.list_size(last), last) for key, last in found)


def read_cell(number: Value, element: Type) -> Value:
    """The tensor, of this type, that is the cell with a number."""
    builder: Builder = context.interpreter  # type: ignore[assignment]
    cells, number = builder.read(cells_for(builder, element)), builder.local(number)
    (value,) = _apply(builder, READ, (cells, number), element=element)
    builder.numbered[value] = number
    note_number(value, number)
    return value


def number_if_kept(value: Value) -> Value | None:
    """The number of the cell that a tensor is in by now; None of one that is in none in every run."""
    builder: Builder = context.interpreter  # type: ignore[assignment]
    if not builder.top.numbers:
        return None
    found = number_of(builder, builder.local(value))
    return None if found is None else builder.read(found)


def number_now(value: Value) -> Value:
    """The same as a value in any case."""
    found = number_if_kept(value)
    return none() if found is None else found


def number_through_links(value: Value) -> Value:
    """The number of the cell that a tensor is in, also where it is in one as what it is linked to."""
    builder: Builder = context.interpreter  # type: ignore[assignment]
    found = number_now(value)
    for link in _links_to_others(builder.local(value)):
        theirs = number_if_kept(link.b)
        if theirs is not None:
            kept = f.weak(f.py_greater_equal(theirs, builder.number(0)), dtype="bool")
            found = select_number(both(holds(link.condition), kept), theirs, found)
    return found


def may_be_kept(value: Value) -> bool:
    """Whether a tensor may be in a cell, as itself or as what it is linked to."""
    builder: Builder = context.interpreter  # type: ignore[assignment]
    if not builder.top.numbers:
        return False
    value = builder.local(value)
    others = [builder.local(link.b) for link in _links_to_others(value)]
    return any(number_of(builder, v) is not None for v in (value, *others))


def _links_to_others(value: Value) -> list[Link]:
    """The links of a tensor but that of a name to what it names."""
    builder: Builder = context.interpreter  # type: ignore[assignment]
    raws = builder.top.raws
    return [link for link in links_from(value) if raws.get(value) is not link.b]


def in_row(value: Value) -> Value:
    """What a list holds of a value: of a tensor that gradients pass through the number of its cell."""
    return keep(value) if value.type.differentiable else value


def keep(value: Value) -> Value:
    """Keep a tensor of floats in a cell; its number."""
    builder: Builder = context.interpreter  # type: ignore[assignment]
    cells, value = cells_for(builder, value.type), builder.local(value)
    register_ = _register_for(builder, value)
    before = builder.read(register_)
    if before in builder.kept:
        return before
    others = _links_to_others(value)
    for link in others:  # it may be a tensor that is in a cell
        theirs = number_now(link.b)
        kept = f.weak(f.py_greater_equal(theirs, builder.number(0)), dtype="bool")
        before = select_number(both(holds(link.condition), kept), theirs, before)
    given = builder.read(cells), value, before
    after, number = _apply(builder, KEEP, given)
    builder.write(cells, after)
    builder.write(register_, number)
    builder.kept.add(number)
    for link in others:  # which is in this one now
        note = _register_for(builder, link.b)
        builder.write(note, select_number(holds(link.condition), number, builder.read(note)))
    return number


def _register_for(builder: Builder, value: Value) -> Register:
    """Where the number of a tensor's cell is noted from now on."""
    value = builder.local(value)
    found = number_of(builder, value)
    if found is None:
        raw, owner = origin(builder, value)
        found = Register(owner.constant(-1, "int64", "py"))
        owner.note_number(raw, found)
        builder.top.naming = current_name
    return found


def select_number(condition: Sure, a: Value, b: Value) -> Value:
    """One int or the other."""
    if isinstance(condition, bool):
        return a if condition else b
    here = f.py_int(f.number(condition, dtype="bool"))
    return f.position(here, b, f.py_subtract(a, b))


def number_of(builder: Builder, value: Value) -> Register | None:
    """The register with the number of a tensor's cell, if it may be in one."""
    numbers = builder.top.numbers
    return next((numbers[v] for v, _ in _names(builder, value) if v in numbers), None)


def note_number(value: Value, number: Value) -> None:
    """A value of the present region is the cell with this number, unless that is below 0."""
    builder: Builder = context.interpreter  # type: ignore[assignment]
    builder.note_number(builder.local(value), Register(builder.local(number)))
    builder.top.naming = current_name


def origin(builder: Builder, value: Value) -> tuple[Value, Builder]:
    """The value that a name stands for, in the region where it was made."""
    return list(_names(builder, value))[-1]


def _names(builder: Builder, value: Value) -> Iterator[tuple[Value, Builder]]:
    """What a name stands for, from region to region."""
    while True:
        value = builder.top.raws.get(value, value)
        yield value, builder
        outside = builder.outside.get(value)
        if outside is None or builder.parent is None:
            return
        value, builder = outside, builder.parent


def current_name(builder: Builder, value: Value) -> Value:
    """The name of a value that tells which cell it is by now."""
    found = number_of(builder, value) if value.type.differentiable else None
    if found is None:
        return value
    number = builder.read(found)
    if builder.is_constant(number) or builder.numbered.get(value) is number:
        return value  # it is in no cell, or it is this name
    value = builder.top.raws.get(value, value)
    known = builder.names.get((value, number))
    if known is not None:
        return known
    named: Value = in_region(builder, lambda: _named(builder, value, number))
    return named


def _named(builder: Builder, value: Value, number: Value) -> Value:
    (named,) = _apply(builder, NAME, (value, number))
    builder.names[value, number] = named
    builder.numbered[named] = number
    builder.top.raws[named] = value
    links = links_from(value)
    builder.link_as(named, value, True)
    for link in links:
        builder.link_as(named, link.b, link.condition)
    return named


def _apply(builder: Builder, op: Op, inputs: tuple[Value, ...], **params: Any) -> tuple[Value, ...]:
    """Append a node to the region at work, of values by their names."""
    outputs = builder.append(op, inputs, op.types(*(v.type for v in inputs), **params), params)
    for tape in context.tapes:
        tape.record(op, inputs, outputs, params)
    return outputs
