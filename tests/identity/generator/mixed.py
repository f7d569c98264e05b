"""Programs of lists that grow, shrink, are copied, cut and gone through under two names, whose elements are
tensors, numbers, both, arrays or pairs: what a list holds, and for how long, only the run knows."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.identity.generator.family import Family
from tests.identity.generator.sums import arguments
from tests.identity.program import Expr, Program, Stmt

NUMBERS = (
    "s",
    "t",
    "s * t",
    "x[i % 3]",
    "V * s",
    "a",
    "s + 0.5 * i",
    "np.sin(t)",
    "s - t",
    "x[0] * t",
)
FLOATS = ("0.5", "K", "i * 0.5", "-1.25", "K * n")
PALETTES = {
    "tensors": NUMBERS,
    "floats": FLOATS,
    "ints": ("i", "2", "n - i", "i * i", "1"),
    "tensors and floats": (*NUMBERS, *FLOATS),
    "tensors and ints": (*NUMBERS, "i", "2", "0"),
    "arrays": ("x", "x * s", "x * i", "np.tanh(x) * t", "x - 0.5"),
}
"""What stands in a list, by a name for it."""
LISTS = "pq"
CHANGES = (
    *(
        "{p}.append({0})",
        "{p}.append({0})",
        "{p} += [{0}]",
        "{p}.extend([{0}, {1}])",
        "{p}.reverse()",
    ),
    *(
        "{p}[i % len({p})] = {0}",
        "{p}[-1] = {0}",
        "{p}[0] += {0}",
        "{p}[0], {p}[-1] = {p}[-1], {0}",
    ),
    *("put({0})", "{q} = {p}.copy()", "{q} = list({p})", "{q} = {p}[::-1]", "{q} = [{0}, {1}]"),
    *("{q} = [z * 0.5 for z in {p}]", "{q} = [y + z for y, z in zip({p}, {q})] or [{0}]"),
    *("{q} = {p}[i % 2 :]", "{q}.extend({p}[-1:])", "{q} = {p}"),
)
READS = (
    *(
        "sum({p})",
        "{p}[-1]",
        "{p}[0]",
        "{p}[i % len({p})]",
        "{p}[-1 - i % len({p})]",
        "len({p}) * {s}",
    ),
    *(
        "sum(z * {s} for z in {p})",
        "sum({p}[1:])",
        "sum(y * z for y, z in zip({p}, {q}))",
        "{p}[n // 2 - 1]",
    ),
    *("sum(k * z for k, z in enumerate({p}))", "{s} if {p} else 0.25 * {s}", "({p} or {q})[0]"),
)
WHOLE = 2
"""How deep the blocks of a program go."""
TESTS = ("len(p) > 2", "i % 2", "x[0] > 0.4", "s > t", "not q", "len(p) > len(q)", "n > i + 1")


@dataclass
class Mixed(Family):
    """`array`: the elements are arrays."""

    palette: tuple[str, ...] = ()
    array: bool = False

    def element(self) -> Expr:
        return Expr("e", self.rng.choice(self.palette))

    def with_names(self, text: str) -> str:
        one = self.rng.choice(LISTS)
        names = {"{p}": one, "{q}": "q" if one == "p" else "p", "{s}": self.rng.choice("st")}
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    def read(self) -> Expr:
        text = self.with_names(self.rng.choice(READS))
        return Expr("s", f"np.sum({text}) * 0.5" if self.array else text)

    def test(self) -> Expr:
        return Expr("b", self.rng.choice(TESTS))

    def statement(self, depth: int) -> list[Stmt]:
        rng, chance = self.rng, self.rng.random()
        if depth and self.blocks > 0 and chance < 0.35:
            self.blocks -= 1
            make = rng.choice((self.branch, self.branch, self.loop, self.through, self.shrink))
            self.used.append(make.__name__)
            return make(depth)
        if chance < 0.6:
            return [Stmt(f"{rng.choice('st')} = {{0}}", (self.read(),))]
        if chance < 0.63:
            return [Stmt(self.with_names(rng.choice(("p, q = q, p", "{q} = {p}"))))]
        return [Stmt(self.with_names(rng.choice(CHANGES)), (self.element(), self.element()))]

    def loop(self, depth: int) -> list[Stmt]:
        header = f"for {self.counter('j')} in range({self.rng.choice(('n', '2', 'i'))}):"
        return [Stmt("", (), ((header, self.block(depth - 1)),))]

    def through(self, depth: int) -> list[Stmt]:
        """Over a copy, so that the list may change: inside of another loop over few elements, for each of which
        it may get some."""
        z = self.counter("z")
        taken = f"np.sum({z})" if self.array else z
        first = Stmt(f"{self.rng.choice('st')} = s * 0.5 + {taken}")
        few = "" if depth == WHOLE else "[:4]"
        header = self.with_names(f"for {z} in list({{p}}){few}:")
        return [Stmt("", (), ((header, (first, *self.block(depth - 1))),))]

    def shrink(self, depth: int) -> list[Stmt]:
        """The last element is taken where there is one more."""
        del depth
        one = self.with_names("{p}")
        taken = f"np.sum({one}.pop())" if self.array else f"{one}.pop()"
        body = (Stmt(f"{self.rng.choice('st')} = {taken} * t"),)
        return [Stmt("", (), ((f"{self.rng.choice(('if', 'while'))} len({one}) > 2:", body),))]


def build_mixed(rng: random.Random, inputs: int) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    kind = rng.choice(list(PALETTES))
    array = kind == "arrays"
    g = Mixed(rng, palette=PALETTES[kind], array=array)
    before = {"i": "n", "s * t": "s", "n - i": "n", "i * i": "n", "x * i": "x"}
    first = [before.get(text, text) for text in rng.sample(g.palette, 3)]
    first = [text.replace("i % 3", "0").replace(" * i", " * n") for text in first]
    start = [
        Stmt("s, t, i = x[0] * 1.0, a * 0.5, n"),
        Stmt(f"p, q = [{first[0]}, {first[1]}], [{first[2]}]"),
        Stmt("", (), (("def put(v):", (Stmt("p.append(v)"),)),)),
    ]
    loop = Stmt("", (), ((f"for i in range({rng.choice(('n', 'n', '3'))}):", g.block(WHOLE)),))
    ends = (
        "np.sum(p[-1]), np.sum(q[0]), np.sum(sum(p))"
        if array
        else "p[-1] * 1, q[0] * 1, sum(p), sum(q)"
    )
    given = tuple(arguments(rng, (0, 1, 2, 3)) for _ in range(inputs))
    prelude = 'DT = "float64"\nK = 0.7\nV = ag.Variable(0.8)\n'
    body = (*start, loop, Stmt(f"return s, t, {ends}, len(p), len(q)"))
    order = 0 if rng.random() < 0.1 else 1
    return Program(prelude, "x, a, n", body, given, order), [f"mixed: {u}" for u in (kind, *g.used)]
