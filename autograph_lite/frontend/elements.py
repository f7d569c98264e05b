"""What can be asked of a list that grows: its elements, by their place or one after the other.

`append` leaves the element itself in the list, after the rows (`grown`); whoever looks at the elements has
them written into the rows first.  So what is appended and written into before anybody looks is what Python
has there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.grown import (
    Grown,
    admits,
    grown_in,
    note_in_lists,
    of_one,
    own,
    refuse_among,
)
from autograph_lite.frontend.holders import (
    changed_here,
    holders_in,
    note_picked,
    note_several,
    where_it_is,
)
from autograph_lite.frontend.joins import joined, without_cells
from autograph_lite.frontend.lifting import keep_elements, lifted, with_one_more
from autograph_lite.frontend.state import put_together, take_apart
from autograph_lite.frontend.steps import Counted, number
from autograph_lite.frontend.structures import describe
from autograph_lite.frontend.truth import as_bool, not_
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import NUMBER, Type
from autograph_lite.ops.cells import read_cell
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.regions import branch
from autograph_lite.ops.staging import building
from autograph_lite.tensors.boxes import wrap
from autograph_lite.tensors.number import Number, kind_name
from autograph_lite.tensors.scalar import NumpyScalar
from autograph_lite.tensors.tags import as_tensor, checked, may_be_none

OUT_OF_RANGE = "list index out of range"


def settled(items: list[Any]) -> Grown:
    """The list with all its elements in the rows; it stays so where the present region changes it."""
    more = items[1:]
    refuse_among(items)
    grown = own(items) if more else items[0]
    note_in_lists(items)
    for item in more:
        grown = _with(grown, item)
    if more and changed_here(items):
        items[:] = [grown]
    return grown


def _with(grown: Grown, item: Any) -> Grown:
    rows = with_one_more(list(grown.rows), fitting(grown, item))
    return Grown(grown.structure, grown.types, tuple(rows), grown.owner)


def fitting(grown: Grown, item: Any) -> list[Value]:
    """The values of an object in the form that elements have."""
    structure, values, fits = _in_form(grown, item)
    if not fits:
        shown = describe(grown.structure, iter([Value(t) for t in grown.types]))
        raise ConversionError(
            f"an element of this list is {shown}, and {describe(structure, iter(values))} is put in; give all"
            " of them one dtype and one number of axes"
        )
    return values


def fits(grown: Grown, item: Any) -> bool:
    """Whether an object can be held in the form that elements have."""
    return _in_form(grown, item)[2]


def _in_form(grown: Grown, item: Any) -> tuple[Any, list[Value], bool]:
    """The structure and values of an object, in the form of elements if it fits."""
    structure, given = take_apart(item)
    values: list[Value] = []
    structure = without_cells(structure, iter(given), values)
    target = grown.structure, list(grown.types)
    found = joined("an element", target, (structure, [v.type for v in values]))
    lifts = found is not None and found[0] == grown.structure
    values = lifted(structure, values, target) if lifts else values
    return structure, values, lifts and all(map(admits, grown.types, (v.type for v in values)))


def get(items: list[Any], index: Any) -> Any:
    """`items[index]`."""
    if isinstance(index, int) and -len(items) < index < 0:
        return items[index]  # appended here
    refuse_index(items, index)
    grown = settled(items)
    return element(grown, position(grown, index))


def get_by_run(items: list[Any] | tuple[Any, ...], index: Any) -> Any:
    """`items[index]` of a list or tuple that does not grow, by a number that only the run knows; None where
    its elements are not of one kind."""
    refuse_index(items, index)
    grown = _rows_outside(items)
    if grown is not None:
        note_picked({key: obj for item in items for key, obj in holders_in(item).items()})
    return None if grown is None else element(grown, position(grown, index, _TEXTS[type(items)]))


_TEXTS = {list: OUT_OF_RANGE, tuple: "tuple index out of range"}


def _rows_outside(items: list[Any] | tuple[Any, ...]) -> Grown | None:
    """The rows of a list, made once, in the outermost region in which it is what it is here."""
    builder, tapes = where_it_is(items)
    key = (id(items), builder, tuple((id(x), getattr(x, "_version", 0)) for x in items))
    known = builder.top.rows_of
    if key not in known:
        moment, inside = builder.top.moment, builder is not context.interpreter
        with building(builder):
            context.tapes = tapes
            known[key] = items, rows_of(list(items))
        builder.amended += inside and builder.top.moment != moment
    found: Grown | None = known[key][1]
    return found


def rows_of(items: list[Any], more: list[Any] | None = None) -> Grown | None:
    """What a list would hold that has grown to this, in a form that is that of `more` too; None where the
    elements are not of one kind."""
    structure, values = take_apart(items)
    other, given = take_apart(more or [])
    types = [v.type for v in values]
    found = joined("a list", (structure, types), (other, [v.type for v in given]))
    if found is None:
        return None
    keep_elements(structure, values, found[0])
    return put_together(found[0], iter(lifted(structure, values, found)))[0]  # type: ignore[no-any-return]


def refuse_index(items: Any, index: Any) -> None:
    """What Python says of an index that is no int."""
    text = f"{type(items).__name__} indices must be integers or slices, not {{}}"
    if may_be_none(index):
        checked(index, text.format("NoneType"))
    elif not is_index(index):
        raise TypeError(text.format(kind_name(index)))


def is_index(index: Any) -> bool:
    """Whether it is an int, or can be asked for one."""
    if isinstance(index, Number):
        return index.dtype != "float64"
    if isinstance(index, NumpyScalar):
        return index.dtype == "int64"
    return hasattr(type(index), "__index__")


def position(grown: Grown, index: Any, text: str = OUT_OF_RANGE) -> Value:
    """The place of an element; a fault where there is none."""
    count = grown.count
    given = wrap(number(index)) if not isinstance(index, int) else index
    at = _from_the_end(given, count)
    low, high = f.py_less(at, number(0)), f.py_greater_equal(at, count)
    wrong = f.bitwise_or(f.weak(low, dtype="bool"), f.weak(high, dtype="bool"))
    fail_if(wrong, "GraphIndexError", "INDEX", text)
    return at


def _from_the_end(index: Any, count: Value) -> Value:
    if isinstance(index, int):
        return f.py_add(count, number(index)) if index < 0 else number(index)
    at = number(index)
    return f.position(f.py_int(f.py_less(at, number(0))), at, count)  # at, or at + count


def places(grown: Grown, index: slice) -> Counted:
    """A loop over the elements of a slice, which begins and ends as Python's does."""
    by = 1 if index.step is None else index.step
    if by.__class__ is not int:
        raise ConversionError(
            "the step of a slice of a list that grows is a number that only the run knows; write a loop over"
            " range(start, stop, step)"
        )
    if not by:
        raise ValueError("slice step cannot be zero")
    count, down = grown.count, number(-(by < 0))
    # it begins and ends from 0 to count, downwards from -1 to count - 1
    last = f.py_add(count, down)
    ends = (last, down) if by < 0 else (down, last)
    start, stop = (
        _end(given, end, lambda at: _within(at, count, down, last))
        for given, end in zip((index.start, index.stop), ends, strict=True)
    )
    step = number(by)
    return Counted(
        f.range_length(start, stop, step), lambda k: element(grown, f.position(k, start, step))
    )


