"""Loops."""

from __future__ import annotations

from tests.identity.generator.grammar import FRESH
from tests.identity.generator.scope import Generator, Scope
from tests.identity.program import Stmt

RANGES = (
    *("range(n)", "range(n)", "range(3)", "range(1, n + 1)", "range(x.shape[0])"),
    *("range(n, -1, -1)", "reversed(range(n))", "range(4, -2, n - 5)", "range(0, 4, n + 1)"),
)


def looped(g: Generator, scope: Scope, header: str, names: dict[str, str], e: tuple = ()) -> Stmt:
    inner = scope.inner(loop=True, fixed=scope.fixed | set(names))
    inner.names.update(names)
    blocks = ((header, g.block(inner, 4)),)
    if g.rng.random() < 0.15:
        blocks += (("else:", g.block(scope.inner(loop=scope.loop), 2)),)
    return Stmt("", e, blocks)


def for_range(g: Generator, scope: Scope) -> list[Stmt]:
    k = g.counter()
    count = g.rng.choice(RANGES)
    return [looped(g, scope, f"for {k} in {count}:", {k: "i"})]


def for_arange(g: Generator, scope: Scope) -> list[Stmt]:
    k = g.counter()
    return [looped(g, scope, f"for {k} in ag.arange(n):", {k: "j"})]


def for_rows(g: Generator, scope: Scope) -> list[Stmt]:
    r, kind = g.counter() + "r", g.rng.choice("wq")
    if kind == "q" and "m" not in scope.names.values():
        kind = "w"
    e = g.expr(kind, scope, 0)
    item = {r: "s" if kind == "w" else "v"}
    if g.rng.random() < 0.5:
        return [looped(g, scope, f"for {r} in {{0}}:", item, (e,))]
    k = g.counter()
    return [looped(g, scope, f"for {k}, {r} in enumerate({{0}}):", {**item, k: "i"}, (e,))]


def for_zip(g: Generator, scope: Scope) -> list[Stmt]:
    one, two = g.counter() + "p", g.counter() + "q"
    e = g.expr("v", scope, 1), g.expr("w", scope, 0)
    return [looped(g, scope, f"for {one}, {two} in zip({{0}}, {{1}}):", {one: "s", two: "s"}, e)]


def while_count(g: Generator, scope: Scope) -> list[Stmt]:
    k = g.counter()
    inner = scope.inner(loop=True, fixed=scope.fixed | {k})
    inner.names[k] = "i"
    body = (Stmt(f"{k} += 1"), *g.block(inner, 3))
    test = f"{k} < n" if g.rng.random() < 0.4 else f"{k} < 4 and {{0}}"
    e = (g.expr("b", scope, 1),) if "{0}" in test else ()
    blocks = ((f"while {test}:", body),)
    if g.rng.random() < 0.15:
        blocks += (("else:", g.block(scope.inner(loop=scope.loop), 2)),)
    return [Stmt(f"{k} = 0"), Stmt("", e, blocks)]


def while_named(g: Generator, scope: Scope) -> list[Stmt]:
    """A test that assigns a name, and perhaps another one."""
    k, (name, other) = g.counter(), g.rng.sample(FRESH["s"], 2)
    one = g.expr("s", scope, 1)
    inner = scope.inner(loop=True, fixed=scope.fixed | {k})
    inner.names |= {k: "i", name: "s"}
    test = f"while ({name} := {{0}}) < 2.5 and ({k} := {k} + 1) < 4"
    two = g.expr("s", inner, 1)
    if g.rng.random() < 0.5:
        test += f" and ({other} := {{1}}) > -1.5"
        inner.names[other] = "s"
    scope.names[name] = "s"
    return [Stmt(f"{k} = 0"), Stmt("", (one, two), ((f"{test}:", g.block(inner, 3)),))]


