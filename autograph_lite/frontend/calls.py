"""Calls inside a staged function: which are converted, which run as they are, which mean more.

Python functions of the user are converted as they are called.  Functions of this library and of
NumPy run on symbolic tensors through the protocols.  NumPy on plain arrays is a host call: it runs
again at every call of the compiled function, on the objects as they are then.
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend import growing, packing
from autograph_lite.frontend.absent import surely
from autograph_lite.frontend.advice import mentions_run, refuse_call, refuse_maker
from autograph_lite.frontend.again import Running
from autograph_lite.frontend.convert import Converted, convert, is_staged
from autograph_lite.frontend.effects import (
    BY_NAME,
    CONTAINERS,
    attributes,
    changed_by,
    in_words,
    is_read_whole,
    only_staged,
    refuse_writer,
)
from autograph_lite.frontend.folds import with_callbacks
from autograph_lite.frontend.getters import getter_of
from autograph_lite.frontend.grown import mentions_grown, refuse_spread
from autograph_lite.frontend.guards import Guard
from autograph_lite.frontend.holders import changing, is_made, note_made
from autograph_lite.frontend.iterators import Generator
from autograph_lite.frontend.meanings import FOLDS, MEANINGS
from autograph_lite.frontend.overloads import FUNCTIONS as OPERATORS
from autograph_lite.frontend.raising import later
from autograph_lite.frontend.shared import MISSING
from autograph_lite.frontend.state import MaybeUndefined, Undefined
from autograph_lite.frontend.steady import (
    LIBRARIES,
    compares,
    in_library,
    is_generated,
    is_standard,
    is_steady,
    is_users,
    owner,
    refuse_unsteady,
    watched,
)
from autograph_lite.frontend.surroundings import Scope, parts_of
from autograph_lite.frontend.trace import Trace
from autograph_lite.nests import rebuild
from autograph_lite.tensors import scalar
from autograph_lite.tensors.boxes import Box, entered, wrap
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.mathematics import FUNCTIONS, is_number
from autograph_lite.tensors.operators import strong
from autograph_lite.tensors.plain_array import UNTOUCHED
from autograph_lite.tensors.scalar import KINDS
from autograph_lite.tensors.scalar_functions import FUNCTIONS as OF_NUMBERS

OF_HOST = (len, float, int, bool, abs, min, max, sum, round, sorted)
"""What Python itself computes of a plain array."""
_OF_CLASSES = (types.MethodDescriptorType, types.WrapperDescriptorType)
"""Methods of Python's own code as their class has them: `list.append`."""


def result_of(out: Any) -> Any:
    """What a converted function returns: on every path that ends, something was returned."""
    if isinstance(out, MaybeUndefined):
        return out.obj
    return None if isinstance(out, Undefined) else out


def _function_of(obj: Any, name: str) -> Any:
    return getattr(getattr(obj, name), "__func__", None)


def _called(obj: Any) -> str:
    """What the user calls an object whose attribute is read."""
    named = isinstance(obj, type | types.ModuleType)
    return str(obj.__name__) if named else f"a {type(obj).__name__}"


