"""Which values are one value: known, or known to the run.

Step by step, `if c: y = x` makes no new value: y is x where c holds.  Regions of a graph say the same by
links, and whoever asks gets a condition.  A link of a value says what that one is; what the other is in
turn is said by its own links.  Where a region ends, its results are linked to what it captures and they
come to first, so that links lead on outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograph_lite.ir.build import Builder
from autograph_lite.ir.conditions import ALWAYS, Conditions
from autograph_lite.ir.graph import Condition, Link, Test, Value
from autograph_lite.ops.dispatch import context, f

Sure = bool | Value
"""True and False where it is known, else a bool value."""


# --- conditions ------------------------------------------------------------------------------------


def holds(condition: Condition) -> Sure:
    """A condition as a bool value of the present region."""
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, Test):
        return _tested(condition)
    builder: Any = context.interpreter
    value: Value = builder.local(condition)
    if value.type.kind != "py":
        return value
    return once(("weak", value), lambda: f.weak(value, dtype="bool"))


def _tested(test: Test) -> Sure:
    if test.kind == "not":
        return negated(holds(test.value))
    builder: Any = context.interpreter
    value = builder.local(test.value)
    if test.kind == "kept" and any(v in region.kept for v, region in outward(value, builder)):
        return True
    compare = getattr(f, _COMPARED[test.kind])
    return once((test.kind, value), lambda: f.weak(compare(value, builder.number(0)), dtype="bool"))


_COMPARED = {"zero": "py_equal", "positive": "py_greater", "kept": "py_greater_equal"}


def once(key: Any, make: Callable[[], Value]) -> Value:
    """A value that the present region computes once."""
    known: dict[Any, Value] = context.interpreter.bools  # type: ignore[attr-defined]
    if key not in known:
        known[key] = make()
    return known[key]


def true() -> Value:
    return context.interpreter.constant(True, "bool")


def as_value(sure: Sure) -> Value:
    """What is sure, or not, as a bool value of the present region."""
    return context.interpreter.constant(sure, "bool") if isinstance(sure, bool) else sure


def both(a: Sure, b: Sure) -> Sure:
    """a and b."""
    if isinstance(a, bool):
        return b if a else False
    if isinstance(b, bool):
        return a if b else False
    known = _conditions()
    meant = known.both(known.number(a), known.number(b))
    return _meaning(meant, ("and", a, b), lambda: f.bitwise_and(a, b))


def some(a: Sure, b: Sure) -> Sure:
    """a or b."""
    if isinstance(a, bool):
        return True if a else b
    if isinstance(b, bool):
        return True if b else a
    known = _conditions()
    neither = known.both(-known.number(a), -known.number(b))
    meant = None if neither is None else -neither
    return _meaning(meant, ("or", a, b), lambda: f.bitwise_or(a, b))


def negated(a: Sure) -> Sure:
    if isinstance(a, bool):
        return not a
    return _meaning(-_conditions().number(a), ("not", a), lambda: f.logical_not(a))


def opposite(a: Sure, b: Sure) -> bool:
    """Whether one is known to hold where the other does not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return isinstance(a, bool) and isinstance(b, bool) and a is not b
    known = _conditions()
    return known.number(a) == -known.number(b)


def _conditions() -> Conditions:
    return context.interpreter.conditions  # type: ignore[attr-defined,no-any-return]


def _meaning(number: int | None, key: Any, make: Callable[[], Value]) -> Sure:
    """The bool that means this, made where there is none yet."""
    if number is None:
        return once(key, make)
    if abs(number) == ALWAYS:
        return number == ALWAYS
    known = _conditions()
    if number not in known.values:
        known.mean(make(), number)
    return known.values[number]


# --- values ----------------------------------------------------------------------------------------


def links_from(value: Value) -> list[Link]:
    """The links of a value to those that were there before it, in the present region; links of
    enclosing regions seen from here."""
    builder: Any = context.interpreter
    found = [(builder.here(link.b), link) for link, _ in links_outward(value, builder)]
    return [Link(value, b, link.condition) for b, link in found]


def visible_links() -> list[Link]:
    """All links of the present region, and those of enclosing ones between values that it reads."""
    builder: Any = context.interpreter
    found: list[Link] = list(builder.links)
    done: set[Value] = set()
    while new := [v for v in builder.outside if v not in done]:
        done.update(new)
        found += [
            link for v in new for link in links_from(v) if link not in builder.links_of.get(v, ())
        ]
    return found


