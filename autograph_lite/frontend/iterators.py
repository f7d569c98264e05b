"""What a staged `for` goes through, as objects: a range, and iterators, each of which is taken once."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.grown import refuse_objects
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box


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
        iter(plain(self.inner))  # says that only the run knows how many there are
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
    condition = root().caller.operators.flag(condition)
    if isinstance(condition, Box):
        raise ConversionError(
            "a condition that only the run knows says which elements a list has; go through all of them in a"
            " loop, with `if`"
        )
    return condition


def plain(obj: Any) -> Any:
    """As what Python itself can go through."""
    refuse_objects(obj)
    return obj.objects() if isinstance(obj, Once) else obj


_USED = (
    "an iterator, such as an enumerate, zip, reversed, map or filter, may have been used up by another loop"
    " or in another step; make it where the loop begins, and a new one for every loop"
)


def note_iterator(obj: Any) -> None:
    """Remember where an iterator of Python's own was made."""
    if isinstance(obj, Iterator) and not isinstance(obj, Once):
        root().iterators[id(obj)] = (obj, context.interpreter)


def still_there(obj: Any) -> None:
    """An error for an iterator of Python's that was not made in this region."""
    if not isinstance(obj, Iterator) or isinstance(obj, Once):
        return
    if root().iterators.get(id(obj), (None, None))[1] is not context.interpreter:
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
