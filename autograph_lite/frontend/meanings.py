"""Python's builtins inside a staged function, where an argument is known only when the kernel runs."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.frontend.advice import mentions_run
from autograph_lite.frontend.branches import stage_if
from autograph_lite.frontend.folds import call, reduced, steps_of, summed, until
from autograph_lite.frontend.grown import grown_in, length
from autograph_lite.frontend.iteration import counted, is_staged
from autograph_lite.frontend.iterators import (
    Counting,
    Enumerated,
    ForLoop,
    Generator,
    Once,
    Reversed,
    Zipped,
)
from autograph_lite.frontend.later import Later, Text
from autograph_lite.frontend.selection import in_order, selecting
from autograph_lite.frontend.steps import number
from autograph_lite.frontend.truth import as_bool, not_, only_element
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.number import Number, kind_name, operand, python_class
from autograph_lite.tensors.plain_array import PlainArray
from autograph_lite.tensors.scalar import NumpyScalar, numpy_class
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tags import as_number, as_tensor, checked
from autograph_lite.tensors.tensor import ArrayLike, is_tensor, refuse_recorded


def _staged(obj: Any) -> bool:
    return isinstance(obj, Box)


def _range(*args: Any) -> Any:
    if not any(map(_staged, args)):
        return range(*args)
    bounds = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    return Counting(*bounds)


def _len(obj: Any) -> Any:
    if isinstance(obj, Number | NumpyScalar):
        raise TypeError(f"object of type {kind_name(obj)!r} has no len()")
    if _staged(obj):
        return obj.length()
    if grown_in(obj) is not None:
        return wrap(length(obj))
    if isinstance(obj, Counting):
        return wrap(steps_of(obj).count)
    if isinstance(obj, ForLoop):
        raise TypeError(f"object of type {obj.python.__name__!r} has no len()")
    operators = root().caller.operators
    return operators.length(obj) if operators.asks(obj) else len(obj)


_ONE = "only 0-dimensional arrays can be converted to Python scalars"


_OF_NONE: dict[Any, str] = {
    float: "float() argument must be a string or a real number, not 'NoneType'",
    int: "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'",
    round: "type NoneType doesn't define __round__ method",
}


def _to_number(dtype: str, python: type) -> Callable[..., Any]:
    def convert_number(obj: Any = 0, *rest: Any) -> Any:
        if dtype == "bool" and grown_in(obj) is not None:
            return as_bool(obj)
        if dtype == "bool" and not rest:
            obj = root().caller.operators.flag(obj)
        if not _staged(obj):
            return python(obj, *rest)
        if isinstance(obj, Tagged) and dtype != "bool":
            return _either_number(convert_number, obj, _OF_NONE[python])
        if dtype == "bool":
            return as_bool(obj)
        value = only_element(value_of(obj), GraphTypeError, _ONE)
        refuse_recorded(value, f"{python.__name__}()")
        if value.type.kind == "py":
            if value.type.dtype == dtype:
                return obj
            return wrap(f.py_float(value) if dtype == "float64" else f.py_int(value))
        if dtype == "int64" and value.type.floating:
            return wrap(f.py_int(f.number(value, dtype="float64")))
        return wrap(f.number(value, dtype=dtype))

    return convert_number


def _either_number(convert_number: Callable[[Any], Any], obj: Tagged, of_none: str) -> Any:
    """float() or int() of the tensor or of the number, whichever it is; what Python says of None."""
    if obj.number is None:
        return convert_number(checked(obj, of_none))
    tensor, number = as_tensor(obj), as_number(obj)
    return stage_if(
        obj.is_tensor,
        lambda: convert_number(tensor),
        lambda: convert_number(number),
        tuple,
        lambda _: None,
        (),
    )


def _round(obj: Any, ndigits: Any = None) -> Any:
    if isinstance(obj, Tagged):
        return _either_number(lambda one: _round(one, ndigits), obj, _OF_NONE[round])
    if ndigits is None and _is_scalar(obj):
        return _to_number("int64", int)(obj.round())
    if isinstance(ndigits, Box) and not isinstance(obj, Box):
        raise ConversionError(
            "a number is rounded to as many digits as only the run knows; give the digits as a literal"
        )
    return round(obj, ndigits)


def _is_scalar(obj: Any) -> bool:
    if not isinstance(obj, ArrayLike):
        return False
    type = value_of(obj).type
    return not type.shape and type.dtype != "bool"


def _isinstance(obj: Any, classes: Any) -> Any:
    if isinstance(obj, Tagged):
        return _is_either(obj, classes)
    staged = isinstance(obj, Number | NumpyScalar | PlainArray | ForLoop | Later)
    _ask(obj)
    return issubclass(_type(obj), classes) if staged else isinstance(obj, classes)


def _is_either(obj: Tagged, classes: Any) -> Any:
    """Of what is a tensor in some runs: the answer, where it is the same in all, or that of the run."""
    tensor = _isinstance(as_tensor(obj), classes)
    other = _isinstance(None if obj.number is None else as_number(obj), classes)
    if tensor == other:
        return tensor
    is_tensor = wrap(obj.is_tensor)
    return as_bool(is_tensor) if tensor else not_(is_tensor)


def _is_tensor(obj: Any) -> Any:
    _ask(obj)
    if isinstance(obj, Tagged):
        return as_bool(wrap(obj.is_tensor)) if value_of(obj).type.kind == "ag" else False
    return is_tensor(obj)


def _hasattr(obj: Any, name: str) -> bool:
    _ask(obj)
    return root().note_has(_type(obj) if isinstance(obj, Number | NumpyScalar) else obj, name)  # type: ignore[no-any-return]


def _ask(obj: Any) -> None:
    """Remember that the class of a number has been asked for, which no node tells."""
    if isinstance(obj, Number | NumpyScalar):
        root().asked.add(obj._value)


def _type(obj: Any, *rest: Any) -> Any:
    """The class of an object; a staged number's or text's is Python's own, or NumPy's."""
    _ask(obj)
    if isinstance(obj, Tagged):
        obj.refused()
    if isinstance(obj, Number):
        return python_class(obj)
    if isinstance(obj, NumpyScalar):
        return numpy_class(obj)
    if isinstance(obj, PlainArray):
        return np.ndarray
    if isinstance(obj, ForLoop):
        return obj.python
    if isinstance(obj, Later):
        return str if isinstance(obj, Text) else obj.function
    return type(obj, *rest)


def _with(count: int, python: Any, meaning: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python's that takes so many arguments, none of them by name; it says itself what else is
    wrong."""

    def called(*args: Any, **kwargs: Any) -> Any:
        right = len(args) == count and not kwargs
        return meaning(root().caller.operators, *args) if right else python(*args, **kwargs)

    return called


