"""Which arguments of a function are differentiated: by position, or by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograph_lite.errors import GradientError

Function = Callable[..., Any]
Argnums = int | tuple[int, ...] | None
Argnames = str | tuple[str, ...] | None
Place = int | str


class Passed:
    """The arguments of a call; a place is a position, or the name of what is passed by keyword."""

    def __init__(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.args, self.kwargs = list(args), dict(kwargs)

    def __getitem__(self, place: Place) -> Any:
        return self.kwargs[place] if isinstance(place, str) else self.args[place]

    def __setitem__(self, place: Place, value: Any) -> None:
        if isinstance(place, str):
            self.kwargs[place] = value
        else:
            self.args[place] = value


@dataclass(frozen=True, slots=True)
class Chosen:
    """Positions and names, as the user gave them.  `single`: one, of which the derivative stands by itself;
    else a tuple of derivatives."""

    given: tuple[Place, ...]
    single: bool

    def places(self, f: Function, passed: Passed) -> list[Place]:
        """Where they are in a call: positions from the left, and names of what is passed by keyword."""
        found = [_place(f, given, passed) for given in self.given]
        for place in found:
            if found.count(place) > 1:
                raise GradientError(f"{name_of_argument(f, place)} is differentiated twice")
        return found

    def behind_one(self) -> Chosen:
        """The same of a function that takes one argument more, before the others."""
        given = (n + 1 if isinstance(n, int) and n >= 0 else n for n in self.given)
        return Chosen(tuple(given), self.single)

    def arranged(self, parts: Sequence[Any]) -> Any:
        """The derivatives by each of them, as the user gets these."""
        return parts[0] if self.single else tuple(parts)


def chosen(f: Function, argnums: Argnums, argnames: Argnames) -> Chosen:
    """Positions, then names; the first argument where neither is given."""
    if argnums is None and argnames is None:
        return Chosen((0,), single=True)
    numbers = argnums if isinstance(argnums, tuple) else () if argnums is None else (argnums,)
    names = argnames if isinstance(argnames, tuple) else () if argnames is None else (argnames,)
    for n in numbers:
        if not isinstance(n, int | np.integer) or isinstance(n, bool):
            raise GradientError(f"argnums is {argnums!r}; a position or a tuple of them is needed")
    for name in names:
        if not isinstance(name, str):
            raise GradientError(f"argnames is {argnames!r}; a name or a tuple of them is needed")
        if not _takes(f, name):
            raise GradientError(f"argnames names {name!r}, which is no argument of {name_of(f)}")
    single = len(numbers) + len(names) == 1 and not isinstance(argnums or argnames, tuple)
    return Chosen((*map(int, numbers), *names), single)


def _takes(f: Function, name: str) -> bool:
    parameters = _parameters(f)
    if parameters is None:
        return True  # a call will tell
    of_any_name = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    found = parameters.get(name)
    return of_any_name if found is None else found.kind is not found.VAR_POSITIONAL


def _parameters(f: Function) -> Mapping[str, inspect.Parameter] | None:
    """None of what does not tell them, as some functions written in C."""
    try:
        return inspect.signature(f).parameters
    except (TypeError, ValueError):
        return None


def _place(f: Function, given: Place, passed: Passed) -> Place:
    count = len(passed.args)
    if isinstance(given, int):
        if not -count <= given < count:
            raise GradientError(
                f"argnums names argument {given}, but {name_of(f)} was called with {count}"
                " positional arguments"
            )
        return given % count
    if given in passed.kwargs:
        return given
    names = list(_parameters(f) or ())
    if given not in names[:count]:
        raise GradientError(f"argnames names {given!r}, but {name_of(f)} was called without it")
    return names.index(given)


def name_of_argument(f: Function, place: Place) -> str:
    if isinstance(place, str):
        return place
    names = list(_parameters(f) or ())
    return names[place] if place < len(names) else f"argument {place}"


def name_of(f: Function) -> str:
    return getattr(f, "__name__", "the function")
