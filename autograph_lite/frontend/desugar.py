"""Statements -> structured forms: break, continue and early return become branches and flags.

What follows a branch that always jumps moves into the other branch.  Only where a branch may or may
not jump, and where a jump leaves a loop, is a flag set; a flag that nobody reads is removed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import gast

from autograph_lite.frontend.forms import (
    Block,
    Def,
    Form,
    Guard,
    If,
    Jump,
    Loop,
    Return,
    Set,
    Simple,
    Try,
    With,
    blocks,
)
from autograph_lite.frontend.nodes import Node, constant, load, located

RETURN_VALUE = "return_value__"
RESULT = "result__"  # the same of a function that has become a loop
RETURNED = "returned__"
_FLAG = re.compile(r"(break|continue)_[0-9]+__")


@lru_cache(maxsize=4096)
def is_ours(name: str) -> bool:
    """Is this one of the names that desugaring adds?  The fence keeps the user's apart."""
    return name in (RETURN_VALUE, RETURNED) or _FLAG.fullmatch(name) is not None


class _Way(NamedTuple):
    """How control leaves a statement: by these jumps, and perhaps by going on to the next."""

    jumps: tuple[str, ...]
    falls: bool


class _Around(NamedTuple):
    """What a jump refers to: the innermost loop's number, and whether returns carry values."""

    loop: int
    valued: bool


@dataclass(slots=True)
class _Counter:
    """Numbers the loops of the outermost function, so that flags read break_1__, break_2__."""

    loops: int = 0

    def next(self) -> int:
        self.loops += 1
        return self.loops


_JUMPS = {"Break": "break", "Continue": "continue", "Return": "return"}


def desugar(function: Node) -> Block:
    """The body of a function definition in structured forms."""
    return _function(function, _Counter())


def _function(function: Node, counter: _Counter) -> Block:
    body = without_docstring(function.body)
    returns = list(_returns(body))
    if not returns:
        return _lower(body, _Around(0, False), counter)
    if len(returns) == 1 and _is_tail(body, returns[0]):
        return _lower_tail(body, counter)
    valued = any(not _is_none(node.value) for node in returns)
    if valued and _way_of(body).falls:
        body = [*body, located(gast.Return(constant(None)), _last(function))]
    lowered = _lower(body, _Around(0, valued), counter)
    used = dict.fromkeys(_flags_read(lowered))
    lowered = _only_flags(lowered, used)
    if RETURNED in used:
        lowered = (Set(RETURNED, constant(False), function), *lowered)
    if valued:
        last = returns[-1]
        lowered = (*lowered, Return(last, load(RETURN_VALUE)))
    return lowered


def _last(function: Node) -> Node:
    """Where a path that falls off the end is: at the last statement."""
    return function.body[-1]


def without_docstring(body: Sequence[Node]) -> list[Node]:
    return list(body[1:] if docstring(body) is not None else body)


def docstring(body: Sequence[Node]) -> str | None:
    """The text of a leading string statement."""
    first = body[0]
    if isinstance(first, gast.Expr) and isinstance(first.value, gast.Constant):
        return first.value.value if isinstance(first.value.value, str) else None
    return None


def _is_none(value: Node) -> bool:
    return value is None or (isinstance(value, gast.Constant) and value.value is None)


def _returns(body: Sequence[Node]) -> Iterator[Node]:
    for node in body:
        if isinstance(node, gast.Return):
            yield node
        elif not isinstance(node, gast.FunctionDef):
            yield from _returns([*getattr(node, "body", ()), *getattr(node, "orelse", ())])


def _is_tail(body: Sequence[Node], wanted: Node) -> bool:
    """Is the return the last statement, perhaps at the end of a with block?"""
    last = body[-1]
    return last is wanted or (isinstance(last, gast.With) and _is_tail(last.body, wanted))


