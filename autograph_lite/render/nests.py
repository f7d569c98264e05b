"""Graph -> kernel form: which loops there are, which buffers, and the order of everything.

Nodes are lowered in order.  Elementwise nodes of rank 0 become scalar statements at once; those of
higher rank wait in a group with others of the same extents and become one loop nest (`fuse`), in
which values that nothing else reads never exist in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.record import Fold, Loops, Scalar
from autograph_lite.render import body, form
from autograph_lite.render.arrays import (
    Array,
    Buffer,
    Saved,
    as_block,
    block,
    broadcast_extents,
    copy_of,
)
from autograph_lite.render.emitter import Emitter, product
from autograph_lite.render.form import I64, PTR, Const, Expr, Var
from autograph_lite_runtime import faults

Lowered = Expr | Array | Saved


class Lowering:
    """The state of lowering one region: what each value became and who still reads it."""

    def __init__(self, k: Emitter, region: Region) -> None:
        from autograph_lite.render.fuse import Group

        self.k = k
        self.region = region
        self.env: dict[Value, Lowered] = {}
        self.position = 0
        self.last_use = last_uses(region)
        self.group: Group | None = None

    # --- values ---

    def scalar(self, value: Value) -> Expr:
        """A value of rank 0."""
        if self.group is not None and value in self.group.members:
            self.flush()
        found = self.env[value]
        assert not isinstance(found, Array | Saved)
        return found

    def array(self, value: Value) -> Array:
        """A value in memory; a scalar is put there."""
        if self.group is not None and value in self.group.members:
            self.flush()
        found = self.env[value]
        if isinstance(found, Array):
            return found
        assert not isinstance(found, Saved)
        base = self.k.alloc("cell", Const(1, I64), found.type)
        self.k.add(form.Store(base, Const(0, I64), found))
        return Array(base, found.type, (), (), Buffer(owned=True))

    def extents(self, value: Value) -> tuple[Expr, ...]:
        """The extents of a value, without forcing it into memory."""
        if self.group is not None and value in self.group.members and value.type.rank:
            return self.group.extents
        found = self.env.get(value)
        return found.extents if isinstance(found, Array) else ()

    def set(self, value: Value, lowered: Lowered) -> None:
        if isinstance(lowered, Array) and value.type.rank == 0:
            lowered = self.k.let("v", lowered.load(()))
        if isinstance(lowered, Array):
            lowered = refine(lowered, value.type)
        self.env[value] = lowered

    def live_later(self, value: Value) -> bool:
        """Whether something after the present node reads the value."""
        return self.last_use.get(value, -1) > self.position

    def exclusive(self, value: Value) -> bool:
        """Whether the buffer of `value` may be written at the present node: owned, and no value
        that is read later shares it."""
        array = self.env[value]
        if not isinstance(array, Array) or not array.buffer.owned or self.live_later(value):
            return False
        return not any(
            isinstance(other, Array) and other.buffer is array.buffer and self.live_later(v)
            for v, other in self.env.items()
        )

    # --- running ---

    def run(self) -> list[Lowered]:
        """Lower every node; the results, arrays in memory."""
        for position, node in enumerate(self.region.nodes):
            self.position = position
            if node.origin is not None:
                self.k.at(node.origin)
            lower(self, node)
        self.position = len(self.region.nodes)
        self.flush()
        return [self.env[v] for v in self.region.results]

    def flush(self) -> None:
        """Write the waiting group as one loop nest."""
        group, self.group = self.group, None
        if group is not None:
            group.write(self)


def last_uses(region: Region) -> dict[Value, int]:
    """The position of the last node that reads each value; results are read at the end."""
    uses = {v: i for i, node in enumerate(region.nodes) for v in node.inputs}
    uses.update((v, len(region.nodes)) for v in region.results)
    return uses


def refine(array: Array, type: Type) -> Array:
    """Extents that the type knows as numbers become constants."""
    extents = tuple(
        Const(known, I64) if isinstance(known, int) else e
        for known, e in zip(type.shape, array.extents, strict=True)
    )
    if extents == array.extents:
        return array
    from autograph_lite.render.arrays import row_major

    strides = row_major(extents) if array.contiguous else array.strides
    return Array(array.base, array.dtype, extents, strides, array.buffer, array.offset)


def lower(low: Lowering, node: Node) -> None:
    """One node."""
    kind = type(node.op.body)
    if kind is Scalar:
        _elementwise(low, node)
    elif kind is Fold:
        from autograph_lite.render.reductions import lower_fold

        lower_fold(low, node)
    elif kind is Loops:
        _loops(low, node)
    else:
        from autograph_lite.render.structural import STRUCTURAL

        STRUCTURAL[node.op.name](low, node)


def _elementwise(low: Lowering, node: Node) -> None:
    out = node.outputs[0]
    if out.type.depth:
        from autograph_lite.render.histories import lower_either

        lower_either(low, node)
        return
    if out.type.rank == 0:
        operands = {name: low.scalar(v) for name, v in zip("xyz", node.inputs, strict=False)}
        low.set(out, low.k.let(hint(node), scalar_body(low.k, node, operands)))
        return
    from autograph_lite.render.fuse import join_group

    extents = broadcast_extents(low.k, [low.extents(v) for v in node.inputs])
    join_group(low, node, extents)


def hint(node: Node) -> str:
    """A readable name for the result of a node."""
    return {"add": "sum", "subtract": "diff", "multiply": "prod", "divide": "quot"}.get(
        node.op.name, node.op.name.removeprefix("py_")
    ) + "_"


def scalar_body(k: Emitter, node: Node, operands: dict[str, Expr]) -> Expr:
    """The body of an elementwise node applied to scalars."""
    assert isinstance(node.op.body, Scalar)
    text = node.op.body.text
    names = dict(operands)
    if not isinstance(text, str):
        parameters = [a.arg for a in body.parse(text).args.args]
        names = dict(zip(parameters, operands.values(), strict=False))
    return body.scalar(k, text, node.outputs[0].type.dtype, **names)


def _loops(low: Lowering, node: Node) -> None:
    """A body over arrays; "around" and "along" see (outer, axis, inner) blocks."""
    from autograph_lite.render.arrays import new_array
    from autograph_lite.render.reductions import outer_axis_inner

    assert isinstance(node.op.body, Loops)
    inputs = [as_block(low.k, low.array(v)) for v in node.inputs]
    low.flush()
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
    else:
        extents = _extents_of(style, node, inputs)
        seen = out = new_array(low.k, hint(node), node.outputs[0].type.dtype, extents)
    body.loops(low.k, node.op.body.function, *inputs, seen)
    if not out.extents and node.outputs[0].type.rank == 0:
        low.set(node.outputs[0], low.k.let(hint(node), out.load(())))
    else:
        low.set(node.outputs[0], out)


def _extents_of(text: str, node: Node, inputs: list[Array]) -> tuple[Expr, ...]:
    """`(a.shape[0], b.shape[1])` over the body's own parameter names."""
    import ast

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


