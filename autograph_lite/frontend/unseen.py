"""Code of the user's that Python runs as it is while a function is staged, and what it reads from outside.

`__new__`, `__post_init__`, the factories of a dataclass, a generator: nobody sees what they read, so that all
that their code names is a guard, and the function is staged again where it has changed.  The same goes for what
they may call: functions and classes that they name, methods of what they reach.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.effects import attributes, contents, is_read_whole, parts
from autograph_lite.frontend.guards import Getter, Guard
from autograph_lite.frontend.special import ARITHMETIC, COMPARISONS, SIGNS, special
from autograph_lite.frontend.steady import in_library, is_generated, is_packaged
from autograph_lite.tensors.boxes import Box

_OPERATORS = (
    *ARITHMETIC,
    *(f"r{name}" for name in ARITHMETIC),
    *(f"i{name}" for name in ARITHMETIC),
)
MAKING = frozenset(
    ("__init__", "__init_subclass__", "__set_name__", "__class_getitem__", "__del__")
)
"""Special methods that nothing asks of an object that is there."""
CONVERTED = MAKING | frozenset(
    (
        *("__call__", "__contains__", "__delitem__", "__enter__", "__exit__", "__getitem__"),
        *("__len__", "__setitem__", "__repr__", "__str__", "__format__", "__reduce__", "__bool__"),
        *map(special, (*_OPERATORS, *SIGNS, *COMPARISONS)),
    )
)
"""Those that are converted where the program itself asks for them."""
_PYTHONS = frozenset(
    ("__slotnames__", "__annotations__", "__doc__", "__abstractmethods__", "_abc_impl")
)
"""What Python itself puts into a class, also later."""
BY_NAME = frozenset(("__dict__", "__getattribute__", "asdict", "astuple", "getattr", "vars"))
"""What reads an object by names that no code tells."""
_AROUND = (
    *(functools.cached_property, functools.partial, functools.partialmethod),
    functools.singledispatchmethod,
)
_AT_ONCE = (type(None), bool, int, float, complex, str, bytes, np.ndarray, np.generic)
_CALLED = (
    *(types.FunctionType, types.MethodType, functools.partial, functools._lru_cache_wrapper),
)


class Unseen:
    """What code that runs as it is names, in one staging."""

    def __init__(self, trace: Any) -> None:
        self.trace = trace
        self.guards: list[Guard] = []
        self._met: set[type] = set()
        self._classes: set[type] = set()
        self._read: set[Any] = set()
        self._found: set[tuple[int, str]] = set()
        self._names: set[str] = set()
        self._kept: list[Any] = []  # what is known by its identity lives as long
        self._objects: list[Any] = []
        self._foreign: set[type] = set()  # of installed packages, whose operators run as they are
        self._wholly: dict[int, Any] = {}  # objects that are read as a whole

    def meet(self, kind: type) -> None:
        """A class whose objects a staged function works with, or is about to make."""
        if kind in self._met:
            return
        self._met.add(kind)
        if is_packaged(kind):
            if not in_library(kind) and computes(kind, MAKING, of_packages=True):
                self._foreign.add(kind)
            return
        same = functools.partial(_has_still, kind, kind.__mro__, _methods(kind))
        self.guards.append(Guard(same, True, f"the methods of {kind.__name__}", about=True))
        if computes(kind):
            self._class(kind)
            self._look()

    def runs(self, function: types.FunctionType, kind: type) -> None:
        """A method that cannot be staged is about to run as it is."""
        self._function(function, kind)
        self._look()

    def given(self, *objects: Any) -> None:
        """Objects that code of a library's compares, copies or shows, which may ask their classes: all that
        those from outside hold is read."""
        waiting = [*objects]
        while waiting:
            obj = waiting.pop()
            if isinstance(obj, Box) or id(obj) in self._wholly:
                continue
            if is_read_whole(obj):
                waiting += parts(obj)
            elif _is_of_user(obj):
                self._wholly[id(obj)] = obj
                if computes(type(obj), MAKING):
                    self._class(type(obj))
                waiting += attributes(obj).values()

    def finish(self) -> None:
        """All is staged."""
        self._look()
        for guard in self.guards:
            if not guard.holds():
                raise ConversionError(
                    f"{guard.what} is changed by code that is not converted, such as that of `__new__` or of a"
                    " method with `try`: it would happen once, when the function is compiled; change it in a"
                    " function, or in a method that is called by its name",
                    self.trace.origin(),
                )

    def _look(self) -> None:
        """What that code may read by the names in it: of modules, classes and objects from outside."""
        known = None
        while (self._names or self._wholly or self._foreign) and known != (
            len(self._found),
            len(self._read),
        ):
            known = len(self._found), len(self._read)
            everything = not self._names.isdisjoint(BY_NAME)
            outside = self._outside()
            for obj in outside:
                self._names_of(obj)
                for name in () if isinstance(obj, type) else _held_by(obj):
                    whole = id(obj) in self._wholly or type(obj) in self._foreign
                    if name in self._names or whole or everything:
                        read = functools.partial(getattr, obj, name)
                        self._value(read, obj, name, f"{name} of {_called(obj)}")
            for obj in [*self.trace.made.values()]:
                for name, part in attributes(obj).items():
                    if name in self._names or everything:
                        self._reach(part)
            classes = [obj for obj in outside if isinstance(obj, type)]
            for kind in [*self._met, *map(type, outside), *classes]:
                for name in [] if is_packaged(kind) else [*self._names]:
                    self._of_class(kind, name)

    def _names_of(self, obj: Any) -> None:
        """A guard on which names there are."""
        if (id(obj), "") not in self._found:
            self._found.add((id(obj), ""))
            self._kept.append(obj)
            same = functools.partial(_holds_still, obj, _held_by(obj))
            self.guards.append(Guard(same, True, f"what {_called(obj)} holds", about=True))

    def _outside(self) -> list[Any]:
        """Modules, classes, functions and objects of the user's from outside, and what they hold."""
        waiting = [*self.trace.given.values(), *self._objects]
        found: dict[int, Any] = {}
        while waiting:
            obj = waiting.pop()
            if id(obj) in found:
                continue
            if is_read_whole(obj):
                waiting += parts(obj)
            if isinstance(obj, types.ModuleType | type | types.FunctionType):
                if not is_packaged(obj):
                    found[id(obj)] = obj
            elif type(obj) in self._foreign:
                found[id(obj)] = obj
            elif _is_of_user(obj):
                found[id(obj)] = obj
                waiting += attributes(obj).values()
        return [*found.values()]

    def _class(self, kind: type) -> None:
        """A class whose methods run as they are, with what makes its objects."""
        if kind in self._classes or is_packaged(kind):
            return
        self._classes.add(kind)
        for base in (type(kind), *kind.__mro__[:-1]):
            if is_packaged(base):
                continue
            for name, own in vars(base).items():
                if name.startswith("__"):
                    self._function(own, kind)
                elif _is_descriptor(own):  # it runs where it is read
                    self._class(type(own))
        for factory in factories(kind):
            self._function(factory, None)

    def _function(self, own: Any, kind: type | None) -> None:
        """What a function names, itself and those inside it."""
        for function in _functions(own):
            if (function, kind) in self._read or is_packaged(function) or is_staged(function):
                continue
            self._read.add((function, kind))
            called = function.__qualname__
            self._value(
                functools.partial(_made_of, function), function, "code", f"the code of {called}"
            )
            self._objects.append(function)
            cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
            for name, cell in cells:
                self._value(
                    functools.partial(getattr, cell, "cell_contents"),
                    *(cell, name, f"{name} of {called}"),
                )
            for name in dict.fromkeys(_names(function.__code__)):
                self._names.add(name)
                space = function.__globals__
                if name in space:
                    read = functools.partial(space.__getitem__, name)
                    self._value(read, space, name, f"{name} of {called}")
                if kind is not None:
                    self._of_class(kind, name)

    def _of_class(self, kind: type, name: str) -> None:
        """What a class, or one that it is made of, holds by a name."""
        own = inspect.getattr_static(kind, name, None)
        if own is None or name.startswith("__"):
            return
        if any(True for _ in _functions(own)):
            self._function(own, kind)
        elif _is_descriptor(own):
            self._class(type(own))
        elif not hasattr(type(own), "__get__"):
            what = f"{name} of {_called(kind)}"
            self._value(functools.partial(getattr, kind, name), kind, name, what)

    def _value(self, read: Getter, home: Any, name: str, what: str) -> None:
        """What is read from outside by a name of `home`."""
        if (id(home), name) in self._found:
            return
        self._found.add((id(home), name))
        self._kept.append(home)
        try:
            found = read()
        except (ValueError, AttributeError):  # nothing is assigned yet
            return
        if isinstance(found, _AT_ONCE) or is_read_whole(found):
            self._whole(read, found, what)
        else:
            self.guards.append(Guard(read, found, what))
        self._reach(found)

    def _whole(self, read: Getter, found: Any, what: str) -> None:
        """A guard on all that is read, to any depth."""
        try:
            inside = contents((found,), True)
        except RecursionError:  # it holds itself
            self.guards.append(Guard(read, found, what))
            return
        self.guards.append(Guard(lambda: (read(),), (found,), what, inside, arrays=True))

    def _reach(self, found: Any) -> None:
        """What may be called, or asked for what it holds."""
        waiting, seen = [found], set()
        while waiting:
            obj = waiting.pop()
            if id(obj) in seen or isinstance(obj, (*_AT_ONCE, Box)):
                continue
            seen.add(id(obj))
            if id(obj) in self.trace.made:
                waiting += attributes(obj).values()
            elif isinstance(obj, types.ModuleType):
                self._objects += [] if is_packaged(obj) else [obj]
            elif isinstance(obj, type):
                self._objects += [] if is_packaged(obj) else [obj]
                self._class(obj)
            elif isinstance(obj, _CALLED):
                self._function(obj, None)
                waiting += [getattr(obj, "__self__", None), *getattr(obj, "args", ())]
                waiting += getattr(obj, "keywords", {}).values()
            else:
                waiting += parts(obj) if is_read_whole(obj) else ()
                if _is_of_user(obj):
                    self.trace.keep(obj)
                    self._objects.append(obj)
                    self._class(type(obj))


