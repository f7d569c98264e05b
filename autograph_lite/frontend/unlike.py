"""What does not fit together, in words: the errors of objects that have no join (`joins`)."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.frontend.desugar import is_ours
from autograph_lite.frontend.joins import Typed, elements_of, joined
from autograph_lite.frontend.structures import Container, describe, growing_in, size
from autograph_lite.ir.graph import Region, Value
from autograph_lite.ir.types import Type
from autograph_lite.ir.walk import everything


def refuse_growth(name: str, left: Typed, right: Typed, line: Origin | None = None) -> None:
    """An error where two structures differ in how much is in them; `line`: where one was changed."""
    a, b = left[0], right[0]
    if not isinstance(a, Container) or not isinstance(b, Container) or a.type is not b.type:
        return
    if a.type is list and (a.grows or b.grows or len(a.parts) != len(b.parts)):
        sides = ((a, left[1]), (b, right[1]))
        _refuse_elements(
            name, [e for side, types in sides for e in elements_of(side, iter(types))], line
        )
    if a.keys is not None and b.keys is not None and a.keys != b.keys:
        differ = [key for key in (*a.keys, *b.keys) if key not in a.keys or key not in b.keys]
        raise ConversionError(
            f"{name!r} has {differ[0]!r} in some runs only; give it that before the loop or branch"
            if differ
            else f"{name!r} has its parts in another order in some runs; build it in one order",
            line,
        )


def part_that_differs(name: str, a: Typed, b: Typed) -> tuple[str, str, str]:
    """What the first part is called that has no join, of two objects of one form, and what it is in either."""
    (one, types), (other, others) = a, b
    if isinstance(one, Container) and isinstance(other, Container) and _alike_outside(one, other):
        pairs = zip(_parts_of(one, types), _parts_of(other, others), strict=True)
        for place, (x, y) in enumerate(pairs):
            if joined("", x, y) is None:
                label = f"element {place}" if one.keys is None else repr(one.keys[place])
                return part_that_differs(f"{label} of {name}", x, y)
    return name, _described(a), _described(b)


def _alike_outside(a: Container, b: Container) -> bool:
    """Whether both are of one kind, with as many parts, by the same keys."""
    return (a.type, a.keys, len(a.parts)) == (b.type, b.keys, len(b.parts))


def _refuse_elements(name: str, elements: list[Typed], line: Origin | None) -> NoReturn:
    """The first two elements of a list that cannot be joined, or what none of them has."""
    if _WAITING.fullmatch(name):
        _refuse_waiting(elements, line)
    of = "a list" if " " in name or is_ours(name) else f"the list {name!r}"
    held = elements[0]
    for other in elements[1:]:
        wider = joined(name, held, other)
        if wider is None:
            raise ConversionError(
                f"elements of {of}, which grows in a loop or branch, are {_described(held)} and"
                f" {_described(other)}; {_alike(held, other)}",
                line,
            )
        held = wider
    begin = "put all their elements into one list, and where each of them begins into another"
    instead = begin if growing_in(held[0]) else "count the others in a number"
    raise ConversionError(
        f"elements of {of}, which grows in a loop or branch, are {_described(held)}, and only numbers and"
        f" tensors, or tuples of them, can be in it; {instead}",
        line,
    )


def _alike(*elements: Typed) -> str:
    """What to write where two do not fit together."""
    if any(isinstance(getattr(one[0], "obj", None), np.ndarray) for one in elements):
        return "make a plain array a tensor before it is put there, by ag.array(...)"
    return "give all of them one dtype and one number of axes"


_WAITING = re.compile(r"frames_[0-9]+__")


def _refuse_waiting(elements: list[Typed], line: Origin | None) -> NoReturn:
    """The first that cannot wait for a call of the function itself to return."""
    found = "a tuple of other lengths"
    for first, *others in zip(*map(_parts, elements), strict=False):
        other = next((o for o in others if joined("", first, o) is None), None)
        if other is not None or not first[1] or growing_in(first[0]):
            kinds = dict.fromkeys(_described(one) for one in (first, other) if one is not None)
            found = " or ".join(kinds)
            break
    raise ConversionError(
        f"what is read after a call of the function itself, which only the run ends, is {found}; only numbers,"
        " tensors of one dtype and number of axes, and tuples of them, can wait for it: make anything else"
        " after the call",
        line,
    )


def _parts(held: Typed) -> list[Typed]:
    structure, types = held
    if not isinstance(structure, Container) or structure.type is not tuple:
        return [held]
    return _parts_of(structure, types)


def _parts_of(structure: Container, types: list[Type]) -> list[Typed]:
    """The parts of a container, each with its types."""
    rest = iter(types)
    return [(part, [next(rest) for _ in range(size(part))]) for part in structure.parts]


def refuse_unlike(trace: Any, region: Region) -> None:
    """An error where elements would have to be held in another form than when they were put in."""
    for node in everything(region) if trace.unlike else ():
        for out in node.outputs:
            if out in trace.unlike:
                held, wanted = trace.unlike[out]
                sides = [_described((g.structure, list(g.types))) for g in (held, wanted)]
                raise ConversionError(
                    f"elements of a list, which grows in a loop or branch, are {sides[0]} at first and"
                    f" {sides[1]} later; give all of them one dtype and one number of axes",
                    node.origin,
                )


def _described(held: Typed) -> str:
    return describe(held[0], iter([Value(t) for t in held[1]]))
