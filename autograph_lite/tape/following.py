"""What a tape follows: the values through which a gradient with respect to something watched passes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import FLOATS, kind_of_cells
from autograph_lite.ops.cells import is_cell
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Op
from autograph_lite.ops.same import (
    Sure,
    both,
    consult,
    may_be_it,
    reached_from,
    same,
    some,
    what_it_is,
)
from autograph_lite.tape.depends import REGIONS, Follows, followed_results
from autograph_lite.tensors.boxes import staging


class Following:
    """`values` are followed in some runs at least; `perhaps` has, of those that are in some alone, the
    bool that says so; of those in `untold` nobody is told.  `in_cells` has the kinds and numbers of the cells
    that sources are in, if they are."""

    def __init__(self) -> None:
        self.values: set[Value] = set()
        self.perhaps: dict[Value, Value] = {}
        self.untold: set[Value] = set()
        self.in_cells: list[tuple[tuple[str, int], Value]] = []

    def __contains__(self, value: Value) -> bool:
        """Whether a value is followed in some runs; one that may be another value is if that one is."""
        if value in self.values:
            return True
        if value.data is None and staging():
            consult()
            self._look(value, {value})
        return value in self.values

    def look_at(self, values: Iterable[Value]) -> None:
        """Find out of values whether they are followed."""
        for value in values:
            self.__contains__(value)

    def _look(self, value: Value, seen: set[Value]) -> None:
        """Follow a value where one that it may be is followed, each of which is looked at once."""
        builder: Any = context.interpreter
        raw = builder.raw(value)
        if raw is not value and self._leads(raw, seen):  # a name of what is in a cell by now
            self.add(value, self.when(raw))
        for other in reached_from(value):
            if self._leads(other, seen):
                self.add(value, both(same(value, other), self.when(other)))
        for kind, number in self.in_cells:
            if kind == kind_of_cells(value.type) and (here := is_cell(value, number)) is not False:
                self.add(value, here)

    def _leads(self, value: Value, seen: set[Value]) -> bool:
        """Whether a value is followed, as far as that is seen without those that are looked at already."""
        if value not in self.values and value not in seen:
            seen.add(value)
            self._look(value, seen)
        return value in self.values

    def when(self, value: Value) -> Sure:
        """The same as the run knows it, of a value that is followed in some runs."""
        return self.perhaps.get(value, True)

    def add(self, value: Value, when: Sure) -> None:
        """Follow a value where a condition holds."""
        now = some(self.when(value) if value in self.values else False, when)
        if isinstance(now, bool):
            self.perhaps.pop(value, None)
        else:
            self.perhaps[value] = now
        self.values.add(value)

    def always(self, value: Value) -> None:
        """Follow a value in every run."""
        if self.perhaps or self.untold:
            self.perhaps.pop(value, None)
            self.untold.discard(value)
        self.values.add(value)

    def all_that_are(self, value: Value) -> None:
        """Follow what is that value in some runs, in those; what it is, by any number of links."""
        consult()
        for other, when in what_it_is(value).items():
            self.add(other, when)
        for other in may_be_it(value):
            self.add(other, same(value, other))

    def after(
        self, op: Op, inputs: tuple[Value, ...], outputs: tuple[Value, ...], params: dict[str, Any]
    ) -> None:
        """Follow the results of an op, of which one input at least is followed."""
        floats = [v for v in outputs if v.type.dtype in FLOATS]
        if op in REGIONS:
            self._enter(op, inputs, outputs, params)
        elif self.perhaps or self.untold:
            followed = [v for v in inputs if v in self]
            if self.untold.issuperset(followed):
                self.untold.update(floats)
            when = self._any(followed)
            for value in floats:
                self.add(value, when)
        else:
            self.values.update(floats)

    def _any(self, values: Iterable[Value]) -> Sure:
        """Whether one of these is followed."""
        when: Sure = False
        for value in values:
            when = some(when, self.when(value))
        return when

    def _enter(
        self, op: Op, inputs: tuple[Value, ...], outputs: tuple[Value, ...], params: dict[str, Any]
    ) -> None:
        """A branch or a loop: the results that depend on what is followed, of each condition apart."""
        alike: dict[Sure, dict[Value, Follows]] = {}
        for value in inputs:
            if value in self:
                known = alike.setdefault(self.when(value), {})
                known[value] = None if value in self.untold else True
        told: dict[Value, Sure] = {}
        for when, known in alike.items():
            found = followed_results(op, inputs, outputs, params, known)
            for value, depends in zip(outputs, found, strict=True):
                if value.type.dtype not in FLOATS or depends is False:
                    continue
                if depends is None:
                    self.untold.add(value)
                    self.add(value, when)
                else:
                    told[value] = some(told.get(value, False), both(when, depends))
                    self.add(value, told[value])
        self.untold.difference_update(v for v, when in told.items() if when is True)
