"""Cells: tensors of floats that stand in lists, each found by a number.

Step by step a list holds the tensor itself, so that what is read from the list, and every name that the tensor
had before, have one cotangent.  Of a list that grows only the run knows which tensor that is.  So a tensor
that is put into a list is kept in a cell, and its number is known from then on to all its names:
`cell_name(x, n)` is x, which is cell n unless n is below 0.  The reverse pass finds the cotangent of a cell
by its number (`gradient.cells`).  A cell never changes, and a tensor has one at most.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from autograph_lite.ir.build import Builder, Note, Register
from autograph_lite.ir.graph import Node, Test, Value
from autograph_lite.ir.types import NUMBER, Type, cells_of, kind_of_cells
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.record import Constant, Known, Op, Scalar, Structural, Threaded, register
from autograph_lite.ops.same import (
    Sure,
    as_value,
    both,
    consult,
    holds,
    led_to,
    links_outward,
    once,
    opposite,
    origin,
    outward,
)
from autograph_lite.ops.staging import at_work, in_region

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


def _followed(known: Known, found: Value, condition: Value, theirs: Value) -> Value | None:
    """The one that it is where that is known."""
    holds, number = known.number(condition), known.number(theirs)
    if theirs is found or (holds is not None and not holds) or (number is not None and number < 0):
        return found
    return theirs if holds and number is not None else None


FOLLOWED = register(
    Op(
        "cell_followed",
        lambda found, condition, theirs: (NUMBER,),
        Scalar("z if y & (z >= 0) else x"),
        Constant("it is a number"),
        recomputed=True,
        identity=_followed,
    )
)


def none() -> Value:
    """The number of what is in no cell."""
    return at_work().number(-1)


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
    builder = at_work()
    cells, number = cells_now(element), builder.local(number)
    (value,) = _apply(builder, READ, (cells, number), element=element)
    builder.numbered[value] = number
    note_number(value, number)
    return value


def number_if_kept(value: Value) -> Value | None:
    """The number of the cell that a tensor is in by now; None of one that is in none in every run."""
    builder = at_work()
    if not builder.top.numbers or builder.top.unasked:
        return None
    consult()
    value = builder.here(value)
    if not _noted(value, builder):
        return None
    found = _number(builder, value, builder)
    return None if builder.is_constant(found) else found


def name_of(value: Value) -> Node | None:
    """The node that tells, by the present name of a value, in which cell it may be; None where it is in none in
    every run."""
    return maker_of(at_work().local(value))


def maker_of(name: Value) -> Node | None:
    """The node that tells in which cell a value of this name may be, if it is such a name."""
    made = at_work().makers.get(name)
    return made if made is not None and made.op in (NAME, READ) else None


def cells_now(type: Type) -> Value:
    """The cells among which tensors of a type are."""
    builder = at_work()
    return builder.read(cells_for(builder, type))


def is_cell(value: Value, number: Value) -> Sure:
    """Whether a value is the cell with a number, which is below 0 where there is none."""
    own = number_if_kept(value)
    return False if own is None else one_cell(own, number)


def one_cell(a: Value, b: Value) -> Sure:
    """Whether two numbers are those of one cell; below 0 they are of none."""
    equal: Sure = a is b or f.weak(f.py_equal(a, b), dtype="bool")
    return both(equal, holds(Test("kept", b)))


def kept_between(number: Value, before: Value, after: Value) -> Sure:
    """Whether a number is of one of the cells that are among those after and not among those before."""
    builder = at_work()
    first, end = (
        once(("cells", v), partial(f.list_size, builder.local(v))) for v in (before, after)
    )
    here = f.weak(f.py_greater_equal(number, first), dtype="bool")
    return both(here, f.weak(f.py_less(number, end), dtype="bool"))


def number_now(value: Value) -> Value:
    """The same as a value in any case."""
    found = number_if_kept(value)
    return none() if found is None else found


def _noted(value: Value, owner: Builder) -> frozenset[Register]:
    """Where it is noted in which cell a value of a region is, as itself and as what it may be."""
    value, answers = owner.raw(value), _answers(owner.top)
    if value not in answers:
        owner.top.asked.add(value)
        answers[value] = frozenset()  # links that go round tell nothing
        own = number_of(owner, value)
        parts = [_noted(link.b, where) for link, where in links_outward(value, owner)]
        answers[value] = frozenset(() if own is None else (own,)).union(*parts)
    found: frozenset[Register] = answers[value]
    return found


def _answers(builder: Builder) -> dict[Any, Any]:
    """What was found, by what was asked, since something has changed."""
    return builder.answers.at(builder.top.moment)


def _number(here: Builder, value: Value, owner: Builder) -> Value:
    """The number, in the region at work, of the cell that a value of this region or of one around is in; -1
    where it is in none.  It is found in the outermost region that it depends on, once."""
    value, owner = _first_told(owner.raw(value), owner)
    answers = _answers(here)
    found: Value | None = answers.get((here, value))
    if found is None:
        region = _first_known(here, value, owner)
        if region is here:
            found = _followed_through(here, value, owner)
        else:
            found = here.local(in_region(region, lambda: _number(region, value, owner)))
        answers[here, value] = found
    return found


def _first_told(value: Value, owner: Builder) -> tuple[Value, Builder]:
    """What it is in the outermost region that says all that is said of it."""
    numbers = owner.top.numbers
    while (outside := owner.outside.get(value)) and owner.parent:
        if owner.links_of.get(value) or value in numbers:
            break
        value, owner = owner.parent.raw(outside), owner.parent
    return value, owner


def _first_known(here: Builder, value: Value, owner: Builder) -> Builder:
    """The outermost region where its number is what it is here."""
    noted, region = {id(register_) for register_ in _noted(value, owner)}, here
    while region is not owner and region.parent and noted.isdisjoint(region.overlay):
        region = region.parent
    return region


def _followed_through(here: Builder, value: Value, owner: Builder) -> Value:
    """What is noted of the value itself, or of what it is by its links."""
    own = number_of(owner, value)
    found = none() if own is None else here.read(own)
    _answers(here)[here, value] = found  # links that go round tell nothing
    for link, where in () if found in here.kept else links_outward(value, owner):
        if _noted(link.b, where):
            found = followed(found, holds(link.condition), _number(here, link.b, where))
    return found


def in_row(value: Value) -> Value:
    """What a list holds of a value: of a tensor that gradients pass through the number of its cell."""
    return keep(value) if value.type.differentiable else value


def keep(value: Value) -> Value:
    """Keep a tensor of floats in a cell; its number."""
    builder = at_work()
    consult()
    value = builder.local(value)
    if builder.top.unasked:
        return _kept(builder, value, none())
    register_ = _register_for(builder, value)
    before = number_now(value)
    if before in builder.kept:
        return before
    number = _kept(builder, value, before)
    builder.write(register_, number)
    for one, region in led_to(value):  # what it is is in this one now
        here = builder.read(_register_for(region, one))
        for link, where in links_outward(one, region):
            note = _register_for(where, link.b)
            builder.write(note, followed(builder.read(note), holds(link.condition), here))
    return number


def note_kept_later(cells: Register) -> None:
    """A tensor is kept in one of these when the region at work ends: they count as written."""
    builder = at_work()
    builder.write(cells, builder.read(cells))


def _kept(builder: Builder, value: Value, before: Value) -> Value:
    """The number of the cell of a value, a new one where it was in none before."""
    cells = cells_for(builder, value.type)
    after, number = _apply(builder, KEEP, (builder.read(cells), value, before))
    builder.write(cells, after)
    builder.kept.add(number)
    return number


def _register_for(builder: Builder, value: Value) -> Register:
    """Where the number of a tensor's cell is noted from now on."""
    found = number_of(builder, value)
    if found is None:
        raw, owner = origin(value, builder)
        found = Note(owner.constant(-1, "int64", "py"))
        owner.note_number(raw, found)
        builder.top.naming = current_name
    return found