def state_from_number(g: Generator, scope: Scope) -> list[Stmt]:
    """State that starts as a Python number or as a captured value and becomes a tensor."""
    k, name = g.counter(), g.rng.choice(FRESH["s"])
    start = g.rng.choice(("0.0", "1.0", "0.4", "K", "V", "x[0]"))
    if start == "V":
        start = "1.0 * V"
    e = g.expr("s", scope, 1)
    used = {n: k for n, k in scope.names.items() if n != name}
    inner = Scope(used, True, scope.depth + 1, scope.fixed | {k}, scope.tape)
    inner.names[k] = "i"
    update = Stmt(f"{name} = {name} * {{0}} + {{1}}", (g.expr("f", inner, 0), e))
    body = (*g.block(inner, 2), update)
    count = "range(3)" if start not in ("x[0]", "1.0 * V") else "range(n)"
    scope.names[name] = "s"
    return [Stmt(f"{name} = {start}"), Stmt("", (), ((f"for {k} in {count}:", body),))]


def array_from_number(g: Generator, scope: Scope) -> list[Stmt]:
    """A number that becomes an array in a first step or in one arm, perhaps under two names; then an array in
    every run."""
    name, other = g.rng.sample(FRESH["v"], 2)
    used = {n: k for n, k in scope.names.items() if n not in (name, other)}
    update = g.rng.choice(("{n} = {n} * {{0}} + {{1}}", "{n} += {{1}}", "{n} = {{1}} - {n}"))
    e = g.expr("f", scope, 0), g.expr("v", Scope(used, False, scope.depth, scope.fixed), 1)
    inside = Stmt(update.format(n=name), e)
    alias = (Stmt(f"{other} = {name}"),) if g.rng.random() < 0.5 else ()
    if g.rng.random() < 0.6:
        k = g.counter()
        inner = Scope(used, True, scope.depth + 1, scope.fixed | {k}, scope.tape)
        inner.names[k] = "i"
        header = f"for {k} in range({g.rng.choice(('n', '3', 'n - 3', '1'))}):"
        blocks = ((header, (*g.block(inner, 2), inside, *alias)),)
        made = Stmt("", (), blocks)
    else:
        inside = Stmt(f"{name} = {{1}}", e)
        made = Stmt("", (g.expr("b", scope, 1),), (("if {0}:", (inside, *alias)),))
    scope.names.pop(other, None)
    scope.names[name] = "v"
    last = g.rng.choice(("{n} += {{0}}", "{n} = {n} * 0.5 + {{0}}"))
    own = Scope(used, False, scope.depth, scope.fixed)
    return [
        Stmt(f"{name} = {other} = {g.rng.choice(('0.0', '1', '0.4', 'K'))}"),
        made,
        Stmt(last.format(n=name), (g.expr("v", own, 1),)),
        Stmt(f"{name} = {name} + {other}"),
    ]


def array_from_plain(g: Generator, scope: Scope) -> list[Stmt]:
    """A plain array that is a tensor after the first step, if there is one."""
    name = g.rng.choice(FRESH["v"])
    used = {n: k for n, k in scope.names.items() if n != name}
    k = g.counter()
    inner = Scope(used, True, scope.depth + 1, scope.fixed | {k}, scope.tape)
    inner.names[k] = "i"
    update = g.rng.choice(("{n} = {n} * {{0}} + {{1}}", "{n} = {{1}} - np.sin({n})"))
    inside = Stmt(update.format(n=name), (g.expr("f", inner, 0), g.expr("v", inner, 1)))
    header = f"for {k} in range({g.rng.choice(('n', '3', 'n - 1', '1'))}):"
    start = g.rng.choice(("np.zeros(3, dtype=DT)", "np.full(3, K, dtype=DT)"))
    made = Stmt("", (), ((header, (*g.block(inner, 2), inside)),))
    scope.names[name] = "v"
    own = Scope(used, False, scope.depth, scope.fixed)
    last = Stmt(f"{name} = {name} * 0.5 + {{0}}", (g.expr("v", own, 1),))
    return [Stmt(f"{name} = {start}"), made, last]


