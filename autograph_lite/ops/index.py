"""Indexing and assignment.

`spec` has one entry per step through the axes: ("int", i), ("slice", start, stop, step), ("new",),
("array",) for one int64 array, or ("mask", n) for a bool array over n axes; a None in place of a
number means the next input of the node.  A slice bound that is absent is the string "".
"""

from __future__ import annotations

from typing import Any

from autograph_lite.errors import GraphTypeError, ShapeError
from autograph_lite.ir.graph import Test, Value
from autograph_lite.ir.types import Extent, Symbol, Type, tensor
from autograph_lite.ops.dispatch import constant, context, f
from autograph_lite.ops.elementwise import NUMERIC
from autograph_lite.ops.move import summed
from autograph_lite.ops.record import Indexed, Linear, Op, Structural, Threaded, register

Spec = tuple[tuple[Any, ...], ...]


def numpy_index(spec: Spec, dynamic: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index that NumPy takes."""
    rest = iter(dynamic)

    def number(entry: Any) -> Any:
        return int(next(rest)) if entry is None else (None if entry == "" else entry)

    index: list[Any] = []
    for kind, *entries in spec:
        if kind == "int":
            index.append(number(entries[0]))
        elif kind == "slice":
            index.append(slice(*(number(e) for e in entries)))
        elif kind == "new":
            index.append(None)
        else:
            index.append(next(rest))
    return tuple(index)


def is_view(spec: Spec) -> bool:
    """Whether NumPy returns a view: no arrays among the indices."""
    return all(kind in ("int", "slice", "new") for kind, *_ in spec)


def place_of_array(spec: Spec) -> tuple[int, int, int]:
    """Of a spec with an array or a mask: how many entries, inputs of the index, and axes of the result come
    before it."""
    place = next(i for i, (kind, *_) in enumerate(spec) if kind in ("array", "mask"))
    before = spec[:place]
    inputs = sum(e is None for _, *entries in before for e in entries)
    return place, inputs, sum(kind in ("slice", "new") for kind, *_ in before)


def _sliced(extent: Extent, entries: tuple[Any, ...]) -> Extent:
    if entries == ("", "", ""):
        return extent
    if isinstance(extent, int) and None not in entries:
        return len(range(*slice(*(None if e == "" else e for e in entries)).indices(extent)))
    return Symbol()


def _getitem_types(x: Type, *dynamic: Type, spec: Spec) -> tuple[Type]:
    rest = list(dynamic)
    axis = 0
    shape: list[Extent] = []
    for kind, *entries in spec:
        for _ in range(sum(e is None for e in entries) if kind != "mask" else 0):
            rest.pop(0)
        if kind == "new":
            shape.append(1)
        elif kind == "mask":
            rest.pop(0)
            shape.append(Symbol())
            axis += entries[0]
        elif kind == "array":
            shape.extend(rest.pop(0).shape)
            axis += 1
        else:
            if kind == "slice":
                shape.append(_sliced(x.shape[axis], tuple(entries)))
            axis += 1
    if axis > x.rank:
        raise ShapeError(
            f"too many indices for array: array is {x.rank}-dimensional, but {axis} were indexed"
        )
    return (tensor(x.dtype, tuple(shape) + x.shape[axis:]),)


def _read_vjp(
    current: Value, g: Value, where: Value | None, x: Value, *dynamic: Value, spec: Spec
) -> Value:
    del x
    if where is None:
        return f.index_add(current, g, *dynamic, spec=spec)
    out = f.index_add_where(current, g, where, *dynamic, spec=spec)
    builder: Any = context.interpreter
    builder.link(out, current, Test("not", where))
    return out


GETITEM = register(
    Op(
        "getitem",
        _getitem_types,
        Structural("a view where no index is an array; else a copy element by element"),
        Indexed(_read_vjp),
        faults=True,
        recomputed=True,
        dtypes=NUMERIC,
    )
)


def _index_add_vjp(
    ct: Value, x: Value, g: Value, *dynamic: Value, out: Value, spec: Spec
) -> tuple[Any, ...]:
    return (ct, f.getitem(ct, *dynamic, spec=spec), *(None for _ in dynamic))


# `x` with `g` added to the elements read by the index, one by one in row-major order.
register(
    Op(
        "index_add",
        lambda x, g, *dynamic, spec: (x,),
        Structural("in place where the old value is dead"),
        Linear(_index_add_vjp),
    )
)


# The same where a condition holds; else `x` itself, and the index is not looked at.
register(
    Op(
        "index_add_where",
        lambda x, g, where, *dynamic, spec: (x,),
        Structural("in place where the old value is dead"),
        Threaded("it is x where nothing was added"),
    )
)


def _is_left(x: Value, part: Value, dynamic: tuple[Value, ...], spec: Spec) -> Value:
    """Per element of what an array of positions names whether it is there in the end: of elements with one
    position the last one is."""
    _, count, lead = place_of_array(spec)
    index = dynamic[count]
    number = f.cumsum(f.cast(f.equal(index, index), dtype="int64"), axis=0)
    number = f.expand_dims(number, axes=tuple(range(1, part.type.rank - lead)))
    numbers = f.setitem(f.cast(f.zeros_like(x), dtype="int64"), number, *dynamic, spec=spec)
    return f.equal(f.getitem(numbers, *dynamic, spec=spec), number)


def _setitem_vjp(
    g: Value, x: Value, v: Value, *dynamic: Value, out: Value, spec: Spec
) -> tuple[Any, ...]:
    part = f.getitem(g, *dynamic, spec=spec)
    if any(kind == "array" for kind, *_ in spec):
        part = f.choose(_is_left(x, part, dynamic, spec), part)
    part = summed(part, v)
    rest = f.setitem(g, constant(0.0, g.type.dtype), *dynamic, spec=spec)
    return (rest, part, *(None for _ in dynamic))


def _setitem_types(x: Type, v: Type, *dynamic: Type, spec: Spec) -> tuple[Type]:
    del dynamic
    # NumPy says so too, and takes masks of some axes otherwise
    if spec == (("mask", x.rank),) and v.rank > 1:
        raise GraphTypeError(
            "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has"
            f" {v.rank} dimensions"
        )
    return (x,)


SETITEM = register(
    Op(
        "setitem",
        _setitem_types,
        Structural("in place where the old value is dead"),
        Linear(_setitem_vjp),
        faults=True,
        dtypes=NUMERIC,
    )
)
