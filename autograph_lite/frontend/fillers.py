"""Values made for the state of a region alone: whether a name is defined, and fillers where it is not.

A filler is a value of a type that nothing reads, because its flag says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.control import FILLER, filler_for
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import walk_up


def filler(type: Any) -> Value:
    """A value of a type that nothing reads."""
    builder: Any = context.interpreter
    like, type = filler_for(type, _at_hand())
    return _filler(type, *map(builder.local, like))


def nothing(type: Type) -> Value:
    """A value of a type in a region that comes to no end."""
    return _filler(type)


def _filler(type: Type, *like: Value) -> Value:
    builder: Any = context.interpreter
    return builder.append(FILLER, like, (type,), {"type": type})[0]  # type: ignore[no-any-return]


def unread(type: Type) -> Type:
    """The type of what is either a value or, where nothing reads it, its filler."""
    return filler_for(type, _at_hand())[1]


def _at_hand() -> Iterator[Value]:
    return (v for around in walk_up() for v in around.arguments)


def truth(held: bool) -> Value:
    """A constant bool value."""
    return context.interpreter.constant(held, "bool")
