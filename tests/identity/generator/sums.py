"""Programs of a few scalars in which sums meet: values with several names, some in some runs alone, used before
and after, in loops, branches, lists and calls of themselves.  A sum in another order shows soonest here."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.identity.program import Expr, Program, Stmt

NAMES = ("a", "b", "s", "t")
RETURNS = ("{0}", "{0} * {1}", "{0} + {1}", "({0}, {1})")


@dataclass
class Sums:
    """Choices, and how many blocks are left."""

    rng: random.Random
    blocks: int
    lists: bool
    used: list[str] = field(default_factory=list)
    counters: int = 0

    def counter(self, letter: str) -> str:
        self.counters += 1
        return f"{letter}{self.counters}"

    def name(self) -> Expr:
        return Expr("s", self.rng.choice(NAMES))

    def term(self, scope: tuple[str, ...]) -> Expr:
        rng, one, other = self.rng, self.name(), Expr("s", self.rng.choice(scope))
        number = Expr("f", rng.choice(("1.7", "0.5", "-1.3")))
        rows = [
            (7, one),
            (4, Expr("s", "{0} * {1}", (one, other))),
            (3, Expr("s", "{0} * {1}", (one, number))),
            (2, Expr("s", "{0} * {1}", (one, self.name()))),
            (2, Expr("s", "np.sin({0})", (one,))),
            (2, other),
        ]
        if self.lists:
            rows += [(3, Expr("s", f"p[{rng.choice(('0', '-1', 'len(p) // 2'))}]"))]
            rows += [(1, Expr("s", "({0}, {1})[n % 2]", (one, self.name())))]
        return rng.choices([e for _, e in rows], [w for w, _ in rows])[0]

    def sum(self, scope: tuple[str, ...]) -> Expr:
        found = self.term(scope)
        for _ in range(self.rng.choice((0, 1, 1, 2))):
            found = Expr("s", "{0} + {1}", (found, self.term(scope)))
        return found

    def assign(self, scope: tuple[str, ...]) -> Stmt:
        if self.lists and self.rng.random() < 0.25:
            self.used.append("append")
            return Stmt("p.append({0})", (self.term(scope),))
        return Stmt(f"{self.rng.choice(NAMES)} = {{0}}", (self.sum(scope),))

    def block(self, scope: tuple[str, ...], depth: int) -> tuple[Stmt, ...]:
        made = []
        for _ in range(self.rng.choice((1, 2, 2, 3))):
            if depth == 2 or self.blocks <= 0 or self.rng.random() < 0.5:
                made.append(self.assign(scope))
            else:
                self.blocks -= 1
                made.append(self.rng.choice((self.rows, self.steps, self.branch))(scope, depth))
        return tuple(made)

    def rows(self, scope: tuple[str, ...], depth: int) -> Stmt:
        self.used.append("rows")
        z = self.counter("z")
        return Stmt("", (), ((f"for {z} in x:", self.block((*scope, z), depth + 1)),))

    def steps(self, scope: tuple[str, ...], depth: int) -> Stmt:
        self.used.append("steps")
        i, count = self.counter("i"), self.rng.choice(("n", "2", "3"))
        inner = (*scope, f"x[{i} % 3]")
        if self.lists:
            inner = (*inner, f"p[{i} % len(p)]", f"(s, t)[{i} % 2]")
        return Stmt("", (), ((f"for {i} in range({count}):", self.block(inner, depth + 1)),))

    def branch(self, scope: tuple[str, ...], depth: int) -> Stmt:
        self.used.append("branch")
        other = Expr("f", self.rng.choice(("0.0", *scope[:2])))
        blocks = [("if {0} > {1}:", self.block(scope, depth + 1))]
        if self.rng.random() < 0.5:
            blocks.append(("else:", self.block(scope, depth + 1)))
        return Stmt("", (self.name(), other), tuple(blocks))

    def again(self) -> str:
        """A function that calls itself once or twice, as text."""
        self.used.append("again")
        scope = ("x[0]", "x[1]")
        lines = [
            "def again(x, a, b, n):",
            "    if n <= 0:",
            f"        return {_shown(self.term(scope), 'ab')}",
        ]
        lines += ["    s = t = a"]
        for k in range(self.rng.choice((1, 2))):
            given = [_shown(self.term(scope), "abst") for _ in range(2)]
            name = self.rng.choice("st")
            if self.rng.random() < 0.5:
                lines += [f"    {name} = {_shown(self.sum(scope), 'abst')}"]
            lines += [f"    {name} = again(x, {given[0]}, {given[1]}, n - {k + 1})"]
        lines += [f"    return {_shown(self.sum(scope), 'abst')}"]
        return "\n".join(lines) + "\n"


def _shown(e: Expr, names: str) -> str:
    text = e.text.format(*(_shown(part, names) for part in e.parts))
    return text if e.parts or text not in NAMES or text in names else names[0]


def build_sums(rng: random.Random, inputs: int) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    kind = rng.choice(("plain", "lists", "lists", "again"))
    g = Sums(rng, 3 if kind == "lists" else 2, kind == "lists")
    scope = ("x[0]", "x[1]")
    prelude = "DT = 'float64'\n"
    start = [Stmt("b = a"), Stmt("s = x[0]"), Stmt("t = a * 0.5")]
    if kind == "lists":
        start.append(Stmt("p = [a]"))
    if kind == "again":
        prelude += "\n\n" + g.again()
        g.blocks = 1
    body = g.block(scope, 0)
    if kind == "again":
        call = Stmt(f"{rng.choice('st')} = again(x, {{0}}, {{1}}, n)", (g.term(scope), g.name()))
        body = (*body, call, *g.block(scope, 1))
    text = rng.choice(RETURNS)
    last = Stmt(f"return {text}", tuple(g.name() for _ in range(2)))
    order = 2 if kind == "plain" or rng.random() < 0.05 else 1
    given = tuple(arguments(rng, (1, 2, 3)) for _ in range(inputs))
    program = Program(prelude, "x, a, n", (*start, *body, last), given, order)
    return program, [f"sums: {name}" for name in (kind, *g.used)]


def arguments(rng: random.Random, counts: tuple[int, ...]) -> str:
    """Three numbers in an array, one more, and one of the counts, as text."""
    number = lambda: str(round(rng.uniform(-1.2, 1.2), 3))
    row = ", ".join(number() for _ in range(3))
    return (
        f"(ag.constant([{row}], dtype=DT), ag.constant({number()}, dtype=DT), {rng.choice(counts)})"
    )