def for_plain(g: Generator, scope: Scope) -> list[Stmt]:
    """Over the rows of a plain array, with labels, or over its numbers."""
    r, label, name = g.counter() + "r", g.counter() + "y", g.rng.choice(FRESH["v"])
    used = {n: k for n, k in scope.names.items() if n != name}
    inner = Scope(used, True, scope.depth + 1, scope.fixed | {r, label}, scope.tape)
    header, update = g.rng.choice(
        (
            (f"for {r} in ROWS:", f"{name} = {name} + {r} * {{0}}"),
            (
                f"for {r} in reversed(ROWS):",
                f"{name} = np.where({r} > {name}, {{0}}, {name} * {r})",
            ),
            (f"for {label}, {r} in zip(LABELS, ROWS):", f"{name} = {name} * {{0}}[{label}] + {r}"),
            (f"for {label} in LABELS:", f"{name}[{label}] = {name}[0] * K + {{0}}[0]"),
            (
                f"for {r} in ROWS.astype('float64')[0]:",
                f"{name} = {name} + ag.cast({r} * {{0}}, DT)",
            ),
        )
    )
    body = (*g.block(inner, 2), Stmt(update, (g.expr("v", inner, 1),)))
    scope.names[name] = "v"
    own = Scope(used, False, scope.depth, scope.fixed)
    begun = Stmt(f"{name} = {{0}} * 0.5", (g.expr("v", own, 1),))
    return [begun, Stmt("", (), ((header, body),))]


def number_kept(g: Generator, scope: Scope) -> list[Stmt]:
    """A number that steps make a tensor, kept under another name or in a list before they do."""
    h, kept, k, to = g.counter("h"), g.counter("h"), g.counter(), g.rng.choice(FRESH["s"])
    inner = Scope(dict(scope.names), True, scope.depth + 1, scope.fixed | {h, kept, k}, scope.tape)
    inner.names[k] = "i"
    listed = g.rng.random() < 0.4
    start = f"{kept} = [{g.rng.choice(('x[0]', '0.5'))}]" if listed else f"{kept} = {h}"
    keep = Stmt(f"{kept}.append({h})" if listed else f"{kept} = {h}")
    change = Stmt(f"{h} = {h} * {{0}} + {{1}}", (g.expr("s", inner, 1), g.expr("f", inner, 0)))
    if g.rng.random() < 0.3:
        change = Stmt("", (g.expr("b", inner, 1),), (("if {0}:", (change,)),))
    header = f"for {k} in range({g.rng.choice(('n', '3', '1', 'n - 1'))}):"
    used = f"{kept}[-1] * {h}" if listed else f"{kept} * {h}"
    last = Stmt(f"{to} = {{0}} + {used}", (g.expr("s", scope, 1),))
    scope.names[to] = "s"
    begun = [Stmt(f"{h} = {g.rng.choice(('0.1', 'K', '1.5'))}"), Stmt(start)]
    return [*begun, Stmt("", (), ((header, (keep, *g.block(inner, 1), change)),)), last]


def none_first(g: Generator, scope: Scope) -> list[Stmt]:
    """A name that is None before the loop, a number after a step and a tensor after another."""
    h, before, step, k = g.counter("h"), g.counter("h"), g.counter("h"), g.counter()
    to = g.rng.choice(FRESH["s"])
    fixed = scope.fixed | {h, before, k}
    inner = Scope(dict(scope.names), True, scope.depth + 1, fixed, scope.tape)
    inner.names[k] = "i"
    text = g.rng.choice((f"{h} - {before}", f"{before} * {{0}}", f"{{0}} - {before}"))
    since = Stmt(
        f"{step} = {{1}} if {before} is None else {text}",
        (g.expr("s", inner, 1), g.expr("f", inner, 0)),
    )
    change = Stmt(f"{h} = {h} * {{0}} + {step}", (g.expr("s", inner, 1),))
    if g.rng.random() < 0.2:
        change = Stmt("", (g.expr("b", inner, 1),), (("if {0}:", (change,)),))
    header = f"for {k} in range({g.rng.choice(('n', '3', '1', 'n - 1'))}):"
    body = (since, *g.block(inner, 1), Stmt(f"{before} = {h}"), change)
    used = Stmt(
        f"{to} = {{0}} + ({h} if {before} is None else {before} * {h})", (g.expr("s", scope, 1),)
    )
    scope.names[to] = "s"
    begun = [Stmt(f"{h} = {g.rng.choice(('0.1', 'K', '1.5'))}"), Stmt(f"{before} = None")]
    return [*begun, Stmt("", (), ((header, body),)), used]


