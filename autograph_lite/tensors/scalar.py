"""NumpyScalar: a float64, int64 or bool of NumPy's that no tensor has touched, while a function is staged.

`np.sin(0.1 * i)` of a Python number is one, and so is an element of a plain array.  It is computed with NumPy's
own bits and warns as NumPy does; where it meets a tensor it is strong in promotion.  What an operator or a
ufunc gives for operands of which kinds is found by asking NumPy for a sample.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PYTHON_CLASS, scalar
from autograph_lite.ops.dispatch import apply, context, f
from autograph_lite.ops.record import OPS
from autograph_lite.ops.staging import root
from autograph_lite.tensors import protocols
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.number import COMPARE, Number, without_modulus
from autograph_lite.tensors.promotion import BY_NAME

UFUNC_OF = {"truediv": "divide", "floordiv": "floor_divide", "mod": "remainder"} | {
    name: f"bitwise_{name}" for name in ("and", "or", "xor")
}
"""The name that NumPy has for an operator of Python's, where it is another one."""
OPERATORS: dict[str, Callable[..., Any]] = {
    **BY_NAME,
    "power": operator.pow,
    "divmod": divmod,
    "negative": operator.neg,
    "positive": operator.pos,
    "absolute": operator.abs,
    "invert": operator.invert,
}
OF_BOOLS = {
    **{"bitwise_and": "logical_and", "bitwise_or": "logical_or", "bitwise_xor": "logical_xor"},
    **{"add": "logical_or", "multiply": "logical_and", "invert": "logical_not"},
    **{name: name for name in ("logical_and", "logical_or", "logical_xor", "logical_not")},
}
"""What a function of bools is that gives a bool."""
KINDS = {np.float64: "float64", np.bool_: "bool"}
PICKED = {**KINDS, np.int64: "int64"}
"""What an element of a plain array may be; of an int64 nothing is computed."""
BOOLS = {np.bool_, bool}
INTEGERS = BOOLS | {int, np.int32, np.int64}
TAKEN = INTEGERS | {float, np.float32, np.float64}
ERRSTATE = (
    "np.errstate inside compiled code does not reach what NumPy computes of numbers there; put it around the"
    " call of the function"
)


# --- what meets a scalar ---------------------------------------------------------------------------


def is_scalar(obj: Any) -> bool:
    """Whether it is a number of Python's or NumPy's, or an array without axes, known or not."""
    if isinstance(obj, Box):
        return isinstance(obj, Number | NumpyScalar)
    return isinstance(obj, bool | int | float | np.generic) or (
        isinstance(obj, np.ndarray) and obj.ndim == 0
    )


def value_as(obj: Any, dtype: str) -> Value:
    """A number as a NumPy scalar of a dtype."""
    builder: Any = context.interpreter
    if not isinstance(obj, Box | np.generic | np.ndarray):
        constant: Value = builder.constant(PYTHON_CLASS[dtype](obj), dtype, "np")
        return constant
    value: Value = value_of(obj) if isinstance(obj, Box) else builder.lift_scalar(obj)
    alike = value.type.kind == "np" and value.type.dtype == dtype
    return value if alike else f.np_scalar(value, dtype=dtype)


def class_of(obj: Any) -> type:
    if isinstance(obj, Number):
        return PYTHON_CLASS[obj.dtype]
    return obj.dtype.type if isinstance(obj, NumpyScalar | np.ndarray) else type(obj)


@cache
def _sample(function: Callable[..., Any], *classes: type) -> Any:
    """What NumPy gives, or raises, for operands of these classes."""
    with np.errstate(all="ignore"):
        try:
            return function(*(kind(1) for kind in classes))
        except Exception as error:
            return error


def gives(function: Callable[..., Any], *operands: Any) -> type:
    """The class of what NumPy gives for such operands."""
    return type(_sample(function, *map(class_of, operands)))


