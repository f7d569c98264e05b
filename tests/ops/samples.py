"""Op -> inputs that try it, and what its value must be; derived from the record where it can be.

An elementwise op needs nothing here but a reference for its value where the record names no
`exact`.  Any other op needs a row in `SHAPED`: a new one without a row fails the tests.
"""

from __future__ import annotations

import inspect
import itertools
import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import mpmath
import numpy as np

from autograph_lite.ops.index import numpy_index
from autograph_lite.ops.mathematics import LIBM
from autograph_lite.ops.record import Op, Scalar
from autograph_lite.ops.scalars import BOOLS, MOVES, ONE, SCALARS, SILENT, TESTS, TWO
from autograph_lite.ops.scalars import EXACT as EXACT_UFUNCS
from autograph_lite.tensors.scalar import OPERATORS
from autograph_lite_runtime import routines

FLOATS = ("float64", "float32")
EVERY = ("float64", "float32", "int64", "int32", "bool")


@dataclass(frozen=True, slots=True)
class Sample:
    """Arguments of one application; `smooth` where derivatives are compared with differences."""

    arrays: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    smooth: bool = False
    by: tuple[int, ...] | None = None  # inputs to differentiate by; None: every float input


# --- special values ------------------------------------------------------------------------------


def special(dtype: str) -> Any:
    """The values at which arithmetic goes wrong first."""
    if dtype == "bool":
        return np.array([False, True])
    if np.dtype(dtype).kind == "i":
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        values = [0, 1, -1, 2, 3, 7, -13, 31, 32, 63, 64, low, low + 1, high, high - 1]
        return np.array(values, dtype)
    info = np.finfo(dtype)
    least, tiny, most = info.smallest_subnormal, info.tiny, info.max
    values = [0.0, 1.0, 0.5, 2.0, 3.0, 0.1, 2.5, 7.25, 1e-3, 88.5, least, tiny, most, np.inf]
    return np.array([s * v for v in values for s in (1, -1)] + [np.nan], dtype)


