"""The reverse pass of step-by-step execution: a value has one name, and what arrives has arrived.

The same visits in the same order; only the questions are left out that a graph makes necessary.
"""

from __future__ import annotations

from collections.abc import Callable

from autograph_lite.gradient.cotangents import Cotangent, joined
from autograph_lite.gradient.links import NO_LINKS
from autograph_lite.gradient.reverse import Recurse, Sweep
from autograph_lite.ir.graph import Value


class Straight(Sweep):
    """A sweep over what a tape recorded eagerly."""

    def __init__(self, roots: dict[Value, Value], wanted: Callable[[Value], bool]) -> None:
        super().__init__(NO_LINKS, roots=roots, wanted=wanted)

    def name(self, value: Value) -> Value:
        return self.roots.get(value, value)

    def get(self, value: Value) -> Cotangent | None:
        return self.cotangents.get(self.roots.get(value, value))

    of_itself = get

    def itself(self, value: Value) -> Value:
        """All values of a variable are one source, whichever of them a call was given."""
        return self.roots.get(value, value)

    def arrive(self, value: Value, g: Cotangent) -> None:
        key = self.roots.get(value, value)
        before = self.cotangents.get(key)
        self.cotangents[key] = g if before is None else joined(before, g)

    def _at_leaves(self, value: Value, g: Cotangent, act: Recurse) -> None:
        act(self.name(value), g)
