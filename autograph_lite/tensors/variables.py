"""Variable: state that is assigned, read late, and followed by tapes without being asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError, GraphTypeError, ShapeError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE, Type, may_agree, weak
from autograph_lite.ops.control import require_one_shape
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.same import links_from
from autograph_lite.ops.shapes import text
from autograph_lite.printing import display
from autograph_lite.tensors.boxes import (
    Box,
    as_value,
    concrete,
    dtype_name,
    staging,
    value_of,
    write,
)
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.operators import strong
from autograph_lite.tensors.tensor import ArrayLike, Tensor


class Variable(ArrayLike):
    """A tensor whose value is replaced by `assign`, `assign_add` and `assign_sub`; shape and dtype stay.

    `trainable`: tapes watch it when it is read.  What is assigned has the variable's shape, else ShapeError;
    arrays are converted to its dtype, tensors have it and Python numbers fit into it, else GraphTypeError.
    """

    __slots__ = ("_trainable", "name")
    is_variable = True

    def __init__(
        self,
        initial_value: Any,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        if staging():
            raise ConversionError(
                "a Variable, or an optimizer with variables of its own, is made inside a compiled function,"
                " which would keep it from call to call; make it outside, once"
            )
        value = _initial(initial_value, None if dtype is None else dtype_name(dtype))
        self._begin(value, trainable, "Variable" if name is None else name)

    def _begin(self, value: Value, trainable: bool, name: str) -> None:
        super().__init__(value)
        self.name = name
        self._trainable = bool(trainable)

    @property
    def trainable(self) -> bool:
        return self._trainable

    def read_value(self) -> Any:
        """The value now, as a tensor; a later assignment does not change it."""
        return Tensor(value_of(self))

    value = read_value

    def assign(self, value: Any) -> Any:
        """Replace the value by one of the same shape and dtype; returns the variable."""
        return self._set(self._checked(value))

    def assign_add(self, delta: Any) -> Any:
        """Add to the value; returns the variable."""
        return self._change(f.add, delta)

    def assign_sub(self, delta: Any) -> Any:
        """Subtract from the value; returns the variable."""
        return self._change(f.subtract, delta)

    def _change(self, op: Callable[..., Value], delta: Any) -> Any:
        change = self._checked(delta, broadcasts=True)
        return self._set(op(held(self), change))

    def _set(self, value: Value) -> Any:
        """The same elements as a value of which no tape knows where it comes from: the value of a
        variable is a source, whatever was assigned to it, and all its values are one source."""
        if staging():
            out, source = f.stop_gradient(value), held(self)
            builder: Any = context.interpreter
            known = [link.b for link in links_from(source) if link.condition is True]
            for one in known or [source]:
                builder.link(out, one, True)
        else:
            value.pinned = True
            out = Value(value.type, value.data, True)
        write(self, out)
        return self

    def _checked(self, value: Any, broadcasts: bool = False) -> Value:
        """The value in the variable's dtype; numbers and arrays are converted, tensors have to have it."""
        type = self._type()
        if isinstance(value, Tensor) and (found := value_of(value)).type is type:
            return found
        found = _converted(value, type.dtype, self.name)
        fits = may_agree(found.type.shape, type.shape)
        words = f"cannot assign a value of shape {{}} to variable {self.name!r} of shape {{}}"
        if not fits and not (broadcasts and not found.type.shape):
            raise ShapeError(words.format(text(found.type.shape), text(type.shape)))
        if staging() and found.type.shape:
            require_one_shape(found, held(self), words)
        return found

    def _type(self) -> Type:
        """Shape and dtype never change, so they are those of any value."""
        return self._value.type

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self._type().dtype)

    def __setitem__(self, index: Any, item: Any) -> NoReturn:
        del index, item
        raise GraphTypeError("a variable is not written by index; use assign with the whole value")

    def _no_operator(self, other: Any) -> NoReturn:
        del other
        raise GraphTypeError(
            "an in-place operator on a variable would replace the name, not the state; use"
            " assign_add, assign_sub or assign"
        )

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = __imod__ = _no_operator
    __ipow__ = __iand__ = __ior__ = __ixor__ = __ilshift__ = __irshift__ = _no_operator

    def __repr__(self) -> str:
        return (
            f"<variable {self.name!r}>"
            if staging()
            else display.variable(self.name, self._value.data)
        )

    __str__ = __repr__

    def __copy__(self) -> NoReturn:
        raise GraphTypeError("a variable is one state; copy its value: variable.numpy()")

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        made = Variable(self.numpy(), self._trainable, self.name)
        memo[id(self)] = made
        return made


def state(initial: Any, name: str) -> Variable:
    """A variable that is not trainable and outlives the call that needs it first, compiled or not."""
    made = Variable.__new__(Variable)
    made._begin(_initial(initial, None), False, name)
    return made


def snapshot(name: str, tensor: Tensor) -> Variable:
    """A variable that nothing else holds, to be shown: as one of this name was when it held the tensor."""
    made = Variable.__new__(Variable)
    made._begin(tensor._value, False, name)
    return made


def held(variable: Variable) -> Value:
    """The value in the thread's context, without telling the tapes."""
    value: Value = context.interpreter.read(variable)  # type: ignore[attr-defined]
    return value


def _initial(obj: Any, dtype: str | None) -> Value:
    """A value of its own: state exists outside of any graph."""
    if callable(obj) and not isinstance(obj, Box):
        obj = obj()
    if isinstance(obj, Box):
        obj = obj.numpy() if isinstance(obj, ArrayLike) else obj
    value = concrete(obj, dtype, "the initial value")
    value.pinned = True
    return value


def _converted(obj: Any, dtype: str, name: str) -> Value:
    if isinstance(obj, ArrayLike):
        value = strong(obj)
        if value.type.dtype != dtype:
            raise GraphTypeError(
                f"cannot assign {value.type.dtype} to variable {name!r} of dtype {dtype}; cast it"
                f" first: ag.cast(value, {dtype!r})"
            )
        return value
    if isinstance(obj, np.ndarray | np.generic | HostArray | list | tuple):
        return strong(as_value(obj, None, "the assigned value"), dtype)
    if obj.__class__ in PY_DTYPE and weak(PY_DTYPE[obj.__class__], dtype) != dtype:
        raise GraphTypeError(f"cannot assign {obj!r} to variable {name!r} of dtype {dtype}")
    return strong(obj, dtype, "the assigned value")
