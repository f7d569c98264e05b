"""`verify`: run a function eagerly and compiled and compare every byte.

Compared are values, gradients up to `order` (by a tape around the call, and by a tape staged with the
call), first gradients by a tape that sees the arguments used again after the call, written variables and
tensors, printed text, and errors.  All NaNs are equal.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from autograph_lite.call.function import Function
from autograph_lite.call.method import Method
from autograph_lite.errors import AutographError, ConversionError, DomainError, GraphTypeError
from autograph_lite.frontend.grown import has_floats, mentions_grown
from autograph_lite.frontend.shared import Outside
from autograph_lite.frontend.state import is_variable
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves, rebuild
from autograph_lite.tape.seeds import present
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.boxes import Box, array_data, value_of, wrap
from autograph_lite.tensors.number import kind_name


class IdentityError(AutographError, AssertionError):
    """Eager and compiled execution gave different bytes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run gave: named bytes, in order."""

    parts: tuple[tuple[str, Any], ...]

    def difference(self, other: Outcome) -> str | None:
        """The first part that differs, or None."""
        for mine, theirs in itertools.zip_longest(
            self.parts, other.parts, fillvalue=("nothing", None)
        ):
            if mine[0] != theirs[0]:
                return f"{mine[0]} against {theirs[0]}"
            if not same(mine[1], theirs[1]):
                return f"{mine[0]}: {shown(mine[1])} against {shown(theirs[1])}"
        return None


def same(a: Any, b: Any) -> bool:
    """Equal type, dtype, shape and bytes, all NaNs being equal."""
    if isinstance(a, np.ndarray | np.generic) and isinstance(b, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and canonical(a) == canonical(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return canonical(np.float64(a)) == canonical(np.float64(b))
    return bool(a == b)


def canonical(x: Any) -> bytes:
    """The bytes of an array with every NaN the same."""
    if x.dtype.kind == "f":
        x = np.where(np.isnan(x), x.dtype.type("nan"), x)
    return np.ascontiguousarray(x).tobytes()


def shown(x: Any) -> str:
    if isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f" and x.size <= 8:
        return f"{[float(v).hex() for v in np.ravel(x)]} ({x.dtype}{list(x.shape)})"
    return repr(x)


def verify(f: Function | Method, *args: Any, order: int = 2) -> None:
    """Raise IdentityError, naming the first difference, unless eager and compiled runs of
    `f(*args)` agree in every byte; gradients up to `order` (0, 1 or 2) with respect to every float
    array and NumPy scalar among the arguments, not Python floats, and every variable that `f` reads."""
    if isinstance(f, Method):
        args = (f.__self__, *args)
        f = f.__func__
    if not isinstance(f, Function):
        raise GraphTypeError(f"verify needs a function made by @ag.function, not {kind_name(f)}")
    if order not in (0, 1, 2):
        raise DomainError(f"order is {order!r}; 0, 1 or 2 is needed")
    own = rebuild(args, _copied)
    f.compile(*own)
    eager = Eager(f)
    for mode, (run, reference) in modes(f, order).items():
        given = args if mode == "compiled" else rebuild(args, _entered)
        want = eager.outcome(reference, given)
        got = outcome(run, f, given)
        found = want.difference(got)
        if found is not None:
            raise IdentityError(f"{f.__name__}: eager and {mode} differ in {found}")


class Eager:
    """What eager runs give, each made once with the arguments it gets: several compiled runs are compared
    with the same one."""

    def __init__(self, f: Function) -> None:
        self._f = f
        self._known: dict[Callable[..., Any], Outcome] = {}

    def outcome(self, reference: Callable[..., Any], args: tuple[Any, ...]) -> Outcome:
        if reference not in self._known:
            self._known[reference] = outcome(reference, self._f, args)
        return self._known[reference]


def modes(
    f: Function, order: int, again: int = 1
) -> dict[str, tuple[Callable[..., Any], Callable[..., Any]]]:
    """Name -> (compiled run, eager run); each takes arguments and returns named results.  `again`: the order
    of gradients where the arguments are used again, of which the kernels are others."""
    found: dict[str, Any] = {
        "compiled": (lambda *a: [(RESULT, f(*a))], lambda *a: [(RESULT, f.eager(*a))])
    }
    if order:

        def eager(*a: Any) -> Any:
            return differentiated(f.eager, a, order)

        found["compiled under a tape"] = (lambda *a: differentiated(f, a, order), eager)
        found[AGAIN] = (
            lambda *a: differentiated(f, a, min(order, again), again=True),
            lambda *a: differentiated(f.eager, a, min(order, again), again=True),
        )

        def inside(*a: Any) -> Any:
            return differentiated(f, a, order)

        assert isinstance(inside, FunctionType)
        found["compiled with its gradient"] = (Function(inside), eager)
    return found


RESULT = "the result"
AGAIN = "compiled, its arguments used again"


def named(out: Any) -> list[tuple[str, Any]]:
    nest = repr(rebuild(out, lambda leaf: Ellipsis))
    return [("structure", nest), *((f"result {i}", leaf) for i, leaf in enumerate(leaves(out)))]


def differentiated(
    f: Callable[..., Any], args: tuple[Any, ...], order: int, again: bool = False
) -> list[tuple[str, Any]]:
    """Results, gradients of their sum, and for order 2 gradients of the gradients' sum; with those of the
    squares of the sources, where these are used `again`: then something has arrived at each before the call
    is reversed (R5)."""
    sources = [a for a in leaves(args) if is_float_tensor(a)]
    variables = variables_of(f)
    outer = GradientTape() if order > 1 else contextlib.nullcontext()
    with outer as second:
        if second is not None:
            second.watch(sources)
        with GradientTape() as first:
            first.watch(sources)
            out = f(*args)
            squares = [s * s for s in (*sources, *variables)] if again else []
        targets = [leaf for leaf in leaves(out) if is_float_tensor(leaf)] + squares
        if mentions_grown(out) and any(map(has_floats, leaves(out))):
            raise ConversionError(
                "a list of tensors that grows is differentiated; differentiate np.stack(items)"
            )
        sources = [*sources, *variables]
        gradients = [None] * len(sources)
        if targets and sources:
            gradients = first._gradient(present(targets), sources)
    parts = [(RESULT, out)] + [(f"gradient {i}", g) for i, g in enumerate(gradients)]
    if second is not None:
        seconds = [None] * len(sources)
        if any(g is not None for g in gradients):
            seconds = second._gradient(present([g for g in gradients if g is not None]), sources)
        parts += [(f"second gradient {i}", g) for i, g in enumerate(seconds)]
    return parts


def is_float_tensor(leaf: Any) -> bool:
    return isinstance(leaf, Box) and value_of(leaf).type.differentiable


def outcome(run: Callable[..., Any], f: Function, args: tuple[Any, ...]) -> Outcome:
    """One run on copies of the arguments, with what it printed, wrote and raised; all state is put
    back afterwards."""
    own = rebuild(args, _copied)
    text = io.StringIO()
    state = [b for b in captured_state(f) if isinstance(b, Box)]
    before = [(b, b._value) for b in state]
    for _, value in before:
        value.pinned = (
            True  # a write puts another value into the box, and this one stays what it is
        )
    outside = [(v, v.look()) for v in assigned_outside(f)]
    parts: list[tuple[str, Any]] = []
    try:
        with (
            contextlib.redirect_stdout(text),
            contextlib.redirect_stderr(text),
            warnings.catch_warnings(record=True) as told,
        ):
            warnings.simplefilter("always", RuntimeWarning)
            try:
                given = [p for name, x in run(*own) for p in _parted(name, x)]
                parts += [(f"{name}{_kind(leaf)}", _plain(leaf)) for name, leaf in given]
            except Exception as error:
                if isinstance(error, ConversionError):
                    raise
                parts.append(("error", described(error)))
        parts.append(("printed text", text.getvalue()))
        parts.append(("warnings", _warnings(told)))
        parts += [
            (f"argument {i}", _plain(a)) for i, a in enumerate(leaves(own)) if isinstance(a, Box)
        ]
        parts += [(f"state {i}", _plain(b)) for i, b in enumerate(state)]
        for variable, _ in outside:
            found = named(variable.look())
            parts += [(f"{variable.name}: {what}{_kind(x)}", _plain(x)) for what, x in found]
    finally:
        for variable, obj in outside:
            variable.assign(obj)
        for box, value in before:
            box._value = value
    return Outcome(tuple(parts))


def _parted(name: str, obj: Any) -> list[tuple[str, Any]]:
    """The result by its leaves, anything else as it is."""
    return named(obj) if name == RESULT else [(name, obj)]


def _warnings(told: list[warnings.WarningMessage]) -> list[tuple[str, int]]:
    """What arithmetic warned of, and where; a line warns once, however often it runs."""
    return sorted(
        {(str(w.message), w.lineno) for w in told if issubclass(w.category, RuntimeWarning)}
    )


def described(error: BaseException) -> tuple[str, str]:
    """The class that a user would catch, a built-in one for ours and NumPy's, and the message without its
    place."""
    theirs = type(error).__module__.partition(".")[0] in ("autograph_lite", "numpy")
    kind = _builtin(error) if theirs else type(error)
    return kind.__name__, str(error).split("\n")[0]


def _builtin(error: BaseException) -> type:
    return next(c for c in type(error).__mro__ if c.__module__ == "builtins")


def variables_of(f: Callable[..., Any]) -> list[Any]:
    """The float variables that a compiled function, or the one whose eager form `f` is, captures."""
    function = getattr(f, "__self__", f)
    found = captured_state(function) if isinstance(function, Function) else iter(())
    return [b for b in found if is_variable(b) and b._value.type.differentiable and b.trainable]


def captured_state(f: Function) -> Iterator[Any]:
    """The boxes that staged signatures of `f` read or write from outside."""
    seen: dict[int, Any] = {}
    for known in f._specialisations.values():
        for spec in known:
            for obj in (*(i.read() for i in spec.staged.inputs), *spec.staged.written_boxes):
                if isinstance(obj, Box) and (is_variable(obj) or id(obj) not in seen):
                    seen.setdefault(id(obj), obj)
    return iter(seen.values())


def assigned_outside(f: Function) -> list[Outside]:
    """The variables from outside that staged signatures of `f` assign."""
    specs = (spec for known in f._specialisations.values() for spec in known)
    found = {(v.name, id(v.look)): v for spec in specs for v in spec.staged.assigned}
    return list({v.name: v for v in found.values()}.values())


def _copied(leaf: Any) -> Any:
    if isinstance(leaf, Box) and not is_variable(leaf):
        return wrap(Value(None, leaf._value.data.copy()))
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


def _entered(leaf: Any) -> Any:
    """An array as a tensor: what it becomes at the entry of a function, so that it can be watched."""
    if isinstance(leaf, np.ndarray | np.generic):
        return wrap(Value(None, array_data(leaf)))
    return leaf


def _kind(leaf: Any) -> str:
    """What kind of an array a result is."""
    if isinstance(leaf, Box):
        return ", a variable" if is_variable(leaf) else ", a tensor"
    return ", an array" if isinstance(leaf, np.ndarray | np.generic) else ""


def _plain(leaf: Any) -> Any:
    if isinstance(leaf, Box):
        return leaf._value.data
    return leaf
