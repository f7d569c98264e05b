"""Graph -> kernel form: which loops there are, which buffers, and the order of everything.

Nodes are lowered in order.  Elementwise nodes of rank 0 become scalar statements at once; those of
higher rank wait in a group with others of the same extents and become one loop nest (`fuse`), in
which values that nothing else reads never exist in memory.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograph_lite.ir.graph import Graph, Node, Value
from autograph_lite.ir.types import Symbol, Type
from autograph_lite.ir.walk import everything
from autograph_lite.ops.record import Fold, Loops, Scalar
from autograph_lite.render import body, form
from autograph_lite.render.arrays import (
    Array,
    Saved,
    as_block,
    block,
    broadcast_extents,
    copy_of,
    new_array,
)
from autograph_lite.render.emitter import Emitter, Site, product
from autograph_lite.render.form import I64, PTR, Expr, Var
from autograph_lite.render.fuse import join_group, may_wait
from autograph_lite.render.handed import Handed
from autograph_lite.render.held import Held
from autograph_lite.render.histories import lower_either
from autograph_lite.render.indexing import (
    lower_getitem,
    lower_index_add,
    lower_index_add_where,
    lower_setitem,
)
from autograph_lite.render.lists import LISTS, writes_over
from autograph_lite.render.lowering import Handler, Lowered, Lowering, hint, scalar_body
from autograph_lite.render.reductions import lower_fold, outer_axis_inner
from autograph_lite.render.regions import lower_if, lower_loop
from autograph_lite.render.structural import STRUCTURAL

NAMED: dict[str, Handler] = {
    **STRUCTURAL,
    **LISTS,
    "getitem": lower_getitem,
    "index_add": lower_index_add,
    "index_add_where": lower_index_add_where,
    "setitem": lower_setitem,
    "loop": lower_loop,
    "if": lower_if,
    "hold": lambda low, node: low.hold(node),
}


def lower(low: Lowering, node: Node) -> None:
    """One node."""
    if not may_wait(low, node):
        low.flush()
    kind = type(node.op.body)
    if kind is Scalar:
        _elementwise(low, node)
    elif kind is Fold:
        lower_fold(low, node)
    elif kind is Loops:
        _loops(low, node)
    else:
        NAMED[node.op.name](low, node)


def _elementwise(low: Lowering, node: Node) -> None:
    out = node.outputs[0]
    if out.type.depth:
        lower_either(low, node)
        return
    if out.type.rank == 0:
        operands = {name: low.scalar(v) for name, v in zip("xyzw", node.inputs, strict=False)}
        low.set(out, low.k.let(hint(node), scalar_body(low.k, node, operands)))
        return
    extents = broadcast_extents(low.k, [low.extents(v) for v in node.inputs])
    join_group(low, node, extents)


def _loops(low: Lowering, node: Node) -> None:
    """A body over arrays; "around" and "along" see (outer, axis, inner) blocks, "trailing" sees rows of
    the last axes."""
    assert isinstance(node.op.body, Loops)
    inputs = [
        x if i in node.op.body.strided else as_block(low.k, x)
        for i, x in enumerate(map(low.array, node.inputs))
    ]
    low.flush_before()
    style = node.op.body.extents
    if style in ("around", "along"):
        x = inputs[0]
        axis = node.params["axis"]
        extents = x.extents if style == "along" else x.extents[:axis] + x.extents[axis + 1 :]
        out = new_array(low.k, hint(node), node.outputs[0].type.dtype, extents)
        inputs[0], seen = outer_axis_inner(x, axis), out
        shape = (
            inputs[0].extents if style == "along" else (inputs[0].extents[0], inputs[0].extents[2])
        )
        seen = block(out.base, out.dtype, shape, owned=True)
    elif style == "trailing":
        extents = inputs[0].extents
        cut = len(extents) - node.params["count"]
        shape = (product(extents[:cut]), product(extents[cut:]))
        out = new_array(low.k, hint(node), node.outputs[0].type.dtype, extents)
        inputs = [block(x.base, x.dtype, shape, owned=False) for x in inputs]
        seen = block(out.base, out.dtype, shape, owned=True)
    else:
        extents = _extents_of(style, node, inputs)
        seen = out = low.room_for(node, extents, {}, False)
    body.loops(low.k, node.op.body.function, *inputs, seen)
    if not out.extents and node.outputs[0].type.rank == 0:
        low.set(node.outputs[0], low.k.let(hint(node), out.load(())))
    else:
        low.set(node.outputs[0], out)


def _extents_of(text: str, node: Node, inputs: list[Array]) -> tuple[Expr, ...]:
    """`(a.shape[0], b.shape[1])` over the body's own parameter names."""
    assert isinstance(node.op.body, Loops)
    names = [a.arg for a in body.parse(node.op.body.function).args.args]
    arrays = dict(zip(names, inputs, strict=False))
    tree = ast.parse(text, mode="eval").body
    assert isinstance(tree, ast.Tuple)
    extents: list[Expr] = []
    for part in tree.elts:
        assert isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant)
        assert isinstance(part.value, ast.Attribute) and isinstance(part.value.value, ast.Name)
        extents.append(arrays[part.value.value.id].extents[int(part.slice.value)])  # type: ignore[arg-type]
    return tuple(extents)


