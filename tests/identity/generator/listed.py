"""Programs of three names, a list that grows, a dict and a pair: tapes watch what is in the list, under one
name or another, and ask for what is read from it.  Which tensor that is only the run knows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.identity.generator.sums import arguments
from tests.identity.program import Expr, Program, Stmt

NAMES = ("s", "h", "y")
READ = ("x", "w[-1]", "w[0]", "w[i // 2]", "d['a']", "q[0]", "q[1]")
MADE = ("s * 2", "np.sin(h)", "h * y", "x * i")
FACTORS = (*NAMES, "x", "h", "w[0]", "w[-1]", "np.sin(s)", "d['a']", "q[0]")
TESTS = ("x[0] > 0.4", "i > 0", "n > 1", "np.sum(s) > np.sum(h)")
NONE = ("{s} if g is None else {g}", "{g} if g is not None else {s}")


@dataclass
class Listed:
    """Choices."""

    rng: random.Random
    used: list[str] = field(default_factory=list)
    counters: int = 0

    def one(self) -> str:
        return self.rng.choice((*NAMES, *READ))

    def value(self) -> Expr:
        return Expr("v", self.rng.choice((*NAMES, *READ, *MADE)))

    def assigned(self) -> Stmt:
        return Stmt(f"{self.rng.choice(NAMES)} = {{0}}", (self.value(),))

    def appended(self) -> Stmt:
        return Stmt("w.append({0})", (self.value(),))

    def tape(self) -> list[Stmt]:
        """A gradient and a name that is bound to what it makes of it, or to something else where it is None."""
        rng = self.rng
        asked = watched = self.one()
        if rng.random() < 0.5:
            asked = rng.choice((self.one(), "w[n // 2]"))
        work = [Stmt(f"tape.watch({watched})")]
        if rng.random() < 0.3:
            work.append(self.assigned())
        if rng.random() < 0.35:
            work.append(self.appended())
        if rng.random() < 0.2:
            test = Expr("b", rng.choice(TESTS))
            work.append(Stmt("", (test,), (("if {0}:", (self.assigned(),)),)))
        if rng.random() < 0.15:
            work.append(Stmt(f"tape.watch({self.one()})"))
        factors = (rng.choice(FACTORS) for _ in range(rng.choice((2, 2, 3))))
        work.append(Stmt(f"z = np.sum({' * '.join(factors)})"))
        persistent = rng.choice(("", "", "persistent=True"))
        opened = Stmt("", (), ((f"with ag.GradientTape({persistent}) as tape:", tuple(work)),))
        after = [self.appended()] if rng.random() < 0.15 else []
        name, other = rng.choice(NAMES), rng.choice(NAMES)
        if rng.random() < 0.5:
            got = Stmt(f"g = tape.gradient(z, {asked}, unconnected_gradients='zero')")
            text = rng.choice(("g", "g * 0.5", f"{other} + g * 0.1", f"{other} - g"))
            return [opened, *after, got, Stmt(f"{name} = {text}")]
        self.used.append("none")
        made = rng.choice(("g", "g * 0.5", f"{other} + g"))
        text = rng.choice(NONE).format(s=other, g=made)
        return [opened, *after, Stmt(f"g = tape.gradient(z, {asked})"), Stmt(f"{name} = {text}")]

    def statement(self, depth: int) -> list[Stmt]:
        rng, chance = self.rng, self.rng.random()
        if chance < 0.2:
            return [self.assigned()]
        if chance < 0.32:
            return [self.appended()]
        if chance < 0.38:
            return [Stmt("d['a'] = {0}", (self.value(),))]
        if chance < 0.44:
            return [Stmt("q = ({0}, {1})", (self.value(), self.value()))]
        if chance < 0.5:
            one, two = rng.sample(NAMES, 2)
            return [Stmt(f"{one}, {two} = {two}, {one}")]
        if chance < 0.63 and depth:
            self.used.append("branch")
            blocks = [("if {0}:", self.block(depth - 1))]
            if rng.random() < 0.5:
                blocks.append(("else:", self.block(depth - 1)))
            return [Stmt("", (Expr("b", rng.choice(TESTS)),), tuple(blocks))]
        if chance < 0.7 and depth:
            self.used.append("loop")
            self.counters += 1
            header = f"for j{self.counters} in range({rng.choice(('n', '2'))}):"
            return [Stmt("", (), ((header, self.block(depth - 1)),))]
        return self.tape()

    def block(self, depth: int) -> tuple[Stmt, ...]:
        parts = (self.statement(depth) for _ in range(self.rng.choice((1, 2, 2))))
        return tuple(stmt for part in parts for stmt in part)


def build_listed(rng: random.Random, inputs: int) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    g = Listed(rng)
    start = [Stmt("s = h = y = x")]
    start += [Stmt(f"{name} = {rng.choice(('x', 'x * 1', 'x * 2', 's'))}") for name in NAMES]
    first, second = rng.choice(NAMES), rng.choice(("s", "h", "x * 3"))
    start += [Stmt(f"w, d, q = [{first}], {{{{'a': {second}}}}}, (y, {rng.choice(NAMES)})")]
    header = rng.choice(("for i in range(n):", "for i in range(n):", "for i in range(3):"))
    loop = Stmt("", (), ((header, (*g.block(1), *g.tape())),))
    returned = "return s, h, y, d['a'], q[0], w[-1]"
    order = 1 if rng.random() < 0.15 else 0
    given = tuple(arguments(rng, (0, 1, 2, 3)) for _ in range(inputs))
    program = Program(
        "DT = 'float64'\n\n\n", "x, a, n", (*start, loop, Stmt(returned)), given, order
    )
    return program, [f"listed: {name}" for name in ("tape", *g.used)]
