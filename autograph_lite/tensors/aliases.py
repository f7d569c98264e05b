"""Which tensors are one tensor in some runs.

After `if c: y = x` the name y is bound to the tensor x where c holds, and to another where it does
not.  A link says so: what is written into one of two linked tensors is written, where the condition
holds, into the other too.  Conditions cost nothing until something is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.ir.graph import Condition, Value
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.same import Sure, as_value, holds, some
from autograph_lite.ops.staging import walk_up
from autograph_lite.ops.ties import World


def link(a: Any, b: Any, condition: Condition | None) -> None:
    """From here on, a and b are one tensor where the condition holds; None: nobody knows where, and
    writing either is refused."""
    if a is not b and condition is not False:
        context.interpreter.box_links.append((a, b, condition))  # type: ignore[attr-defined]


def _edges(box: Any) -> Iterator[tuple[Any, Condition | None]]:
    """The other end of every link of a tensor, with the condition."""
    for builder in walk_up():
        for a, b, condition in builder.box_links:
            if a is box or b is box:
                yield b if a is box else a, condition


def same_as(box: Any) -> list[tuple[Any, Value]]:
    """The other tensors that `box` is in some runs, each with its condition in this region."""
    if any(condition is None for _, condition in _edges(box)):
        raise ConversionError(
            "a scalar tensor is written in place, and only the run knows which other names are bound"
            " to it; assign to the name instead, or take a copy before: x = x.copy()"
        )
    found = [(other, same(box, other)) for other in reached_from(box)]
    return [(other, as_value(c)) for other, c in found if c is not False]


def same(a: Any, b: Any) -> Sure:
    """Whether two names are bound to one tensor."""
    found: Sure = a is b
    for other, condition in _edges(a):
        if other is b and condition is not None and found is not True:
            found = some(found, holds(condition))
    return found


def surely_same(a: Any, b: Any) -> Sure:
    """`a is b`; refused where nobody knows."""
    if any(other is b and condition is None for other, condition in _edges(a)):
        raise ConversionError(_UNKNOWN)
    return same(a, b)


def refuse_unknown(a: Any, b: Any) -> None:
    """Of scalars that a loop binds anew nobody knows whether they are one, unless they cannot be."""
    types = a._value.type, b._value.type
    alike = types[0] == types[1] and not types[0].shape and a is not b
    if alike and any(condition is None for box in (a, b) for _, condition in _edges(box)):
        raise ConversionError(_UNKNOWN)


_UNKNOWN = (
    "`is` and `in` ask whether two names are bound to one scalar tensor, which depends on the steps of a loop"
    " or on a branch in it; write =="
)


def reached_from(box: Any) -> list[Any]:
    """The other tensors that `box` may be."""
    return list(
        {id(other): other for other, condition in _edges(box) if condition is not None}.values()
    )


def _may_be(box: Any) -> list[Any]:
    """A tensor, and those that it may be."""
    return [box, *reached_from(box)]


TENSORS = World(
    same,
    _may_be,
    _may_be,
    same,
    lambda builder, box: None if box._value in builder.own else box,
    lambda builder, box: box,
)
