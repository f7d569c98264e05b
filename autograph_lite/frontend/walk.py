"""An iterable and what to do with each element -> one loop, or Python's own over its objects.

`for` statements and the builtins that go through an iterable (`sum`, `any`, `max`) are the same walk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.branches import stage_if
from autograph_lite.frontend.grown import refuse_among
from autograph_lite.frontend.holders import gone_through
from autograph_lite.frontend.iteration import counted
from autograph_lite.frontend.iterators import Enumerated, Generator, Once, Zipped, plain, taken
from autograph_lite.frontend.loops import stage_loop
from autograph_lite.frontend.plan import Plan
from autograph_lite.frontend.shared import Get, Set
from autograph_lite.frontend.steps import Counted, number, same_length
from autograph_lite.frontend.truth import condition
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, wrap

MOST = 10_000
Body = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Walk:
    """Whether to go on (None: to the end), and the state that steps change."""

    test: Callable[[], Any] | None
    get: Get
    set: Set
    names: tuple[str, ...]

    def holding(self, name: str, held: list[Any]) -> Walk:
        """The same with another name in the state: what the list holds."""

        def get() -> tuple[Any, ...]:
            return (*self.get(), *held)

        def bind(objects: tuple[Any, ...]) -> None:
            held[0] = objects[-1]
            self.set(objects[:-1])

        get.__wrapped__ = self.get  # type: ignore[attr-defined]  # which variables are in it
        return replace(self, get=get, set=bind, names=(*self.names, name))


def go_through(iterable: Any, body: Body, walk: Walk) -> None:
    """Run the body on every element in turn."""
    taken(iterable)
    _go(iterable, body, walk)


def _go(iterable: Any, body: Body, walk: Walk) -> None:
    if isinstance(iterable, Generator):
        _generated(iterable, body, walk)
        return
    steps = counted(iterable)
    if steps is not None:
        with gone_through(iterable):
            loop(steps, body, walk)
    elif isinstance(iterable, Enumerated):
        _numbered(iterable, body, walk)
    elif isinstance(iterable, Zipped):
        _beside_objects(iterable, body, walk)
    else:
        _unrolled(iterable, body, walk)


def loop(steps: Counted, body: Body, walk: Walk) -> None:
    """One loop node."""
    each = lambda k: body(steps.element(k))  # noqa: E731 (it is a parameter)
    stage_loop(Plan(steps.count, walk.test, each, walk.get, walk.set, walk.names))
    if steps.after is not None:
        _check(steps.after, walk)


def _generated(g: Generator, body: Body, walk: Walk) -> None:
    """A range that is known is unrolled where the elements need its numbers themselves."""

    def deliver(item: Any) -> None:
        if g.nested:
            go_through(g.element(item), body, walk)
        else:
            body(g.element(item))

    def step(item: Any) -> None:
        under(True if g.condition is None else g.condition(item), lambda: deliver(item), walk)

    if isinstance(g.inner, np.ndarray):  # whose elements are known now
        root().settle(g.inner)
        _unrolled(g.inner, step, walk)
        return
    if not isinstance(g.inner, range):
        _go(g.inner, step, walk)
        return
    try:
        _go(g.inner, step, walk)
    except ConversionError:
        _unrolled(g.inner, step, walk)


def under(cond: Any, body: Callable[[], Any], walk: Walk) -> None:
    """The body where the condition holds."""
    cond = root().caller.operators.flag(cond)
    if not isinstance(cond, Box):
        if cond:
            body()
        return
    stage_if(condition(cond), lambda: body() and None, lambda: None, walk.get, walk.set, walk.names)


def _numbered(e: Enumerated, body: Body, walk: Walk) -> None:
    """The number is part of the state."""
    at = [e.start]

    def step(item: Any) -> None:
        k, at[0] = at[0], at[0] + 1
        body((k, item))

    _go(e.inner, step, walk.holding("the number", at))


def _unrolled(iterable: Any, body: Body, walk: Walk) -> None:
    """The body once per object."""
    refuse_among(iterable)
    for n, item in enumerate(plain(iterable)):
        _limit(n)
        go_on = True if walk.test is None else walk.test()
        if not isinstance(go_on, Box) and not go_on:
            return
        under(go_on, partial(body, item), walk)


def _limit(n: int) -> None:
    if n >= MOST:
        raise ConversionError(
            f"a loop over Python objects would be unrolled more than {MOST} times; loop over ag.arange or over"
            " the rows of a tensor"
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What zip takes from: how many there are, where it is known, and each by its number."""

    known: int | None
    count: Value
    element: Callable[[int], Any]


def _part(obj: Any) -> Part:
    steps = counted(obj)
    if steps is not None:
        known = len(obj) if isinstance(obj, range) else None
        return Part(known, steps.count, lambda n: steps.element(number(n)))
    if isinstance(obj, Once):
        raise ConversionError(
            "zip takes from what goes through Python objects beside a tensor; zip the tensor and the objects"
            " themselves, and do the rest in the loop"
        )
    items = list(islice(obj, MOST + 1))
    _limit(len(items) - 1)
    return Part(len(items), number(len(items)), items.__getitem__)


def _beside_objects(z: Zipped, body: Body, walk: Walk) -> None:
    """Python objects beside what is counted: once per object, as far as all of them go."""
    parts = [_part(p) for p in z.parts]
    unknown = [p.count for p in parts if p.known is None]
    for n in range(min(p.known for p in parts if p.known is not None)):
        conditions: list[Callable[[], Any]] = [partial(_less, n, count) for count in unknown]
        conditions += [] if walk.test is None else [walk.test]
        _under_all(conditions, partial(_row, parts, n, body), walk)
    if z.strict:
        _check(partial(same_length, [p.count for p in parts]), walk)


def _row(parts: list[Part], n: int, body: Body) -> None:
    body(tuple(p.element(n) for p in parts))


def _less(n: int, count: Value) -> Any:
    return wrap(f.py_less(number(n), count))


def _under_all(conditions: list[Callable[[], Any]], body: Callable[[], Any], walk: Walk) -> None:
    """The body where all conditions hold, each asked where those before it do."""
    if not conditions:
        body()
        return
    under(conditions[0](), lambda: _under_all(conditions[1:], body, walk), walk)


def _check(after: Callable[[], None], walk: Walk) -> None:
    """What is checked at the end of a walk that was not left early."""
    under(True if walk.test is None else walk.test(), after, walk)
