"""What goes into a transformed function: tensors of their own for what is differentiated.

Plain numbers and arrays go in, and come out (`plain`) where nobody records the result, so that
`scipy.optimize.minimize(value_and_grad(f), x0, jac=True)` needs no adapter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any

from autograph_lite.errors import GradientError, GraphTypeError
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.dispatch import f as ops
from autograph_lite.tensors.boxes import as_value, call, staging, value_of, wrap
from autograph_lite.tensors.number import Number, kind_name
from autograph_lite.tensors.operators import strong
from autograph_lite.tensors.plain_array import UNTOUCHED
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tags import either
from autograph_lite.tensors.tensor import ArrayLike, Tensor
from autograph_lite.transforms.chosen import Function, Passed, Place, name_of, name_of_argument

NAMES = ("__name__", "__qualname__", "__doc__")  # not __module__: the wrapper is ours


class Entered:
    """The arguments of `f` as it gets them; those at `places` are made of `sources`, one nest each."""

    def __init__(self, f: Function, places: Sequence[Place], passed: Passed) -> None:
        self.f, self.places = f, places
        self.passed = Passed(*rebuild((passed.args, passed.kwargs), as_entered))
        self.sources = []
        for place in places:
            self.sources.append(rebuild(self.passed[place], partial(source_of, f, place)))
            self.passed[place] = rebuild(self.sources[-1], argument_of)

    def call(self) -> Any:
        """What `f` returns."""
        try:
            return call(self.f, *self.passed.args, **self.passed.kwargs)
        except ValueError as error:
            own = error.__cause__  # of what NumPy could not take, it tells itself only that
            if not isinstance(own, GradientError) or isinstance(error, GradientError):
                raise
            raise own.with_traceback(error.__traceback__) from None


def as_entered(leaf: Any) -> Any:
    """Arrays and NumPy scalars become tensors at the entry, as for a compiled function."""
    return wrap(strong(leaf)) if isinstance(leaf, UNTOUCHED) else leaf


def source_of(f: Function, place: Place, leaf: Any) -> Any:
    """A tensor of its own, so that it is a source even where the same tensor is passed twice."""
    if isinstance(leaf, Number) and leaf.dtype == "float64":
        return Tensor(ops.weak(value_of(leaf), dtype="float64"))
    if isinstance(leaf, Number):
        raise GradientError(
            f"{name_of_argument(f, place)} is {leaf.dtype}; gradients need a float input"
        )
    if isinstance(leaf, ArrayLike | float | int | list):
        value = as_value(leaf)
        if not value.type.differentiable:
            name = name_of_argument(f, place)
            raise GradientError(f"{name} is {value.type.dtype}; gradients need a float input")
        return Tensor(ops.copy(value))
    raise GraphTypeError(
        f"{name_of_argument(f, place)} is a {kind_name(leaf)}; gradients need a float input: a number, an"
        " array, a tensor, or tuples, lists and dicts of them"
    )


def directions_of(likes: Any, given: Any) -> Any:
    """Tangents or cotangents as they are given; NumPy's integers, with which scipy tries what a linear operator
    gives, as floats like what they belong to."""
    dtypes = chain((getattr(like, "dtype", "float64") for like in leaves(likes)), repeat("float64"))

    def as_float(one: Any) -> Any:
        dtype = next(dtypes)
        return one.astype(dtype) if isinstance(one, UNTOUCHED) and one.dtype.kind in "iu" else one

    return rebuild(given, as_float)


def argument_of(source: Any) -> Any:
    """What `f` gets: writing into it leaves the source as it was."""
    value = value_of(source)
    value.pinned = True
    return Tensor(value)


def parted(out: Any, has_aux: bool) -> tuple[Any, Any]:
    if not has_aux:
        return out, None
    if not isinstance(out, tuple) or len(out) != 2:
        raise GradientError("with has_aux the function returns a pair: (scalar, anything)")
    return out


def result_value(leaf: Any, what: str) -> Value:
    """A result as a value; where only the run knows whether it is a number or a tensor, either."""
    value: Value = either(leaf) if isinstance(leaf, Tagged) else strong(leaf, None, what)
    return value


def is_compiled(f: Function) -> bool:
    return getattr(type(f), "is_compiled", False)


def by_kernel(f: Function, key: Any, run: Function, *args: Any) -> Any:
    """`run(*args)`, where `run` calls `f`: of a compiled function one kernel, made once for the same key,
    unless somebody records the result."""
    if not is_compiled(f) or staging() or context.tapes:
        return run(*args)
    compiled: Any = f
    if key not in compiled.derived:
        run.__name__ = name_of(f)
        compiled.derived[key] = type(compiled)(run)
    return compiled.derived[key](*args)