def _computed(function: Callable[..., Any], name: str, label: str, operands: Any) -> Any:
    """A function of scalars that gives one scalar; `label` is the op that gives a float64."""
    classes = tuple(map(class_of, operands))
    found = _sample(function, *classes)
    if isinstance(found, Exception):
        raise type(found)(*found.args)
    if np.geterr() != root().float_errors:
        raise ConversionError(ERRSTATE)
    result = KINDS.get(type(found))
    bools = result == "bool" and BOOLS.issuperset(classes)
    op = OPS.get(f"np_{OF_BOOLS.get(name, name) if bools else label}")
    if (
        op is None
        or result is None
        or not TAKEN.issuperset(classes)
        or op.types()[0] != scalar(result)
    ):
        _refuse(name, type(found), classes)
    whole = name in COMPARE and INTEGERS.issuperset(classes)  # exactly, however large
    dtype = "int64" if whole else op.dtypes[0]
    return wrap(apply(op, *(value_as(x, dtype) for x in operands)))


def warns(function: Any, operands: tuple[Any, ...]) -> bool:
    """Whether NumPy warns of a function of plain numbers that a kernel computes too."""
    if not isinstance(function, np.ufunc) or f"np_{function.__name__}" not in OPS:
        return False
    with np.errstate(all="raise", under="ignore"):
        try:
            function(*operands)
        except FloatingPointError:
            return True
        except Exception:  # which the call itself will raise
            return False
    return False


def _refuse(name: str, kind: type, classes: tuple[type, ...]) -> NoReturn:
    names = ["NumPy " * issubclass(c, np.generic) + c.__name__ for c in classes]
    given = " and ".join(("an " if n[0] == "i" else "a ") + n for n in names)
    if f"np_{name}" in OPS or name in OPERATORS or name in OF_BOOLS:
        own = "an int first, int(x)" if np.int64 in classes else "a float first, float(x)"
        raise ConversionError(
            f"np.{name} of {given} gives a NumPy {kind.__name__}, which is not available where only the run of"
            f" the compiled function knows the number; make it {own}, or use Python's own operators and"
            " functions"
        )
    instead = protocols.INSTEAD.get(name)
    told = f"write {instead}" if instead else "use math, or make it a tensor first: ag.constant(x)"
    raise ConversionError(
        f"np.{name} of a number that only the run of the compiled function knows is not available; {told}"
    )


# --- operators and ufuncs --------------------------------------------------------------------------


def of_operator(name: str, *operands: Any) -> Any:
    """An operator of Python's, one operand of which is a NumPy scalar or a plain array."""
    name = UFUNC_OF.get(name, name)
    arrays = [x for x in operands if isinstance(x, np.ndarray)]
    if any(isinstance(x, HostArray) for x in operands):
        return NotImplemented
    if any(x.ndim for x in arrays) or (arrays and name == "power"):
        return root().hosts.operator(OPERATORS[name], *operands)
    if arrays:  # NumPy takes its function for arrays
        return of_ufunc(getattr(np, name), *operands)
    if any(map(_is_tensor, operands)):
        return NotImplemented
    if not all(map(is_scalar, operands)):
        return _with_object(name, operands)
    if name == "divmod":
        return _quotient_and_rest("scalar_divmod", operands)
    label = f"scalar_{name}" if f"np_scalar_{name}" in OPS else name
    return _computed(OPERATORS[name], name, label, operands)


def _quotient_and_rest(label: str, operands: tuple[Any, ...]) -> tuple[Any, Any]:
    quotient = _computed(np.floor_divide, "divmod", label, operands)
    return quotient, _computed(np.remainder, "divmod", f"{label}_rest", operands)


