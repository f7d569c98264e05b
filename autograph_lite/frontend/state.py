"""User objects <-> values: what a name holds, taken apart into values and a structure.

The structure says how to put the object together again from other values; two structures are equal
when the objects have the same shape: the same containers, kinds and static parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograph_lite.frontend.grown import Growing, Grown, adopt, grown_in, own
from autograph_lite.frontend.holders import attributes, is_made, note_made, set_attributes
from autograph_lite.frontend.later import Later
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE, Type
from autograph_lite.ops.cells import note_number, number_of
from autograph_lite.ops.control import FILLER, filler_for
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.same import walk_up
from autograph_lite.tensors.boxes import Box, staging, value_of, wrap
from autograph_lite.tensors.number import PYTHON_NAME
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
    """An object that may be undefined as itself."""
    return obj.obj if isinstance(obj, MaybeUndefined) else obj


NAMED = {"none": "None", "numpy": "a NumPy scalar"}
WHOLE = ("ag", "py", "np")
"""Leaves that are one value."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A tensor ("ag"), a Python number ("py"), a NumPy scalar ("np"), or a tagged one of both: "int",
    "float", "bool" or "none" names what is not a tensor.  A tagged leaf has three values: whether it is the
    tensor, the tensor, the number ("none" has no third), which with "numpy" is NumPy's.  With `numpy` the
    tensor is a NumPy scalar instead, with "int" it may be a Python float.  "cell": a tensor that may be in a
    list that grows, and the number of its cell."""

    kind: str
    numpy: bool = False

    @property
    def count(self) -> int:
        """How many values it has."""
        return 1 if self.kind in WHOLE else 2 if self.kind in ("none", "cell") else 3

    @property
    def place(self) -> int:
        """Which of them is the tensor, or the number that is the only one."""
        return 0 if self.kind in (*WHOLE, "cell") else 1


@dataclass(frozen=True, slots=True)
class Static:
    """An object that is the same in every run: None, a string, a function, a variable."""

    obj: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and (self.obj is other.obj or _equal(self.obj, other.obj))

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Container:
    """A tuple, list, dict, named tuple or object with attributes: of structures; or a call that is made
    later, of its arguments."""

    type: type
    keys: tuple[Any, ...] | None
    parts: tuple[Any, ...]

    @property
    def grows(self) -> bool:
        """Whether it is a list of which only the run knows how long it is."""
        return bool(self.parts) and isinstance(self.parts[0], Growing)


@dataclass(frozen=True, slots=True)
class Nothing:
    """An undefined name."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """A name that is defined where its first value, a bool, holds."""

    name: str
    inner: Any


Structure = Leaf | Static | Container | Nothing | Maybe | Growing


def _equal(a: Any, b: Any) -> bool:
    return type(a) is type(b) and isinstance(a, str | bytes | range | slice) and a == b


def take_apart(obj: Any, numbers: bool = True) -> tuple[Structure, list[Value]]:
    """The structure of an object and its values in order; `numbers`: known numbers are values too, and so
    are those of cells, as in the state of a region."""
    values: list[Value] = []
    return _apart(obj, values, numbers), values


def _apart(obj: Any, values: list[Value], numbers: bool) -> Structure:
    if isinstance(obj, Undefined):
        return Nothing(obj.name)
    if isinstance(obj, MaybeUndefined):
        values.append(obj.defined)
        return Maybe(obj.name, _apart(obj.obj, values, numbers))
    if isinstance(obj, Tagged):
        values += [obj.is_tensor, value_of(obj)]
        values += [] if obj.number is None else [obj.number]
        return Leaf(obj.python, value_of(obj).type.kind == "np")
    if isinstance(obj, Box) and not is_variable(obj):
        values.append(value_of(obj))
        number = _cell_of(values[-1]) if numbers else None
        if number is not None:
            values.append(number)
            return Leaf("cell")
        return Leaf(values[-1].type.kind)
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
    found = parts_of(obj)
    if found is None:
        return Static(obj)
    kind, keys, parts = found
    if grown_in(obj) is not None:
        parts = [own(obj), *parts[1:]]
    return Container(kind, keys, tuple(_apart(part, values, numbers) for part in parts))


def _cell_of(value: Value) -> Value | None:
    """The number of the cell of a tensor that may be in one."""
    builder: Any = context.interpreter
    found = number_of(builder, builder.local(value)) if value.data is None else None
    return None if found is None else builder.read(found)


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


def is_text(structure: Structure) -> bool:
    """Whether it is of a text, or another object, that is made when its values are known."""
    return isinstance(structure, Container) and issubclass(structure.type, Later)


def growing_in(structure: Structure) -> int:
    """How many lists in it grow."""
    if isinstance(structure, Maybe):
        return growing_in(structure.inner)
    if isinstance(structure, Container):
        return structure.grows + sum(map(growing_in, structure.parts))
    return 0


def size(structure: Structure) -> int:
    """How many values an object of this structure has."""
    if isinstance(structure, Leaf):
        return structure.count
    if isinstance(structure, Maybe):
        return 1 + size(structure.inner)
    if isinstance(structure, Growing):
        return len(structure.types)
    return sum(map(size, structure.parts)) if isinstance(structure, Container) else 0


def leaf_places(structure: Structure, texts: bool = False) -> list[tuple[Leaf, int]]:
    """The leaves in order, each with the position of its first value; `texts`: those of texts too, which
    nothing but the text is bound to."""
    found: list[tuple[Leaf, int]] = []
    _places(structure, 0, found, texts)
    return found


def _places(structure: Structure, at: int, found: list[tuple[Leaf, int]], texts: bool) -> int:
    if is_text(structure) and not texts:
        return at + size(structure)
    if isinstance(structure, Leaf):
        found.append((structure, at))
        return at + structure.count
    if isinstance(structure, Maybe):
        return _places(structure.inner, at + 1, found, texts)
    if isinstance(structure, Growing):
        return at + size(structure)
    for part in structure.parts if isinstance(structure, Container) else ():
        at = _places(part, at, found, texts)
    return at


def with_leaf(structure: Structure, n: int, leaf: Leaf) -> Structure:
    """The structure with leaf number `n` replaced."""
    return _with_leaf(structure, [n], leaf)


def _with_leaf(structure: Structure, left: list[int], leaf: Leaf) -> Structure:
    if isinstance(structure, Leaf):
        left[0] -= 1
        return leaf if left[0] == -1 else structure
    if isinstance(structure, Maybe):
        return Maybe(structure.name, _with_leaf(structure.inner, left, leaf))
    if isinstance(structure, Container) and not is_text(structure):
        parts = tuple(_with_leaf(part, left, leaf) for part in structure.parts)
        return Container(structure.type, structure.keys, parts)
    return structure


def tensors_of(obj: Any, structure: Structure | None = None) -> list[Box | None]:
    """What the leaves of an object are bound to: tensors, None for other leaves.  `structure`: as one of
    which lists may grow, whose elements are none."""
    if isinstance(obj, MaybeUndefined):
        return tensors_of(obj.obj, structure.inner if isinstance(structure, Maybe) else None)
    if isinstance(structure, Maybe):
        structure = structure.inner
    if isinstance(structure, Container) and structure.grows:
        return []
    if isinstance(obj, Tagged):
        return [None]
    if isinstance(obj, Box) and not is_variable(obj):
        return [obj if obj._value.type.kind == "ag" else None]
    if type(obj) in PY_DTYPE or type(obj) in KINDS:
        return [None]
    found = parts_of(obj)
    if found is None:
        return []
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
    kind: Any = structure.type
    if is_text(structure) and not staging():
        make = as_given  # a text shows tensors, however results leave
    parts = [put_together(p, values, make) for p in structure.parts]
    if structure.keys is not None:
        return _with_keys(kind, dict(zip(structure.keys, parts, strict=True)))
    made = kind(*parts) if hasattr(kind, "_fields") or is_text(structure) else kind(parts)
    return adopt(made) if kind is list else made


def _with_keys(kind: type, parts: dict[Any, Any]) -> Any:
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
        value, at = next(values), next(values)
        if value.data is None:
            note_number(value, at)
        return make(value)
    is_tensor, value = next(values), next(values)
    number = None if leaf.kind == "none" else next(values)
    if is_tensor.data is None:
        return Tagged(value, is_tensor, leaf.kind, number)
    if is_tensor.data:
        return _made(value, make, leaf.numpy)
    return None if number is None else _made(number, make, leaf.kind == "numpy")


def _made(value: Value, make: Callable[[Value], Any], numpy: bool) -> Any:
    """A leaf; a NumPy scalar is its data, where that is known."""
    return value.data if numpy and value.data is not None else make(value)


def describe(structure: Structure, values: Iterator[Value]) -> str:
    """What an object is, for a message to the user."""
    if isinstance(structure, Leaf):
        own = [next(values) for _ in range(structure.count)]
        type = own[structure.place].type
        if type.kind == "py":
            number = f"a Python {PYTHON_NAME[type.dtype]}"
            return number if structure.count == 1 else f"{number} or {structure.kind}"
        if type.kind == "np":
            text = f"a NumPy {type.dtype}"
            return text if structure.count == 1 else f"{text} or a Python {structure.kind}"
        rank = f" with {type.rank} axes" if type.rank != 1 else " with 1 axis"
        text = f"a {type.dtype} tensor{rank if type.rank else ''}"
        other = NAMED.get(structure.kind, f"a Python {structure.kind}")
        return text if structure.place == 0 else f"{text} or {other}"
    if isinstance(structure, Growing):
        for _ in structure.types:
            next(values)
        return "elements of which only the run knows how many there are"
    if isinstance(structure, Static):
        obj = structure.obj
        return f"the function {obj.__name__}" if is_function(structure) else repr(obj)
    if isinstance(structure, Nothing):
        return "nothing"
    if isinstance(structure, Maybe):
        next(values)
        return describe(structure.inner, values)
    if is_text(structure):
        return "a text of what only the run knows"
    return f"a {structure.type.__name__} of {len(structure.parts)}"


def holds_array(structure: Structure) -> bool:
    """Whether there is a plain array in it, which is the same in every run."""
    if isinstance(structure, Container):
        return any(map(holds_array, structure.parts))
    return isinstance(structure, Static) and isinstance(structure.obj, np.ndarray | np.generic)


def is_function(structure: Structure) -> bool:
    """Whether it is a function or class that is the same in every run."""
    obj = structure.obj if isinstance(structure, Static) else None
    return callable(obj) and isinstance(getattr(obj, "__name__", None), str)


def holds_text(structure: Structure, kind: type = Later) -> bool:
    """Whether there is a text in it, or what else is made when its values are known."""
    if isinstance(structure, Maybe):
        return holds_text(structure.inner, kind)
    if not isinstance(structure, Container):
        return False
    return issubclass(structure.type, kind) or any(holds_text(p, kind) for p in structure.parts)


def filler(type: Any) -> Value:
    """A value of a type that nothing reads."""
    builder: Any = context.interpreter
    like, type = filler_for(type, _at_hand())
    inputs = tuple(map(builder.local, like))
    return builder.append(FILLER, inputs, (type,), {"type": type})[0]  # type: ignore[no-any-return]


def nothing(type: Type) -> Value:
    """A value of a type in a region that comes to no end."""
    builder: Any = context.interpreter
    return builder.append(FILLER, (), (type,), {"type": type})[0]  # type: ignore[no-any-return]


def unread(type: Type) -> Type:
    """The type of what is either a value or, where nothing reads it, its filler."""
    return filler_for(type, _at_hand())[1]


def _at_hand() -> Iterator[Value]:
    return (v for around in walk_up() for v in around.arguments)


def truth(held: bool) -> Value:
    """A constant bool value."""
    return context.interpreter.constant(held, "bool")
