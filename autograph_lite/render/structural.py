"""Moves and effects: each op's way into the kernel form, by name."""

from __future__ import annotations

from dataclasses import replace

from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.record import OPS
from autograph_lite.render import form
from autograph_lite.render.arrays import (
    Array,
    Saved,
    as_block,
    broadcast,
    broadcast_extents,
    check_fits,
    copy_of,
    fill,
    new_array,
    row_major,
)
from autograph_lite.render.emitter import (
    ONE,
    ZERO,
    both,
    compare,
    iadd,
    imul,
    isub,
    product,
    select,
    shown,
)
from autograph_lite.render.form import B1, F32, F64, I64, Bin, Const, Expr, For
from autograph_lite.render.histories import lower_filled
from autograph_lite.render.lowering import Handler, Lowering, hint
from autograph_lite.render.reductions import lower_fold, reduce_axes
from autograph_lite_runtime import faults


def _constant(low: Lowering, node: Node) -> None:
    value, dtype = node.params["value"], node.params["dtype"]
    typed = (
        float(value) if dtype in (F64, F32) else (bool(value) if dtype == "bool" else int(value))
    )
    low.set(node.outputs[0], Const(typed, dtype))


def _dim(low: Lowering, node: Node) -> None:
    low.set(node.outputs[0], low.extents(node.inputs[0])[node.params["axis"]])


def _same_shape(low: Lowering, node: Node) -> None:
    same: Expr = Const(True, B1)
    for a, b in zip(*(low.extents(v) for v in node.inputs), strict=True):
        same = both(same, compare("eq", a, b))
    low.set(node.outputs[0], low.k.atom("same", same))


def _template(low: Lowering, shape: tuple[int | None, ...], dims: tuple[Value, ...]) -> list[Expr]:
    rest = iter(dims)
    out = []
    for entry in shape:
        extent = low.scalar(next(rest)) if entry is None else Const(entry, I64)
        if entry is None:
            text = "negative dimensions are not allowed"
            low.k.fault_if(
                compare("lt", extent, ZERO), low.k.fault(faults.SHAPE, text, "ShapeError")
            )
        out.append(extent)
    return out


def _reshape(low: Lowering, node: Node) -> None:
    x = as_block(low.k, low.array(node.inputs[0]))
    k, shape = low.k, node.params["shape"]
    extents = _template_with_rest(low, node, product(x.extents))
    size, want = k.atom("n", product(x.extents)), k.atom("n", product(tuple(extents)))
    details = [size]
    asked = [Const(-1, I64) if s == -1 else e for s, e in zip(shape, extents, strict=True)]
    text = f"cannot reshape array of size {{0}} into shape {shown(asked, details)}"
    k.fault_if(compare("ne", size, want), k.fault(faults.SHAPE, text, "ShapeError", *details))
    low.set(node.outputs[0], _reshaped(x, tuple(extents)))


def _template_with_rest(low: Lowering, node: Node, size: Expr) -> list[Expr]:
    shape = node.params["shape"]
    if -1 not in shape:
        return _template(low, shape, node.inputs[1:])
    known = _template(low, tuple(e for e in shape if e != -1), node.inputs[1:])
    divisor = low.k.atom("d", product(tuple(known)))
    safe = select(compare("eq", divisor, ZERO), ONE, divisor)
    known.insert(shape.index(-1), low.k.let("n", Bin("sdiv", size, safe, I64)))
    return known


def _reshaped(x: Array, extents: tuple[Expr, ...]) -> Array:
    return Array(x.base, x.dtype, extents, row_major(extents), x.buffer, x.offset)


def _reshape_like(low: Lowering, node: Node) -> None:
    x = as_block(low.k, low.array(node.inputs[0]))
    low.set(node.outputs[0], _reshaped(x, low.extents(node.inputs[1])))


def _transpose(low: Lowering, node: Node) -> None:
    x = low.array(node.inputs[0])
    axes = node.params["axes"]
    extents, strides = (tuple(part[a] for a in axes) for part in (x.extents, x.strides))
    low.set(node.outputs[0], Array(x.base, x.dtype, extents, strides, x.buffer, x.offset))


def _expand_dims(low: Lowering, node: Node) -> None:
    x = low.array(node.inputs[0])
    rest = iter(zip(x.extents, x.strides, strict=True))
    pairs = [
        (ONE, ZERO) if i in node.params["axes"] else next(rest)
        for i in range(node.outputs[0].type.rank)
    ]
    low.set(node.outputs[0], _view(x, pairs))


