"""Matrices of derivatives, and products with second derivatives: `jacobian`, `hessian`, `hvp`."""

from __future__ import annotations

import contextlib
import functools
from itertools import count
from typing import Any

from autograph_lite.errors import ConversionError, GradientError
from autograph_lite.gradient.forward import Level
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves, rebuild
from autograph_lite.numpy import reshape, stack, zeros_like
from autograph_lite.numpy import shape as np_shape
from autograph_lite.ops.dispatch import f as ops
from autograph_lite.ops.staging import recorded
from autograph_lite.tape.results import arranged
from autograph_lite.tape.seeds import one_hot
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.boxes import call, value_of, wrap
from autograph_lite.transforms.arguments import (
    NAMES,
    Entered,
    by_kernel,
    directions_of,
    is_compiled,
    parted,
)
from autograph_lite.transforms.chosen import Argnames, Argnums, Chosen, Function, Passed, chosen
from autograph_lite.transforms.forward import jvp, tangent_of
from autograph_lite.transforms.plain import as_plain, in_plain
from autograph_lite.transforms.reverse import grad

MODES = ("auto", "reverse", "forward")


def jacobian(
    f: Function,
    argnums: Argnums = None,
    has_aux: bool = False,
    mode: str = "auto",
    argnames: Argnames = None,
) -> Function:
    """A function that returns the matrix of the derivatives of all results of `f` by all elements of an
    argument.

    For a result of shape `s` and an argument of shape `t` it has shape `s + t`; for nests it is the nest of the
    results, each replaced by the nest of the argument.  `argnums` and `argnames` are those of `grad`; a
    tuple gives tuples.  With `has_aux`, `f` returns a pair, of which the second is handed on:
    `(jacobian, aux)`.

    `mode`: "reverse" takes one reverse pass per element of the results, "forward" one direction per element
    of the argument; `f` is called once in either, a compiled one in forward mode by a kernel that gives values
    and tangents, once for each direction.  "auto" is forward for an argument of one element, else
    reverse.

    Raises GradientError for a mode, position or name that is not there and an argument that is not of floats;
    ConversionError in a compiled function where only the run knows how many elements there are.
    """
    if mode not in MODES:
        raise GradientError(f"mode is {mode!r}; it is one of {', '.join(map(repr, MODES))}")
    sources = chosen(f, argnums, argnames)

    @functools.wraps(f, assigned=NAMES)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        plain = in_plain(args, kwargs)
        passed = Passed(args, kwargs)
        entered = Entered(f, sources.places(f, passed), passed)
        derive = _forward if _goes_forward(mode, entered) else _reverse
        if derive is _forward and is_compiled(f) and not recorded():
            derive = _by_kernels
        found, aux = derive(entered, has_aux, sources)
        out = (found, aux) if has_aux else found
        return as_plain(out) if plain else out

    return differentiated


def jacrev(
    f: Function, argnums: Argnums = None, has_aux: bool = False, argnames: Argnames = None
) -> Function:
    """`jacobian` in reverse mode."""
    return jacobian(f, argnums, has_aux, "reverse", argnames)


def jacfwd(
    f: Function, argnums: Argnums = None, has_aux: bool = False, argnames: Argnames = None
) -> Function:
    """`jacobian` in forward mode."""
    return jacobian(f, argnums, has_aux, "forward", argnames)


def hessian(
    f: Function, argnums: Argnums = None, has_aux: bool = False, argnames: Argnames = None
) -> Function:
    """A function that returns the matrix of second derivatives of `f`, which returns a float scalar: the
    jacobian of its gradient, so that for an argument of shape `t` it has shape `t + t`.

    Arguments and errors are those of `grad` and `jacobian`; it takes one reverse pass per element of the
    argument.
    """
    slope = grad(f, argnums, has_aux, argnames)
    return jacobian(slope, argnums, has_aux, "reverse", argnames)


def hvp(f: Function) -> Function:
    """A function of `x`, a direction `v` of the same structure, shapes and dtypes, and further arguments of
    `f`: the matrix of second derivatives of `f`, by `x`, times `v`.

    `f` returns a float scalar.  The product is the tangent of the gradient (Pearlmutter, 1994): it takes a
    small constant times as long as `f`, and the matrix is never made.  Errors are those of `grad` and `jvp`.
    """
    first = grad(f)

    @functools.wraps(f, assigned=NAMES)
    def product(x: Any, v: Any, *args: Any, **kwargs: Any) -> Any:
        def run(x: Any, v: Any, args: Any, kwargs: Any) -> Any:
            return jvp(lambda at: first(at, *args, **kwargs), (x,), (v,))[1]

        plain = in_plain(x, v, args, kwargs)
        out = by_kernel(f, ("hvp",), run, x, directions_of(x, v), args, kwargs)
        return as_plain(out) if plain else out

    return product


