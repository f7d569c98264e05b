"""Grown: what stands in a Python list of which only the run knows how long it is.

A list that steps of a loop append to holds, in place of its elements, one `Grown`, and after it what has been
appended since and not been looked at.  All names of the list see it, because it stays the same list.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.steps import number
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import NUMBER, Symbol, Type, list_of
from autograph_lite.nests import leaves
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box

_REFUSED = (
    "this list grows in a loop, and only the run knows what is in it; append to it, take an element, len() or"
    " np.stack() of it, or loop over it"
)
_OBJECTS = (
    "the elements of a list that grows in a loop become Python objects here, and only the run knows how many"
    " there are; write a `for` loop, or np.stack of the list"
)
_AMONG = (
    "the elements of a list that grows in a loop stand among other objects here, and only the run knows how"
    " many there are; write items = [x], then items.extend(more)"
)
_SPREAD = (
    "a list that grows in a loop is spread into arguments, and only the run knows how many there are; pass the"
    " list itself"
)


ANY = Symbol()
"""An extent that differs from element to element."""


def of_all(held: list[Type], elements: Iterable[list[Type]]) -> tuple[Type, ...]:
    """Types that elements were joined into, where extents that no element has are `ANY`."""
    known = {e for types in elements for t in types for e in t.shape}
    return tuple(replace(t, shape=tuple(e if e in known else ANY for e in t.shape)) for t in held)


def of_one(type: Type) -> Type:
    """The type of one element."""
    return replace(type, shape=tuple(Symbol() if e is ANY else e for e in type.shape))


def admits(type: Type, other: Type) -> bool:
    """Whether a value of another type is one of an element."""
    if (type.kind, type.dtype, type.rank) != (other.kind, other.dtype, other.rank):
        return False
    return all(e is ANY or e == o for e, o in zip(type.shape, other.shape, strict=True))


def row_type(element: Type) -> Type:
    """The type of the list of one value of every element."""
    return list_of(NUMBER if element.differentiable else element)


class Grown:
    """`structure` and `types` are those of every element; `rows` has a list for each value of one, which
    the Python list with the id `owner` has for itself."""

    __slots__ = ("owner", "rows", "structure", "types")

    def __init__(
        self, structure: Any, types: tuple[Type, ...], rows: tuple[Value, ...], owner: int = 0
    ) -> None:
        self.structure, self.types, self.rows, self.owner = structure, types, rows, owner

    @property
    def count(self) -> Value:
        """How many elements there are in the rows."""
        found: Value = f.list_size(self.rows[0])
        return found

    def owned_by(self, items: list[Any], rows: Iterable[Value] | None = None) -> Grown:
        """The same as what stands in a list, with other rows if they are given."""
        rows = self.rows if rows is None else tuple(rows)
        return Grown(self.structure, self.types, rows, id(items))

    def _refused(self, *args: Any, **kwargs: Any) -> NoReturn:
        del args, kwargs
        raise ConversionError(_REFUSED)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refused()

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __bool__ = _refused
    __len__ = __iter__ = __contains__ = __getitem__ = __call__ = __array__ = _refused
    __add__ = __radd__ = __mul__ = __rmul__ = __str__ = __repr__ = __format__ = _refused
    __deepcopy__ = __float__ = __int__ = __index__ = __array_ufunc__ = __array_function__ = _refused


@dataclass(frozen=True, slots=True)
class Growing:
    """The structure of a `Grown`: that of an element, and the types of its values."""

    structure: Any
    types: tuple[Type, ...]


def has_floats(obj: Any) -> bool:
    """Whether it stands for elements through which gradients pass."""
    return isinstance(obj, Grown) and any(t.differentiable for t in obj.types)


def grown_in(obj: Any) -> Grown | None:
    """What stands in a list for its elements, if it may grow."""
    if isinstance(obj, list) and obj and isinstance(obj[0], Grown):
        return obj[0]
    return None


def refuse_objects(obj: Any) -> None:
    """An error for a list that grows where Python itself would go through its elements."""
    if grown_in(obj) is not None:
        raise ConversionError(_OBJECTS)


def refuse_among(obj: Any) -> None:
    """An error where Python has put such a list among other objects: `[x] + items`, `items * 2`."""
    if not isinstance(obj, list | tuple):
        return
    if Grown in map(type, obj if grown_in(obj) is None else obj[1:]):
        raise ConversionError(_AMONG)


def refuse_spread(args: tuple[Any, ...]) -> None:
    """An error for `f(*items)`."""
    if Grown in map(type, args):
        raise ConversionError(_SPREAD)
    for arg in args:
        refuse_among(arg)


def own(items: list[Any]) -> Grown:
    """What stands in a list, with rows of its own: another list may have been made of the same, by Python
    itself as by `list(items)`, `[*items]` or `items + []`, and then holds the same object."""
    if _references(items) > _ALONE or items[0].owner != id(items):
        return items[0].owned_by(items, map(f.list_copy, items[0].rows))  # type: ignore[no-any-return]
    return items[0]  # type: ignore[no-any-return]


def _references(items: list[Any]) -> int:
    return sys.getrefcount(items[0])


_ALONE = _references([object()])
"""Of what stands in one list, which is counted as everything else is."""


def adopt(items: list[Any]) -> list[Any]:
    """The list takes the place of the one that what stands in it was made for."""
    if items and isinstance(items[0], Grown):
        items[0] = items[0].owned_by(items)
    return items


def moved_to(items: list[Any], before: list[Any]) -> list[Any]:
    """A list with the parts of another, which it stands for."""
    if grown_in(before) is None or before[0].owner != id(before):
        return items
    alone = _ALONE + (grown_in(items) is not None and items[0] is before[0])
    return items if _references(before) > alone else adopt(items)


def note_in_lists(obj: Any) -> list[Any]:
    """Tensors that stand in lists that grow: their values are in the rows soon, so that they cannot be written
    into any more."""
    found: list[Any] = []
    waiting = [obj]
    while waiting:
        part = waiting.pop()
        if grown_in(part) is not None:
            found += [x for x in leaves(part[1:]) if isinstance(x, Box) and not x.is_variable]
        elif isinstance(part, list | tuple):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
    root().in_lists.update((id(box), box) for box in found)
    return found


def length(items: list[Any]) -> Value:
    """How many elements there are."""
    grown, *more = items
    count: Value = grown.count
    return f.py_add(count, number(len(more))) if more else count


def mentions_grown(obj: Any) -> bool:
    """Whether a list that grows is among these objects, at the top or in a list or tuple."""
    if isinstance(obj, Grown):
        return True
    if isinstance(obj, dict):
        return any(map(mentions_grown, obj.values()))
    return isinstance(obj, list | tuple) and any(map(mentions_grown, obj))