def _squeeze(low: Lowering, node: Node) -> None:
    x = low.array(node.inputs[0])
    axes = node.params["axes"]
    text = "cannot select an axis to squeeze out which has size not equal to one"
    for a in axes:
        low.k.fault_if(
            compare("ne", x.extents[a], ONE), low.k.fault(faults.SHAPE, text, "ShapeError")
        )
    pairs = [p for i, p in enumerate(zip(x.extents, x.strides, strict=True)) if i not in axes]
    view = _view(x, pairs)
    low.set(node.outputs[0], view if pairs else low.k.let("v", view.load(())))


def _view(x: Array, pairs: list[tuple[Expr, Expr]]) -> Array:
    return Array(
        x.base, x.dtype, tuple(e for e, _ in pairs), tuple(s for _, s in pairs), x.buffer, x.offset
    )


def _as_kind(low: Lowering, node: Node) -> None:
    low.set(node.outputs[0], low.array(node.inputs[0]))


def _flip(low: Lowering, node: Node) -> None:
    x = low.array(node.inputs[0])
    offset, strides = x.offset, list(x.strides)
    for a in node.params["axes"]:
        offset = iadd(offset, imul(isub(x.extents[a], ONE), strides[a]))
        strides[a] = low.k.atom("s", isub(ZERO, strides[a]))
    offset = low.k.atom("o", offset)
    low.set(node.outputs[0], Array(x.base, x.dtype, x.extents, tuple(strides), x.buffer, offset))


def _broadcast_to(low: Lowering, node: Node) -> None:
    x = low.array(node.inputs[0])
    target = _template(low, node.params["shape"], node.inputs[1:])
    check_fits(low.k, x.extents, tuple(target))
    view = broadcast(low.k, x, tuple(target))
    low.set(node.outputs[0], copy_of(low.k, view, "full"))


def _broadcast_like(low: Lowering, node: Node) -> None:
    x = low.array(node.inputs[0])
    view = broadcast(low.k, x, low.extents(node.inputs[1]))
    low.set(node.outputs[0], copy_of(low.k, view, "full"))


def _spread(low: Lowering, node: Node) -> None:
    target = low.extents(node.inputs[1])
    g = low.array(node.inputs[0])
    rest = iter(g.strides)
    strides = tuple(ZERO if i in node.params["axes"] else next(rest) for i in range(len(target)))
    low.set(node.outputs[0], Array(g.base, g.dtype, target, strides, g.buffer.lent(), g.offset))


def _unbroadcast(low: Lowering, node: Node) -> None:
    """Sum over leading axes, and over those where the target has extent 1 and `g` has not."""
    g_value, x_value = node.inputs
    have, want = low.extents(g_value), low.extents(x_value)
    lead = tuple(range(len(have) - len(want)))
    if not lead and have == want:
        low.flush()
        low.env[node.outputs[0]] = low.env[g_value]
        return
    if not want:
        lower_fold(low, _summing(node, tuple(range(len(have)))))
        return
    g = low.array(g_value)
    low.flush()
    total = _summing(node, ())
    known = [i for i, (h, w) in enumerate(zip(have[len(lead) :], want, strict=True)) if h != w]
    out = new_array(low.k, hint(node), g.dtype, want)
    steps = tuple(range(len(lead)))
    reduced = g if not lead else reduce_axes(low, total, g, steps)
    assert isinstance(reduced, Array)
    for axis in known:
        reduced = _sum_where_one(low, total, reduced, axis, want[axis])
    fill(
        low.k,
        out,
        Array(reduced.base, g.dtype, want, reduced.strides, reduced.buffer, reduced.offset),
    )
    low.set(node.outputs[0], out)


def _summing(node: Node, axes: tuple[int, ...]) -> Node:
    """The `sum` op over the type of this node's result."""
    return Node(OPS["sum"], node.inputs[:1], node.outputs, {"axes": axes}, node.origin)


def _sum_where_one(low: Lowering, total: Node, x: Array, axis: int, want: Expr) -> Array:
    """Sum along `axis` if the wanted extent is 1, else the array as it is; decided when it runs."""
    k = low.k
    have = x.extents[axis]
    once = k.let("once", select(compare("eq", want, have), have, ONE))
    repeat = k.let("repeat", select(compare("eq", want, have), ONE, have))
    extents = (*x.extents[:axis], once, repeat, *x.extents[axis + 1 :])
    strides = (*x.strides[:axis], x.strides[axis], x.strides[axis], *x.strides[axis + 1 :])
    split = Array(x.base, x.dtype, extents, strides, x.buffer, x.offset)
    reduced = reduce_axes(low, total, split, (axis + 1,))
    assert isinstance(reduced, Array)
    return reduced


