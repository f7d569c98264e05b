"""Structured forms -> statements of the staged function: control flow becomes calls of `ag__`.

A branch or loop body becomes a nested function.  A name that it assigns is either in the state that
`ag__` hands on, or shared with a function of the user, or the nested function's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import gast

from autograph_lite.frontend import flow
from autograph_lite.frontend.desugar import RETURN_VALUE, RETURNED, is_ours
from autograph_lite.frontend.expressions import Expressions
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
from autograph_lite.frontend.names import NONE, Names, Scope, Targets, modified, parameters, writes
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
    protocol,
    store,
    thunk,
)
from autograph_lite.frontend.statements import Fresh, assignment, simple

Statements = list[Node]


@dataclass(slots=True)
class Frame:
    """One generated function: which names it only borrows, and which must exist from its start."""

    outer: Frame | None
    borrowed: Names = NONE
    missing: dict[str, None] = field(default_factory=dict)

    def owner(self, name: str) -> Frame:
        """The frame whose variable a name is."""
        if name in self.borrowed and self.outer is not None:
            return self.outer.owner(name)
        return self


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: its function, frame, what is assigned, and where its jumps lead."""

    scope: Scope
    frame: Frame
    expressions: Expressions
    targets: Targets
    fresh: Fresh

    def knowing(self, assigned: flow.Assigned) -> Place:
        """The same place with other names surely assigned."""
        return replace(self, expressions=replace(self.expressions, assigned=assigned))


def rewrite_function(function: Node, body: Block, outer: Expressions, fresh: Fresh) -> Statements:
    """The statements of a function's body, with the names that must exist at its start first."""
    scope, frame = Scope(function), Frame(None)
    hidden = frozenset(scope.locals)
    known = None if outer.assigned is None else outer.assigned - hidden
    inner = Expressions(outer.visible | hidden, known).binding(parameters(function))
    place = Place(scope, frame, inner, {}, fresh)
    statements = rewrite_block(body, place, NONE)
    return [*_missing(frame, scope, function), *statements]


def _missing(frame: Frame, scope: Scope, origin: Node) -> Statements:
    """`x = ag__.Undefined('x')`: the variable exists, its value does not yet."""
    found = []
    for name in scope.ordered(frame.missing):
        label = "return value" if name == RETURN_VALUE else name
        value = protocol("Undefined", constant(label))
        found.append(located(assign(store(name), value), origin))
    return found


def rewrite_block(block: Block, place: Place, after: Names) -> Statements:
    """Each form with what is alive after it (backward) and assigned before it (forward)."""
    alive = [after]
    for form in reversed(block):
        alive.append(flow.before(place.scope, form, alive[-1], place.targets))
    out: Statements = []
    for number, form in enumerate(block):
        out.extend(_form(form, place, alive[len(block) - number - 1]))
        known = place.expressions.assigned
        place = place.knowing(flow.assigned_after((form,), known, []))
    return out


def _form(form: Form, place: Place, after: Names) -> Statements:
    if isinstance(form, Simple):
        return simple(form.node, place.expressions, place.fresh)
    if isinstance(form, Set):
        value = place.expressions.rewrite(form.value)
        return [located(assign(store(form.name), value), form.node)]
    if isinstance(form, Jump):
        return []
    if isinstance(form, If):
        test = place.expressions.rewrite(form.node.test)
        return _branch(form.node, test, (form.body, form.orelse), place, after)
    if isinstance(form, Guard):
        return _branch(form.node, _any(form.flags), ((), form.body), place, after)
    if isinstance(form, Loop):
        return _loop(form, place, after)
    if isinstance(form, With):
        return _with(form, place, after)
    if isinstance(form, Def):
        return _definition(form, place)
    assert isinstance(form, Return)
    given = isinstance(form.value, gast.Name) and is_ours(form.value.id)
    value = form.value if given else place.expressions.rewrite(form.value)
    return [located(gast.Return(value), form.node)]


# -- flags -----------------------------------------------------------------------------------------


def _any(flags: tuple[str, ...]) -> Node:
    first, *others = map(load, flags)
    return protocol("or_", first, *map(thunk, others)) if others else first


def _unless(flags: tuple[str, ...], test: Node | None) -> Node:
    """`not break_1__ and test`; a test that is always true is left out."""
    parts = [protocol("not_", load(flag)) for flag in flags]
    if test is not None:
        parts.append(test)
    first, *others = parts
    return protocol("and_", first, *map(thunk, others)) if others else first


# -- branches --------------------------------------------------------------------------------------


def _branch(
    node: Node, test: Node, parts: tuple[Block, Block], place: Place, after: Names
) -> Statements:
    state = flow.branch_state(place.scope, parts, after, place.targets)
    shared = flow.shared(place.scope, parts, state)
    _require(state + shared, place)
    number = place.fresh.number("get_state", "set_state", "if_body", "else_body")
    names = [f"{stem}_{number}" for stem in ("if_body", "else_body", "get_state", "set_state")]
    bodies = [
        _body(name, arguments(), part, state + shared, place, after)
        for name, part in zip(names, parts, strict=False)
    ]
    call = protocol("if_", test, *map(load, names), _labels(state))
    made = [*_accessors(number, state), *bodies, gast.Expr(call)]
    return [located(statement, node) for statement in made]


def _body(
    name: str,
    given: Node,
    block: Block,
    common: tuple[str, ...],
    place: Place,
    after: Names,
    start: tuple[Form | Node, ...] = (),
) -> Node:
    """A block as a function; the names of `common` that it assigns are those around it."""
    assigned = modified(block)
    borrowed = [name for name in common if name in assigned]
    return _function(name, given, block, borrowed, place, after)


def _function(
    name: str, given: Node, block: Block, borrowed: list[str], place: Place, after: Names
) -> Node:
    frame = Frame(place.frame, frozenset(borrowed))
    inner = _entering(replace(place, frame=frame), frozenset(modified(block)) - frame.borrowed)
    statements = rewrite_block(block, inner, after)
    missing = _missing(frame, place.scope, place.scope.node)
    return define(name, given, [*_nonlocal(borrowed), *missing, *statements])


def _entering(place: Place, own: Names) -> Place:
    """Names of its own are not assigned yet when a generated function starts."""
    known = place.expressions.assigned
    return place.knowing(None if known is None else known - own)


def _nonlocal(names: list[str] | tuple[str, ...]) -> Statements:
    return [gast.Nonlocal(list(names))] if names else []


def _require(names: tuple[str, ...], place: Place) -> None:
    """A variable that is shared between functions must exist before they run."""
    known = place.expressions.assigned
    for name in names:
        flag = is_ours(name) and name != RETURN_VALUE
        if not flag and (known is None or name not in known):
            place.frame.owner(name).missing[name] = None


def _accessors(number: int, state: tuple[str, ...]) -> Statements:
    """How `ag__` reads and replaces the state."""
    read = [gast.Return(names_tuple(state))]
    replace_all: Statements = []
    if state:
        replace_all = [
            *_nonlocal(state),
            assign(names_tuple(state, gast.Store()), load("vals__")),
        ]
    return [
        define(f"get_state_{number}", arguments(), read),
        define(f"set_state_{number}", arguments(["vals__"]), replace_all),
    ]


def _labels(state: tuple[str, ...]) -> Node:
    return pair(*map(constant, state))
