"""Forward mode: `jvp` and `linearize`, products of derivatives with directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograph_lite.errors import GradientError
from autograph_lite.gradient.forward import Level
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.dispatch import f as ops
from autograph_lite.ops.staging import root
from autograph_lite.tape.results import result
from autograph_lite.tape.seeds import of_the_type
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.transforms.arguments import Entered, by_kernel, directions_of, parted
from autograph_lite.transforms.chosen import Function, Passed
from autograph_lite.transforms.plain import as_plain, in_plain, left


def jvp(
    f: Function, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """`(f(*primals), tangents of its results)`: the derivative of `f` at the primals times a direction.

    `primals` is a tuple or list of arguments, nests of floats and float arrays; `tangents` has the same
    structure, shapes and dtypes.  The tangent of a result has its shape and dtype, and is zero where there is
    no connection; that of a result which is no float is None.  With `has_aux`, `f` returns a pair of which
    the second is handed on: `(out, tangents, aux)`.  It takes about as long as `f` twice, and no memory that
    grows with its steps.

    Raises GradientError where the structures differ or an argument is not of floats, ShapeError and
    GraphTypeError where shapes or dtypes differ.
    """
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, tuple | list):
            raise GradientError(
                f"{what} of jvp is a {type(given).__name__}; a tuple or list is needed"
            )
    if len(primals) != len(tangents):
        raise GradientError(f"jvp has {len(primals)} primals and {len(tangents)} tangents")

    def run(primals: Any, tangents: Any) -> Any:
        return _pushed(f, primals, tangents, has_aux)

    plain = in_plain(primals, tangents)
    primals, tangents = tuple(primals), directions_of(primals, tuple(tangents))
    out = by_kernel(f, ("jvp", has_aux), run, primals, tangents)
    return as_plain(out) if plain else out  # type: ignore[no-any-return]


def linearize(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """`(f(*primals), pushforward)`: the pushforward of tangents, one for each primal and of its structure,
    shapes and dtypes, is the derivative of `f` at the primals times them, the tangents of the results.

    It calls `f` again for each direction, as `jvp` does, so that nothing is kept but the primals, and it may be
    called anywhere, in a loop of a solver too.  With `has_aux`, `f` returns a pair of which the second is
    handed on: `(out, pushforward, aux)`.  Errors are those of `jvp`.
    """
    plain = in_plain(primals)
    entered = Entered(f, range(len(primals)), Passed(primals, {}))
    out, aux = parted(entered.call(), has_aux)

    def pushforward(*tangents: Any) -> Any:
        found = jvp(f, tuple(entered.sources), tangents, has_aux)[1]
        return as_plain(found) if plain and in_plain(tangents) else found

    given = as_plain(out) if plain else out
    return (given, pushforward, rebuild(aux, left)) if has_aux else (given, pushforward)


def _pushed(f: Function, primals: Any, tangents: Any, has_aux: bool) -> tuple[Any, ...]:
    """The same on tensors."""
    entered = Entered(f, range(len(primals)), Passed(primals, {}))
    with Level() as level:
        for source, tangent in zip(leaves(entered.sources), _given(primals, tangents), strict=True):
            primal = value_of(source)
            direction = of_the_type(primal, tangent, "a tangent of jvp", "primal")
            level.set(primal, ops.copy(direction))
        out, aux = parted(entered.call(), has_aux)
    found = rebuild(out, lambda leaf: tangent_of(level, leaf))
    return (out, found, aux) if has_aux else (out, found)


def _given(primals: Any, tangents: Any) -> list[Any]:
    """The tangents as leaves, in the order of the primals."""
    if _structure(primals) != _structure(tangents):
        raise GradientError("primals and tangents of jvp have not the same structure")
    return leaves(tangents)


def _structure(nest: Any) -> Any:
    return rebuild(list(nest) if isinstance(nest, tuple) else nest, lambda _: None)


def tangent_of(level: Level, leaf: Any) -> Any:
    """The tangent of a result; where only the run knows whether it is a tensor, so of the tangent."""
    if isinstance(leaf, Tagged):
        number = 0.0 if leaf.python == "float" else None
        choose = root().caller.operators.ifexp
        return choose(wrap(leaf.is_tensor), lambda: tangent_of(level, leaf.tensor), lambda: number)
    if isinstance(leaf, float):
        return 0.0
    if not isinstance(leaf, Box) or not value_of(leaf).type.differentiable:
        return None
    return result(level.get(value_of(leaf)), leaf, zeros=True)
