"""Tapes inside a program."""

from __future__ import annotations

from tests.identity.generator.assignments import assign
from tests.identity.generator.scope import Generator, Scope
from tests.identity.program import Stmt


def tape(g: Generator, scope: Scope) -> list[Stmt]:
    """A gradient of something with respect to one or two names, used afterwards; sometimes they are bound
    anew while the tape records, or a name is asked for that has come up since."""
    known = [n for n, k in scope.names.items() if k in "sv" and n not in scope.fixed]
    if not known:
        return assign(g, scope)
    t = g.counter("t")
    sources = g.rng.sample(known, min(len(known), g.rng.choice((1, 1, 2))))
    inner = scope.inner(tape=True)
    inner.names = dict(scope.names)
    inner.fixed = scope.fixed | set(sources if g.rng.random() < 0.8 else ())
    watch = Stmt(f"{t}.watch([{', '.join(sources)}])")
    work = g.block(inner, 2)
    loss = Stmt("y = {0}", (g.expr("s", inner, 2),))
    new = [n for n, k in inner.names.items() if k in "sv" and n not in scope.names]
    if new and g.rng.random() < 0.3:
        sources = [*sources, g.rng.choice(new)]
        scope.names[sources[-1]] = inner.names[sources[-1]]
    opened = (Stmt("", (), ((f"with ag.GradientTape() as {t}:", (watch, *work, loss)),)),)
    names = [f"g{i}_{s}" for i, s in enumerate(sources)]
    call = f"{t}.gradient(y, [{', '.join(sources)}], unconnected_gradients='zero')"
    got = Stmt(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {call}")
    for name, s in zip(names, sources, strict=True):
        scope.names[name] = scope.names[s]
    step = [Stmt(f"{s} = {s} - 0.1 * {g}") for s, g in zip(sources, names, strict=True)]
    return [*opened, got, *(step if g.rng.random() < 0.6 else [])]
