"""Objects that are changed in place, state in a named tuple, and functions that assign or capture names."""

from __future__ import annotations

from tests.identity.generator.grammar import FRESH
from tests.identity.generator.scope import Generator, Scope, names
from tests.identity.program import Stmt

MADE = {
    "l": ("[{0}, {1}]", "list(({0}, {1}))"),
    "d": ("{{'a': {0}, 'b': {1}}}", "dict(a={0}, b={1})"),
    "o": ("Walker({0}, {1})", "Walker({0}, speed={1})"),
}
CHANGES = {
    "l": (
        "{h}[0] = {0}",
        "{h}[-1] += {0}",
        "{h}[0], {h}[1] = {h}[1], {0}",
        "{h}[:] = [{0}, {h}[0]]",
        "{h}.append({0}); {h}.pop(0)",
        "{h}.reverse()",
    ),
    "d": (
        "{h}['a'] = {0}",
        "{h}['b'] *= {0}",
        "{h}.update(a={0}, b={h}['a'])",
        "{h}['a'], {h}['b'] = {h}['b'], {0}",
    ),
    "o": (
        "{h}.place = {0}",
        "{h}.speed -= 0.1 * {0}",
        "{h}.move({0})",
        "{h}.place, {h}.speed = {0}, {h}.place",
    ),
}
"""`h` is the object; the first part is a number for it."""


def holder(g: Generator, scope: Scope) -> list[Stmt]:
    """A list, dict or object of two, under a name of its own: one that a branch may have chosen is not
    changed in place."""
    kind = g.rng.choice("ldo")
    name = g.counter("h")
    e = g.expr("s", scope, 1), g.expr("s", scope, 1)
    scope.names[name] = kind
    return [Stmt(f"{name} = {g.rng.choice(MADE[kind])}", e)]


def change(g: Generator, scope: Scope) -> list[Stmt]:
    held = [n for n, k in scope.names.items() if k in MADE]
    if not held:
        return holder(g, scope)
    name = g.rng.choice(held)
    text = g.rng.choice(CHANGES[scope.names[name]]).replace("{h}", name)
    e = (g.expr("s", scope, 1),)
    return [Stmt(part, e) for part in text.split("; ")]


def named_tuple(g: Generator, scope: Scope) -> list[Stmt]:
    """State that is bound anew as a whole."""
    old = names(scope, "p")
    e = g.expr("s", scope, 1), g.expr("s", scope, 1)
    if old and g.rng.random() < 0.7:
        name = g.rng.choice(old)
        part = g.rng.choice(("place", "speed"))
        return [Stmt(f"{name} = {name}._replace({part}={{0}})", e[:1])]
    name = g.rng.choice(FRESH["p"])
    scope.names[name] = "p"
    return [Stmt(f"{name} = Point({{0}}, {{1}})", e)]


def adder(g: Generator, scope: Scope) -> list[Stmt]:
    """A function that assigns a name of the program, called from expressions."""
    total, name, v = g.counter("total"), f"add{g.counters}", f"v{g.counters}"
    begun = Stmt(f"{total} = {{0}}", (g.expr("s", scope, 1),))
    scope.names[total] = "s"
    body = (
        Stmt(f"nonlocal {total}"),
        Stmt(f"{total} = {{0}} * {total} + {v}", (g.expr("f", scope, 0),)),
        Stmt(f"return {total}"),
    )
    scope.names[name] = "c"
    return [begun, Stmt("", (), ((f"def {name}({v}):", body),))]


def closure(g: Generator, scope: Scope) -> list[Stmt]:
    """A function that sees what its names hold when it is called."""
    name, v = g.counter("fun"), f"v{g.counters}"
    e = g.expr("s", scope, 1), g.expr("f", scope, 0)
    scope.names[name] = "c"
    text = g.rng.choice(("{v} * {0} + {1}", "np.sin({v}) * {0}", "{v} if {v} > {1} else {0}"))
    return [Stmt(f"{name} = lambda {v}, w=K: {text.replace('{v}', v)} * w", e)]
