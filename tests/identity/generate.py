"""Seed -> program: typed random programs in the language that users write.

Kinds: `s` scalar tensor, `v` vector tensor, `m` matrix tensor, `i` Python int, `j` int64 tensor,
`f` Python float, `b` condition.  Floats have one dtype per program; int tensors are cast to it.
A kind in capitals is not assigned to (an argument that the caller's copy of must stay).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.identity.program import Expr, Program, Stmt

INPUTS = 6  # a sum in another order shows in one input of six
LITERALS = ("0.5", "2.0", "-1.5", "0.1", "0.3", "3", "1.7", "-0.25", "1e-3")
# Each row: result kind, text, kinds of the parts, weight.
ROWS: tuple[tuple[str, str, str, int], ...] = (
    ("s", "({} + {})", "ss", 4),
    ("s", "({} - {})", "ss", 3),
    ("s", "({} * {})", "ss", 5),
    ("s", "({} / ({} * {} + 1.5))", "sss", 2),
    ("s", "({} * {})", "fs", 3),
    ("s", "({} + {})", "sf", 2),
    ("s", "({} - {})", "fs", 1),
    ("s", "np.sin({})", "s", 2),
    ("s", "np.cos({})", "s", 1),
    ("s", "np.tanh({})", "s", 3),
    ("s", "np.exp(-np.abs({}))", "s", 1),
    ("s", "np.sqrt({} * {} + 0.5)", "ss", 1),
    ("s", "np.log({} * {} + 1.1)", "ss", 1),
    ("s", "(-{})", "s", 1),
    ("s", "abs({})", "s", 1),
    ("s", "{} ** 2", "n", 2),
    ("s", "(np.abs({}) + 0.2) ** {}", "sf", 1),
    ("s", "np.maximum({}, {})", "ss", 1),
    ("s", "np.minimum({}, {})", "ss", 1),
    ("s", "np.where({}, {}, {})", "tss", 1),
    ("s", "({1} if {0} else {2})", "bss", 2),
    ("s", "np.sum({})", "v", 3),
    ("s", "np.mean({})", "v", 1),
    ("s", "np.max({})", "v", 1),
    ("s", "({} @ {})", "vv", 1),
    ("s", "np.sum({})", "m", 1),
    ("s", "{}[{} % 3]", "wi", 3),
    ("s", "{}[{} % 3]", "wj", 2),
    ("s", "{}[-1]", "w", 1),
    ("s", "{}[{} % 3, {} % 3]", "qii", 1),
    ("s", "helper({}, {})", "ss", 2),
    ("s", "ag.cast({}, DT)", "j", 1),
    ("s", "({} * {})", "si", 2),
    ("s", "ag.stop_gradient({})", "s", 1),
    ("v", "({} + {})", "vv", 3),
    ("v", "({} * {})", "vv", 3),
    ("v", "({} - {})", "vs", 2),
    ("v", "({} * {})", "sv", 3),
    ("v", "({} * {})", "fv", 2),
    ("v", "({} / ({} * {} + 2.0))", "vvv", 1),
    ("v", "np.sin({})", "v", 2),
    ("v", "np.tanh({})", "v", 2),
    ("v", "np.maximum({}, {})", "vf", 1),
    ("v", "np.where({} > {}, {}, {})", "vsvv", 1),
    ("v", "np.flip({})", "v", 1),
    ("v", "{}[::-1]", "w", 1),
    ("v", "np.cumsum({})", "v", 1),
    ("v", "({} @ {})", "qv", 1),
    ("v", "{}[{} % 3]", "qi", 1),
    ("v", "np.sum({}, axis=0)", "m", 1),
    ("v", "np.concatenate([{}[1:], {}[:1]])", "ww", 1),
    ("v", "np.zeros_like({})", "w", 1),
    ("v", "{}.copy()", "w", 1),
    ("v", "(W * {})", "s", 1),
    ("v", "helper({}, {})", "vv", 1),
    ("m", "({} + {})", "mv", 1),
    ("m", "({} * {})", "ms", 1),
    ("m", "{}.T", "q", 1),
    ("m", "np.outer({}, {})", "vv", 1),
    ("m", "({} @ {})", "qq", 1),
    ("b", "{} > {}", "ss", 3),
    ("b", "{} < {}", "sf", 3),
    ("b", "{} <= {} < {}", "fsf", 1),
    ("b", "({} and {})", "bb", 1),
    ("b", "({} or {})", "bb", 1),
    ("b", "not ({})", "b", 1),
    ("b", "np.any({} > {})", "vf", 1),
    ("b", "{} % 2 == 0", "i", 1),
    ("b", "{} % 2 == 1", "j", 1),
    ("b", "{} > 1", "i", 1),
    ("t", "{} > {}", "ss", 1),
    ("t", "{} < {}", "sf", 1),
)
# A name where an expression would lose something: a kind and the kind of its names.
NAMES = {"w": "v", "q": "m", "n": "s"}
HELPERS = (
    "def helper(p, q):\n    return p * q + np.sin(p)\n",
    "def helper(p, q):\n    r = p\n    if np.sum(q) > 0.4:\n        r = r * q\n    return r - 0.5 * q\n",
    "def helper(p, q):\n    if np.sum(p) < 0.1:\n        return q * K\n    return p * p + q\n",
    "def helper(p, q):\n    r = p\n    for k in range(2):\n        r = np.tanh(r * q) + r\n    return r\n",
    "def helper(p, q):\n    inner = lambda z: z * K + p\n    return inner(q) * inner(p)\n",
)
FRESH = {"s": "abcd", "v": "uvw", "m": "MN", "f": "ef"}


@dataclass
class Scope:
    """The names that are surely assigned, and what stands around."""

    names: dict[str, str]
    loop: bool = False
    depth: int = 0
    fixed: frozenset[str] = frozenset()  # counters: read only
    tape: bool = False

    def inner(self, **changes: object) -> Scope:
        values = {
            "names": dict(self.names),
            "loop": self.loop,
            "depth": self.depth + 1,
            "fixed": self.fixed,
            "tape": self.tape,
        }
        return Scope(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class Generator:
    """One program in the making."""

    rng: random.Random
    budget: int
    used: list[str] = field(default_factory=list)
    counters: int = 0
    returns: str = ""

    # --- expressions ---

    def expr(self, kind: str, scope: Scope, depth: int) -> Expr:
        named = NAMES.get(kind, kind)
        leaves = [n for n, k in scope.names.items() if k == named]
        if kind in NAMES or kind in "ij" or depth <= 0 or (leaves and self.rng.random() < 0.3):
            if (leaf := self.leaf(kind, leaves, scope)) is not None:
                return leaf
        if kind == "f":
            return Expr("f", self.rng.choice([*LITERALS, "K", *leaves]))
        rows = [r for r in ROWS if r[0] == kind and self.possible(r, scope, depth)]
        row = self.rng.choices(rows, [r[3] for r in rows])[0]
        parts = tuple(self.expr(k, scope, depth - 1) for k in row[2])
        text = row[1]
        for n in range(text.count("{}")):
            text = text.replace("{}", "{%d}" % n, 1)
        return Expr(kind, text, parts)

    def leaf(self, kind: str, leaves: list[str], scope: Scope) -> Expr | None:
        if leaves:
            return Expr(kind, self.rng.choice(leaves))
        if kind == "i":
            return Expr("i", self.rng.choice("012"))
        if kind in "sn":
            return Expr(kind, "x[0]")
        if kind in "mq":
            return Expr(kind, "np.outer(x, x)")
        return Expr("v", "x") if kind in "vw" else None

    def possible(self, row: tuple[str, str, str, int], scope: Scope, depth: int) -> bool:
        kinds = set(scope.names.values())
        needed = set(row[2])
        if depth <= 0 and row[0] in row[2]:
            return False
        return not ("j" in needed and "j" not in kinds) and not ("q" in needed and "m" not in kinds)

    # --- statements ---

    def block(self, scope: Scope, most: int) -> tuple[Stmt, ...]:
        made: list[Stmt] = []
        for _ in range(self.rng.randint(1, most)):
            if self.budget <= 0 and made:
                break
            self.budget -= 1
            choices = [(w, m) for w, m in self.menu(scope)]
            make = self.rng.choices([m for _, m in choices], [w for w, _ in choices])[0]
            self.used.append(make.__name__)
            made += make(scope)
        return tuple(made)

    def menu(self, scope: Scope) -> list:
        plain = [
            (6, self.assign),
            (2, self.augmented),
            (2, self.swap),
            (1, self.alias),
            (2, self.set_element),
            (1, self.set_slice),
            (1, self.print),
            (1, self.stop),
            (1, self.variable),
        ]
        if scope.depth < 3 and self.budget > 0:
            plain += [(3, self.branch), (1, self.new_in_both), (1, self.named), (1, self.attempt)]
            plain += [(1, self.new_or_stop)]
        if scope.depth < 2 and self.budget > 0:
            plain += [(3, self.for_range), (1, self.for_rows), (1, self.for_zip)]
            plain += [(1, self.while_count), (1, self.for_arange), (1, self.while_named)]
            plain += [(1, self.state_from_number), (1, self.number_powers)]
        if not scope.tape:
            plain += [(2, self.tape)]
            if scope.depth > 0:
                plain += [(1, self.early_return)]
            if scope.loop:
                plain += [(1, self.leave), (1, self.leave)]
        return plain

    def target(self, scope: Scope, kinds: str = "ssvvm") -> tuple[str, str]:
        kind = self.rng.choice(kinds)
        old = [n for n, k in scope.names.items() if k == kind and n not in scope.fixed]
        if old and self.rng.random() < 0.75:
            return self.rng.choice(old), kind
        return self.rng.choice(FRESH[kind]), kind

    def assign(self, scope: Scope) -> list[Stmt]:
        name, kind = self.target(scope)
        e = self.expr(kind, scope, 2)
        scope.names[name] = kind
        return [Stmt(f"{name} = {{0}}", (e,))]

    def augmented(self, scope: Scope) -> list[Stmt]:
        old = [n for n, k in scope.names.items() if k in "sv" and n not in scope.fixed]
        if not old:
            return self.assign(scope)
        name = self.rng.choice(old)
        kind = self.rng.choice("sf") if scope.names[name] == "s" else self.rng.choice("vsf")
        op = self.rng.choice(("+=", "-=", "*="))
        return [Stmt(f"{name} {op} {{0}}", (self.expr(kind, scope, 1),))]

    def pair(self, scope: Scope) -> tuple[str, str] | None:
        kind = self.rng.choice("sv")
        old = [n for n, k in scope.names.items() if k == kind and n not in scope.fixed]
        if len(old) < 2:
            return None
        one, two = self.rng.sample(old, 2)
        return one, two

    def swap(self, scope: Scope) -> list[Stmt]:
        found = self.pair(scope)
        if found is None:
            return self.assign(scope)
        one, two = found
        e = self.expr(scope.names[one], scope, 1)
        return [Stmt(f"{one}, {two} = {two}, {{0}}", (e,))]

    def alias(self, scope: Scope) -> list[Stmt]:
        found = self.pair(scope)
        return [Stmt(f"{found[0]} = {found[1]}")] if found else self.assign(scope)

    def set_element(self, scope: Scope) -> list[Stmt]:
        old = [n for n, k in scope.names.items() if k == "v" and n not in scope.fixed]
        if not old:
            return [Stmt("u = x.copy()")] if scope.names.setdefault("u", "v") else []
        kind = "j" if "j" in scope.names.values() and self.rng.random() < 0.5 else "i"
        index = self.expr(kind, scope, 0)
        value = self.expr("s", scope, 1)
        return [Stmt(f"{self.rng.choice(old)}[{{0}} % 3] = {{1}}", (index, value))]

    def set_slice(self, scope: Scope) -> list[Stmt]:
        old = [n for n, k in scope.names.items() if k == "v" and n not in scope.fixed]
        if not old:
            return self.assign(scope)
        name = self.rng.choice(old)
        if self.rng.random() < 0.5:
            return [Stmt(f"{name}[1:] = {{0}}[:-1]", (self.expr("w", scope, 0),))]
        return [Stmt(f"{name}[:2] = {{0}}", (self.expr("s", scope, 1),))]

    def print(self, scope: Scope) -> list[Stmt]:
        text = self.rng.choice(
            ("ag.print('at', {0})", "print('at', {0})", "print(f'at {{ {0} }}')")
        )
        return [Stmt(text, (self.expr(self.rng.choice("svi"), scope, 0),))]

    def stop(self, scope: Scope) -> list[Stmt]:
        """Most inputs come past it."""
        e = self.expr("s", scope, 1), self.expr(self.rng.choice("svi"), scope, 0)
        if self.rng.random() < 0.5:
            return [Stmt("assert abs({0}) < 3.5, f'{{ {0} :.3f}} {{ {1} }}'", e)]
        body = (Stmt("raise ValueError(f'{{ {0} }}', {0})", (e[1],)),)
        return [Stmt("", e, (("if abs({0}) > 3.5:", body),))]

    def new_or_stop(self, scope: Scope) -> list[Stmt]:
        """A name that has a value in the branch that comes to its end."""
        kind = self.rng.choice("sv")
        name = self.rng.choice(FRESH[kind])
        test, value = (self.expr(k, scope, 1) for k in ("s", kind))
        then, orelse = (Stmt(f"{name} = {{0}}", (value,)),), (Stmt("raise KeyError('end')"),)
        scope.names[name] = kind
        blocks = (("if {0} < 2.5:", then), ("else:", orelse))
        if self.rng.random() < 0.5:
            blocks = (("if {0} >= 2.5:", orelse), ("else:", then))
        return [Stmt("", (test,), blocks)]

    def variable(self, scope: Scope) -> list[Stmt]:
        if scope.tape or self.rng.random() < 0.5:
            name, _ = self.target(scope, "s")
            e = self.expr("s", scope, 1)
            scope.names[name] = "s"
            return [Stmt(f"{name} = {{0}} * V", (e,))]
        method = self.rng.choice(("assign_add", "assign_sub", "assign"))
        return [Stmt(f"V.{method}(0.25 * {{0}})", (self.expr("s", scope, 1),))]

    def branch(self, scope: Scope) -> list[Stmt]:
        then = scope.inner()
        blocks = [("if {0}:", self.block(then, 2))]
        tests = [self.expr("b", scope, 1)]
        if self.rng.random() < 0.3:
            tests.append(self.expr("b", scope, 1))
            blocks.append(("elif {1}:", self.block(scope.inner(), 2)))
        if self.rng.random() < 0.5:
            blocks.append(("else:", self.block(scope.inner(), 2)))
        return [Stmt("", tuple(tests), tuple(blocks))]

    def new_in_both(self, scope: Scope) -> list[Stmt]:
        """A name that each branch assigns, used after."""
        kind = self.rng.choice("sv")
        name = self.rng.choice(FRESH[kind])
        test, one, two = (self.expr(k, scope, 1) for k in ("b", kind, kind))
        then = (Stmt(f"{name} = {{0}}", (one,)),)
        orelse = (Stmt(f"{name} = {{0}}", (two,)),)
        scope.names[name] = kind
        return [Stmt("", (test,), (("if {0}:", then), ("else:", orelse)))]

    def counter(self) -> str:
        self.counters += 1
        return f"k{self.counters}"

    def looped(self, scope: Scope, header: str, names: dict[str, str], e: tuple = ()) -> Stmt:
        inner = scope.inner(loop=True, fixed=scope.fixed | set(names))
        inner.names.update(names)
        blocks = ((header, self.block(inner, 4)),)
        if self.rng.random() < 0.15:
            blocks += (("else:", self.block(scope.inner(loop=scope.loop), 2)),)
        return Stmt("", e, blocks)

    def for_range(self, scope: Scope) -> list[Stmt]:
        k = self.counter()
        count = self.rng.choice(("range(n)", "range(3)", "range(1, n + 1)", "range(x.shape[0])"))
        return [self.looped(scope, f"for {k} in {count}:", {k: "i"})]

    def for_arange(self, scope: Scope) -> list[Stmt]:
        k = self.counter()
        return [self.looped(scope, f"for {k} in ag.arange(n):", {k: "j"})]

    def for_rows(self, scope: Scope) -> list[Stmt]:
        r, kind = self.counter() + "r", self.rng.choice("wq")
        if kind == "q" and "m" not in scope.names.values():
            kind = "w"
        e = self.expr(kind, scope, 0)
        item = {r: "s" if kind == "w" else "v"}
        if self.rng.random() < 0.5:
            return [self.looped(scope, f"for {r} in {{0}}:", item, (e,))]
        k = self.counter()
        return [self.looped(scope, f"for {k}, {r} in enumerate({{0}}):", {**item, k: "i"}, (e,))]

    def for_zip(self, scope: Scope) -> list[Stmt]:
        one, two = self.counter() + "p", self.counter() + "q"
        e = self.expr("v", scope, 1), self.expr("w", scope, 0)
        return [
            self.looped(scope, f"for {one}, {two} in zip({{0}}, {{1}}):", {one: "s", two: "s"}, e)
        ]

    def while_count(self, scope: Scope) -> list[Stmt]:
        k = self.counter()
        inner = scope.inner(loop=True, fixed=scope.fixed | {k})
        inner.names[k] = "i"
        body = (Stmt(f"{k} += 1"), *self.block(inner, 3))
        test = f"{k} < n" if self.rng.random() < 0.4 else f"{k} < 4 and {{0}}"
        e = (self.expr("b", scope, 1),) if "{0}" in test else ()
        return [Stmt(f"{k} = 0"), Stmt("", e, ((f"while {test}:", body),))]

    def while_named(self, scope: Scope) -> list[Stmt]:
        """A test that assigns a name, and perhaps another one."""
        k, (name, other) = self.counter(), self.rng.sample(FRESH["s"], 2)
        one = self.expr("s", scope, 1)
        inner = scope.inner(loop=True, fixed=scope.fixed | {k})
        inner.names |= {k: "i", name: "s"}
        test = f"while ({name} := {{0}}) < 2.5 and ({k} := {k} + 1) < 4"
        two = self.expr("s", inner, 1)
        if self.rng.random() < 0.5:
            test += f" and ({other} := {{1}}) > -1.5"
            inner.names[other] = "s"
        scope.names[name] = "s"
        return [Stmt(f"{k} = 0"), Stmt("", (one, two), ((f"{test}:", self.block(inner, 3)),))]

    def named(self, scope: Scope) -> list[Stmt]:
        """A name that an operand assigns, in runs that evaluate it."""
        kind = self.rng.choice("sv")
        name, before = self.rng.choice(FRESH[kind]), dict(scope.names)
        word = self.rng.choice(("and", "or"))
        test, e = self.expr("b", scope, 1), self.expr(kind, scope, 1)
        then, orelse = scope.inner(), scope.inner()
        (then if word == "and" else orelse).names[name] = kind
        value = f"np.sum({name} := {{1}})"
        scope.names = {n: k for n, k in before.items() if n != name or k == kind}
        header = f"if {{0}} {word} {value} > 0.3:"
        blocks = ((header, self.block(then, 2)), ("else:", self.block(orelse, 2)))
        return [Stmt("", (test, e), blocks)]

    def attempt(self, scope: Scope) -> list[Stmt]:
        """Whatever leaves the block, the other one runs."""
        last = scope.inner(tape=True)  # without jumps
        inner = scope.inner(loop=scope.loop)
        blocks = (("try:", self.block(inner, 3)), ("finally:", self.block(last, 2)))
        return [Stmt("", (), blocks)]

    def state_from_number(self, scope: Scope) -> list[Stmt]:
        """State that starts as a Python number or as a captured value and becomes a tensor."""
        k, name = self.counter(), self.rng.choice(FRESH["s"])
        start = self.rng.choice(("0.0", "1.0", "0.4", "K", "V", "x[0]"))
        if start == "V":
            start = "1.0 * V"
        e = self.expr("s", scope, 1)
        used = {n: k for n, k in scope.names.items() if n != name}
        inner = Scope(used, True, scope.depth + 1, scope.fixed | {k}, scope.tape)
        inner.names[k] = "i"
        update = Stmt(f"{name} = {name} * {{0}} + {{1}}", (self.expr("f", inner, 0), e))
        body = (*self.block(inner, 2), update)
        count = "range(3)" if start not in ("x[0]", "1.0 * V") else "range(n)"
        scope.names[name] = "s"
        return [Stmt(f"{name} = {start}"), Stmt("", (), ((f"for {k} in {count}:", body),))]

    def number_powers(self, scope: Scope) -> list[Stmt]:
        """Powers of Python floats, which are those of the C library: one square in a thousand is another
        number than the product, and a comparison sees each that is."""
        old = [n for n, k in scope.names.items() if k == "s" and n not in scope.fixed]
        if not old:
            return self.assign(scope)
        k, e, s = self.counter(), self.rng.choice(FRESH["f"]), self.rng.choice(old)
        start, power = self.rng.choice(LITERALS), self.rng.choice(("2", "2", "2.0", "3"))
        steps = (
            Stmt(f"{e} = 0.9 * {e} + 0.13 * K"),
            Stmt(f"{s} = {s} + (0.1 if {e} ** {power} == {e} * {e} else -0.2) * {e} ** {power}"),
        )
        scope.names.pop(e, None)
        begun = Stmt(f"{e} = float({start})")
        return [begun, Stmt("", (), ((f"for {k} in range(60):", steps),))]

    def leave(self, scope: Scope) -> list[Stmt]:
        word = self.rng.choice(("break", "continue"))
        return [Stmt("", (self.expr("b", scope, 1),), (("if {0}:", (Stmt(word),)),))]

    def early_return(self, scope: Scope) -> list[Stmt]:
        values = tuple(self.expr(k, scope, 1) for k in self.returns)
        text = "return " + ", ".join("{%d}" % i for i in range(len(values)))
        test = self.expr("b", scope, 1)
        return [Stmt("", (test,), (("if {0}:", (Stmt(text, values),)),))]

    def tape(self, scope: Scope) -> list[Stmt]:
        """A gradient of something with respect to one or two names, used afterwards; sometimes they are bound
        anew while the tape records, or a name is asked for that has come up since."""
        known = [n for n, k in scope.names.items() if k in "sv" and n not in scope.fixed]
        if not known:
            return self.assign(scope)
        t = f"t{self.counter()}"
        sources = self.rng.sample(known, min(len(known), self.rng.choice((1, 1, 2))))
        inner = scope.inner(tape=True)
        inner.names = dict(scope.names)
        inner.fixed = scope.fixed | set(sources if self.rng.random() < 0.8 else ())
        watch = Stmt(f"{t}.watch([{', '.join(sources)}])")
        work = self.block(inner, 2)
        loss = Stmt("y = {0}", (self.expr("s", inner, 2),))
        new = [n for n, k in inner.names.items() if k in "sv" and n not in scope.names]
        if new and self.rng.random() < 0.3:
            sources = [*sources, self.rng.choice(new)]
            scope.names[sources[-1]] = inner.names[sources[-1]]
        opened = (Stmt("", (), ((f"with ag.GradientTape() as {t}:", (watch, *work, loss)),)),)
        names = [f"g{i}_{s}" for i, s in enumerate(sources)]
        call = f"{t}.gradient(y, [{', '.join(sources)}], unconnected_gradients='zero')"
        got = Stmt(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {call}")
        for name, s in zip(names, sources, strict=True):
            scope.names[name] = scope.names[s]
        step = [Stmt(f"{s} = {s} - 0.1 * {g}") for s, g in zip(sources, names, strict=True)]
        return [*opened, got, *(step if self.rng.random() < 0.6 else [])]


def generate(seed: int) -> tuple[Program, list[str]]:
    """The program of a seed, and the constructs that it holds."""
    return build(random.Random(seed))


def build(rng: random.Random) -> tuple[Program, list[str]]:
    """A program as the choices of `rng` have it."""
    dtype = rng.choice(("float64", "float64", "float32"))
    g = Generator(rng, rng.randint(3, 9))
    g.returns = rng.choice(("s", "v", "sv", "ss"))
    scope = Scope({"x": "v", "a": "s"})
    if rng.random() < 0.4:
        scope.names["M"] = "m"
    start = list(scope.names)
    body = g.block(scope, 6)
    final = tuple(g.expr(k, scope, 1) for k in g.returns)
    text = "return " + ", ".join("{%d}" % i for i in range(len(final)))
    matrix = "M" in start
    prelude = (
        f"DT = '{dtype}'\nK = {rng.choice(('0.7', '-1.3', '2.0'))}\n"
        f"W = ag.constant([0.4, -0.9, 1.6], dtype=DT)\n"
        f"V = ag.Variable({rng.choice(('0.8', '-0.6'))}, dtype=DT)\n\n\n" + rng.choice(HELPERS)
    )
    inputs = tuple(_arguments(rng, matrix) for _ in range(INPUTS))
    parameters = "x, a, M, n" if matrix else "x, a, n"
    # Where arguments are written in place there is no gradient with respect to what they were.
    order = 0 if rng.random() < 0.1 else 2
    first = () if order == 0 else (Stmt("x, a = x.copy(), a.copy()"),)
    whole = (*first, *body, Stmt(text, final))
    return Program(prelude, parameters, whole, inputs, order), [dtype, *g.used]


def _arguments(rng: random.Random, matrix: bool) -> str:
    number = lambda: str(round(rng.uniform(-1.5, 1.5), 3))
    row = lambda: "[" + ", ".join(number() for _ in range(3)) + "]"
    tensor = lambda text: f"ag.constant({text}, dtype=DT)"
    parts = [tensor(row()), tensor(number())]
    if matrix:
        parts.append(tensor("[" + ", ".join(row() for _ in range(3)) + "]"))
    return f"({', '.join(parts)}, {rng.choice((0, 1, 2, 4))})"
