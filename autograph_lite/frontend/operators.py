"""`ag__`: what the rewritten code means while a function is staged.

Each method stands for one construct of Python.  Where nothing symbolic decides, it does what Python
does; where a symbolic value decides, it appends a node.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError, UndefinedVariableError
from autograph_lite.frontend.advice import mentions_run
from autograph_lite.frontend.branches import stage_if
from autograph_lite.frontend.calls import Caller
from autograph_lite.frontend.holders import changing, is_made
from autograph_lite.frontend.iteration import Counted, counted, unpacked
from autograph_lite.frontend.loops import Get, Plan, Set, stage_loop
from autograph_lite.frontend.state import MaybeUndefined, Undefined
from autograph_lite.frontend.trace import Trace
from autograph_lite.frontend.truth import condition
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.number import Number
from autograph_lite.tensors.tagged import Tagged

CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
INPLACE: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.iadd,
    "sub": operator.isub,
    "mul": operator.imul,
    "truediv": operator.itruediv,
    "floordiv": operator.ifloordiv,
    "mod": operator.imod,
    "pow": operator.ipow,
    "matmul": operator.imatmul,
    "and": operator.iand,
    "or": operator.ior,
    "xor": operator.ixor,
    "lshift": operator.ilshift,
    "rshift": operator.irshift,
}
COMPARE = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
Thunk = Callable[[], Any]
Kind = Callable[[Any, Any], Any]


def symbolic(obj: Any) -> bool:
    """Whether only the run knows the truth of an object."""
    return isinstance(obj, Box) and not obj.is_variable


def truth(obj: Any) -> Any:
    """An object as a condition: a staged bool, or Python's own."""
    if isinstance(obj, MaybeUndefined):
        obj = checked(obj)
    if isinstance(obj, np.ndarray | np.generic):
        context.interpreter.root().settle(obj)  # type: ignore[attr-defined]
    return wrap(condition(obj)) if isinstance(obj, Box) else bool(obj)


def as_itself(obj: Any, first: Any) -> Any:
    """An operand of `and` and `or`: a bool of Python beside one of an array makes a result that is one or
    the other."""
    del first
    return obj


def as_truth(obj: Any, first: Any) -> Any:
    """An operand of which only the truth is asked; bools, Python's or an array's, become one kind."""
    bools = value_of(first).type.dtype == "bool"
    if bools and (isinstance(obj, bool) or (symbolic(obj) and value_of(obj).type.dtype == "bool")):
        value = condition(obj)
        return wrap(f.weak(value, dtype="bool") if value.type.kind == "py" else value)
    return obj


def checked(obj: MaybeUndefined) -> Any:
    """The object, after a check at run time that it is defined."""
    text = f"cannot access local variable '{obj.name}' where it is not associated with a value"
    fail_if(f.logical_not(obj.defined), "UndefinedVariableError", "UNDEFINED", text)
    return obj.obj


