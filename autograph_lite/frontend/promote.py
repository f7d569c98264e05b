"""Python numbers of a loop's state that may begin as tensors.

`s = 0.0` before a loop that adds tensors to s is a number until the first step and a tensor after it.
It may begin as a tensor where no use of it in the body can tell the difference in bits: where the
body only converts it to the type that it takes, before or after arithmetic that is the same in both.
What is kept after the step, under whatever name or in a list, is a number still, and so is what comes of it
by arithmetic; and `isinstance` can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.control import IF
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.python import AS_TENSORS, FLOAT, WEAK
from autograph_lite.ops.scalars import FROM_NUMBER


def as_type(number: Value, new: Type) -> Value:
    """A number as what a step makes of it: a scalar tensor, a NumPy scalar, or a float."""
    if new.kind == "np":
        return f.np_scalar(number, dtype=new.dtype)
    return f.weak(number, dtype=new.dtype) if new.kind == "ag" else f.py_float(number)


def exact(nodes: Iterable[Node], argument: Value, new: Type, kept: Collection[Value]) -> bool:
    """Whether a number of the state may begin as a value of type `new`; `kept`: what the step leaves, and
    numbers whose class has been asked for."""
    if new.kind == "py" and (new.dtype, argument.type.dtype) != ("float64", "int64"):
        return False
    return not new.rank and only_converted(nodes, argument, new, kept)


def only_converted(
    nodes: Iterable[Node], number: Value, new: Type, kept: Collection[Value]
) -> bool:
    """Whether all that these nodes do with a Python number is to convert it to a type, before or after
    arithmetic that gives the same bits in both; what a branch hands through counts as converted where
    it is joined."""
    if number in kept:
        return False
    for node in nodes:
        if number not in node.inputs:
            continue
        if new.kind == "ag" and node.op is WEAK and node.params["dtype"] == new.dtype:
            continue
        if new.kind == "np" and node.op is FROM_NUMBER and node.params["dtype"] == new.dtype:
            continue
        if new.kind == "py" and new.dtype == "float64" and node.op is FLOAT:
            continue
        if _same_in_both(node, new) and only_converted(nodes, node.outputs[0], new, kept):
            continue
        if node.op is not IF or not _converted_in_arms(node, number, new, kept):
            return False
    return True


def _same_in_both(node: Node, new: Type) -> bool:
    """Whether a node computes the same on Python floats and on float64 tensors."""
    return (
        new.kind == "ag"
        and new.dtype == "float64"
        and node.op in AS_TENSORS
        and all(v.type.dtype == "float64" for v in node.inputs)
    )


def _converted_in_arms(node: Node, number: Value, new: Type, kept: Collection[Value]) -> bool:
    places = [i for i, v in enumerate(node.inputs[1:]) if v is number]
    arms: list[Region] = [node.params["then"], node.params["orelse"]]
    if node.inputs[0] is number:
        return False
    return all(
        only_converted(arm.nodes, arm.arguments[i], new, (*arm.results, *kept))
        for arm in arms
        for i in places
    )