class Layout:
    """How the values of a graph travel in slots; slot 0 is the call's context."""

    def __init__(self) -> None:
        self.slots = 1

    def take(self, type: Type) -> tuple[int, int]:
        """(first slot, how many) of a value: a scalar one, an array 1 + rank, a history two."""
        count = 2 if type.depth else 1 + type.rank
        first = self.slots
        self.slots += count
        return first, count


@dataclass(frozen=True, slots=True)
class LoweredGraph:
    """The kernel of a graph: what its sites mean, and the first slot of each argument and each result.
    `left` and `leaves`: what the kernel leaves where it stops (`held.Held`)."""

    kernel: form.Kernel
    sites: tuple[Site, ...]
    arguments: tuple[int, ...]
    results: tuple[int, ...]
    left: dict[int, tuple[Type, int]]
    leaves: int


def lower_graph(graph: Graph, name: str) -> LoweredGraph:
    """The kernel of a graph, and where its values travel."""
    k = Emitter(any(writes_over(node) for node in everything(graph.body)))
    layout = Layout()
    held = Held(k, lambda type: layout.take(type)[0])
    low = Lowering(k, graph.body, lower, held)
    params: list[form.Param] = []
    ins = [_argument(low, v, i, layout, params) for i, v in enumerate(graph.body.arguments)]
    results = low.run()
    handed = Handed(k.statements)
    outs = [
        _result(low, v, lowered, layout, handed)
        for v, lowered in zip(graph.body.results, results, strict=True)
    ]
    body = (*k.before, *k.statements)
    kernel = form.Kernel(name, tuple(params), body, layout.slots)
    return LoweredGraph(kernel, tuple(k.sites), tuple(ins), tuple(outs), held.left, held.count)


def _argument(low: Lowering, value: Value, i: int, layout: Layout, params: list[form.Param]) -> int:
    first, _ = layout.take(value.type)

    def param(hint: str, type: str, slot: int, elements: str | None = None) -> Var:
        var = low.k.fresh(hint, type)
        params.append(form.Param(var, slot, elements))
        return var

    if value.type.depth:
        base = param(f"saved{i}_", PTR, first, record_type(value.type))
        low.set(value, Saved(base, param("steps", I64, first + 1)))
    elif value.type.rank == 0:
        low.set(value, param(f"x{i}_", value.type.dtype, first))
    else:
        base = param(f"x{i}_", PTR, first, value.type.dtype)
        extents = tuple(param(f"n{i}_", I64, first + 1 + d) for d in range(value.type.rank))
        for known, extent in zip(value.type.shape, extents, strict=True):
            if isinstance(known, Symbol):
                low.k.sizes.setdefault(known, extent)
        low.set(value, block(base, value.type.dtype, extents, owned=False))
    return first


def record_type(type: Type) -> str:
    """What a history's memory holds: scalars themselves, or records of 8-byte words."""
    return type.dtype if type.depth == 1 and type.rank == 0 else I64


def _result(low: Lowering, value: Value, lowered: Lowered, layout: Layout, handed: Handed) -> int:
    first, _ = layout.take(value.type)
    k = low.k
    if isinstance(lowered, Saved):
        k.add(form.Result(first, lowered.base))
        k.add(form.Result(first + 1, lowered.count))
    elif isinstance(lowered, Array):
        out = lowered if handed.take(lowered) else copy_of(k, lowered, "out", "out")
        k.add(form.Result(first, out.base))
        for d, extent in enumerate(out.extents):
            k.add(form.Result(first + 1 + d, extent))
    else:
        k.add(form.Result(first, lowered))
    return first
