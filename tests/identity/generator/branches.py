"""Statements that branch, jump or stop."""

from __future__ import annotations

from tests.identity.generator.grammar import FRESH
from tests.identity.generator.scope import Generator, Scope
from tests.identity.program import Stmt


def branch(g: Generator, scope: Scope) -> list[Stmt]:
    then = scope.inner()
    blocks = [("if {0}:", g.block(then, 2))]
    tests = [g.expr("b", scope, 1)]
    if g.rng.random() < 0.3:
        tests.append(g.expr("b", scope, 1))
        blocks.append(("elif {1}:", g.block(scope.inner(), 2)))
    if g.rng.random() < 0.5:
        blocks.append(("else:", g.block(scope.inner(), 2)))
    return [Stmt("", tuple(tests), tuple(blocks))]


def new_in_both(g: Generator, scope: Scope) -> list[Stmt]:
    """A name that each branch assigns, used after."""
    kind = g.rng.choice("sv")
    name = g.rng.choice(FRESH[kind])
    test, one, two = (g.expr(k, scope, 1) for k in ("b", kind, kind))
    then = (Stmt(f"{name} = {{0}}", (one,)),)
    orelse = (Stmt(f"{name} = {{0}}", (two,)),)
    scope.names[name] = kind
    return [Stmt("", (test,), (("if {0}:", then), ("else:", orelse)))]


def named(g: Generator, scope: Scope) -> list[Stmt]:
    """A name that an operand assigns, in runs that evaluate it."""
    kind = g.rng.choice("sv")
    name, before = g.rng.choice(FRESH[kind]), dict(scope.names)
    word = g.rng.choice(("and", "or"))
    test, e = g.expr("b", scope, 1), g.expr(kind, scope, 1)
    then, orelse = scope.inner(), scope.inner()
    (then if word == "and" else orelse).names[name] = kind
    value = f"np.sum({name} := {{1}})"
    scope.names = {n: k for n, k in before.items() if n != name or k == kind}
    header = f"if {{0}} {word} {value} > 0.3:"
    blocks = ((header, g.block(then, 2)), ("else:", g.block(orelse, 2)))
    return [Stmt("", (test, e), blocks)]


def attempt(g: Generator, scope: Scope) -> list[Stmt]:
    """Whatever leaves the block, the other one runs."""
    last = scope.inner(tape=True)  # without jumps
    inner = scope.inner(loop=scope.loop)
    blocks = (("try:", g.block(inner, 3)), ("finally:", g.block(last, 2)))
    return [Stmt("", (), blocks)]


def leave(g: Generator, scope: Scope) -> list[Stmt]:
    word = g.rng.choice(("break", "continue"))
    return [Stmt("", (g.expr("b", scope, 1),), (("if {0}:", (Stmt(word),)),))]


def early_return(g: Generator, scope: Scope) -> list[Stmt]:
    values = tuple(g.expr(k, scope, 1) for k in g.returns)
    text = "return " + ", ".join("{%d}" % i for i in range(len(values)))
    test = g.expr("b", scope, 1)
    return [Stmt("", (test,), (("if {0}:", (Stmt(text, values),)),))]


def stop(g: Generator, scope: Scope) -> list[Stmt]:
    """Most inputs come past it."""
    e = g.expr("s", scope, 1), g.expr(g.rng.choice("svi"), scope, 0)
    if g.rng.random() < 0.5:
        return [Stmt("assert abs({0}) < 3.5, f'{{ {0} :.3f}} {{ {1} }}'", e)]
    body = (Stmt("raise ValueError(f'{{ {0} }}', {0})", (e[1],)),)
    return [Stmt("", e, (("if abs({0}) > 3.5:", body),))]