def _concatenate(low: Lowering, node: Node) -> None:
    arrays = [low.array(v) for v in node.inputs]
    k, axis = low.k, node.params["axis"]
    total: Expr = ZERO
    for x in arrays:
        total = iadd(total, x.extents[axis])
    first = list(arrays[0].extents)
    for position, x in enumerate(arrays[1:], 1):
        _same_but(low, first, x, position, axis)
    extents = (*first[:axis], total, *first[axis + 1 :])
    out = new_array(k, hint(node), arrays[0].dtype, extents)
    start: Expr = ZERO
    for x in arrays:
        offset = iadd(out.offset, imul(start, out.strides[axis]))
        fill(k, Array(out.base, out.dtype, x.extents, out.strides, out.buffer, offset), x)
        start = k.atom("start", iadd(start, x.extents[axis]))
    low.set(node.outputs[0], out)


def _same_but(low: Lowering, first: list[Expr], x: Array, position: int, axis: int) -> None:
    for i, (a, b) in enumerate(zip(first, x.extents, strict=True)):
        text = (
            "all the input array dimensions except for the concatenation axis must match exactly, but"
            f" along dimension {i}, the array at index 0 has size {{0}} and the array at index"
            f" {position} has size {{1}}"
        )
        if i != axis and a != b:
            low.k.fault_if(compare("ne", a, b), low.k.fault(faults.SHAPE, text, "ShapeError", a, b))


def _part(low: Lowering, node: Node) -> None:
    g = low.array(node.inputs[0])
    axis, index = node.params["axis"], node.params["index"]
    start: Expr = ZERO
    for v in node.inputs[1 : 1 + index]:
        start = iadd(start, low.extents(v)[axis])
    offset = low.k.atom("o", iadd(g.offset, imul(start, g.strides[axis])))
    extents = low.extents(node.inputs[1 + index])
    low.set(node.outputs[0], Array(g.base, g.dtype, extents, g.strides, g.buffer, offset))


def _iota(low: Lowering, node: Node) -> None:
    k = low.k
    n = low.scalar(node.inputs[0])
    text = "negative dimensions are not allowed"
    k.fault_if(compare("lt", n, ZERO), k.fault(faults.SHAPE, text, "ShapeError"))
    out = new_array(k, "iota", I64, (n,))
    var = k.fresh("i", I64)
    with k.block() as body:
        out.store(k, (var,), var)
    k.add(For(var, ZERO, out.extents[0], tuple(body)))
    low.set(node.outputs[0], out)


def _print(low: Lowering, node: Node) -> None:
    values: list[object] = []
    for v in node.inputs:
        if v.type.rank:
            x = as_block(low.k, low.array(v))
            values.append((x.base, x.extents, x.dtype))
        else:
            values.append(low.scalar(v))
    low.flush()
    site = low.k.site(node.params["key"], "print")
    low.k.add(form.Emit(site, tuple(values)))  # type: ignore[arg-type]


def _fail(low: Lowering, node: Node) -> None:
    cond = low.scalar(node.inputs[0])
    code = getattr(faults, node.params["code"])
    details = (low.scalar(v) for v in node.inputs[1:])
    low.k.fault_if(cond, low.k.fault(code, node.params["text"], node.params["error"], *details))


def _conform(low: Lowering, node: Node) -> None:
    broadcast_extents(low.k, [low.extents(v) for v in node.inputs])


def _filler(low: Lowering, node: Node) -> None:
    """Nothing reads it: a zero, memory of known extents or none, a history without steps."""
    type = node.params["type"]
    if type.depth:
        base = low.k.alloc("none", ZERO, I64)
        low.set(node.outputs[0], Saved(base, ZERO))
    elif type.rank:
        low.env[node.outputs[0]] = _unread(low, node, type)
    else:
        low.set(node.outputs[0], Const(0.0 if type.floating else 0, type.dtype))


def _unread(low: Lowering, node: Node, type: Type) -> Array:
    if node.inputs:
        return new_array(low.k, "none", type.dtype, low.extents(node.inputs[0]))
    none = new_array(low.k, "none", type.dtype, (ZERO,) * type.rank)
    known = (Const(e, I64) if isinstance(e, int) else ZERO for e in type.shape)
    return replace(none, extents=tuple(known))


STRUCTURAL: dict[str, Handler] = {
    "constant": _constant,
    "dim": _dim,
    "same_shape": _same_shape,
    "conform": _conform,
    "reshape": _reshape,
    "reshape_like": _reshape_like,
    "transpose": _transpose,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "as_kind": _as_kind,
    "flip": _flip,
    "broadcast_to": _broadcast_to,
    "broadcast_like": _broadcast_like,
    "spread": _spread,
    "unbroadcast": _unbroadcast,
    "concatenate": _concatenate,
    "part": _part,
    "iota": _iota,
    "print": _print,
    "fail": _fail,
    "filler": _filler,
    "void": lower_filled,
    "every": lower_filled,
}
