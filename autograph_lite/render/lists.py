"""Lists that grow and cells, in memory: a history (`histories`) with room after its end.

The room is not noted: it is 16, or else the next power of two, so that a list whose length is its room moves
when it grows.  What was in it stays where it was for whoever still has the shorter list.

The reverse of a step adds to the cell that the reverse of the next one reads first.  So the number that was
kept last is at hand in a variable: a chain of sums does not go through memory.
"""

from __future__ import annotations

from dataclasses import replace

from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import NUMBER, Type, element
from autograph_lite.render.arrays import Array, Saved, fill, new_array
from autograph_lite.render.emitter import (
    ONE,
    ZERO,
    Emitter,
    Last,
    both,
    compare,
    iadd,
    imul,
    isub,
    select,
)
from autograph_lite.render.form import B1, I64, PTR, Bin, Cmp, Const, Expr, For, If, Let, Load, Var
from autograph_lite.render.histories import (
    alloc_records,
    copy_records,
    filled_records,
    read_record,
    write_record,
)
from autograph_lite.render.lowering import Handler, Lowered, Lowering
from autograph_lite_runtime import faults

LEAST = Const(16, I64)
TWO = Const(2, I64)


def _given(low: Lowering, value: Value) -> Lowered:
    """What is to be written."""
    return low.array(value) if value.type.rank else low.scalar(value)


def _empty(low: Lowering, node: Node) -> None:
    low.set(node.outputs[0], Saved(low.k.alloc("none", ZERO, I64), ZERO))


def _write_after(k: Emitter, base: Var, count: Expr, value: Lowered, type: Type) -> None:
    """Write one more element; `base` moves where there is no room."""
    last = k.let("bits", Bin("and", count, isub(count, ONE), I64))
    beyond = Bin("or", compare("ge", count, LEAST), compare("eq", count, ZERO), B1)
    with k.block() as move:
        room = k.let("room", select(compare("eq", count, ZERO), LEAST, imul(count, TWO)))
        new = alloc_records(k, "list", room, type)
        copy_records(k, new, base, count, type)
        k.add(Let(base, new))
    k.add(If(both(compare("eq", last, ZERO), beyond), tuple(move)))
    write_record(k, base, count, value, type)


def _append(low: Lowering, node: Node) -> None:
    rows, value = node.inputs
    saved, given = low.saved(rows), _given(low, value)
    k = low.k
    base, count = k.let("list", saved.base), k.atom("count", saved.count)
    _write_after(k, base, count, given, element(rows.type))
    low.set(node.outputs[0], Saved(base, k.let("count", iadd(count, ONE))))


def writes_over(node: Node) -> bool:
    """Whether a node writes a cell over, which only the last pass does."""
    return node.op.name == "list_put" and node.inputs[0].type.kind == "cells"


def _put(low: Lowering, node: Node) -> None:
    rows, index, value = node.inputs
    saved, given, at = low.saved(rows), _given(low, value), low.scalar(index)
    write_record(low.k, saved.base, at, given, element(rows.type))
    if writes_over(node):
        _at_hand(low.k, saved.base, at, given)
    low.set(node.outputs[0], saved)


def _pop(low: Lowering, node: Node) -> None:
    saved = low.saved(node.inputs[0])
    low.set(node.outputs[0], Saved(saved.base, low.k.let("count", isub(saved.count, ONE))))


def _copy(low: Lowering, node: Node) -> None:
    saved, type = low.saved(node.inputs[0]), element(node.inputs[0].type)
    k, count = low.k, saved.count
    room = k.let("room", imul(select(compare("lt", count, LEAST), LEAST, count), TWO))
    base = alloc_records(k, "list", room, type)
    copy_records(k, base, saved.base, count, type)
    low.set(node.outputs[0], Saved(base, count))


def _filled(low: Lowering, node: Node) -> None:
    k, value = low.k, _given(low, node.inputs[1])
    count = k.atom("count", low.scalar(node.inputs[0]))
    type = element(node.outputs[0].type)
    low.set(node.outputs[0], filled_records(k, "list", count, type, lambda var: value))


def _size(low: Lowering, node: Node) -> None:
    low.set(node.outputs[0], low.saved(node.inputs[0]).count)


def _item(low: Lowering, node: Node) -> None:
    rows, index = node.inputs
    saved = low.saved(rows)
    low.set(node.outputs[0], read_record(low.k, saved.base, low.scalar(index), element(rows.type)))


def _read(low: Lowering, node: Node) -> None:
    """A cell; the one that was kept last is at hand."""
    cells, number = node.inputs
    type, k = element(cells.type), low.k
    last = None if type.rank else _last(k, type.dtype)
    if last is None:
        _item(low, node)
        return
    base, at = low.saved(cells).base, k.atom("at", low.scalar(number))
    found = k.let("v", last.value)
    with k.block() as elsewhere:
        k.add(Let(found, Load(base, at, type.dtype)))
    other = Bin("or", compare("ne", at, last.number), Cmp("ne", base, last.base), B1)
    k.add(If(other, tuple(elsewhere)))
    low.set(node.outputs[0], found)