class Operators:
    """The meaning of one staging."""

    Undefined = Undefined
    slice = slice

    def __init__(self, trace: Trace, caller: Caller) -> None:
        self.trace = trace
        self.caller = caller

    # --- names, attributes, items ---

    def ld(self, obj: Any) -> Any:
        """Read a name that may not have been assigned."""
        if isinstance(obj, Undefined):
            text = (
                f"cannot access local variable '{obj.name}' where it is not associated with a value"
            )
            raise UndefinedVariableError(text, self.trace.origin())
        if isinstance(obj, MaybeUndefined):
            return obj.obj if obj.name.endswith("_") or " " in obj.name else checked(obj)
        return obj

    def attr(self, obj: Any, name: str) -> Any:
        return self.caller.attribute(obj, name)

    def set_attr(self, obj: Any, name: str, value: Any) -> None:
        setter = getattr(type(obj), name, None) if is_made(obj) else None
        if isinstance(setter, property) and isinstance(setter.fset, types.FunctionType):
            self.call(setter.fset, (obj, value))
            return
        changing(self.trace, obj, f"assignment to the attribute {name!r}")
        setattr(obj, name, value)

    def item(self, obj: Any, index: Any) -> Any:
        if isinstance(obj, list | tuple | dict | np.ndarray) and mentions_run((index,), {}):
            self._refuse_index(obj)
        self.trace.settle(obj, index)
        return obj[index]

    def _refuse_index(self, obj: Any) -> None:
        if isinstance(obj, dict):
            text = "a dict is asked for a key that only the run knows; write `if` and `elif`"
        else:
            what = "plain array" if isinstance(obj, np.ndarray) else "Python list or tuple"
            text = (
                f"a {what} is indexed by a number that only the run knows; make it a tensor first:"
                " x = ag.array(x)"
            )
        raise ConversionError(text, self.trace.origin())

    def set_item(self, obj: Any, index: Any, value: Any) -> None:
        if isinstance(obj, np.ndarray):
            self._refuse_write(obj, (index, value))
        if isinstance(obj, list | dict) and mentions_run((index,), {}):
            self._refuse_index(obj)
        if not isinstance(obj, Box):
            changing(self.trace, obj, "assignment to an element")
        obj[index] = value

    def _refuse_write(self, array: Any, given: tuple[Any, Any]) -> None:
        inside = context.interpreter is not self.trace
        if inside or id(array) in self.trace._getters or mentions_run(given, {}):
            raise ConversionError(
                "an element of a plain ndarray is assigned inside compiled code; make it a tensor, for"
                " instance with ag.constant or ag.zeros",
                self.trace.origin(),
            )

    def inplace(self, name: str, x: Any, value: Any) -> Any:
        return INPLACE[name](self.ld(x), value)

    # --- logic ---

    def not_(self, a: Any) -> Any:
        """Python's `not`: a bool of Python, of a tensor too."""
        found = truth(a)
        if not symbolic(found):
            return not found
        value = f.logical_not(value_of(found))
        return wrap(value if value.type.kind == "py" else f.number(value, dtype="bool"))

    def and_(self, first: Any, *rest: Thunk) -> Any:
        return self._lazy(first, rest, False, as_itself)

    def or_(self, first: Any, *rest: Thunk) -> Any:
        return self._lazy(first, rest, True, as_itself)

    def test_and(self, first: Any, *rest: Thunk) -> Any:
        """`and` where only the truth is asked."""
        return self._lazy(first, rest, False, as_truth)

    def test_or(self, first: Any, *rest: Thunk) -> Any:
        return self._lazy(first, rest, True, as_truth)

    def _lazy(self, first: Any, rest: tuple[Thunk, ...], stop: bool, kind: Kind) -> Any:
        """Python's `and` and `or`: an operand is evaluated only where those before it decide so."""
        if not rest:
            return first
        if not symbolic(first):
            return first if bool(first) is stop else self._lazy(rest[0](), rest[1:], stop, kind)
        going_on = self.not_(first) if stop else first
        return self.ifexp(
            going_on,
            lambda: kind(self._lazy(rest[0](), rest[1:], stop, kind), first),
            lambda: kind(first, first),
        )

    def compare(self, left: Any, *pairs: tuple[str, Thunk]) -> Any:
        """A chained comparison: each operand is evaluated once, and none after a false one."""
        return self._chain(self.and_, left, pairs)

    def test_compare(self, left: Any, *pairs: tuple[str, Thunk]) -> Any:
        return self._chain(self.test_and, left, pairs)

    def _chain(self, both: Callable[..., Any], left: Any, pairs: tuple[Any, ...]) -> Any:
        name, thunk = pairs[0]
        right = thunk()
        found = self._compared(name, left, right)
        if len(pairs) == 1:
            return found
        return both(found, lambda: self._chain(both, right, pairs[1:]))

    def _compared(self, name: str, left: Any, right: Any) -> Any:
        if name in COMPARE:
            return COMPARE[name](left, right)
        found = self.contains(right, left) if name.endswith("in") else self.is_(left, right)
        return self.not_(found) if "not" in name else found

    def is_(self, a: Any, b: Any) -> Any:
        """What may be None is compared with it when the kernel runs, and a bool, of which there are two."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Tagged) and other is None:
                absent = f.number(f.logical_not(one.is_tensor), dtype="bool")
                return wrap(absent) if one.python == "none" else False
            number = isinstance(one, Number) and one is not other
            if number and isinstance(other, bool | int | float | Number):
                return self._is_number(one, other)
        return a is b

    def _is_number(self, a: Any, b: Any) -> Any:
        if a.dtype == "bool" and (isinstance(b, bool) or getattr(b, "dtype", "") == "bool"):
            return a == b
        raise ConversionError(
            "`is` asks whether a number that only the run knows is the same object; write ==",
            self.trace.origin(),
        )

    def contains(self, container: Any, item: Any) -> Any:
        if symbolic(item) or symbolic(container):
            raise ConversionError(
                "`in` with a tensor is not available yet; write np.any(container == item)",
                self.trace.origin(),
            )
        self.trace.settle(item, container)
        return item in container

    # --- control flow ---

    def ifexp(self, cond: Any, then: Thunk, orelse: Thunk) -> Any:
        found = truth(cond)
        if not symbolic(found):
            return then() if found else orelse()
        return stage_if(value_of(found), then, orelse, tuple, lambda _: None, ())

    def if_(
        self, cond: Any, then: Thunk, orelse: Thunk, get: Get, set_: Set, names: tuple[str, ...]
    ) -> None:
        found = truth(cond)
        if not symbolic(found):
            (then if found else orelse)()
            return
        stage_if(
            value_of(found), lambda: then() and None, lambda: orelse() and None, get, set_, names
        )

    def while_(
        self, test: Thunk, body: Callable[[], None], get: Get, set_: Set, names: tuple[str, ...]
    ) -> None:
        stage_loop(Plan(None, test, lambda k: body(), get, set_, names))

    def for_(
        self,
        iterable: Any,
        test: Thunk | None,
        body: Callable[[Any], None],
        get: Get,
        set_: Set,
        names: tuple[str, ...],
    ) -> None:
        """One loop node where the iterable counts or has rows; else Python's own loop."""
        sequence = counted(self.ld(iterable))
        if sequence is None:
            self._unrolled(iterable, test, body)
            return
        steps: Counted = sequence
        stage_loop(Plan(steps.count, test, lambda k: body(steps.element(k)), get, set_, names))

    def _unrolled(self, iterable: Any, test: Thunk | None, body: Callable[[Any], None]) -> None:
        """The body once per object; `break` on a value of the run cannot leave it."""
        for n, item in enumerate(iterable):
            if n >= 10_000:
                raise ConversionError(
                    "a loop over Python objects would be unrolled more than 10000 times; loop over"
                    " ag.arange or over the rows of a tensor",
                    self.trace.origin(),
                )
            go = True if test is None else truth(test())
            if symbolic(go):
                raise ConversionError(
                    "`break`, `continue` or `return` on a condition that only the run knows, in a loop"
                    " over Python objects: loop over ag.arange or over the rows of a tensor",
                    self.trace.origin(),
                )
            if not go:
                return
            body(item)

    def unpack(self, obj: Any, count: int | None) -> Any:
        """What Python unpacks into `count` names; None: one of them is starred."""
        self.trace.settle(obj)
        return unpacked(obj, count) if symbolic(obj) else obj

    def iterate(self, obj: Any) -> Any:
        return obj

    # --- calls and statements ---

    def call(
        self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None
    ) -> Any:
        return self.caller.call(self, function, args, kwargs or {})

    def assert_(self, test: Any, message: Thunk | None) -> None:
        found = truth(test)
        if not symbolic(found):
            if not found:
                raise AssertionError(*([] if message is None else [message()]))
            return
        raise ConversionError(
            "assert on a value that only the run knows is not available yet; check it outside, before"
            " or after the call",
            self.trace.origin(),
        )

    def raise_(self, error: Thunk, cause: Thunk | None = None) -> None:
        if context.interpreter is not self.trace:
            raise ConversionError(
                "raise under a condition that only the run knows is not available yet; return what tells"
                " of it, and raise after the call",
                self.trace.origin(),
            )
        if cause is None:
            raise error()
        raise error() from cause()

    def format(self, value: Any, conversion: str, spec: str) -> str:
        if mentions_run((value,), {}):
            raise ConversionError(
                "an f-string of a value that only the run knows is not available yet; use ag.print",
                self.trace.origin(),
            )
        self.trace.settle(value)
        convert = CONVERSIONS.get(conversion)
        return format(value if convert is None else convert(value), spec)

    def join(self, *parts: str) -> str:
        return "".join(parts)
