"""Reductions: with the nest of their operand, or along some axes in loops of their own."""

from __future__ import annotations

from autograph_lite.ir.graph import Node
from autograph_lite.render.accumulate import Accumulator, lanes_over
from autograph_lite.render.arrays import Array, block, nest, new_array
from autograph_lite.render.emitter import product
from autograph_lite.render.form import Expr
from autograph_lite.render.fuse import join_group
from autograph_lite.render.lowering import Lowering, hint


def lower_fold(low: Lowering, node: Node) -> None:
    """A reduction over all axes joins the group of its operand; else loops of its own."""
    x, axes = node.inputs[0], node.params["axes"]
    if len(axes) == x.type.rank and x.type.rank:
        join_group(low, node, low.extents(x))
        return
    array = low.array(x)
    low.flush()
    low.set(node.outputs[0], reduce_axes(low, node, array, axes))


def reduce_axes(low: Lowering, node: Node, x: Array, axes: tuple[int, ...]) -> Array | Expr:
    """Each element of the result reduces its own sequence, in row-major order of `axes`."""
    k = low.k
    keep = tuple(i for i in range(len(x.extents)) if i not in axes)
    out = new_array(k, hint(node), node.outputs[0].type.dtype, tuple(x.extents[i] for i in keep))
    with nest(k, out.extents) as outer:
        fold = Accumulator(k, node)
        inner_extents = tuple(x.extents[i] for i in axes)

        def element(inner: tuple[Expr, ...], lane: Expr | None) -> None:
            index = dict(zip((*keep, *axes), (*outer, *inner), strict=True))
            fold.step(k.let("v", x.load(tuple(index[i] for i in range(len(x.extents))))), lane)

        if fold.lanes and len(axes) == 1:
            lanes_over(k, inner_extents[0], [fold], lambda at, lane: element((at,), lane))
        else:
            fold.open()
            with nest(k, inner_extents) as inner:
                element(inner, None)
            fold.close()
            fold.settle(product(inner_extents))
        out.store(k, outer, fold.result())
    return out


def outer_axis_inner(x: Array, axis: int) -> Array:
    """A row-major array seen as (before the axis, the axis, after it)."""
    shape = (product(x.extents[:axis]), x.extents[axis], product(x.extents[axis + 1 :]))
    return block(x.base, x.dtype, shape, owned=False)
