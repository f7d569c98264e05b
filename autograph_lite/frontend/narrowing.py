"""What a test for None tells: in an arm of `if g is None`, g is None, or it is the tensor."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.shared import Variable, variables_of
from autograph_lite.frontend.truth import meaning
from autograph_lite.ir.conditions import NEVER
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context
from autograph_lite.tensors.tags import Tag, as_tensor, may_be_none


class Narrowed:
    """The variables of two arms that are known to be a tensor in one of them, or None."""

    def __init__(self, cond: Value, *arms: Callable[..., Any]) -> None:
        self._told: list[tuple[Variable, Tag, list[Any]]] = []
        for variable in _variables(arms):
            held = variable.read()
            if may_be_none(held):
                ends = [_told(held, cond, holds) for holds in (True, False)]
                self._told.append((variable, held, ends))

    @contextmanager
    def in_arm(self, which: int) -> Iterator[None]:
        """While it is staged, an arm has what is known there."""
        for variable, _, ends in self._told:
            variable.put(ends[which])
        try:
            yield
        finally:
            for variable, held, ends in self._told:
                if variable.read() is ends[which]:
                    variable.put(held)


def _told(tag: Tag, cond: Value, holds: bool) -> Any:
    """What a tag is where a condition holds, or where it does not."""
    known = context.interpreter.conditions  # type: ignore[attr-defined]
    here = meaning(cond) if holds else -meaning(cond)
    both = known.both(here, meaning(context.interpreter.here(tag.is_tensor)))  # type: ignore[attr-defined]
    if both == here:
        return as_tensor(tag)
    return None if both == NEVER else tag


def _variables(arms: tuple[Callable[..., Any], ...]) -> list[Variable]:
    """The variables that the user's functions share with those around them: the arms, and functions in such
    variables."""
    found: dict[int, Variable] = {}
    seen: set[int] = set()
    waiting: list[Any] = list(arms)
    while waiting:
        function = waiting.pop()
        if not isinstance(function, types.FunctionType) or id(function) in seen:
            continue
        seen.add(id(function))
        shared = variables_of(function)
        if is_staged(function):
            found.update((id(v.cell), v) for v in shared)
        waiting += (v.read() for v in shared)
    return list(found.values())
