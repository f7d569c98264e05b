"""The reverse of a branch: the same branch taken again, each arm reversed.

An arm begins with the current cotangents of what it captures and hands them back updated (R1).  What
it needs of the forward arm becomes a result of the forward branch; the other arm fills it in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from autograph_lite.gradient.cells import is_kept, number_of
from autograph_lite.gradient.cotangents import Cotangent, arrival, blanked, cotangent, nothing
from autograph_lite.gradient.mirror import Mirror, present, roots_of, substitute
from autograph_lite.gradient.reverse import THREADED, Sweep
from autograph_lite.ir.graph import Node, Region, Value
from autograph_lite.ops.cells import note_number
from autograph_lite.ops.control import FILLER, filler_for
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.regions import Arm, emit_if_writing
from autograph_lite.ops.same import both, holds, negated
from autograph_lite.ops.staging import in_region, staged_region

ARMS = ("then", "orelse")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the arms hand back for a root: a cotangent in the shape of `like`, a flag, a number of its cell."""

    root: Value
    like: Value
    flagged: bool
    numbered: bool


class ReversedArm:
    """One arm under reverse."""

    def __init__(self, sweep: Sweep, node: Node, source: Region, roots: list[Value]) -> None:
        self.sweep, self.node, self.roots, self.source = sweep, node, roots, source
        self.captures = node.inputs[1:]
        self.saved: dict[Value, Value] = {}
        with staged_region() as builder:
            self.builder = builder
            self.mirror = Mirror(source, builder, self._find)
            self.adjoint = self.mirror.adjoint
            names = zip(source.arguments, self.captures, strict=True)
            self.inner = self.mirror.sweep(sweep, names)
            self._trace()

    def _trace(self) -> None:
        for root in self.roots:
            self.inner.set(root, self._inside(self.sweep.cotangents.get(root)))
        for result, out in zip(self.source.results, self.node.outputs, strict=True):
            got = self._inside(self.sweep.of_itself(out)) if out.type.differentiable else None
            if got is not None:
                self.inner.arrive(result, got)
        self.inner.run(self.adjoint.nodes)

    def _inside(self, got: Cotangent | None) -> Cotangent | None:
        if got is None:
            return None
        there = got.there if isinstance(got.there, bool) else self.builder.local(got.there)
        return cotangent(self.builder.local(got.value), there, got.blank)

    def _find(self, value: Value) -> Value | None:
        if value in self.source.arguments:
            return self.builder.local(self.captures[self.source.arguments.index(value)])
        if value in self.source.results:
            return self.builder.local(self.node.outputs[self.source.results.index(value)])
        if value not in self.adjoint.makers:
            return None
        outer = self.saved.setdefault(value, Value(value.type))
        inside = Value(value.type)
        self.builder.captures[outer] = inside
        self.builder.outside[inside] = outer
        self.builder.own.add(inside)
        return inside

    def changes(self, root: Value) -> bool:
        """Whether the arm hands back another cotangent than it was given."""
        got, before = self.inner.cotangents.get(root), self.sweep.cotangents.get(root)
        if got is None or before is None:
            return got is not before
        return got.value is not self.builder.local(before.value)

    def keeps(self, root: Value) -> bool:
        """Whether the cotangent that the arm hands back may be in a cell."""
        return in_region(self.builder, lambda: is_kept(self.inner.cotangents.get(root)))

    def results(self, plans: list[Plan]) -> list[Value]:
        """Per root a cotangent and, where they are asked for, whether anything has arrived, and the number of
        its cell."""
        found: list[Value] = []
        for plan in plans:
            got = self.inner.cotangents.get(plan.root)
            if plan.flagged and got is not None:
                got = blanked(got)
            value = nothing(plan.like) if got is None else got.value
            found.append(self.builder.local(value))
            if plan.flagged:
                found.append(arrival(got, plan.like))
            if plan.numbered:
                found.append(self.builder.local(number_of(got)))
        return found


def reverse_if(sweep: Sweep, node: Node) -> None:
    """Append the reverse of a branch where a result of it has a cotangent."""
    node = present(sweep, node)
    if not any(map(sweep.leads_back, node.outputs)):
        return
    roots = roots_of(sweep, node.inputs[1:])
    arms = [ReversedArm(sweep, node, node.params[name], list(roots)) for name in ARMS]
    plans = []
    for root, like in roots.items():
        if any(arm.changes(root) for arm in arms):
            got = [arm.inner.cotangents.get(root) for arm in arms]
            flagged = any(g is None or g.arrived is not None for g in got)
            plans.append(Plan(root, like, flagged, any(arm.keeps(root) for arm in arms)))
    made = [Arm(a.builder, in_region(a.builder, partial(a.results, plans))) for a in arms]
    _save_more(sweep, node, arms)
    taken = holds(node.inputs[0])
    for arm, here in zip(arms, (taken, negated(taken)), strict=True):
        for a, b, condition in arm.builder.links_outside():
            context.interpreter.link(a, b, both(here, holds(condition)))  # type: ignore[attr-defined]
    if not plans and not any(arm.builder.overlay for arm in arms):
        return
    outputs = iter(emit_if_writing(node.inputs[0], made[0], made[1]))
    for plan in plans:
        value = next(outputs)
        there = next(outputs) if plan.flagged else None
        if plan.numbered:
            note_number(value, next(outputs))
        sweep.set(plan.root, Cotangent(value, there, blank=plan.flagged))


def _save_more(sweep: Sweep, node: Node, arms: list[ReversedArm]) -> None:
    """The forward branch with what the reverse reads among its results."""
    extra = [(arm, v, outer) for arm in arms for v, outer in arm.saved.items()]
    if not extra and not any(arm.adjoint.changed for arm in arms):
        return
    regions = {}
    for name, arm in zip(ARMS, arms, strict=True):
        nodes, results = list(arm.adjoint.nodes), list(arm.source.results)
        for owner, value, outer in extra:
            if owner is arm:
                results.append(value)
            else:
                like, type = filler_for(outer.type, arm.source.arguments)
                filler = Value(type)
                nodes.append(Node(FILLER, like, (filler,), {"type": type}))
                results.append(filler)
        regions[name] = replace(arm.source, nodes=tuple(nodes), results=tuple(results))
    outputs = (*node.outputs, *(outer for _, _, outer in extra))
    new = Node(node.op, node.inputs, outputs, {**node.params, **regions}, node.origin)
    substitute(sweep, node, new)


THREADED["if"] = reverse_if
