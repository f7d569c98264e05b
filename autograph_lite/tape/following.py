"""What a tape follows: the values through which a gradient with respect to something watched passes.

In staged code that may be for the run to decide, and so may be which tensor a cell holds (`ops.cells`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.gradient.repeated import Record
from autograph_lite.ir.graph import Node, Test, Value
from autograph_lite.ir.types import FLOATS, kind_of_cells
from autograph_lite.ops.cells import (
    EMPTY,
    KEEP,
    NAME,
    READ,
    is_cell,
    kept_between,
    number_if_kept,
    number_of,
    one_cell,
)
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Op
from autograph_lite.ops.same import (
    Sure,
    both,
    consult,
    holds,
    may_be_it,
    negated,
    reached_from,
    same,
    what_it_is,
)
from autograph_lite.tape.depends import (
    REGIONS,
    Follows,
    Kind,
    Told,
    all_of,
    any_of,
    followed_results,
)
from autograph_lite.tape.inside import refuse_used_where_kept
from autograph_lite.tensors.boxes import staging


@dataclass(frozen=True, slots=True)
class Kept:
    """The cells that a branch or a loop has added: its node, those before, those after, and whether they are
    followed."""

    node: Record
    before: Value
    after: Value
    when: Told


class Following:
    """`values` are followed in some runs at least; `perhaps` has, of those that are in some alone, the bool
    that says so, or None where nobody is told.  Cells are followed where one of them may be.  `limits` are the
    conditions under which nodes were recorded that read what is followed in more runs by now; `sources` has
    the place among the nodes of the region where each was watched first."""

    def __init__(self) -> None:
        self.values: dict[Value, None] = {}
        self.perhaps: dict[Value, Told] = {}
        self.kept: list[Kept] = []
        self.limits: dict[Value, Value] = {}
        self.sources: dict[Value, int] = {}

    def __contains__(self, value: Value) -> bool:
        """Whether a value is followed in some runs; one that may be another value is if that one is."""
        if value in self.values:
            return True
        if value.data is None and staging():
            consult()
            self._look(value, {value})
        return value in self.values

    def when(self, value: Value) -> Told:
        """The same as the run knows it, of a value that is followed in some runs."""
        return self.perhaps.get(value, True)

    def look_at(self, values: Iterable[Value]) -> None:
        """Find out of values by now whether they are followed."""
        for value in values:
            if value not in self.values or value in self.perhaps:
                consult()
                self._look(value, {value})

    def always(self, value: Value) -> None:
        """Follow a value in every run."""
        if self.perhaps:
            self.perhaps.pop(value, None)
        self.values[value] = None

    def add(self, value: Value, when: Told) -> None:
        """Follow a value where a condition holds."""
        now = any_of(self.when(value) if value in self.values else False, when)
        if now is True:
            self.always(value)
        elif now is not False:
            self.perhaps[value] = now
            self.values[value] = None

    def source(self, value: Value) -> None:
        """Follow a value in every run, as one that is watched."""
        self.always(value)
        if staging():
            builder: Any = context.interpreter
            self.sources.setdefault(builder.raw(value), len(builder.nodes))

    def all_that_are(self, value: Value) -> None:
        """Follow what is that value in some runs, in those; what it is, by any number of links."""
        consult()
        for other, when in what_it_is(value).items():
            self.add(other, when)
        for other in may_be_it(value):
            self.add(other, same(value, other))

    def limit(self, before: dict[Value, Told], records: Iterable[Record]) -> None:
        """What was followed in some runs before there was another source may be that source: what was recorded
        then was recorded in those runs alone."""
        self.look_at(before)
        if all(self.perhaps.get(value, True) is when for value, when in before.items()):
            return
        for op, _, outputs, _ in records:
            for value in () if op in (KEEP, READ, NAME) else outputs:
                when = before.get(value, True)
                if when is None:
                    raise ConversionError(
                        "a tensor is watched that may be one that was used under the tape before, of which"
                        " only the run knows whether it was followed then; watch it before it is used"
                    )
                if isinstance(when, Value):
                    self.limits.setdefault(value, when)

    # --- what a value may be ---

    def _look(self, value: Value, seen: set[Value]) -> None:
        """Follow a value where one that it may be is followed, each of which is looked at once."""
        if value.type.kind == "cells":
            if self._has_cells(kind_of_cells(value.type)):
                self.add(value, None)
            return
        builder: Any = context.interpreter
        raw = builder.raw(value)
        if raw is not value and self._leads(raw, seen):  # a name of what is in a cell by now
            self.add(value, self.when(raw))
        for other in reached_from(value):
            if self._leads(other, seen):
                self.add(value, all_of(same(value, other), self.when(other)))
        if value.type.differentiable:
            for when in self._cells_that_it_may_be(value):
                self.add(value, when)

    def _leads(self, value: Value, seen: set[Value]) -> bool:
        """Whether a value is followed, as far as that is seen without those that are looked at already."""
        if value not in self.values and value not in seen:
            seen.add(value)
            self._look(value, seen)
        return value in self.values

    def _has_cells(self, kind: Kind) -> bool:
        """Whether something followed may be in a cell of a kind."""
        kept = any(kind_of_cells(kept.after.type) == kind for kept in self.kept)
        return kept or next(self._in_cells(kind), None) is not None

    def _in_cells(self, kind: Kind) -> Iterator[Value]:
        """What is followed and may be in a cell of a kind."""
        builder: Any = context.interpreter
        for value in list(self.values):
            if _may_be(value, kind) and number_of(builder, value) is not None:
                yield value

    def _cells_that_it_may_be(self, value: Value) -> Iterator[Told]:
        """Per cell that is followed whether a value is that one, as a condition."""
        number = number_if_kept(value)
        if number is None:
            return
        kind = kind_of_cells(value.type)
        for other in self._in_cells(kind):
            theirs = None if other is value else number_if_kept(other)
            if theirs is not None:
                yield all_of(one_cell(number, theirs), self.when(other))
        for kept in self.kept:
            if kind_of_cells(kept.after.type) == kind:
                yield all_of(kept_between(number, kept.before, kept.after), kept.when)

    def others(self, value: Value, nodes: Iterable[Node]) -> list[tuple[Value, Sure]]:
        """What was put into a list under the tape, and the value is that where a condition holds.  To that has
        come what has arrived at it before, too."""
        number = number_if_kept(value)
        if number is None:
            return []
        kind, found = kind_of_cells(value.type), []
        for node in nodes:
            if node.op is KEEP and kind_of_cells(node.inputs[1].type) == kind:
                new = negated(holds(Test("kept", node.inputs[2])))
                found.append((node.inputs[1], both(new, one_cell(number, node.outputs[1]))))
        several = _may_be_several(value)
        for kept in self.kept:
            if kind_of_cells(kept.after.type) == kind:
                new = kept_between(number, kept.before, kept.after)
                inputs = (v for v in kept.node[1] if _may_be(v, kind))
                found += [(v, both(new, is_cell(v, number))) for v in inputs]
                if several:
                    refuse_used_where_kept(*kept.node)
        if not several:  # it is what was put there
            itself = _raw(value)
            found = [(itself, when) for _, when in found]
        return [(other, when) for other, when in found if when is not False]

    # --- what ops give ---

    def after(
        self, op: Op, inputs: tuple[Value, ...], outputs: tuple[Value, ...], params: dict[str, Any]
    ) -> None:
        """Follow the results of an op, of which one input at least is followed."""
        if op in REGIONS:
            self._enter(op, inputs, outputs, params)
        elif op is READ:
            self.look_at(outputs)
        elif op is KEEP:
            self.add(outputs[0], True if self._all_kept(*inputs[:2]) else None)
        else:
            self.look_at(inputs if self.perhaps else ())
            when = self._any(inputs) if self.perhaps else True
            for value in outputs:
                if value.type.dtype in FLOATS:
                    self.add(value, when)

    def _any(self, values: Iterable[Value]) -> Told:
        """Whether one of these is followed."""
        when: Told = False
        for value in values:
            if value in self:
                when = any_of(when, self.when(value))
        return when

    def _all_kept(self, cells: Value, value: Value) -> bool:
        """Whether all cells are followed when a value is kept too."""
        if value not in self or self.when(value) is not True:
            return False
        builder: Any = context.interpreter
        made = builder.makers.get(cells)
        return (made is not None and made.op is EMPTY) or (
            cells in self and self.when(cells) is True
        )

    def _enter(
        self, op: Op, inputs: tuple[Value, ...], outputs: tuple[Value, ...], params: dict[str, Any]
    ) -> None:
        """A branch or a loop: the results that depend on what is followed, of each condition apart."""
        alike: dict[Told, dict[Value, Follows]] = {}
        for value in inputs:
            if value in self:
                when = self.when(value)
                known = alike.setdefault(True if when is None else when, {})
                known[value] = None if when is None else True
        kept: dict[Kind, Told] = {}
        for when, known in alike.items():
            found, added = followed_results(op, inputs, outputs, params, known)
            for value, depends in zip(outputs, found, strict=True):
                if value.type.dtype in FLOATS:
                    self.add(value, all_of(when, depends))
            for kind, depends in added.items():
                kept[kind] = any_of(kept.get(kind, False), all_of(when, depends))
        node = op, inputs, outputs, params
        for kind, told in kept.items():
            if told is not False:
                self.kept.append(Kept(node, _cells(inputs, kind), _cells(outputs, kind), told))


def _raw(value: Value) -> Value:
    builder: Any = context.interpreter
    raw: Value = builder.raw(value)
    return raw


def _may_be_several(value: Value) -> bool:
    """Whether a value is one of several that were there before, or was made in a branch or a loop."""
    builder: Any = context.interpreter
    made = builder.makers.get(_raw(value))
    return made is not None and (made.op is READ or made.op in REGIONS)


def _may_be(value: Value, kind: Kind) -> bool:
    return value.type.differentiable and kind_of_cells(value.type) == kind


def _cells(values: Iterable[Value], kind: Kind) -> Value:
    return next(v for v in values if v.type.kind == "cells" and kind_of_cells(v.type) == kind)
