"""What a call reads from outside: inputs, whose present value it passes, and guards, which have to hold."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograph_lite.frontend.effects import attributes, contents, laid_out, refuse_unnoted
from autograph_lite.frontend.steady import in_library
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type

Getter = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the kernel that is read from outside at each call; `what` is it to the user."""

    read: Getter
    type: Type
    value: Value
    what: str


@dataclass(frozen=True, slots=True)
class Guard:
    """`read()` gave `expected`, which held `inside`, when the function was staged."""

    read: Getter
    expected: Any
    what: str
    inside: Any = None
    arrays: bool = False  # whether `inside` has what arrays hold
    about: bool = (
        False  # whether `read` says something about the object, which is not the object itself
    )

    def holds(self) -> bool:
        try:
            found = self.read()
        except Exception:  # of the user's, too, where something else stands there now
            return False
        if self.inside is not None:
            return bool(contents(found, self.arrays) == self.inside)
        return found is self.expected or (
            type(found) is type(self.expected)
            and isinstance(found, int | str | bool)
            and found == self.expected
        )


class Untouched:
    """What objects from outside hold: what is staged does not change them."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Any, list[Any]]] = {}

    def add(self, obj: Any) -> None:
        if id(obj) not in self.known and is_of_user(obj):
            self.known[id(obj)] = obj, _held(obj)

    def check(self, trace: Any) -> None:
        """An error where one was changed by code that is not converted."""
        for obj, before in self.known.values():
            refuse_unnoted(trace, f"a {type(obj).__name__} from outside", before, _held(obj))


def is_of_user(obj: Any) -> bool:
    """Whether an object is a container, or has attributes by a class of the user's."""
    if isinstance(obj, list | dict):
        return True
    plain = not isinstance(obj, type | types.FunctionType | types.ModuleType)
    return plain and not any(in_library(kind) for kind in type(obj).__mro__[:-1])


def _held(obj: Any) -> list[Any]:
    """But for what is computed once and kept."""
    if isinstance(obj, list | dict):
        return laid_out(obj)
    kept = {n for n, own in vars(type(obj)).items() if isinstance(own, functools.cached_property)}
    return [part for pair in attributes(obj).items() if pair[0] not in kept for part in pair]
