"""Names that functions assign which do not own them, as `nonlocal` says, while a function is staged.

A call may reach such a function from anywhere: through a helper of the user, a container, an operator.
So it is not the text that tells which loops and branches change such a name but the staging itself:
what holds another object after a body than before it belongs to the state.  A name is known by its
Python cell, which the state of the function that owns it may already have.
"""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autograph_lite.frontend.state import Undefined
from autograph_lite.ops.staging import root

Get = Callable[[], tuple[Any, ...]]
Set = Callable[[tuple[Any, ...]], None]


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One Python variable."""

    name: str
    cell: types.CellType

    def read(self) -> Any:
        try:
            return self.cell.cell_contents
        except ValueError:
            return Undefined(self.name)

    def put(self, obj: Any) -> None:
        self.cell.cell_contents = obj


def variables_of(function: types.FunctionType) -> list[Variable]:
    """The variables that a function shares with those around it."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return [Variable(name, cell) for name, cell in cells]


@dataclass(frozen=True, slots=True, eq=False)
class Outside(Variable):
    """A global, or a variable of a function that is not staged.  `first` is what it holds before the call;
    `look` and `assign` are for the variable itself."""

    first: Any
    look: Callable[[], Any]
    assign: Callable[[Any], None]


MISSING = object()
"""What a variable from outside holds to which nothing is assigned."""


@dataclass(slots=True)
class Variables:
    """The variables of one staging: those inside for as long as a function lives that assigns them."""

    by_function: weakref.WeakKeyDictionary[Any, list[Variable]] = field(
        default_factory=weakref.WeakKeyDictionary
    )
    outside: dict[tuple[int, str], Outside] = field(default_factory=dict)

    def add(self, function: types.FunctionType, names: tuple[str, ...]) -> None:
        """A function that assigns names of functions around it has been defined."""
        self.by_function[function] = [v for v in variables_of(function) if v.name in names]

    def __iter__(self) -> Iterator[Variable]:
        inside = [v for found in self.by_function.values() for v in found]
        known: dict[int, Variable] = {id(v.cell): v for v in (*inside, *self.outside.values())}
        return iter(known.values())

    def assigned(self) -> list[Outside]:
        """Those from outside that hold something else than before the call."""
        return [v for v in self.outside.values() if v.read() is not v.first]


def _cells(get: Any) -> set[int]:
    """The cells of what a state holds."""
    if get is None:
        return set()
    own = {id(cell) for cell in getattr(get, "__closure__", None) or ()}
    more = {id(variable.cell) for variable in getattr(get, "variables", ())}
    return own | more | _cells(getattr(get, "__wrapped__", None))


class Watch:
    """The variables around a body that are not in its own state: what they hold before it."""

    def __init__(self, get: Get) -> None:
        trace = root()
        self.variables: Variables = trace.variables
        self.known = _cells(get)
        self.before = [(v, v.read()) for v in trace.variables if id(v.cell) not in self.known]
        self.known.update(id(variable.cell) for variable, _ in self.before)

    def changed(self) -> list[Variable]:
        """Those that hold something else now; they hold what they held again."""
        found = []
        self.grew()
        for variable, before in self.before:
            if variable.read() is not before:
                variable.put(before)
                found.append(variable)
        self.before = [pair for pair in self.before if pair[0] not in found]
        return found

    def put_back(self) -> None:
        """All hold again what they held."""
        for variable, before in self.before:
            variable.put(before)

    def grew(self) -> bool:
        """Whether variables from outside are met for the first time; they are watched from now on."""
        new = [v for v in self.variables.outside.values() if id(v.cell) not in self.known]
        self.known.update(id(variable.cell) for variable in new)
        self.before += [(variable, variable.first) for variable in new]
        return bool(new)

    def differs(self) -> bool:
        """Whether one of them holds something else now."""
        self.grew()
        return any(variable.read() is not before for variable, before in self.before)

    def all(self) -> list[Variable]:
        return [variable for variable, _ in self.before]


def state_of(names: tuple[str, ...], *functions: Callable[..., Any] | None) -> tuple[Get, Set]:
    """How a state is read and replaced: by the variables of these names that the functions assign."""
    known: dict[str, Variable] = {}
    for function in functions:
        if isinstance(function, types.FunctionType):
            known.update((v.name, v) for v in variables_of(function))
    variables = [known[name] for name in names]

    def get() -> tuple[Any, ...]:
        return tuple(variable.cell.cell_contents for variable in variables)

    def put(objects: tuple[Any, ...]) -> None:
        for variable, obj in zip(variables, objects, strict=True):
            variable.cell.cell_contents = obj

    get.variables = variables  # type: ignore[attr-defined]
    return get, put


def extended(get: Get, set: Set, names: tuple[str, ...], more: list[Variable]) -> tuple[Any, ...]:
    """How a state is read, how it is replaced and what it is called, with variables at its end."""
    if not more:
        return get, set, names
    own = len(names)

    def get_all() -> tuple[Any, ...]:
        return (*get(), *(variable.read() for variable in more))

    def set_all(values: tuple[Any, ...]) -> None:
        set(values[:own])
        for variable, value in zip(more, values[own:], strict=True):
            variable.put(value)

    get_all.__wrapped__, get_all.variables = get, more  # type: ignore[attr-defined]
    return get_all, set_all, (*names, *(variable.name for variable in more))
