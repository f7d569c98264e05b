"""What a staged `for` counts: ranges, rows of tensors, and enumerate and zip of these."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.frontend.grown import grown_in
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Symbol
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import context, f
from autograph_lite.tensors import indexing
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.number import kind_name


@dataclass(frozen=True, slots=True)
class Counted:
    """`count` steps (an int64 number); `element(k)` is what step k sees."""

    count: Value
    element: Callable[[Value], Any]
    after: Callable[[], None] | None = None  # what is checked when all steps are done


class ForLoop:
    """What a `for` counts while a function is staged; as Python objects it gives what is known by then."""

    __slots__ = ()
    python: ClassVar[type] = object  # what it is step by step

    def objects(self) -> Iterator[Any]:
        """What Python's own would give."""
        raise ConversionError(COUNTED)

    def __iter__(self) -> Iterator[Any]:
        taken(self)
        return self.objects()

    def _refused(self, *args: Any, **kwargs: Any) -> NoReturn:
        del args, kwargs
        raise ConversionError(COUNTED)

    __next__ = __getitem__ = __contains__ = __array__ = _refused

    def __reversed__(self) -> NoReturn:
        raise TypeError(f"{self.python.__name__!r} object is not reversible")


COUNTED = (
    "a range, enumerate or zip is counted by the run, and only a `for` loop can go through it; write"
    " the loop, or ag.arange for an array of the numbers"
)


@dataclass(frozen=True, slots=True)
class Counting(ForLoop):
    """`range` with bounds that may be staged numbers."""

    start: Any
    stop: Any
    step: Any
    python = range


@dataclass(slots=True)
class Once(ForLoop):
    """An iterator: what a loop took from it is gone.  A region that is staged may run any number of
    times, so it is taken where it was made, and no second time."""

    made_in: Any = field(default_factory=lambda: context.interpreter, init=False)
    used: bool = field(default=False, init=False)

    def inside(self) -> tuple[Any, ...]:
        """What it takes from."""
        return ()


@dataclass(slots=True)
class Enumerated(Once):
    inner: Any
    start: Any
    python = enumerate

    def inside(self) -> tuple[Any, ...]:
        return (self.inner,)

    def objects(self) -> Iterator[Any]:
        return enumerate(plain(self.inner), self.start)


@dataclass(slots=True)
class Zipped(Once):
    parts: tuple[Any, ...]
    strict: bool = False
    python = zip

    def inside(self) -> tuple[Any, ...]:
        return self.parts

    def objects(self) -> Iterator[Any]:
        return zip(*map(plain, self.parts), strict=self.strict)


@dataclass(slots=True)
class Reversed(Once):
    """Of what is counted."""

    inner: Any

    def inside(self) -> tuple[Any, ...]:
        return (self.inner,)

    @property
    def python(self) -> type:  # type: ignore[override]
        counts = isinstance(self.inner, range | Counting)
        return type(reversed(range(0))) if counts else reversed

    def objects(self) -> Iterator[Any]:
        iter(self.inner)  # says that only the run knows how many there are
        found: Iterator[Any] = reversed(self.inner)
        return found


@dataclass(slots=True)
class Generator(Once):
    """A generator expression, map or filter: `element(item)` of every item of which the condition holds.
    `nested`: an element is a generator itself.  `at_once`: a list comprehension, whose elements are all
    computed before anything is done with them."""

    inner: Any
    element: Callable[[Any], Any]
    condition: Callable[[Any], Any] | None = None
    nested: bool = False
    at_once: bool = False
    kind: type = types.GeneratorType

    @property
    def python(self) -> type:  # type: ignore[override]
        return self.kind

    def inside(self) -> tuple[Any, ...]:
        return (self.inner,)

    def objects(self) -> Iterator[Any]:
        for item in plain(self.inner):
            if self.condition is not None and not _known(self.condition(item)):
                continue
            if self.nested:
                yield from self.element(item)
            else:
                yield self.element(item)


