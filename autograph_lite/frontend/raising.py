"""`raise` and `assert`: the program stops where it gets there, with the user's class, text and line.

A kernel tells which `raise` it has reached and the values that the exception holds; the exception is
made then, by the call that eager execution makes.
"""

from __future__ import annotations

import contextlib
from typing import Any, NoReturn

from autograph_lite.errors import ConversionError, Origin, UndefinedVariableError, excerpt
from autograph_lite.frames import traceback_of
from autograph_lite.frontend.effects import only_staged
from autograph_lite.frontend.fillers import truth
from autograph_lite.frontend.holders import is_made
from autograph_lite.frontend.later import Error, Later, known
from autograph_lite.frontend.state import as_given, put_together, take_apart
from autograph_lite.frontend.steady import in_library
from autograph_lite.frontend.texts import as_it_is
from autograph_lite.frontend.trace import Raised, Trace
from autograph_lite.ir.graph import Value
from autograph_lite.nests import rebuild
from autograph_lite.ops.control import CONSTANT, fail_if
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import Stopped
from autograph_lite.tensors.boxes import Box

PASSING = ("autograph_lite", "numpy")
"""Packages whose context managers let every exception pass."""


def watched(trace: Trace, manager: Any) -> Any:
    """A context manager of which the trace knows while it is entered, unless exceptions surely pass it."""
    kind = type(manager)
    if isinstance(manager, contextlib._GeneratorContextManager) and not in_library(manager.func):
        raise ConversionError(
            f"{manager.func.__name__} is a context manager that is made of a generator, which is not staged;"
            " write a class with __enter__ and __exit__",
            trace.origin(),
        )
    passes = kind.__module__.partition(".")[0] in PASSING or kind is contextlib.nullcontext
    proper = hasattr(kind, "__enter__") and hasattr(kind, "__exit__")
    return _Watched(trace, manager) if proper and not passes else manager


class _Watched:
    """A context manager, counted while it is entered."""

    def __init__(self, trace: Trace, manager: Any) -> None:
        self.trace, self.manager = trace, manager

    def __enter__(self) -> Any:
        entered = self._call("__enter__")
        self.trace.managers.append(self.manager)
        return entered

    def __exit__(self, *error: Any) -> Any:
        self.trace.managers.pop()
        if error == (None, None, None):
            self._call("__exit__", *error)
            return None
        return type(self.manager).__exit__(self.manager, *error)

    def _call(self, name: str, *given: Any) -> Any:
        return self.trace.caller.special(self.manager, name, *given)


def later(cls: type[BaseException], *args: Any, **kwargs: Any) -> Error:
    """An exception that is to be raised: made when it is."""
    return Error(cls, rebuild(args, _given), rebuild(kwargs, _given))


def _given(leaf: Any) -> Any:
    """What an exception is given: a tensor as it is now, any other object itself."""
    if isinstance(leaf, Later):
        return leaf
    if isinstance(leaf, Box):
        return leaf if leaf.is_variable else as_it_is(leaf)
    if is_made(leaf) or only_staged(leaf) is not None:
        raise ConversionError(
            f"an exception is given an object of class {type(leaf).__name__} that is made in compiled code;"
            " give it tensors, numbers and texts"
        )
    return leaf


def raise_(trace: Trace, error: Any, *cause: Any) -> NoReturn:
    """`raise error`, or `raise error from cause`: at once where nothing can have happened before."""
    found = _anew(trace, error), *(_anew(trace, c) for c in cause)
    structure, values = take_apart(found, numbers=False)
    if _before_all(trace) and not values:
        reach(Raised(structure), [], None)
    _refuse_swallowing(trace)
    trace.emit_raise(structure, values)
    raise Stopped


def _before_all(trace: Trace) -> bool:
    """Whether every run gets here, and nothing can have happened before."""
    return context.interpreter is trace and all(n.op is CONSTANT for n in trace.nodes)


def _refuse_swallowing(trace: Trace) -> None:
    if trace.managers:
        raise ConversionError(
            f"an exception is raised in compiled code inside `with` of a {type(trace.managers[-1]).__name__},"
            " which may swallow it; raise it after the block",
            trace.origin(),
        )


def undefined(trace: Trace, name: str) -> NoReturn:
    """A local name is read to which nothing has been assigned: an error of the runs that get there."""
    text = f"cannot access local variable '{name}' where it is not associated with a value"
    if _before_all(trace):
        raise UndefinedVariableError(text, trace.origin())
    _refuse_swallowing(trace)
    fail_if(truth(True), "UndefinedVariableError", "UNDEFINED", text)
    raise Stopped


def _anew(trace: Trace, error: Any) -> Any:
    """The exception as one that each run makes anew; one from outside is itself."""
    if not isinstance(error, BaseException) or id(error) in trace.given:
        return error
    kind = type(error)
    own = [name for name in ("__init__", "__new__") if hasattr(getattr(kind, name), "__code__")]
    if own or vars(error) or error.__cause__ is not None:
        raise ConversionError(
            f"an exception of class {kind.__name__} is made before it is raised, by code that may see"
            " what only the run of the compiled function knows; make it where it is raised:"
            f" raise {kind.__name__}(...)",
            trace.origin(),
        )
    return later(kind, *error.args)


def reach(raised: Raised, values: list[Value], origin: Origin | None) -> NoReturn:
    """Raise what the program raises, given the values that it holds."""
    assert raised.structure is not None
    try:
        error, *cause = known(put_together(raised.structure, iter(values), as_given))
        if isinstance(error, type) and issubclass(error, BaseException):
            error = error()
        if isinstance(error, BaseException):
            error = error.with_traceback(traceback_of(origin))
        if cause:
            raise error from cause[0]
        raise error
    except BaseException as error:
        place = None if origin is None else excerpt(origin)
        if place is not None and place not in getattr(error, "__notes__", ()):
            error.add_note(place)
        raise
