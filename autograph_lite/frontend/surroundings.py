"""Names that a converted function finds outside itself, and what its parameters hold where a call gives
nothing: read anew at every call of the compiled function."""

from __future__ import annotations

import builtins
import functools
import types
from collections.abc import Callable
from typing import Any

from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.guards import Guard
from autograph_lite.frontend.shared import MISSING
from autograph_lite.frontend.state import Undefined
from autograph_lite.frontend.steady import is_library
from autograph_lite.frontend.trace import Trace


class Scope:
    """Names that a converted function finds outside itself: closure, globals, builtins."""

    def __init__(self, function: types.FunctionType, trace: Trace, operators: Any) -> None:
        self.function, self.trace, self.operators = function, trace, operators
        names = function.__code__.co_freevars
        self.cells = dict(zip(names, function.__closure__ or (), strict=True))

    def variable(self, name: str, is_global: bool) -> types.CellType:
        """The variable in which a name from outside lives that the function assigns."""
        if not is_global:
            cell = self.cells[name]
            put = functools.partial(_put_held, cell)
            return self.trace.variable(name, id(cell), lambda: held_in(cell), put, "local")
        space = self.function.__globals__
        put = functools.partial(_put_global, space, name)
        return self.trace.variable(name, id(space), lambda: space.get(name, MISSING), put, "global")

    def load(self, name: str) -> Any:
        home = id(self.cells.get(name, self.function.__globals__))
        assigned = self.trace.variables.outside.get((home, name))
        if assigned is not None and not isinstance(assigned.read(), Undefined):
            return self.operators.ld(assigned.read())
        if name in self.cells:
            cell = self.cells[name]
            return self._note(name, lambda: _content(cell, name), cell)
        space = self.function.__globals__
        if name in space:
            return self._note(name, lambda: _global(space, name), space)
        try:
            return getattr(builtins, name)
        except AttributeError:
            raise NameError(f"name {name!r} is not defined") from None

    def defaults(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...] | None, dict[str, Any] | None]:
        """`__defaults__` and `__kwdefaults__`; those that a call with these arguments needs are noted."""
        function, own = self.function, self.function.__defaults__
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        known = kwargs.keys() | set(names[: len(args)])

        def found(name: str, obj: Any) -> Any:
            return obj if name in known else default_of(self.trace, function, name)

        last = names[len(names) - len(own) :] if own else ()
        positional = own and tuple(map(found, last, own))
        named = function.__kwdefaults__
        return positional, named and {name: found(name, obj) for name, obj in named.items()}

    def _note(self, name: str, read: Callable[[], Any], home: Any) -> Any:
        found = read()
        if isinstance(found, types.ModuleType):
            if not is_library(found.__name__):
                self.trace.guards.append(Guard(read, found, name))
            return found
        what = f"{name} of {self.function.__qualname__}"
        return self.trace.note(found, read, what, (home, name))


def default_of(trace: Trace, function: types.FunctionType, name: str) -> Any:
    """What a parameter of a function holds where a call leaves it out."""
    read = functools.partial(_default, function, name)
    found = read()
    if isinstance(found, types.ModuleType) or is_staged(function):
        return found
    what = f"the default of {name} of {function.__qualname__}"
    return trace.note(found, read, what, (function, f"={name}"))


def _default(function: types.FunctionType, name: str) -> Any:
    code, own = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    given = dict(zip(reversed(names), reversed(own), strict=False))
    given.update(function.__kwdefaults__ or {})
    if name not in given:
        text = f"{function.__qualname__}() missing 1 required positional argument: {name!r}"
        raise TypeError(text)
    return given[name]


def parts_of(trace: Trace, given: functools.partial[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a `functools.partial` gives; that of one from outside is noted."""
    if id(given) not in trace.given:
        return given.args, given.keywords

    def found(read: Callable[[], Any], name: str) -> Any:
        return trace.note(read(), read, f"{name} of a functools.partial", (given, name))

    names = functools.partial(_names, given)
    trace.guards.append(Guard(names, names(), "the keywords of a functools.partial", about=True))
    args = (
        found(functools.partial(_argument, given, i), f"argument {i}")
        for i in range(len(given.args))
    )
    named = {
        n: found(functools.partial(_keyword, given, n), f"argument {n}") for n in given.keywords
    }
    return tuple(args), named


def _names(given: functools.partial[Any]) -> str:
    return " ".join(given.keywords)


def _argument(given: functools.partial[Any], place: int) -> Any:
    return given.args[place]


def _keyword(given: functools.partial[Any], name: str) -> Any:
    return given.keywords[name]


def held_in(cell: types.CellType) -> Any:
    """What a variable of a closure holds, MISSING before it is assigned."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def _put_held(cell: types.CellType, obj: Any) -> None:
    if obj is MISSING:
        del cell.cell_contents
    else:
        cell.cell_contents = obj


def _put_global(space: dict[str, Any], name: str, obj: Any) -> None:
    if obj is MISSING:
        space.pop(name, None)
    else:
        space[name] = obj


def _content(cell: types.CellType, name: str) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise NameError(
            f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        ) from None


def _global(space: dict[str, Any], name: str) -> Any:
    if name not in space:
        raise NameError(f"name {name!r} is not defined")
    return space[name]