def _known(condition: Any) -> Any:
    if isinstance(condition, Box):
        raise ConversionError(
            "a condition that only the run knows says which elements a list has; go through all of them in a"
            " loop, with `if`"
        )
    return condition


def plain(obj: Any) -> Any:
    """As what Python itself can go through."""
    return obj.objects() if isinstance(obj, Once) else obj


_USED = (
    "an iterator, such as an enumerate, zip, reversed, map or filter, may have been used up by another loop"
    " or in another step; make it where the loop begins, and a new one for every loop"
)


def note_iterator(obj: Any) -> None:
    """Remember where an iterator of Python's own was made."""
    if isinstance(obj, Iterator) and not isinstance(obj, Once):
        root: Any = context.interpreter.root()  # type: ignore[attr-defined]
        root.iterators[id(obj)] = (obj, context.interpreter)


def still_there(obj: Any) -> None:
    """An error for an iterator of Python's that was not made in this region."""
    if isinstance(obj, Iterator) and not isinstance(obj, Once):
        root: Any = context.interpreter.root()  # type: ignore[attr-defined]
        if root.iterators.get(id(obj), (None, None))[1] is not context.interpreter:
            raise ConversionError(_USED)


def taken(obj: Any) -> None:
    """A loop goes through it."""
    if not isinstance(obj, Once):
        still_there(obj)
        return
    if obj.used or obj.made_in is not context.interpreter:
        raise ConversionError(_USED)
    obj.used = True
    for part in obj.inside():
        taken(part)


def number(obj: Any) -> Value:
    """A Python int, staged number or integer tensor as an int64 number."""
    builder: Any = context.interpreter
    if isinstance(obj, Box):
        value = value_of(obj)
        if value.type.kind == "py" and value.type.dtype in ("int64", "bool"):
            return value if value.type.dtype == "int64" else f.py_int(value)
        if value.type.kind == "py":
            raise GraphTypeError("'float' object cannot be interpreted as an integer")
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


def counted(iterable: Any) -> Counted | None:
    """How to loop over an iterable by counting; None for other Python objects."""
    if isinstance(iterable, range):
        return _counting(Counting(iterable.start, iterable.stop, iterable.step))
    if isinstance(iterable, Counting):
        return _counting(iterable)
    if getattr(iterable, "range_", None) is not None and isinstance(iterable, Box):
        return _arange(iterable)
    if isinstance(iterable, Once):
        return _COUNTED[type(iterable)](iterable)
    if grown_in(iterable) is not None:
        return _ELEMENTS[0](iterable)
    return _rows(iterable) if _has_rows(iterable) else None


_ELEMENTS: list[Callable[[list[Any]], Counted]] = []


def elements_by(counted_list: Callable[[list[Any]], Counted]) -> None:
    """Who knows how to loop over a list that grows."""
    _ELEMENTS[:] = [counted_list]


def is_staged(obj: Any) -> bool:
    """Whether a loop over it is not Python's own."""
    return isinstance(obj, ForLoop) or grown_in(obj) is not None or counted(obj) is not None


def _has_rows(obj: Any) -> bool:
    return (isinstance(obj, Box) and bool(value_of(obj).type.shape)) or isinstance(obj, np.ndarray)


def _counting(r: Counting, dtype: str | None = None) -> Counted:
    """Python numbers, or scalar tensors of `dtype`."""
    start, stop, step = number(r.start), number(r.stop), number(r.step)
    count = f.range_length(start, stop, step)

    def element(k: Value) -> Any:
        index = f.position(k, start, step)
        return wrap(index if dtype is None else f.weak(index, dtype=dtype))

    return Counted(count, element)


def _arange(made: Any) -> Counted | None:
    """A loop over `ag.arange` of integers sees scalar tensors."""
    if not made._dtype.startswith("int"):
        return _rows(made)
    return _counting(Counting(*made.range_), made._dtype)