GROWTH = (
    *("{p}.append({0})", "{p}.append({0})", "{p} += [{0}]", "{p}.extend([{0}, {p}[0]])"),
    *("{p}.append({p}[-1] * {0})", "{p}[{k} % len({p})] = {0}", "{p}[-1] += {0}"),
    "{p}.append({0} if {p} else {1})",
)
GROWN = (
    *("sum({p})", "np.sum(np.stack({p}) ** 2)", "{p}[-1] * len({p})", "max({p})"),
    *("sum(z * {0} for z in {p}[1:])", "np.mean(np.stack([z * {0} for z in {p}]))"),
    *("{p}.pop() * {0}", "sum(y * z for y, z in zip({p}, {p}[1:]))", "{p}[n % len({p})]"),
)


def grown(g: Generator, scope: Scope) -> list[Stmt]:
    """A list that grows in a loop, perhaps in a branch of it, and what is made of it."""
    p, k, to = g.counter("h"), g.counter(), g.rng.choice(FRESH["s"])
    begun = g.rng.choice(("[{0}]", "[{0}, {1}]", "[{1} * z for z in {2}]", "[{1}]", "[]"))
    start = Stmt(
        f"{p} = {begun}", (g.expr("s", scope, 1), g.expr("f", scope, 0), g.expr("v", scope, 0))
    )
    inner = Scope(dict(scope.names), True, scope.depth + 1, scope.fixed | {p, k}, scope.tape)
    inner.names[k] = "i"
    texts = g.rng.sample(GROWTH[:4] if begun == "[]" else GROWTH, g.rng.choice((1, 1, 2)))
    body: list[Stmt] = []
    for text in texts:
        e = g.expr("s", inner, 1), g.expr("s", inner, 1)
        made = Stmt(text.replace("{p}", p).replace("{k}", k), e)
        if g.rng.random() < 0.3:
            made = Stmt("", (g.expr("b", inner, 1),), (("if {0}:", (made,)),))
        body += [*g.block(inner, 1), made]
    header = f"for {k} in range({g.rng.choice(('n', '3', 'n - 1', 'n + 1'))}):"
    used = f"{to} = {g.rng.choice(GROWN)}".replace("{p}", p)
    last = Stmt(used, (g.expr("s", scope, 1),))
    scope.names[to] = "s"
    return [start, Stmt("", (), ((header, tuple(body)),)), last]


def for_each(g: Generator, scope: Scope) -> list[Stmt]:
    """Over arrays or numbers in a list, what a dict holds, or the rows in reverse."""
    r, kind = g.counter() + "r", g.rng.choice("sv")
    dicts = [n for n, k in scope.names.items() if k == "d"]
    if dicts and g.rng.random() < 0.7:
        held = g.rng.choice(dicts)
        pairs = (f"for _, {r} in {held}.items():", f"for {r} in {held}.values():")
        return [looped(g, scope, g.rng.choice(pairs), {r: "s"})]
    if g.rng.random() < 0.3:
        return [
            looped(g, scope, f"for {r} in reversed({{0}}):", {r: "s"}, (g.expr("w", scope, 0),))
        ]
    e = g.expr(kind, scope, 1), g.expr(kind, scope, 1), g.expr(kind, scope, 0)
    text = g.rng.choice(("[{0}, {1}]", "({0}, {1}, {2})"))
    return [looped(g, scope, f"for {r} in {text}:", {r: kind}, e)]


def best_of(g: Generator, scope: Scope) -> list[Stmt]:
    """A name that is None until a step finds something; perhaps none does."""
    k, best = g.counter(), f"best{g.counters}"
    name, _ = g.target(scope, "s")
    e = g.expr("w", scope, 0), g.expr("f", scope, 0)
    other, factor = g.expr("s", scope, 1), g.expr("s", scope, 1)
    found = Stmt(f"{best} = {k}")
    inner = Stmt("", e, ((f"if {k} > {{1}} and ({best} is None or {k} > {best}):", (found,)),))
    scope.names[name] = "s"
    last = Stmt(f"{name} = {{0}} if {best} is None else {best} * {{1}}", (other, factor))
    return [Stmt(f"{best} = None"), Stmt("", e, ((f"for {k} in {{0}}:", (inner,)),)), last]