class Caller:
    """Decides what a call means."""

    def __init__(self, trace: Trace, running: Running) -> None:
        self.trace, self.running = trace, running
        self.operators: Any = None
        self._raising = False
        self.by_name: dict[Any, Callable[..., Any]] = {
            getattr: self._getattr,
            setattr: lambda obj, name, value: self.operators.set_attr(obj, name, value),
            delattr: lambda obj, name: self.operators.del_attr(obj, name),
            vars: lambda obj: self.attribute(obj, "__dict__"),
        }

    def call_inside(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call that reached a decorated function through code that is not converted."""
        return surely(self.call(self.operators, function, args, kwargs))

    def attribute(self, obj: Any, name: str) -> Any:
        """`obj.name`; data of a user's object, module or class is read anew at every call."""
        if isinstance(obj, HostArray):
            return getattr(obj, name)
        made = is_made(obj)
        getter: Any = getattr(type(obj), name, None)
        if isinstance(getter, property) and is_users(getter.fget):
            return self.call(self.operators, getter.fget, (obj,), {})
        keeps = isinstance(getter, functools.cached_property) and name not in attributes(obj)
        if keeps and made:
            self.operators.set_attr(obj, name, self.call(self.operators, getter.func, (obj,), {}))
        found = getattr(obj, name)
        if keeps and not made and only_staged(found) is not None:
            vars(obj).pop(name)
            raise ConversionError(
                f"{name!r} of {_called(obj)} from outside is computed once and kept, and compiled code would"
                " be the first to read it; read it once before",
                self.trace.origin(),
            )
        self.trace.settle(obj)
        if made and name == "__dict__":
            self.trace.dict_of[id(found)] = obj
        made_now = callable(found) and getattr(obj, name) is not found  # such as a bound method
        changes = isinstance(obj, types.ModuleType) and is_read_whole(found)
        if isinstance(found, types.ModuleType) or (is_steady(obj, name) and not changes):
            return found
        if made_now:
            self._note_method(obj, name, found)
            return found
        if made and (getter is not found or name in attributes(obj)):
            return found
        obj = type(obj) if made else obj  # what a class holds is there before its objects
        what = f"{name} of {_called(obj)}"
        return self.trace.note(found, lambda: getattr(obj, name), what, (obj, name))

    def _note_method(self, obj: Any, name: str, found: Any) -> None:
        """A method of an object from outside: of its class, unless it gets one of its own."""
        own = getattr(found, "__func__", None)
        if own is not None and id(obj) in self.trace.given:
            read = functools.partial(_function_of, obj, name)
            self.trace.guards.append(Guard(read, own, f"{name} of {_called(obj)}", about=True))

    def special(self, obj: Any, name: str, *given: Any) -> Any:
        """What a special method gives; that of a class of the user's is converted."""
        own = getattr(type(obj), name)
        if is_users(own):
            return self.call(self.operators, own, (obj, *given), {})
        return own(obj, *given)

    def has_special(self, obj: Any, name: str) -> bool:
        """Whether an object is of a class of the user's that has a special method."""
        return is_users(getattr(type(obj), name, None))

    def _getattr(self, obj: Any, name: str, *default: Any) -> Any:
        try:
            return self.attribute(obj, name)
        except AttributeError:
            if not default:
                raise
        self.trace.note_has(obj, name)
        return default[0]

    @contextmanager
    def raising(self) -> Iterator[None]:
        """What is called inside gives an exception that is raised: it is made when it is."""
        outer, self._raising = self._raising, True
        try:
            yield
        finally:
            self._raising = outer

    def call(self, ops: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._raising and isinstance(function, type) and issubclass(function, BaseException):
            return later(function, *args, **kwargs)
        if _hashable(function) and function in OPERATORS and not kwargs:
            kind, name = OPERATORS[function]
            if len(args) == 1 + (kind != "unary"):
                return getattr(ops, kind)(name, *args)
        meaning = MEANINGS.get(function) if _hashable(function) else None
        listed = args and isinstance(args[0], Generator) and args[0].at_once
        if listed and meaning not in FOLDS:
            args = (list(args[0]), *args[1:])
        if any(isinstance(a, HostArray) for a in args):
            if function is isinstance:
                return isinstance(args[0].sample, *args[1:])
            if _hashable(function) and function in OF_HOST:
                return self.trace.hosts.operator(function, *args, **kwargs)
        if (
            isinstance(function, _OF_CLASSES)
            and args
            and isinstance(args[0], function.__objclass__)
        ):
            return self.call(ops, function.__get__(args[0]), args[1:], kwargs)
        by_name = self.by_name.get(function) if _hashable(function) else None
        if by_name is not None and not kwargs and len(args) >= 1 + (function is not vars):
            return by_name(*args)
        if isinstance(function, functools._lru_cache_wrapper):
            return self._cached(function, args, kwargs)
        text = ops.texts.meaning(function)
        if text is not None:
            return text(*map(surely, args), **kwargs)
        if mentions_grown(args) or mentions_grown(kwargs):
            refuse_spread((*args, *kwargs.values()))
            known = packing.known_to(function, meaning)
            if known is not None:
                return known(*args, **kwargs)
        self.trace.settle(*(args if meaning else (a for a in args if isinstance(a, np.generic))))
        if meaning is not None:
            return meaning(*map(surely, args), **kwargs)
        if isinstance(function, functools.partial):
            first, named = parts_of(self.trace, function)
            return self.call(ops, function.func, (*first, *args), {**named, **kwargs})
        if getattr(type(function), "is_bound", False):
            return self.call(ops, function.__func__, (function.__self__, *args), kwargs)
        if getattr(type(function), "is_compiled", False):
            return self._enter(ops, function.python_function, args, kwargs)
        if _rebuilds(function):
            self.trace.unseen.given(*args)
            return note_made(function(*args, **kwargs))
        if isinstance(function, types.MethodType) and isinstance(
            function.__func__, types.FunctionType
        ):
            if owner(function.__func__) in LIBRARIES:
                refuse_unsteady(self.trace, function)
                return function(*args, **kwargs)
            return self.call(ops, function.__func__, (function.__self__, *args), kwargs)
        if isinstance(function, types.FunctionType):
            return self._python(function, args, kwargs)
        return self._other(ops, function, args, kwargs)

    def _cached(self, function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """A function whose results Python keeps: of what is known, the one that is kept."""
        if mentions_run(args, kwargs) or any(isinstance(a, HostArray) for a in args):
            return self.call(self.operators, function.__wrapped__, args, kwargs)
        read = functools.partial(function, *args, **kwargs)
        what = f"{function.__name__}{args!r}"
        return self.trace.note(read(), read, what, (function, what))

    def _enter(self, ops: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A decorated function: at its entry arrays become tensors, inside another one too."""
        arrays: list[Any] = []

        def enter(leaf: Any) -> Any:
            if not isinstance(leaf, UNTOUCHED):
                return leaf
            arrays.append(wrap(strong(leaf)))
            return arrays[-1]

        positional, named = rebuild((args, kwargs), enter)
        if not arrays:
            return self.call(ops, function, args, kwargs)
        with entered(arrays):
            return self.call(ops, function, positional, named)

    def _python(
        self, function: types.FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """A function with Python source: converted unless it is ours, NumPy's or converted."""
        staged = is_staged(function)
        if not staged and in_library(function):
            return self._library(function, args, kwargs)
        with self.trace.calls.inside(), self.running.inside(function, args, kwargs):
            made = function if staged else self.bound(function, args, kwargs)
            return result_of(made(*args, **kwargs))

    def bound(
        self, function: types.FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Callable[..., Any]:
        """The converted function, reading names where the original does, for a call with these arguments."""
        converted: Converted = convert(function, self.running.of(function.__code__))
        scope = Scope(function, self.trace, self.operators)
        made = converted.bind(self.operators, scope)
        made.__defaults__, made.__kwdefaults__ = scope.defaults(args, kwargs)
        return made

    def _library(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        args = tuple(map(surely, args))
        if owner(function) == "autograph_lite":
            return function(*args, **kwargs)
        refuse_unsteady(self.trace, function)
        refuse_writer(self.trace, function, args, kwargs)
        self._note_change(function, args)
        if is_standard(function):
            self.trace.unseen.given(*args)
        if mentions_run(args, kwargs):
            if is_standard(function):
                refuse_call(self.trace, function)
            return self._of_run(function, args, kwargs)
        return self.trace.hosts.plain(function, args, kwargs)

    def _other(self, ops: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if len(args) == 1 and not kwargs and (getter := getter_of(ops, function)) is not None:
            return getter(*args)
        if isinstance(function, type | types.BuiltinFunctionType | types.MethodType | np.ufunc):
            return self._native(function, args, kwargs)
        call = vars(type(function)).get("__call__")
        if isinstance(call, types.FunctionType) and owner(call) not in LIBRARIES:
            return self.call(ops, call, (function, *args), kwargs)
        return self._native(function, args, kwargs)

    def _native(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """C code and classes."""
        args = tuple(map(surely, args))
        refuse_writer(self.trace, function, args, kwargs)
        ufunc = isinstance(getattr(function, "__self__", function), np.ufunc)
        if ufunc or owner(function) in LIBRARIES:
            scalars = all(map(scalar.is_scalar, (*args, *kwargs.values())))
            if not mentions_run(args, kwargs) and not (scalars and scalar.warns(function, args)):
                return self.trace.hosts.plain(function, args, kwargs)
            if scalars:
                return self._of_scalars(function, args, kwargs)
            return scalar.called(self._of_run, function, args, kwargs)
        own = getattr(function, "__self__", None)
        if isinstance(own, list) and (mentions_grown(own) or mentions_grown(args)):
            return growing.method(self.trace, own, function.__name__, args, kwargs)
        if type(own) is list and growing.at_a_place(own, function.__name__, args):
            return growing.method(self.trace, own, function.__name__, args, kwargs)
        self.trace.settle(*args, *kwargs.values())
        container = isinstance(own, CONTAINERS) or getattr(function, "__name__", "") in BY_NAME
        self._note_change(function, args)
        if compares(function):
            self.trace.unseen.given(own, *args)
        refuse_unsteady(self.trace, function)
        if (
            _hashable(function)
            and function in FUNCTIONS
            and mentions_run(args, kwargs)
            and all(map(is_number, args))
        ):
            return FUNCTIONS[function](*args)
        plain = callable(function) and not isinstance(function, type)
        if plain and not container and mentions_run(args, kwargs):
            refuse_call(self.trace, function)
        if isinstance(function, type) and not in_library(function):
            return self._made(function, args, kwargs)
        if not isinstance(function, type) or owner(function) == "itertools":
            args, kwargs = with_callbacks(args, kwargs)
        found = function(*args, **kwargs)
        of_python = isinstance(function, type) and is_standard(function)
        return note_made(found) if of_python and owner(function) != "builtins" else found

    def _note_change(self, function: Any, args: tuple[Any, ...]) -> None:
        changed = changed_by(function, args)
        if changed is not None:
            changing(self.trace, changed, in_words(function, args))

    def _of_scalars(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """NumPy on numbers of which only the run knows one, or of which it warns at every run."""
        if function in OF_NUMBERS:
            return OF_NUMBERS[function](*args, **kwargs)
        if isinstance(function, np.ufunc) and not kwargs:
            return scalar.of_ufunc(function, *args)
        if function in KINDS and len(args) == 1 and not kwargs:
            return wrap(scalar.value_as(args[0], KINDS[function]))
        return scalar.called(self._of_run, function, args, kwargs)

    def _of_run(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A function of NumPy's, of what only the run knows: the host's, where that is there before the kernel
        runs."""
        found = self.trace.hosts.call(function, args, kwargs)
        if found is MISSING:
            refuse_maker(self.trace, function, args)
            found = function(*args, **kwargs)
        return found

    def _made(self, kind: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A new object of a class of the user's; its `__init__` is converted where it has a source."""
        self.trace.unseen.meet(kind)  # before anything runs that changes what it reads
        start = kind.__init__  # type: ignore[misc]
        plain = type(kind) is type and getattr(kind, "__new__", None) is object.__new__
        if not plain or not isinstance(start, types.FunctionType) or is_generated(start):
            with watched(self.trace):
                return note_made(kind(*args, **kwargs))
        made = note_made(object.__new__(kind))
        self.call(self.operators, start, (made, *args), kwargs)
        return made


def _rebuilds(function: Any) -> bool:
    """Whether a function makes a named tuple or an object of the same parts and others."""
    if function is dataclasses.replace:
        return True
    of_tuple = isinstance(getattr(function, "__self__", None), tuple)
    return of_tuple and function.__name__ in ("_replace", "_asdict")


def _hashable(obj: Any) -> bool:
    return not isinstance(obj, Box) and getattr(type(obj), "__hash__", None) is not None
