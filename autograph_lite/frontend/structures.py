"""What a name holds, apart from its values: which containers, which leaves, in which order.

Two structures are equal when the objects have the same shape: the same containers, kinds and static parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograph_lite.frontend.grown import Growing
from autograph_lite.frontend.later import Later
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import INTEGERS
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.number import PYTHON_NAME

NAMED = {"none": "None", "numpy": "a NumPy scalar"}
WHOLE = ("ag", "py", "np")
"""Leaves that are one value."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A tensor ("ag"), a Python number ("py"), a NumPy scalar ("np"), or a tagged one of both: "int",
    "float", "bool" or "none" names what is not a tensor.  A tagged leaf has three values: whether it is the
    tensor, the tensor, the number ("none" has no third), which with "numpy" is NumPy's.  With `numpy` the
    tensor is a NumPy scalar instead, with "int" it may be a Python float, with "none" a number.  "cell": a
    tensor that may be in a list that grows, and the number of its cell, which a tagged leaf with `cell` has
    too, after the others."""

    kind: str
    numpy: bool = False
    cell: bool = False

    @property
    def count(self) -> int:
        """How many values it has."""
        own = 1 if self.kind in WHOLE else 2 if self.kind in ("none", "cell") else 3
        return own + self.cell

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


@dataclass(frozen=True, slots=True)
class OrNone:
    """A tuple where its first value, a bool, holds, else None."""

    inner: Any


Structure = Leaf | Static | Container | Nothing | Maybe | OrNone | Growing


def _equal(a: Any, b: Any) -> bool:
    return type(a) is type(b) and isinstance(a, str | bytes | range | slice) and a == b


def is_text(structure: Structure) -> bool:
    """Whether it is of a text, or another object, that is made when its values are known."""
    return isinstance(structure, Container) and issubclass(structure.type, Later)


def growing_in(structure: Structure) -> int:
    """How many lists in it grow."""
    if isinstance(structure, Maybe | OrNone):
        return growing_in(structure.inner)
    if isinstance(structure, Container):
        return structure.grows + sum(map(growing_in, structure.parts))
    return 0


def size(structure: Structure) -> int:
    """How many values an object of this structure has."""
    if isinstance(structure, Leaf):
        return structure.count
    if isinstance(structure, Maybe | OrNone):
        return 1 + size(structure.inner)
    if isinstance(structure, Growing):
        return len(structure.types)
    return sum(map(size, structure.parts)) if isinstance(structure, Container) else 0


Path = tuple[int, ...]
"""A leaf: the number of a part, of the part in that, and so on."""


def leaf_places(structure: Structure) -> list[tuple[Leaf, int]]:
    """The leaves in order, each with the position of its first value; not those of texts, which nothing but
    the text is bound to."""
    return list(located(structure).values())


def located(structure: Structure) -> dict[Path, tuple[Leaf, int]]:
    """The same by their paths, which stay what they are where a part that is None may be a leaf."""
    found: dict[Path, tuple[Leaf, int]] = {}
    _locate(structure, (), 0, found)
    return found


def _locate(structure: Structure, path: Path, at: int, found: dict[Path, tuple[Leaf, int]]) -> int:
    if is_text(structure):
        return at + size(structure)
    if isinstance(structure, Leaf):
        found[path] = structure, at
        return at + structure.count
    if isinstance(structure, Maybe | OrNone):
        return _locate(structure.inner, path, at + 1, found)
    if isinstance(structure, Growing):
        return at + size(structure)
    for n, part in enumerate(structure.parts if isinstance(structure, Container) else ()):
        at = _locate(part, (*path, n), at, found)
    return at


def with_leaf(structure: Structure, path: Path, leaf: Leaf) -> Structure:
    """The structure with another leaf there."""
    if isinstance(structure, Maybe):
        return Maybe(structure.name, with_leaf(structure.inner, path, leaf))
    if isinstance(structure, OrNone):
        return OrNone(with_leaf(structure.inner, path, leaf))
    if not path:
        return leaf
    assert isinstance(structure, Container)
    parts = list(structure.parts)
    parts[path[0]] = with_leaf(parts[path[0]], path[1:], leaf)
    return Container(structure.type, structure.keys, tuple(parts))


def describe(structure: Structure, values: Iterator[Value]) -> str:
    """What an object is, for a message to the user."""
    if isinstance(structure, Leaf):
        own = [next(values) for _ in range(structure.count)]
        type = own[structure.place].type
        if type.kind == "py":
            number = f"a Python {PYTHON_NAME[type.dtype]}"
            return number if structure.count == 1 else f"{number} or {structure.kind}"
        if type.kind == "np" and type.rank:
            return "a plain array"
        if type.kind == "np":
            text = f"a NumPy {type.dtype}"
            return text if structure.count == 1 else f"{text} or a Python {structure.kind}"
        rank = f" with {type.rank} axes" if type.rank != 1 else " with 1 axis"
        text = f"a{'n' * (type.dtype in INTEGERS)} {type.dtype} tensor{rank if type.rank else ''}"
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
    if isinstance(structure, Maybe | OrNone):
        next(values)
        inner = describe(structure.inner, values)
        return inner if isinstance(structure, Maybe) else f"{inner} or None"
    if is_text(structure):
        return "a text of what only the run knows"
    if structure.grows:
        return "a list that grows"
    return f"a {structure.type.__name__} of {len(structure.parts)}"


def holds_none(structure: Structure) -> bool:
    """Whether it is None, or there is one in it."""
    if isinstance(structure, Container):
        return any(map(holds_none, structure.parts))
    return structure == Static(None)


def holds_array(structure: Structure) -> bool:
    """Whether there is a plain array in it, which is the same in every run."""
    if isinstance(structure, Container):
        return any(map(holds_array, structure.parts))
    plain = np.ndarray | np.generic | HostArray
    return isinstance(structure, Static) and isinstance(structure.obj, plain)


def is_function(structure: Structure) -> bool:
    """Whether it is a function or class that is the same in every run."""
    obj = structure.obj if isinstance(structure, Static) else None
    return callable(obj) and isinstance(getattr(obj, "__name__", None), str)


def holds_text(structure: Structure, kind: type = Later) -> bool:
    """Whether there is a text in it, or what else is made when its values are known."""
    if isinstance(structure, Maybe | OrNone):
        return holds_text(structure.inner, kind)
    if not isinstance(structure, Container):
        return False
    return issubclass(structure.type, kind) or any(holds_text(p, kind) for p in structure.parts)
