"""Truth, logic and comparisons of `ag__`, with Python's laziness.

An operand that Python may skip is a function without arguments.  Where a symbolic value decides whether
it is called, it is an arm of a branch.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, ValuesView
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend import elements, membership
from autograph_lite.frontend.absent import Perhaps, surely
from autograph_lite.frontend.branches import stage_if
from autograph_lite.frontend.grown import grown_in, mentions_grown, refuse_among
from autograph_lite.frontend.iterators import Counting
from autograph_lite.frontend.overloads import Overloads
from autograph_lite.frontend.shared import Get, Set
from autograph_lite.frontend.special import COMPARISONS
from autograph_lite.frontend.state import MaybeUndefined
from autograph_lite.frontend.steady import is_users
from autograph_lite.frontend.truth import as_bool, condition, not_
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.aliases import refuse_unknown
from autograph_lite.tensors.boxes import Box, holds_box, value_of, wrap
from autograph_lite.tensors.number import Number
from autograph_lite.tensors.tagged import Tagged, combined
from autograph_lite.tensors.tags import as_number
from autograph_lite.tensors.tensor import ArrayLike

Thunk = Callable[[], Any]
Kind = Callable[[Any], Any]
State = tuple[Get, Set, tuple[str, ...]]
NO_STATE: State = (tuple, lambda _: None, ())


def symbolic(obj: Any) -> bool:
    """Whether only the run knows the truth of an object."""
    known = not isinstance(obj, Perhaps) and (not isinstance(obj, Box) or obj.is_variable)
    return not known or grown_in(obj) is not None


def truth(obj: Any) -> Any:
    """An object as a condition: a staged bool, or Python's own."""
    if isinstance(obj, MaybeUndefined):
        obj = checked(obj)
    refuse_among(obj)
    obj = root().caller.operators.flag(obj)
    if isinstance(obj, np.ndarray | np.generic):
        root().settle(obj)
    return wrap(condition(obj)) if symbolic(obj) or isinstance(obj, Box) else bool(obj)


def as_itself(obj: Any) -> Any:
    """An operand of `and` and `or`: a bool of Python beside one of an array makes a result that is one or
    the other."""
    return obj


def as_flag(obj: Any) -> Any:
    """The truth of an object as a bool tensor."""
    value = condition(truth(obj))
    return wrap(f.weak(value, dtype="bool") if value.type.kind == "py" else value)


def checked(obj: MaybeUndefined) -> Any:
    """The object, after a check at run time that it is defined."""
    text = f"cannot access local variable '{obj.name}' where it is not associated with a value"
    fail_if(f.logical_not(obj.defined), "UndefinedVariableError", "UNDEFINED", text)
    return obj.obj


