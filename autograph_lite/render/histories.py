"""Histories in memory: what one step saved, read and written.

A scalar is saved as itself; an array as a record of its address and extents, a history of an inner
loop as its address and its number of steps, 8 bytes each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from autograph_lite.ir.graph import Node, Region
from autograph_lite.ir.types import Type, element
from autograph_lite.ir.walk import regions
from autograph_lite.ops.control import LOOP, LoopParts
from autograph_lite.render.arrays import Array, Buffer, Saved, copy_of, nest, new_array, row_major
from autograph_lite.render.emitter import ONE, ZERO, Emitter, iadd, imul
from autograph_lite.render.form import (
    I64,
    ITEMSIZE,
    PTR,
    Const,
    Copy,
    Expr,
    For,
    Load,
    Select,
    Store,
    Var,
)
from autograph_lite.render.lowering import Lowered, Lowering


def record_words(type: Type) -> int:
    if type.depth:
        return 2
    return 1 + type.rank if type.rank else 0


def record_width(type: Type) -> tuple[Const, str]:
    """How many words an element takes, and of what."""
    words = record_words(type)
    return Const(max(words, 1), I64), I64 if words else type.dtype


def saved_in_loops(region: Region) -> Iterator[str]:
    """What the loops of a graph save in each step, in words."""
    for node in region.nodes:
        for inside in regions(node).values():
            yield from saved_in_loops(inside)
        if node.op is LOOP and node.origin is not None:
            parts = LoopParts(node.inputs, node.outputs, node.params)
            types = [element(h.type) for h in parts.written]
            if types:
                yield f"saves {_amount(types)} in each step of line {node.origin.line}"


def _amount(types: list[Type]) -> str:
    words = sum(ITEMSIZE[t.dtype] if not record_words(t) else 8 * record_words(t) for t in types)
    arrays = Counter(t.dtype for t in types if t.rank and not t.depth)
    more = (f"{n} array{'s' if n > 1 else ''} of {dtype}" for dtype, n in arrays.items())
    return ", ".join([f"{words} bytes", *more])


def alloc_records(k: Emitter, hint: str, count: Expr, type: Type) -> Var:
    """Memory for so many elements, kept until the call ends."""
    width, dtype = record_width(type)
    return k.alloc(hint, imul(count, width), dtype, "keep")


def copy_records(k: Emitter, target: Var, source: Var, count: Expr, type: Type) -> None:
    width, dtype = record_width(type)
    k.add(Copy(target, source, imul(count, width), dtype))


def filled_records(
    k: Emitter, hint: str, count: Expr, type: Type, value: Callable[[Var], Lowered]
) -> Saved:
    """So many elements, each what `value` gives for its place."""
    base = alloc_records(k, hint, count, type)
    var = k.fresh("k", I64)
    with k.block() as statements:
        write_record(k, base, var, value(var), type)
    k.add(For(var, ZERO, count, tuple(statements)))
    return Saved(base, count)


def read_record(k: Emitter, base: Var, index: Expr, type: Type) -> Lowered:
    """Element `index` of a history."""
    words = record_words(type)
    if not words:
        return k.let("v", Load(base, index, type.dtype))
    at = k.let("at", imul(index, Const(words, I64)))
    pointer = k.let("p", Load(base, at, PTR))
    if type.depth:
        return Saved(pointer, k.let("n", Load(base, iadd(at, ONE), I64)))
    sizes = tuple(
        k.extent(known) or k.let("n", Load(base, iadd(at, Const(1 + d, I64)), I64))
        for d, known in enumerate(type.shape)
    )
    return Array(pointer, type.dtype, sizes, row_major(sizes), Buffer(owned=False, where="keep"))


def write_record(k: Emitter, base: Var, index: Expr, value: Lowered, type: Type) -> None:
    """Save a value as element `index`; arrays are copied where they may change."""
    if not isinstance(value, Array | Saved):
        k.add(Store(base, index, value))
        return
    if isinstance(value, Array):
        kept = value
        if not (value.buffer.kept and value.contiguous):
            kept = copy_of(k, value, "kept", "keep")
        parts: tuple[Expr, ...] = (kept.base, *kept.extents)
    else:
        parts = (value.base, value.count)
    at = k.let("at", imul(index, Const(record_words(type), I64)))
    for d, part in enumerate(parts):
        k.add(Store(base, iadd(at, Const(d, I64)), part))


def lower_either(low: Lowering, node: Node) -> None:
    """One of two histories."""
    cond = low.scalar(node.inputs[0])
    a, b = map(low.saved, node.inputs[1:])
    base = low.k.let("saved", Select(cond, a.base, b.base))
    low.set(node.outputs[0], Saved(base, low.k.let("steps", Select(cond, a.count, b.count))))


def lower_filled(low: Lowering, node: Node) -> None:
    """A history of the same steps, filled: with -0 and of the same extents, or with bools."""
    like, type = low.saved(node.inputs[0]), node.outputs[0].type
    value = Const(node.params.get("value", -0.0), type.dtype)
    low.set(node.outputs[0], _filled(low.k, (like, node.inputs[0].type), type, value))


def _filled(k: Emitter, like: tuple[Saved, Type], type: Type, value: Const) -> Saved:
    inner = element(type)
    return filled_records(
        k, "saved", like[0].count, inner, lambda var: _filled_element(k, like, var, inner, value)
    )


def _filled_element(
    k: Emitter, like: tuple[Saved, Type], index: Expr, type: Type, value: Const
) -> Lowered:
    if not record_words(type):
        return value
    found = read_record(k, like[0].base, index, inside := element(like[1]))
    if isinstance(found, Saved):
        return _filled(k, (found, inside), type, value)
    assert isinstance(found, Array)
    out = new_array(k, "none", found.dtype, found.extents)
    with nest(k, out.extents) as at:
        out.store(k, at, value)
    return out