def new_or_stop(g: Generator, scope: Scope) -> list[Stmt]:
    """A name that has a value in the branch that comes to its end."""
    kind = g.rng.choice("sv")
    name = g.rng.choice(FRESH[kind])
    test, value = (g.expr(k, scope, 1) for k in ("s", kind))
    then, orelse = (Stmt(f"{name} = {{0}}", (value,)),), (Stmt("raise KeyError('end')"),)
    scope.names[name] = kind
    blocks = (("if {0} < 2.5:", then), ("else:", orelse))
    if g.rng.random() < 0.5:
        blocks = (("if {0} >= 2.5:", orelse), ("else:", then))
    return [Stmt("", (test,), blocks)]


def match_number(g: Generator, scope: Scope) -> list[Stmt]:
    """A match on an int, of Python's or of a tensor; without `case _` perhaps none fits."""
    kind = "j" if "j" in scope.names.values() and g.rng.random() < 0.5 else "i"
    k = g.counter()
    guarded = scope.inner(fixed=scope.fixed | {k})
    guarded.names[k] = kind
    cases = [
        ("case 0:", g.block(scope.inner(), 2)),
        ("case 1 | 3:", g.block(scope.inner(), 2)),
        (f"case {k} if {k} > 2:", g.block(guarded, 2)),
        ("case _:", g.block(scope.inner(), 2)),
    ]
    chosen = tuple(case for case in cases if g.rng.random() < 0.7) or (cases[0],)
    inner = Stmt("", (), chosen)
    return [Stmt("", (g.expr(kind, scope, 1),), (("match {0} % 5:", (inner,)),))]


def match_parts(g: Generator, scope: Scope) -> list[Stmt]:
    """A match on a sequence, or on an object where there is one: names for its parts."""
    one, two = g.counter() + "p", g.counter() + "q"
    objects = [n for n, k in scope.names.items() if k in "op"]
    inner = scope.inner(fixed=scope.fixed | {one, two})
    if objects and g.rng.random() < 0.6:
        name = g.rng.choice(objects)
        kind = "Point" if scope.names[name] == "p" else "Walker"
        inner.names |= {one: "s", two: "s"}
        cases = ((f"case {kind}(place={one}, speed={two}):", g.block(inner, 2)),)
        return [Stmt("", (), ((f"match {name}:", (Stmt("", (), cases),)),))]
    inner.names |= {one: "s", two: "i"}
    cases = (
        (f"case ({one}, 0 | 2):", g.block(_without(inner, two), 2)),
        (f"case ({one}, {two}) if {one} > 0.1:", g.block(inner, 2)),
        ("case _:", g.block(scope.inner(), 2)),
    )
    e = g.expr("s", scope, 1), g.expr("i", scope, 0)
    return [Stmt("", e, (("match ({0}, {1}):", (Stmt("", (), cases),)),))]


def match_rest(g: Generator, scope: Scope) -> list[Stmt]:
    """A match on a list of three, of which one name takes what is left, or on a bool."""
    name, kind = g.target(scope, "s")
    one, rest = g.counter("p"), g.counter("h")
    test, first, last = g.expr("b", scope, 1), g.expr("s", scope, 1), g.expr("s", scope, 1)
    if g.rng.random() < 0.4:
        cases = (
            ("case True:", (Stmt(f"{name} = {{1}}", (test, first)),)),
            (
                "case False:",
                (Stmt("pass"),)
                if name in scope.names
                else (Stmt(f"{name} = {{1}}", (test, last)),),
            ),
        )
        scope.names[name] = kind
        return [Stmt("", (test,), (("match bool({0}):", (Stmt("", (), cases),)),))]
    cases = (
        (f"case [{one}, *{rest}] if {one} > 0.3:", (Stmt(f"{name} = {one} * sum({rest})"),)),
        (f"case [*{rest}, {one}]:", (Stmt(f"{name} = {one} - {rest}[0]"),)),
    )
    scope.names[name] = kind
    e = first, last, g.expr("s", scope, 0)
    return [Stmt("", e, (("match [{0}, {1}, {2}]:", (Stmt("", (), cases),)),))]


def _without(scope: Scope, name: str) -> Scope:
    """The scope where a name is not assigned."""
    other = scope.inner(names={n: k for n, k in scope.names.items() if n != name})
    other.depth = scope.depth
    return other
