"""What a call leaves that stops on its way: for each variable and tensor of the caller's, the value that
it holds at every point of the kernel.

`hold` nodes say so, and each writes the value into slots of its key, an array as its address; whatever
stops the kernel finds them there.  So the memory of a held array may not be written over until the next
`hold` of its key, or, for the node that makes the new value, until that node can no longer stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type, tensor
from autograph_lite.ops.control import CONSTANT, HOLD, LOOP, LoopParts
from autograph_lite.ops.move import DIM
from autograph_lite.ops.record import Fold, Scalar
from autograph_lite.render import form
from autograph_lite.render.emitter import Emitter
from autograph_lite.render.form import I64, Const, Expr

Entered = Sequence[tuple[Value, int]]
"""Arguments of a region that are held when it begins, with their keys."""

LASTS = 1 << 60
"""The position of what is held until the region ends."""


class Held:
    """The keys of a kernel: type and first slot of each, and the slot that counts the keys that hold
    something, which all do before anything can stop."""

    def __init__(self, k: Emitter, take: Callable[[Type], int]) -> None:
        self.k, self.take = k, take
        self.left: dict[int, tuple[Type, int]] = {}
        self.count = 0

    def assign(self, key: int, type: Type, base: Expr, extents: Iterable[Expr] = ()) -> None:
        """From here on a key holds a scalar, or the array with this address; its shape never changes."""
        if key in self.left:
            self.k.add(form.Leave(self.left[key][1], base))
            return
        self.count = self.count or self.take(tensor("int64"))
        slot = self.take(type)
        self.left[key] = (type, slot)
        for i, part in enumerate((base, *extents)):
            self.k.add(form.Leave(slot + i, part))
        self.k.add(form.Leave(self.count, Const(len(self.left), I64)))


def held_until(region: Region, entered: Entered) -> dict[Value, int]:
    """For values that are held: the position of the last node that could stop while they are."""
    found: dict[Value, int] = {}
    stops = -1
    last: dict[int, tuple[Value, ...]] = {}
    for argument, key in entered:
        last[key] = (*last.get(key, ()), argument)
    for position, node in enumerate(region.nodes):
        if node.op is HOLD:
            key = node.params["key"]
            for value in last.get(key, ()):
                until = stops + (stops >= 0 and _keeps(region.nodes[stops], key, value))
                found[value] = max(found.get(value, -1), until)
            last[key] = node.inputs
        elif can_stop(node):
            stops = position
    found.update((value, LASTS) for values in last.values() for value in values)
    return found


def _keeps(node: Node, key: int, value: Value) -> bool:
    """Whether a loop may stop in later steps while the key still holds the value: where its steps do
    not begin with a `hold` of what they make of it."""
    if node.op is not LOOP:
        return False
    loop = LoopParts(node.inputs, node.outputs, node.params)
    own = {a for a, init in zip(loop.state, loop.inits, strict=True) if init is value}
    for inner in loop.body.nodes:
        if can_stop(inner):
            break
        if inner.op is HOLD and inner.params["key"] == key and inner.inputs[0] in own:
            return False
    return True


def can_stop(node: Node) -> bool:
    """Whether a fault or an interrupt may happen in a node; False where it is known that none does."""
    if node.op in (HOLD, CONSTANT, DIM):
        return False
    scalar = isinstance(node.op.body, Scalar) and is_sure(node)
    return not scalar or any(v.type.rank or v.type.depth for v in node.outputs)


def is_sure(node: Node) -> bool:
    """Whether the arithmetic of a node never is a fault, whatever the numbers."""
    body = node.op.body
    return (isinstance(body, Scalar) and isinstance(body.text, str)) or (
        isinstance(body, Fold) and body.init is not None
    )