def _pow(base: Any, exp: Any, mod: Any = None) -> Any:
    if mod is None and root().caller.operators.asks(base, exp):
        return root().caller.operators.binary("pow", base, exp)
    given = (base, exp, mod)
    for x in given if mod is not None else ():
        if isinstance(x, Tagged):
            x.refused()
    numbers = [operand(x) if isinstance(x, int | float | Number) else None for x in given]
    if mod is None or None in numbers or not mentions_run(given, {}):
        return pow(*given)
    if any(v.type.dtype == "float64" for v in numbers if v is not None):
        return _THREE(1.0, 1, 1)  # Python says that all have to be ints
    return wrap(f.py_power_modulo(*(number(x) for x in given)))


_THREE: Any = pow


def _map(function: Any, *iterables: Any) -> Any:
    if not iterables:
        return map(function)  # type: ignore[call-overload]  # says what is missing
    if len(iterables) > 1:
        return Generator(_zip(*iterables), lambda items: call(function, *items), kind=map)
    return Generator(_iterable(iterables[0]), lambda item: call(function, item), kind=map)


def _filter(function: Any, iterable: Any) -> Any:
    keeps = (lambda item: item) if function is None else (lambda item: call(function, item))
    return Generator(_iterable(iterable), lambda item: item, keeps, kind=filter)


def _iterable(obj: Any) -> Any:
    if not is_staged(obj):
        iter(obj)  # says that it cannot be iterated over
    return obj


def _is_counted(obj: Any) -> bool:
    """Whether the run counts any of it."""
    if isinstance(obj, Generator):
        return any(map(_is_counted, obj.inside()))
    return is_staged(obj)


def _enumerate(iterable: Any, start: Any = 0) -> Any:
    if not _staged(start) and not _is_counted(iterable):
        return enumerate(iterable, start)
    return Enumerated(iterable, start)


def _zip(*parts: Any, strict: Any = False) -> Any:
    found = any(map(_is_counted, parts))
    return Zipped(parts, bool(strict)) if found else zip(*parts, strict=strict)


def _reversed(obj: Any) -> Any:
    if isinstance(obj, Once) or counted(obj) is None:
        return reversed(obj)
    return Reversed(obj)


MEANINGS: dict[Any, Callable[..., Any]] = {
    range: _range,
    len: _len,
    float: _to_number("float64", float),
    int: _to_number("int64", int),
    bool: _to_number("bool", bool),
    min: selecting(min, "lt"),
    max: selecting(max, "gt"),
    sum: summed,
    any: until(True),
    all: until(False),
    abs: _with(1, abs, lambda ops, x: ops.unary("abs", x)),
    isinstance: _isinstance,
    type: _type,
    hasattr: _hasattr,
    is_tensor: _is_tensor,
    enumerate: _enumerate,
    reversed: _reversed,
    zip: _zip,
    divmod: _with(2, divmod, lambda ops, x, y: ops.binary("divmod", x, y)),
    operator.not_: _with(1, operator.not_, lambda ops, x: ops.not_(x)),
    operator.truth: _with(1, operator.truth, lambda ops, x: _to_number("bool", bool)(x)),
    pow: _pow,
    round: _round,
    map: _map,
    filter: _filter,
    sorted: in_order,
    functools.reduce: reduced,
}
FOLDS = tuple(MEANINGS[fold] for fold in (min, max, sum, any, all))
"""Those that go through a comprehension, whatever it goes through."""
