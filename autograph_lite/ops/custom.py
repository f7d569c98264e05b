"""Results with a derivative that the user states: what a cotangent, or a tangent, becomes.

Eagerly that is a function.  In a graph it is a region, staged where the results are made, whose arguments are
the cotangents (or tangents) and what it reads of the forward run; a derivative replays it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograph_lite.ir.graph import Region, Value
from autograph_lite.ir.types import Type
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.record import Op, Structural, Threaded, register
from autograph_lite.ops.replay import replay
from autograph_lite.ops.staging import emit


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A linear map of the cotangents of all results to those of the arguments, or of the tangents of the
    arguments to those of the results (`forward`): None for what it does not lead to."""

    forward: bool
    function: Callable[[list[Value]], list[Value | None]] | None = None
    region: Region | None = None
    leads_to: tuple[int, ...] = ()  # the places of the region's results, of so many
    places: int = 0

    def apply(self, given: list[Value], captured: Sequence[Value]) -> list[Value | None]:
        """What these become; `captured` is what the region reads."""
        if self.function is not None:
            return self.function(given)
        assert self.region is not None
        found: list[Value | None] = [None] * self.places
        results = replay(self.region, [*given, *captured])
        for place, value in zip(self.leads_to, results, strict=True):
            found[place] = value
        return found


def _types(*inputs: Type, results: int, arguments: int, rule: Linear) -> tuple[Type, ...]:
    del arguments, rule
    return inputs[:results]


CUSTOM = register(
    Op(
        "custom",
        _types,
        Structural(
            "its results are its first inputs, which take their place before anything is lowered"
        ),
        Threaded("what the user has stated"),
    )
)


class Parts:
    """The parts of a node: `values` that its results are, `arguments` that they depend on, and what its rule
    reads."""

    __slots__ = ("arguments", "captured", "rule", "values")

    def __init__(self, inputs: Sequence[Value], params: dict[str, Any]) -> None:
        first, second = params["results"], params["results"] + params["arguments"]
        self.values, self.arguments = inputs[:first], inputs[first:second]
        self.captured, self.rule = inputs[second:], params["rule"]


def custom(
    values: Sequence[Value], arguments: Sequence[Value], captured: Sequence[Value], rule: Linear
) -> tuple[Value, ...]:
    """The same values as results of a node with this rule."""
    params = {"results": len(values), "arguments": len(arguments), "rule": rule}
    inputs = (*values, *arguments, *captured)
    if rule.region is not None:
        return emit(CUSTOM, inputs, tuple(v.type for v in values), params)
    outputs = tuple(Value(v.type, v.data, True) for v in values)
    for value in values:
        value.pinned = True  # two values have the same data
    for tape in context.tapes:
        tape.record(CUSTOM, inputs, outputs, params)
    return outputs