def _lower_tail(body: Sequence[Node], counter: _Counter) -> Block:
    head = _lower(body[:-1], _Around(0, True), counter)
    last = body[-1]
    if isinstance(last, gast.With):
        return (*head, With(last, _lower_tail(last.body, counter)))
    return (*head, Return(last, constant(None) if last.value is None else last.value))


# -- how control leaves ----------------------------------------------------------------------------


def jumps_of(body: Sequence[Node]) -> tuple[str, ...]:
    """The jumps by which control leaves statements."""
    return _way_of(body).jumps


def _way_of(body: Sequence[Node]) -> _Way:
    jumps: dict[str, None] = {}
    for node in body:
        way = _way(node)
        jumps.update(dict.fromkeys(way.jumps))
        if not way.falls:
            return _Way(tuple(jumps), False)
    return _Way(tuple(jumps), True)


def _way(node: Node) -> _Way:
    kind = type(node).__name__
    if kind in _JUMPS:
        return _Way((_JUMPS[kind],), False)
    if kind == "Raise":
        return _Way((), False)
    if kind == "If":
        then, other = _way_of(node.body), _way_of(node.orelse)
        jumps = dict.fromkeys(then.jumps + other.jumps)
        return _Way(tuple(jumps), then.falls or other.falls)
    if kind == "With":  # an exception inside may be swallowed: what follows is always reachable
        return _Way(_way_of(node.body).jumps, True)
    if kind == "Try":  # nothing jumps out of its `finally`
        body, last = _way_of(node.body), _way_of(node.finalbody)
        return _Way(body.jumps, body.falls and last.falls)
    if kind in ("While", "For"):
        return _way_of_loop(node)
    return _Way((), True)


def _way_of_loop(node: Node) -> _Way:
    """By `break`, or through the `else`, whose jumps are those of a loop around this one."""
    inside = _way_of(node.body).jumps
    other = _Way((), False) if _is_endless(node) else _way_of(node.orelse)
    jumps = ("return",) if "return" in inside else ()
    return _Way(tuple(dict.fromkeys(jumps + other.jumps)), "break" in inside or other.falls)


def _is_endless(loop: Node) -> bool:
    return isinstance(loop, gast.While) and is_true(loop.test)


def is_true(test: Node) -> bool:
    """A literal that always holds."""
    return isinstance(test, gast.Constant) and bool(test.value)


# -- lowering --------------------------------------------------------------------------------------


def _lower(body: Sequence[Node], around: _Around, counter: _Counter) -> Block:
    out: list[Form] = []
    for number, node in enumerate(body):
        rest = body[number + 1 :]
        way = _way(node)
        if isinstance(node, gast.If) and way.jumps:
            return (*out, *_branch(node, rest, around, counter))
        if isinstance(node, gast.For | gast.While) and node.orelse:
            loop, after = _without_else(node, rest, counter)
            return (*out, *_lower([loop, *after], around, counter))
        out.extend(_statement(node, around, counter))
        if not way.falls:
            break
        if way.jumps and rest:
            flags = tuple(_flag(jump, around) for jump in way.jumps)
            out.append(Guard(flags, _lower(rest, around, counter), rest[0]))
            break
    return tuple(out)


def _branch(node: Node, rest: Sequence[Node], around: _Around, counter: _Counter) -> list[Form]:
    """A branch that may jump, and what follows it."""
    then, other = _way_of(node.body), _way_of(node.orelse)
    if not then.falls:
        body = _lower(node.body, around, counter)
        return [If(node, body, _lower([*node.orelse, *rest], around, counter))]
    if not other.falls:
        body = _lower([*node.body, *rest], around, counter)
        return [If(node, body, _lower(node.orelse, around, counter))]
    body = _lower(node.body, around, counter)
    form = If(node, body, _lower(node.orelse, around, counter))
    if not rest:
        return [form]
    flags = tuple(_flag(jump, around) for jump in _way(node).jumps)
    return [form, Guard(flags, _lower(rest, around, counter), rest[0])]


