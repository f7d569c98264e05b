"""Two structures with the types of their values -> one that holds what either holds.

The values follow in `lifting`.

A name may be defined in one of two regions only, a number in one and a tensor in the other, None in
one: then a bool says which.  Kinds, dtypes and numbers of axes that cannot be joined give None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from autograph_lite.frontend.fillers import unread
from autograph_lite.frontend.grown import Growing, of_all, row_type
from autograph_lite.frontend.later import Text, chosen
from autograph_lite.frontend.structures import (
    Container,
    Leaf,
    Maybe,
    Nothing,
    OrNone,
    Static,
    Structure,
    growing_in,
    is_text,
    size,
)
from autograph_lite.ir.types import NUMBER, Type, join, py, takes
from autograph_lite.ops.regions import FLAG
from autograph_lite.tensors.number import PYTHON_NAME

Typed = tuple[Structure, list[Type]]
Join = Callable[[Type, Type], Type | None]
Shape = TypeVar("Shape", bound=Structure)


def joined(name: str, a: Typed, b: Typed, join_types: Join = join) -> Typed | None:
    """What a name holds that holds `a` or `b`."""
    types: list[Type] = []
    ends = iter(a[1]), iter(b[1])
    structure = _joined(name, a[0], b[0], ends, types, join_types)
    return None if structure is None else (structure, types)


Ends = tuple[Iterator[Type], Iterator[Type]]


def _joined(
    name: str, a: Structure, b: Structure, ends: Ends, types: list[Type], join_types: Join
) -> Structure | None:
    if isinstance(a, Nothing) and isinstance(b, Nothing):
        return Nothing(name)
    if isinstance(a, Nothing | Maybe) or isinstance(b, Nothing | Maybe):
        return _joined_maybe(Maybe, Nothing, name, a, b, ends, types, join_types)
    if _is_tuple_or_none(a, b) or _is_tuple_or_none(b, a):
        return _joined_maybe(OrNone, Static, name, a, b, ends, types, join_types)
    if may_be_text(a) and may_be_text(b) and a != b:
        return _joined_texts(name, a, b, ends, types, join_types)
    if isinstance(a, Leaf | Static) and isinstance(b, Leaf | Static):
        return _joined_leaf(a, b, ends, types, join_types)
    return _joined_parts(name, a, b, ends, types, join_types)


def _joined_parts(
    name: str, a: Structure, b: Structure, ends: Ends, types: list[Type], join_types: Join
) -> Structure | None:
    if not isinstance(a, Container) or not isinstance(b, Container):
        return None
    if a.type is b.type is list and (a.grows or b.grows or len(a.parts) != len(b.parts)):
        return _joined_lists(name, a, b, ends, types, join_types)
    if a.type is not b.type or a.keys != b.keys or len(a.parts) != len(b.parts):
        return None
    pairs = zip(a.parts, b.parts, strict=True)
    parts = [_joined(name, x, y, ends, types, join_types) for x, y in pairs]
    return None if None in parts else Container(a.type, a.keys, tuple(parts))


def _joined_lists(
    name: str, a: Container, b: Container, ends: Ends, types: list[Type], join_types: Join
) -> Structure | None:
    """A list of which only the run knows how long it is: its elements are joined into one."""
    both = zip((a, b), ends, strict=True)
    elements = [e for side, end in both for e in elements_of(side, end)]
    held: Typed | None = elements[0]
    for other in elements[1:]:
        held = None if held is None else joined(name, held, other, join_types)
    # what has no values cannot be counted, and of what grows there is any number
    if held is None or not held[1] or growing_in(held[0]):
        return None
    found = of_all(held[1], (own for _, own in elements))
    types.extend(map(row_type, found))
    return Container(list, None, (Growing(held[0], found),))


def elements_of(x: Container, end: Iterator[Type]) -> Iterator[Typed]:
    """The elements of a list; that a tensor is in a cell goes without saying."""
    for part in x.parts:
        own = [next(end) for _ in range(size(part))]
        if isinstance(part, Growing):
            yield part.structure, list(part.types)
        else:
            found: list[Type] = []
            yield without_cells(part, iter(own), found), found


def without_cells(x: Structure, given: Iterator[Any], kept: list[Any]) -> Structure:
    """The structure with tensors in place of tensors in cells; what is given, a type or value each, without
    the numbers."""
    if isinstance(x, Leaf):
        whole, own, _ = by_itself(x, [next(given) for _ in range(x.count)])
        kept += own
        return whole
    if isinstance(x, Maybe):
        kept.append(next(given))
        return Maybe(x.name, without_cells(x.inner, given, kept))
    if isinstance(x, OrNone):
        kept.append(next(given))
        return OrNone(without_cells(x.inner, given, kept))
    if isinstance(x, Container):
        parts = tuple(without_cells(part, given, kept) for part in x.parts)
        return Container(x.type, x.keys, parts)
    kept += [next(given) for _ in range(size(x))]
    return x


def _joined_maybe(
    kind: type[Maybe | OrNone],
    absent: type[Nothing | Static],
    name: str,
    a: Structure,
    b: Structure,
    ends: Ends,
    types: list[Type],
    join_types: Join,
) -> Structure | None:
    """What is there in some runs, and in the others nothing, or None: `kind` says so, of what is there."""
    types.append(FLAG)
    for side, end in ((a, ends[0]), (b, ends[1])):
        if isinstance(side, kind):
            next(end)
    a = a.inner if isinstance(a, kind) else a
    b = b.inner if isinstance(b, kind) else b
    inner: Structure | None
    if isinstance(a, absent) or isinstance(b, absent):
        inner, rest = (b, ends[1]) if isinstance(a, absent) else (a, ends[0])
        types.extend(unread(next(rest)) for _ in range(size(inner)))
    else:
        inner = _joined(name, a, b, ends, types, join_types)
    if inner is None:
        return None
    return Maybe(name, inner) if kind is Maybe else OrNone(inner)


def _is_tuple_or_none(a: Structure, b: Structure) -> bool:
    """Whether one may be None, and the other a tuple, or either."""
    is_tuple = isinstance(b, Container) and issubclass(b.type, tuple)
    return (isinstance(a, OrNone) or a == Static(None)) and (is_tuple or isinstance(b, OrNone))


def _joined_leaf(
    a: Leaf | Static, b: Leaf | Static, ends: Ends, types: list[Type], join_types: Join
) -> Structure | None:
    if isinstance(a, Static) and isinstance(b, Static):
        return a if a == b else None
    a, left, here = by_itself(a, [next(ends[0]) for _ in range(size(a))])
    b, right, there = by_itself(b, [next(ends[1]) for _ in range(size(b))])
    found = _joined_whole(a, left, b, right, join_types)
    if found is None:
        return None
    leaf, held = found
    if here or there:
        leaf = Leaf("cell") if leaf.kind == "ag" else replace(leaf, cell=True)
        held = [*held, NUMBER]
    types.extend(held)
    return leaf


def by_itself(x: Shape, own: list[Any]) -> tuple[Shape, list[Any], bool]:
    """A leaf, and its values or their types, without the number of the cell, and whether there was one."""
    if not isinstance(x, Leaf) or not (x.cell or x.kind == "cell"):
        return x, own, False
    whole: Any = Leaf("ag") if x.kind == "cell" else replace(x, cell=False)
    return whole, own[:-1], True


def _joined_whole(
    a: Leaf | Static, left: list[Type], b: Leaf | Static, right: list[Type], join_types: Join
) -> tuple[Leaf, list[Type]] | None:
    alike = isinstance(a, Leaf) and isinstance(b, Leaf) and a.kind == b.kind
    if alike and not _int_and_float(left, right):
        assert isinstance(a, Leaf)
        return _joined_types(a, left, right, join_types)
    first, second = tagged(a, left, right), tagged(b, right, left)
    if first is None or second is None or first[0] != second[0]:
        return None
    return _joined_types(first[0], first[1], second[1], join_types)


def _joined_types(
    leaf: Leaf, left: list[Type], right: list[Type], join_types: Join
) -> tuple[Leaf, list[Type]] | None:
    both = [join_types(x, y) for x, y in zip(left, right, strict=True)]
    return None if None in both else (leaf, [t for t in both if t is not None])


def _int_and_float(left: list[Type], right: list[Type]) -> bool:
    """Whether two Python numbers are an int and a float."""
    return left != right and {*left, *right} == {py("int64"), py("float64")}


def tagged(x: Leaf | Static, own: list[Type], other: list[Type]) -> tuple[Leaf, list[Type]] | None:
    """A leaf as a tagged one, given the types of what it is joined with."""
    if isinstance(x, Static):
        fits = x.obj is None and len(other) in (1, 2)
        is_numpy = fits and other[-1].kind == "np"
        fits = fits and not (is_numpy and other[-1].rank)
        return (Leaf("none", is_numpy), [FLAG, unread(other[-1])]) if fits else None
    if x.kind == "py":
        if not other or (len(other) == 2 and other[1].kind == "py"):
            return Leaf("none"), [FLAG, own[0]]
        rest = other[0 if len(other) == 1 else 1]
        if rest.kind == "py":
            return _tagged_numbers(own[0], other)
        leaf = Leaf(PYTHON_NAME[own[0].dtype], rest.kind == "np")
        if rest.kind == "np" and rest.rank:
            return None
        if rest.rank:
            return leaf, [FLAG, unread(rest), own[0]]
        fits = takes(own[0].dtype, rest.dtype)
        return (leaf, [FLAG, rest, own[0]]) if fits else None
    if x.kind == "np" and len(other) in (1, 3) and other[len(other) // 2].kind == "ag":
        rest = other[len(other) // 2]
        if rest.rank:
            return Leaf("numpy"), [FLAG, unread(rest), own[0]]
        return (Leaf("numpy"), [FLAG, rest, own[0]]) if rest.dtype == own[0].dtype else None
    if x.kind == "np" and own[0].rank:
        return x, own  # a plain array is no other thing
    if x.kind in ("ag", "np"):
        is_numpy = x.kind == "np"
        numbers = [t for t in other if t.kind == "py" or (t.kind == "np" and not is_numpy)]
        if len(numbers) == 1:
            number = numbers[0]
            name = "numpy" if number.kind == "np" else PYTHON_NAME[number.dtype]
            return Leaf(name, is_numpy), [FLAG, unread(own[0]) if own[0].rank else own[0], number]
        return None if numbers else (Leaf("none", is_numpy), [FLAG, own[0]])
    return x, own


def _tagged_numbers(own: Type, other: list[Type]) -> tuple[Leaf, list[Type]] | None:
    """Of an int and a float, or of one of them and what is either."""
    numbers = {own.dtype, *(t.dtype for t in other if t.kind == "py")}
    fits = numbers == {"float64", "int64"}
    return (Leaf("int"), [FLAG, py("float64"), py("int64")]) if fits else None


# --- texts -----------------------------------------------------------------------------------------

MOST_TEXTS = 8
"""How many texts a name may hold of which the run decides; one that grows in a loop is ever more."""
GROWING = "a text cannot grow in a compiled loop: print its parts, with end=''"
CHOSEN = Static(chosen)


def may_be_text(x: Structure) -> bool:
    """Whether it is of a text, one that is there or one that is made later."""
    return is_text(x) or (isinstance(x, Static) and isinstance(x.obj, str))


def is_choice(x: Structure) -> bool:
    return isinstance(x, Container) and is_text(x) and x.parts[0] == CHOSEN


def texts_of(x: Structure) -> tuple[Structure, ...]:
    """The texts of which it is one: several, after an index, or itself."""
    return x.parts[1].parts[1].parts if is_choice(x) else (x,)  # type: ignore[union-attr]


def _choice(texts: tuple[Structure, ...]) -> Structure:
    given = Container(tuple, None, (Leaf("py"), Container(tuple, None, texts)))
    return Container(Text, None, (CHOSEN, given, Container(dict, (), ())))


def _joined_texts(
    name: str, a: Structure, b: Structure, ends: Ends, types: list[Type], join_types: Join
) -> Structure | None:
    """The same text of other values, or one of several with an index that says which."""
    sides = [[next(end) for _ in range(size(x))] for x, end in zip((a, b), ends, strict=True)]
    if is_text(a) and is_text(b) and not (is_choice(a) or is_choice(b)):
        trial: list[Type] = []
        one = _joined_parts(name, a, b, (iter(sides[0]), iter(sides[1])), trial, join_types)
        if one is not None:
            types.extend(trial)
            return one
    several = _several(zip((a, b), sides, strict=True), join_types)
    if several is None or len(several) > MOST_TEXTS:
        return None
    types.append(py("int64"))
    types.extend(t for _, own in several for t in own)
    return _choice(tuple(text for text, _ in several))


def _several(
    sides: Iterable[tuple[Structure, list[Type]]], join_types: Join
) -> list[tuple[Structure, list[Type]]] | None:
    """The texts of either side with their types; the values of one that is not chosen are fillers."""
    found: list[tuple[Structure, list[Type]]] = []
    for x, types in sides:
        rest = iter(types[1:] if is_choice(x) else map(unread, types))
        for text in texts_of(x):
            own = [next(rest) for _ in range(size(text))]
            before = next((held for known, held in found if known == text), None)
            if before is None:
                found.append((text, own))
                continue
            both = [join_types(old, new) for old, new in zip(before, own, strict=True)]
            if None in both:
                return None
            before[:] = [t for t in both if t is not None]
    return found
