"""Programs of arrays with one and two axes whose extents only the run knows: reduced along axes, broadcast,
transposed, cut, reversed and reshaped, read and written in loops.  What becomes one loop nest shows here."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.identity.program import Expr, Program, Stmt

# Kinds: `s` a number, `v` and `w` arrays of n and of m, `M` and `T` arrays of (n, m) and of (m, n).
ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "s": (
        *(
            ("np.sum({})", "v"),
            ("np.mean({})", "M"),
            ("np.max({})", "w"),
            ("({} @ {})", "vv"),
            ("{}[-1, 0]", "M"),
        ),
        *(
            ("({} * {})", "ss"),
            ("np.sin({})", "s"),
            ("np.min({})", "T"),
            ("({} - {})", "ss"),
            ("{}[i % n]", "v"),
        ),
        *(
            ("np.prod({} * 0.5)", "v"),
            ("np.sum({} * {})", "MM"),
            ("np.sum({}[1:, :-1])", "M"),
            ("np.mean({}[::2])", "w"),
        ),
    ),
    "v": (
        *(
            ("({} + {})", "vv"),
            ("({} * {})", "vs"),
            ("({} @ {})", "Mw"),
            ("np.sum({}, axis=1)", "M"),
            ("{}[:, 0]", "M"),
        ),
        *(
            ("np.max({}, axis=1)", "M"),
            ("np.mean({}, axis=0)", "T"),
            ("{}[:, i % m]", "M"),
            ("{}[::-1]", "v"),
        ),
        *(
            ("np.cumsum({})", "v"),
            ("np.where({} > {}, {}, {})", "vsvv"),
            ("np.tanh({})", "v"),
            ("({} @ {})", "wT"),
        ),
        *(
            ("np.concatenate([{}[1:], {}[:1]])", "vv"),
            ("np.sum({} * {}, axis=1)", "Mw"),
            ("{}.T[-1]", "M"),
        ),
        *(("(ag.arange(n) * {} + {})", "ss"), ("np.clip({}, -0.8, {})", "vs")),
        *(
            ("np.maximum({}, {})", "vs"),
            ("({} / ({} * {} + 1.5))", "vvv"),
            ("np.flip(np.cumsum({}, axis=0), 0)[:, -1]", "M"),
        ),
    ),
    "w": (
        *(
            ("({} - {})", "ww"),
            ("({} * {})", "sw"),
            ("({} @ {})", "vM"),
            ("np.sum({}, axis=0)", "M"),
            ("{}[-1]", "M"),
        ),
        *(
            ("np.mean({} - {}[:, None], axis=0)", "Mv"),
            ("{}[i % n]", "M"),
            ("np.exp(-{} * {})", "ww"),
            ("{}[:, 0]", "T"),
        ),
        *(
            ("np.sum(({}[:, None] * {}) ** 2, axis=0)", "vw"),
            ("np.sqrt({} * {} + 0.5)", "ww"),
            ("np.ravel({})[:m]", "M"),
        ),
    ),
    "M": (
        *(
            ("({}[:, None] * {})", "vw"),
            ("np.outer({}, {})", "vw"),
            ("({} + {})", "Mw"),
            ("({} * {}[:, None])", "Mv"),
        ),
        *(
            ("{}.T", "T"),
            ("{}[::-1]", "M"),
            ("{}[:, ::-1]", "M"),
            ("np.where({} > {}, {}, {})", "MsMw"),
            ("({} * {})", "MM"),
        ),
        *(
            ("np.cumsum({}, axis=1)", "M"),
            ("({} - np.mean({}, axis=0))", "MM"),
            ("np.reshape({}, (n, m))", "T"),
        ),
        *(
            ("({} - np.max({}, axis=1, keepdims=True))", "MM"),
            ("(np.broadcast_to({}, (n, m)) * {})", "ws"),
        ),
        *(
            ("np.concatenate([{}[1:], {}[:1]])", "MM"),
            ("({} @ {} @ {})", "MTM"),
            ("np.sin({})", "M"),
        ),
    ),
    "T": (
        *(
            ("np.transpose({})", "M"),
            ("np.outer({}, {})", "wv"),
            ("({} + {})", "Tv"),
            ("{}.reshape(m, n)", "M"),
        ),
        *(
            ("np.stack([{} * z for z in {}])", "vw"),
            ("(np.expand_dims({}, 1) * {})", "wv"),
            ("(-{})", "T"),
        ),
    ),
}
NAMES = {"s": ("a", "b"), "v": ("x", "u"), "w": ("y", "z"), "M": ("A", "B"), "T": ("C",)}
WRITES = (
    *(
        ("{M}[i % n] = {0}", "w"),
        ("{M}[:, 0] += {0}", "v"),
        ("{M}[:, i % m] = {0}", "s"),
        ("{M}[1:] *= {0}", "s"),
    ),
    *(
        ("{v}[1:] = {0}", "s"),
        ("{v}[i % n] += {0}", "s"),
        ("{v}[{v} > 0.1] = {0}", "s"),
        ("{v} += {0}", "v"),
    ),
    *(
        ("{w}[::-1] = {0}", "w"),
        ("{w} *= {0}", "s"),
        ("{M} -= {0}", "w"),
        ("{M}[i % n, :] = {0}", "w"),
    ),
)
TESTS = ("a > b", "np.any(x > a)", "i % 2", "np.sum(A) < 1.0", "n > m", "np.all(y < 0.9)")


@dataclass
class Shapes:
    """Choices, how many blocks are left, and what has been made."""

    rng: random.Random
    blocks: int = 3
    used: list[str] = field(default_factory=list)
    counters: int = 0

    def expr(self, kind: str, depth: int) -> Expr:
        if depth <= 0 or self.rng.random() < 0.15:
            return Expr(kind, self.rng.choice(NAMES[kind]))
        text, parts = self.rng.choice(ROWS[kind])
        for n in range(len(parts)):
            text = text.replace("{}", "{%d}" % n, 1)
        return Expr(kind, text, tuple(self.expr(part, depth - 1) for part in parts))

    def block(self, depth: int) -> tuple[Stmt, ...]:
        parts = (self.statement(depth) for _ in range(self.rng.choice((1, 2, 2, 3))))
        return tuple(parts)

    def statement(self, depth: int) -> Stmt:
        rng, chance = self.rng, self.rng.random()
        if depth and self.blocks > 0 and chance < 0.3:
            self.blocks -= 1
            make = rng.choice((self.branch, self.loop, self.rows))
            self.used.append(make.__name__)
            return make(depth)
        if chance < 0.45:
            self.used.append("write")
            text, kind = rng.choice(WRITES)
            for name, names in NAMES.items():
                text = text.replace("{%s}" % name, rng.choice(names))
            return Stmt(text, (self.expr(kind, 1),))
        kind = rng.choice("ssvvwwMMT")
        return Stmt(f"{rng.choice(NAMES[kind])} = {{0}}", (self.expr(kind, 2),))

    def branch(self, depth: int) -> Stmt:
        blocks = [("if {0}:", self.block(depth - 1))]
        if self.rng.random() < 0.5:
            blocks.append(("else:", self.block(depth - 1)))
        return Stmt("", (Expr("b", self.rng.choice(TESTS)),), tuple(blocks))

    def loop(self, depth: int) -> Stmt:
        header = f"for i in range({self.rng.choice(('2', 'n', 'm'))}):"
        return Stmt("", (), ((header, self.block(depth - 1)),))

    def rows(self, depth: int) -> Stmt:
        self.counters += 1
        r = f"r{self.counters}"
        of, to = self.rng.choice((("A", "y"), ("B", "z"), ("C", "u"), ("A.T", "x")))
        body = (Stmt(f"{to} = {to} * 0.5 + {r}"), *self.block(depth - 1))
        return Stmt("", (), ((f"for {r} in {of}:", body),))


def build_shapes(rng: random.Random, inputs: int) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    g = Shapes(rng)
    dtype = rng.choice(("float64", "float64", "float32"))
    start = (
        Stmt("n, m, i, b = x.shape[0], y.shape[0], 1, a * 0.5"),
        Stmt("u, z, B, C = x * a, y + b, np.outer(x, y), A.T * 0.5"),
        Stmt("x, y, A = x.copy(), y.copy(), A.copy()"),
    )
    body = tuple(g.statement(2) for _ in range(rng.choice((3, 4, 5))))
    last = Stmt("return a, b, x, z, u + {0}, A, C @ {1}", (g.expr("v", 1), g.expr("v", 1)))
    given = tuple(_arguments(rng) for _ in range(inputs))
    order = 1
    program = Program(f"DT = '{dtype}'\n", "x, y, A, a", (*start, *body, last), given, order)
    return program, [f"shapes: {name}" for name in (dtype, *g.used)]


def _arguments(rng: random.Random) -> str:
    n, m = rng.choice((1, 2, 3, 5)), rng.choice((1, 2, 4))
    number = lambda: str(round(rng.uniform(-1.2, 1.2), 3))
    row = lambda count: "[" + ", ".join(number() for _ in range(count)) + "]"
    texts = (row(n), row(m), "[" + ", ".join(row(m) for _ in range(n)) + "]", number())
    return "(" + ", ".join(f"ag.constant({text}, dtype=DT)" for text in texts) + ")"
