"""Indices as the user writes them -> (spec, dynamic inputs) of the ops getitem and setitem."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.errors import GraphIndexError, GraphTypeError, ShapeError, StagedOverflowError
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves
from autograph_lite.ops.dispatch import apply_all, context, f
from autograph_lite.ops.index import GETITEM, SETITEM, Spec, is_view
from autograph_lite.ops.regions import pick
from autograph_lite.tensors.boxes import Box, as_value, refuse_view, value_of, view, wrap, write
from autograph_lite.tensors.operators import cast, strong
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tags import Tag, as_tensor, assigned, may_be_none, not_none

_LONGEST = 2**63
_ALLOWED = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean"
    " arrays are valid indices"
)


def get(box: Box, index: Any) -> Any:
    """`x[index]`; basic slicing with axes left is a view of `x`."""
    x = value_of(box)
    spec, dynamic = index_spec(x, index)
    out = apply_all(GETITEM, (x, *dynamic), {"spec": spec})[0]
    if out.type.shape and is_view(spec):
        return view(out, box, _writer(spec, dynamic), _is_block(spec), (spec, tuple(dynamic)))
    return wrap(out)


def _writer(spec: Spec, dynamic: list[Value]) -> Callable[[Value, Value], Value]:
    """Writes what the slice has become into the tensor that it was taken from."""

    def put(base: Value, written: Value) -> Value:
        return apply_all(SETITEM, (base, written, *dynamic), {"spec": spec})[0]

    return put


def _is_block(spec: Spec) -> bool:
    """Whether the elements of a slice stand together: all of every axis but the first ones."""
    kinds = [e for e in spec if e[0] != "new"]
    while kinds and kinds[0][0] == "int":
        kinds.pop(0)
    first = kinds[:1]
    return all(e == ("slice", "", "", "") for e in kinds[1:]) and all(
        e[3] in ("", 1) for e in first
    )


def put(box: Box, index: Any, item: Any) -> None:
    """`x[index] = item`: another value in the box, the item in the dtype of `x`."""
    if isinstance(item, Tagged) and item.apart:
        Tagged.in_each(partial(put, box, index), item)
        return
    refuse_view(box)
    x = value_of(box)
    spec, dynamic = index_spec(x, index)
    if _is_own_slice(box, item, spec, dynamic):
        return
    if any(value.type.rank > 1 and value.type.dtype == "int64" for value in dynamic):
        raise GraphIndexError(
            "assignment by an array of positions with more than one axis is not available; write a loop over"
            " its rows, or assign to x.ravel() of which the positions are i * x.shape[1] + j"
        )
    item = assigned(item, x.type.dtype)
    v = cast(
        strong(item, x.type.dtype if _is_number(item) else None, "the assigned value"), x.type.dtype
    )
    write(box, apply_all(SETITEM, (x, v, *dynamic), {"spec": spec})[0])


def _is_own_slice(box: Box, item: Any, spec: Spec, dynamic: list[Value]) -> bool:
    """Whether the item is what the index reads, as at the end of `x[i:j] += v`, which has written
    it already."""
    taken = item._base if isinstance(item, Box) else None
    return (
        taken is not None
        and taken.base is box
        and taken.version == box._version
        and taken.index == (spec, tuple(dynamic))
    )


def _is_number(item: Any) -> bool:
    return isinstance(item, bool | int | float) and not isinstance(item, np.generic)


def index_spec(x: Value, index: Any) -> tuple[Spec, list[Value]]:
    """The spec, and the values that its Nones stand for."""
    if index.__class__ is int:
        if not x.type.shape:
            raise _too_many(x, 1)
        return (("int", _position(index)),), []
    if index.__class__ is slice and x.type.shape:
        entries = [index]
    else:
        given = index if isinstance(index, tuple) else (index,)
        entries = _without_ellipsis(x, tuple(map(_array_of_list, given)))
    dynamic: list[Value] = []
    spec = [_entry(entry, dynamic) for entry in entries]
    _check(spec)
    return tuple(spec), dynamic


def _too_many(x: Value, count: int) -> GraphIndexError:
    return GraphIndexError(
        f"too many indices for array: array is {x.type.rank}-dimensional, but {count} were indexed"
    )


def _array_of_list(entry: Any) -> Any:
    """A list with numbers that only the run knows as an array; any other entry as it is."""
    if isinstance(entry, list) and any(isinstance(leaf, Box) for leaf in leaves(entry)):
        return wrap(strong(entry, None, "the index"))
    return entry


def _axes(entry: Any) -> int:
    """How many axes an entry goes through."""
    if entry is None:
        return 0
    if isinstance(entry, Box) and value_of(entry).type.dtype == "bool":
        return max(value_of(entry).type.rank, 1)
    if isinstance(entry, np.ndarray) and entry.dtype == bool:
        return max(entry.ndim, 1)
    if isinstance(entry, list) and np.asarray(entry).dtype == bool:
        return np.ndim(entry)
    return 1


def _without_ellipsis(x: Value, entries: tuple[Any, ...]) -> list[Any]:
    positions = [i for i, e in enumerate(entries) if e is Ellipsis]
    if len(positions) > 1:
        raise GraphIndexError("an index can only have a single ellipsis ('...')")
    used = sum(_axes(e) for e in entries if e is not Ellipsis)
    if used > x.type.rank:
        raise _too_many(x, used)
    if not positions:
        return list(entries)
    full = [slice(None)] * (x.type.rank - used)
    return [*entries[: positions[0]], *full, *entries[positions[0] + 1 :]]


def _entry(entry: Any, dynamic: list[Value]) -> tuple[Any, ...]:
    """One entry of the spec; what is a value is appended to `dynamic`."""
    if entry is None:
        return ("new",)
    if isinstance(entry, slice):
        given = entry.start, entry.stop, entry.step
        if any(isinstance(bound, Tagged) for bound in given):
            given = _bounds(*given)
        return ("slice", *(_bound(b, dynamic) for b in given))
    if isinstance(entry, bool | np.bool_):
        raise GraphIndexError(f"a bool is not an index here; {_ALLOWED}")
    if isinstance(entry, int | np.integer):
        return ("int", _position(int(entry)))
    if isinstance(entry, Tagged) and entry.python == "int" and _holds_both(entry):
        entry = as_tensor(entry)  # an index is the same of both
    entry = not_none(entry)
    if isinstance(entry, Box | np.ndarray | list):
        return _value_entry(entry, dynamic)
    raise GraphIndexError(f"{_ALLOWED}, not {_class_name(entry)}")


def _bounds(start: Any, stop: Any, step: Any) -> tuple[Any, Any, Any]:
    """Bounds of a slice of which some may be None: the ends of the axis in those runs, a step of 1."""
    if may_be_none(step):
        step = _else(step, 1)
    forwards = step is None or (isinstance(step, int) and step > 0)
    if not forwards:
        return not_none(start), not_none(stop), step
    start = _else(start, 0) if may_be_none(start) else start
    stop = _else(stop, _LONGEST - 1) if may_be_none(stop) else stop
    return start, stop, step


def _else(x: Tag, number: int) -> Any:
    """The number, where it is None."""
    value = value_of(as_tensor(x))
    if value.type.shape or not _is_integer(x):
        raise GraphTypeError(f"slice indices must be integers or None, not {_class_name(x)}")
    value = value if value.type.kind == "py" else f.number(value, dtype="int64")
    builder: Any = context.interpreter
    return wrap(pick(x.is_tensor, value, builder.number(number)))


def _holds_both(entry: Tagged) -> bool:
    type = value_of(entry).type
    return type.kind == "ag" and not type.rank


def _position(index: int) -> int:
    """A known index; Python's own words where no array is that long."""
    if not -_LONGEST <= index < _LONGEST:
        raise StagedOverflowError("Python int too large to convert to C long")
    return index