def _rows(x: Any) -> Counted:
    """The rows of an array as they are when each step begins, as NumPy iterates."""
    if not isinstance(x, Box):
        # step by step NumPy would compute with its rows, by functions and sums of its own
        raise ConversionError(
            "a loop goes over the rows of a plain array; make it a tensor first: x = ag.array(x), or write"
            " range or ag.arange for np.arange"
        )
    # a view, to be written through
    return Counted(f.dim(value_of(x), axis=0), lambda k: indexing.get(x, wrap(k)))


def after_the_first(steps: Counted) -> Counted:
    """The same steps without the first one."""
    one = number(1)
    count = f.range_length(one, steps.count, one)
    return replace(steps, count=count, element=lambda k: steps.element(f.position(k, one, one)))


def surely_some(obj: Any) -> bool:
    """Whether there is an element in every run."""
    if isinstance(obj, Zipped):
        return all(map(surely_some, obj.parts))
    if isinstance(obj, Once):
        plain_one = not isinstance(obj, Generator) or (obj.condition is None and not obj.nested)
        return plain_one and all(map(surely_some, obj.inside()))
    if isinstance(obj, Box):
        shape = value_of(obj).type.shape
        extent = shape[0] if shape else 0
        return extent.several if isinstance(extent, Symbol) else extent > 0
    return isinstance(obj, range) and len(obj) > 0


def unpacked(x: Any, count: int | None) -> Any:
    """The rows of a staged tensor that is unpacked into so many names, or into any number (None)."""
    shape = value_of(x).type.shape
    if not shape:
        return x  # Python says that it cannot be iterated over
    if isinstance(shape[0], int):
        return tuple(x[i] for i in range(shape[0]))
    if count is None:
        raise ConversionError(
            "a starred name takes as many elements as only the run knows; take slices instead:"
            " first, rest = x[0], x[1:]"
        )
    length, wanted = f.dim(value_of(x), axis=0), number(count)
    short = f"not enough values to unpack (expected {count}, got {{0}})"
    long = f"too many values to unpack (expected {count})"
    for more, less, text in ((wanted, length, short), (length, wanted, long)):
        wrong = f.weak(f.py_greater(more, less), dtype="bool")
        fail_if(wrong, "ShapeError", "SHAPE", text, length)
    return tuple(x[i] for i in range(count))


def _enumerated(e: Enumerated) -> Counted | None:
    inner = counted(e.inner)
    if inner is None:
        return None
    one, start = number(1), number(e.start)
    return replace(inner, element=lambda k: (wrap(f.position(k, start, one)), inner.element(k)))


def _reversed(r: Reversed) -> Counted:
    inner = counted(r.inner)
    assert inner is not None
    last, back = f.py_subtract(inner.count, number(1)), number(-1)
    return replace(inner, element=lambda k: inner.element(f.position(k, last, back)))


def _zipped(z: Zipped) -> Counted | None:
    found = [counted(p) for p in z.parts]
    parts = [p for p in found if p is not None]
    if any(isinstance(p, Generator) for p in z.parts[:-1]):  # one call more than there are elements
        raise ConversionError(
            "a map, filter or generator stands first in zip; zip what it goes through, and do its work in the"
            " loop"
        )
    if len(parts) < len(found) or not parts:
        return None
    counts = [p.count for p in parts]
    after = partial(same_length, counts) if z.strict else None
    return Counted(_least(counts), lambda k: tuple(p.element(k) for p in parts), after)


def _least(counts: list[Value]) -> Value:
    found = counts[0]
    for count in counts[1:]:
        found = f.py_minimum(found, count)
    return found


def same_length(counts: list[Value]) -> None:
    """What `strict=True` says of the first that ends before or after those on its left."""
    shortest = _least(counts)
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


def _generated(g: Generator) -> Counted | None:
    simple = not (g.nested or g.condition is not None or isinstance(g.inner, np.ndarray))
    inner = counted(g.inner) if simple else None
    return inner and replace(inner, element=lambda k: g.element(inner.element(k)))


_COUNTED: dict[type, Callable[[Any], Counted | None]] = {
    Enumerated: _enumerated,
    Zipped: _zipped,
    Reversed: _reversed,
    Generator: _generated,
}
