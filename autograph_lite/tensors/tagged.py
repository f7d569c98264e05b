"""Tagged: what is a tensor in some runs, and in the others a Python number or None; or a float and an int.

`y = 0.0`, then in a branch `y = x * x`: only the run knows which of the two y is, and the two are not
the same: a number is weak in promotion, divides by zero with an error and computes as Python does.  So
both are kept, with a bool that says which one counts.  Where the other operand makes the result the
same either way, there is one result; else there are again two, or a branch.  `s = 0`, then in a loop
`s = s + 0.5`, is likewise a float in some runs and an int in the others.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE, takes
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors import scalar
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.forwarding import Forwarding
from autograph_lite.tensors.number import PYTHON_NAME, Number
from autograph_lite.tensors.tag_words import COMPARE, Operator
from autograph_lite.tensors.tags import (
    CLASSES,
    Tag,
    as_number,
    as_tensor,
    either,
    in_dtype,
    is_number,
    may_be_none,
    not_none,
    present,
)

_EQUAL = (operator.eq, operator.ne)
_TOTAL = (operator.add, operator.sub, operator.mul, operator.neg, operator.abs)
"""On floats these raise nothing, so that both results can be computed."""
_UFUNCS: dict[str, Operator] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "true_divide": operator.truediv,
    "negative": operator.neg,
    "absolute": operator.abs,
}


def _in_place(op: Operator) -> Operator:
    """`x += v` writes into a tensor with axes, and makes another number."""

    def method(self: Tagged, other: Any) -> Any:
        if not self.has_axes:
            return NotImplemented
        return op(present(self), other) if self.number is None else Tagged.in_each(op, self, other)

    return method


class Tagged(Forwarding, Tag):
    """A tag with everything that is done with a tensor or a number."""

    __slots__ = ()

    @staticmethod
    def in_each(function: Callable[..., Any], *args: Any) -> Any:
        """What a function makes of arguments, of which the first that is apart is one thing or the other,
        inside lists too."""
        one = next(x for x in leaves(args) if isinstance(x, Tagged) and x.apart)
        tensor, number = as_tensor(one), as_number(one)
        tensors = rebuild(args, lambda x: tensor if x is one else x)
        numbers = rebuild(args, lambda x: number if x is one else x)
        return _branch(one.is_tensor, lambda: function(*tensors), lambda: function(*numbers))

    @staticmethod
    def operate(op: Operator, *operands: Any) -> Any:
        return combined(op, *operands)

    __hash__ = __str__ = __call__ = Tag.refused
    __iadd__, __isub__ = _in_place(operator.iadd), _in_place(operator.isub)
    __imul__, __itruediv__ = _in_place(operator.imul), _in_place(operator.itruediv)
    __ifloordiv__, __imod__ = _in_place(operator.ifloordiv), _in_place(operator.imod)
    __ipow__ = _in_place(operator.ipow)
    __iand__, __ior__ = _in_place(operator.iand), _in_place(operator.ior)
    __ixor__ = _in_place(operator.ixor)
    __ilshift__, __irshift__ = _in_place(operator.ilshift), _in_place(operator.irshift)
    __float__ = __int__ = __index__ = __bool__ = __format__ = __array__ = __iter__ = Tag.refused
    __len__ = Tag.refused

    def __matmul__(self, other: Any) -> Any:
        return present(self) @ present(other)

    def __rmatmul__(self, other: Any) -> Any:
        return other @ present(self)

    def __getitem__(self, index: Any) -> Any:
        return self.surely("{!r} object is not subscriptable")[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self.surely("{!r} object does not support item assignment")[index] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(CLASSES[self.python], name) or not hasattr(type(self.tensor), name):
            self.refused()
        return getattr(present(self), name)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(map(may_be_none, inputs)):
            return getattr(ufunc, method)(*map(not_none, inputs), **kwargs)
        whole = all(isinstance(x, Tagged) or scalar.is_scalar(x) for x in inputs)
        if whole and method == "__call__" and not kwargs:
            return _of_scalars(ufunc, inputs)
        if any(isinstance(x, Tagged) and x.apart for x in inputs):
            return self.in_each(partial(getattr(ufunc, method), **kwargs), *inputs)
        op = _UFUNCS.get(ufunc.__name__)
        numbers = all(
            isinstance(x, Tagged) or is_number(x) for x in inputs
        )  # NumPy's result is strong
        if method == "__call__" and not kwargs and op is not None and not numbers:
            return combined(op, *inputs)
        return getattr(ufunc, method)(*settled(inputs), **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(map(may_be_none, leaves((args, kwargs)))):
            args, kwargs = rebuild((args, kwargs), not_none)
            return function(*args, **kwargs)
        for x in kwargs.values():
            if isinstance(x, Tagged):
                x.refused()
        if any(isinstance(x, Tagged) and x.apart for x in leaves(args)):
            return self.in_each(partial(function, **kwargs), *args)
        if function is np.stack and _all_numbers(args[0]):
            args = _some_tensor(args[0]), *args[1:]
        given = [type(x)(settled(x)) if isinstance(x, list | tuple) else x for x in args]
        return function(*settled(given), **kwargs)

    def __repr__(self) -> str:
        return f"<staged {value_of(self).type} or {self.python}>"


def combined(op: Operator, *operands: Any) -> Any:
    """An operator on operands of which one at least is tagged."""
    none = [x for x in operands if may_be_none(x)]
    if none and op in _EQUAL:
        return _equal_to_none(op, operands, none[0])
    given = tuple(map(not_none, operands))
    tags = [x for x in given if isinstance(x, Tagged)]
    if not tags:
        return op(*given)
    if any(x.apart for x in tags):
        return Tagged.in_each(op, *given)
    if _same_either_way(op, given, tags):
        return op(*map(as_tensor, given))
    floats = op in COMPARE or (op in _TOTAL and all(x.python == "float" for x in tags))
    tensors = all(value_of(x).type.kind == "ag" and x.python != "numpy" for x in tags)
    if tensors and floats and all(is_number(x) or isinstance(x, Tagged) for x in given):
        return _both(op, given, tags)
    first = tags[0]
    arms = [
        tuple(change(x) if x is first else x for x in given) for change in (as_tensor, as_number)
    ]
    return _branch(first.is_tensor, lambda: op(*arms[0]), lambda: op(*arms[1]))


def _equal_to_none(op: Operator, operands: tuple[Any, ...], x: Tag) -> Any:
    """None equals None alone."""
    rest = [y for y in operands if y is not x]
    arms = [
        lambda: op(*(as_tensor(y) if y is x else y for y in operands)),
        lambda: op(None, rest[0] if rest else None),
    ]
    return _branch(x.is_tensor, *arms)


def _same_either_way(op: Operator, given: tuple[Any, ...], tags: list[Tagged]) -> bool:
    """Whether another operand makes a number take the dtype that the tensor has."""
    strong = [x for x in given if not isinstance(x, Tagged) and not is_number(x)]
    if not strong or (op is operator.pow and isinstance(given[1], Tagged)):
        return False
    if any(value_of(x).type.kind == "ag" for x in tags) and all(map(scalar.is_scalar, strong)):
        return False  # NumPy's scalar and a number give no tensor
    dtypes = {
        x._value.type.dtype if isinstance(x, Box) else np.asarray(x).dtype.name for x in strong
    }
    return all(dtypes == {value_of(x).type.dtype} for x in tags)


def _of_scalars(ufunc: Any, inputs: tuple[Any, ...]) -> Any:
    """NumPy on what is a tensor, a scalar of NumPy's or a number, as the run says."""
    if _same_of_numpy(ufunc, inputs):
        return ufunc(*map(as_tensor, inputs))
    return combined(scalar.meant(ufunc), *inputs)


