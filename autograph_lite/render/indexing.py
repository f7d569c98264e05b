"""Reading and writing by index: views where there are no arrays among the indices, else loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograph_lite.ir.graph import Node, Value
from autograph_lite.ops.index import Spec, is_view, place_of_array
from autograph_lite.render.arrays import (
    Array,
    broadcast,
    check_fits,
    copy_of,
    nest,
    new_array,
    no_fit,
    slice_extent,
    wrap_index,
)
from autograph_lite.render.emitter import ONE, ZERO, both, compare, iadd, imul
from autograph_lite.render.form import B1, I64, Bin, Const, Expr, If, Let
from autograph_lite.render.lowering import Lowering, hint
from autograph_lite_runtime import faults


class Reader:
    """The entries of a spec with their dynamic inputs filled in, in order."""

    def __init__(self, low: Lowering, inputs: tuple[Value, ...]) -> None:
        self.low = low
        self.inputs = list(inputs)

    def number(self, entry: Any) -> Expr | None:
        if entry is None:
            value = self.low.scalar(self.inputs.pop(0))
            return value
        return None if entry == "" else Const(int(entry), I64)

    def array(self) -> Array:
        return self.low.array(self.inputs.pop(0))


def view_of(low: Lowering, x: Array, spec: tuple[Any, ...], dynamic: tuple[Value, ...]) -> Array:
    """The part of `x` that a spec of integers, slices and new axes names; checked."""
    k, reader = low.k, Reader(low, dynamic)
    offset, axis = x.offset, 0
    extents: list[Expr] = []
    strides: list[Expr] = []
    for kind, *entries in spec:
        if kind == "new":
            extents.append(ONE)
            strides.append(ZERO)
            continue
        stride, extent = x.strides[axis], x.extents[axis]
        if kind == "int":
            index = reader.number(entries[0])
            assert index is not None
            offset = iadd(offset, imul(wrap_index(k, index, extent, axis), stride))
        elif entries == ["", "", ""]:
            extents.append(extent)
            strides.append(stride)
        else:
            first, count, step = slice_extent(k, tuple(reader.number(e) for e in entries), extent)
            offset = iadd(offset, imul(first, stride))
            extents.append(count)
            strides.append(k.atom("s", imul(step, stride)))
        axis += 1
    offset = k.atom("at", offset)
    return Array(
        x.base,
        x.dtype,
        (*extents, *x.extents[axis:]),
        (*strides, *x.strides[axis:]),
        x.buffer,
        offset,
    )


def lower_getitem(low: Lowering, node: Node) -> None:
    x = low.array(node.inputs[0])
    spec = node.params["spec"]
    if is_view(spec):
        view = view_of(low, x, spec, node.inputs[1:])
        out = node.outputs[0]
        low.set(out, view if out.type.rank else low.k.let("v", view.load(())))
        return
    low.flush()
    picked = Picked(low, x, spec, node.inputs[1:])
    out_array = new_array(low.k, hint(node), x.dtype, picked.extents)
    picked.each(lambda at, position: out_array.store(low.k, at, picked.view.load(position)))
    low.set(node.outputs[0], out_array)


class Picked:
    """The elements that a spec with one array or mask names: `each` visits them in row-major order
    of the result, with the index into the result and the position in `x`."""

    def __init__(
        self, low: Lowering, x: Array, spec: tuple[Any, ...], dynamic: tuple[Value, ...]
    ) -> None:
        self.low = low
        place, count, self.lead = place_of_array(spec)
        self.mask = spec[place][0] == "mask"
        self.index = low.array(dynamic[count])
        self.axis = sum(1 for kind, *_ in spec[:place] if kind in ("slice", "int"))
        span = spec[place][1] if self.mask else 1
        lowered = (*spec[:place], *((("slice", "", "", ""),) * span), *spec[place + 1 :])
        self.view = view_of(low, x, lowered, (*dynamic[:count], *dynamic[count + 1 :]))
        inner = self.view.extents
        chosen = (self._count(),) if self.mask else self.index.extents
        self.span = span
        self.extents = (*inner[: self.lead], *chosen, *inner[self.lead + span :])

    def _count(self) -> Expr:
        k = self.low.k
        self._check_mask()
        total = k.let("count", ZERO)
        with nest(k, self.index.extents) as at:
            k.add(If(self.index.load(at), (Let(total, iadd(total, ONE)),)))
        return total

    def _check_mask(self) -> None:
        k = self.low.k
        for i, have in enumerate(self.index.extents):
            want = self.view.extents[self.lead + i]
            text = (
                f"boolean index did not match indexed array along axis {self.axis + i}; size of axis"
                " is {0} but size of corresponding boolean axis is {1}"
            )
            k.fault_if(
                both(compare("ne", have, want), compare("ne", have, ZERO)),  # NumPy takes no bools
                k.fault(faults.INDEX, text, "GraphIndexError", want, have),
            )

    def check(self) -> None:
        """That all positions are inside, before anything is written."""
        k, extent = self.low.k, self.view.extents[self.lead]
        with nest(k, self.index.extents, True) as at:
            wrap_index(k, k.let("j", self.index.load(at)), extent, self.axis)

    def each(
        self, visit: Callable[[tuple[Expr, ...], tuple[Expr, ...]], None], whole: bool = False
    ) -> None:
        """Visit as the view sees positions: `visit(index in result, index in view)`."""
        k = self.low.k
        lead, rest = self.view.extents[: self.lead], self.view.extents[self.lead + self.span :]
        with nest(k, lead, whole) as first:
            running = k.let("row", ZERO) if self.mask else None
            with nest(k, self.index.extents, whole) as at:
                if running is not None:
                    with k.block() as chosen:
                        with nest(k, rest, whole) as last:
                            visit((*first, running, *last), (*first, *at, *last))
                        k.add(Let(running, iadd(running, ONE)))
                    k.add(If(self.index.load(at), tuple(chosen)))
                else:
                    index = wrap_index(
                        k, k.let("j", self.index.load(at)), self.view.extents[self.lead], self.axis
                    )
                    with nest(k, rest, whole) as last:
                        visit((*first, *at, *last), (*first, index, *last))


def _writable(low: Lowering, value: Value, node: Node) -> Array:
    """The array itself where its old value is dead, else a copy."""
    x = low.array(value)
    low.flush()
    return x if low.exclusive(value) else copy_of(low.k, x, hint(node))


def lower_setitem(low: Lowering, node: Node) -> None:
    _write(low, node, add=False)


def lower_index_add(low: Lowering, node: Node) -> None:
    _write(low, node, add=True)


def lower_index_add_where(low: Lowering, node: Node) -> None:
    target, source, where, *dynamic = node.inputs
    _write(low, replace(node, inputs=(target, source, *dynamic)), add=True, where=where)


def _write(low: Lowering, node: Node, add: bool, where: Value | None = None) -> None:
    target, source, *dynamic = node.inputs
    k = low.k
    new = low.array(source) if source.type.rank else low.scalar(source)
    cond = None if where is None else low.scalar(where)
    old = low.array(target)
    if isinstance(new, Array) and new.buffer.meets(old.buffer):
        new = copy_of(k, new)
    x = _writable(low, target, node)
    with k.block() as statements:
        _write_elements(low, x, new, node.params["spec"], tuple(dynamic), add)
    if cond is None:
        k.statements.extend(statements)
    else:
        k.add(If(cond, tuple(statements)))
    low.set(node.outputs[0], x)


def _write_elements(
    low: Lowering,
    x: Array,
    new: Array | Expr,
    spec: Spec,
    dynamic: tuple[Value, ...],
    add: bool,
) -> None:
    if is_view(spec):
        if all(kind == "int" for kind, *_ in spec) and x.extents[len(spec) :] == ():
            _require_number(low, new)
        view = view_of(low, x, spec, dynamic)
        _assign(low, view, new, add)
        return
    picked = Picked(low, x, spec, dynamic)
    shaped = _fitted(low, new, picked.extents)
    if not picked.mask and not add:  # what is added to has been read by this index
        picked.check()

    def visit(at: tuple[Expr, ...], position: tuple[Expr, ...]) -> None:
        v = shaped.load(at) if isinstance(shaped, Array) else shaped
        have = picked.view.load(position)
        picked.view.store(low.k, position, _sum(have, v, x.dtype) if add else v)

    picked.each(visit, whole=True)


def _sum(a: Expr, b: Expr, dtype: str) -> Expr:
    return Bin("add", a, b, dtype)


def _fitted(low: Lowering, new: Array | Expr, extents: tuple[Expr, ...]) -> Array | Expr:
    """The right-hand side, broadcast to what it is assigned to."""
    if not isinstance(new, Array):
        return new
    check_fits(low.k, new.extents, extents)
    more = max(len(new.extents) - len(extents), 0)
    inner = replace(new, extents=new.extents[more:], strides=new.strides[more:])
    return broadcast(low.k, inner, extents)


def _require_number(low: Lowering, new: Array | Expr) -> None:
    """A fault where what an element is to be has axes, be they of length 1."""
    if isinstance(new, Array) and new.extents:
        low.k.fault_if(Const(True, B1), no_fit(low.k, new.extents, ()))


def _assign(low: Lowering, view: Array, new: Array | Expr, add: bool) -> None:
    k = low.k
    shaped = _fitted(low, new, view.extents)
    with nest(k, view.extents, whole=True) as at:  # others see the array
        v = shaped.load(at) if isinstance(shaped, Array) else shaped
        view.store(k, at, _sum(view.load(at), v, view.dtype) if add else v)