def followed(found: Value, condition: Sure, theirs: Value) -> Value:
    """The number of the cell that a tensor is in where a condition holds, if that one is in a cell; else
    what was found."""
    builder = at_work()
    made = builder.makers.get(theirs)
    while made is not None and made.op is FOLLOWED and opposite(made.inputs[1], condition):
        theirs = made.inputs[0]  # what was found there where that condition does not hold
        made = builder.makers.get(theirs)
    if condition is False or found is theirs or builder.is_constant(theirs):
        return found
    key = ("followed", found, condition, theirs)
    return once(key, lambda: f.cell_followed(found, as_value(condition), theirs))


def number_of(builder: Builder, value: Value) -> Register | None:
    """The register with the number of a tensor's cell, if it may be in one."""
    numbers = builder.top.numbers
    return next((numbers[v] for v, _ in outward(value, builder) if v in numbers), None)


def note_number(value: Value, number: Value) -> None:
    """A value of the present region is the cell with this number, unless that is below 0."""
    builder = at_work()
    if builder.top.unasked:
        return
    builder.note_number(builder.here(value), Note(builder.local(number)))
    builder.top.naming = current_name


def current_name(builder: Builder, value: Value) -> Value:
    """The name of a value that tells which cell it is by now."""
    if not value.type.differentiable:
        return value
    number: Value | None = in_region(builder, lambda: number_if_kept(value))
    if number is None or builder.numbered.get(value) is number:
        return value  # it is in no cell, or it is this name
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
    return named


def _apply(builder: Builder, op: Op, inputs: tuple[Value, ...], **params: Any) -> tuple[Value, ...]:
    """Append a node to the region at work, of values by their names."""
    outputs = builder.append(op, inputs, op.types(*(v.type for v in inputs), **params), params)
    for tape in context.tapes:
        tape.record(op, inputs, outputs, params)
    return outputs