def _last(k: Emitter, dtype: str) -> Last | None:
    """The number of this dtype that was kept last, in a kernel that writes over cells; at first none."""
    if k.writes_over and dtype not in k.last:
        made = Last(*(k.fresh("last", type) for type in (PTR, I64, dtype)))
        for var, none in zip((made.base, made.number, made.value), (0, -1, 0.0), strict=True):
            k.before.append(Let(var, Const(none, var.type)))
        k.last[dtype] = made
    return k.last.get(dtype)


def _at_hand(k: Emitter, base: Expr, number: Expr, value: Lowered) -> None:
    """A number has been kept: it is the last one now."""
    if isinstance(value, Array | Saved):
        return
    if (last := _last(k, value.type)) is not None:
        k.add(Let(last.base, base))
        k.add(Let(last.number, number))
        k.add(Let(last.value, value))


def _pack(low: Lowering, node: Node) -> None:
    """An array of all elements, which have one shape."""
    rows = node.inputs[0]
    saved, type, k = low.saved(rows), element(rows.type), low.k
    count = k.atom("count", saved.count)
    extents = tuple(k.let("n", ZERO) for _ in type.shape)
    with k.block() as first:
        row = read_record(k, saved.base, ZERO, type)
        if isinstance(row, Array):
            for var, extent in zip(extents, row.extents, strict=True):
                k.add(Let(var, extent))
    k.add(If(compare("gt", count, ZERO), tuple(first)))
    out = new_array(k, "packed", type.dtype, (count, *extents))
    var = k.fresh("k", I64)
    with k.block() as each:
        row = read_record(k, saved.base, var, type)
        if isinstance(row, Array):
            _check_alike(k, row.extents, extents)
            at = out.position((var, *(ZERO for _ in extents)))
            fill(k, replace(out, extents=extents, strides=out.strides[1:], offset=at), row)
        else:
            assert not isinstance(row, Saved)
            out.store(k, (var,), row)
    k.add(For(var, ZERO, count, tuple(each)))
    low.set(node.outputs[0], out)


def _check_alike(k: Emitter, have: tuple[Expr, ...], want: tuple[Expr, ...]) -> None:
    for a, b in zip(have, want, strict=True):
        text = "all input arrays must have the same shape"
        k.fault_if(compare("ne", a, b), k.fault(faults.SHAPE, text, "ShapeError"))


def _keep(low: Lowering, node: Node) -> None:
    """A value that has no cell yet gets the next one."""
    cells, value, number = node.inputs
    saved, given = low.saved(cells), _given(low, value)
    k = low.k
    base, count = k.let("cells", saved.base), k.let("count", saved.count)
    n = k.let("n", low.scalar(number))
    with k.block() as new:
        _write_after(k, base, count, given, element(cells.type))
        k.add(Let(n, count))
        k.add(Let(count, iadd(count, ONE)))
        _at_hand(k, base, n, given)
    k.add(If(compare("lt", n, ZERO), tuple(new)))
    low.set(node.outputs[0], Saved(base, count))
    low.set(node.outputs[1], n)


def _import(low: Lowering, node: Node) -> None:
    """Entries of the table below a count: what others hold there, kept here."""
    cells, table, others, numbers, limit = node.inputs
    own, entries, given, at = (low.saved(v) for v in (cells, table, others, numbers))
    k, type = low.k, element(cells.type)
    base, count = k.let("cells", own.base), k.let("count", own.count)
    var = k.fresh("k", I64)
    with k.block() as each:
        number = read_record(k, at.base, var, NUMBER)
        assert isinstance(number, Var)
        with k.block() as there:
            _write_after(k, base, count, read_record(k, given.base, number, type), type)
            write_record(k, entries.base, var, count, NUMBER)
            k.add(Let(count, iadd(count, ONE)))
        k.add(If(compare("ge", number, ZERO), tuple(there)))
    k.add(For(var, ZERO, low.scalar(limit), tuple(each)))
    low.set(node.outputs[0], Saved(base, count))
    low.set(node.outputs[1], entries)


def _name(low: Lowering, node: Node) -> None:
    low.set(node.outputs[0], _given(low, node.inputs[0]))


LISTS: dict[str, Handler] = {
    "list_empty": _empty,
    "list_append": _append,
    "list_put": _put,
    "list_pop": _pop,
    "list_copy": _copy,
    "list_filled": _filled,
    "list_size": _size,
    "list_item": _item,
    "list_pack": _pack,
    "cells_empty": _empty,
    "cells_copy": _copy,
    "cells_import": _import,
    "cell_keep": _keep,
    "cell_read": _read,
    "cell_name": _name,
}
