"""Which tensors are one tensor in some runs.

After `if c: y = x` the name y is bound to the tensor x where c holds, and to another where it does
not.  A link says so: what is written into one of two linked tensors is written, where the condition
holds, into the other too.  Conditions cost nothing until something is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import f
from autograph_lite.ops.staging import with_region

Sure = bool | Value
"""True and False where it is known, else a bool value."""


class Link:
    """Two tensors that are one where `condition()` holds, a value of the region of the link; without
    a condition nobody knows, and writing either is refused."""

    __slots__ = ("_condition", "builder", "make", "pair")

    def __init__(self, a: Any, b: Any, make: Callable[[], Sure] | None) -> None:
        self.pair = (a, b)
        self.builder: Any = context.interpreter
        self.make = make
        self._condition: Sure | None = None

    def condition(self) -> Sure:
        if self._condition is None:
            with_region(self.builder, self._find)
        assert self._condition is not None
        return self._condition

    def _find(self) -> None:
        assert self.make is not None
        self._condition = self.make()


def link(a: Any, b: Any, make: Callable[[], Sure] | None) -> None:
    """From here on, a and b are one tensor where `make()` holds."""
    if a is not b:
        made = Link(a, b, make)
        made.builder.links.append(made)


def _edges(box: Any) -> Iterator[tuple[Any, Link]]:
    """The links of a tensor, with what it is linked to.

    Links are transitive as they stand: whoever links a tensor to another one links it to all that the
    other is linked to.
    """
    builder: Any = context.interpreter
    while builder is not None:
        for edge in builder.links:
            for one, other in (edge.pair, edge.pair[::-1]):
                if one is box:
                    yield other, edge
        builder = builder.parent


def same_as(box: Any) -> list[tuple[Any, Value]]:
    """The other tensors that `box` is in some runs, each with its condition in this region."""
    builder: Any = context.interpreter
    if any(edge.make is None for _, edge in _edges(box)):
        raise ConversionError(
            "a scalar tensor is written in place, and only the run knows which other names are bound"
            " to it; assign to the name instead, or take a copy before: x = x.copy()"
        )
    true = builder.constant(True, "bool")
    conds = [(other, same(box, other)) for other in reached_from(box)]
    return [(other, true if c is True else c) for other, c in conds if c is not False]


def same(a: Any, b: Any) -> Sure:
    """Whether two names are bound to one tensor."""
    found: Sure = a is b
    for other, edge in _edges(a):
        if other is b and edge.make is not None and found is not True:
            found = either_of(found, localised(edge.condition()))
    return found


def reached_from(box: Any) -> list[Any]:
    """The other tensors that `box` may be."""
    return list({id(other): other for other, edge in _edges(box) if edge.make is not None}.values())


def localised(cond: Sure) -> Sure:
    """A condition as a bool value of this region."""
    if isinstance(cond, bool):
        return cond
    builder: Any = context.interpreter
    value: Value = builder.local(cond)
    return f.weak(value, dtype="bool") if value.type.kind == "py" else value


def both_of(a: Sure, b: Sure) -> Sure:
    """a and b."""
    if isinstance(a, bool):
        return b if a else False
    if isinstance(b, bool):
        return a if b else False
    return f.bitwise_and(a, b)


def either_of(a: Sure, b: Sure) -> Sure:
    """a or b."""
    if isinstance(a, bool):
        return True if a else b
    if isinstance(b, bool):
        return True if b else a
    return f.bitwise_or(a, b)