def _same_of_numpy(ufunc: Any, inputs: tuple[Any, ...]) -> bool:
    """Whether NumPy gives a float64 of NumPy's scalars and of the numbers that these may be instead."""
    tags = [x for x in inputs if isinstance(x, Tagged)]
    if any(value_of(x).type.kind != "np" or x.number is None for x in tags):
        return False
    return all(
        scalar.gives(ufunc, *map(change, inputs)) is np.float64 for change in (as_tensor, as_number)
    )


def _both(op: Operator, given: tuple[Any, ...], tags: list[Tagged]) -> Any:
    """The operator on the tensors and on the numbers; the tags say which result counts."""
    tensor, number = op(*map(as_tensor, given)), op(*map(as_number, given))
    is_tensor = tags[0].is_tensor
    for x in tags[1:]:
        is_tensor = f.bitwise_or(is_tensor, x.is_tensor)
    python, value = PYTHON_NAME[number.dtype], value_of(number)
    made = Tagged(tensor, is_tensor, python, value)
    if op in _TOTAL and value_of(tensor).type.dtype == "float64":
        return made
    # rounded once, as the number is, not at every operation
    return Tagged(wrap(either(made)), is_tensor, python, value)


def settled(args: Iterable[Any]) -> list[Any]:
    """Arguments in which tagged ones are tensors, where another argument gives numbers their dtype."""
    given = list(args)
    for n, x in enumerate(given):
        if isinstance(x, Tagged):
            others = tuple(y for y in given if y is not x)
            if x.apart:
                x.refused()
            if x.python != "none" and _same_either_way(operator.add, (x, *others), [x]):
                given[n] = as_tensor(x)
            elif x.python in ("bool", "numpy") and not any(map(_makes_tensors, others)):
                x.refused()  # of a number or a NumPy scalar it is no tensor
            else:
                given[n] = wrap(x.settled())
    return given


def _makes_tensors(x: Any) -> bool:
    """Whether what is computed of it is a tensor."""
    if isinstance(x, list | tuple):
        return any(map(_makes_tensors, x))
    return isinstance(x, Box) and value_of(x).type.kind == "ag" and not isinstance(x, Tagged)


def _all_numbers(items: Any) -> bool:
    """Whether all are Python numbers in some run, and tensors without axes, of one dtype that these take, in
    others."""
    tags = [x for x in items if isinstance(x, Tagged)]
    if not all(isinstance(x, Tagged) or is_number(x) for x in items):
        return False
    dtypes = {value_of(x).type.dtype for x in tags}
    whole = all(x.number is not None and value_of(x).type.kind == "ag" for x in tags)
    if not whole or len(dtypes) > 1:
        return False
    numbers = [as_number(x) for x in items]
    own = [n.dtype if isinstance(n, Number) else PY_DTYPE[type(n)] for n in numbers]
    return all(takes(one, *dtypes) for one in own)


def _some_tensor(items: Any) -> list[Any]:
    """The same as tensors.  Of numbers alone NumPy makes a plain array: then the call is made step by step."""
    tags = [x for x in items if isinstance(x, Tagged)]
    none = f.logical_not(tags[0].is_tensor)
    for x in tags[1:]:
        none = f.bitwise_and(none, f.logical_not(x.is_tensor))
    root().emit_stepwise(none)
    return [
        wrap(in_dtype(x, value_of(tags[0]).type.dtype)) if isinstance(x, Tagged) else x
        for x in items
    ]


def _branch(cond: Value, then: Callable[[], Any], orelse: Callable[[], Any]) -> Any:
    """A staged conditional expression."""
    return root().caller.operators.ifexp(wrap(cond), then, orelse)
