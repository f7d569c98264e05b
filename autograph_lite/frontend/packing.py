"""A list that grows -> a tensor of its elements, or a Python list when the run is over.

Also which functions take such a list as it is, which are given its tensor, and which are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.branches import choose
from autograph_lite.frontend.elements import element, none_in, settled, value_at
from autograph_lite.frontend.grown import Grown, grown_in
from autograph_lite.frontend.later import Later
from autograph_lite.frontend.state import as_given, put_together
from autograph_lite.frontend.steps import Counted, number
from autograph_lite.frontend.structures import Leaf, Structure
from autograph_lite.frontend.walk import Walk, loop
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Symbol, Type, takes
from autograph_lite.numpy import array, asarray, stack, transpose, zeros
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.shapes import normal_axis
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import value_of, wrap


def stacked(items: list[Any], axis: Any = 0, *, plain: bool) -> Any:
    """np.stack of the elements, which are tensors or numbers; `plain`: numbers alone give a plain array, as
    NumPy makes one."""
    grown = settled(items)
    either = _is_scalar_or_number(grown)
    if not isinstance(grown.structure, Leaf) or not (either or len(grown.types) == 1):
        raise ConversionError(
            "np.stack needs tensors in a list that grows; make one list for each of them"
        )
    fail_if(none_in(grown), "DomainError", "DOMAIN", "need at least one array to stack")
    out = _with_numbers(grown) if either else _together(grown.rows[0], grown.types[0])
    out = out if axis == 0 else _moved(out, axis)
    if plain and not either and grown.types[0].kind != "ag":
        return wrap(f.as_kind(value_of(out), kind="np"))
    return out


def _is_scalar_or_number(grown: Grown) -> bool:
    """Whether the elements are tensors without axes in some runs, and in others Python numbers, which take
    their dtype."""
    if not isinstance(grown.structure, Leaf) or len(grown.types) != 3:
        return False
    _, tensor, number = grown.types
    kinds = tensor.kind == "ag" and number.kind == "py"
    return kinds and not tensor.rank and takes(number.dtype, tensor.dtype)


def _with_numbers(grown: Grown) -> Any:
    """A tensor of such elements.  Of numbers alone NumPy makes a plain array: then the call is made step by
    step."""
    flags = Type("ag", "bool", (Symbol(),))
    tensors = wrap(f.list_pack(grown.rows[0], packed=flags))
    root().emit_stepwise(f.logical_not(value_of(tensors.any())))
    dtype = grown.types[1].dtype
    out = zeros((wrap(grown.count),), dtype=dtype)

    def step(k: Value) -> None:
        out[wrap(k)] = element(grown, k)

    loop(Counted(grown.count, lambda k: k), step, Walk(None, tuple, lambda _: None, ()))
    return out


def _moved(out: Any, axis: Any) -> Any:
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
        value = value_at(row, k, type)
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
    return choose(some, lambda: wrap(f.dim(value_at(row, number(0), type), axis=axis)), lambda: 0)


class Listed(Later):
    """A list that is made when its elements are known."""

    __slots__ = ()
    what, uses = "a list", "returned or printed"


class ListedFloats(Listed):
    """One with tensors of floats in it, through which a gradient would have to find its way back."""

    __slots__ = ()


def shown(obj: Any) -> Any:
    """The same with lists that grow as what is made of them when the run is over."""
    if grown_in(obj) is not None:
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
    return [put_together(structure, iter([Value(None, x) for x in row]), as_given) for row in rows]


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
            f"{function.__name__} of a list that grows in a loop takes the list and an axis; write"
            " np.stack(items, axis)"
        )
    return stacked(arrays, *args, **kwargs, plain=function is np.stack)
