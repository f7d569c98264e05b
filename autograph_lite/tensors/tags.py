"""Tags: which of two things an object is, as the run says, and either of them as a value.

What is done with it is in `tagged`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Self, TypeGuard

import numpy as np

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import takes
from autograph_lite.ops import regions
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.number import Number
from autograph_lite.tensors.tag_words import not_the_same

CLASSES = {"none": type(None), "bool": bool, "int": int, "float": float, "numpy": np.float64}
"""Of what it is where it is no tensor."""


class Tag(Box):
    """`number` (of kind py) counts where `is_tensor` is false, None where `python` is "none"; the value
    is the number too then, in the tensor's dtype, unless the tensor has axes.  The value is a tensor, a Python
    float where the number is an int, or a Python number where there is None."""

    __slots__ = ("is_tensor", "number", "python", "tensor")
    is_tagged = True

    def __init__(
        self, tensor: Box, is_tensor: Value, python: str, number: Value | None = None
    ) -> None:
        super().__init__(tensor._value)
        self.tensor = tensor
        self.is_tensor = is_tensor
        self.python = python
        self.number = number

    @property
    def has_axes(self) -> bool:
        """Whether the tensor has axes, and may be written in place under another name."""
        return self._value.type.rank > 0

    @property
    def apart(self) -> bool:
        """Whether the value is nothing where the number counts: a tensor with axes holds no number."""
        return self.number is not None and self.has_axes

    def refused(self, *args: Any) -> NoReturn:
        del args
        raise not_the_same(value_of(self).type, self.python)

    def surely(self, text: str) -> Any:
        """The tensor; at run time, what Python says of an object of another class where it is none."""
        if not self.has_axes or self.python == "numpy":
            self.refused()
        name = "NoneType" if self.number is None else self.python
        return checked(self, text.format(name))

    def changed(self, change: Callable[[Value], Value]) -> Self:
        """The same with another tensor; a number or None stays what it is."""
        return type(self)(wrap(change(value_of(self))), self.is_tensor, self.python, self.number)

    def settled(self) -> Value:
        """Its value where it does not matter which of the two it is: a bool makes no other dtype of what
        it meets, be it Python's or an array's, and a NumPy scalar has the dtype of the tensor."""
        if self.python == "numpy" and not self.apart:
            return either(self)
        if self.python != "bool" or value_of(self).type.dtype != "bool":
            self.refused()
        return either(self)


def may_be_none(x: Any) -> TypeGuard[Tag]:
    """Whether it is None in some runs."""
    return isinstance(x, Tag) and x.python == "none"


def as_tensor(x: Any) -> Any:
    """The tensor of a tagged object."""
    return x.tensor if isinstance(x, Tag) else x


def as_number(x: Any) -> Any:
    """The number of a tagged object."""
    return wrap(x.number) if isinstance(x, Tag) and x.number is not None else x


def is_number(x: Any) -> bool:
    return isinstance(x, Number) or x.__class__ in (bool, int, float)


def checked(x: Tag, text: str) -> Any:
    """The tensor; a fault at run time where it is None, or a number."""
    fail_if(f.logical_not(x.is_tensor), "GraphTypeError", "TYPE", text)
    return as_tensor(x)


def not_none(x: Any) -> Any:
    """What may be None as what it is else, and anything else as it is."""
    return present(x) if may_be_none(x) else x


def present(x: Any) -> Any:
    """The tensor of a tagged object; a call in which it is none is made step by step, where Python says what it
    says."""
    if isinstance(x, Tag):
        root().emit_stepwise(f.logical_not(x.is_tensor))
    return as_tensor(x)


def either(x: Tag) -> Value:
    """Whichever of the two it is, as a value of the tensor's dtype: itself, not a copy."""
    if x.number is None:
        return value_of(checked(x, "target is None; gradients are taken of a tensor"))
    if value_of(x).type.kind == "py" or x.apart:
        x.refused()
    dtype = value_of(x).type.dtype
    if value_of(x).type.kind == "np":
        return in_dtype(x, dtype)
    return regions.either(x.is_tensor, value_of(x), f.weak(x.number, dtype=dtype))


def in_dtype(x: Tag, dtype: str) -> Value:
    """Either one as a value of a dtype."""
    if x.number is None or x.apart:
        x.refused()
    tensor = value_of(x)
    if tensor.type.kind != "ag":
        tensor = f.weak(tensor, dtype=dtype)
    elif tensor.type.dtype != dtype:
        tensor = f.cast(tensor, dtype=dtype)
    number = f.weak(x.number, dtype=dtype)
    if not tensor.type.differentiable:
        return f.where(x.is_tensor, tensor, number)
    return regions.either(x.is_tensor, tensor, number)  # no gradient goes where the number is


def assigned(x: Any, dtype: str) -> Any:
    """What is put among elements of a dtype, which it takes whichever of the two it is."""
    if not isinstance(x, Tag) or x.number is None or x.apart:
        return x
    return wrap(in_dtype(x, dtype)) if takes(x.number.type.dtype, dtype) else x
