"""The names of a loop's state: what each holds before the loop, and what it may hold in a step.

The types are found by a fixed point: what a step leaves in a name is joined with what was assumed to
be there, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograph_lite.errors import (
    AutographError,
    ConversionError,
    GraphTypeError,
    Origin,
    ShapeError,
)
from autograph_lite.frontend.desugar import RESULT, RETURN_VALUE
from autograph_lite.frontend.joins import GROWING, Typed, joined
from autograph_lite.frontend.promote import as_type
from autograph_lite.frontend.state import take_apart
from autograph_lite.frontend.structures import (
    WHOLE,
    Leaf,
    Path,
    Structure,
    describe,
    growing_in,
    holds_array,
    holds_none,
    holds_text,
    is_function,
    leaf_places,
    located,
    with_leaf,
)
from autograph_lite.frontend.unlike import part_that_differs, refuse_growth
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, join

Exact = Callable[[int, Type], bool]
"""Whether value `i` of the slot, a number, may begin as a value of a type."""


@dataclass(slots=True)
class Slot:
    """One name.  `numbers` has the numbers that begin as tensors or floats; `as_it_is`: none may, a number
    counts in some run after a step."""

    name: str
    start: tuple[Structure, list[Value]]
    structure: Structure
    types: list[Type]
    numbers: dict[Path, Value] = field(default_factory=dict)
    free: set[Any] = field(default_factory=set)  # extents that vary from step to step
    line: Origin | None = None  # where a step changes in place what this is
    as_it_is: bool = False

    @property
    def grows(self) -> int:
        """How many lists in it grow."""
        return growing_in(self.structure)

    def parts(self) -> tuple[int, list[Path]]:
        """What the numbers of its leaves go by."""
        return self.grows, list(located(self.structure))

    @property
    def begins_as_none(self) -> bool:
        """Whether it is None before the loop, or a part of it is."""
        return holds_none(self.start[0])

    @property
    def held(self) -> Typed:
        return self.structure, self.types

    def begun(self, leaf: int) -> Value | None:
        """The number that begins as something else, by the number of the leaf."""
        return self.numbers.get(list(located(self.structure))[leaf])

    def tensors(self, values: list[Value]) -> dict[int, Value]:
        """The values of leaves that are tensors, by the number of the leaf."""
        return {
            i: values[at + leaf.place]
            for i, (leaf, at) in enumerate(leaf_places(self.structure))
            if leaf.kind in ("ag", "cell")
            or (leaf.kind != "np" and values[at + leaf.place].type.rank)
        }

    def join(self, old: Type, new: Type) -> Type | None:
        """The type of either; extents that a step changes may be any, from then on."""
        wider = join(old, new)
        if wider is None or old == new:
            return wider
        pairs = zip(old.shape, wider.shape, strict=True)
        shape = tuple(a if a in self.free or a == b else b for a, b in pairs)
        self.free.update(b for a, b in zip(old.shape, shape, strict=True) if a != b)
        return Type(old.kind, old.dtype, shape, old.depth)


def slot(name: str, obj: Any) -> Slot:
    """What a name holds before the loop."""
    structure, values = take_apart(obj)
    held = structure, [v.type for v in values]
    if growing_in(structure):  # with what was appended to it in the form of its elements
        held = joined(name, held, held) or held
    return Slot(name, (structure, values), *held)


class Becomes(Exception):
    """A step changes what a name is; `told` says how, where it cannot be; `tagged`: a number, which the run
    can tell from what it becomes; `once`: what it can be told from before the loop alone."""

    def __init__(self, told: AutographError, tagged: bool, once: bool) -> None:
        super().__init__(told)
        self.told, self.tagged, self.once = told, tagged, once


def widen(own: Slot, structure: Structure, values: list[Value], exact: Exact) -> bool:
    """Let the name hold what a step leaves in it; whether anything changed.  Raises `Becomes` where a step
    may make something else of it once."""
    after = structure, [v.type for v in values]
    if _is_tagged_now(own, structure):
        _begin_anew(own)
        return True
    if not own.as_it_is and _begins_as_tensor(own, after, exact):
        return True
    held = joined(own.name, own.held, after, own.join)
    if held is None or _becomes_arrays(own.structure, after):
        told = _refused(own, structure, values)
        once = holds_array(own.structure) or _of_three(own.structure, structure)
        raise Becomes(told, tagged=held is not None, once=once)
    # nothing would tell of those that stand in a list that grows now
    if not own.numbers.keys() <= located(held[0]).keys():
        _begin_anew(own)
        return True
    changed = held != own.held
    own.structure, own.types = held
    return changed


def _is_tagged_now(own: Slot, after: Structure) -> bool:
    """Whether what begins as a tensor may be a number after a step, so that it tells of the number before."""
    now = located(after)
    return any(p in now and now[p][0].kind not in (*WHOLE, "cell") for p in own.numbers)


def _begin_anew(own: Slot) -> None:
    """With the numbers as they are."""
    structure, values = own.start
    for path, number in own.numbers.items():
        leaf, place = located(structure)[path]
        values[place] = number
        structure = with_leaf(structure, path, Leaf(number.type.kind, leaf.numpy))
    own.start, own.numbers, own.as_it_is = (structure, values), {}, True
    own.structure, own.types = structure, [v.type for v in values]


def _begins_as_tensor(own: Slot, after: Typed, exact: Exact) -> bool:
    """Whether a number of the name can begin as what a step makes of it; then it does."""
    if holds_text(own.structure) != holds_text(after[0]):
        return False
    now, start = located(after[0]), located(own.start[0])
    for path, (mine, place) in located(own.structure).items():
        if path not in now or path not in start:  # it is no value there
            continue
        leaf, other = now[path]
        if leaf.kind == "cell":
            leaf = Leaf("ag")  # at first; what it is joined with next tells of the cell
        if mine.kind not in ("py", "np") or leaf.count != 1:
            continue
        new = after[1][other]
        if new == own.types[place] or not exact(place, new):
            continue
        begin = start[path][1]
        own.numbers[path] = own.start[1][begin]
        own.start[1][begin] = as_type(own.start[1][begin], new)
        own.start = with_leaf(own.start[0], path, leaf), own.start[1]
        own.structure, own.types[place] = with_leaf(own.structure, path, leaf), new
        return True
    return False


def _of_three(before: Structure, after: Structure) -> bool:
    """Whether a number is one of two other things after a step, as in `sum()` of numbers and tensors."""
    return before == Leaf("py") and isinstance(after, Leaf) and after.kind not in WHOLE


def _becomes_arrays(structure: Structure, after: Typed) -> bool:
    """Whether a number is a tensor with axes after a step."""
    before = located(structure)
    return any(
        path in before
        and before[path][0].kind in ("py", "np")
        and other.kind in ("ag", "cell")
        and after[1][place].rank > 0
        for path, (other, place) in located(after[0]).items()
    )


def _refused(own: Slot, structure: Structure, values: list[Value]) -> AutographError:
    """What is said of a name that is one thing before a step and another one after it; raised at once where
    it can never be."""
    refuse_growth(own.name, own.held, (structure, [v.type for v in values]), own.line)
    returned = own.name in (RETURN_VALUE, RESULT)
    name = "the return value" if returned else f"the loop variable {own.name!r}"
    if holds_array(own.structure) or holds_array(structure):
        before_it = f" before the loop: {own.name} = ag.constant({own.name})"
        instead = ": ag.constant(...)" if returned else before_it
        told = ConversionError(
            f"{name} is a NumPy array that no tensor has touched, and another one after a step;"
            f" make it a tensor{instead}"
        )
        if not holds_array(own.structure):
            raise told
        return told
    before = describe(own.structure, iter([Value(t) for t in own.types]))
    if holds_text(own.structure) or holds_text(structure):
        raise ConversionError(
            f"{name} is {before} before a step and"
            f" {describe(structure, iter(values))} after it; {GROWING}"
        )
    if is_function(own.structure) and is_function(structure):
        raise ConversionError(
            f"{name} is {before} before a step and {describe(structure, iter(values))} after it;"
            " call each in a branch of the loop, `if` and `else`"
        )
    dtypes = [t.dtype for t in own.types], [v.type.dtype for v in values]
    name, before, after = part_that_differs(name, own.held, (structure, [v.type for v in values]))
    return (ShapeError if dtypes[0] == dtypes[1] else GraphTypeError)(
        f"{name} is {before} before a step and {after} after it; give it one dtype and one number of axes"
        " before the loop, for instance with ag.constant"
    )
