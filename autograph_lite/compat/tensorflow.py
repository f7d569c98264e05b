"""The names of TensorFlow 2: a program that uses these runs with one changed import.

Python floats become float32 and ints int32 here.  Importing this module makes tensors and variables
show themselves as TensorFlow's do, in the whole process.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from autograph_lite import numpy as ops
from autograph_lite import optimizers, special
from autograph_lite.errors import DomainError, GraphTypeError
from autograph_lite.ir.types import promote
from autograph_lite.numpy import (
    abs,
    add,
    broadcast_to,
    concat,
    cos,
    cosh,
    divide,
    equal,
    exp,
    expand_dims,
    floor,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    matmul,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    ones_like,
    pow,
    reshape,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    squeeze,
    stack,
    subtract,
    tan,
    tanh,
    transpose,
    where,
    zeros_like,
)
from autograph_lite.numpy.create import constant as _constant
from autograph_lite.numpy.ranges import arange as _arange
from autograph_lite.printing import display
from autograph_lite.printing.print import tf_print as print
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.boxes import Box, as_value, dtype_name, holds_box, value_of
from autograph_lite.tensors.tensor import Tensor, is_tensor
from autograph_lite.tensors.variables import Variable as _Variable
from autograph_lite.transforms.custom import stop_gradient

float32, float64 = np.dtype("float32"), np.dtype("float64")
int32, int64, bool = np.dtype("int32"), np.dtype("int64"), np.dtype("bool")
keras = SimpleNamespace(optimizers=optimizers)
_MATH = (
    *("abs", "add", "subtract", "multiply", "divide", "pow", "exp", "expm1", "log", "log1p"),
    *("sqrt", "square", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh"),
    *("tanh", "asinh", "acosh", "atanh", "maximum", "minimum", "sign", "floor", "ceil"),
    *("negative", "reciprocal", "cumsum"),
)
math = SimpleNamespace(
    **{name: getattr(ops, name) for name in _MATH},
    sigmoid=special.expit,
    softplus=special.softplus,
    erf=special.erf,
)
nn = SimpleNamespace(sigmoid=special.expit, softplus=special.softplus, tanh=ops.tanh)
sigmoid = special.expit
display.speak_tensorflow()


def _default(value: Any) -> str | None:
    """TensorFlow's dtype of Python numbers; arrays and tensors keep theirs."""
    if isinstance(value, np.ndarray | np.generic | Box) or holds_box(value):
        return None
    dtype = np.asarray(value).dtype
    if dtype == np.float64:
        return "float32"
    fits = dtype == np.int64 and np.all(np.abs(np.asarray(value)) < 2**31)
    return "int32" if fits else None


def _name(value: Any, dtype: Any) -> str | None:
    return _default(value) if dtype is None else dtype_name(dtype)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A tensor; Python floats are float32, ints int32."""
    del name
    return _constant(value, _name(value, dtype), shape)


def convert_to_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """The tensor itself, or a constant."""
    del name
    return value if isinstance(value, Tensor) and dtype is None else constant(value, dtype)


class Variable(_Variable):
    """A variable; Python floats are float32, ints int32."""

    __slots__ = ()

    def __init__(
        self,
        initial_value: Any,
        trainable: Any = True,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(initial_value, trainable, name, _name(initial_value, dtype))


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """The elements in another dtype."""
    del name
    wanted = dtype_name(dtype)
    if is_tensor(x) and value_of(x).type.dtype == wanted:
        return x
    return _constant(x, wanted)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Any:
    """Numbers from start up to limit; int32 for Python ints.  The wrong direction is an error."""
    if limit is None:
        start, limit = 0, start
    numbers = (start, limit, delta)
    plain = all(isinstance(n, int | float) for n in numbers)
    if plain and delta and (limit - start) * delta < 0:
        raise DomainError(f"range needs start <= limit for delta > 0: {start}, {limit}, {delta}")
    name = dtype_name(dtype) if dtype is not None else _range_dtype(numbers)
    return _arange(start, limit, delta, name)


def _range_dtype(numbers: tuple[Any, ...]) -> str | None:
    if any(isinstance(n, Box | np.ndarray | np.generic) for n in numbers):
        known = [n for n in numbers if isinstance(n, Box | np.ndarray | np.generic)]
        return promote(*(as_value(n).type.dtype for n in known))
    return "float32" if any(isinstance(n, float) for n in numbers) else "int32"


def _shaped(make: Any) -> Any:
    def function(shape: Any, dtype: Any = "float32") -> Any:
        return make(shape, dtype)

    function.__doc__ = f"{make.__doc__} float32 here."
    return function


zeros, ones = _shaped(ops.zeros), _shaped(ops.ones)


def fill(dims: Any, value: Any) -> Any:
    """One value everywhere."""
    return ops.full(dims, value, _default(value))


def eye(num_rows: Any, num_columns: Any = None, dtype: Any = "float32") -> Any:
    """The identity matrix."""
    return ops.eye(num_rows, num_columns, dtype=dtype)


def _reduction(function: Any) -> Any:
    def reduce(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
        return function(input_tensor, axis, keepdims=keepdims)

    reduce.__doc__ = function.__doc__
    return reduce


reduce_sum, reduce_mean, reduce_prod = (_reduction(f) for f in (ops.sum, ops.mean, ops.prod))
reduce_max, reduce_min = _reduction(ops.max), _reduction(ops.min)
reduce_any, reduce_all = _reduction(ops.any), _reduction(ops.all)


def function(func: Any = None, **options: Any) -> Any:
    """Compile a function; the compiler is loaded when this is first used."""
    from autograph_lite import api

    for word in options:
        raise GraphTypeError(f"function has no option {word!r} here")
    return api.function if func is None else api.function(func)


__all__ = [
    "GradientTape",
    "Variable",
    "abs",
    "add",
    "bool",
    "broadcast_to",
    "cast",
    "concat",
    "constant",
    "convert_to_tensor",
    "cos",
    "cosh",
    "divide",
    "equal",
    "exp",
    "expand_dims",
    "eye",
    "fill",
    "float32",
    "float64",
    "floor",
    "function",
    "greater",
    "greater_equal",
    "int32",
    "int64",
    "keras",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "math",
    "matmul",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "nn",
    "not_equal",
    "ones",
    "ones_like",
    "pow",
    "print",
    "range",
    "reduce_all",
    "reduce_any",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "reshape",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "stop_gradient",
    "subtract",
    "tan",
    "tanh",
    "transpose",
    "where",
    "zeros",
    "zeros_like",
]
