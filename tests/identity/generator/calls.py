"""Programs of calls: compiled, decorated and bound functions, partials, objects of classes with special
methods, optimizers; and of places that only the run knows: rings, positions, lists that grow."""

from __future__ import annotations

import random

from tests.identity.generator.family import Family
from tests.identity.generator.sums import arguments
from tests.identity.program import Expr, Program, Stmt

NUMBERS = (
    *("s", "t", "s * t", "x[i % 3]", "v[i % 3]", "V * s", "s + 0.5 * i", "np.sin(t)", "abs(s) + a"),
    *("bent(t)", "joint(s, t)", "scaled(s)", "scaled(t, shift=s)", "spread(s, t, last=v[0])"),
    *(
        "gain(s)",
        "gain.of(t)",
        "held(s)",
        "Gain.fixed(t)",
        "Gain.made(s).k",
        "slope(t)",
        "push(t)",
        "inner(s)",
    ),
    *(
        "functools.reduce(lambda p, z: p * 0.5 + z, v, s)",
        "sum(map(bent, v))",
    ),
    *("sum(filter(lambda z: z > 0.1, v), s)", "sum(v[[2, 0]])", "np.sum(v[LABELS[1:]] * s)"),
    *("ring[i % 3]", "ring[-1]", "sum(ring)", "row[i % 2]", "row.total", "row.first", "path[-1]"),
    *(
        "len(path) * t",
        "sum(path[i % 2 :])",
        "path[i % len(path)]",
        "sum(path.copy())",
        "max(path)",
    ),
    *("pair.x", "(pair * s).y", "(s + pair).x", "max(pair, START).x", "abs(-pair).y"),
)
ARRAYS = (
    *("v", "u", "x", "v * u", "s * x", "v[LABELS]", "v[[i % 3, 0, 1]]", "bent(v)", "joint(v, u)"),
    *(
        "np.stack([z * s for z in v])",
        "np.stack(ring) * 1.0",
        "scaled(v)",
        "gain(u)",
        "ag.array([s, t, a])",
    ),
)
TESTS = (
    *(
        "s > t",
        "i > 1",
        "x[0] > 0.4",
        "row.total < 1.0",
        "joint(s, t) > 0.0",
        "not ring[0] > s",
        "n > 1",
    ),
    *("pair < s", "pair", "not pair", "START < pair", "pair and s > 0.2"),
    *("any(z > s for z in v)", "len(path) % 2", "0.3 < s < 1.5", "(w := s * t) > 0.1 and w < 2.0"),
)
CHANGES = (
    *("ring[i % 3] = {0}", "ring[0] += {0}", "ring[-1] = {0}", "ring[0], ring[1] = ring[1], {0}"),
    *("row[i % 2] = {0}", "row += {0}", "del row[1]", "row.move({0})", "row[0] *= 0.5"),
    *(
        "path.append({0})",
        "path += [{0}]",
        "path[-1] = {0}",
        "path.reverse()",
        "path.extend([{0}, s])",
    ),
    *("path.insert(i % len(path), {0})", "path.insert(0, {0})", "path.append(path.pop(0) * {0})"),
    *("path.append({0}); del path[i % len(path)]", "path.insert(-1, {0}); del path[:1]"),
    *(
        "pair = pair * {0}",
        "pair = -pair + START",
        "pair += {0}",
        "pair = Dual({0}, pair.x)",
        "pair = START",
    ),
    *("V.assign_add(0.1 * {0})", "OPT.minimize(lambda: (V - {0}) ** 2, [V])"),
)
PLACED = (
    *(
        "{v}[[0, 2]] = {0}",
        "{v}[LABELS[:2]] += {0}",
        "{v}[[i % 3, 1]] = x[[1, 2]]",
        "{v}[i % 3] = {0}",
    ),
    *("{v}[{v} > 0.2] = {0}", "{v}[1:] = {0}", "{v}[np.array([1, 0])] *= {0}"),
)
RETURNED = "return s, t, v, u, ring[0], ring[1] * 1.0, row[0], row.total, row.asked, sum(path), pair.x, pair.y"


