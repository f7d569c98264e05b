"""`ag__`: what the rewritten code means while a function is staged.

Each method stands for one construct of Python.  Where nothing symbolic decides, it does what Python
does; where a symbolic value decides, it appends a node.
"""

from __future__ import annotations

import collections
import operator
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend import elements, growing, raising
from autograph_lite.frontend.absent import surely
from autograph_lite.frontend.advice import mentions_run
from autograph_lite.frontend.again import Recursive
from autograph_lite.frontend.branches import stage_if
from autograph_lite.frontend.calls import Caller
from autograph_lite.frontend.desugar import is_ours
from autograph_lite.frontend.effects import refuse_assignment, refuse_write
from autograph_lite.frontend.grown import (
    Grown,
    grown_in,
    mentions_grown,
    refuse_among,
    refuse_objects,
)
from autograph_lite.frontend.holders import changing, is_made
from autograph_lite.frontend.host import plain_element
from autograph_lite.frontend.in_place import in_place
from autograph_lite.frontend.iterators import Generator, note_iterator, still_there
from autograph_lite.frontend.logic import Logic, Thunk, checked, symbolic, truth
from autograph_lite.frontend.loops import stage_loop
from autograph_lite.frontend.matching import Matching
from autograph_lite.frontend.plan import Plan, tested_in_the_body
from autograph_lite.frontend.shared import state_of
from autograph_lite.frontend.state import MaybeUndefined, Undefined
from autograph_lite.frontend.texts import Texts
from autograph_lite.frontend.trace import Trace
from autograph_lite.frontend.unpacking import unpacked
from autograph_lite.frontend.walk import Walk, go_through
from autograph_lite.nests import rebuild
from autograph_lite.tensors.boxes import Box, value_of
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.number import Number

Step = Callable[[Any], Any]


def _failed(message: tuple[Thunk, ...]) -> Any:
    return raising.later(AssertionError, *(part() for part in message))


def _run(arm: Thunk | None) -> None:
    if arm is not None:
        arm()


def together(function: Any, keywords: tuple[Any, ...]) -> dict[str, Any]:
    """What a call has given by name, which Python asks to be one mapping after the other without a name
    twice."""
    found: dict[str, Any] = {}
    for given in keywords:
        if not hasattr(given, "keys"):
            kind = type(given).__name__
            raise TypeError(f"{_called(function)} argument after ** must be a mapping, not {kind}")
        for name in [*given.keys()]:
            if not isinstance(name, str):
                raise TypeError("keywords must be strings")
            if name in found:
                raise TypeError(
                    f"{_called(function)} got multiple values for keyword argument {name!r}"
                )
            found[name] = given[name]
    return found


def _called(function: Any) -> str:
    """A function as Python's messages name it."""
    name, home = getattr(function, "__qualname__", None), getattr(function, "__module__", None)
    if name is None:
        return str(function)
    return f"{name}()" if home in (None, "builtins") else f"{home}.{name}()"


