"""User objects <-> values: what a name holds, taken apart into values and a structure.

The structure says how to put the object together again from other values; two structures are equal
when the objects have the same shape: the same containers, kinds and static parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE, Type
from autograph_lite.ops.control import FILLER
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.tensor import Promoted


class Undefined:
    """What a name holds before anything was assigned to it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<nothing assigned to {self.name!r}>"


@dataclass(frozen=True, slots=True)
class MaybeUndefined:
    """An object that exists only where `defined` (a bool value) holds."""

    name: str
    obj: Any
    defined: Value


@dataclass(frozen=True, slots=True)
class Leaf:
    """A tensor ("ag") or a Python number ("py"), or one or the other: "int", "float", "bool"
    or "none" names what is not a tensor, and a value before the tensor says that it is one."""

    kind: str


@dataclass(frozen=True, slots=True)
class Static:
    """An object that is the same in every run: None, a string, a function, a variable."""

    obj: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and (self.obj is other.obj or _equal(self.obj, other.obj))

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Container:
    """A tuple, list, dict or named tuple of structures."""

    type: type
    keys: tuple[Any, ...] | None
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """An undefined name."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """A name that is defined where its first value, a bool, holds."""

    name: str
    inner: Any


Structure = Leaf | Static | Container | Nothing | Maybe


def _equal(a: Any, b: Any) -> bool:
    return type(a) is type(b) and isinstance(a, str | bytes | range | slice) and a == b


def take_apart(obj: Any, numbers: bool = True) -> tuple[Structure, list[Value]]:
    """The structure of an object and its values in order; `numbers`: Python numbers are values."""
    values: list[Value] = []
    return _apart(obj, values, numbers), values


def _apart(obj: Any, values: list[Value], numbers: bool) -> Structure:
    if isinstance(obj, Undefined):
        return Nothing(obj.name)
    if isinstance(obj, MaybeUndefined):
        values.append(obj.defined)
        return Maybe(obj.name, _apart(obj.obj, values, numbers))
    if isinstance(obj, Promoted) and not numbers:
        values.append(obj.is_tensor)
        values.append(value_of(obj))
        return Leaf(obj.python)
    if isinstance(obj, Box) and not is_variable(obj):
        values.append(value_of(obj))
        return Leaf(values[-1].type.kind)
    if numbers and isinstance(obj, bool | int | float) and type(obj) in PY_DTYPE:
        values.append(context.interpreter.number(obj))  # type: ignore[attr-defined]
        return Leaf("py")
    if isinstance(obj, list | tuple):
        return Container(type(obj), None, tuple(_apart(o, values, numbers) for o in obj))
    if isinstance(obj, dict):
        return Container(dict, tuple(obj), tuple(_apart(o, values, numbers) for o in obj.values()))
    return Static(obj)


def is_variable(obj: Any) -> bool:
    return isinstance(obj, Box) and obj.__class__.__name__ == "Variable"


def put_together(
    structure: Structure, values: Iterator[Value], make: Callable[[Value], Any] = wrap
) -> Any:
    """An object of this structure from values, in order; `make` makes the leaves."""
    if isinstance(structure, Leaf):
        return _leaf(structure.kind, values, make)
    if isinstance(structure, Static):
        return structure.obj
    if isinstance(structure, Nothing):
        return Undefined(structure.name)
    if isinstance(structure, Maybe):
        defined = next(values)
        inner = put_together(structure.inner, values, make)
        return MaybeUndefined(structure.name, inner, defined)
    parts = [put_together(p, values, make) for p in structure.parts]
    if structure.type is dict:
        assert structure.keys is not None
        return dict(zip(structure.keys, parts, strict=True))
    if hasattr(structure.type, "_fields"):
        return structure.type(*parts)
    return structure.type(parts)


def _leaf(kind: str, values: Iterator[Value], make: Callable[[Value], Any]) -> Any:
    if kind in ("ag", "py"):
        return make(next(values))
    is_tensor, value = next(values), next(values)
    return make(value) if is_tensor.data else PYTHON[kind](value.data)


PYTHON: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "int": int,
    "bool": bool,
    "none": lambda _: None,
}
NAME = {"float64": "float", "int64": "int", "bool": "bool"}


def describe(structure: Structure, values: Iterator[Value]) -> str:
    """What an object is, for a message to the user."""
    if isinstance(structure, Leaf):
        type = next(values).type
        if type.kind == "py":
            return f"a Python {({'float64': 'float', 'int64': 'int', 'bool': 'bool'})[type.dtype]}"
        rank = f" with {type.rank} axes" if type.rank != 1 else " with 1 axis"
        return f"a {type.dtype} tensor{rank if type.rank else ''}"
    if isinstance(structure, Static):
        return repr(structure.obj)
    if isinstance(structure, Nothing):
        return "nothing"
    if isinstance(structure, Maybe):
        next(values)
        return describe(structure.inner, values)
    return f"a {structure.type.__name__} of {len(structure.parts)}"


def filler(type: Type) -> Value:
    """A value of a type that nothing reads."""
    builder: Any = context.interpreter
    return builder.append(FILLER, (), (type,), {"type": type})[0]  # type: ignore[no-any-return]


def truth(held: bool) -> Value:
    """A constant bool value."""
    return context.interpreter.constant(held, "bool")


def unsure(structure: Structure) -> Maybe:
    """The structure of a name that may also be undefined."""
    assert not isinstance(structure, Nothing)
    return structure if isinstance(structure, Maybe) else Maybe("", structure)


def fitted(
    structure: Structure, values: list[Value], target: Structure, types: list[Type]
) -> list[Value]:
    """The values of an object in the form of `target`, which may add that it is defined."""
    if not isinstance(target, Maybe) or isinstance(structure, Maybe):
        return values
    if isinstance(structure, Nothing):
        return [truth(False), *(filler(t) for t in types[1:])]
    return [truth(True), *values]
