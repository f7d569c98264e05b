"""min, max and sorted, as Python selects: by comparisons, of equals the one that stood first.

NaN compares as Python compares it, so that what is chosen beside NaN is what Python chooses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from autograph_lite.errors import ConversionError, GraphTypeError
from autograph_lite.frontend.advice import mentions_run
from autograph_lite.frontend.branches import choose
from autograph_lite.frontend.folds import (
    RESULT,
    call,
    cheap,
    fold,
    is_plain,
    steps_of,
    with_the_others,
)
from autograph_lite.frontend.grown import refuse_objects
from autograph_lite.frontend.iteration import surely_some
from autograph_lite.frontend.state import MaybeUndefined, Undefined
from autograph_lite.frontend.steps import number
from autograph_lite.ops.control import fail_if
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, value_of, wrap

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Selection:
    """What `min` or `max` is asked: a is chosen over b, which stood before it, if a `wins` b, by the name of
    a comparison.  An entry is an item, with its key where a key is given."""

    python: Callable[..., Any]
    wins: str
    key: Any
    default: Any

    def entry(self, item: Any) -> Any:
        return item if self.key is None else (item, call(self.key, item))

    def item(self, entry: Any) -> Any:
        return entry if self.key is None else entry[0]

    def better(self, best: Any, entry: Any) -> Any:
        """The new entry if it wins, else the best so far."""
        keys = (entry, best) if self.key is None else (entry[1], best[1])
        found = root().caller.operators.compared(self.wins, *keys)
        return choose(found, lambda: entry, lambda: best)

    def of_nothing(self) -> Any:
        return self.python(()) if self.default is MISSING else self.default

    def words_of_nothing(self) -> str:
        try:
            raise AssertionError(self.python(()))
        except ValueError as error:
            return str(error)


def selecting(python: Callable[..., Any], wins: str) -> Callable[..., Any]:
    """min and max."""

    def select(*args: Any, key: Any = None, default: Any = MISSING, **unknown: Any) -> Any:
        if unknown or not args or (len(args) > 1 and default is not MISSING):
            given = {} if default is MISSING else {"default": default}
            return python(*args, key=key, **given, **unknown)  # says what is wrong
        selection = Selection(python, wins, key, default)
        iterable = args[0] if len(args) == 1 else args
        if is_plain(iterable):
            return _of_objects(selection, list(iterable))
        if cheap(iterable):
            return _of_steps(selection, iterable)
        return _of_some(selection, iterable)

    return select


def _of_objects(s: Selection, items: list[Any]) -> Any:
    if not items:
        return s.of_nothing()
    known = s.key is None and not mentions_run(tuple(items), {})
    if known and not root().caller.operators.asks(*items):
        return s.python(items)
    best = s.entry(items[0])
    for item in items[1:]:
        best = s.better(best, s.entry(item))
    return s.item(best)


def _of_steps(s: Selection, iterable: Any) -> Any:
    """The first, and the others in a loop."""
    steps = steps_of(iterable)

    def selected() -> Any:
        first = s.entry(steps.element(number(0)))
        return s.item(
            with_the_others(steps, first, lambda best, item: s.better(best, s.entry(item)))
        )

    if surely_some(iterable):
        return selected()
    empty = f.weak(f.py_less(steps.count, number(1)), dtype="bool")
    if s.default is not MISSING:
        return choose(wrap(empty), lambda: s.default, selected)
    fail_if(empty, "DomainError", "DOMAIN", s.words_of_nothing())
    return selected()


def _of_some(s: Selection, iterable: Any) -> Any:
    """Where only the run knows whether there is one at all: nothing is chosen until one comes."""
    held: list[Any] = [Undefined(RESULT)]

    def step(item: Any) -> None:
        best, entry = held[0], s.entry(item)
        if isinstance(best, MaybeUndefined):
            known = partial(s.better, best.obj, entry)
            held[0] = choose(wrap(best.defined), known, lambda: entry)
        else:
            held[0] = entry if isinstance(best, Undefined) else s.better(best, entry)

    best = fold(iterable, held, step)
    if isinstance(best, Undefined):
        return s.of_nothing()
    if not isinstance(best, MaybeUndefined):
        return s.item(best)
    if s.default is not MISSING and not surely_some(iterable):
        return choose(wrap(best.defined), lambda: s.item(best.obj), lambda: s.default)
    if not surely_some(iterable):
        fail_if(f.logical_not(best.defined), "DomainError", "DOMAIN", s.words_of_nothing())
    return s.item(best.obj)


# --- sorted ----------------------------------------------------------------------------------------


def in_order(
    iterable: Any, /, *, key: Any = None, reverse: Any = False, **unknown: Any
) -> list[Any]:
    """sorted: a list of the objects, or of rows whose number is known."""
    if unknown:
        return sorted((), **unknown)  # says what is wrong
    if isinstance(reverse, Box):
        raise ConversionError("sorted() is told to reverse by what only the run knows; write `if`")
    refuse_objects(iterable)
    items = list(iterable)
    keys = items if key is None else [call(key, item) for item in items]
    if not mentions_run(tuple(keys), {}):
        asked = [_Asked(key) for key in keys] if root().caller.operators.asks(*keys) else keys
        try:
            order = sorted(range(len(items)), key=asked.__getitem__, reverse=reverse)
            return [items[n] for n in order]
        except _OfTheRun:  # an answer that `sorted` cannot wait for
            pass
    if len(items) > MOST_SORTED:
        raise ConversionError(
            f"sorted() of more than {MOST_SORTED} values which only the run knows; sort them before the call"
        )
    for one in keys:
        _refuse_nan(one)
    entries = list(zip(keys, items, strict=True))
    chosen = _sorted(entries[::-1] if reverse else entries)
    return [item for _, item in (chosen[::-1] if reverse else chosen)]


class _OfTheRun(Exception):
    pass


class _Asked:
    """A key of a class of the user's, whose `<` is converted."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: _Asked) -> Any:
        found = root().caller.operators.comparison("lt", self.key, other.key)
        if isinstance(found, Box):
            raise _OfTheRun
        return found


def _sorted(entries: list[Any]) -> list[Any]:
    """Each entry moves to the left until one is not greater, so that equals stay in their order."""
    found: list[Any] = []
    for entry in entries:
        moved: list[Any] = []
        for other in reversed(found):
            entry, right = _exchanged(other, entry)
            moved.append(right)
        found = [entry, *reversed(moved)]
    return found


def _exchanged(left: Any, right: Any) -> Any:
    less = root().caller.operators.comparison("lt", right[0], left[0])
    try:
        return choose(less, lambda: (right, left), lambda: (left, right))
    except GraphTypeError:
        raise ConversionError(_MIXED) from None


def _refuse_nan(key: Any) -> None:
    if isinstance(key, Box) and not value_of(key).type.shape and value_of(key).type.floating:
        other: Any = key != key
        nan = value_of(other)
        wrong = nan if nan.type.kind == "ag" else f.weak(nan, dtype="bool")
        fail_if(wrong, "ConversionError", "DOMAIN", _NAN)


_MIXED = (
    "sorted() of objects that cannot stand in one another's place, since only the run knows the order; sort"
    " numbers of one type, or tensors of one dtype and number of axes"
)
_NAN = "sorted() meets NaN, beside which the order depends on how it is found; take NaN out before"
MOST_SORTED = 32
