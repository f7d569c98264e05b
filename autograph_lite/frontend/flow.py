"""Structured forms, names alive after them -> names alive before; names assigned, likewise forward."""

from __future__ import annotations

import gast

from autograph_lite.frontend.desugar import is_ours, is_true
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
    With,
)
from autograph_lite.frontend.names import NONE, Names, Scope, Targets, jumps, modified, writes
from autograph_lite.frontend.nodes import Node


def ours(names: Names) -> Names:
    """Flags and the return value."""
    return frozenset(name for name in names if is_ours(name))


def theirs(names: Names) -> Names:
    """Names of the user."""
    return frozenset(name for name in names if not is_ours(name))


def is_endless(loop: Loop) -> bool:
    """`while True` is left only by a jump."""
    return isinstance(loop.node, gast.While) and is_true(loop.node.test)


# -- liveness --------------------------------------------------------------------------------------


def live_before(scope: Scope, block: Block, after: Names, targets: Targets) -> Names:
    """Names that may be read, before they are assigned, from the start of a block on."""
    for form in reversed(block):
        after = before(scope, form, after, targets)
    return after


def before(scope: Scope, form: Form, after: Names, targets: Targets) -> Names:
    """Liveness through one form."""
    if isinstance(form, Simple):
        return (after - frozenset(writes(form))) | _simple_reads(scope, form.node)
    if isinstance(form, Set):
        return (after - {form.name}) | scope.reads(form.value)
    if isinstance(form, Jump):
        return ours(after) | theirs(targets.get(form.kind, NONE))
    if isinstance(form, Return):
        return scope.reads(form.value)
    if isinstance(form, If):
        body = live_before(scope, form.body, after, targets)
        orelse = live_before(scope, form.orelse, after, targets)
        return body | orelse | scope.reads(form.node.test)
    if isinstance(form, Guard):
        return live_before(scope, form.body, after, targets) | ours(after) | frozenset(form.flags)
    if isinstance(form, Loop):
        iterable = scope.reads(form.node.iter) if isinstance(form.node, gast.For) else NONE
        return head(scope, form, after, targets) | iterable
    if isinstance(form, With):
        body = live_before(scope, form.body, after, targets) - frozenset(writes(form))
        # a context may swallow an exception, so a flag set inside may be what it was before
        return body | ours(after) | scope.reads(*form.node.items)
    assert isinstance(form, Def)
    return (after - {form.node.name}) | scope.reads(*_evaluated(form.node))


def _evaluated(function: Node) -> list[Node]:
    """What a nested definition reads when it is executed, not when it is called."""
    given = function.args
    values = [*function.decorator_list, *given.defaults, *given.kw_defaults]
    return [value for value in values if value is not None]


def _simple_reads(scope: Scope, node: Node) -> Names:
    reads = scope.reads(node)
    if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
        return reads | {node.target.id}
    return reads


def head(scope: Scope, loop: Loop, after: Names, targets: Targets) -> Names:
    """Names alive where a loop decides whether to go on.

    One pass over the body is enough: what the body lets through is alive at its end, which is here.
    """
    start = start_of_test(scope, loop, after)
    inner = inner_targets(start, after, targets)
    body = live_before(scope, loop.body, start, inner)
    if isinstance(loop.node, gast.For):
        body = (body - frozenset(writes(loop))) | scope.reads(loop.node.target)
    return start | body


def start_of_test(scope: Scope, loop: Loop, after: Names) -> Names:
    """What the decision itself, and leaving the loop there, keep alive."""
    tested = scope.reads(loop.node.test) if isinstance(loop.node, gast.While) else NONE
    leaving = ours(after) if is_endless(loop) else after
    return tested | leaving | frozenset(loop.flags)


def inner_targets(start: Names, after: Names, targets: Targets) -> Targets:
    """Where the jumps in the body of a loop lead."""
    return {**targets, "break": after, "continue": start}


# -- states ----------------------------------------------------------------------------------------


def branch_state(
    scope: Scope, parts: tuple[Block, ...], after: Names, targets: Targets
) -> tuple[str, ...]:
    """Names that a branch must hand on: assigned in it, and read afterwards or by the same arm."""
    beyond = after.union(scope.pinned, *(targets.get(kind, NONE) for kind in _kinds(parts)))
    wanted: dict[str, None] = {}
    for part in parts:
        alive = beyond | live_before(scope, part, after, targets)
        wanted.update((name, None) for name in modified(part) if name in alive)
    return scope.ordered(wanted)


def _kinds(parts: tuple[Block, ...]) -> list[str]:
    return [kind for part in parts for kind in jumps(part)]


def loop_state(scope: Scope, loop: Loop, after: Names, targets: Targets) -> tuple[str, ...]:
    """Names that a loop carries: assigned in it, and read by a later round or afterwards."""
    alive = head(scope, loop, after, targets) | after | scope.pinned
    assigned = {**writes(loop), **modified(loop.body)}
    return scope.ordered(name for name in assigned if name in alive)


def shared(scope: Scope, parts: tuple[Block, ...], state: tuple[str, ...]) -> tuple[str, ...]:
    """Assigned names outside the state that a nested function may read: still one variable."""
    found = (name for name in modified(*parts) if name in scope.captured and name not in state)
    return scope.ordered(found)


# -- definite assignment ---------------------------------------------------------------------------


def assigned_after(block: Block, known: Names) -> Names:
    """Names whose variable surely holds a value after a block of generated code.

    Jumps do not count here: where the user's path ended, generated code goes on past a flag, and a
    variable that the path did not assign is still empty there.
    """
    for form in block:
        known = _assigned(form, known)
    return known


def _assigned(form: Form, known: Names) -> Names:
    if isinstance(form, If):
        return assigned_after(form.body, known) & assigned_after(form.orelse, known)
    if isinstance(form, Guard | Loop):
        return known
    known |= frozenset(writes(form))
    return assigned_after(form.body, known) if isinstance(form, With) else known