def _with_object(name: str, operands: tuple[Any, ...]) -> Any:
    """A scalar beside what is no number: what NumPy raises, or that a text or None is something else."""
    found = OPERATORS[name](*(class_of(x)(1) if is_scalar(x) else x for x in operands))
    other = next(x for x in operands if not is_scalar(x))
    if name in ("equal", "not_equal") and isinstance(other, str | bytes | None.__class__):
        return found
    raise ConversionError(
        f"np.{name} of a NumPy scalar that only the run of the compiled function knows and a"
        f" {type(other).__name__} gives a {type(found).__name__}, which is not available; make them tensors:"
        " ag.array(x)"
    )


class _State(threading.local):
    """Whether the program calls a function of NumPy's by its name, rather than uses an operator."""

    called = False


_state = _State()


def called(call: Callable[..., Any], *args: Any) -> Any:
    """What `call` gives; the program calls a function of NumPy's by its name."""
    _state.called = True
    try:
        return call(*args)
    finally:
        _state.called = False


def meant(ufunc: np.ufunc) -> Callable[..., Any]:
    """The operator by which NumPy was met, or the function if the program calls it."""
    return ufunc if _state.called else OPERATORS.get(ufunc.__name__, ufunc)


def of_ufunc(ufunc: np.ufunc, *operands: Any) -> Any:
    """A function of NumPy's that the program calls on numbers."""
    if len(operands) != ufunc.nin:
        return ufunc(*(class_of(x)(1) for x in operands))  # says what is missing
    if ufunc is np.divmod:
        return _quotient_and_rest("divmod", operands)
    return _computed(ufunc, ufunc.__name__, ufunc.__name__, operands)


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """NumPy meets a number that only the run knows; of operators this is the way of those of which the
    left operand is NumPy's and plain."""
    tagged = next((x for x in inputs if isinstance(x, Box) and x.is_tagged), None)
    if tagged is not None:
        return tagged.__array_ufunc__(ufunc, method, *inputs, **kwargs)  # type: ignore[attr-defined]
    if not all(map(is_scalar, inputs)):
        if any(isinstance(x, np.ndarray) for x in inputs) and not any(map(_is_tensor, inputs)):
            function = meant(ufunc) if method == "__call__" else getattr(ufunc, method)
            return root().hosts.operator(function, *inputs, **kwargs)
        return protocols.array_ufunc(self, ufunc, method, *inputs, **kwargs)
    if method == "reduce" and (found := _reduced(ufunc.__name__, inputs, kwargs)) is not None:
        return found
    if method != "__call__" or kwargs:
        told = f"{next(iter(kwargs))}= of NumPy"
        if method != "__call__":
            told = f"np.{_REDUCES.get(ufunc.__name__, f'{ufunc.__name__}.{method}')}"
        raise ConversionError(
            f"{told} on a number that only the run of the compiled function knows is not available; write it"
            " with operators"
        )
    if isinstance(inputs[0], np.generic) and ufunc.__name__ in OPERATORS and not _state.called:
        return of_operator(ufunc.__name__, *inputs)
    return of_ufunc(ufunc, *inputs)


_REDUCES = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
_BEGINS = {"add": 0.0, "multiply": 1.0}


