"""Programs of three names that hold anything: numbers, None, arrays under several names, written in place, in
lists, dicts and objects.  What a name is in some runs alone, and what else sees a write, shows soonest here."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.identity.generator.sums import arguments
from tests.identity.program import Expr, Program, Stmt

NAMES = ("s", "h", "y")
NUMBERS = ("0", "2", "0.5", "True", "None", "a", "x[0]", "n * 0.5", "np.float64(0.25)")
ARRAYS = ("s", "h", "y", "x", "x * 2", "s * 1", "np.sin(h)", "y + 1", "s.copy()", "h * y", "x * i")
PLACES = ("d['a']", "p[0]", "p[1]", "q.place", "(s, h)[0]", "[s, h][1]")
CHOSEN = (
    *(
        "s if x[0] > 0.4 else h",
        "y if i > 0 else x * 3",
        "h if n > 1 else None",
        "0.5 if i > 1 else s",
    ),
    *("s if h is None else h", "x[0] if x[0] > 0.4 else h", "x * 2 if h is None else h", "s or h"),
)
COMPUTED = (
    *(
        "s + h",
        "s * h",
        "h - s",
        "s / 2",
        "-h",
        "abs(s)",
        "max(s, h)",
        "s + 1",
        "h * x[i % 3]",
        "not s",
    ),
    *(
        "isinstance(s, float)",
        "s == h",
        "float(h)",
        "helper(s, h)",
        "2 * s",
        "s + n",
        "np.maximum(s, h)",
    ),
)
TESTS = ("x[0] > 0.4", "i > 0", "n > 1", "x[1] > x[0]", "s is None", "h is not None", "a > 0.0")
HELPER = "def helper(p, q):\n    if q is None:\n        return p\n    return p * q if a_number(q) else p\n\n\n"
A_NUMBER = "def a_number(q):\n    return isinstance(q, float)\n\n\n"


@dataclass
class Kinds:
    """Choices; `arrays`: programs of arrays, else of numbers."""

    rng: random.Random
    arrays: bool
    used: list[str] = field(default_factory=list)
    counters: int = 0

    def some(self, *rows: tuple[str, ...]) -> str:
        return self.rng.choice(self.rng.choice(rows))

    def value(self) -> Expr:
        if self.arrays:
            return Expr("s", self.some(ARRAYS, ARRAYS, CHOSEN, PLACES, NUMBERS))
        return Expr("s", self.some(COMPUTED, COMPUTED, COMPUTED, CHOSEN, NUMBERS))

    def statement(self, depth: int) -> Stmt:
        rng, name = self.rng, self.rng.choice(NAMES)
        chance = rng.random()
        if chance < 0.35:
            return Stmt(f"{name} = {{0}}", (self.value(),))
        if chance < 0.55:
            op, other = (
                rng.choice(("+=", "*=", "-=")),
                self.some(("2.0", "h", "s", "0.5"), ("x", "y", "i", "a")),
            )
            self.used.append("in place")
            return Stmt(f"{name} {op} {other}")
        if chance < 0.62 and self.arrays:
            place, op = rng.choice(("0", "1", "-1", "i % 2", ":1")), rng.choice(("=", "+="))
            self.used.append("elements")
            return Stmt(f"{name}[{place}] {op} {rng.choice(('0.25', 'x[0]', 'a'))}")
        if chance < 0.68:
            return Stmt(
                f"{name}, {rng.choice(NAMES)} = {rng.choice(NAMES)}, {{0}}", (self.value(),)
            )
        if chance < 0.76:
            self.used.append("holders")
            texts = (
                "d['a'] = {0}",
                "p[0] = {0}",
                "p[1] = {0}",
                "q.place = {0}",
                "p[0], p[1] = p[1], p[0]",
            )
            return Stmt(
                rng.choice((*texts, "d['a'] *= 2.0", "p[0] += 1.0", "q.place *= 3.0")),
                (self.value(),),
            )
        if chance < 0.88 and depth:
            return self.branch(depth)
        if chance < 0.94 and depth:
            self.counters += 1
            header = f"for j{self.counters} in range({rng.choice(('n', '2', 'i'))}):"
            return Stmt("", (), ((header, self.block(depth - 1)),))
        leave = (Stmt(rng.choice(("break", "continue"))),)
        return Stmt("", (Expr("b", rng.choice(TESTS)),), (("if {0}:", leave),))

    def branch(self, depth: int) -> Stmt:
        self.used.append("branch")
        blocks = [("if {0}:", self.block(depth - 1))]
        if self.rng.random() < 0.5:
            blocks.append(("else:", self.block(depth - 1)))
        return Stmt("", (Expr("b", self.rng.choice(TESTS)),), tuple(blocks))

    def block(self, depth: int) -> tuple[Stmt, ...]:
        return tuple(self.statement(depth) for _ in range(self.rng.choice((1, 2, 2, 3))))


def build_kinds(rng: random.Random, inputs: int) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    g = Kinds(rng, rng.random() < 0.5)
    first = ("x", "x * 1", "x * 2", "None", "0.5") if g.arrays else NUMBERS
    start = [Stmt(f"{name} = {rng.choice(first)}") for name in NAMES]
    start += [
        Stmt(f"d, p, q = {{{{'a': {rng.choice(NAMES)}}}}}, [{rng.choice(NAMES)}, h], Walker(y, s)")
    ]
    header = rng.choice(
        ("for i in range(n):", "for i in range(n):", "for i in range(3):", "for i in ag.arange(n):")
    )
    loop = Stmt("", (), ((header, g.block(2)),))
    returned = "return s, h, y, d['a'], p[0], p[1], q.place"
    order = 1 if rng.random() < 0.1 else 0
    given = tuple(arguments(rng, (0, 1, 2, 3)) for _ in range(inputs))
    kind = "arrays" if g.arrays else "numbers"
    prelude = f"DT = 'float64'\n\n\n{A_NUMBER}{HELPER}{WALKER}"
    program = Program(prelude, "x, a, n", (*start, loop, Stmt(returned)), given, order)
    return program, [f"kinds: {name}" for name in (kind, *g.used)]


WALKER = """class Walker:
    def __init__(self, place, speed):
        self.place = place
        self.speed = speed
"""
