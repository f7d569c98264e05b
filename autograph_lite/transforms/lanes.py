"""`vmap`: a function of one lane -> of many, side by side.

`vmap(f)(x)` is the stack of `f(x[0])`, `f(x[1])`, ... by definition, in every bit: a loop over the lanes, each
of which takes its own branches and as many steps as it needs.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from autograph_lite.errors import GraphTypeError, ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves, rebuild
from autograph_lite.numpy import shape as np_shape
from autograph_lite.numpy import transpose, zeros
from autograph_lite.ops.control import require_one_shape
from autograph_lite.ops.shapes import normal_axis
from autograph_lite.ops.shapes import text as shape_text
from autograph_lite.tensors.boxes import as_written, call, value_of, wrap
from autograph_lite.tensors.number import kind_name
from autograph_lite.tensors.plain_array import is_tensor
from autograph_lite.transforms.arguments import (
    NAMES,
    argument_of,
    as_entered,
    by_kernel,
    result_value,
)
from autograph_lite.transforms.chosen import Function, name_of, name_of_argument
from autograph_lite.transforms.plain import as_plain, in_plain

Axes = Any
"""An axis, None, or a nest of these: what stands at a place is meant for all that the other nest has there."""


def vmap(f: Function, in_axes: Axes = 0, out_axes: Axes = 0) -> Function:
    """A function that calls `f` once for each lane and puts the results side by side.

    `in_axes` says which axis of an argument counts the lanes: an int for all of them, or one for each
    positional argument; None for an argument that every lane gets as it is.  For an argument that is a nest
    it may be a nest too.  Keyword arguments are counted along their first axis.  `out_axes` says where the
    lanes stand in the results, of which `f` gives the same structure, shapes and dtypes in each lane.

    Lanes are computed one after the other, so that each runs its own branches and its own number of steps,
    and their results, prints and gradients are those of a loop.

    Raises ShapeError where arguments have different numbers of lanes, none at all, or no such axis, and where
    results differ in shape; GraphTypeError where axes do not fit the arguments, and where results differ in
    structure or dtype.
    """

    @functools.wraps(f, assigned=NAMES)
    def batched(*args: Any, **kwargs: Any) -> Any:
        def run(args: Any, kwargs: Any) -> Any:
            found = Lanes(f, (args, kwargs), (_of_each(in_axes, args), 0))
            rooms = call(side_by_side, found.count(), found.first, found.row)
            return _arranged(found.structure, rooms, out_axes)

        plain = in_plain(args, kwargs)
        key = "vmap", repr(in_axes), repr(out_axes)
        out = by_kernel(f, key, run, args, kwargs)
        return as_plain(out) if plain else out

    return batched


@as_written
def side_by_side(count: Any, first: Any, row: Any) -> Any:
    """The results of each lane, by leaves."""
    rooms = first(count)
    for i in range(1, count):
        for room, part in zip(rooms, row(i), strict=True):
            room[i] = part
    return rooms


@as_written
def agreed(named: Any) -> Any:
    """The number of lanes, of which each argument tells."""
    first, count = named[0]
    for name, extent in named[1:]:
        if extent != count:
            raise ShapeError(f"vmap: {first} has {count} lanes, {name} has {extent}")
    if count == 0:
        raise ShapeError(
            "vmap over no lanes: what the function would return is known from a call of it"
        )
    return count


_SHAPES = "vmap: lanes give results of shapes {} and {}"


class Lanes:
    """The arguments of `f` in each lane, and what it returns there."""

    def __init__(self, f: Function, nest: Any, axes: Axes) -> None:
        self.f, self.nest = f, nest
        args, kwargs = nest
        self.names = [name_of_argument(f, n) for n, arg in enumerate(args) for _ in leaves(arg)]
        self.names += [name for name, arg in kwargs.items() for _ in leaves(arg)]
        self.leaves: list[Any] = []
        self.axes: list[int | None] = []
        for leaf, axis in zip(leaves(nest), _spread(axes, nest, "in_axes"), strict=True):
            self.leaves.append(leaf if axis is None else as_entered(leaf))
            self.axes.append(None if axis is None else self._axis(axis))
        self.structure: Any = None
        self.like: list[Value] = []  # the results of the first lane

    def _axis(self, axis: int) -> int:
        leaf, name = self.leaves[-1], self.names[len(self.axes)]
        if not is_tensor(leaf):
            raise GraphTypeError(
                f"vmap: {name} is a {kind_name(leaf)}, which has no lanes; give it None in in_axes"
            )
        rank = value_of(leaf).type.rank
        if not -rank <= axis < rank:
            raise ShapeError(f"vmap: {name} has no axis {axis}, only {rank} axes; see in_axes")
        return axis % rank

    def count(self) -> Any:
        """How many lanes there are."""
        every = zip(self.names, self.leaves, self.axes, strict=True)
        named = [(name, np_shape(leaf)[axis]) for name, leaf, axis in every if axis is not None]
        if not named:
            raise GraphTypeError("vmap: no argument has lanes; give one of them an axis in in_axes")
        return call(agreed, named)

    def _lane(self, i: Any) -> Any:
        """What `f` returns in lane `i`."""
        parts: Iterator[Any] = (
            leaf if axis is None else argument_of(leaf[(*(slice(None),) * axis, i)])
            for leaf, axis in zip(self.leaves, self.axes, strict=True)
        )
        args, kwargs = rebuild(self.nest, lambda _: next(parts))
        return call(self.f, *args, **kwargs)

    def first(self, count: Any) -> list[Any]:
        """Room for the results of all lanes, in which the first one stands."""
        out = self._lane(0)
        self.structure = rebuild(out, lambda leaf: leaf is not None)
        self.like = self._values(out)
        rooms = []
        for value in self.like:
            room = zeros((count, *np_shape(wrap(value))), dtype=value.type.dtype)
            room[0] = wrap(value)
            rooms.append(room)
        return rooms

    def row(self, i: Any) -> list[Any]:
        """The results of another lane, which are like those of the first."""
        out = self._lane(i)
        if rebuild(out, lambda leaf: leaf is not None) != self.structure:
            raise GraphTypeError(
                f"vmap: {name_of(self.f)} does not return one structure in all lanes"
            )
        values = self._values(out)
        for value, like in zip(values, self.like, strict=True):
            self._require_alike(like, value)
        return [wrap(value) for value in values]

    def _require_alike(self, first: Value, other: Value) -> None:
        a, b = first.type, other.type
        if a.dtype != b.dtype:
            raise GraphTypeError(
                f"vmap: {name_of(self.f)} returns {a.dtype} in one lane and {b.dtype} in another"
            )
        if a.rank != b.rank:
            raise ShapeError(_SHAPES.format(shape_text(a.shape), shape_text(b.shape)))
        require_one_shape(first, other, _SHAPES)

    def _values(self, out: Any) -> list[Value]:
        what = f"vmap: what {name_of(self.f)} returns"
        return [result_value(leaf, what) for leaf in leaves(out) if leaf is not None]


def _of_each(in_axes: Axes, args: tuple[Any, ...]) -> Axes:
    """One for each positional argument."""
    if isinstance(in_axes, tuple | list) and len(in_axes) != len(args):
        raise GraphTypeError(
            f"in_axes is {in_axes!r}, of which there is one for each positional argument; there are {len(args)}"
        )
    return tuple(in_axes) if isinstance(in_axes, tuple | list) else in_axes


def _spread(axes: Axes, nest: Any, what: str) -> list[int | None]:
    """The axis for each leaf of a nest."""
    if axes is None or (isinstance(axes, int) and not isinstance(axes, bool)):
        return [axes] * len(leaves(nest))
    if isinstance(axes, dict) and isinstance(nest, dict) and axes.keys() == nest.keys():
        return [axis for key, part in nest.items() for axis in _spread(axes[key], part, what)]
    both_rows = isinstance(axes, list | tuple) and isinstance(nest, list | tuple)
    if both_rows and len(axes) == len(nest):
        return [axis for a, part in zip(axes, nest, strict=True) for axis in _spread(a, part, what)]
    raise GraphTypeError(f"{what} has {axes!r} for a {kind_name(nest)}; an int or None is needed")


def _arranged(structure: Any, rooms: list[Any], out_axes: Axes) -> Any:
    """The results in the structure of one lane's, with the lanes along `out_axes`."""
    axes, rest = iter(_spread(out_axes, structure, "out_axes")), iter(rooms)

    def placed(there: bool) -> Any:
        axis = next(axes)
        if not there:
            return None
        if axis is None:
            raise GraphTypeError("out_axes has None; the lanes of a result need an axis")
        room = next(rest)
        rank = len(np_shape(room))
        order = list(range(1, rank))
        order.insert(normal_axis(axis, rank), 0)
        return room if axis == 0 else transpose(room, order)

    return rebuild(structure, placed)