def _reduced(name: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`np.sum` and the like of a float, which is all there is; None of anything else."""
    whole = len(inputs) == 1 and all(option is None for option in kwargs.values())
    if not whole or name not in _REDUCES or value_of(inputs[0]).type.dtype != "float64":
        return None
    one = wrap(value_as(inputs[0], "float64"))
    return of_ufunc(getattr(np, name), _BEGINS[name], one) if name in _BEGINS else one


def _is_tensor(obj: Any) -> bool:
    return isinstance(obj, Box) and not isinstance(obj, Number | NumpyScalar)


def _forward(name: str) -> Callable[..., Any]:
    return lambda self, other: of_operator(name, self, other)


def _reflected(name: str) -> Callable[..., Any]:
    return lambda self, other: of_operator(name, other, self)


def _one(name: str) -> Callable[[Any], Any]:
    return lambda self: of_operator(name, self)


def _refused(what: str, instead: str) -> Callable[..., Any]:
    def method(self: NumpyScalar, *args: Any, **kwargs: Any) -> NoReturn:
        del self, args, kwargs
        raise ConversionError(
            f"{what} of a NumPy scalar that only the run of the compiled function knows is not available;"
            f" {instead}"
        )

    return method


_USUAL = (
    "compute with operators and NumPy's functions of numbers, or make it a tensor: ag.constant(x)"
)


class NumpyScalar(Box):
    """A float64, int64 or bool of NumPy's that is known only when the kernel runs."""

    __slots__ = ()
    __array_ufunc__ = array_ufunc

    __add__, __radd__ = _forward("add"), _reflected("add")
    __sub__, __rsub__ = _forward("subtract"), _reflected("subtract")
    __mul__, __rmul__ = _forward("multiply"), _reflected("multiply")
    __truediv__, __rtruediv__ = _forward("divide"), _reflected("divide")
    __floordiv__, __rfloordiv__ = _forward("floor_divide"), _reflected("floor_divide")
    __mod__, __rmod__ = _forward("remainder"), _reflected("remainder")
    __pow__, __rpow__ = without_modulus(_forward("power")), _reflected("power")
    __divmod__, __rdivmod__ = _forward("divmod"), _reflected("divmod")
    __and__, __rand__ = _forward("and"), _reflected("and")
    __or__, __ror__ = _forward("or"), _reflected("or")
    __xor__, __rxor__ = _forward("xor"), _reflected("xor")
    __lshift__, __rlshift__ = _forward("left_shift"), _reflected("left_shift")
    __rshift__, __rrshift__ = _forward("right_shift"), _reflected("right_shift")
    __lt__, __le__ = _forward("less"), _forward("less_equal")
    __gt__, __ge__ = _forward("greater"), _forward("greater_equal")
    __eq__, __ne__ = _forward("equal"), _forward("not_equal")
    __neg__, __pos__, __abs__ = _one("negative"), _one("positive"), _one("absolute")
    __invert__ = _one("invert")
    __iter__ = None
    __hash__ = _refused("a key of a dict or set", "write `if` and `elif`")
    __bool__ = _refused("a condition", "write it in `if` or `while`, and compare tuples by element")
    __format__ = __str__ = _refused("a text", "write an f-string")
    __float__, __int__ = _refused("float()", _USUAL), _refused("int()", _USUAL)
    __array__ = _refused("np.asarray()", "write ag.array around a list of numbers")

    def __round__(self, ndigits: Any = None) -> Any:
        """An int of Python's; to digits as NumPy rounds."""
        from autograph_lite.tensors.scalar_functions import rounded

        if value_of(self).type.dtype == "bool":
            raise TypeError("type numpy.bool doesn't define __round__ method")
        if ndigits is not None:
            return rounded(self, ndigits)
        return wrap(f.py_int(f.number(f.np_rint(value_of(self)), dtype="float64")))

    def __getitem__(self, index: Any) -> NoReturn:
        raise IndexError("invalid index to scalar variable.")

    def item(self) -> Any:
        """The number of Python's."""
        value = value_of(self)
        return wrap(f.number(value, dtype=value.type.dtype))

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(value_of(self).type.dtype)

    @property
    def ndim(self) -> int:
        return 0

    @property
    def shape(self) -> tuple[int, ...]:
        return ()

    def __getattr__(self, name: str) -> Any:
        kind = numpy_class(self)
        if hasattr(kind, name) and not name.startswith("__"):
            _refused(f"the attribute {name!r}", _USUAL)(self)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"<staged {value_of(self).type}>"


def numpy_class(scalar: NumpyScalar) -> type:
    """What a staged scalar is when the kernel runs."""
    kind: type = scalar.dtype.type
    return kind


# Python names the class of an operand in its errors, so each is called what the user knows it as.
for _kind, _dtype in PICKED.items():
    Box.classes[f"np.{_dtype}"] = type(f"numpy.{_kind.__name__}", (NumpyScalar,), {"__slots__": ()})
