"""Which value a name is, as the present region tells: by a condition for each that it may be, or, where there
are many, by a number of the run that is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograph_lite.gradient.links import Choice
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.same import Sure, both, holds, negated, some

if TYPE_CHECKING:
    from autograph_lite.gradient.reverse import Sweep

FEW = 6
"""So many values are told apart by conditions.  Of more the conditions would be long, and each of them has its
part in those of every name that leads to that one."""


class Places:
    """What the names of one sweep are; `counts` are the numbers of values, those of the outermost sweep."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.counts: dict[Value, int] = {}
        self._found: dict[tuple[Any, Value], dict[Value, Sure]] = {}
        self._numbers: dict[tuple[Any, Value], Value] = {}

    def leaves(self, value: Value) -> list[Value]:
        """The values that `value` may be, each with a cotangent of its own."""
        value = self.sweep.name(value)
        found: dict[Value, None] = {}
        waiting, seen = [value], {value}
        while waiting:
            choice = self.sweep.choice(value := waiting.pop())
            if choice is None:
                found[value] = None
                continue
            names = map(self.sweep.name, (choice.orelse, choice.then))
            more = [v for v in dict.fromkeys(names) if v not in seen]
            seen.update(more)
            waiting += more
        return list(found)

    def of(self, value: Value) -> dict[Value, Sure]:
        """The same, each with the condition under which it is that one; one of them holds."""
        value = self.sweep.name(value)
        choice = self.sweep.choice(value)
        if choice is None:
            return {value: True}
        key = (context.interpreter, value)
        if key not in self._found:
            leaves = self.leaves(value)
            few = len(leaves) <= FEW
            self._found[key] = (
                self._by_conditions(choice) if few else self._by_number(value, leaves)
            )
        return self._found[key]

    def _by_conditions(self, choice: Choice) -> dict[Value, Sure]:
        here = holds(choice.condition)
        found: dict[Value, Sure] = {}
        for other, where in ((choice.then, here), (choice.orelse, negated(here))):
            for leaf, when in self.of(other).items():
                found[leaf] = some(found.get(leaf, False), both(where, when))
        return {leaf: when for leaf, when in found.items() if when is not False}

    def _by_number(self, value: Value, leaves: list[Value]) -> dict[Value, Sure]:
        builder: Any = context.interpreter
        number = self._number(value)
        equal = (f.py_equal(number, builder.number(self._count(leaf))) for leaf in leaves)
        return {leaf: f.weak(e, dtype="bool") for leaf, e in zip(leaves, equal, strict=True)}

    def _number(self, value: Value) -> Value:
        """The number of the one that a value is."""
        value = self.sweep.name(value)
        key = (context.interpreter, value)
        if key not in self._numbers:
            builder: Any = context.interpreter
            choice = self.sweep.choice(value)
            if choice is None:
                self._numbers[key] = builder.number(self._count(value))
            else:
                self._numbers[key] = self._chosen(choice)
        return self._numbers[key]

    def _chosen(self, choice: Choice) -> Value:
        here = holds(choice.condition)
        if isinstance(here, bool):
            return self._number(choice.then if here else choice.orelse)
        then, orelse = self._number(choice.then), self._number(choice.orelse)
        return then if then is orelse else f.cell_followed(orelse, here, then)

    def _count(self, leaf: Value) -> int:
        *_, outermost = self.sweep.outward()
        return outermost.places.counts.setdefault(leaf, len(outermost.places.counts))
