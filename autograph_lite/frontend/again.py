"""Calls that are being staged -> whether one of them would be staged inside itself without an end.

A function that calls itself is staged once for each call, which ends where Python values end it.  Where only
the run ends it, a call inside a branch or loop of the graph is given what one around it was given, as far as
that is known while staging.  Then all is staged anew, with that function as a loop (`machine`).
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.branches import choose
from autograph_lite.frontend.convert import definition
from autograph_lite.frontend.guards import Guard
from autograph_lite.frontend.iteration import counted
from autograph_lite.frontend.raising import later, raise_
from autograph_lite.frontend.state import take_apart
from autograph_lite.frontend.steps import number
from autograph_lite.frontend.surroundings import default_of, held_in
from autograph_lite.frontend.trace import Trace
from autograph_lite.ir.types import Symbol, Type
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.boxes import Box, wrap
from autograph_lite.tensors.plain_array import UNTOUCHED

DEEPEST = 24
"""So many calls of a function inside itself, each in a branch or loop of the one before, are staged."""
CLOSURES = 3
"""So deep functions are told apart by the functions that they have from outside."""
ANOTHER = (
    "this call leads back to a function that is running, and only the run ends that; such recursion is staged"
    " only for a function with `def` that calls itself by its own name: write one function, or a loop"
)
PLAIN = (
    "a compiled function is given a NumPy array or number by a call of itself, which only the run ends; make it"
    " a tensor: ag.constant(...)"
)
UNCOUNTED = (
    "a loop that contains a call of the function itself, which only the run ends, goes through a"
    " {}: write it over range(...) or over the rows of a tensor"
)


class Recursion(BaseException):
    """A function calls itself, and only the run ends that."""

    def __init__(self, code: types.CodeType, line: int) -> None:
        super().__init__(code.co_name)
        self.code, self.line = code, line


@dataclass(slots=True)
class _Call:
    """`given`: what is known of the arguments, as they were then; `compiled`: whether the function calls
    itself under the name of a compiled one."""

    code: types.CodeType
    given: Any
    region: Any
    compiled: bool = False


@dataclass(slots=True)
class Running:
    """The calls that are being staged; `loops` are functions that are staged as loops, each as its code and
    the line of the one inside it, or `ITSELF`."""

    loops: frozenset[tuple[types.CodeType, int]] = frozenset()
    calls: list[_Call] = field(default_factory=list)

    def of(self, code: types.CodeType) -> frozenset[int]:
        """Which functions in a function are loops."""
        return frozenset(line for other, line in self.loops if other is code)

    @contextmanager
    def inside(self, function: types.FunctionType, args: Any, kwargs: Any) -> Iterator[None]:
        """A function is called here."""
        code = function.__code__
        given = _given((args, tuple(kwargs.items()))), _around(function, CLOSURES)
        call = _Call(code, given, context.interpreter)
        around = [c for c in self.calls if c.code is code and c.region is not call.region]
        if len(around) >= DEEPEST or call.given in [c.given for c in around]:
            self._begin_anew(code)
            raise ConversionError(ANOTHER)
        self.calls.append(call)
        try:
            yield
        except RecursionError:
            if [c.code for c in self.calls].count(code) >= DEEPEST:
                self._begin_anew(code)
            raise
        finally:
            self.calls.pop()

    def _begin_anew(self, code: types.CodeType) -> None:
        """Unless it can be no loop, or is one."""
        found = definition(code)
        if found is not None and found not in self.loops:
            raise Recursion(*found)


def _given(arguments: Any) -> Any:
    """What is known of arguments while staging, to be compared; of some that is not to be said."""
    try:
        structure, values = take_apart(arguments, numbers=False)
    except ConversionError:
        return object()
    return structure, [_known(v.type) for v in values]


def _around(obj: Any, depth: int) -> Any:
    """What tells two functions of one code apart: what their variables from outside hold."""
    if isinstance(obj, Box):
        value = obj._value
        return None if value is None else _known(value.type)
    if not isinstance(obj, types.FunctionType) or not depth:
        return obj if isinstance(obj, str | bytes | bool | int | float) else type(obj)
    cells = obj.__closure__ or ()
    return obj.__code__, [_around(held_in(cell), depth - 1) for cell in cells]


def _known(type: Type) -> Any:
    extents = [None if isinstance(e, Symbol) else e for e in type.shape]
    return type.kind, type.dtype, extents


class Recursive:
    """What a function that has become a loop asks of `ag__`."""

    caller: Any
    trace: Trace

    def itself(self, function: Any) -> None:
        """The name by which it calls itself still stands for it."""
        bare, call = _bare(function), self.caller.running.calls[-1]
        if getattr(bare, "__code__", None) is not call.code:
            raise ConversionError(ANOTHER)
        call.compiled = hasattr(function, "python_function")
        limit = sys.getrecursionlimit
        self.trace.guards.append(Guard(limit, limit(), "the recursion limit"))

    def enter(self, calls: list[Any], place: int, *given: Any) -> None:
        """One call more that has not returned."""
        if self.caller.running.calls[-1].compiled and any(isinstance(a, UNTOUCHED) for a in given):
            raise ConversionError(PLAIN)
        deep = self.call(len, (calls,)) >= sys.getrecursionlimit()
        text = "maximum recursion depth exceeded"
        choose(deep, lambda: raise_(self.trace, later(RecursionError, text)), lambda: None)
        self.call(calls.append, (place,))

    def default(self, function: Any, name: str) -> Any:
        """What a parameter is that a call leaves out."""
        return default_of(self.trace, _bare(function), name)

    def count_of(self, source: Any) -> Any:
        """How many steps a `for` through it has."""
        return wrap(_counted(source).count)

    def nth(self, source: Any, step: Any) -> Any:
        """What one of them sees."""
        return _counted(source).element(number(step))

    def call(self, function: Any, args: tuple[Any, ...], *keywords: Any) -> Any:
        raise NotImplementedError


def _bare(function: Any) -> Any:
    """The function of a method, or of a compiled one."""
    found = getattr(function, "__func__", function)
    return getattr(found, "python_function", found)


def _counted(source: Any) -> Any:
    steps = counted(source)
    if steps is None:
        raise ConversionError(UNCOUNTED.format(type(source).__name__))
    return steps
