"""Results without a copy: which of the kernel's own arrays can be handed to the caller as they are.

An array that was allocated once, before any loop or branch, and whose address nothing changed is given
memory of the caller's from the start.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from autograph_lite.render import form
from autograph_lite.render.arrays import Array
from autograph_lite.render.buffers import walk
from autograph_lite.render.form import PTR, Var


class Handed:
    """The statements of a finished kernel body; each allocation is handed out once."""

    def __init__(self, statements: list[form.Stmt]) -> None:
        self.statements = statements
        self.sets: Counter[str] = Counter()
        for s in walk(tuple(statements)):
            if isinstance(s, form.Let | form.Alloc) and s.var.type == PTR:
                self.sets[s.var.name] += 1
        self.made = {
            s.var.name: i
            for i, s in enumerate(statements)
            if isinstance(s, form.Let | form.Alloc) and s.var.type == PTR
        }

    def take(self, array: Array) -> bool:
        """Whether the array is handed out as it is; its allocation is changed accordingly."""
        at = self._allocation(array.base) if array.contiguous else None
        if at is None:
            return False
        allocation = self.statements[at]
        assert isinstance(allocation, form.Alloc)
        self.statements[at] = replace(allocation, where="out")
        return True

    def _allocation(self, var: Var) -> int | None:
        """The place of the only statement that gives a pointer its memory."""
        if self.sets[var.name] != 1 or var.name not in self.made:
            return None
        at = self.made[var.name]
        statement = self.statements[at]
        if isinstance(statement, form.Alloc):
            return at if statement.where == "temp" else None
        assert isinstance(statement, form.Let)
        return self._allocation(statement.value) if isinstance(statement.value, Var) else None
