"""What changes a list that grows: methods and assignments, and list comprehensions, which append."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.advice import mentions_run
from autograph_lite.frontend.elements import (
    element,
    fits,
    fitting,
    is_index,
    none_in,
    places,
    position,
    refuse_index,
    rows_of,
    settled,
)
from autograph_lite.frontend.folds import holding
from autograph_lite.frontend.grown import grown_in, moved_to, own, refuse_among
from autograph_lite.frontend.holders import changing
from autograph_lite.frontend.iteration import counted as steps_of
from autograph_lite.frontend.iteration import is_staged
from autograph_lite.frontend.iterators import (
    Counting,
    Generator,
    note_iterator,
    plain,
    still_there,
)
from autograph_lite.frontend.raising import later, raise_
from autograph_lite.frontend.steps import number
from autograph_lite.frontend.walk import go_through, loop, under
from autograph_lite.ir.graph import Value
from autograph_lite.ops.cells import in_row
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import wrap
from autograph_lite.tensors.number import kind_name
from autograph_lite.tensors.tags import checked, may_be_none


def sliced(items: list[Any], index: slice) -> list[Any]:
    """`items[index]`: another list of the same elements."""
    whole = index.start is index.stop is index.step is None
    if whole or not items:
        return list(items)
    grown = rows_of(list(items)) if grown_in(items) is None else settled(items)
    if grown is None:
        raise ConversionError(
            "a slice, by numbers that only the run knows, of a list whose elements are not of one dtype and"
            " number of axes; write a loop over its elements"
        )
    held: list[list[Any]] = [[]]
    loop(places(grown, index), partial(_append, held), holding(held))
    return list(held[0])


def put(trace: Any, items: list[Any], index: Any, item: Any) -> None:
    """`items[index] = item`."""
    if isinstance(index, slice):
        raise ConversionError(
            "a slice of a list that grows in a loop is assigned; assign its elements"
        )
    refuse_index(items, index)
    changing(trace, items, "assignment to an element")
    settled(items)
    if not fits(items[0], item):
        wider = rows_of(items, [item])
        if wider is not None:
            items[:] = [wider.owned_by(items)]
    grown = own(items)
    at = position(grown, index, "list assignment index out of range")
    pairs = zip(grown.rows, fitting(grown, item), strict=True)
    rows = [f.list_put(row, at, in_row(v)) for row, v in pairs]
    items[:] = [grown.owned_by(items, rows)]


def in_place(trace: Any, items: list[Any], more: Any) -> list[Any]:
    """`items += more`."""
    refuse_among(items)
    changing(trace, items, "+=")
    _extend(items, more)
    return items


def put_by_run(trace: Any, items: list[Any], index: Any, item: Any) -> bool:
    """The same of a list that has not grown yet; False where its elements are not of one kind."""
    rows = rows_of(list(items), [item])
    rows = rows_of(list(items)) if rows is None else rows
    if rows is None:
        return False
    changing(trace, items, "assignment to an element")
    items[:] = [rows.owned_by(items)]
    put(trace, items, index, item)
    return True


def _begin(items: list[Any]) -> None:
    """A list that has not grown yet is changed at a place that only the run knows."""
    if not items or grown_in(items) is not None:
        return
    rows = rows_of(list(items))
    if rows is None:
        raise ConversionError(
            "a list whose elements are not of one dtype and number of axes is changed at a place that only the"
            " run knows; write `if` and `elif`"
        )
    items[:] = [rows.owned_by(items)]


def _extend(items: list[Any], more: Any) -> None:
    """By what is counted in a loop of its own, by anything else as Python does."""
    steps = steps_of(more)
    if steps is None:
        items.extend(more)
        return
    held = [moved_to(items[:], items)]
    go_through(more, partial(_append, held), holding(held))
    items[:] = held[0]
    moved_to(items, held[0])


def _append(held: list[list[Any]], item: Any) -> None:
    """The list that is held with one more element, as another list."""
    held[0] = moved_to([*held[0], item], held[0])


def list_of(g: Generator) -> list[Any]:
    """A list comprehension: of what is counted, or where the run decides, a list that grows."""
    held: list[list[Any]] = [[]]
    _collect(g, held)
    return list(held[0])


def repeated(items: list[Any], count: Any) -> list[Any]:
    """`items * count`: the same elements, as often as the run says."""
    again = Counting(0, count, 1)
    note_iterator(again)

    def every(_: Any) -> Generator:
        return Generator(items, lambda item: item)

    if len(items) == 1:
        return list_of(Generator(again, lambda _: items[0]))
    return list_of(Generator(again, every, nested=True)) if items else []


def _collect(g: Generator, held: list[list[Any]]) -> None:
    def deliver(item: Any) -> None:
        if g.nested:
            _collect(g.element(item), held)
        else:
            _append(held, g.element(item))

    def step(item: Any) -> None:
        cond = True if g.condition is None else g.condition(item)
        under(cond, partial(deliver, item), holding(held))

    steps = steps_of(g.inner) if is_staged(g.inner) else None
    if steps is not None and not isinstance(g.inner, range | np.ndarray):
        go_through(g.inner, step, holding(held))
        return
    still_there(g.inner)
    for item in plain(g.inner):
        step(item)


def _pop(items: list[Any], index: Any = -1, /) -> Any:
    """An element, which is there no more: the last one at once, another by making the list anew."""
    if grown_in(items) is None and type(index) is int:
        return items.pop(index)
    _refuse_place(index)
    last_one = isinstance(index, int) and index == -1
    if last_one and len(items) > 1:
        return items.pop()
    if not items:
        raise_(root(), later(IndexError, "pop from empty list"))
    _begin(items)
    settled(items)
    grown = own(items)
    fail_if(none_in(grown), "GraphIndexError", "INDEX", "pop from empty list")
    if not last_one:
        at = position(grown, index, "pop index out of range")
        found = element(grown, at)
        _leave_out(items, at)
        return found
    last = element(grown, f.py_subtract(grown.count, number(1)))
    items[:] = [grown.owned_by(items, map(f.list_pop, grown.rows))]
    return last


def _insert(items: list[Any], index: Any, item: Any, /) -> None:
    """The list made anew, with an element where Python puts it."""
    if grown_in(items) is None and type(index) is int:
        items.insert(index, item)
        return
    _refuse_place(index)
    if not items:
        items.append(item)
        return
    _begin(items)
    before, after = sliced(items, slice(None, index)), sliced(items, slice(index, None))
    before.append(item)
    _become(items, before, after)


def delete(trace: Any, items: list[Any], index: Any) -> None:
    """`del items[index]`: the list made anew without it."""
    changing(trace, items, "deletion of an element")
    _begin(items)
    if not isinstance(index, slice):
        refuse_index(items, index)
        if not items:
            raise_(trace, later(IndexError, "list assignment index out of range"))
        settled(items)
        _leave_out(items, position(own(items), index, "list assignment index out of range"))
    elif index.step is None and index.start is None and index.stop is not None:
        _become(items, sliced(items, slice(index.stop, None)))
    elif index.step is None and index.stop is None:
        _become(items, sliced(items, slice(None, 0 if index.start is None else index.start)))
    else:
        raise ConversionError(
            "a slice of a list that grows in a loop is deleted that has two ends, or a step; write the list"
            " without it: items = items[:a] + items[b:]"
        )


def _leave_out(items: list[Any], at: Value) -> None:
    after = wrap(f.py_add(at, number(1)))
    before = sliced(items, slice(None, wrap(at)))
    _become(items, before, sliced(items, slice(after, None)))


def _become(items: list[Any], first: list[Any], *others: list[Any]) -> None:
    """The list holds what these do, one after the other."""
    for other in others:
        _extend(first, other)
    items[:] = first
    moved_to(items, first)


def _refuse_place(index: Any) -> None:
    """What Python says of a place that is no int."""
    text = "{!r} object cannot be interpreted as an integer"
    if may_be_none(index):
        checked(index, text.format("NoneType"))
    elif not is_index(index):
        raise TypeError(text.format(kind_name(index)))


def _reverse(items: list[Any]) -> None:
    _become(items, sliced(items, slice(None, None, -1)))


METHODS: dict[str, Callable[..., Any]] = {
    "append": list.append,
    "extend": _extend,
    "pop": _pop,
    "insert": _insert,
    "copy": list,
    "clear": list.clear,
    "reverse": _reverse,
}


_GIVEN = {"insert": (2,), "pop": (0, 1)}


def at_a_place(items: list[Any], name: str, args: tuple[Any, ...]) -> bool:
    """Whether a method changes a list that has not grown yet where only the run knows, or takes from none."""
    return (name == "pop" and not items) or (
        name in ("insert", "pop") and mentions_run(args[:1], {})
    )


def method(trace: Any, items: list[Any], name: str, args: tuple[Any, ...], kwargs: Any) -> Any:
    """A call of a method of the list."""
    refuse_among(items)
    if name not in METHODS:
        raise ConversionError(
            f"{name!r} of a list that grows in a loop is not available; it has append, extend, insert, pop,"
            " copy, clear and reverse, and its elements can be assigned and deleted"
        )
    if kwargs or len(args) not in _GIVEN.get(name, (len(args),)):
        getattr([0], name)(*args, **kwargs)  # says what is wrong
    if name != "copy":
        changing(trace, items, repr(name))
    return METHODS[name](items, *args, **kwargs)
