"""So many steps, and what each of them sees; numbers as the int64 that count them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from autograph_lite.errors import GraphTypeError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import CONSTANT, fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.tensors.boxes import Box, value_of
from autograph_lite.tensors.number import kind_name
from autograph_lite.tensors.tags import checked, may_be_none


@dataclass(frozen=True, slots=True)
class Counted:
    """`count` steps (an int64 number); `element(k)` is what step k sees."""

    count: Value
    element: Callable[[Value], Any]
    after: Callable[[], None] | None = None  # what is checked when all steps are done


def number(obj: Any) -> Value:
    """A Python int, staged number or integer tensor as an int64 number."""
    builder: Any = context.interpreter
    if may_be_none(obj):
        obj = checked(obj, "'NoneType' object cannot be interpreted as an integer")
    if isinstance(obj, Box):
        value = value_of(obj)
        if value.type.kind == "py" and value.type.dtype in ("int64", "bool"):
            return value if value.type.dtype == "int64" else f.py_int(value)
        if value.type.kind == "py":
            raise GraphTypeError("'float' object cannot be interpreted as an integer")
        if value.type.kind == "np" and value.type.dtype == "int64":
            return f.number(value, dtype="int64")
        if value.type.kind == "np":
            name = kind_name(obj)
            raise GraphTypeError(f"{name!r} object cannot be interpreted as an integer")
        if value.type.dtype in ("int64", "int32") and not value.type.shape:
            return f.number(value, dtype="int64")
        raise GraphTypeError("only integer scalar arrays can be converted to a scalar index")
    if not isinstance(obj, int):
        raise GraphTypeError(f"{type(obj).__name__!r} object cannot be interpreted as an integer")
    made: Value = builder.number(int(obj))
    return made


def after_the_first(steps: Counted) -> Counted:
    """The same steps without the first one."""
    return replace(steps, count=one_fewer(steps.count), element=one_later(steps.element))


def one_fewer(count: Value) -> Value:
    one = number(1)
    return span(one, count, one)


def span(start: Value, stop: Value, step: Value) -> Value:
    """How many steps a range has, which is known where its bounds are."""
    match known(start), known(stop), known(step):
        case int(first), int(last), int(by) if by and _length(range(first, last, by)) < 2**63:
            return number(_length(range(first, last, by)))
    found: Value = f.range_length(start, stop, step)
    return found


def in_range(k: Value, start: Value, step: Value) -> Value:
    """Element `k` of a range, which is known where that and the range are."""
    match known(k), known(start), known(step):
        case int(at), int(first), int(by):
            return number(first + at * by)
    found: Value = f.position(k, start, step)
    return found


def known(x: Value) -> int | None:
    """What a number is that is known before the run."""
    builder: Any = context.interpreter
    made = builder.makers.get(x)
    return made.params["value"] if made is not None and made.op is CONSTANT else None


def _length(r: range) -> int:
    """Of any range; `len` has an end."""
    return (r[-1] - r[0]) // r.step + 1 if r else 0


def one_later(element: Callable[[Value], Any]) -> Callable[[Value], Any]:
    """What a step sees that is counted from the second one on."""
    one = number(1)
    return lambda k: element(in_range(k, one, one))


def least(counts: list[Value]) -> Value:
    """The least of these numbers of steps."""
    found = counts[0]
    for count in counts[1:]:
        found = f.py_minimum(found, count)
    return found


def same_length(counts: list[Value]) -> None:
    """What `strict=True` says of the first that ends before or after those on its left."""
    shortest = least(counts)
    first, *rest = (f.weak(f.py_equal(count, shortest), dtype="bool") for count in counts)
    all_end, none_ends = first, f.logical_not(first)
    for n, ends in enumerate(rest, 2):
        others = " 1" if n == 2 else f"s 1-{n - 1}"
        goes_on = f.logical_not(ends)
        long, short = f.bitwise_and(all_end, goes_on), f.bitwise_and(none_ends, ends)
        for wrong, word in ((long, "longer"), (short, "shorter")):
            text = f"zip() argument {n} is {word} than argument{others}"
            fail_if(wrong, "DomainError", "DOMAIN", text)
        all_end, none_ends = f.bitwise_and(all_end, ends), f.bitwise_and(none_ends, goes_on)
