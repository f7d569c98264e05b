"""Operands that Python may skip -> a `lambda`, or, where they assign names, a function of their own.

`:=` inside a `lambda` would assign a name of the `lambda`.  So such an operand becomes a function with
`nonlocal`, defined ahead of the statement, which changes no order: defining evaluates nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import gast

from autograph_lite.frontend.nodes import (
    Node,
    arguments,
    assign,
    constant,
    define,
    load,
    located,
    names_tuple,
    pair,
    thunk,
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Definitions that stand before a statement; `number` gives one that makes the stems free names."""

    number: Callable[..., int]
    statements: list[Node] = field(default_factory=list)

    def operand(self, value: Node, names: Sequence[str], local: Sequence[str], at: Node) -> Node:
        """A function without arguments that gives `value` and assigns names of the function around;
        `local` are names of a comprehension that it reads."""
        name = f"operand_{self.number('operand')}"
        body = [gast.Nonlocal(list(names)), gast.Return(value)]
        self.statements.append(located(define(name, arguments(local), body), at))
        return thunk(gast.Call(load(name), list(map(load, local)), [])) if local else load(name)

    def state(self, names: Sequence[str], at: Node) -> Node:
        """`(get_state_1, set_state_1, ('x',))`"""
        number = self.number("get_state", "set_state")
        self.statements.extend(located(made, at) for made in accessors(number, names))
        return pair(load(f"get_state_{number}"), load(f"set_state_{number}"), labels(names))


def accessors(number: int, state: Sequence[str]) -> list[Node]:
    """How `ag__` reads and replaces the state."""
    read = [gast.Return(names_tuple(state))]
    write: list[Node] = []
    if state:
        write = [gast.Nonlocal(list(state))]
        write.append(assign(names_tuple(state, gast.Store()), load("vals__")))
    return [
        define(f"get_state_{number}", arguments(), read),
        define(f"set_state_{number}", arguments(["vals__"]), write),
    ]


def labels(state: Sequence[str]) -> Node:
    """The names of the state as texts."""
    return pair(*map(constant, state))