def computes(kind: type, converted: frozenset[str] = CONVERTED, of_packages: bool = False) -> bool:
    """Whether special methods of a class, or the making of its objects, run code of the user's as it is."""
    foreign = in_library if of_packages else is_packaged
    if foreign(kind) or issubclass(kind, BaseException):
        return False
    if factories(kind) or (hasattr(kind, "__post_init__") and dataclasses.is_dataclass(kind)):
        return True
    own = {n: x for base in kind.__mro__[:-1] if not foreign(base) for n, x in vars(base).items()}
    if (type(kind) is not type and "__init__" in own) or any(map(_is_descriptor, own.values())):
        return True
    asked = (x for name, x in own.items() if name.startswith("__") and name not in converted)
    functions = (function for x in asked for function in _functions(x))
    return any(not is_generated(x) and not in_library(x) for x in functions)


def factories(kind: type) -> list[types.FunctionType]:
    """Functions of the user's that make what the fields of a dataclass hold at first."""
    found = getattr(kind, "__dataclass_fields__", {}).values()
    made = (part.default_factory for part in found)
    return [x for x in made if isinstance(x, types.FunctionType)]


def _functions(own: Any) -> Iterator[types.FunctionType]:
    """The functions in what a class holds by a name, decorated ones too."""
    waiting = [own]
    while waiting:
        one = waiting.pop()
        if isinstance(one, types.FunctionType):
            yield one
        elif isinstance(one, property):
            waiting += [one.fget, one.fset, one.fdel]
        elif isinstance(one, _AROUND):
            waiting.append(one.func)
        elif isinstance(one, classmethod | staticmethod | types.MethodType):
            waiting.append(one.__func__)
        elif isinstance(one, functools._lru_cache_wrapper):
            waiting.append(one.__wrapped__)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from _names(part)