def lower_graph(graph: Graph, name: str) -> tuple[form.Kernel, Emitter, list[int], list[int]]:
    """The kernel of a graph, and the first slot of each argument and of each result."""
    k = Emitter()
    layout = Layout()
    low = Lowering(k, graph.body)
    params: list[form.Param] = []
    ins = [_argument(low, v, i, layout, params) for i, v in enumerate(graph.body.arguments)]
    results = low.run()
    outs = [
        _result(low, v, lowered, layout)
        for v, lowered in zip(graph.body.results, results, strict=True)
    ]
    return form.Kernel(name, tuple(params), tuple(k.statements), layout.slots), k, ins, outs


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
        low.set(value, block(base, value.type.dtype, extents, owned=False))
    return first


def record_type(type: Type) -> str:
    """What a history's memory holds: scalars themselves, or records of 8-byte words."""
    return type.dtype if type.depth == 1 and type.rank == 0 else I64


def _result(low: Lowering, value: Value, lowered: Lowered, layout: Layout) -> int:
    first, _ = layout.take(value.type)
    k = low.k
    if isinstance(lowered, Saved):
        k.add(form.Result(first, lowered.base))
        k.add(form.Result(first + 1, lowered.count))
    elif isinstance(lowered, Array):
        out = copy_of(k, lowered, "out", "out")
        k.add(form.Result(first, out.base))
        for d, extent in enumerate(out.extents):
            k.add(form.Result(first + 1 + d, extent))
    else:
        k.add(form.Result(first, lowered))
    return first


Handler = Callable[[Lowering, Node], None]
__all__ = ["Handler", "Lowered", "Lowering", "faults", "hint", "lower", "lower_graph", "product"]
_ = Any
