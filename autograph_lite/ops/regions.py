"""Nodes with regions: an `if` and a `loop` from regions that were staged, with what links their results.

Whoever stages a branch or a loop, the frontend or the gradient, ends here, so that the graph says in
one way which values are one value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from autograph_lite.ir.build import Builder, merged_captures, region
from autograph_lite.ir.graph import Condition, Test, Value
from autograph_lite.ir.types import Type, flags_of, history, join, py, tensor
from autograph_lite.ops.control import FILLER, IF, LOOP
from autograph_lite.ops.dispatch import context, f
from autograph_lite.ops.duals import (
    Dual,
    give_tangents,
    in_order,
    of_arms,
    whole_in,
    with_tangents,
)
from autograph_lite.ops.same import Sure, as_value, both, leads_out, some
from autograph_lite.ops.staging import emit, in_region, staged_region
from autograph_lite.ops.ties import (
    TOLD,
    VALUES,
    End,
    Outer,
    Relation,
    Things,
    Tie,
    assumed,
    at_end,
    related,
    ties_at_ends,
)

FLAG = tensor("bool")


def followed(builder: Builder, values: Sequence[Value]) -> Things:
    """The values of a region that a gradient may pass through, by number."""
    if builder.top.unasked:
        return {}
    return {i: v for i, v in enumerate(values) if v.type.differentiable and _is_read(builder, v)}


def _is_read(builder: Builder, value: Value) -> bool:
    made = builder.makers.get(value)
    return made is None or made.op is not FILLER


def _link(builder: Builder, values: Sequence[Value], t: Tie | Relation, when: Condition) -> None:
    """Say in a region that two of `values`, or one and a value from outside, are one."""
    _unlink(builder, values, t)
    builder.link(values[t.a], _other(builder, values, t), when)


def _unlink(builder: Builder, values: Sequence[Value], t: Tie | Relation) -> None:
    builder.unlink(values[t.a], _other(builder, values, t))


def _other(builder: Builder, values: Sequence[Value], t: Tie | Relation) -> Value:
    return builder.local(t.b.thing) if isinstance(t.b, Outer) else values[t.b]


# --- branches --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm after staging, and what it gives."""

    builder: Builder
    results: list[Value]


def emit_if(cond: Value, then: Arm, orelse: Arm) -> list[Value]:
    """Append an `if`; its outputs are those of the arms, and linked to what they may be."""
    more, duals = of_arms([(arm.builder, arm.results) for arm in (then, orelse)])
    own = len(then.results)
    arms = [
        Arm(arm.builder, [*arm.results, *extra])
        for arm, extra in zip((then, orelse), more, strict=True)
    ]
    n = len(arms[0].results)
    ties = ties_at_ends(
        VALUES, [End(arm.builder, followed(arm.builder, arm.results)) for arm in arms]
    )
    told = [t for t in ties if t.dynamic]
    results = [
        [*arm.results, *(_said(arm.builder, t.sides[side]) for t in told)]
        for side, arm in enumerate(arms)
    ]
    captured = merged_captures(*(arm.builder for arm in arms))
    params = {
        name: region(arm.builder, tuple(r), captured)
        for name, arm, r in zip(("then", "orelse"), arms, results, strict=True)
    }
    types = tuple(joined_type(a, b) for a, b in zip(results[0], results[1], strict=True))
    outputs = list(emit(IF, (cond, *captured), types, params))
    builder: Any = context.interpreter
    flags = iter(outputs[n:])
    for t in ties:
        _link(builder, outputs, t, next(flags) if t.dynamic else _by_cond(t, cond))
    give_tangents(duals, outputs)
    return outputs[:own]


def _said(builder: Builder, side: Any) -> Value:
    """What a region hands out about a tie."""
    value: Value = in_region(builder, partial(as_value, side))
    return builder.local(value)


def _by_cond(t: Tie, cond: Value) -> Condition:
    if all(t.sides):
        return True
    return cond if t.sides[0] else Test("not", cond)


def joined_type(a: Value, b: Value) -> Type:
    either = join(a.type, b.type)
    assert either is not None, (a, b)
    return either


def branch(cond: Value, then: Callable[[], Value], orelse: Callable[[], Value]) -> Value:
    """`then()` where the condition holds, else `orelse()`; only one of them is computed."""
    return choose(cond, lambda: [then()], lambda: [orelse()])[0]


def choose(
    cond: Value, then: Callable[[], list[Value]], orelse: Callable[[], list[Value]]
) -> list[Value]:
    """The values of one of two regions, which may write registers."""
    arms = []
    for make in (then, orelse):
        with staged_region() as builder:
            arms.append(Arm(builder, [builder.local(v) for v in make()]))
    return emit_if_writing(cond, arms[0], arms[1])