def _made_of(function: types.FunctionType) -> Any:
    """What a function is, and what its parameters hold at first."""
    return id(function.__code__), function.__defaults__, function.__kwdefaults__


def _methods(kind: type) -> list[tuple[Any, dict[str, Any]]]:
    """The methods of a class and its bases, by their names; of other names None, for that they are there."""
    found = []
    for base in kind.__mro__[:-1]:
        if base.__module__ != "builtins":
            held = vars(base).items()
            own = {n: x if _is_method(x) else None for n, x in held if n not in _PYTHONS}
            found.append((vars(base), own))
    return found


def _is_method(own: Any) -> bool:
    return callable(own) or hasattr(type(own), "__get__")


def _has_still(kind: type, order: Any, methods: list[tuple[Any, dict[str, Any]]]) -> bool:
    """Whether a class has the bases and methods that it had."""
    return kind.__mro__ is order and all(_is_still(now, before) for now, before in methods)


def _is_still(now: Any, before: dict[str, Any]) -> bool:
    count = 0
    for name, own in now.items():
        if name not in _PYTHONS:
            count += 1
            was = before.get(name, _PYTHONS)
            if was is not own and (was is not None or _is_method(own)):
                return False
    return count == len(before)


def _holds_still(obj: Any, names: tuple[str, ...]) -> bool:
    return _held_by(obj) == names


def _is_descriptor(own: Any) -> bool:
    """Whether a class of the user's says what is read in the place of an object."""
    return hasattr(type(own), "__get__") and not is_packaged(type(own))


def _is_of_user(obj: Any) -> bool:
    """Whether an object has attributes by a class of the user's."""
    if isinstance(obj, Box | type | types.FunctionType | types.ModuleType):
        return False
    return isinstance(obj, types.SimpleNamespace) or not is_packaged(type(obj))


def _held_by(obj: Any) -> tuple[str, ...]:
    """Names of what an object holds; not those that Python makes."""
    if isinstance(obj, type):
        own: Iterator[str] = (
            name for base in obj.__mro__[:-1] if not is_packaged(base) for name in vars(base)
        )
    else:
        plain = isinstance(obj, types.ModuleType | types.FunctionType)
        own = iter([*(vars(obj) if plain else attributes(obj))])
    kept = {n for n, x in vars(type(obj)).items() if isinstance(x, functools.cached_property)}
    return tuple(name for name in own if not name.startswith("__") and name not in kept)


def _called(obj: Any) -> str:
    named = isinstance(obj, type | types.ModuleType | types.FunctionType)
    return obj.__name__ if named else f"a {type(obj).__name__}"
