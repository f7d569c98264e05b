"""Structured forms, names alive after them -> names alive before; names assigned, likewise forward."""

from __future__ import annotations

from collections.abc import Iterable

import gast

from autograph_lite.frontend.desugar import is_ours, is_true
from autograph_lite.frontend.forms import (
    Block,
    Form,
    Guard,
    If,
    Jump,
    Loop,
    Return,
    Simple,
    Try,
    With,
    blocks,
)
from autograph_lite.frontend.names import (
    NONE,
    Names,
    Scope,
    Targets,
    deleted,
    each_round,
    heads,
    jumps,
    kills,
    modified,
    repeated,
)


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
    if isinstance(form, Loop) and isinstance(form.node, gast.While):
        return head(scope, form, after, targets)  # it evaluates its test again and again
    return (_inside(scope, form, after, targets) - kills(form)) | _head_reads(scope, form)


def _inside(scope: Scope, form: Form, after: Names, targets: Targets) -> Names:
    """Names alive once the form has evaluated what it evaluates first."""
    if isinstance(form, Return):
        return NONE
    if isinstance(form, Jump):
        return ours(after) | theirs(targets.get(form.kind, NONE))
    if isinstance(form, If):
        body = live_before(scope, form.body, after, targets)
        return body | live_before(scope, form.orelse, after, targets)
    if isinstance(form, Guard):
        return live_before(scope, form.body, after, targets) | ours(after) | frozenset(form.flags)
    if isinstance(form, Loop):
        return head(scope, form, after, targets)
    if isinstance(form, Try):
        last = live_before(scope, form.last, after, targets)
        return live_before(scope, form.body, last, ways_out(scope, form, targets))
    if isinstance(form, With):
        # a context may swallow an exception, so a flag set inside may be what it was before
        return live_before(scope, form.body, after, targets) | ours(after)
    return after


def _head_reads(scope: Scope, form: Form) -> Names:
    """A form belongs to one scope, so that it can remember what it reads there."""
    if "reads" not in form.known:
        form.known["reads"] = _first_reads(scope, form)
    found: Names = form.known["reads"]
    return found


def _first_reads(scope: Scope, form: Form) -> Names:
    reads = scope.reads(*heads(form))
    node = form.node if isinstance(form, Simple) else None
    if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
        return reads | {node.target.id}
    return reads


def head(scope: Scope, loop: Loop, after: Names, targets: Targets) -> Names:
    """Names alive where a loop decides whether to go on.

    One pass over the body is enough: what the body lets through is alive at its end, which is here.
    """
    if isinstance(loop.node, gast.For):
        body = body_start(scope, loop, after, targets) - frozenset(each_round(loop))
        return start_of_test(scope, loop, after) | body | _target_reads(scope, loop)
    body = body_start(scope, loop, after, targets) - kills(loop)
    return start_of_test(scope, loop, after) | body


def _target_reads(scope: Scope, loop: Loop) -> Names:
    """`for x[i] in ...` reads x and i."""
    return NONE if isinstance(loop.node.target, gast.Name) else scope.reads(loop.node.target)


def body_start(scope: Scope, loop: Loop, after: Names, targets: Targets) -> Names:
    """Names alive where the body begins: the target is assigned, the test done."""
    inner = inner_targets(start_of_test(scope, loop, after), after, targets)
    return live_before(scope, loop.body, inner["continue"], inner)


def start_of_test(scope: Scope, loop: Loop, after: Names) -> Names:
    """What the decision itself, and leaving the loop there, keep alive."""
    leaving = (ours(after) if is_endless(loop) else after) | frozenset(loop.flags)
    if isinstance(loop.node, gast.For):
        return leaving
    return (leaving - kills(loop)) | _head_reads(scope, loop)


def ways_out(scope: Scope, form: Try, targets: Targets) -> Targets:
    """Where the jumps in a `try` block lead: to its `finally` first."""
    found = {kind: targets.get(kind, NONE) for kind in jumps(form.body)}
    after = {kind: live_before(scope, form.last, names, targets) for kind, names in found.items()}
    return {**targets, **after}


def inner_targets(start: Names, after: Names, targets: Targets) -> Targets:
    """Where the jumps in the body of a loop lead."""
    return {**targets, "break": after, "continue": start}


# -- states ----------------------------------------------------------------------------------------


def branch_state(
    scope: Scope, parts: tuple[Block, ...], after: Names, targets: Targets
) -> tuple[str, ...]:
    """Names that a branch must hand on: assigned in it, and read afterwards or by the same arm; by the other
    one too, where a nested function captures them, for such a name is one variable in both."""
    beyond = after.union(scope.pinned, *(targets.get(kind, NONE) for kind in _kinds(parts)))
    read = [live_before(scope, part, after, targets) for part in parts]
    beyond |= scope.captured & NONE.union(*read)
    wanted: dict[str, None] = {}
    for part, here in zip(parts, read, strict=True):
        alive = beyond | here
        wanted.update((name, None) for name in modified(part) if name in alive)
    return scope.ordered(wanted)


def _kinds(parts: tuple[Block, ...]) -> list[str]:
    return [kind for part in parts for kind in jumps(part)]


def in_arm(
    scope: Scope, state: tuple[str, ...], after: Names, targets: Targets
) -> tuple[Names, Targets]:
    """What is alive after an arm, and where its jumps lead: its state is read at its end, and a name that a
    nested function captures is one variable, which a loop inside must not leave to what a step made."""
    held = scope.captured.intersection(state)
    return after | held, {kind: names | held for kind, names in targets.items()}


def loop_state(scope: Scope, loop: Loop, after: Names, targets: Targets) -> tuple[str, ...]:
    """Names that a loop carries: assigned in it, and read by a later round or afterwards."""
    alive = head(scope, loop, after, targets) | after | scope.pinned
    if isinstance(loop.node, gast.While):  # what the test assigns is there for the body
        alive |= body_start(scope, loop, after, targets)
    return scope.ordered(name for name in repeated(loop) if name in alive)


def shared(scope: Scope, assigned: Iterable[str], state: tuple[str, ...]) -> tuple[str, ...]:
    """Assigned names outside the state that a nested function may read: still one variable."""
    found = (name for name in assigned if name in scope.captured and name not in state)
    return scope.ordered(found)


# -- definite assignment ---------------------------------------------------------------------------


def assigned_after(block: Block, known: Names, alive: Names) -> Names:
    """Names whose variable surely holds a value after a block of generated code, given those that are alive
    there: a name that is not, a branch does not hand on.

    Jumps do not count here: where the user's path ended, generated code goes on past a flag, and a
    variable that the path did not assign is still empty there.
    """
    for form in block:
        known = _assigned(form, known, alive)
    return known


def surely_run(form: Form) -> Names:
    """Names that generated code surely assigns before a block of the form: where a flag is set, the test
    of a loop is skipped."""
    skipped = isinstance(form, Loop) and isinstance(form.node, gast.While) and form.flags
    return NONE if skipped else kills(form)


def _assigned(form: Form, known: Names, alive: Names) -> Names:
    known |= surely_run(form)
    known -= deleted(form)
    if isinstance(form, If):
        arms = [assigned_after(arm, known, alive) for arm in (form.body, form.orelse)]
        return arms[0] & arms[1] & (known | alive)
    for block in blocks(form) if isinstance(form, With | Try) else ():
        known = assigned_after(block, known, alive)
    return known