def _end(given: Any, end: Value, within: Callable[[Any], Value]) -> Value:
    """An end of a slice: where there is none given, that of the list."""
    if may_be_none(given):
        return branch(given.is_tensor, lambda: within(as_tensor(given)), lambda: end)
    return end if given is None else within(given)


def _within(index: Any, count: Value, low: Value, high: Value) -> Value:
    if not is_index(index):
        raise TypeError("slice indices must be integers or None or have an __index__ method")
    at = _from_the_end(index if isinstance(index, int) else wrap(number(index)), count)
    found: Value = f.py_minimum(f.py_maximum(at, low), high)
    return found


def element(grown: Grown, at: Value) -> Any:
    """The element at a place that is there."""
    pairs = zip(grown.rows, grown.types, strict=True)
    found = put_together(grown.structure, iter([value_at(row, at, t) for row, t in pairs]))
    note_several([found])
    return found


def value_at(row: Value, at: Value, type: Type) -> Value:
    """One of its values."""
    if type.differentiable:
        return read_cell(f.list_item(row, at, element=NUMBER), of_one(type))
    value: Value = f.list_item(row, at, element=of_one(type))
    return value


def none_in(grown: Grown) -> Value:
    """Whether there is no element."""
    return f.weak(f.py_equal(grown.count, number(0)), dtype="bool")


def counted(items: list[Any]) -> Counted:
    """A loop over the elements that there are when it begins."""
    grown = settled(items)
    return Counted(grown.count, lambda k: element(grown, k))


def compare(name: str, a: Any, b: Any) -> Any:
    """Two objects, one of which is such a list: with an empty list it is known how."""
    if grown_in(a) is None and grown_in(b) is None:
        refuse_compared()
    if not (isinstance(a, list) and isinstance(b, list)):
        return getattr(operator, name)(a, b)
    if name in ("eq", "ne") and not (a and b):
        other = a or b
        return not_(other) if name == "eq" else as_bool(other)
    refuse_compared()


def refuse_compared() -> NoReturn:
    """An error for a list that grows, compared as Python would element by element."""
    raise ConversionError(
        "a list that grows in a loop is compared; compare its length and its elements"
    )
