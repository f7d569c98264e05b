"""The derivative of results with a rule of the user's: that rule, or its transpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograph_lite.gradient.cotangents import Cotangent, cotangent, nothing
from autograph_lite.gradient.forward import FORWARD, Level, transposed
from autograph_lite.gradient.reverse import THREADED, Sweep
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ops.custom import Parts
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.regions import choose, either
from autograph_lite.ops.same import Sure, as_value, some

Got = Sequence[Cotangent | None]


def _reverse(sweep: Sweep, node: Node) -> None:
    parts = Parts(node.inputs, node.params)
    found = [sweep.of_itself(v) if v.type.differentiable else None for v in node.outputs]
    if not any(found):
        return
    passed = _mapped(parts, found, node.outputs, parts.arguments, parts.rule.forward)
    for argument, got in zip(parts.arguments, passed, strict=True):
        if got is not None and sweep.wants(argument):
            sweep.arrive(argument, got)


def _push(level: Level, node: Node) -> None:
    parts = Parts(node.inputs, node.params)
    found = [level.get(v) if v.type.differentiable else None for v in parts.arguments]
    if not any(found):
        return
    passed = _mapped(parts, found, parts.arguments, node.outputs, not parts.rule.forward)
    for out, got in zip(node.outputs, passed, strict=True):
        if got is not None:
            level.set(out, got.value, got.arrived)


def _mapped(
    parts: Parts, found: Got, likes: Sequence[Value], targets: Sequence[Value], across: bool
) -> list[Cotangent | None]:
    """What has arrived at some of `likes`, as it comes to `targets`: by the rule, or `across` it."""

    def rule(given: list[Value]) -> list[Value | None]:
        out: list[Value | None] = parts.rule.apply(given, parts.captured)
        return out

    if across:
        return transposed(rule, targets, found)
    there: Sure = False
    for got in found:
        there = some(there, False if got is None else got.there)
    given = [_whole(got, like) for got, like in zip(found, likes, strict=True)]
    passed = rule(given) if there is True else _where(there, lambda: rule(given), targets)
    return [None if value is None else cotangent(value, there) for value in passed]


def _whole(got: Cotangent | None, like: Value) -> Value:
    """What has arrived, zeros where nothing has."""
    if got is None:
        return f.zeros_like(like)
    got.value.pinned = True  # the user's code may keep it
    if got.arrived is None:
        return got.value
    return either(got.arrived, got.value, f.zeros_like(like))


def _where(
    there: Sure, function: Callable[[], list[Value | None]], targets: Sequence[Value]
) -> list[Value | None]:
    """What the function gives where the condition holds, which is needed nowhere else."""
    found: list[Value | None] = []

    def given() -> list[Value]:
        found[:] = function()
        return [v for v in found if v is not None]

    def blank() -> list[Value]:
        return [nothing(t) for t, v in zip(targets, found, strict=True) if v is not None]

    rest = iter(choose(as_value(there), given, blank))
    return [None if v is None else next(rest) for v in found]


THREADED["custom"] = _reverse
FORWARD["custom"] = _push
