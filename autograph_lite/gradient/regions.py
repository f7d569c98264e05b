"""What the reverses of loops, branches and calls share: a region whose nodes may save more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from autograph_lite.gradient.reverse import Cotangent, Sweep
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.ops.staging import find


@dataclass(slots=True)
class Adjoint:
    """A region under reverse: its own nodes, to be extended where something must be saved."""

    source: Region
    nodes: list[Node] = field(init=False)

    def __post_init__(self) -> None:
        self.nodes = list(self.source.nodes)

    def replace(self, first_output: Value, node: Node) -> None:
        for i, old in enumerate(self.nodes):
            if old.outputs and old.outputs[0] is first_output:
                self.nodes[i] = node

    def present(self, node: Node) -> Node:
        """The node that now makes what `node` made."""
        return self.makers()[node.outputs[0]]

    def makers(self) -> dict[Value, Node]:
        return {v: n for n in self.nodes for v in n.outputs}


def present(sweep: Sweep, node: Node) -> Node:
    """The node as it stands now: an earlier reverse pass may have made it save more."""
    if sweep.present is not None:
        return sweep.present(node)
    builder, found = find(node.outputs[0])
    del builder
    return found


def substitute(sweep: Sweep, node: Node) -> None:
    """Put a node that saves more in the place of the one whose outputs it begins with; the tapes
    that follow one output follow what is saved too."""
    for tape in context.tapes:
        tape.extend(node.outputs)
    if sweep.replace is not None:
        sweep.replace(node.outputs[0], node)
    else:
        find(node.outputs[0])[0].replace(node.outputs[0], node)


def roots_of(sweep: Sweep, captures: Iterable[Value]) -> dict[Value, Value]:
    """The values whose cotangents a region updates: those that its captures are, in some run or in
    all.  Each with a capture of its shape."""
    roots: dict[Value, Value] = {}
    for value in captures:
        if value.type.floating and sweep.wants(value):
            for leaf in sweep.leaves(value):
                roots.setdefault(leaf, value)
    return roots


def zeros(like: Value) -> Value:
    """Zeros in the shape of a value; a scalar need not be read for that."""
    if like.type.depth:
        return f.void(like)
    zero = context.interpreter.constant(0.0, like.type.dtype)
    if like.type.rank == 0:
        return zero
    if all(isinstance(e, int) for e in like.type.shape):
        return f.broadcast_to(zero, shape=like.type.shape)
    return f.zeros_like(like)


def flag(builder: Builder, got: Cotangent | None) -> Value:
    """Whether a cotangent has arrived, as a value of a region."""
    if got is None:
        return builder.constant(False, "bool")
    return builder.constant(True, "bool") if got.arrived is None else builder.local(got.arrived)