class Calls(Family):
    def number(self) -> Expr:
        return Expr("s", self.rng.choice(NUMBERS))

    def array(self) -> Expr:
        return Expr("v", self.rng.choice(ARRAYS))

    def test(self) -> Expr:
        return Expr("b", self.rng.choice(TESTS))

    def statement(self, depth: int) -> list[Stmt]:
        chance = self.rng.random()
        if depth and self.blocks > 0 and chance < 0.45:
            self.blocks -= 1
            makes = (
                self.branch,
                self.branch,
                self.loop,
                self.forever,
                self.managed,
                self.matched,
                self.tape,
            )
            make = self.rng.choice(makes)
            self.used.append(make.__name__)
            return make(depth)
        if chance < 0.65:
            return [Stmt(f"{self.rng.choice('st')} = {{0}}", (self.number(),))]
        if chance < 0.73:
            return [Stmt(f"{self.rng.choice('uv')} = {{0}}", (self.array(),))]
        if chance < 0.8:
            self.used.append("placed")
            text = self.rng.choice(PLACED).replace("{v}", self.rng.choice("uv"))
            return [Stmt(text, (self.number(),))]
        self.used.append("change")
        return [Stmt(self.rng.choice(CHANGES), (self.number(),))]

    def loop(self, depth: int) -> list[Stmt]:
        header = self.rng.choice(("in range(n)", "in ag.arange(2)", "in v", "in range(i, 3)"))
        return [Stmt("", (), ((f"for {self.counter('j')} {header}:", self.block(depth - 1)),))]

    def forever(self, depth: int) -> list[Stmt]:
        """Until a step leaves it."""
        k = self.counter("k")
        leave = Stmt("", (self.test(),), ((f"if {k} > n or {{0}}:", (Stmt("break"),)),))
        body = (Stmt(f"{k} += 1"), leave, *self.block(depth - 1))
        return [Stmt(f"{k} = 0"), Stmt("", (), (("while True:", body),))]

    def managed(self, depth: int) -> list[Stmt]:
        return [
            Stmt(
                "", (), (("with row as inside:", (Stmt("s = s + inside"), *self.block(depth - 1))),)
            )
        ]

    def matched(self, depth: int) -> list[Stmt]:
        """A mapping, of which a number of the run is a part."""
        cases = (
            ("case {{'n': 0}}:", self.block(depth - 1)),
            ("case {{'a': q}}:", (Stmt("t = q * 0.5"),)),
        )
        return [
            Stmt(
                "", (self.number(),), (("match {{'a': {0}, 'n': i % 2}}:", (Stmt("", (), cases),)),)
            )
        ]

    def tape(self, depth: int) -> list[Stmt]:
        name, tape = self.rng.choice("stv"), self.counter("tape")
        work = (
            Stmt(f"{tape}.watch({name})"),
            Stmt("y = {0} * np.sum({1})", (self.number(), Expr("s", name))),
        )
        got = f"g = {tape}.gradient(y, {name}, unconnected_gradients='zero')"
        opened = Stmt("", (), ((f"with ag.GradientTape() as {tape}:", work),))
        return [opened, Stmt(got), Stmt(f"{name} = {name} - 0.1 * g")]


def build_calls(rng: random.Random, inputs: int) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    g = Calls(rng)
    start = [
        Stmt("s, t, u, v = x[0] * 1.0, a * 0.5, x * 2.0, x * 1.0"),
        Stmt(f"ring, path, row = [{rng.choice(('0.0', 'K', 'a'))}] * 3, [a], Row(s, t)"),
        Stmt(f"gain, inner = Gain({rng.choice(('0.7', 'a'))}), lambda z, w=t: z * w + s"),
        Stmt(f"held, pair = gain.of, {rng.choice(('START', 'Dual(s, t)', 'START * s'))}"),
    ]
    loop = Stmt("", (), ((f"for i in range({rng.choice(('n', 'n', '3'))}):", g.block(2)),))
    given = tuple(arguments(rng, (0, 1, 2, 3)) for _ in range(inputs))
    program = Program(PRELUDE, "x, a, n", (*start, loop, Stmt(RETURNED)), given, 1)
    return program, [f"calls: {name}" for name in ("called", *g.used)]


PRELUDE = """import functools


DT = "float64"
K = 0.7
V = ag.Variable(0.8)
OPT = ag.optimizers.Adam(0.05)
LABELS = np.array([2, 0, 1])


def twice(f):
    @functools.wraps(f)
    def wrapped(z):
        return f(f(z)) * 0.5

    return wrapped


@twice
def bent(z):
    return np.tanh(z) + K * z


@ag.function
def joint(p, q):
    if np.sum(q) > 0.0:
        return p * q + K
    return p - q


def spread(first, *more, last=0.5, **rest):
    for q in more:
        first = last * first - first * q
    return first


def bump(z):
    return z * z * np.exp(-z)


scaled = functools.partial(lambda k, z, shift=0.0: k * z + shift, 0.7, shift=K)
slope = ag.grad(bump)


def push(z):
    return ag.jvp(bump, (z,), (z * 0.5,))[1] + ag.hvp(bump)(z, z)


class Gain:
    def __init__(self, k):
        self.k = k

    def __call__(self, z):
        return self.k * z

    def of(self, z):
        return self(z) + self.k if np.sum(z) > 0.1 else z

    @staticmethod
    def fixed(z):
        return z * 1.5

    @classmethod
    def made(cls, z):
        return cls(z * 0.5)


class Dual:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        if isinstance(other, Dual):
            return Dual(self.x + other.x, self.y + other.y)
        return Dual(self.x + other, self.y)

    __radd__ = __add__

    def __mul__(self, other):
        z = other.x if isinstance(other, Dual) else other
        if z > 1.0:
            z = z * 0.5
        return Dual(self.x * z, self.y * z - K)

    def __neg__(self):
        return Dual(-self.x, -self.y)

    def __abs__(self):
        return self if self.x > 0.0 else -self

    def __lt__(self, other):
        return self.x < (other.x if isinstance(other, Dual) else other)

    def __gt__(self, other):
        return self.x > other.x

    def __bool__(self):
        return bool(self.x > self.y)


START = Dual(ag.constant(0.5), ag.constant(-0.25))


class Row:
    def __init__(self, *items):
        self.items, self.asked = list(items), 0

    def __getitem__(self, k):
        self.asked += 1
        return self.items[k]

    def __setitem__(self, k, value):
        self.items[k] = value if self.asked < 5 else -value

    def __delitem__(self, k):
        self.items[k] = self.items[k] * 0.0

    def __iadd__(self, other):
        self.items[0] = self.items[0] + other
        return self

    def __enter__(self):
        self.asked += 1
        return self.asked

    def __exit__(self, *error):
        self.items[1] = self.items[1] * 0.5

    @property
    def total(self):
        return self.items[0] + self.items[1]

    @property
    def first(self):
        if self.items[0] > 1.0:
            return self.items[0] * 0.5
        return self.items[0]

    def move(self, h):
        self.items[0], self.items[1] = self.items[1], h
"""
