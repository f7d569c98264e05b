"""The structured program: what desugaring makes and rewriting reads.

Jumps are gone from it: a `Jump` only marks where a path ends (the analysis of names needs that), and
what the path skips stands inside a `Guard` or in the other branch.  Expressions and simple statements
remain nodes of the user's tree, with their places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from autograph_lite.frontend.nodes import Node

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Remembering:
    """A form, and what it was asked before: liveness asks each form as often as it is nested."""

    known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Simple(Remembering):
    """A statement without control flow."""

    node: Node


@dataclass(frozen=True, slots=True)
class Set(Remembering):
    """`name = value` for a name of ours: a flag or the return value."""

    name: str
    value: Node
    node: Node


@dataclass(frozen=True, slots=True)
class Jump(Remembering):
    """The path ends here; `kind` is break, continue, return or raise.  It makes no code."""

    kind: str


@dataclass(frozen=True, slots=True)
class If(Remembering):
    """A branch on the user's test."""

    node: Node
    body: Block
    orelse: Block


@dataclass(frozen=True, slots=True)
class Guard(Remembering):
    """What follows a statement that may have jumped: it runs if none of the flags is set."""

    flags: tuple[str, ...]
    body: Block
    node: Node


@dataclass(frozen=True, slots=True)
class Loop(Remembering):
    """A for or while loop that ends early when one of the flags is set."""

    node: Node
    flags: tuple[str, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class With(Remembering):
    """A context around straight-line code."""

    node: Node
    body: Block


@dataclass(frozen=True, slots=True)
class Try(Remembering):
    """A block, and what runs on every way out of it."""

    node: Node
    body: Block
    last: Block


@dataclass(frozen=True, slots=True)
class Def(Remembering):
    """A nested function."""

    node: Node
    body: Block


@dataclass(frozen=True, slots=True)
class Return(Remembering):
    """The one return at the end of a function."""

    node: Node
    value: Node


Form = Simple | Set | Jump | If | Guard | Loop | With | Try | Def | Return
Block = tuple[Form, ...]


def blocks(form: Form) -> tuple[Block, ...]:
    """The blocks directly inside a form, nested functions excluded."""
    if isinstance(form, If):
        return form.body, form.orelse
    if isinstance(form, Try):
        return form.body, form.last
    if isinstance(form, Guard | Loop | With):
        return (form.body,)
    return ()


def once(question: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """A question about a form that is answered once."""
    name = question.__name__

    @wraps(question)
    def answer(form: Any) -> Answer:
        if name not in form.known:
            form.known[name] = question(form)
        found: Answer = form.known[name]
        return found

    return answer
