"""Statements that assign, write in place, or print."""

from __future__ import annotations

from tests.identity.generator.grammar import FRESH
from tests.identity.generator.scope import Generator, Scope, names
from tests.identity.program import Stmt


def assign(g: Generator, scope: Scope) -> list[Stmt]:
    """Ints stay small: Python's have no end, compiled ones have."""
    name, kind = g.target(scope, "sssvvvmfi")
    e = g.expr(kind, scope, 2)
    scope.names[name] = kind
    return [Stmt(f"{name} = {{0}} % 7" if kind == "i" else f"{name} = {{0}}", (e,))]


def augmented(g: Generator, scope: Scope) -> list[Stmt]:
    old = names(scope, "sv")
    if not old:
        return assign(g, scope)
    name = g.rng.choice(old)
    kind = g.rng.choice("sf") if scope.names[name] == "s" else g.rng.choice("vsf")
    op = g.rng.choice(("+=", "-=", "*="))
    return [Stmt(f"{name} {op} {{0}}", (g.expr(kind, scope, 1),))]


def pair(g: Generator, scope: Scope) -> tuple[str, str] | None:
    kind = g.rng.choice("sv")
    old = names(scope, kind)
    if len(old) < 2:
        return None
    one, two = g.rng.sample(old, 2)
    return one, two


def swap(g: Generator, scope: Scope) -> list[Stmt]:
    found = pair(g, scope)
    if found is None:
        return assign(g, scope)
    one, two = found
    e = g.expr(scope.names[one], scope, 1)
    return [Stmt(f"{one}, {two} = {two}, {{0}}", (e,))]


def alias(g: Generator, scope: Scope) -> list[Stmt]:
    found = pair(g, scope)
    return [Stmt(f"{found[0]} = {found[1]}")] if found else assign(g, scope)


def set_element(g: Generator, scope: Scope) -> list[Stmt]:
    old = names(scope, "v")
    if not old:
        return [Stmt("u = x.copy()")] if scope.names.setdefault("u", "v") else []
    kind = "j" if "j" in scope.names.values() and g.rng.random() < 0.5 else "i"
    index = g.expr(kind, scope, 0)
    value = g.expr("s", scope, 1)
    return [Stmt(f"{g.rng.choice(old)}[{{0}} % 3] = {{1}}", (index, value))]


def payoff(g: Generator, scope: Scope) -> list[Stmt]:
    """A tensor or a number, as the run says, among elements."""
    old = names(scope, "v")
    if not old:
        return assign(g, scope)
    index = g.expr("i", scope, 0), g.expr("s", scope, 1)
    name, number = g.rng.choice(old), g.rng.choice(("0.0", "0", "K"))
    one = g.rng.choice(("max({{1}}, {m})", "min({m}, {{1}})", "{{1}} if x[0] > 0.0 else {m}"))
    return [Stmt(f"{name}[{{0}} % 3] = {one.format(m=number)}", index)]


def set_slice(g: Generator, scope: Scope) -> list[Stmt]:
    old = names(scope, "v")
    if not old:
        return assign(g, scope)
    name = g.rng.choice(old)
    if g.rng.random() < 0.5:
        return [Stmt(f"{name}[1:] = {{0}}[:-1]", (g.expr("w", scope, 0),))]
    return [Stmt(f"{name}[:2] = {{0}}", (g.expr("s", scope, 1),))]


def variable(g: Generator, scope: Scope) -> list[Stmt]:
    if scope.tape or g.rng.random() < 0.5:
        name, _ = g.target(scope, "s")
        e = g.expr("s", scope, 1)
        scope.names[name] = "s"
        return [Stmt(f"{name} = {{0}} * V", (e,))]
    method = g.rng.choice(("assign_add", "assign_sub", "assign"))
    return [Stmt(f"V.{method}(0.25 * {{0}})", (g.expr("s", scope, 1),))]


def print_(g: Generator, scope: Scope) -> list[Stmt]:
    text = g.rng.choice(("ag.print('at', {0})", "print('at', {0})", "print(f'at {{ {0} }}')"))
    return [Stmt(text, (g.expr(g.rng.choice("svi"), scope, 0),))]


