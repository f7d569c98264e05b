"""A program in the making: what its names are, and the choice of expressions and statements."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.identity.generator.grammar import FRESH, LITERALS, NAMED, NAMES, ROWS, Row
from tests.identity.program import Expr, Stmt


@dataclass
class Scope:
    """The names that are surely assigned, and what stands around."""

    names: dict[str, str]
    loop: bool = False
    depth: int = 0
    fixed: frozenset[str] = frozenset()  # counters and the like: read only
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


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a statement, how often, and where it may stand."""

    weight: int
    make: Callable[[Generator, Scope], list[Stmt]]
    allowed: Callable[[Generator, Scope], bool]


@dataclass
class Generator:
    """Choices, how many statements are left, and what has been made."""

    rng: random.Random
    budget: int
    menu: tuple[Rule, ...]
    returns: str = ""
    used: list[str] = field(default_factory=list)
    counters: int = 0

    def expr(self, kind: str, scope: Scope, depth: int) -> Expr:
        named = NAMES.get(kind, kind)
        leaves = [n for n, k in scope.names.items() if k == named]
        simple = kind in "if" and self.rng.random() < (0.4 if kind == "f" else 0.7)
        if (
            kind in (*NAMES, *NAMED, "j")
            or simple
            or depth <= 0
            or (leaves and self.rng.random() < 0.3)
        ):
            if (leaf := self.leaf(kind, leaves)) is not None:
                return leaf
        rows = [r for r in ROWS if r[0] == kind and self.possible(r, scope, depth)]
        row = self.rng.choices(rows, [r[3] for r in rows])[0]
        parts = tuple(self.expr(k, scope, depth - 1) for k in row[2])
        text = row[1]
        for n in range(text.count("{}")):
            text = text.replace("{}", "{%d}" % n, 1)
        return Expr(kind, text, parts)

    def leaf(self, kind: str, leaves: list[str]) -> Expr | None:
        if kind == "f":
            return Expr("f", self.rng.choice([*LITERALS, "K", *leaves]))
        if leaves:
            return Expr(kind, self.rng.choice(leaves))
        if kind == "i":
            return Expr("i", self.rng.choice("012"))
        if kind in "sn":
            return Expr(kind, "x[0]")
        if kind in "mq":
            return Expr(kind, "np.outer(x, x)")
        return Expr("v", "x") if kind in "vw" else None

    def possible(self, row: Row, scope: Scope, depth: int) -> bool:
        kinds = set(scope.names.values())
        needed = set(row[2])
        if depth <= 0 and row[0] in row[2]:
            return False
        missing = {kind for kind in needed if kind in NAMED + "j" and kind not in kinds}
        return not missing and not ("q" in needed and "m" not in kinds)

    def block(self, scope: Scope, most: int) -> tuple[Stmt, ...]:
        made: list[Stmt] = []
        for _ in range(self.rng.randint(1, most)):
            if self.budget <= 0 and made:
                break
            self.budget -= 1
            rules = [rule for rule in self.menu if rule.allowed(self, scope)]
            rule = self.rng.choices(rules, [rule.weight for rule in rules])[0]
            self.used.append(rule.make.__name__)
            made += rule.make(self, scope)
        return tuple(made)

    def counter(self, letter: str = "k") -> str:
        """A name that nothing else has."""
        self.counters += 1
        return f"{letter}{self.counters}"

    def target(self, scope: Scope, kinds: str) -> tuple[str, str]:
        """A name to assign to, often one that there is, and its kind."""
        kind = self.rng.choice(kinds)
        old = names(scope, kind)
        if old and self.rng.random() < 0.75:
            return self.rng.choice(old), kind
        return self.rng.choice(FRESH[kind]), kind


def names(scope: Scope, kinds: str) -> list[str]:
    """The names of some kinds that may be assigned to."""
    return [n for n, k in scope.names.items() if k in kinds and n not in scope.fixed]
