"""Number: a Python number while a function is staged.

It is computed in the kernel with Python's meaning: division by zero raises, int64 overflow raises,
`**` is libm's pow.  Where it meets a tensor it is weak in promotion, as a Python number is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PYTHON_CLASS
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.record import OPS
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, value_of, wrap

_BITWISE = ("and", "or", "xor")  # of bools a bool
_OF_INTEGERS = (*_BITWISE, "left_shift", "right_shift")
COMPARE = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
_SIGNS = {
    **{"add": "+", "subtract": "-", "multiply": "*", "truediv": "/", "divide": "/"},
    **{"floordiv": "//", "floor_divide": "//", "mod": "%", "remainder": "%", "power": "**"},
    **{"and": "&", "or": "|", "xor": "^", "left_shift": "<<", "right_shift": ">>"},
    **{"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">="},
    **{"equal": "==", "not_equal": "!="},
}


def operand(obj: Any) -> Value | None:
    """A staged or plain Python number as a value; None for anything else."""
    if isinstance(obj, Number):
        return value_of(obj)
    if isinstance(obj, bool | int | float) and not isinstance(obj, np.generic):
        value: Value = context.interpreter.number(obj)  # type: ignore[attr-defined]
        return value
    return None


def apply(name: str, *operands: Value) -> Any:
    """A Python operator on numbers of one dtype: the wider of the operands'."""
    dtypes = {v.type.dtype for v in operands}
    if name in _OF_INTEGERS and "float64" in dtypes:
        return NotImplemented
    if name in _BITWISE and dtypes == {"bool"}:
        inputs = list(operands)
    elif name in COMPARE and dtypes == {"int64", "float64"} and not _is_small(operands):
        return _compared(name, *operands)
    elif "float64" in dtypes or (name == "power" and _is_negative(operands[1])):
        inputs = [v if v.type.dtype == "float64" else f.py_float(v) for v in operands]
    else:
        inputs = [v if v.type.dtype == "int64" else f.py_int(v) for v in operands]
        name += "_integer" if f"py_{name}_integer" in OPS else ""  # a body of its own
    return wrap(getattr(f, "py_" + name)(*inputs))


def _is_negative(exponent: Value) -> bool:
    """Whether an int is a negative literal: a power by it is a float.  Where only the run knows, a call in
    which it is negative is made step by step."""
    builder: Any = context.interpreter
    made = builder.makers.get(exponent)
    known = None if made is None else made.params.get("value")
    if known is None:
        below = f.py_less(exponent, builder.number(0))
        root().emit_stepwise(f.weak(below, dtype="bool"))
    return known is not None and known < 0


def _is_small(operands: tuple[Value, ...]) -> bool:
    """Whether the int among them is a literal that a float can be, as in `x > 0`."""
    builder: Any = context.interpreter
    made = [builder.makers.get(v) for v in operands if v.type.dtype == "int64"]
    return all(n is not None and abs(n.params.get("value", 1 << 53)) < 1 << 53 for n in made)


def _compared(name: str, x: Value, y: Value) -> Any:
    """An int and a float as Python compares them: exactly, not after rounding the int."""
    zero = context.interpreter.number(0.0)  # type: ignore[attr-defined]
    compare = getattr(f, "py_" + name)
    if x.type.dtype == "int64":
        return wrap(compare(f.py_order(x, y), zero))
    return wrap(compare(zero, f.py_order(y, x)))


def _forward(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Number, other: Any) -> Any:
        y = operand(other)
        if y is None:
            return _with_array(name, self, other)
        return apply(name, value_of(self), y)

    return method


def _reflected(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Number, other: Any) -> Any:
        x = operand(other)
        if x is None:
            return _with_array(name, other, self)
        return apply(name, x, value_of(self))

    return method


def _with_array(name: str, a: Any, b: Any) -> Any:
    """A number beside a plain array: step by step NumPy computes, and whatever follows has NumPy's bits."""
    other = b if isinstance(a, Number) else a
    if name == "multiply" and isinstance(other, list | tuple):
        raise ConversionError(
            f"a {type(other).__name__} is repeated as often as only the run of the compiled function knows;"
            " write [v] * n, [v for _ in range(n)], or ag.zeros(n) to fill it in"
        )
    if isinstance(other, Box) or not isinstance(other, np.ndarray | np.generic):
        return NotImplemented
    from autograph_lite.tensors import scalar

    return scalar.of_operator(name, a, b)


def refuse_array(name: str) -> NoReturn:
    """An error where NumPy would make an array with axes of what only the run knows."""
    raise ConversionError(_PLAIN.format(_SIGNS.get(name, name)))


_PLAIN = (
    "{} of a plain array and a number that only the run of the compiled function knows gives a plain array;"
    " make the array a tensor first: x = ag.constant(x)"
)