def same(a: Value, b: Value) -> Sure:
    """Whether two values are one: one is the other, or both are a third that was there before."""
    builder: Any = context.interpreter
    a, b = builder.raw(a), builder.raw(b)
    if a is b:
        return True
    found: Sure = False
    of_b = what_it_is(b)
    for one, here in what_it_is(a).items():
        if one in of_b:
            found = some(found, both(here, of_b[one]))
    return found


def what_it_is(value: Value) -> dict[Value, Sure]:
    """A value and those that it is in some run, by any number of links, each with the condition."""
    builder: Any = context.interpreter
    value, known = builder.raw(value), builder.aliases.at(builder.top.links_changed)
    if value not in known:
        known[value] = _followed_links(value)
    found: dict[Value, Sure] = known[value]
    return found


def _followed_links(value: Value) -> dict[Value, Sure]:
    builder: Any = context.interpreter
    found: dict[Value, Sure] = {value: True}
    for one, _ in led_to(value):
        here = builder.here(one)
        for link in links_from(here) if here in found else ():
            when = both(holds(link.condition), found[here])
            found[link.b] = some(found.get(link.b, False), when)
    return found


def outward(value: Value, builder: Builder) -> Iterator[tuple[Value, Builder]]:
    """What a value of a region is there and in each one around, out to that where it was made."""
    while True:
        value = builder.raw(value)
        yield value, builder
        outside = builder.outside.get(value)
        if outside is None or builder.parent is None:
            return
        value, builder = outside, builder.parent


def origin(value: Value, builder: Builder) -> tuple[Value, Builder]:
    """What a value of a region is where it was made, and that region."""
    return list(outward(value, builder))[-1]


def links_outward(value: Value, builder: Builder) -> Iterator[tuple[Link, Builder]]:
    """The links of a value of a region, each with the region that says so: that one, or one around."""
    for seen, region in outward(value, builder):
        for link in region.links_of.get(seen, ()):
            yield link, region


def led_to(value: Value) -> list[tuple[Value, Builder]]:
    """A value, and those that it is in some run, by its links and by theirs: each with a region, before
    those that it leads to."""
    builder: Any = context.interpreter
    found: list[tuple[Value, Builder]] = []
    seen: set[Value] = set()

    def follow(value: Value, region: Builder) -> None:
        made, _ = origin(value, region)
        if made not in seen:
            seen.add(made)
            for link, where in links_outward(value, region):
                follow(link.b, where)
            found.append((value, region))

    follow(value, builder)
    return found[::-1]


def led_out(value: Value) -> list[Value]:
    """What the present region captures and a value of it may be: itself, or what its links come to first.
    What is further is said of that one outside."""
    builder: Any = context.interpreter
    seen: dict[Value, None] = {}
    waiting = [value]
    while waiting:
        value = builder.raw(waiting.pop(0))
        if value not in seen:
            seen[value] = None
            waiting += (link.b for link in _links_inside(value, builder))
    return [v for v in seen if v in builder.outside]


def leads_out(value: Value, target: Value) -> Sure:
    """Whether a value of the present region is an argument of it, by its links and by those of what they lead
    to."""
    builder: Any = context.interpreter
    known: dict[Value, Sure] = {builder.raw(target): True}

    def leads(value: Value) -> Sure:
        value = builder.raw(value)
        if value not in known:
            known[value] = False  # links that go round tell nothing
            for link in _links_inside(value, builder):
                rest = leads(link.b)
                if rest is not False:
                    known[value] = some(known[value], both(holds(link.condition), rest))
        return known[value]

    return leads(value)


def _links_inside(value: Value, builder: Builder) -> Sequence[Link]:
    """The links of a value that its region has made."""
    return () if value in builder.outside else builder.links_of.get(value, ())


def reached_from(value: Value) -> list[Value]:
    """The values that were there before and that `value` may be."""
    return list(dict.fromkeys(link.b for link in links_from(value)))


def may_be_it(value: Value) -> list[Value]:
    """The values that may be `value`, by a link of their own."""
    builder: Any = context.interpreter
    value = builder.raw(value)
    return list(dict.fromkeys(link.a for link in visible_links() if link.b is value))


def consult() -> None:
    """A tape, or a cell, asks which values are one: a loop that is being staged has to know."""
    builder: Any = context.interpreter
    while builder is not None and not builder.consulted:
        builder.consulted = True
        builder = builder.parent
