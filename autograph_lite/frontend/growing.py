"""What can be asked of a list that grows, and done with it.

`append` leaves the element itself in the list, after the rows (`grown`); whoever looks at the elements has
them written into the rows first.  So what is appended and written into before anybody looks is what Python
has there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.frontend import iteration
from autograph_lite.frontend.folds import choose, holding
from autograph_lite.frontend.grown import NUMBERED, Grown, admits, grown_in, moved_to, of_one, own
from autograph_lite.frontend.holders import changed_here, changing, note_several, where_it_is
from autograph_lite.frontend.iteration import (
    Counted,
    Generator,
    is_staged,
    number,
    still_there,
)
from autograph_lite.frontend.joins import (
    joined,
    keep_elements,
    lifted,
    with_one_more,
    without_cells,
)
from autograph_lite.frontend.later import Later
from autograph_lite.frontend.state import (
    Container,
    Leaf,
    Structure,
    as_given,
    describe,
    put_together,
    take_apart,
)
from autograph_lite.frontend.truth import as_bool, not_
from autograph_lite.frontend.walk import Walk, go_through, loop, under
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Symbol, Type
from autograph_lite.numpy import array, asarray, stack, transpose, zeros
from autograph_lite.ops.cells import keep, read_cell
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.shapes import normal_axis
from autograph_lite.ops.staging import building
from autograph_lite.tensors.boxes import Box, value_of, wrap

OUT_OF_RANGE = "list index out of range"


def settled(items: list[Any]) -> Grown:
    """The list with all its elements in the rows; it stays so where the present region changes it."""
    more = items[1:]
    grown = own(items) if more else items[0]
    for item in more:
        grown = _with(grown, item)
    if more and changed_here(items):
        items[:] = [grown]
    return grown


def _with(grown: Grown, item: Any) -> Grown:
    rows = with_one_more(list(grown.rows), _fitting(grown, item))
    return Grown(grown.structure, grown.types, tuple(rows), grown.owner)


def _fitting(grown: Grown, item: Any) -> list[Value]:
    """The values of an object in the form that elements have."""
    structure, values = take_apart(item)
    kept: list[Value] = []
    structure = without_cells(structure, iter(values), kept)
    values = kept
    target = grown.structure, list(grown.types)
    found = joined("an element", target, (structure, [v.type for v in values]))
    lifts = found is not None and found[0] == grown.structure
    values = lifted(structure, values, target) if lifts else values
    if not lifts or not all(map(admits, grown.types, (v.type for v in values))):
        shown = describe(grown.structure, iter([Value(t) for t in grown.types]))
        raise GraphTypeError(
            f"an element of this list is {shown}, and {describe(structure, iter(values))} is appended; give all"
            " of them one dtype and one number of axes"
        )
    return values


def get(items: list[Any], index: Any) -> Any:
    """`items[index]`."""
    if isinstance(index, slice):
        if index == slice(None):
            return list(items)
        raise ConversionError(
            "a slice of a list that grows in a loop; stack it first: np.stack(items)[1:]"
        )
    if isinstance(index, int) and -len(items) < index < 0:
        return items[index]  # appended here
    grown = settled(items)
    return element(grown, _position(grown, index))


def get_by_run(items: list[Any] | tuple[Any, ...], index: Any) -> Any:
    """`items[index]` of a list or tuple that does not grow, by a number that only the run knows; None where
    its elements are not of one kind."""
    grown = _rows_outside(items)
    return None if grown is None else element(grown, _position(grown, index, _TEXTS[type(items)]))


_TEXTS = {list: OUT_OF_RANGE, tuple: "tuple index out of range"}


def _rows_outside(items: list[Any] | tuple[Any, ...]) -> Grown | None:
    """The rows of a list, made once, in the outermost region in which it is what it is here."""
    builder, tapes = where_it_is(items)
    key = (id(items), builder, tuple((id(x), getattr(x, "_version", 0)) for x in items))
    known = builder.top.rows_of
    if key not in known:
        with building(builder):
            context.tapes = tapes
            known[key] = items, _as_rows(list(items))
    found: Grown | None = known[key][1]
    return found


def _as_rows(items: list[Any]) -> Grown | None:
    structure, values = take_apart(items)
    types = [v.type for v in values]
    found = joined("a list", (structure, types), (_EMPTY, []))
    if found is None:
        return None
    keep_elements(structure, values, found[0])
    return put_together(found[0], iter(lifted(structure, values, found)))[0]  # type: ignore[no-any-return]


_EMPTY = Container(list, None, ())


def _position(grown: Grown, index: Any, text: str = OUT_OF_RANGE) -> Value:
    """The place of an element; a fault where there is none."""
    count = f.list_size(grown.rows[0])
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


def element(grown: Grown, at: Value) -> Any:
    """The element at a place that is there."""
    pairs = zip(grown.rows, grown.types, strict=True)
    found = put_together(grown.structure, iter([_value(row, at, t) for row, t in pairs]))
    note_several([found])
    return found


def _value(row: Value, at: Value, type: Type) -> Value:
    if type.differentiable:
        return read_cell(f.list_item(row, at, element=NUMBERED), of_one(type))
    value: Value = f.list_item(row, at, element=of_one(type))
    return value


def counted(items: list[Any]) -> Counted:
    """A loop over the elements that there are when it begins."""
    grown = settled(items)
    return Counted(f.list_size(grown.rows[0]), lambda k: element(grown, k))


# --- changes ---------------------------------------------------------------------------------------


def put(trace: Any, items: list[Any], index: Any, item: Any) -> None:
    """`items[index] = item`."""
    if not isinstance(index, int | Box):
        raise ConversionError(
            "a slice of a list that grows in a loop is assigned; assign its elements"
        )
    changing(trace, items, "assignment to an element")
    settled(items)
    grown = own(items)
    at = _position(grown, index, "list assignment index out of range")
    values = _fitting(grown, item)
    pairs = zip(grown.rows, values, grown.types, strict=True)
    rows = [f.list_put(row, at, keep(v) if t.differentiable else v) for row, v, t in pairs]
    items[:] = [Grown(grown.structure, grown.types, tuple(rows), id(items))]


def in_place(trace: Any, items: list[Any], more: Any) -> list[Any]:
    """`items += more`."""
    if id(items) in trace.several:
        raise ConversionError(
            "+= of a list in a loop or branch binds its name anew; write items.extend(...), which does the same"
        )
    changing(trace, items, "+=")
    _extend(items, more)
    return items


def put_by_run(trace: Any, items: list[Any], index: Any, item: Any) -> bool:
    """The same of a list that has not grown yet; False where its elements are not of one kind."""
    rows = _as_rows(list(items))
    if rows is None:
        return False
    changing(trace, items, "assignment to an element")
    items[:] = [Grown(rows.structure, rows.types, rows.rows, id(items))]
    put(trace, items, index, item)
    return True


def _append(items: list[Any], item: Any) -> None:
    items.append(item)


def _extend(items: list[Any], more: Any) -> None:
    """By what is counted in a loop of its own, by anything else as Python does."""
    steps = iteration.counted(more)
    if steps is None:
        items.extend(more)
        return
    held = [moved_to(items[:], items)]

    def step(item: Any) -> None:
        held[0] = moved_to([*held[0], item], held[0])

    go_through(more, step, holding(held))
    items[:] = held[0]
    moved_to(items, held[0])


def list_of(g: Generator) -> list[Any]:
    """A list comprehension: of what is counted, or where the run decides, a list that grows."""
    held: list[list[Any]] = [[]]
    _collect(g, held)
    return held[0]


def _collect(g: Generator, held: list[list[Any]]) -> None:
    def deliver(item: Any) -> None:
        if g.nested:
            _collect(g.element(item), held)
        else:
            held[0] = moved_to([*held[0], g.element(item)], held[0])

    def step(item: Any) -> None:
        cond = True if g.condition is None else g.condition(item)
        under(cond, partial(deliver, item), holding(held))

    steps = iteration.counted(g.inner) if is_staged(g.inner) else None
    if steps is not None and not isinstance(g.inner, range | np.ndarray):
        go_through(g.inner, step, holding(held))
        return
    still_there(g.inner)
    for item in iteration.plain(g.inner):
        step(item)


def _pop(items: list[Any], index: Any = -1) -> Any:
    """The last element, which is there no more."""
    if index != -1:
        raise ConversionError("pop() of a list that grows in a loop takes the last element only")
    if len(items) > 1:
        return items.pop()
    settled(items)
    grown = own(items)
    empty = f.py_equal(f.list_size(grown.rows[0]), number(0))
    fail_if(f.weak(empty, dtype="bool"), "GraphIndexError", "INDEX", "pop from empty list")
    last = element(grown, f.py_subtract(f.list_size(grown.rows[0]), number(1)))
    rows = tuple(map(f.list_pop, grown.rows))
    items[:] = [Grown(grown.structure, grown.types, rows, id(items))]
    return last


METHODS: dict[str, Callable[..., Any]] = {
    "append": _append,
    "extend": _extend,
    "pop": _pop,
    "copy": list,
    "clear": list.clear,
}


def method(trace: Any, items: list[Any], name: str, args: tuple[Any, ...], kwargs: Any) -> Any:
    """A call of a method of the list."""
    if name not in METHODS:
        raise ConversionError(
            f"{name!r} of a list that grows in a loop is not available; it has append, extend, pop, copy and"
            " clear, and its elements can be assigned"
        )
    if name != "copy":
        changing(trace, items, repr(name))
    return METHODS[name](items, *args, **kwargs)


# --- arrays and lists of them ----------------------------------------------------------------------


def stacked(items: list[Any], axis: Any = 0) -> Any:
    """np.stack of the elements, which are tensors or numbers."""
    grown = settled(items)
    if not isinstance(grown.structure, Leaf) or len(grown.types) != 1:
        raise ConversionError(
            "np.stack needs tensors in a list that grows; make one list for each of them"
        )
    none = f.weak(f.py_equal(f.list_size(grown.rows[0]), number(0)), dtype="bool")
    fail_if(none, "DomainError", "DOMAIN", "need at least one array to stack")
    out = _together(grown.rows[0], grown.types[0])
    return out if axis == 0 else moved(out, axis)


def moved(out: Any, axis: Any) -> Any:
    """The first axis in another place."""
    rank = value_of(out).type.rank
    place = normal_axis(axis, rank)
    order = [*range(1, rank)]
    order.insert(place, 0)
    return transpose(out, tuple(order))


def _together(row: Value, type: Type) -> Any:
    """A tensor of all elements; of those that have gradients written side by side in a loop."""
    if not type.differentiable:
        shape = (Symbol(), *type.shape)
        return wrap(f.list_pack(row, packed=Type("ag", type.dtype, shape)))
    count = f.list_size(row)
    extents = [_extent(row, type, axis, count) for axis in range(type.rank)]
    out = zeros((wrap(count), *extents), dtype=type.dtype)

    def step(k: Value) -> None:
        value = _value(row, k, type)
        for axis, extent in enumerate(extents):
            if not isinstance(extent, int):
                wrong = f.py_not_equal(f.dim(value, axis=axis), number(extent))
                text = "all input arrays must have the same shape"
                fail_if(f.weak(wrong, dtype="bool"), "ShapeError", "SHAPE", text)
        out[wrap(k)] = wrap(value)

    loop(Counted(count, lambda k: k), step, Walk(None, tuple, lambda _: None, ()))
    return out


def _extent(row: Value, type: Type, axis: int, count: Value) -> Any:
    """That of the first element; 0 where there is none."""
    known = type.shape[axis]
    if isinstance(known, int):
        return known
    some = wrap(f.py_greater(count, number(0)))
    return choose(some, lambda: wrap(f.dim(_value(row, number(0), type), axis=axis)), lambda: 0)


class Listed(Later):
    """A list that is made when its elements are known."""

    __slots__ = ()
    what, uses = "a list", "returned or printed"


class ListedFloats(Listed):
    """One with tensors of floats in it, through which a gradient would have to find its way back."""

    __slots__ = ()


def shown(obj: Any) -> Any:
    """The same with lists that grow as what is made of them when the run is over."""
    if isinstance(obj, list) and grown_in(obj) is not None:
        grown = settled(obj)
        arrays = [_together(row, t) for row, t in zip(grown.rows, grown.types, strict=True)]
        python = tuple(t.kind == "py" for t in grown.types)
        kind = ListedFloats if any(t.differentiable for t in grown.types) else Listed
        return kind(partial(_made, grown.structure, python), tuple(arrays), {})
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*map(shown, obj))
    if isinstance(obj, list | tuple):
        return type(obj)(map(shown, obj))
    return {k: shown(v) for k, v in obj.items()} if type(obj) is dict else obj


def _made(structure: Structure, python: tuple[bool, ...], *arrays: Any) -> list[Any]:
    """The elements, given arrays of the values of all of them."""
    data = [np.asarray(value_of(x).data) for x in arrays]
    rows = zip(
        *(d.tolist() if py else list(map(np.copy, d)) for d, py in zip(data, python, strict=True)),
        strict=True,
    )
    return [put_together(structure, iter([_held(x) for x in row]), as_given) for row in rows]


def _held(data: Any) -> Value:
    return Value(None, data)


def compare(name: str, a: Any, b: Any) -> Any:
    """Two objects, one of which is such a list: with an empty list it is known how."""
    if not (isinstance(a, list) and isinstance(b, list)):
        return getattr(operator, name)(a, b)
    if name in ("eq", "ne") and not (a and b):
        other = a or b
        return not_(other) if name == "eq" else as_bool(other)
    raise ConversionError(
        "a list that grows in a loop is compared; compare its length and its elements"
    )


# --- functions -------------------------------------------------------------------------------------

_STACKS = (np.stack, stack, array, asarray)
_AS_THEY_ARE = (list, isinstance, type, id)


def known_to(function: Any, meaning: Any) -> Callable[..., Any] | None:
    """What a call means that is given such a list; None where the function knows what to do with it."""
    if any(function is one for one in _STACKS):
        return partial(_stacked, function)
    if meaning is not None or any(function is one for one in _AS_THEY_ARE):
        return None
    if isinstance(getattr(function, "__self__", None), list):
        return None  # a method of a list, grown or not yet
    builtin = isinstance(function, type | BuiltinFunctionType | np.ufunc)
    home = (getattr(function, "__module__", None) or "").partition(".")[0]
    if not builtin and home not in ("numpy", "scipy", "autograph_lite"):
        return None  # a function of the user's
    name = getattr(function, "__name__", str(function))
    raise ConversionError(
        f"a list that grows in a loop is given to {name}; give it np.stack of the list, or go through the list"
        " in a loop"
    )


def _stacked(function: Any, arrays: Any, *args: Any, **kwargs: Any) -> Any:
    """np.stack(items), and ag.array(items)."""
    if (
        grown_in(arrays) is None
        or (args and function not in (np.stack, stack))
        or kwargs.keys() - {"axis"}
    ):
        raise ConversionError(
            f"{function.__name__} of a list that grows in a loop takes the list and an axis"
        )
    return stacked(arrays, *args, **kwargs)


iteration.elements_by(counted)