def ordinary(dtype: str, shape: tuple[int, ...], domain: tuple[float, float], seed: int) -> Any:
    """Random values of the domain, away from its ends and from 0 (a kink of many)."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return rng.random(shape) < 0.5
    low, high = domain
    x = np.asarray(rng.uniform(low + 0.02, high - 0.02, shape))
    x = np.where(np.abs(x) < 0.05, 0.4 * high, x)
    if np.dtype(dtype).kind == "i":
        return np.asarray(np.rint(3 * x)).astype(dtype)
    return x.astype(dtype)


# --- elementwise ops -----------------------------------------------------------------------------


ALIKE = frozenset(["either", "accumulate", "arrive", "arrive_blank"])
"""Ops whose operands have one shape."""


def elementwise(op: Op) -> bool:
    return isinstance(op.body, Scalar) and op.name not in NUMBERS


def arity(op: Op) -> int:
    assert isinstance(op.body, Scalar)
    if callable(op.body.text):
        return len(inspect.signature(op.body.text).parameters)
    given = {"zeros_like": 1, "choose": 2}.get(op.name)
    return given or len(set(re.findall(r"\b[xyzw]\b", op.body.text)))


def operand_dtypes(op: Op, dtype: str) -> tuple[str, ...]:
    """The dtypes of the operands: one, but for a condition in front, or two behind."""
    if op.name.startswith("arrive"):
        return (dtype, dtype, "bool", "bool")
    if op.name in ("where", "choose", "either"):
        return ("bool",) + (dtype,) * (arity(op) - 1)
    return (dtype,) * arity(op)


def elementwise_samples(op: Op) -> Iterator[Sample]:
    conditional = op.name in ("where", "choose", "either")
    for dtype in op.dtypes[1:] if conditional else op.dtypes:
        for params in ({"dtype": d} for d in EVERY) if op.name == "cast" else ({},):
            yield from _elementwise(op, operand_dtypes(op, dtype), dict(params))


def _elementwise(op: Op, dtypes: tuple[str, ...], params: dict[str, Any]) -> Iterator[Sample]:
    grids = [special(d) for d in dtypes]
    crossed = [np.ravel(g) for g in np.meshgrid(*grids, indexing="ij")]
    if op.name == "integer_power":
        crossed[1] = np.abs(crossed[1]) % 40
    yield Sample(tuple(crossed), params)
    if op.name == "integer_power":
        return
    yield Sample(tuple(np.asarray(x[-1]) for x in crossed), params)
    yield Sample(tuple(x[:0] for x in crossed), params)
    yield Sample(tuple(x[1:2] for x in crossed), params)
    smooth = all(d in ("float64", "bool") for d in dtypes) and params.get("dtype") != "float32"
    for n, shapes in enumerate(_shapes(len(dtypes))):
        if op.name in ALIKE and n:
            continue
        xs = [
            ordinary(d, s, op.domain, 7 * n + i)
            for i, (d, s) in enumerate(zip(dtypes, shapes, strict=True))
        ]
        by = (0,) if op.name == "power_number" else None
        yield Sample(tuple(xs), params, smooth, by)


def _shapes(count: int) -> list[tuple[tuple[int, ...], ...]]:
    """One shape for all, then shapes that broadcast."""
    same: list[tuple[tuple[int, ...], ...]] = [((23,),) * count]
    if count == 1:
        return [*same, ((2, 3),)]
    if count > 3:
        return same
    other = tuple(((2, 1), (3,), (1, 3))[:count])
    return [*same, other, tuple(((), (4,), (4,))[:count])]


# --- references ----------------------------------------------------------------------------------


def _maximum(x: Any, y: Any) -> Any:
    """+0 wins over -0, whatever the order; NumPy leaves that open."""
    out = np.maximum(x, y)
    return np.where((x == 0) & (y == 0), x + y, out).astype(out.dtype)


def _minimum(x: Any, y: Any) -> Any:
    out = np.minimum(x, y)
    return np.where((x == 0) & (y == 0), -(-x - y), out).astype(out.dtype)


EXACT: dict[str, Callable[..., Any]] = {
    "maximum": _maximum,
    "minimum": _minimum,
    "sign": np.sign,
    "arrive": lambda x, y, a, b: np.where(a & b, x + y, np.where(b, y, x)),
    "arrive_blank": lambda x, y, *arrived: x + y,
    "same_shape": lambda a, b: a.shape == b.shape,
    "getitem": lambda x, *dynamic, spec: x[numpy_index(spec, dynamic)],
    "setitem": lambda x, v, *dynamic, spec: _written(x, v, *dynamic, spec=spec),
    "index_add": lambda x, g, *dynamic, spec: _added_where(x, g, True, *dynamic, spec=spec),
    "index_add_where": lambda x, *more, spec: _added_where(x, *more, spec=spec),
    "expand_dims": lambda x, *, axes: np.expand_dims(x, axes),
    "left_shift": np.left_shift,
    "right_shift": np.right_shift,
    "either": np.where,
    "remainder": np.remainder,
    "floor_divide": np.floor_divide,
    "max": lambda x, *, axes: np.max(x, axis=axes),
    "min": lambda x, *, axes: np.min(x, axis=axes),
    "any": lambda x, *, axes: np.any(x, axis=axes),
    "all": lambda x, *, axes: np.all(x, axis=axes),
    "weak": lambda x, *, dtype: np.asarray(x).astype(dtype),
    "number": lambda x, *, dtype: np.asarray(x).astype(dtype),
    "np_scalar": lambda x, *, dtype: np.asarray(x).astype(dtype),
    "position": lambda k, start, step: start + k * step,
    "cell_followed": lambda found, holds, theirs: theirs if holds and theirs >= 0 else found,
    "range_length": lambda *r: np.int64(len(range(*map(int, r)))),
}
"""The value in every bit; ops with `exact` in the record need no row."""

MPMATH: dict[str, Callable[..., Any]] = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "arctan2": mpmath.atan2,
    "arcsinh": mpmath.asinh,
    "arccosh": mpmath.acosh,
    "arctanh": mpmath.atanh,
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "log10": mpmath.log10,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "expit": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "erf": mpmath.erf,
    "hypot": mpmath.hypot,
    "power": mpmath.power,
    "power_number": mpmath.power,
}
"""The value within 4 units in the last place, 1 where the function is ours."""

NEAR: dict[str, Callable[..., Any]] = {
    "sum": lambda x, *, axes: np.sum(_wide(x), axis=axes),
    "prod": lambda x, *, axes: np.prod(_wide(x), axis=axes),
    "products_before": lambda x, *, count: _by_rows(_products, count, x),
    "carried": lambda a, b, *, count: _by_rows(_recurrence, count, a, b),
    "matmul": lambda a, b: _wide(a) @ _wide(b),
    "inner": lambda a, b: np.dot(_wide(a), _wide(b)),
    "unbroadcast": lambda g, x: _summed_to(_wide(g), x.shape),
}
"""The value up to the rounding of sums; exactly for integers."""


def _by_rows(function: Callable[..., Any], count: int, *xs: Any) -> Any:
    """A function of sequences, on each row of the last axes."""
    n = int(np.prod(xs[0].shape[xs[0].ndim - count :]))
    rows = zip(*(_wide(x).reshape(-1, n) for x in xs), strict=True)
    return np.array([function(*row) for row in rows]).reshape(xs[0].shape)


def _products(x: Any) -> Any:
    return [np.prod(x[:k]) for k in range(len(x))]


def _recurrence(a: Any, b: Any) -> Any:
    """Sums of products; nothing times infinity is nothing."""
    terms = lambda k: [b[i] * np.prod(a[i + 1 : k]) for i in range(k) if b[i] != 0]
    return [sum(terms(k)) for k in range(len(a))]


def _wide(x: Any) -> Any:
    return x.astype(np.longdouble) if x.dtype.kind == "f" else x


def _summed_to(g: Any, shape: tuple[int, ...]) -> Any:
    g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    repeated = tuple(i for i, e in enumerate(shape) if e == 1 and g.shape[i] != 1)
    return np.sum(g, axis=repeated, keepdims=True)


UFUNCS = (*ONE, *TWO, *SILENT, *EXACT_UFUNCS, *MOVES, *TESTS, *BOOLS)


def _ufunc(name: str) -> Any:
    return np._core.umath.clip if name == "clip" else getattr(np, name)


def _of_numpy(function: Callable[..., Any], *numbers: Any) -> Any:
    """What NumPy gives of numbers, as a number."""
    with np.errstate(all="ignore"):
        found = function(*numbers)
    return found[0].item() if isinstance(found, tuple) else found.item()


def _of_scalars(function: Callable[..., Any], *numbers: Any) -> Any:
    return _of_numpy(function, *map(np.float64, numbers))


PYTHON: dict[str, Callable[..., Any]] = {
    "py_add": operator.add,
    "py_subtract": operator.sub,
    "py_multiply": operator.mul,
    "py_negative": operator.neg,
    "py_absolute": abs,
    "py_truediv": operator.truediv,
    "py_truediv_integer": operator.truediv,
    "py_floordiv": operator.floordiv,
    "py_floordiv_integer": operator.floordiv,
    "py_mod": operator.mod,
    "py_mod_integer": operator.mod,
    "py_power": operator.pow,
    "py_power_integer": operator.pow,
    "py_and": operator.and_,
    "py_or": operator.or_,
    "py_xor": operator.xor,
    "py_left_shift": operator.lshift,
    "py_right_shift": operator.rshift,
    "py_minimum": min,
    "py_maximum": max,
    "py_equal": operator.eq,
    "py_not_equal": operator.ne,
    "py_less": operator.lt,
    "py_less_equal": operator.le,
    "py_greater": operator.gt,
    "py_greater_equal": operator.ge,
    "py_order": lambda n, x: float(n) - x or float((n > x) - (n < x)),
    "py_not": operator.not_,
    "py_float": float,
    "py_bool": bool,
    "py_int": int,
    "py_rint": lambda x: float(np.rint(x)),
    "py_power_modulo": pow,
    **{f"py_math_{name}": routines.function(name) for name in LIBM},
    "py_math_copysign": math.copysign,
    "py_math_sqrt": lambda x: math.nan if x < 0 else math.sqrt(x),
    "py_math_floor": lambda x: float(np.floor(x)),
    "py_math_ceil": lambda x: float(np.ceil(x)),
    "py_math_trunc": lambda x: float(np.trunc(x)),
    "py_math_isfinite": math.isfinite,
    "py_math_isinf": math.isinf,
    "py_math_undefined": lambda x, *args: math.isnan(x) and not any(map(math.isnan, args)),
    "py_math_infinite": lambda x, *args: math.isinf(x) and all(map(math.isfinite, args)),
    "py_math_pole": lambda x, y, z: math.isinf(x) and y == 0 and math.isfinite(z),
    **{f"np_{name}": partial(_of_numpy, _ufunc(name)) for name in UFUNCS},
    **{f"np_scalar_{name}": partial(_of_scalars, OPERATORS.get(name, divmod)) for name in SCALARS},
    "np_divmod": lambda x, y: _of_numpy(np.divmod, x, y),
    "np_divmod_rest": lambda x, y: _of_numpy(np.remainder, x, y),
    "np_scalar_divmod_rest": lambda x, y: _of_scalars(operator.mod, x, y),
}
"""What Python gives, and NumPy of numbers, errors included."""

NUMBERS = frozenset(
    [*PYTHON, "np_scalar", "weak", "number", "position", "range_length", "cell_followed"]
)
LISTS = "empty append put pop copy filled size item pack".split()
CELLS = "cells_empty cells_copy cells_import cell_keep cell_read cell_name".split()
REGIONS = frozenset(
    [
        *"loop if call custom print fail hold constant filler void every conform".split(),
        *(f"list_{name}" for name in LISTS),
        *CELLS,
    ]
)
"""Control flow, effects, lists that grow: tried by whole programs, not by one node."""


# --- ops of shapes -------------------------------------------------------------------------------


def _ramp(dtype: str, *shape: int) -> Any:
    return ordinary(dtype, shape, (-2.0, 2.0), sum(shape) + len(shape))


def _index_samples(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """(arrays before the index's own, as a function of the value read) -> see `_read` and `_write`."""
    i64 = lambda *v: np.array(v, np.int64)
    scalar = lambda v: np.int64(v)
    mask = np.array([True, False, True, True])
    yield (_ramp(dtype, 4),), {"spec": (("int", 1),)}
    yield (_ramp(dtype, 4),), {"spec": (("int", -1),)}
    yield (_ramp(dtype, 4), scalar(-4)), {"spec": (("int", None),)}
    yield (_ramp(dtype, 4), scalar(2)), {"spec": (("int", None),)}
    yield (_ramp(dtype, 3, 4), scalar(1)), {"spec": (("int", None), ("slice", 1, "", 2))}
    yield (_ramp(dtype, 5),), {"spec": (("slice", "", "", -1),)}
    yield (_ramp(dtype, 5),), {"spec": (("slice", 3, 3, ""),)}
    yield (_ramp(dtype, 6), scalar(1), scalar(5)), {"spec": (("slice", None, None, ""),)}
    yield (_ramp(dtype, 2, 3),), {"spec": (("new",), ("slice", "", "", ""), ("int", 0))}
    yield (_ramp(dtype, 4), i64(0, 3, -1, 0)), {"spec": (("array",),)}
    yield (_ramp(dtype, 4, 2), i64(2, 0, 2)), {"spec": (("array",),)}
    yield (_ramp(dtype, 4), mask), {"spec": (("mask", 1),)}
    part = ("slice", 1, "", "")
    yield (_ramp(dtype, 4, 3), mask), {"spec": (("mask", 1), part)}
    yield (_ramp(dtype, 3, 4), mask), {"spec": (("slice", "", -1, ""), ("mask", 1))}
    yield (_ramp(dtype, 4, 3), i64(2, -1, 2)), {"spec": (("array",), part)}
    yield (_ramp(dtype, 4, 3), i64(2, 0)), {"spec": (part, ("array",))}
    yield (_ramp(dtype, 3, 4, 3), i64(1, 1)), {"spec": (part, ("array",), ("slice", "", "", -2))}
    yield (_ramp(dtype, 4, 3), i64(2, 0)), {"spec": (("new",), ("array",), part)}


def _read(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    yield from _index_samples(dtype)


def _write(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for (x, *dynamic), params in _index_samples(dtype):
        read = np.asarray(x[numpy_index(params["spec"], tuple(dynamic))])
        yield (x, _ramp(dtype, *read.shape), *dynamic), params
    yield (_ramp(dtype, 3, 2), _ramp(dtype, 2)), {"spec": (("slice", 1, "", ""),)}


def _add(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for (x, *dynamic), params in _index_samples(dtype):
        read = np.asarray(x[numpy_index(params["spec"], tuple(dynamic))])
        yield (x, _ramp(dtype, *read.shape), *dynamic), params


def _add_where(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for (x, g, *dynamic), params in _add(dtype):
        yield (x, g, np.bool_(True), *dynamic), params
    yield (_ramp(dtype, 4), _ramp(dtype), np.bool_(False), np.int64(9)), {"spec": (("int", None),)}


def _written(x: Any, v: Any, *dynamic: Any, spec: Any) -> Any:
    out = np.copy(x)
    out[numpy_index(spec, dynamic)] = v
    return out


def _added_where(x: Any, g: Any, where: Any, *dynamic: Any, spec: Any) -> Any:
    out = np.copy(x)
    if where:
        np.add.at(out, numpy_index(spec, dynamic), g)
    return out


def _along(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Reductions: every axis, no element, one element, more than one block of the sum."""
    yield (_ramp(dtype, 2500),), {"axes": (0,)}
    yield (_ramp(dtype, 5),), {"axes": (0,)}
    yield (_ramp(dtype, 1),), {"axes": (0,)}
    yield (_ramp(dtype, 3, 4),), {"axes": (0,)}
    yield (_ramp(dtype, 3, 4),), {"axes": (1,)}
    yield (_ramp(dtype, 2, 3, 2),), {"axes": (0, 2)}
    yield (_ramp(dtype, 2, 3),), {"axes": (0, 1)}


def _foldable(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    yield from _along(dtype)
    yield (_ramp(dtype, 0),), {"axes": (0,)}
    yield (_ramp(dtype, 0, 3),), {"axes": (0,)}


def _short(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """As `_foldable`, with few elements: products stay finite."""
    for arrays, params in _foldable(dtype):
        if arrays[0].size < 100:
            yield arrays, params


def _extremes(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    yield from _along(dtype)
    if np.dtype(dtype).kind == "f":
        values = special(dtype)
        yield (values,), {"axes": (0,)}
        yield (values[values != np.inf].reshape(-1, 2)[:-1],), {"axes": (1,)}


def _axis(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    yield (_ramp(dtype, 6),), {"axis": 0}
    yield (_ramp(dtype, 1),), {"axis": 0}
    yield (_ramp(dtype, 3, 4),), {"axis": 0}
    yield (_ramp(dtype, 3, 4),), {"axis": 1}
    if np.dtype(dtype).kind == "f":
        yield (special(dtype),), {"axis": 0}
        yield (special(dtype)[:-1].reshape(4, -1),), {"axis": 1}
    yield (np.array([2, 5, 5, 1, 1], dtype),), {"axis": 0}
    yield (np.array([-0.0, -0.0, 1.0], dtype),), {"axis": 0}


def _rows(*rows: tuple[tuple[tuple[int, ...], ...], dict[str, Any]]) -> Callable[[str], Any]:
    """Samples of the given shapes."""

    def make(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        for shapes, params in rows:
            yield tuple(_ramp(dtype, *s) for s in shapes), params

    return make


def _dims(*rows: tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]) -> Callable[[str], Any]:
    """One array, then scalar extents."""

    def make(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
        for shape, extents, params in rows:
            yield (_ramp(dtype, *shape), *map(np.int64, extents)), params

    return make


def _parts(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    for index in (0, 1):
        yield (
            (_ramp(dtype, 5, 2), _ramp(dtype, 2, 2), _ramp(dtype, 3, 2)),
            {"axis": 0, "index": index},
        )
    yield (_ramp(dtype, 2, 3), _ramp(dtype, 2, 0), _ramp(dtype, 2, 3)), {"axis": 1, "index": 1}


def _carried(dtype: str) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    yield (_ramp(dtype, 2, 4), _ramp(dtype, 2, 4)), {"count": 1}
    yield (_ramp(dtype, 2, 3), _ramp(dtype, 2, 3)), {"count": 2}
    yield (np.array([2.0, np.inf, 3.0], dtype), np.array([0.0, 2.0, 1.0], dtype)), {"count": 1}


SHAPED: dict[str, Callable[[str], Any]] = {
    "getitem": _read,
    "setitem": _write,
    "index_add": _add,
    "index_add_where": _add_where,
    "same_shape": _rows((((2, 3), (2, 3)), {}), (((2, 1), (2, 3)), {}), (((0,), (4,)), {})),
    "matmul": _rows((((3, 4), (4, 2)), {}), (((1, 5), (5, 1)), {}), (((2, 0), (0, 3)), {})),
    "inner": _rows((((5,), (5,)), {}), (((1,), (1,)), {}), (((0,), (0,)), {})),
    "reshape": _dims(
        ((2, 6), (), {"shape": (3, 4)}),
        ((2, 6), (4,), {"shape": (None, -1)}),
        ((1,), (), {"shape": ()}),
        ((0, 3), (), {"shape": (3, 0)}),
    ),
    "reshape_like": _rows((((2, 3), (6,)), {}), (((6,), (3, 2)), {})),
    "transpose": _rows((((2, 3),), {"axes": (1, 0)}), (((2, 3, 4),), {"axes": (1, 2, 0)})),
    "expand_dims": _rows((((3,),), {"axes": (0,)}), (((2, 3),), {"axes": (0, 3)})),
    "squeeze": _rows((((1, 3),), {"axes": (0,)}), (((2, 1, 1),), {"axes": (1, 2)})),
    "as_kind": _rows((((2, 3),), {"kind": "ag"}), (((0,),), {"kind": "ag"})),
    "flip": _rows(
        (((4,),), {"axes": (0,)}), (((2, 3),), {"axes": (1,)}), (((0,),), {"axes": (0,)})
    ),
    "broadcast_to": _dims(
        ((3,), (2,), {"shape": (None, 3)}),
        ((1, 3), (), {"shape": (4, 3)}),
        ((), (), {"shape": (2, 2)}),
    ),
    "unbroadcast": _rows(
        (((2, 3), (3,)), {}), (((2, 3), (2, 1)), {}), (((4,), ()), {}), (((0, 2), (2,)), {})
    ),
    "broadcast_like": _rows((((3,), (2, 3)), {}), (((2, 1), (2, 3)), {}), (((), (4,)), {})),
    "concatenate": _rows((((2, 3), (1, 3)), {"axis": 0}), (((2, 1), (2, 0), (2, 2)), {"axis": 1})),
    "part": _parts,
    "dim": _rows((((2, 3),), {"axis": 1}), (((0,),), {"axis": 0})),
    "iota": lambda dtype: iter([((np.int64(n),), {}) for n in (0, 1, 5)]),
    "sum": _foldable,
    "prod": _short,
    "max": _extremes,
    "min": _extremes,
    "any": _foldable,
    "all": _foldable,
    "spread": _rows(
        (((), (3,)), {"axes": (0,)}),
        (((2,), (2, 3)), {"axes": (1,)}),
        (((3,), (2, 3, 2)), {"axes": (0, 2)}),
    ),
    "products_before": _rows((((2, 4),), {"count": 1}), (((2, 3),), {"count": 2})),
    "carried": _carried,
    "argmax": _axis,
    "argmin": _axis,
    "cumsum": _axis,
}


def shaped_samples(op: Op) -> Iterator[Sample]:
    for dtype in op.dtypes:
        for arrays, params in SHAPED[op.name](dtype):
            small = dtype == "float64" and 0 < arrays[0].size < 100
            tame = all(np.all(np.abs(np.asarray(a, float)) < 1e3) for a in arrays)
            yield Sample(tuple(arrays), params, small and tame)


# --- Python numbers ------------------------------------------------------------------------------


def number_samples(op: Op) -> Iterator[Sample]:
    """Scalars of the dtypes that Python's operator would be used with."""
    if op.name in ("weak", "number", "np_scalar"):
        for x, dtype in itertools.product(special("float64"), FLOATS):
            yield Sample((x,), {"dtype": dtype})
    elif op.name == "position":
        yield from (Sample(tuple(map(np.int64, v))) for v in ((0, 3, 2), (5, -1, -3), (4, 0, 0)))
    elif op.name == "cell_followed":
        for found, holds, theirs in itertools.product((-1, 4), (False, True), (-1, 0, 7)):
            yield Sample((np.int64(found), np.bool_(holds), np.int64(theirs)))
    elif op.name == "py_order":
        edges = [2**53 + 1, 2**63 - 1, -(2**63), -(2**53) - 1]
        ints = [*special("int64"), *map(np.int64, edges)]
        floats = [*special("float64"), *map(np.float64, (2.0**53, 2.0**63, -(2.0**63), 2.0**62))]
        yield from map(Sample, itertools.product(ints, floats))
    elif op.name == "range_length":
        ends = ((0, 5, 1), (5, 0, -2), (0, 5, -1), (3, 3, 1), (-7, 8, 4), (0, 2**62, 3))
        yield from (Sample(tuple(map(np.int64, v))) for v in ends)
    else:
        for dtype in _number_dtypes(op):
            values = special(dtype)
            for pair in itertools.product(values, repeat=arity(op)):
                if op.name == "py_power_modulo" and -(2**63) in pair[1:]:
                    continue  # whose absolute values do not fit
                if op.name not in ("py_power_integer", "py_left_shift") or -5 < pair[1] < 70:
                    yield Sample(pair)


def _number_dtypes(op: Op) -> tuple[str, ...]:
    if op.name.endswith("_integer"):
        return ("int64",)
    floats = ("py_floordiv", "py_mod", "py_power", "py_int")  # int(k) of an int is k itself
    return ("float64",) if op.name in floats else op.dtypes


def samples(op: Op) -> list[Sample]:
    """Every sample of an op; KeyError for an op that nobody has said how to try."""
    if op.name in NUMBERS:
        return list(number_samples(op))
    if elementwise(op):
        return list(elementwise_samples(op))
    return list(shaped_samples(op))
