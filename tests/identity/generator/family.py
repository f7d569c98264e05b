"""What families of random programs share: blocks of statements, and branches of blocks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.identity.program import Expr, Stmt


@dataclass
class Family:
    """Choices, how many blocks are left, and what has been made."""

    rng: random.Random
    blocks: int = 3
    used: list[str] = field(default_factory=list, kw_only=True)
    counters: int = field(default=0, kw_only=True)

    def statement(self, depth: int) -> list[Stmt]:
        """One statement, or several that belong together; with blocks where there is depth left."""
        raise NotImplementedError

    def test(self) -> Expr:
        raise NotImplementedError

    def counter(self, letter: str) -> str:
        """A name that nothing else has."""
        self.counters += 1
        return f"{letter}{self.counters}"

    def block(self, depth: int) -> tuple[Stmt, ...]:
        parts = (self.statement(depth) for _ in range(self.rng.choice((1, 2, 2, 3))))
        return tuple(stmt for part in parts for stmt in part)

    def branch(self, depth: int) -> list[Stmt]:
        blocks = [("if {0}:", self.block(depth - 1))]
        if self.rng.random() < 0.5:
            blocks.append(("else:", self.block(depth - 1)))
        return [Stmt("", (self.test(),), tuple(blocks))]