class Operators(Logic, Matching, Recursive):
    """The meaning of one staging."""

    Undefined = Undefined
    slice = slice

    def __init__(self, trace: Trace, caller: Caller) -> None:
        super().__init__(trace)
        self.caller = caller
        self.texts = Texts(self)

    # --- names, attributes, items ---

    def shares(self, function: Any, *names: str) -> None:
        """A function has been defined that assigns these names of functions around it."""
        self.trace.variables.add(function, names)

    def ld(self, obj: Any) -> Any:
        """Read a name that may not have been assigned."""
        if isinstance(obj, Undefined):
            raising.undefined(self.trace, obj.name)
        if isinstance(obj, MaybeUndefined):
            return obj.obj if is_ours(obj.name) or " " in obj.name else checked(obj)
        return obj

    def free(self, obj: Any) -> Any:
        """Read a name of a function around, or from outside, that may not have been assigned."""
        if isinstance(obj, Undefined) and obj.kind == "global":
            raising.raise_(
                self.trace, raising.later(NameError, f"name {obj.name!r} is not defined")
            )
        if isinstance(obj, Undefined):
            text = (
                f"cannot access free variable '{obj.name}' where it is not associated with a value in"
                " enclosing scope"
            )
            raising.raise_(self.trace, raising.later(NameError, text))
        return self.ld(obj)

    def attr(self, obj: Any, name: str) -> Any:
        return self.caller.attribute(obj, name)

    def set_attr(self, obj: Any, name: str, value: Any) -> None:
        setter = getattr(type(obj), name, None) if is_made(obj) else None
        if isinstance(setter, property) and isinstance(setter.fset, types.FunctionType):
            self.call(setter.fset, (obj, value))
            return
        if isinstance(obj, np.ndarray):
            refuse_write(self.trace, obj)
        changing(self.trace, obj, f"assignment to the attribute {name!r}")
        setattr(obj, name, value)

    def del_attr(self, obj: Any, name: str) -> None:
        changing(self.trace, obj, f"deletion of the attribute {name!r}")
        delattr(obj, name)

    def item(self, obj: Any, index: Any) -> Any:
        if grown_in(obj) is not None:
            return (
                growing.sliced(obj, index) if isinstance(index, slice) else elements.get(obj, index)
            )
        refuse_among(obj)
        if isinstance(obj, HostArray):
            return plain_element(self.trace, obj, index)
        if self.caller.has_special(obj, "__getitem__"):
            return self.caller.special(obj, "__getitem__", index)
        if isinstance(obj, Box):
            index = rebuild(index, self.trace.hosts.in_kernel)
        if isinstance(obj, list | tuple | dict | np.ndarray) and mentions_run((index,), {}):
            return self._by_run(obj, index)
        self.trace.settle(obj, index)
        if isinstance(obj, collections.defaultdict) and index not in obj:
            changing(self.trace, obj, "a new key")
        return obj[index]

    def _by_run(self, obj: Any, index: Any) -> Any:
        """An element by a number that only the run knows."""
        if isinstance(obj, np.ndarray):
            return plain_element(self.trace, obj, index)
        found, sliced = None, isinstance(index, slice)
        if type(obj) in ((list,) if sliced else (list, tuple)) and not mentions_grown(obj):
            found = (growing.sliced if sliced else elements.get_by_run)(obj, index)
        if found is None:
            self._refuse_index(obj)
        return found

    def _refuse_index(self, obj: Any) -> None:
        if isinstance(obj, dict):
            text = "a dict is asked for a key that only the run knows; write `if` and `elif`"
        else:
            text = (
                f"a {type(obj).__name__} whose elements are not of one dtype and number of axes is indexed"
                " by a number that only the run knows; write `if` and `elif`"
            )
        raise ConversionError(text, self.trace.origin())

    def set_item(self, obj: Any, index: Any, value: Any) -> None:
        if isinstance(obj, np.ndarray | np.flatiter):
            self._refuse_write(obj, (index, value))
        if isinstance(obj, HostArray):
            refuse_assignment(self.trace)
        if grown_in(obj) is not None:
            growing.put(self.trace, obj, index, value)
            return
        refuse_among(obj)
        if self.caller.has_special(obj, "__setitem__"):
            self.caller.special(obj, "__setitem__", index, value)
            return
        if isinstance(obj, list | dict) and mentions_run((index,), {}):
            if type(obj) is list and growing.put_by_run(self.trace, obj, index, value):
                return
            if isinstance(obj, dict):
                raise ConversionError(
                    "a dict is given a key that only the run knows; write a list, or a tensor of ag.zeros",
                    self.trace.origin(),
                )
            self._refuse_index(obj)
        if not isinstance(obj, Box | np.ndarray | np.flatiter):
            changing(self.trace, obj, "assignment to an element")
        obj[index] = value

    def del_item(self, obj: Any, index: Any) -> None:
        by_run = type(obj) is list and mentions_run((index,), {})
        if by_run or grown_in(obj) is not None:
            growing.delete(self.trace, obj, index)
            return
        if self.caller.has_special(obj, "__delitem__"):
            self.caller.special(obj, "__delitem__", index)
            return
        if isinstance(obj, list | dict) and mentions_run((index,), {}):
            self._refuse_index(obj)
        if not isinstance(obj, Box):
            changing(self.trace, obj, "deletion of an element")
            self.trace.settle(index)
        del obj[index]

    def _refuse_write(self, array: Any, given: tuple[Any, Any]) -> None:
        if mentions_run(given, {}) or any(isinstance(x, HostArray) for x in given):
            refuse_assignment(self.trace)
        refuse_write(self.trace, array)

    def inplace(self, name: str, x: Any, value: Any) -> Any:
        x, special = self.ld(x), f"__i{name}__"
        if self.caller.has_special(x, special):
            found = self.caller.special(x, special, value)
            return self.binary(name, x, value) if found is NotImplemented else found
        if self.asks(x, value) and (isinstance(x, Box) or not hasattr(type(x), special)):
            return self.binary(name, x, value)
        return in_place(self.trace, name, x, value)

    # --- control flow ---

    # the names at the end are the state: variables of the functions that the regions assign

    def if_(self, cond: Any, then: Thunk | None, orelse: Thunk | None, *names: str) -> None:
        """An arm that is None does nothing."""
        found = truth(cond)
        if not symbolic(found):
            _run(then if found else orelse)
            return
        arms = (lambda: _run(then), lambda: _run(orelse))
        stage_if(value_of(found), *arms, *state_of(names, then, orelse), names)

    def while_(self, test: Thunk, body: Callable[[], None], *names: str) -> None:
        stage_loop(Plan(None, test, lambda k: body(), *state_of(names, test, body), names))

    def while_binding(self, test: Thunk, body: Callable[[], None], *names: str) -> None:
        """The same where the test assigns names."""
        plan = Plan(None, test, lambda k: body(), *state_of(names, test, body), names)
        stage_loop(tested_in_the_body(plan))

    def for_(
        self, iterable: Any, test: Thunk | None, body: Callable[[Any], None], *names: str
    ) -> None:
        """One loop node where the iterable counts or has rows; else Python's own loop."""
        go_through(self.ld(iterable), body, Walk(test, *state_of(names, body), names))

    @contextmanager
    def trying(self) -> Iterator[None]:
        """The block of a `try`.  A kernel that faults leaves at once, so its call is repeated step by
        step, in which `finally` runs; so is one in which Python's own error leaves the block."""
        self.trace.repeats = True
        try:
            yield
        except Exception as error:
            self.trace.left = error, self.trace.origin()
            raise

    def unpack(self, obj: Any, count: int | None) -> Any:
        """What Python unpacks into `count` names; None: one of them is starred."""
        self.trace.settle(obj)
        return unpacked(obj, count) if symbolic(obj) else obj

    def iterate(self, obj: Any) -> Any:
        still_there(obj)
        return obj

    def generator(self, iterable: Any, element: Step, condition: Step | None = None) -> Any:
        """`(element for item in iterable if condition)`."""
        return Generator(iterable, element, condition)

    def nested(self, iterable: Any, element: Step, condition: Step | None = None) -> Any:
        """The same where the elements are generators: another `for` follows."""
        return Generator(iterable, element, condition, nested=True)

    def list_of(self, generator: Any) -> list[Any]:
        """`[element for ...]`."""
        return growing.list_of(generator)

    def repeated(self, left: Any, right: Any) -> Any:
        """`[elements] * count`, or the other way round."""
        items, count = (left, right) if isinstance(left, list) else (right, left)
        if isinstance(items, list) and isinstance(count, Number) and count.dtype == "int64":
            return growing.repeated(items, count)
        return left * right

    def listed(self, generator: Any) -> Any:
        """`[element for ...]` that is used up at once."""
        generator.at_once = True
        return generator

    # --- calls and statements ---

    def call(self, function: Any, args: tuple[Any, ...], *keywords: Any) -> Any:
        for given in args:
            still_there(given)
        found = self.caller.call(self, function, args, together(function, keywords))
        note_iterator(found)
        if isinstance(found, Grown):  # taken by what is not converted
            refuse_objects([found])
        return found

    def manager(self, obj: Any) -> Any:
        """What a `with` enters."""
        return raising.watched(self.trace, obj)

    def assert_(self, test: Any, message: Thunk | None) -> None:
        """`assert test, message()`."""
        given = () if message is None else (message,)
        error = partial(_failed, given)
        self.ifexp(test, lambda: None, lambda: self.raise_(error))

    def raise_(self, error: Thunk, *cause: Thunk) -> NoReturn:
        """`raise error()`, with its cause if there is one."""
        with self.caller.raising():
            found = [error(), *(c() for c in cause)]
        raising.raise_(self.trace, *found)

    def format(self, value: Any, conversion: str, spec: Any) -> Any:
        return self.texts.part(surely(value), conversion, spec)

    def join(self, *parts: Any) -> Any:
        """The parts of an f-string together."""
        return self.texts.of(str.join, "", parts)

    def percent(self, template: Any, values: Any) -> Any:
        """`template % values` of a text."""
        return self.texts.of(operator.mod, template, values)
