"""User objects <-> values: what a name holds, taken apart into values and a structure.

The structure (`structures`) says how to put the object together again from other values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograph_lite.frontend.absent import Perhaps
from autograph_lite.frontend.effects import attributes
from autograph_lite.frontend.grown import Growing, Grown, adopt, grown_in, own, refuse_among
from autograph_lite.frontend.holders import is_made, note_made, set_attributes
from autograph_lite.frontend.later import Later
from autograph_lite.frontend.structures import (
    WHOLE,
    Container,
    Leaf,
    Maybe,
    Nothing,
    OrNone,
    Static,
    Structure,
    is_text,
    leaf_places,
)
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE
from autograph_lite.ops.cells import note_number, number_if_kept
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.boxes import Box, staging, value_of, wrap
from autograph_lite.tensors.scalar import KINDS
from autograph_lite.tensors.tagged import Tagged


class Undefined:
    """What a name holds before anything was assigned to it."""

    __slots__ = ("kind", "name")

    def __init__(self, name: str, kind: str = "local") -> None:
        self.name, self.kind = name, kind

    def __repr__(self) -> str:
        return f"<nothing assigned to {self.name!r}>"


@dataclass(frozen=True, slots=True)
class MaybeUndefined:
    """An object that exists only where `defined` (a bool value) holds."""

    name: str
    obj: Any
    defined: Value


def unwrapped(obj: Any) -> Any:
    """An object that may be undefined, or None, as itself."""
    obj = obj.obj if isinstance(obj, MaybeUndefined) else obj
    return obj.obj if isinstance(obj, Perhaps) else obj


def take_apart(obj: Any, numbers: bool = True) -> tuple[Structure, list[Value]]:
    """The structure of an object and its values in order; `numbers`: known numbers are values too, and so
    are those of cells, as in the state of a region."""
    refuse_among((obj,))
    values: list[Value] = []
    return _apart(obj, values, numbers), values


def _apart(obj: Any, values: list[Value], numbers: bool) -> Structure:
    if isinstance(obj, Undefined):
        return Nothing(obj.name)
    if isinstance(obj, MaybeUndefined):
        values.append(obj.defined)
        return Maybe(obj.name, _apart(obj.obj, values, numbers))
    if isinstance(obj, Perhaps):
        values.append(obj.there)
        return OrNone(_apart(obj.obj, values, numbers))
    if isinstance(obj, Tagged):
        values += [obj.is_tensor, value_of(obj)]
        values += [] if obj.number is None else [obj.number]
        in_cell = _numbered(value_of(obj), values, numbers)
        return Leaf(obj.python, value_of(obj).type.kind == "np", in_cell)
    if isinstance(obj, Box) and not is_variable(obj):
        value = value_of(obj)
        values.append(value)
        return Leaf("cell" if _numbered(value, values, numbers) else value.type.kind)
    if isinstance(obj, Grown):
        values += obj.rows
        return Growing(obj.structure, obj.types)
    if numbers and isinstance(obj, bool | int | float) and type(obj) in PY_DTYPE:
        values.append(context.interpreter.number(obj))  # type: ignore[attr-defined]
        return Leaf("py")
    if numbers and type(obj) in KINDS:
        values.append(context.interpreter.lift_scalar(obj))  # type: ignore[attr-defined]
        return Leaf("np")
    if isinstance(obj, Later):
        args, kwargs = (_apart(part, values, numbers) for part in (obj.args, obj.kwargs))
        return Container(type(obj), None, (Static(obj.function), args, kwargs))
    refuse_among(obj)
    held = None if grown_in(obj) is None else own(obj)  # before the parts are held twice
    found = parts_of(obj)
    if found is None:
        return Static(obj)
    kind, keys, parts = found
    parts[:1] = parts[:1] if held is None else [held]
    return Container(kind, keys, tuple(_apart(part, values, numbers) for part in parts))


def _numbered(value: Value, values: list[Value], numbers: bool) -> bool:
    """Add the number of the cell that a tensor may be in; whether there is one."""
    number = number_if_kept(value) if numbers and staging() else None
    values += [] if number is None else [number]
    return number is not None


def parts_of(obj: Any) -> tuple[type, tuple[Any, ...] | None, list[Any]] | None:
    """Class, keys and parts of an object that is taken apart: a tuple or list, which has no keys, a dict,
    or an object with attributes that was made inside the function."""
    if isinstance(obj, list | tuple):
        return type(obj), None, list(obj)
    if isinstance(obj, dict):
        return dict, tuple(obj), list(obj.values())
    if is_made(obj):
        held = attributes(obj)
        return type(obj), tuple(held), list(held.values())
    return None


def is_variable(obj: Any) -> bool:
    return isinstance(obj, Box) and obj.is_variable


def tensors_of(obj: Any, structure: Structure | None = None) -> list[Box | None]:
    """What the leaves of an object are bound to: tensors, None for other leaves.  `structure`: as one of
    which lists may grow, whose elements are none, and in which something may be a leaf that is None here."""
    if isinstance(obj, MaybeUndefined):
        return tensors_of(obj.obj, structure.inner if isinstance(structure, Maybe) else None)
    if isinstance(structure, Maybe):
        structure = structure.inner
    if isinstance(obj, Perhaps):
        return tensors_of(obj.obj, structure.inner if isinstance(structure, OrNone) else None)
    if isinstance(structure, OrNone):
        structure = structure.inner
    if isinstance(structure, Container) and structure.grows:
        return []
    if isinstance(obj, Tagged):
        return [obj.tensor if obj.has_axes else None]
    if isinstance(obj, Box) and not is_variable(obj):
        return [obj if obj._value.type.kind == "ag" else None]
    if type(obj) in PY_DTYPE or type(obj) in KINDS:
        return [None]
    found = parts_of(obj)
    if found is None:
        return [] if structure is None else [None] * len(leaf_places(structure))
    inside = isinstance(structure, Container) and len(structure.parts) == len(found[2])
    parts: Any = structure.parts if inside else [None] * len(found[2])  # type: ignore[union-attr]
    return [box for pair in zip(found[2], parts, strict=True) for box in tensors_of(*pair)]


def put_together(
    structure: Structure, values: Iterator[Value], make: Callable[[Value], Any] = wrap
) -> Any:
    """An object of this structure from values, in order; `make` makes the leaves."""
    if isinstance(structure, Leaf):
        return _leaf(structure, values, make)
    if isinstance(structure, Growing):
        rows = tuple(next(values) for _ in structure.types)
        return Grown(structure.structure, structure.types, rows)
    if isinstance(structure, Static):
        return structure.obj
    if isinstance(structure, Nothing):
        return Undefined(structure.name)
    if isinstance(structure, Maybe):
        defined = next(values)
        inner = put_together(structure.inner, values, make)
        return MaybeUndefined(structure.name, inner, defined)
    if isinstance(structure, OrNone):
        there = next(values)
        inner = put_together(structure.inner, values, make)
        known = there.data is not None
        return Perhaps(inner, there) if not known else inner if there.data else None
    kind: Any = structure.type
    if is_text(structure) and not staging():
        make = as_given  # a text shows tensors, however results leave
    parts = [put_together(p, values, make) for p in structure.parts]
    if structure.keys is not None:
        return with_keys(kind, dict(zip(structure.keys, parts, strict=True)))
    made = kind(*parts) if hasattr(kind, "_fields") or is_text(structure) else kind(parts)
    return adopt(made) if kind is list else made


def with_keys(kind: type, parts: dict[Any, Any]) -> Any:
    """A dict, or an object with these attributes, which is not initialised a second time."""
    if kind is dict:
        return parts
    made: Any = object.__new__(kind)
    set_attributes(made, parts)
    return note_made(made)


def as_given(value: Value) -> Any:
    """A result as eager execution gives it: a Python number, or a tensor."""
    return wrap(value) if isinstance(value.data, np.ndarray | np.generic) else value.data


def _leaf(leaf: Leaf, values: Iterator[Value], make: Callable[[Value], Any]) -> Any:
    if leaf.kind in WHOLE:
        return _made(next(values), make, leaf.kind == "np")
    if leaf.kind == "cell":
        value = next(values)
        _note(value, next(values))
        return make(value)
    is_tensor, value = next(values), next(values)
    number = None if leaf.kind == "none" else next(values)
    if leaf.cell:
        _note(value, next(values))
    if is_tensor.data is None:
        return Tagged(make(value), is_tensor, leaf.kind, number)
    if is_tensor.data:
        return _made(value, make, leaf.numpy)
    return None if number is None else _made(number, make, leaf.kind == "numpy")


def _note(value: Value, at: Value) -> None:
    if value.data is None:
        note_number(value, at)


def _made(value: Value, make: Callable[[Value], Any], numpy: bool) -> Any:
    """A leaf; a NumPy scalar is its data, where that is known."""
    return value.data if numpy and value.data is not None else make(value)