def emit_if_writing(cond: Value, then: Arm, orelse: Arm) -> list[Value]:
    """Append an `if` whose arms may have written registers from outside, which hold what either leaves."""
    written = {id(b): b for arm in (then, orelse) for b, _ in arm.builder.overlay.values()}
    given = [
        Arm(
            arm.builder,
            [*arm.results, *in_region(arm.builder, partial(_read, arm.builder, written))],
        )
        for arm in (then, orelse)
    ]
    outputs = emit_if(cond, *given)
    builder: Any = context.interpreter
    first = len(then.results)
    for register, value in zip(written.values(), outputs[first:], strict=True):
        builder.write(register, value)
    return outputs[:first]


def _read(builder: Builder, registers: dict[int, Any]) -> list[Value]:
    return [builder.local(builder.read(register)) for register in registers.values()]


def pick(cond: Value, a: Value, b: Value) -> Value:
    """`a` where the condition holds, else `b`: itself, not a copy, whatever shapes they have."""
    return branch(cond, lambda: a, lambda: b)


def either(cond: Value, a: Value, b: Value) -> Value:
    """`a` where the condition holds, else `b`: itself; both have the same shape in every run."""
    out = f.either(cond, a, b)
    builder: Any = context.interpreter
    builder.link(out, a, cond)
    builder.link(out, b, Test("not", cond))
    return out


# --- loops -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Step:
    """A loop under construction: the builders of its body and, if it has one, of its test, in which the
    same state is declared.  `told` has, for relations that the state tells, the bool in the body; `duals` the
    arguments for the tangents of the state, `test_duals` those of the test."""

    builder: Builder
    test: Builder | None = None
    k: Value = field(init=False)
    state: list[Value] = field(default_factory=list)
    test_state: list[Value] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    told: dict[Any, Value] = field(default_factory=dict)
    duals: list[Dual] = field(default_factory=list)
    test_duals: list[Value] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.k = self.builder.argument(py("int64"))
        if self.test is not None:
            self.test.argument(py("int64"))

    def declare(self, type: Type) -> Value:
        """One more piece of state; its argument in the body."""
        self.state.append(self.builder.argument(type))
        if self.test is not None:
            self.test_state.append(self.test.argument(type))
        if type.differentiable:
            self.duals += in_order(self.state[-1], self.builder.levels, self._declare_tangent)
        return self.state[-1]

    def _declare_tangent(self, level: Any, value: Value) -> tuple[Value, Value]:
        types = value.type, flags_of(value.type)
        tangent, there = (self.builder.argument(t) for t in types)
        level.set(value, tangent, there)
        if self.test is not None:
            self.test_duals += [self.test.argument(t) for t in types]
        return tangent, there

    def with_duals(
        self, inits: list[Value], results: list[Value]
    ) -> tuple[list[Value], list[Value]]:
        """The state and what a step leaves, followed by their tangents, pieces of state from here on."""
        if not self.duals:
            return inits, results
        own, inits, results = len(inits), list(inits), list(results)
        place = {v: n for n, v in enumerate(self.state[:own])}
        for d in self.duals:
            n = place[d.value]
            inits += d.level.whole(inits[n])
            left = partial(whole_in, self.builder, d.level, results[n])
            results += in_region(self.builder, left)
            place[d.tangent] = len(inits) - 2
        self.state[own:own] = [v for d in self.duals for v in (d.tangent, d.there)]
        self.builder.arguments[1:] = self.state
        if self.test is not None:
            self.test_state[own:own] = self.test_duals
            self.test.arguments[1:] = self.test_state
        return inits, results

    def hand_out(self, outputs: Sequence[Value]) -> None:
        """What the state ends with are values and their tangents."""
        last = dict(zip(self.state, outputs, strict=False))
        for d in self.duals:
            d.level.set(last[d.value], last[d.tangent], last[d.there])

    def relate(self, relations: Sequence[Relation]) -> None:
        """Say in the body what the state may be."""
        for r in relations:
            if r.told:
                self.told[r.pair] = self.declare(FLAG)
        for r in relations:
            in_region(self.builder, partial(self._say, r))
        self.relations += relations

    def _say(self, r: Relation) -> None:
        _link(self.builder, self.state, r, r.condition(self.k, self.told.get(r.pair)))


def _lasting(step: Step, end: End, relations: list[Relation]) -> dict[Any, bool | str]:
    """Of pieces of state that begin as a value from outside: which are that value always, or as the run
    tells.  It is assumed of what a step begins with, and then found of what the step leaves.  What the body
    has been told stays, and what is told follows the state anyway."""
    told = {r.pair for r in step.relations}
    alive = [r for r in relations if isinstance(r.b, Outer) and r.first is True and not r.later]
    alive = [r for r in alive if r.pair not in told]
    alive = _standing(step, end, alive, lambda found: found is not False)
    sure = _standing(step, end, alive, lambda found: found is True)
    return {r.pair: True if r in sure else TOLD for r in alive}