def without_modulus(power: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda self, other, modulus=None: (
        power(self, other) if modulus is None else NotImplemented
    )


def _one(name: str) -> Callable[[Any], Any]:
    return lambda self: apply(name, value_of(self))


_USUAL = "use it in arithmetic, `if`, `while` or range() inside the decorated function"


def _refused(what: str, instead: str = _USUAL) -> Callable[..., Any]:
    def method(self: Number, *args: Any, **kwargs: Any) -> NoReturn:
        del self, args, kwargs
        raise ConversionError(
            f"{what} needs the value of a number that is known only when the compiled function"
            f" runs; {instead}"
        )

    return method


class Number(Box):
    """An int, float or bool that is known only when the kernel runs."""

    __slots__ = ()

    __add__, __radd__ = _forward("add"), _reflected("add")
    __sub__, __rsub__ = _forward("subtract"), _reflected("subtract")
    __mul__, __rmul__ = _forward("multiply"), _reflected("multiply")
    __truediv__, __rtruediv__ = _forward("truediv"), _reflected("truediv")
    __floordiv__, __rfloordiv__ = _forward("floordiv"), _reflected("floordiv")
    __mod__, __rmod__ = _forward("mod"), _reflected("mod")
    __pow__, __rpow__ = without_modulus(_forward("power")), _reflected("power")
    __lt__, __le__ = _forward("less"), _forward("less_equal")
    __gt__, __ge__ = _forward("greater"), _forward("greater_equal")
    __eq__, __ne__ = _forward("equal"), _forward("not_equal")
    __hash__ = _refused("a key of a dict or set", "write `if` and `elif`")
    __neg__, __abs__ = _one("negative"), _one("absolute")
    __float__, __int__, __index__ = _refused("float()"), _refused("int()"), _refused("an index")
    __bool__ = _refused("a condition", "write it in `if` or `while`, and compare tuples by element")
    __format__ = __str__ = _refused("a text", "write an f-string")
    __array__ = _refused("np.asarray()", "write ag.array around a list of numbers")

    __and__, __rand__ = _forward("and"), _reflected("and")
    __or__, __ror__ = _forward("or"), _reflected("or")
    __xor__, __rxor__ = _forward("xor"), _reflected("xor")
    __lshift__, __rlshift__ = _forward("left_shift"), _reflected("left_shift")
    __rshift__, __rrshift__ = _forward("right_shift"), _reflected("right_shift")

    def __invert__(self) -> Any:
        if self.dtype == "float64":
            raise TypeError("bad operand type for unary ~: 'float'")
        return -1 - self

    def __pos__(self) -> Any:
        return self if self.dtype != "bool" else wrap(f.py_int(value_of(self)))

    def __divmod__(self, other: Any) -> Any:
        _refuse_zero(self, other)
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        _refuse_zero(other, self)
        return other // self, other % self

    def __round__(self, ndigits: Any = None) -> Any:
        if self.dtype == "float64":
            if ndigits is not None:
                raise ConversionError(_DIGITS)
            return wrap(f.py_int(f.py_rint(value_of(self))))
        if ndigits is None or (not isinstance(ndigits, Number) and operator.index(ndigits) >= 0):
            return +self
        if isinstance(ndigits, Number):
            raise ConversionError(_DIGITS)
        power = 10 ** -operator.index(ndigits)
        low, rest = self // power, self % power
        up = apply("or", *map(value_of, (rest * 2 > power, (rest * 2 == power) & (low % 2 == 1))))
        return (low + up) * power

    def __copy__(self) -> Number:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Number:
        return self

    def __getattr__(self, name: str) -> Any:
        python = python_class(self)
        if hasattr(python, name) and not name.startswith("__"):
            _refused(f"the attribute {name!r}")(self)
        raise AttributeError(f"{python.__name__!r} object has no attribute {name!r}")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """NumPy on a number gives what is NumPy's and no tensor, with bits of its own."""
        from autograph_lite.tensors import scalar

        return scalar.array_ufunc(self, ufunc, method, *inputs, **kwargs)

    @property
    def dtype(self) -> str:
        return value_of(self).type.dtype

    def __repr__(self) -> str:
        return f"<staged {value_of(self).type}>"


def kind_name(obj: Any) -> str:
    """The name of an object's type, for a message: a staged number is a Python number."""
    if isinstance(obj, Number):
        return PYTHON_NAME[obj.dtype]
    return obj.refused() if getattr(obj, "is_tagged", False) else type(obj).__name__


PYTHON_NAME = {dtype: kind.__name__ for dtype, kind in PYTHON_CLASS.items()}


def python_class(number: Number) -> type:
    """What a staged number is when the kernel runs."""
    return PYTHON_CLASS[number.dtype]


_DIGITS = (
    "round() to decimal digits of a Python number that only the run knows; make it a tensor, which is rounded"
    " as NumPy rounds: round(ag.constant(x), 2)"
)


def _refuse_zero(a: Any, b: Any) -> None:
    """What divmod says of a quotient by zero."""
    x, y = operand(a), operand(b)
    if x is not None and y is not None:
        kind = float if "float64" in (x.type.dtype, y.type.dtype) else int
        zero = f.weak(value_of(wrap(y) == 0), dtype="bool")
        fail_if(zero, "StagedZeroDivisionError", "ZERO_DIVISION", _OF_ZERO[kind])


def _words_of_zero(kind: type) -> str:
    try:
        raise AssertionError(divmod(kind(1), kind(0)))
    except ZeroDivisionError as error:
        return str(error)


_OF_ZERO = {kind: _words_of_zero(kind) for kind in (int, float)}


# Python names the class of an operand in its errors, so each is called what the user knows it as.
for _dtype, _name in PYTHON_NAME.items():
    Box.classes[_dtype] = type(_name, (Number,), {"__slots__": (), "__module__": "builtins"})
