"""Reverse mode: `grad`, `value_and_grad` and `vjp`, on the tape."""

from __future__ import annotations

import functools
from typing import Any

from autograph_lite.errors import GradientError
from autograph_lite.ir.graph import Value
from autograph_lite.nests import rebuild
from autograph_lite.ops.dispatch import context
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.boxes import staging, wrap
from autograph_lite.tensors.number import kind_name
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tensor import ArrayLike
from autograph_lite.transforms.arguments import (
    NAMES,
    Entered,
    directions_of,
    is_compiled,
    parted,
    result_value,
)
from autograph_lite.transforms.chosen import (
    Argnames,
    Argnums,
    Chosen,
    Function,
    Passed,
    chosen,
    name_of,
)
from autograph_lite.transforms.plain import (
    as_number,
    as_plain,
    holds_tensor,
    in_plain,
    left,
    shaped_like,
)


def value_and_grad(
    f: Function, argnums: Argnums = None, has_aux: bool = False, argnames: Argnames = None
) -> Function:
    """A function that returns `(f(*args), gradient)`; with `has_aux`, `((value, aux), gradient)`.

    `f` returns a float scalar (and something else with `has_aux`).  `argnums` is the position of the
    argument to differentiate, or a tuple of positions, which gives a tuple of gradients; `argnames` is a name
    or a tuple of names, of arguments that may be passed by position or by keyword.  Given both, the gradients
    by position come first; given neither, it is the first argument.  A gradient has the structure, shapes and
    dtypes of its argument, and zeros where there is no connection.

    Raises GradientError for a position or name that is not there, an argument that is named twice or is not of
    floats and a result that is no float scalar; GraphTypeError for an argument that is no number or array.

    Of a compiled function the result has `explain()` as the function has, of its own kernels.
    """
    return _of(f, chosen(f, argnums, argnames), has_aux)


def _of(f: Function, sources: Chosen, has_aux: bool) -> Function:
    """Of a plain function, a compiled one, or a method."""
    if getattr(type(f), "is_bound", False):
        return _of_method(f, sources, has_aux)
    if is_compiled(f):
        return _derived(f, sources, has_aux)

    @functools.wraps(f, assigned=NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        value, aux, gradients = _differentiate(f, sources, has_aux, Passed(args, kwargs))
        return ((value, aux) if has_aux else value), sources.arranged(gradients)

    return differentiated


def _of_method(f: Any, sources: Chosen, has_aux: bool) -> Function:
    """Of a function that has an object as its first argument."""
    of_all = _of(f.__func__, sources.behind_one(), has_aux)

    @functools.wraps(of_all, assigned=NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        return of_all(f.__self__, *args, **kwargs)

    return differentiated


def _derived(f: Any, sources: Chosen, has_aux: bool) -> Function:
    """Of a compiled function, made once for the same options: its kernels are compiled once."""
    key = sources, has_aux
    if key not in f.derived:
        f.derived[key] = _compiled(f, sources, has_aux)
    found: Function = f.derived[key]
    return found


def _compiled(f: Any, sources: Chosen, has_aux: bool) -> Function:
    """Of a compiled function: value and gradient together are one kernel."""

    def both(passed: Passed, plain: bool | None = None) -> Any:
        value, aux, gradients = _differentiate(f, sources, has_aux, passed, plain)
        return ((value, aux) if has_aux else value), sources.arranged(gradients)

    def of_tensors(*args: Any, **kwargs: Any) -> Any:
        return both(Passed(args, kwargs), plain=False)

    of_tensors.__name__ = name_of(f)
    kernel = type(f)(of_tensors, plain=not has_aux)

    @functools.wraps(f, assigned=NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        if kernel.plain and not kwargs and (found := kernel.quickly(args)) is not kernel.miss:
            return found
        passed = Passed(args, kwargs)
        if context.tapes or staging() or holds_tensor((args, kwargs)):
            return both(passed)
        value, gradient = kernel(*args, **kwargs)
        if has_aux:
            value = value[0]._value.data.item(), rebuild(value[1], left)
        gradients = (gradient,) if sources.single else gradient
        pairs = zip(sources.places(f, passed), gradients, strict=True)
        return value, sources.arranged([shaped_like(passed[place], g) for place, g in pairs])

    differentiated.explain = kernel.explain  # type: ignore[attr-defined]
    return differentiated


def grad(
    f: Function, argnums: Argnums = None, has_aux: bool = False, argnames: Argnames = None
) -> Function:
    """A function that returns the gradient of `f`; with `has_aux`, `(gradient, aux)`.

    Arguments, gradients and errors are those of `value_and_grad`.
    """
    both = value_and_grad(f, argnums, has_aux, argnames)

    @functools.wraps(f, assigned=NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    if hasattr(both, "explain"):
        differentiated.explain = both.explain  # type: ignore[attr-defined]
    return differentiated


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """`(f(*primals), pullback)`: the pullback of a cotangent of the results, a nest of the same structure,
    shapes and dtypes, is a tuple with the cotangents of the primals, of their structure, shapes and dtypes;
    zeros where there is no connection.  It may be called any number of times; in compiled code not in a loop
    that begins after it, where the pushforward of `linearize` may be.

    With `has_aux`, `f` returns a pair of which the second is handed on: `(out, pullback, aux)`.

    Raises GradientError for an argument that is not of floats and a cotangent of another structure;
    ShapeError and GraphTypeError for one of another shape or dtype.
    """
    plain = in_plain(primals)
    entered = Entered(f, range(len(primals)), Passed(primals, {}))
    with GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(entered.sources)
        out, aux = parted(entered.call(), has_aux)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = directions_of(out, cotangent)
        found = tape.gradient(
            out, entered.sources, output_gradients=seeds, unconnected_gradients="zero"
        )
        if not plain or not in_plain(cotangent):
            return tuple(found)
        return tuple(shaped_like(p, g) for p, g in zip(primals, found, strict=True))

    given = as_plain(out) if plain else out
    return (given, pullback, rebuild(aux, left)) if has_aux else (given, pullback)


def _differentiate(
    f: Function,
    sources: Chosen,
    has_aux: bool,
    passed: Passed,
    plain: bool | None = None,
) -> tuple[Any, Any, tuple[Any, ...]]:
    """Run `f` under a tape; `plain`: whether the results are, None: where nothing else follows them."""
    places = sources.places(f, passed)
    plain = in_plain(passed.args, passed.kwargs) if plain is None else plain
    entered = Entered(f, places, passed)
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(entered.sources)
        out = entered.call()
    target, aux = parted(out, has_aux)
    value = _scalar(target)
    followed = target if isinstance(target, ArrayLike | Tagged) else wrap(value)
    gradients = tape.gradient(followed, entered.sources, unconnected_gradients="zero")
    if not plain:
        return followed, aux, tuple(gradients)
    shaped = tuple(shaped_like(passed[p], g) for p, g in zip(places, gradients, strict=True))
    return as_number(value), rebuild(aux, left), shaped


def _scalar(target: Any) -> Value:
    if isinstance(target, list | tuple | dict) or target is None:
        raise GradientError(
            f"the function returns a {kind_name(target)}; grad needs a scalar (has_aux=True for"
            " more results, GradientTape.jacobian for more outputs)"
        )
    value = result_value(target, "the result")
    if value.type.shape:
        raise GradientError(
            f"the function returns an array (its rank is {value.type.rank}); grad needs a scalar:"
            " reduce it, for example by np.sum, or use GradientTape.jacobian"
        )
    if not value.type.differentiable:
        raise GradientError(f"the function returns {value.type.dtype}; grad needs a float")
    return value