def _goes_forward(mode: str, entered: Entered) -> bool:
    if mode != "auto":
        return mode == "forward"
    return [value_of(s).type.shape for s in leaves(entered.sources)] == [()]


def _reverse(entered: Entered, has_aux: bool, sources: Chosen) -> tuple[Any, Any]:
    with GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(entered.sources)
        out, aux = parted(entered.call(), has_aux)

    def rows(leaf: Any) -> Any:
        parts = tape.jacobian(leaf, entered.sources, unconnected_gradients="zero")
        return sources.arranged(parts)

    return rebuild(out, rows), aux


Tangents = list[list[list[Any]]]
"""For each source, and each of its elements, the tangents of all results."""


def _forward(entered: Entered, has_aux: bool, sources: Chosen) -> tuple[Any, Any]:
    """Every direction at once, while `f` is called."""
    group: list[Level] = []
    levels = [_levels(group, source) for source in leaves(entered.sources)]
    with contextlib.ExitStack() as at_work:
        for level in group:
            at_work.enter_context(level)
        out, aux = parted(entered.call(), has_aux)
    results = leaves(out)
    found = [[[tangent_of(level, leaf) for leaf in results] for level in row] for row in levels]
    return _arranged(entered, out, found, sources), aux


def _levels(group: list[Level], source: Any) -> list[Level]:
    """One level for each element of a source."""
    value: Value = value_of(source)
    if not all(isinstance(e, int) for e in value.type.shape):
        raise ConversionError(
            "a jacobian in forward mode by an argument whose shape is known only at run time: write a loop"
            " over its elements that calls jvp"
        )
    made = []
    for direction in one_hot(value):
        made.append(Level(group))
        made[-1].set(value, ops.copy(direction))
    return made


def _by_kernels(entered: Entered, has_aux: bool, sources: Chosen) -> tuple[Any, Any]:
    """Direction by direction, each a call of the kernel that gives the tangents of a compiled function."""
    f, places, passed = entered.f, entered.places, entered.passed
    for place, source in zip(places, entered.sources, strict=True):
        passed[place] = source

    def run(args: Any, kwargs: Any, tangents: Any) -> Any:
        def at(*primals: Any) -> Any:
            given = Passed(args, kwargs)
            for place, primal in zip(places, primals, strict=True):
                given[place] = primal
            return call(f, *given.args, **given.kwargs)

        given = Passed(args, kwargs)
        return jvp(at, [given[place] for place in places], tangents, has_aux)

    key = "jacfwd", tuple(places), has_aux
    parts, made = leaves(entered.sources), None
    found: Tangents = [[] for _ in parts]
    for n, part in enumerate(parts):
        for direction in one_hot(value_of(part)):
            assert direction is not None, "a source is of floats"
            tangents = [*map(zeros_like, parts)]
            tangents[n] = wrap(direction)
            nest = arranged(entered.sources, tangents)
            made = by_kernel(f, key, run, passed.args, passed.kwargs, nest)
            found[n].append(leaves(made[1]))
    if made is None:  # no element, no direction
        return _forward(entered, has_aux, sources)
    return _arranged(entered, made[0], found, sources), made[2] if has_aux else None


def _arranged(entered: Entered, out: Any, tangents: Tangents, sources: Chosen) -> Any:
    """The nest of the results, each replaced by the nest of the sources."""
    parts, numbers = leaves(entered.sources), count()

    def columns(leaf: Any) -> Any:
        m = next(numbers)
        made = [
            _columns(leaf, part, [given[m] for given in row])
            for part, row in zip(parts, tangents, strict=True)
        ]
        return sources.arranged(arranged(entered.sources, made))

    return rebuild(out, columns)


def _columns(leaf: Any, source: Any, parts: list[Any]) -> Any:
    """Tangents of a result, one after the other along the axes of the source."""
    shape = (*np_shape(leaf), *np_shape(source))
    if not parts or parts[0] is None:  # by nothing, or of what is no float
        return zeros_like(source, shape=shape)
    return reshape(stack(parts, axis=-1), shape)
