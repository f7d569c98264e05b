"""Code of the user's that Python runs as it is while a function is staged, and what it reads from outside.

An operator of a class, `__new__`, `__post_init__`, the factories of a dataclass: nobody sees what they read,
so that all that their code names is a guard, and the function is staged again where it has changed.  The same
goes for what they may call: functions and classes that they name, methods and attributes of their own class.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.effects import attributes, contents, is_read_whole, parts
from autograph_lite.frontend.guards import Getter, Guard
from autograph_lite.frontend.steady import in_library, is_generated, is_library, is_packaged
from autograph_lite.tensors.boxes import Box

CONVERTED = frozenset(
    (
        *("__call__", "__contains__", "__delitem__", "__enter__", "__exit__", "__getitem__"),
        *("__init__", "__len__", "__setitem__", "__init_subclass__", "__set_name__"),
        *("__repr__", "__str__", "__format__", "__class_getitem__", "__reduce__", "__del__"),
    )
)
"""Special methods that are converted, or that nothing in a staged function calls."""
SHOWING = frozenset(("__repr__", "__str__", "__format__", "__reduce__"))
"""Those of them that are asked when an object is shown or copied."""
BY_NAME = frozenset(("__dict__", "__getattribute__", "asdict", "astuple", "getattr", "vars"))
"""What reads an object by names that no code tells."""
_AT_ONCE = (type(None), bool, int, float, complex, str, bytes)


class Unseen:
    """What code that runs as it is names, in one staging."""

    def __init__(self, trace: Any) -> None:
        self.trace = trace
        self.guards: list[Guard] = []
        self._met: set[type] = set()
        self._whole: set[type] = set()
        self._read: set[Any] = set()
        self._found: set[tuple[int, str]] = set()
        self._names: set[str] = set()
        self._kept: list[Any] = []  # what is known by its identity lives as long
        self._objects: list[Any] = []
        self._wholly: dict[int, Any] = {}  # objects that are read as a whole

    def meet(self, obj: Any) -> None:
        """An object that a staged function works with."""
        kind = type(obj)
        if kind in self._met:
            return
        self._met.add(kind)
        if computes(kind):
            self._class(kind)

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
                if computes(type(obj), CONVERTED - SHOWING):
                    self._class(type(obj))
                waiting += attributes(obj).values()

    def finish(self) -> None:
        """All is staged: of modules and of objects from outside, that code may read what it names."""
        known = -1
        while (self._names or self._wholly) and known != len(self._found):
            known = len(self._found)
            for obj in self._outside():
                for name in _held_by(obj):
                    if name in self._names or id(obj) in self._wholly or self._by_name():
                        read = functools.partial(getattr, obj, name)
                        self._value(read, obj, name, _of(name, obj))
        self._refuse_changed()

    def _by_name(self) -> bool:
        return not self._names.isdisjoint(BY_NAME)

    def _outside(self) -> list[Any]:
        """Modules and objects of the user's from outside, and those that they hold."""
        waiting = [obj for obj, _ in self.trace.untouched.known.values()] + self._objects
        found: dict[int, Any] = {}
        while waiting:
            obj = waiting.pop()
            if id(obj) in found:
                continue
            if isinstance(obj, types.ModuleType):
                found[id(obj)] = obj
            elif is_read_whole(obj):
                waiting += parts(obj)
            elif _is_of_user(obj):
                found[id(obj)] = obj
                waiting += attributes(obj).values()
        return [*found.values()]

    def _refuse_changed(self) -> None:
        for guard in self.guards:
            if not guard.holds():
                raise ConversionError(
                    f"{guard.what} is changed by code that is not converted, such as that of an operator or of"
                    " `__new__`: it would happen once, when the function is compiled; change it in a function,"
                    " or in a method that is called by its name",
                    self.trace.origin(),
                )

    def _class(self, kind: type) -> None:
        """A class whose methods run as they are, with what makes its objects."""
        if kind in self._whole or is_packaged(kind):
            return
        self._whole.add(kind)
        for base in (type(kind), *kind.__mro__[:-1]):
            if is_packaged(base):
                continue
            for name, own in vars(base).items():
                if name.startswith("__"):
                    self._function(own, kind)
                elif hasattr(
                    type(own), "__get__"
                ):  # a descriptor of the user's runs where it is read
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
                functools.partial(_defaults, function),
                *(function, "defaults", f"the defaults of {called}"),
            )
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
        elif not isinstance(own, types.MemberDescriptorType):
            self._value(functools.partial(getattr, kind, name), kind, name, _of(name, kind))

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
        if isinstance(found, _AT_ONCE) or is_read_whole(found) or _is_array(found):
            self.guards.append(
                Guard(lambda: (read(),), (found,), what, contents((found,), True), arrays=True)
            )
        else:
            self.guards.append(Guard(read, found, what))
            self._reach(found)

    def _reach(self, found: Any) -> None:
        """What may be called, or asked for what it holds."""
        if isinstance(found, types.ModuleType):
            if not is_library(found.__name__):
                self._objects.append(found)
        elif isinstance(found, type):
            self._class(found)
        elif isinstance(found, types.FunctionType | types.MethodType | functools.partial):
            self._function(found, None)
        elif _is_of_user(found):
            self.trace.keep(found)
            self._objects.append(found)
            self._class(type(found))


def computes(kind: type, converted: frozenset[str] = CONVERTED) -> bool:
    """Whether special methods of a class, or the making of its objects, run code of the user's as it is."""
    if is_packaged(kind) or issubclass(kind, BaseException):
        return False
    if factories(kind) or (hasattr(kind, "__post_init__") and dataclasses.is_dataclass(kind)):
        return True
    own = {
        n: x for base in kind.__mro__[:-1] if not is_packaged(base) for n, x in vars(base).items()
    }
    if type(kind) is not type and "__init__" in own:
        return True
    special = (x for name, x in own.items() if name.startswith("__") and name not in converted)
    functions = (x for own in special for x in _functions(own))
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
        elif isinstance(one, functools.cached_property | functools.partial):
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


def _defaults(function: types.FunctionType) -> Any:
    return function.__defaults__, function.__kwdefaults__


def _is_array(obj: Any) -> bool:
    return hasattr(obj, "tobytes") and not isinstance(obj, Box)


def _is_of_user(obj: Any) -> bool:
    """Whether an object has attributes by a class of the user's."""
    if isinstance(obj, Box | type | types.FunctionType | types.ModuleType):
        return False
    return not is_packaged(type(obj))


def _held_by(obj: Any) -> list[str]:
    return [*(vars(obj) if isinstance(obj, types.ModuleType) else attributes(obj))]


def _of(name: str, obj: Any) -> str:
    named = isinstance(obj, type | types.ModuleType)
    return f"{name} of {obj.__name__ if named else f'a {type(obj).__name__}'}"
