"""What a test for None tells: in an arm of `if g is None`, g is None, or it is the tensor."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.truth import meaning
from autograph_lite.ir.conditions import NEVER
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.tags import Tag, as_tensor, may_be_none


class Narrowed:
    """The variables of two arms that are known to be a tensor in one of them, or None."""

    def __init__(self, cond: Value, *arms: Callable[..., Any]) -> None:
        self._told: list[tuple[types.CellType, Tag, list[Any]]] = []
        for cell in _variables(arms):
            held = cell.cell_contents
            if may_be_none(held):
                ends = [_told(held, cond, holds) for holds in (True, False)]
                self._told.append((cell, held, ends))

    @contextmanager
    def in_arm(self, which: int) -> Iterator[None]:
        """While it is staged, an arm has what is known there."""
        for cell, _, ends in self._told:
            cell.cell_contents = ends[which]
        try:
            yield
        finally:
            for cell, held, ends in self._told:
                if cell.cell_contents is ends[which]:
                    cell.cell_contents = held


def _told(tag: Tag, cond: Value, holds: bool) -> Any:
    """What a tag is where a condition holds, or where it does not."""
    known = context.interpreter.conditions  # type: ignore[attr-defined]
    here = meaning(cond) if holds else -meaning(cond)
    both = known.both(here, meaning(context.interpreter.here(tag.is_tensor)))  # type: ignore[attr-defined]
    if both == here:
        return as_tensor(tag)
    return None if both == NEVER else tag


def _variables(arms: tuple[Callable[..., Any], ...]) -> list[types.CellType]:
    """The variables that the user's functions share with those around them: the arms, and functions in such
    variables."""
    found: dict[int, types.CellType] = {}
    seen: set[int] = set()
    waiting: list[Any] = list(arms)
    while waiting:
        function = waiting.pop()
        users = isinstance(function, types.FunctionType) and is_staged(function)
        for cell in getattr(function, "__closure__", None) or ():
            try:
                held = cell.cell_contents
            except ValueError:
                continue  # nothing is assigned yet
            if users:
                found[id(cell)] = cell
            if isinstance(held, types.FunctionType) and id(held) not in seen:
                seen.add(id(held))
                waiting.append(held)
    return list(found.values())