class Logic(Overloads):
    """The part of `ag__` that asks for the truth of objects."""

    def ifexp(self, cond: Any, then: Thunk, orelse: Thunk, state: State = NO_STATE) -> Any:
        found = truth(cond)
        if not symbolic(found):
            return then() if found else orelse()
        return stage_if(value_of(found), then, orelse, *state)

    def not_(self, a: Any) -> Any:
        """Python's `not`: a bool of Python, of a tensor too."""
        found = truth(a)
        return not_(found) if symbolic(found) else not found

    # `state`: how the names that operands assign by `:=` are read and replaced

    def and_(self, first: Any, *rest: Thunk, state: State = NO_STATE) -> Any:
        return self._lazy(first, rest, False, as_itself, state)

    def or_(self, first: Any, *rest: Thunk, state: State = NO_STATE) -> Any:
        return self._lazy(first, rest, True, as_itself, state)

    def test_and(self, first: Any, *rest: Thunk, state: State = NO_STATE) -> Any:
        """`and` where only the truth is asked."""
        return self._lazy(first, rest, False, as_flag, state)

    def test_or(self, first: Any, *rest: Thunk, state: State = NO_STATE) -> Any:
        return self._lazy(first, rest, True, as_flag, state)

    def _lazy(
        self, first: Any, rest: tuple[Thunk, ...], stop: bool, kind: Kind, state: State
    ) -> Any:
        """Python's `and` and `or`: an operand is evaluated only where those before it decide so."""
        if not rest:
            return first
        decides = self.flag(first)
        if not symbolic(decides):
            if bool(decides) is stop:
                return first
            return self._lazy(rest[0](), rest[1:], stop, kind, state)
        going_on = self.not_(decides) if stop else decides
        return self.ifexp(
            going_on,
            lambda: kind(self._lazy(rest[0](), rest[1:], stop, kind, state)),
            lambda: kind(first),
            state,
        )

    def compare(self, left: Any, *pairs: tuple[str, Thunk], state: State = NO_STATE) -> Any:
        """A chained comparison: each operand is evaluated once, and none after a false one."""
        return self._chain(partial(self.and_, state=state), left, pairs)

    def test_compare(self, left: Any, *pairs: tuple[str, Thunk], state: State = NO_STATE) -> Any:
        return self._chain(partial(self.test_and, state=state), left, pairs)

    def _chain(self, both: Callable[..., Any], left: Any, pairs: tuple[Any, ...]) -> Any:
        name, thunk = pairs[0]
        right = thunk()
        found = self.compared(name, left, right)
        if len(pairs) == 1:
            return found
        return both(found, lambda: self._chain(both, right, pairs[1:]))

    def compared(self, name: str, left: Any, right: Any) -> Any:
        """`left == right`, or another comparison, of what may be lists."""
        refuse_among(left)
        refuse_among(right)
        if name in COMPARISONS and (mentions_grown(left) or mentions_grown(right)):
            return elements.compare(name, left, right)
        if name in COMPARISONS:
            if isinstance(right, Tagged):
                return combined(COMPARISONS[name], left, right)
            return self.comparison(name, left, right)
        found = self.in_(left, right) if name.endswith("in") else self.is_(left, right)
        return self.not_(found) if "not" in name else found

    def is_(self, a: Any, b: Any) -> Any:
        """What may be None is compared with it when the kernel runs, and a bool, of which there are two."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Perhaps) and other is None:
                return not_(one.is_there())
        a, b = surely(a), surely(b)
        for one, other in ((a, b), (b, a)):
            if isinstance(one, Tagged) and other is None:
                absent = f.number(f.logical_not(one.is_tensor), dtype="bool")
                return wrap(absent) if one.python == "none" else False
            number = isinstance(other, bool | int | float | Number)
            if isinstance(one, Tagged) and number and self._may_be_object(one, other):
                one.refused()
            number = isinstance(one, Number) and one is not other
            if number and isinstance(other, bool | int | float | Number):
                return self._is_number(one, other)
        if isinstance(a, ArrayLike) and isinstance(b, ArrayLike):
            refuse_unknown(a, b)
            return membership.same_object(a, b)
        both, several = {id(a), id(b)}, self.trace.several.keys()
        if a is not b and both & several and both <= several | self.trace.picked.keys():
            raise ConversionError(
                "`is` asks of an object that is one of several, as the run decides; compare what they hold",
                self.trace.origin(),
            )
        return a is b

    def _may_be_object(self, one: Tagged, other: Any) -> bool:
        number = as_number(one) if one.number is not None else one.tensor
        if one.number is None and not isinstance(number, Number):
            return False
        bools = [isinstance(x, bool) or getattr(x, "dtype", "") == "bool" for x in (number, other)]
        return bools[0] is bools[1]

    def _is_number(self, a: Any, b: Any) -> Any:
        bools = [isinstance(x, bool) or getattr(x, "dtype", "") == "bool" for x in (a, b)]
        if bools[0] is not bools[1]:
            return False
        if all(bools):
            return a == b
        raise ConversionError(
            "`is` asks whether a number that only the run knows is the same object; write ==",
            self.trace.origin(),
        )

    def in_(self, item: Any, container: Any) -> Any:
        self.trace.settle(item, container)
        self.trace.unseen.given(item, container)
        own = getattr(type(container), "__contains__", None)
        inside = list(container) if isinstance(container, ValuesView | ItemsView) else container
        if mentions_grown(item) or (mentions_grown(inside) and grown_in(inside) is None):
            elements.refuse_compared()
        if is_users(own):
            return as_bool(self.trace.caller.operators.call(own, (container, item)))
        if not holds_box((item, inside)) and not isinstance(container, Counting):
            return item in container
        return membership.contains(container, item)