def _bound(bound: Any, dynamic: list[Value]) -> Any:
    """A bound of a slice: absent, known, or a value."""
    if bound is None:
        return ""
    if isinstance(bound, bool | np.bool_):
        raise GraphTypeError("slice indices must be integers or None, not bool")
    if isinstance(bound, int | np.integer):
        return max(-_LONGEST, min(int(bound), _LONGEST - 1))  # slices are clipped
    if not isinstance(bound, Box) or value_of(bound).type.shape or not _is_integer(bound):
        raise GraphTypeError(f"slice indices must be integers or None, not {_class_name(bound)}")
    dynamic.append(cast_index(value_of(bound)))
    return None


def _is_integer(box: Box) -> bool:
    return value_of(box).type.dtype in ("int32", "int64")


def _class_name(obj: Any) -> str:
    """The class of an entry as Python calls it; a staged number is what it will be."""
    type_ = value_of(obj).type if isinstance(obj, Box) else None
    if type_ is not None and type_.kind == "py":
        return type_.dtype.rstrip("0123456789")
    if type_ is not None and type_.kind == "np":
        return np.dtype(type_.dtype).type.__name__
    return type(obj).__name__ if type_ is None else f"an array of {type_.dtype}"


def cast_index(value: Value) -> Value:
    """An index as an int64."""
    is_number = value.type.kind == "py" and value.type.dtype == "int64"
    return value if is_number else cast(value, "int64")


def _value_entry(entry: Any, dynamic: list[Value]) -> tuple[Any, ...]:
    if isinstance(entry, list) and not entry:
        entry = np.zeros(0, np.int64)
    value = as_value(entry, None, "the index")
    if value.type.dtype == "bool" and value.type.kind == "ag" and value.type.rank:
        dynamic.append(value)
        return ("mask", value.type.rank)
    if isinstance(entry, Box) and value.type.kind == "py" and value.type.dtype == "bool":
        raise GraphIndexError(f"a bool is not an index here; {_ALLOWED}")
    if value.type.dtype not in ("int32", "int64"):
        raise GraphIndexError(f"{_ALLOWED}, not {_class_name(entry)}")
    dynamic.append(cast_index(value))
    return ("array",) if value.type.rank else ("int", None)


def _check(spec: list[tuple[Any, ...]]) -> None:
    arrays = sum(entry[0] in ("array", "mask") for entry in spec)
    if arrays > 1:
        raise GraphIndexError(
            "more than one array among the indices is not supported; index in two steps, or build"
            " one index into x.ravel()"
        )
    if arrays and _mixes(spec):
        raise GraphIndexError("an integer and an array among the indices: index in two steps")
    for entry in spec:
        if entry[0] == "slice" and entry[3] == 0:
            raise ShapeError("slice step cannot be zero")


def _mixes(spec: list[tuple[Any, ...]]) -> bool:
    """NumPy moves axes where an integer stands beside an array."""
    return any(entry[0] == "int" for entry in spec)
