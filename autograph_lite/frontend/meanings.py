"""Python's builtins inside a staged function, where an argument is known only when the kernel runs.

What iterates in Python is a loop here too: `sum(x)` adds the rows one by one, from the left, which are
other bits than those of `np.sum(x)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.frontend.advice import mentions_run
from autograph_lite.frontend.branches import stage_if
from autograph_lite.frontend.iteration import (
    Counted,
    Counting,
    Enumerated,
    Zipped,
    after_the_first,
    counted,
    number,
)
from autograph_lite.frontend.loops import stage_loop
from autograph_lite.frontend.plan import Plan
from autograph_lite.frontend.truth import condition
from autograph_lite.ir.types import Symbol
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.number import Number, kind_name, python_class
from autograph_lite.tensors.tagged import Tagged, as_number, as_tensor
from autograph_lite.tensors.tensor import refuse_recorded


def _staged(obj: Any) -> bool:
    return isinstance(obj, Box)


def _range(*args: Any) -> Any:
    if not any(map(_staged, args)):
        return range(*args)
    bounds = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    return Counting(*bounds)


def _len(obj: Any) -> Any:
    if isinstance(obj, Number):
        raise TypeError(f"object of type {kind_name(obj)!r} has no len()")
    if _staged(obj):
        return obj.length()
    if isinstance(obj, Counting | Enumerated | Zipped):
        return wrap(counted(obj).count)  # type: ignore[union-attr]
    return len(obj)


def _to_number(dtype: str, python: type) -> Callable[..., Any]:
    def convert_number(obj: Any = 0, *rest: Any) -> Any:
        if not _staged(obj):
            return python(obj, *rest)
        if isinstance(obj, Tagged) and dtype != "bool":
            return _either_number(convert_number, obj)
        if dtype == "bool":
            found = condition(obj)
            return wrap(found if found.type.kind == "py" else f.number(found, dtype="bool"))
        value = value_of(obj)
        if value.type.shape:
            raise GraphTypeError("only 0-dimensional arrays can be converted to Python scalars")
        refuse_recorded(value, f"{python.__name__}()")
        if value.type.kind == "py":
            if value.type.dtype == dtype:
                return obj
            return wrap(f.py_float(value) if dtype == "float64" else f.py_int(value))
        if dtype == "int64" and value.type.floating:
            return wrap(f.py_int(f.number(value, dtype="float64")))
        return wrap(f.number(value, dtype=dtype))

    return convert_number


def _either_number(convert_number: Callable[[Any], Any], obj: Tagged) -> Any:
    """float() or int() of the tensor or of the number, whichever it is."""
    if obj.number is None:
        obj.refused()
    tensor, number = as_tensor(obj), as_number(obj)
    return stage_if(
        obj.is_tensor,
        lambda: convert_number(tensor),
        lambda: convert_number(number),
        tuple,
        lambda _: None,
        (),
    )


def _selecting(python: Callable[..., Any], pick: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """min and max: the first that wins, of the rows of a tensor or of several objects."""

    def select(*args: Any, **kwargs: Any) -> Any:
        if kwargs or not mentions_run(args, {}):
            return python(*args, **kwargs)
        if len(args) == 1 and _staged(args[0]):
            return _first_of(python, pick, _iterated(args[0]))
        items = args[0] if len(args) == 1 else args
        best = items[0]
        for item in items[1:]:
            best = pick(best, item)
        return best

    return select


def _first_of(python: Callable[..., Any], pick: Callable[[Any, Any], Any], steps: Counted) -> Any:
    """The row that wins; without rows what Python says of an empty sequence."""
    empty = f.weak(f.py_less(steps.count, number(1)), dtype="bool")
    fail_if(empty, "DomainError", "DOMAIN", _words_of_nothing(python))
    return _folded(pick, steps.element(number(0)), after_the_first(steps))


def _words_of_nothing(python: Callable[..., Any]) -> str:
    try:
        raise AssertionError(python(()))
    except ValueError as error:
        return str(error)


def _iterated(obj: Any) -> Counted:
    """The rows of a tensor, or what `for` counts."""
    steps = counted(obj)
    if steps is None:
        iter(obj)  # says that it cannot be iterated over
        raise AssertionError(obj)
    return steps


def _folded(step: Callable[[Any, Any], Any], begin: Any, steps: Counted) -> Any:
    """`begin`, changed by every element in turn, in one loop."""
    held = [begin]

    def body(k: Any) -> None:
        held[0] = step(held[0], steps.element(k))

    def bind(objects: tuple[Any, ...]) -> None:
        held[:] = objects

    stage_loop(Plan(steps.count, None, body, lambda: tuple(held), bind, ("the result",)))
    return held[0]


def _pick(less: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def pick(best: Any, item: Any) -> Any:
        wins = less(item, best)
        if not _staged(wins):
            return item if wins else best
        return stage_if(condition(wins), lambda: item, lambda: best, tuple, lambda _: None, ())

    return pick


def _sum(items: Any, start: Any = 0) -> Any:
    """One after the other; the first one before the loop where there surely is one, since the start is
    a Python number and what follows a tensor."""
    if not _staged(items) and not isinstance(items, Counting | Enumerated | Zipped):
        total = start
        for item in items:
            total = total + item
        return total
    steps = _iterated(items)
    if _staged(items) and _has_a_row(value_of(items).type.shape[0]):
        start, steps = start + steps.element(number(0)), after_the_first(steps)
    return _folded(lambda total, item: total + item, start, steps)


def _has_a_row(extent: Any) -> bool:
    return extent.several if isinstance(extent, Symbol) else extent > 0


def _isinstance(obj: Any, classes: Any) -> bool:
    if isinstance(obj, Tagged):
        obj.refused()
    return issubclass(_type(obj), classes) if isinstance(obj, Number) else isinstance(obj, classes)


def _type(obj: Any, *rest: Any) -> Any:
    """The class of an object; a staged number's is Python's own."""
    if isinstance(obj, Tagged):
        obj.refused()
    if isinstance(obj, Number):
        return python_class(obj)
    return type(obj, *rest)


def _pow(base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is None:
        return pow(base, exponent)
    if mentions_run((base, exponent, modulus), {}):
        raise ConversionError("pow() with a modulus is not available yet; write x ** y % z")
    return pow(base, exponent, modulus)


def _enumerate(obj: Any, start: Any = 0) -> Any:
    return enumerate(obj, start) if counted(obj) is None else Enumerated(obj, start)


def _zip(*parts: Any, strict: bool = False) -> Any:
    found = [counted(p) for p in parts]
    if all(p is None for p in found):
        return zip(*parts, strict=strict)
    if strict or any(p is None for p in found):
        raise ConversionError(
            "zip of tensors with Python objects, or strict, is not available yet; make a list of numbers"
            " a tensor: ag.array(x)"
        )
    return Zipped(parts)


MEANINGS: dict[Any, Callable[..., Any]] = {
    range: _range,
    len: _len,
    float: _to_number("float64", float),
    int: _to_number("int64", int),
    bool: _to_number("bool", bool),
    min: _selecting(min, _pick(lambda a, b: a < b)),
    max: _selecting(max, _pick(lambda a, b: a > b)),
    sum: _sum,
    abs: abs,
    isinstance: _isinstance,
    type: _type,
    enumerate: _enumerate,
    zip: _zip,
    divmod: divmod,
    pow: _pow,
}