def _without_else(
    node: Node, rest: Sequence[Node], counter: _Counter
) -> tuple[Node, Sequence[Node]]:
    """A loop without its `else`, which is a branch on the flag of `break` after it."""
    loop = copy(node)
    loop.orelse, loop.number = [], counter.next()
    if _is_endless(node):
        return loop, rest
    if "break" not in _way_of(node.body).jumps:
        return loop, [*node.orelse, *rest]
    test = load(_flag("break", _Around(loop.number, False)))
    return loop, [located(gast.If(test, [gast.Pass()], node.orelse), node.orelse[0]), *rest]


def _flag(jump: str, around: _Around) -> str:
    return RETURNED if jump == "return" else f"{jump}_{around.loop}__"


def _statement(node: Node, around: _Around, counter: _Counter) -> list[Form]:
    kind = type(node).__name__
    if kind in _JUMPS:
        return _jump(node, _JUMPS[kind], around)
    if kind == "Raise":
        return [Simple(node), Jump("raise")]
    if kind == "If":
        body = _lower(node.body, around, counter)
        return [If(node, body, _lower(node.orelse, around, counter))]
    if kind in ("For", "While"):
        return _loop(node, around, counter)
    if kind == "With":
        return [With(node, _lower(node.body, around, counter))]
    if kind == "Try":
        body = _lower(node.body, around, counter)
        return [Try(node, body, _lower(node.finalbody, around, counter))]
    if kind == "FunctionDef":
        return [Def(node, _function(node, counter))]
    return [] if kind in ("Pass", "Global", "Nonlocal") else [Simple(node)]


def _jump(node: Node, jump: str, around: _Around) -> list[Form]:
    forms: list[Form] = [Set(_flag(jump, around), constant(True), node), Jump(jump)]
    if jump == "return" and around.valued:
        value = constant(None) if node.value is None else node.value
        forms.insert(0, Set(RETURN_VALUE, value, node))
    elif jump == "return" and not _is_none(node.value):
        forms.insert(0, Simple(located(gast.Expr(node.value), node)))
    return forms


def _loop(node: Node, around: _Around, counter: _Counter) -> list[Form]:
    """The loop with its flags: `break` ends it, `continue` only what follows in the body."""
    number = getattr(node, "number", None) or counter.next()
    inside = _Around(number, around.valued)
    jumps = _way_of(node.body).jumps
    body = _lower(node.body, inside, counter)
    flags = tuple(_flag(jump, inside) for jump in ("break", "return") if jump in jumps)
    skip = _flag("continue", inside)
    read = dict.fromkeys((*_flags_read(body), *flags))
    if skip in read:
        body = (Set(skip, constant(False), node), *body)
    else:
        body = _without_flag(body, skip)
    loop: list[Form] = [Loop(node, flags, body)]
    stop = _flag("break", inside)
    return [Set(stop, constant(False), node), *loop] if stop in flags else loop


# -- flags that nobody reads -----------------------------------------------------------------------


def _flags_read(body: Block) -> Iterator[str]:
    for form in body:
        if isinstance(form, Guard | Loop):
            yield from form.flags
        for block in blocks(form):
            yield from _flags_read(block)


def _only_flags(body: Block, used: dict[str, None]) -> Block:
    return body if RETURNED in used else _without_flag(body, RETURNED)


def _without_flag(body: Block, flag: str) -> Block:
    """The same block without the assignments to a flag."""
    kept = (form for form in body if not (isinstance(form, Set) and form.name == flag))
    return tuple(_inside(form, flag) for form in kept)


def _inside(form: Form, flag: str) -> Form:
    if isinstance(form, If):
        body, orelse = _without_flag(form.body, flag), _without_flag(form.orelse, flag)
        return replace(form, body=body, orelse=orelse)
    if isinstance(form, Try):
        body, last = _without_flag(form.body, flag), _without_flag(form.last, flag)
        return replace(form, body=body, last=last)
    if isinstance(form, Guard | Loop | With):
        return replace(form, body=_without_flag(form.body, flag))
    return form
