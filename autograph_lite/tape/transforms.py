"""`grad` and `value_and_grad`: functions -> functions, on the tape.

Plain numbers and arrays go in and come out where nobody records the result, so that
`scipy.optimize.minimize(value_and_grad(f), x0, jac=True)` needs no adapter.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.errors import GradientError, GraphTypeError
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.dispatch import f as ops
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.boxes import Box, as_value, call, staging, value_of, wrap
from autograph_lite.tensors.number import Number, kind_name
from autograph_lite.tensors.operators import strong
from autograph_lite.tensors.plain_array import UNTOUCHED
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tags import either
from autograph_lite.tensors.tensor import ArrayLike, Tensor

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]
_NAMES = ("__name__", "__qualname__", "__doc__")  # not __module__: the wrapper is ours


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns `(f(*args), gradient)`; with `has_aux`, `((value, aux), gradient)`.

    `f` returns a float scalar (and something else with `has_aux`).  `argnums` is the position of the
    argument to differentiate, or a tuple of positions, which gives a tuple of gradients.  A gradient has
    the structure, shapes and dtypes of its argument, and zeros where there is no connection.

    Raises GradientError for a position that is not there, an argument that is not of floats and a result
    that is no float scalar; GraphTypeError for an argument that is no number or array.

    Of a compiled function the result has `explain()` as the function has, of its own kernels.
    """
    positions = _positions(argnums)
    if getattr(type(f), "is_bound", False):
        return _of_method(f, positions, argnums, has_aux)
    if getattr(type(f), "is_compiled", False):
        return _derived(f, positions, argnums, has_aux)

    @functools.wraps(f, assigned=_NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        value, aux, gradients = _differentiate(f, positions, has_aux, args, kwargs)
        gradient = gradients if isinstance(argnums, tuple) else gradients[0]
        return ((value, aux) if has_aux else value), gradient

    return differentiated


def _of_method(f: Any, positions: tuple[int, ...], argnums: Argnums, has_aux: bool) -> Function:
    """Of a function that has an object as its first argument."""
    places = tuple(p + 1 if p >= 0 else p for p in positions)
    given = places if isinstance(argnums, tuple) else places[0]
    of_all = value_and_grad(f.__func__, given, has_aux)

    @functools.wraps(of_all, assigned=_NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        return of_all(f.__self__, *args, **kwargs)

    return differentiated


def _derived(f: Any, positions: tuple[int, ...], argnums: Argnums, has_aux: bool) -> Function:
    """Of a compiled function, made once for the same options: its kernels are compiled once."""
    key = positions, isinstance(argnums, tuple), has_aux
    if key not in f.derived:
        f.derived[key] = _compiled(f, positions, argnums, has_aux)
    found: Function = f.derived[key]
    return found


def _compiled(f: Any, positions: tuple[int, ...], argnums: Argnums, has_aux: bool) -> Function:
    """Of a compiled function: value and gradient together are one kernel."""

    def both(*args: Any, **kwargs: Any) -> Any:
        value, aux, gradients = _differentiate(f, positions, has_aux, args, kwargs)
        gradient = gradients if isinstance(argnums, tuple) else gradients[0]
        return ((value, aux) if has_aux else value), gradient

    both.__name__ = _name(f)
    kernel = type(f)(both, plain=not has_aux)

    @functools.wraps(f, assigned=_NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        if kernel.plain and not kwargs and (found := kernel.quickly(args)) is not kernel.miss:
            return found
        if context.tapes or staging() or _holds_tensor((args, kwargs)):
            return both(*args, **kwargs)
        value, gradient = kernel(*args, **kwargs)
        if has_aux:
            value = value[0]._value.data.item(), rebuild(value[1], _leave)
        if not isinstance(argnums, tuple):
            return value, _like(args[positions[0]], gradient)
        return value, tuple(_like(args[p], g) for p, g in zip(positions, gradient, strict=True))

    differentiated.explain = kernel.explain  # type: ignore[attr-defined]
    return differentiated


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns the gradient of `f`; with `has_aux`, `(gradient, aux)`.

    Arguments, gradients and errors are those of `value_and_grad`.
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f, assigned=_NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    if hasattr(both, "explain"):
        differentiated.explain = both.explain  # type: ignore[attr-defined]
    return differentiated


def stop_gradient(x: Any) -> Any:
    """The same value, or nest of values, through which no gradient passes."""
    return rebuild(x, _stopped)


def _stopped(x: Any) -> Any:
    if not isinstance(x, Box) or value_of(x).type.kind == "np":
        return x
    return (
        x.changed(ops.stop_gradient)
        if isinstance(x, Tagged)
        else wrap(ops.stop_gradient(value_of(x)))
    )


def _positions(argnums: Argnums) -> tuple[int, ...]:
    positions = argnums if isinstance(argnums, tuple) else (argnums,)
    for position in positions:
        if not isinstance(position, int | np.integer) or isinstance(position, bool):
            raise GradientError(f"argnums is {argnums!r}; a position or a tuple of them is needed")
    return tuple(int(p) for p in positions)


def _differentiate(
    f: Function, positions: tuple[int, ...], has_aux: bool, args: Any, kwargs: Any
) -> tuple[Any, Any, tuple[Any, ...]]:
    """Run `f` under a tape; plain results where nothing else follows them."""
    chosen = _chosen(f, positions, args)
    plain = not staging() and not context.tapes and not _holds_tensor((args, kwargs))
    entered = [rebuild(a, _entered) for a in args]
    sources = []
    for place in chosen:
        sources.append(rebuild(entered[place], functools.partial(_source, f, place)))
        entered[place] = rebuild(sources[-1], _argument_of)
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(sources)
        try:
            out = call(f, *entered, **{k: rebuild(v, _entered) for k, v in kwargs.items()})
        except ValueError as error:
            own = error.__cause__  # of what NumPy could not take, it tells itself only that
            if not isinstance(own, GradientError) or isinstance(error, GradientError):
                raise
            raise own.with_traceback(error.__traceback__) from None
    target, aux = _split(out, has_aux)
    value = _scalar(target)
    followed = target if isinstance(target, ArrayLike | Tagged) else wrap(value)
    gradients = tape.gradient(followed, sources, unconnected_gradients="zero")
    if not plain:
        return followed, aux, tuple(gradients)
    shaped = tuple(_like(args[p], g) for p, g in zip(chosen, gradients, strict=True))
    return _python(value), rebuild(aux, _leave), shaped


def _chosen(f: Function, positions: tuple[int, ...], args: Any) -> list[int]:
    for position in positions:
        if not -len(args) <= position < len(args):
            raise GradientError(
                f"argnums names argument {position}, but {_name(f)} was called with {len(args)}"
                " positional arguments"
            )
    return [p % len(args) for p in positions]


def _holds_tensor(nest: Any) -> bool:
    return any(isinstance(leaf, Box) for leaf in leaves(nest))


def _entered(leaf: Any) -> Any:
    """Arrays and NumPy scalars become tensors at the entry, as for a compiled function."""
    return wrap(strong(leaf)) if isinstance(leaf, UNTOUCHED) else leaf


def _source(f: Function, place: int, leaf: Any) -> Any:
    """A tensor of its own, so that it is a source even where the same tensor is passed twice."""
    if isinstance(leaf, Number) and leaf.dtype == "float64":
        return Tensor(ops.weak(value_of(leaf), dtype="float64"))
    if isinstance(leaf, Number):
        raise GradientError(f"{_argument(f, place)} is {leaf.dtype}; gradients need a float input")
    if isinstance(leaf, ArrayLike | float | int | list):
        value = as_value(leaf)
        if not value.type.differentiable:
            name = _argument(f, place)
            raise GradientError(f"{name} is {value.type.dtype}; gradients need a float input")
        return Tensor(ops.copy(value))
    raise GraphTypeError(
        f"{_argument(f, place)} is a {kind_name(leaf)}; gradients need a float input: a number, an array, a"
        " tensor, or tuples, lists and dicts of them"
    )


def _argument_of(source: Any) -> Any:
    """What `f` gets: writing into it leaves the source as it was."""
    value = value_of(source)
    value.pinned = True
    return Tensor(value)


def _argument(f: Function, place: int) -> str:
    try:
        return list(inspect.signature(f).parameters)[place]
    except (TypeError, ValueError, IndexError):
        return f"argument {place}"


def _name(f: Function) -> str:
    return getattr(f, "__name__", "the function")


def _split(out: Any, has_aux: bool) -> tuple[Any, Any]:
    if not has_aux:
        return out, None
    if not isinstance(out, tuple) or len(out) != 2:
        raise GradientError("with has_aux the function returns a pair: (scalar, anything)")
    return out


def _scalar(target: Any) -> Value:
    if isinstance(target, list | tuple | dict) or target is None:
        raise GradientError(
            f"the function returns a {kind_name(target)}; grad needs a scalar (has_aux=True for"
            " more results, GradientTape.jacobian for more outputs)"
        )
    value = either(target) if isinstance(target, Tagged) else strong(target, None, "the result")
    if value.type.shape:
        raise GradientError(
            f"the function returns an array (its rank is {value.type.rank}); grad needs a scalar:"
            " reduce it, for example by np.sum, or use GradientTape.jacobian"
        )
    if not value.type.differentiable:
        raise GradientError(f"the function returns {value.type.dtype}; grad needs a float")
    return value


def _like(given: Any, gradients: Any) -> Any:
    """Python floats for Python floats, arrays for arrays, in the nest of the argument."""
    parts = iter(leaves(gradients))
    return rebuild(given, lambda leaf: _plain(leaf, next(parts)))


def _plain(given: Any, gradient: Any) -> Any:
    data = gradient._value.data if isinstance(gradient, Box) else gradient
    if isinstance(given, np.ndarray | np.generic):
        array = np.asarray(data, given.dtype.name)
        return array if isinstance(given, np.ndarray) else array[()]
    return data.item() if isinstance(data, np.generic) else data


def _python(value: Value) -> float:
    return float(value.data)


def _leave(leaf: Any) -> Any:
    return leaf.numpy() if isinstance(leaf, ArrayLike) else leaf