def number_powers(g: Generator, scope: Scope) -> list[Stmt]:
    """Powers of Python floats, which are those of the C library: one square in a thousand is another
    number than the product, and who counts them sees each that is."""
    old = names(scope, "s")
    if not old:
        return assign(g, scope)
    k, count, e, s = g.counter(), g.counter(), g.rng.choice(FRESH["f"]), g.rng.choice(old)
    power = g.rng.choice(("2", "2", "2.0", "3"))
    steps = (
        Stmt(f"{e} = 0.9 * {e} + 0.13 * K"),
        Stmt(f"{count} += 1 if {e} ** {power} == {e} * {e} else 2"),
    )
    scope.names.pop(e, None)
    begun = Stmt(f"{e} = {round(g.rng.uniform(-4.0, 4.0), 3)}"), Stmt(f"{count} = 0")
    used = Stmt(f"{s} = {s} + 0.01 * {count} * {e} ** {power}")
    return [*begun, Stmt("", (), ((f"for {k} in range(200):", steps),)), used]


def several(g: Generator, scope: Scope) -> list[Stmt]:
    """Two targets of one value, or an unpacked list of which the rest is a list."""
    kind = g.rng.choice("sv")
    one, two = g.rng.sample(FRESH[kind], 2)
    if kind == "v" or g.rng.random() < 0.4:
        e = g.expr(kind, scope, 1)
        scope.names |= {one: kind, two: kind}
        return [Stmt(f"{one} = {two} = {{0}} * 1.0", (e,))]
    e3 = tuple(g.expr("s", scope, 1) for _ in range(3))
    rest = g.counter("h")
    scope.names |= {one: "s", rest: "l"}
    first = g.rng.random() < 0.5
    return [
        Stmt(
            f"{one}, *{rest} = {{0}}, {{1}}, {{2}}"
            if first
            else f"*{rest}, {one} = [{{0}}, {{1}}, {{2}}]",
            e3,
        )
    ]


def set_mask(g: Generator, scope: Scope) -> list[Stmt]:
    """Where a condition holds, or a row of a matrix."""
    old, matrices = names(scope, "v"), names(scope, "m")
    if matrices and g.rng.random() < 0.5:
        e = g.expr("i", scope, 0), g.expr("v", scope, 1)
        return [
            Stmt(f"{g.rng.choice(matrices)}[{{0}} % 3, :] {g.rng.choice(('=', '+='))} {{1}}", e)
        ]
    if not old:
        return assign(g, scope)
    name = g.rng.choice(old)
    e = g.expr("w", scope, 0), g.expr("f", scope, 0), g.expr("s", scope, 1)
    return [Stmt(f"{name}[{{0}} > {{1}}] {g.rng.choice(('=', '+=', '*='))} {{2}}", e)]


def annotated(g: Generator, scope: Scope) -> list[Stmt]:
    """A name with an annotation, perhaps of a function that is imported on the way."""
    name, kind = g.target(scope, "sv")
    e = g.expr(kind, scope, 1)
    scope.names[name] = kind
    if name == "TOTAL":  # a global has no annotation in a function
        return [Stmt(f"{name} = {{0}}", (e,))]
    if kind == "s" and g.rng.random() < 0.4:
        way, tau = g.rng.choice((("from math import tau", "tau"), ("import math as m", "m.tau")))
        return [Stmt(way), Stmt(f"{name}: object = {{0}} * ({tau} - 6.0)", (e,))]
    return [Stmt(f"{name}: ag.Tensor = {{0}}", (e,))]


def delete(g: Generator, scope: Scope) -> list[Stmt]:
    """A name that is used and taken away; nothing reads it later."""
    name = g.counter("z")
    e = g.expr("s", scope, 1)
    to, _ = g.target(scope, "s")
    scope.names[to] = "s"
    return [Stmt(f"{name} = {{0}}", (e,)), Stmt(f"{to} = {name} * {name}"), Stmt(f"del {name}")]
