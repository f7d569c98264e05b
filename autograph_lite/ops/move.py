"""Moves: the same elements in another arrangement.  Bits cannot change, so eager mode uses NumPy's.

A new shape that depends on values arrives as scalar int64 inputs: in `shape`, an int is itself, None
is the next such input, -1 is what remains.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from autograph_lite.errors import ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Extent, Symbol, Type, py, same_shape, tensor
from autograph_lite.ops.dispatch import constant, context, f
from autograph_lite.ops.elementwise import NUMERIC
from autograph_lite.ops.record import Constant, Linear, Op, Structural, register
from autograph_lite.ops.shapes import normal_axis, text

Template = tuple[int | None, ...]
_VIEW = Structural("a view: extents and strides change, nothing moves")


def _extents(shape: Template) -> tuple[Extent, ...]:
    return tuple(Symbol() if e is None or e == -1 else e for e in shape)


def _filled(shape: Template, dims: tuple[Any, ...]) -> tuple[int, ...]:
    rest = iter(dims)
    return tuple(int(next(rest)) if e is None else e for e in shape)


def _reshape_types(x: Type, *dims: Type, shape: Template) -> tuple[Type]:
    if all(isinstance(e, int) for e in x.shape) and not dims:
        size = math.prod(e for e in x.shape if isinstance(e, int))
        rest = math.prod(e for e in shape if e is not None and e != -1)
        if -1 in shape and rest > 0 and size % rest == 0:
            shape = tuple(size // rest if e == -1 else e for e in shape)
        elif -1 in shape or rest != size:
            raise ShapeError(f"cannot reshape array of size {size} into shape {text(shape)}")
    elif shape == (-1,) and x.rank == 1:
        return (x,)
    return (tensor(x.dtype, _extents(shape)),)


register(
    Op(
        "reshape",
        _reshape_types,
        _VIEW,
        Linear(lambda g, x, *dims, out, shape: (f.reshape_like(g, x), *(None for _ in dims))),
        exact=lambda x, *dims, shape: np.reshape(x, _filled(shape, dims)),
        faults=True,
        dtypes=NUMERIC,
    )
)
register(
    Op(
        "reshape_like",
        lambda x, like: (tensor(x.dtype, like.shape),),
        _VIEW,
        Linear(lambda g, x, like, out: (f.reshape_like(g, x), None)),
        exact=np.reshape,
        shape_only=(1,),
    )
)


def _transpose_vjp(g: Value, x: Value, out: Value, *, axes: tuple[int, ...]) -> tuple[Value]:
    return (f.transpose(g, axes=tuple(np.argsort(axes).tolist())),)


register(
    Op(
        "transpose",
        lambda x, *, axes: (tensor(x.dtype, tuple(x.shape[a] for a in axes)),),
        _VIEW,
        Linear(_transpose_vjp),
        exact=lambda x, *, axes: np.transpose(x, axes),
        dtypes=NUMERIC,
    )
)


def _expand_types(x: Type, *, axes: tuple[int, ...]) -> tuple[Type]:
    rest = iter(x.shape)
    return (
        tensor(x.dtype, tuple(1 if i in axes else next(rest) for i in range(x.rank + len(axes)))),
    )


def _squeeze_types(x: Type, *, axes: tuple[int, ...]) -> tuple[Type]:
    if any(isinstance(x.shape[a], int) and x.shape[a] != 1 for a in axes):
        raise ShapeError("cannot select an axis to squeeze out which has size not equal to one")
    return (tensor(x.dtype, tuple(e for i, e in enumerate(x.shape) if i not in axes)),)


register(
    Op(
        "expand_dims",
        _expand_types,
        _VIEW,
        Linear(lambda g, x, out, *, axes: (f.squeeze(g, axes=axes),)),
        dtypes=NUMERIC,
    )
)
register(
    Op(
        "squeeze",
        _squeeze_types,
        _VIEW,
        Linear(lambda g, x, out, *, axes: (f.expand_dims(g, axes=axes),)),
        exact=lambda x, *, axes: np.squeeze(x, axes),
        dtypes=NUMERIC,
    )
)
register(
    Op(
        "as_kind",  # a row of a plain array as a tensor, and the other way round
        lambda x, *, kind: (replace(x, kind=kind),),
        _VIEW,
        Constant("a plain array has no gradient"),
        exact=lambda x, *, kind: x,
        dtypes=NUMERIC,
    )
)
register(
    Op(
        "flip",
        lambda x, *, axes: (x,),
        _VIEW,
        Linear(lambda g, x, out, *, axes: (f.flip(g, axes=axes),)),
        exact=lambda x, *, axes: np.flip(x, axes),
        dtypes=NUMERIC,
    )
)


def _broadcast_types(x: Type, *dims: Type, shape: Template) -> tuple[Type]:
    del dims
    target = shape[len(shape) - x.rank :]
    fits = len(shape) >= x.rank and all(
        not isinstance(a, int) or b is None or a in (1, b)
        for a, b in zip(x.shape, target, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"could not broadcast input array from shape {text(x.shape)} into shape {text(_extents(shape))}"
        )
    return (tensor(x.dtype, _extents(shape)),)


register(
    Op(
        "broadcast_to",
        _broadcast_types,
        _VIEW,
        Linear(lambda g, x, *dims, out, shape: (summed(g, x), *(None for _ in dims))),
        exact=lambda x, *dims, shape: np.broadcast_to(x, _filled(shape, dims)).copy(),
        faults=True,
        dtypes=NUMERIC,
    )
)


def _same_shape(a: Any, b: Any) -> Any:
    return np.bool_(a == b)


# Whether two arrays have the same extents.
register(
    Op(
        "same_shape",
        lambda a, b: (tensor("bool"),),
        Structural("compares extents"),
        Constant("it is a bool"),
        exact=_same_shape,
        identity=lambda known, a, b: True if same_shape(a.type.shape, b.type.shape) else None,
        shape_only=(0, 1),
    )
)

# Of operands that do not broadcast, the error alone.
register(
    Op(
        "conform",
        lambda *operands: (),
        Structural("compares extents"),
        Constant("it has no result"),
        effect=True,
        shape_only=tuple(range(64)),
    )
)


def _unbroadcast_vjp(ct: Value, g: Value, x: Value, out: Value) -> tuple[Value, None]:
    return repeated(ct, g), None


def summed(g: Value, x: Value) -> Value:
    """`g` in the shape of `x`: g itself where they are equal, else summed over the axes along which x
    was repeated."""
    return g if same_shape(g.type.shape, x.type.shape) else _linked(f.unbroadcast(g, x), g, x)


def repeated(x: Value, like: Value) -> Value:
    """`x` in the shape of `like`: itself where they are equal, else repeated."""
    if same_shape(x.type.shape, like.type.shape):
        return x
    return _linked(f.broadcast_like(x, like), x, like)


def _linked(out: Value, x: Value, like: Value) -> Value:
    """While staging, equal shapes may turn out only when the kernel runs: then `out` is `x`."""
    builder: Any = context.interpreter
    if out is not x and out.data is None and x.type.rank == like.type.rank:
        builder.link(out, x, f.same_shape(x, like))
    return out


# The sum of `g` over the axes along which `x` was repeated to the shape of `g`.
register(
    Op(
        "unbroadcast",
        lambda g, x: (tensor(g.dtype, x.shape),),
        Structural("a reduction over the axes that differ when it runs; else nothing"),
        Linear(_unbroadcast_vjp),
        shape_only=(1,),
    )
)
register(
    Op(
        "broadcast_like",
        lambda x, like: (tensor(x.dtype, like.shape),),
        _VIEW,
        Linear(lambda g, x, like, out: (summed(g, x), None)),
        exact=lambda x, shape: np.broadcast_to(x, shape).copy(),
        shape_only=(1,),
    )
)


def _concatenate_types(*xs: Type, axis: int) -> tuple[Type]:
    axis = normal_axis(axis, xs[0].rank)
    along = [x.shape[axis] for x in xs]
    total: Extent = sum(along) if all(isinstance(e, int) for e in along) else Symbol()  # type: ignore[arg-type]
    shape: list[Extent] = list(xs[0].shape)
    for position, x in enumerate(xs[1:], 1):
        for i, e in enumerate(x.shape):
            if i != axis and isinstance(e, int):
                if isinstance(shape[i], int) and shape[i] != e:
                    raise ShapeError(
                        "all the input array dimensions except for the concatenation axis must match"
                        f" exactly, but along dimension {i}, the array at index 0 has size {shape[i]}"
                        f" and the array at index {position} has size {e}"
                    )
                shape[i] = e
    shape[axis] = total
    return (tensor(xs[0].dtype, tuple(shape)),)


def _concatenate_vjp(g: Value, *xs: Value, out: Value, axis: int) -> tuple[Value, ...]:
    return tuple(f.part(g, *xs, axis=axis, index=i) for i in range(len(xs)))


register(
    Op(
        "concatenate",
        _concatenate_types,
        Structural("one block copied after the other"),
        Linear(_concatenate_vjp),
        exact=lambda *xs, axis: np.concatenate(xs, axis),
        faults=True,
        dtypes=NUMERIC,
    )
)


def _part_types(g: Type, *xs: Type, axis: int, index: int) -> tuple[Type]:
    del axis
    return (tensor(g.dtype, xs[index].shape),)


def _part(g: Any, *shapes: tuple[int, ...], axis: int, index: int) -> Any:
    start = sum(s[axis] for s in shapes[:index])
    where = (slice(None),) * axis + (slice(start, start + shapes[index][axis]),)
    return g[where]


def _part_vjp(
    ct: Value, g: Value, *xs: Value, out: Value, axis: int, index: int
) -> tuple[Value | None, ...]:
    blocks = [
        ct if i == index else f.broadcast_like(f.zeros_like(_corner(ct)), x)
        for i, x in enumerate(xs)
    ]
    return (f.concatenate(*blocks, axis=axis), *(None for _ in xs))


def _corner(ct: Value) -> Value:
    """A scalar of the dtype of `ct`."""
    return constant(0.0, ct.type.dtype)


# Block `index` of `g`, which has the shape of the concatenation of `xs`.
register(
    Op(
        "part",
        _part_types,
        _VIEW,
        Linear(_part_vjp),
        exact=_part,
        shape_only=tuple(range(1, 65)),
    )
)


def _dim_types(x: Type, *, axis: int) -> tuple[Type]:
    del x, axis
    return (py("int64"),)


DIM = register(
    Op(
        "dim",
        _dim_types,
        Structural("the extent of an axis"),
        Constant("it is an integer"),
        exact=lambda shape, *, axis: np.int64(shape[axis]),
        shape_only=(0,),
        counts=True,
    )
)


def _iota_types(n: Type, *, size: int | None = None) -> tuple[Type]:
    del n
    return (tensor("int64", (Symbol() if size is None else size,)),)


def _iota(n: Any, *, size: int | None = None) -> Any:
    del size
    if n < 0:
        raise ShapeError("negative dimensions are not allowed")
    return np.arange(int(n))


# 0 to n - 1; `size` is n where that is known.
register(
    Op(
        "iota",
        _iota_types,
        Structural("the position along the axis"),
        Constant("it is an integer"),
        exact=_iota,
    )
)