def _standing(
    step: Step, end: End, relations: list[Relation], holds: Callable[[Sure], bool]
) -> list[Relation]:
    """The most of these that, if all of them are assumed, are all found."""
    while relations:
        later = _later(step, end, relations)
        if all(map(holds, later.values())):
            break
        relations = [r for r in relations if holds(later[r.pair])]
    return relations


def _later(step: Step, end: End, relations: list[Relation]) -> dict[Any, Sure]:
    """Which of these hold of what a step leaves if all hold of what it begins with."""
    for r in relations:
        _link(step.builder, step.state, r, True)
    found = {r.pair: at_end(VALUES, end, r.a, r.b) for r in relations}
    for r in relations:
        _unlink(step.builder, step.state, r)
    return found


def _found_at(step: Step, end: End, r: Relation) -> Sure:
    """Whether a relation holds of what a step leaves: its end shows it, or two pieces of state were one and
    are left as they are."""
    shown = at_end(VALUES, end, r.a, r.b)
    if shown is True or not end.things.keys() >= set(r.pair):
        return shown  # of a value from outside links tell what the step began with too

    def shown_or_left() -> Sure:
        left = [leads_out(end.things[n], step.state[n]) for n in r.pair]
        return some(shown, both(both(*left), step.told[r.pair]))

    found: Sure = in_region(end.builder, shown_or_left)
    return found


def _news(step: Step, found: list[Relation]) -> list[Relation]:
    """What the body has not been told yet."""
    known = dict(assumed(step.relations))
    return [r for r in found if r.pair not in known or known[r.pair] != r.later]


def _relations(step: Step, entry: Things, end: End) -> list[Relation]:
    """Which pieces of state are one when a step begins, as far as its entry and its end show."""
    found = related(VALUES, step.relations, entry, end)
    lasting = _lasting(step, end, found)
    found = [replace(r, later=lasting.get(r.pair, r.later)) for r in found]
    while new := _news(step, found):
        step.relate(new)  # with which the end of the step may show more
        found = related(VALUES, found, entry, end)
    return found


def emit_loop(
    step: Step,
    inits: list[Value],
    results: list[Value],
    *,
    bound: Value | None = None,
    test: Value | None = None,
    written: Sequence[Value] = (),
    elements: Sequence[tuple[Value, Value]] = (),
    **params: Any,
) -> tuple[Value, ...]:
    """Append a loop; outputs are the count of steps, the last state, the histories written.

    What the end of a step shows about which values are one is added to what was assumed.  `elements`
    pairs each history that is read with the argument that one element of it is.
    """
    outer: Any = context.interpreter
    own, given = len(inits), len(written)
    inits, results = step.with_duals([outer.local(v) for v in inits], results)
    inits, n = [outer.local(v) for v in inits], len(inits)
    written, duals = with_tangents(step.builder, written)
    end = End(step.builder, followed(step.builder, results))
    found = _relations(step, followed(outer, inits), end)
    by_pair = {r.pair: r for r in found}
    tellers = [by_pair[pair] for pair in step.told]  # in the order of their flags in the state
    say = [_said(step.builder, _found_at(step, end, r)) for r in tellers]
    inits += [as_value(r.first) for r in tellers]
    histories = [h for h, _ in elements]
    captured = merged_captures(
        *([step.builder] if step.test is None else [step.builder, step.test])
    )
    captured = [v for v in captured if v not in histories]
    body = region(step.builder, (*results, *say, *written), captured)
    arguments = (*body.arguments, *(e for _, e in elements))
    everything: dict[str, Any] = {
        "body": replace(body, arguments=arguments),
        "bounded": bound is not None,
        "state": len(inits),
        "reads": len(elements),
        **params,
    }
    if step.test is not None:
        assert test is not None
        everything["test"] = region(step.test, (test,), captured)
    first = () if bound is None else (bound,)
    types = (
        py("int64"),
        *(joined_type(v, r) for v, r in zip(inits, [*results, *say], strict=True)),
        *(history(v.type) for v in written),
    )
    outputs = emit(LOOP, (*first, *inits, *captured, *histories), types, everything)
    flags = dict(zip([r.pair for r in tellers], outputs[1 + n :], strict=False))
    for r in found:
        _link(outer, outputs[1 : 1 + n], r, r.condition(outputs[0], flags.get(r.pair)))
    histories_out = outputs[1 + len(inits) :]
    step.hand_out(outputs[1 : 1 + n])
    give_tangents(duals, histories_out)
    return (*outputs[: 1 + own], *histories_out[:given])
