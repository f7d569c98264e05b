"""Functions with a derivative of their own."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import autograph_lite.gradient.custom  # noqa: F401 (how such derivatives are taken)
from autograph_lite.errors import ConversionError, GradientError
from autograph_lite.ir.build import merged_captures, region
from autograph_lite.ir.graph import Region, Value
from autograph_lite.ir.walk import everything
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.control import HOLD, PRINT
from autograph_lite.ops.custom import Linear, custom
from autograph_lite.ops.dispatch import f as ops
from autograph_lite.ops.staging import Stopped, recorded, staged_region, tape_pauses
from autograph_lite.tape.seeds import of_the_type
from autograph_lite.tensors.boxes import Box, as_value, call, staging, value_of, wrap
from autograph_lite.tensors.number import Number, kind_name
from autograph_lite.tensors.plain_array import is_tensor
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.transforms.arguments import NAMES
from autograph_lite.transforms.chosen import Function, name_of

Passed = Callable[[list[Value]], list[Value | None]]


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


def custom_gradient(f: Function) -> Function:
    """A function with the derivative that it states itself: `f` returns its value, a tensor or a nest of them,
    and its pullback.

    The pullback gets the cotangent of each leaf of the value, in their order (None for what is no float), and
    returns the cotangent of the argument, or a tuple with that of each positional argument: of its structure,
    shapes and dtypes, None where there is no connection.  What it uses of the function it may differentiate in
    turn, so that second derivatives follow; forward mode takes its transpose.

    Where nothing records, and inside its own pullback, `f` is called and its value returned.  Arguments that
    are no tensors of floats are not differentiated, and keyword arguments may not be such tensors.

    Raises GradientError where `f` returns no such pair or the pullback something of another structure;
    ShapeError and GraphTypeError for cotangents of another shape or dtype; ConversionError where in a compiled
    function the pullback prints, raises, or writes into what is outside of it.
    """

    inside = _Inside()

    @functools.wraps(f, assigned=NAMES)
    def stated(*args: Any, **kwargs: Any) -> Any:
        own = Arguments(f, args, kwargs) if recorded() and not inside.depth else None
        given = call(f, *args, **kwargs)
        if not isinstance(given, tuple) or len(given) != 2 or not callable(given[1]):
            raise GradientError(
                f"{name_of(f)} returns a {kind_name(given)}; a custom gradient needs a pair: the value and its"
                " pullback"
            )
        out, pullback = given
        if own is None:
            return out

        def passed(cotangents: list[Value]) -> list[Value | None]:
            with inside:
                return own.cotangents(call(pullback, *leaves(_of_floats(out, cotangents))))

        return own.stating(out, passed, forward=False)

    return stated


def custom_vjp(f: Function, nondiff_argnums: Sequence[int] = ()) -> Any:
    """A function whose reverse derivative is given by `defvjp(forward, backward)`.

    `forward(*args)` returns the value of `f` and residuals; `backward(residuals, cotangent)`, of a cotangent in
    the structure of the value, returns a tuple with that of each argument.  Arguments at `nondiff_argnums` are
    not differentiated, and stand first among those of `backward`.  Where nothing records, and inside these two,
    `f` itself is called.

    Errors are those of `custom_gradient`, and GradientError where there is no rule yet, or one already.
    """
    inside = _Inside()

    def run(rule: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        forward, backward = rule
        own = Arguments(f, args, kwargs, nondiff_argnums)
        with inside:
            given = call(forward, *args, **kwargs)
        if not isinstance(given, tuple) or len(given) != 2:
            raise GradientError(
                f"forward of {name_of(f)} returns a {kind_name(given)}; it needs a pair: value, residuals"
            )
        out, residuals = given

        def passed(cotangents: list[Value]) -> list[Value | None]:
            of = _of_floats(out, cotangents)
            with inside:
                return own.cotangents(call(backward, *own.fixed, residuals, of))

        return own.stating(out, passed, forward=False)

    return _with_rule(f, "defvjp(forward, backward)", run, inside)


def custom_jvp(f: Function, nondiff_argnums: Sequence[int] = ()) -> Any:
    """A function whose derivative is given by `defjvp(rule)`, which may be used as a decorator.

    `rule(primals, tangents)`, of two tuples, returns the value of `f` and the tangent of it, of its structure,
    shapes and dtypes, which is linear in the tangents; a tangent is 0.0 for a Python number, and None for
    whatever else is no tensor of floats.  The value is that of `f`; reverse mode takes the transpose.
    Arguments at `nondiff_argnums` are not differentiated, and stand first among those of `rule`.  Where nothing
    records, and inside its rule, `f` itself is called.

    Errors are those of `custom_gradient`, and GradientError where there is no rule yet, or one already.
    """
    inside = _Inside()

    def run(given: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        (rule,) = given
        own = Arguments(f, args, kwargs, nondiff_argnums)
        out = call(f, *args, **kwargs)

        def passed(tangents: list[Value]) -> list[Value | None]:
            with inside:
                directions = tuple(_of_floats(own.free, tangents, rest=_direction))
                found = call(rule, *own.fixed, tuple(own.free), directions)
            if not isinstance(found, tuple) or len(found) != 2:
                raise GradientError(
                    f"the rule of {name_of(f)} returns a {kind_name(found)}; it needs a pair: value, tangent"
                )
            return own.parts([out], [found[1]], "the tangent")

        return own.stating(out, passed, forward=True)

    return _with_rule(f, "defjvp(rule)", run, inside)


class _Inside(threading.local):
    """While the rule of a function runs, the function is what it is without it."""

    depth = 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *error: object) -> None:
        self.depth -= 1


def _with_rule(f: Function, method: str, run: Function, inside: _Inside) -> Any:
    """The function with a method that says its rule, of which `run` is told."""
    rules: list[tuple[Function, ...]] = []
    name, _, parameters = method.rstrip(")").partition("(")

    @functools.wraps(f, assigned=NAMES)
    def stated(*args: Any, **kwargs: Any) -> Any:
        if not rules:
            raise GradientError(f"{name_of(f)} has no rule yet; say it with {method}")
        if inside.depth or not recorded():
            return call(f, *args, **kwargs)
        return run(rules[0], args, kwargs)

    def define(*rule: Function) -> Any:
        if rules:
            raise GradientError(f"{name_of(f)} has a rule already")
        if len(rule) != len(parameters.split(",")) or not all(map(callable, rule)):
            raise GradientError(f"the rule of {name_of(f)} is said with {method}")
        rules.append(rule)
        return rule[0]

    define.__name__ = name
    setattr(stated, name, define)
    return stated


def is_float(leaf: Any) -> bool:
    """Whether a derivative can be taken of it."""
    return is_tensor(leaf) and as_value(leaf).type.differentiable


def _of_floats(
    nest: Any, values: Iterable[Value], rest: Callable[[Any], Any] = lambda _: None
) -> Any:
    """These values in the places of the tensors of floats; in those of what else there is, `rest` of it."""
    given = iter(values)
    return rebuild(nest, lambda leaf: wrap(next(given)) if is_float(leaf) else rest(leaf))


def _direction(leaf: Any) -> Any:
    """The tangent of what is no tensor of floats: a number is where it is."""
    return 0.0 if isinstance(leaf, int | float | Number) and not isinstance(leaf, bool) else None


class Arguments:
    """What a call is given, as it is before the function runs: the values that its results depend on."""

    def __init__(
        self, f: Function, args: Any, kwargs: Any, nondiff_argnums: Sequence[int] = ()
    ) -> None:
        self.f = f
        if any(map(is_float, leaves(kwargs))):
            raise GradientError(
                f"{name_of(f)}, which states its own derivative, is given a tensor by keyword; give it by"
                " position"
            )
        fixed = {n % len(args) for n in nondiff_argnums}
        self.fixed = [arg for n, arg in enumerate(args) if n in fixed]
        self.free = [arg for n, arg in enumerate(args) if n not in fixed]
        self.values = [as_value(leaf) for leaf in leaves(self.free) if is_float(leaf)]

    def cotangents(self, given: Any) -> list[Value | None]:
        """What a pullback gives, by the values."""
        single = len(self.free) == 1 and not (isinstance(given, tuple) and len(given) == 1)
        given = (given,) if single else given
        if not isinstance(given, tuple | list) or len(given) != len(self.free):
            count = len(given) if isinstance(given, tuple | list) else 1
            raise GradientError(
                f"the pullback of {name_of(self.f)} gives {count} cotangents for {len(self.free)} arguments"
            )
        return self.parts(self.free, given, "a cotangent")

    def parts(self, nests: Sequence[Any], given: Sequence[Any], what: str) -> list[Value | None]:
        """What is given for the leaves that are tensors of floats: None for those of a nest for which it is."""
        found: list[Value | None] = []
        for nest, part in zip(nests, given, strict=True):
            likes = leaves(nest)
            own = [None] * len(likes) if part is None else leaves(part)
            if len(own) != len(likes):
                raise GradientError(f"{what} that {name_of(self.f)} states has another structure")
            for like, one in zip(likes, own, strict=True):
                if is_float(like):
                    found.append(None if one is None else self._fitting(as_value(like), one, what))
        return found

    def _fitting(self, like: Value, given: Any, what: str) -> Value:
        whose = "argument" if what == "a cotangent" else "result"
        return of_the_type(like, given, f"{what} that {name_of(self.f)} states", whose)

    def stating(self, out: Any, passed: Passed, forward: bool) -> Any:
        """What the function returns, with this derivative."""
        values = [as_value(leaf) for leaf in leaves(out) if is_float(leaf)]
        if not values or not self.values:
            return out
        likes = self.values if forward else values
        rule, captured = _linear(passed, likes, forward, name_of(self.f))
        return _of_floats(out, custom(values, self.values, captured, rule), rest=lambda leaf: leaf)


def _linear(
    passed: Passed, likes: Sequence[Value], forward: bool, name: str
) -> tuple[Linear, list[Value]]:
    """The rule, and what it reads: in a compiled function a region."""
    if not staging():
        return Linear(forward, passed), []
    tape_pauses()  # it may be differentiated whenever it is used
    with staged_region() as builder:
        arguments = [builder.argument(v.type) for v in likes]
        try:
            found = passed(arguments)
        except Stopped:
            raise ConversionError(
                f"the derivative that {name} states raises in every run; raise in the function itself"
            ) from None
        finally:
            builder.forget_writes()
        leads_to = tuple(i for i, v in enumerate(found) if v is not None)
        results = tuple(builder.local(v) for v in found if v is not None)
    captured = merged_captures(builder)
    made = region(builder, results, captured)
    _refuse_effects(made, bool(builder.overlay), name)
    return Linear(forward, None, made, leads_to, len(found)), captured


def _refuse_effects(made: Region, writes: bool, name: str) -> None:
    """An error for what would have to be done when the derivative is taken, beside computing it."""
    for node in everything(made):
        writes = writes or node.op is HOLD
        if node.op is PRINT or node.params.get("code") == "RAISED":
            raise ConversionError(
                f"the derivative that {name} states prints or raises, which is not available in compiled code",
                node.origin,
            )
        if node.op.name.startswith("cell"):
            raise ConversionError(
                f"the derivative that {name} states has a list of tensors that grows; write into a tensor",
                node.origin,
            )
    if writes:
        raise ConversionError(
            f"the derivative that {name} states writes into a tensor or variable from outside of it"
        )
