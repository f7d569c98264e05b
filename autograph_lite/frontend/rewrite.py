"""Structured forms -> statements of the staged function: control flow becomes calls of `ag__`.

A branch or loop body becomes a nested function.  A name that it assigns is either in the state that
`ag__` hands on, which finds it among the variables of that function, or shared with a function of the
user, or the nested function's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import gast

from autograph_lite.frontend import flow
from autograph_lite.frontend.ahead import Ahead
from autograph_lite.frontend.declared import declared
from autograph_lite.frontend.desugar import RETURN_VALUE, docstring, is_ours
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
    Try,
    With,
)
from autograph_lite.frontend.names import (
    NONE,
    Names,
    Scope,
    Targets,
    bound,
    deleted,
    each_round,
    kills,
    modified,
    parameters,
    repeated,
    surely,
)
from autograph_lite.frontend.nodes import (
    Node,
    arguments,
    assign,
    constant,
    define,
    load,
    located,
    pair,
    protocol,
    store,
    thunk,
)
from autograph_lite.frontend.statements import Fresh, assignment, simple

Statements = list[Node]


@dataclass(slots=True)
class Frame:
    """One generated function: which names are its own, and which of them must exist from its start."""

    outer: Frame | None
    own: Names
    missing: dict[str, None] = field(default_factory=dict)

    def require(self, name: str) -> None:
        """The variable of this name, in whichever function around, must exist early."""
        if name in self.own or self.outer is None:
            self.missing[name] = None
        else:
            self.outer.require(name)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: its function, frame, what is assigned, and where its jumps lead."""

    scope: Scope
    frame: Frame
    expressions: Expressions
    targets: Targets
    fresh: Fresh

    def knowing(self, assigned: Names) -> Place:
        """The same place with other names surely assigned."""
        return self._with(self.expressions.where(assigned, self.expressions.ahead))

    def _with(self, expressions: Expressions) -> Place:
        return Place(self.scope, self.frame, expressions, self.targets, self.fresh)

    def ahead(self) -> tuple[Place, Statements]:
        """The same place, and definitions that will stand before what is written there."""
        ahead = Ahead(self.fresh.number)
        made = self.expressions.where(self.expressions.assigned, ahead)
        return self._with(made), ahead.statements

    def assigning(self, names: Iterable[str]) -> Place:
        """The same place after an assignment."""
        return self.knowing(self.expressions.assigned | frozenset(names))


def rewrite_function(
    function: Node, body: Block, outer: Expressions, fresh: Fresh, around: Frame | None = None
) -> Statements:
    """The statements of a function's body, with the names that must exist at its start first."""
    scope = Scope(function)
    hidden = scope.own
    frame = Frame(around, hidden | {RETURN_VALUE})
    shared = outer.shared | scope.assigned_inside
    inner = Expressions(
        outer.visible | hidden,
        outer.assigned - hidden,
        frame.require,
        shared=shared,
        around=outer.visible - hidden,
    )
    inner = inner.binding(parameters(function))
    place = Place(scope, frame, inner, {}, fresh)
    statements = rewrite_block(body, place, NONE)
    text = docstring(function.body)
    head = [] if text is None else [located(gast.Expr(constant(text)), function.body[0])]
    return [*head, *_nonlocal([*scope.declared]), *_missing(frame, scope, function), *statements]


def _missing(frame: Frame, scope: Scope, origin: Node) -> Statements:
    """`x = ag__.Undefined('x')`: the variable exists, its value does not yet."""
    found = []
    given = parameters(scope.node) if origin is scope.node else []
    for name in scope.ordered(name for name in frame.missing if name not in given):
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
        here, definitions = place.ahead()
        then = alive[len(block) - number - 1]
        made = _form(form, here, then)
        out.extend([*definitions, *made])
        known = flow.assigned_after((form,), place.expressions.assigned, then)
        if known != place.expressions.assigned:
            place = place.knowing(known)
    return out


def _form(form: Form, place: Place, after: Names) -> Statements:
    if isinstance(form, Simple):
        return simple(form.node, place.expressions, place.fresh)
    if isinstance(form, Set) and form.name not in after:
        return []  # a flag that nothing reads any more
    if isinstance(form, Set):
        value = place.expressions.rewrite(form.value)
        return [located(assign(store(form.name), value), form.node)]
    if isinstance(form, Jump):
        return []
    if isinstance(form, If):
        test = place.expressions.test(form.node.test)
        inside = place.assigning(kills(form))
        return _branch(form.node, test, (form.body, form.orelse), inside, after)
    if isinstance(form, Guard):
        return _branch(form.node, _any(form.flags), ((), form.body), place, after)
    if isinstance(form, Loop):
        return _loop(form, place, after)
    if isinstance(form, With):
        return _with(form, place, after)
    if isinstance(form, Try):
        return _try(form, place, after)
    if isinstance(form, Def):
        return _definition(form, place)
    assert isinstance(form, Return)
    return [located(gast.Return(place.expressions.rewrite(form.value)), form.node)]


# -- flags -----------------------------------------------------------------------------------------


def _any(flags: tuple[str, ...]) -> Node:
    first, *others = map(load, flags)
    return protocol("test_or", first, *map(thunk, others)) if others else first


def _unless(flags: tuple[str, ...], test: Node | None, expressions: Expressions) -> Node:
    """`not break_1__ and test`; a test that is always true is left out."""
    if test is not None and not flags:
        return expressions.test(test)
    first, *others = [protocol("not_", load(flag)) for flag in flags]
    rest = list(map(thunk, others))
    if test is None:
        return protocol("test_and", first, *rest) if rest else first
    call = protocol("test_and", first, *rest, expressions.lazy(test, expressions.test(test)))
    return expressions.skipping(call, test)


# -- branches --------------------------------------------------------------------------------------


def _branch(
    node: Node, test: Node, parts: tuple[Block, Block], place: Place, after: Names
) -> Statements:
    state = flow.branch_state(place.scope, parts, after, place.targets)
    common = state + flow.shared(place.scope, modified(*parts), state)
    _require(common, place)
    number = place.fresh.number("if_body", "else_body")
    after, targets = flow.in_arm(place.scope, state, after, place.targets)
    bodies, arms = [], []
    for stem, part in zip(("if_body", "else_body"), parts, strict=True):
        inner, head = _enter(replace(place, targets=targets), modified(part), common, node)
        statements = rewrite_block(part, inner, after)
        body = [*head(), *statements]
        arms.append(load(f"{stem}_{number}") if body else constant(None))
        bodies += [define(f"{stem}_{number}", arguments(), body)] if body else []
    call = gast.Expr(protocol("if_", test, *arms, *map(constant, state)))
    return [located(made, node) for made in (*bodies, call)]


def _enter(
    place: Place, assigned: dict[str, None], common: tuple[str, ...], origin: Node
) -> tuple[Place, Callable[[], Statements]]:
    """The place inside a generated function that assigns names, and its first lines (known when its
    body is done)."""
    borrowed = [name for name in common if name in assigned]
    own = frozenset(assigned) - frozenset(borrowed)
    frame = Frame(place.frame, own)
    # names of its own are not assigned yet when the function starts
    around = place.expressions
    inside = replace(around, assigned=around.assigned - own, require=frame.require)
    inner = replace(place, expressions=inside, frame=frame)
    return inner, lambda: [*_nonlocal(borrowed), *_missing(frame, place.scope, origin)]


def _nonlocal(names: Sequence[str]) -> Statements:
    return [gast.Nonlocal(list(names))] if names else []


def _require(names: tuple[str, ...], place: Place) -> None:
    """A variable that several functions use must exist before they run."""
    known = place.expressions.assigned
    for name in names:
        flag = is_ours(name) and name != RETURN_VALUE  # a flag is set right before its loop
        sure = name in known and name != RETURN_VALUE  # a context may swallow what sets that one
        if not flag and not sure:
            place.frame.require(name)


# -- loops -----------------------------------------------------------------------------------------


def _loop(loop: Loop, place: Place, after: Names) -> Statements:
    state = flow.loop_state(place.scope, loop, after, place.targets)
    common = state + flow.shared(place.scope, repeated(loop), state)
    _require(common, place)
    number = place.fresh.number("loop_test", "loop_body")
    iterable = []
    if isinstance(loop.node, gast.For):
        iterable = [place.expressions.rewrite(loop.node.iter)]
        place = place.assigning(kills(loop))
    place = place.knowing(place.expressions.assigned - deleted(loop))  # by a step before
    body = _loop_body(loop, place, after, common, f"loop_body_{number}")
    test = _loop_test(loop, place, common, f"loop_test_{number}")
    tested = load(f"loop_test_{number}") if test else constant(None)
    names = map(constant, state)
    call = protocol(_kind(loop, common), *iterable, tested, load(f"loop_body_{number}"), *names)
    made = (*test, body, gast.Expr(call))
    return [located(statement, loop.node) for statement in made]


def _kind(loop: Loop, common: tuple[str, ...]) -> str:
    if isinstance(loop.node, gast.For):
        return "for_"
    handed_on = any(name in common for name in each_round(loop))
    return "while_binding" if handed_on else "while_"


def _loop_test(loop: Loop, place: Place, common: tuple[str, ...], name: str) -> Statements:
    """Whether to go on: the flags first, because after a `break` the test is not evaluated."""
    test, assigned = None, {}
    if isinstance(loop.node, gast.While) and not (loop.flags and flow.is_endless(loop)):
        test, assigned = loop.node.test, each_round(loop)
    if test is None and not loop.flags:
        return []
    inner, first_lines = _enter(place, assigned, common, loop.node)
    inner, definitions = inner.ahead()
    go_on = _unless(loop.flags, test, inner.expressions)
    decided = located(gast.Return(go_on), loop.node)
    return [define(name, arguments(), [*first_lines(), *definitions, decided])]


def _loop_body(loop: Loop, place: Place, after: Names, common: tuple[str, ...], name: str) -> Node:
    head = flow.head(place.scope, loop, after, place.targets)
    inner, first_lines = _enter(place, repeated(loop), common, loop.node)
    inner = replace(inner, targets=flow.inner_targets(head, after, place.targets))
    start: Statements = []
    given = []
    if isinstance(loop.node, gast.For):
        given = ["itr__"]
        inner, start = inner.ahead()
        target = assignment([loop.node.target], load("itr__"), inner.expressions, place.fresh)
        start += [located(statement, loop.node) for statement in target]
        inner = inner.assigning(surely(loop.node.target))
    else:
        inner = inner.assigning(name for name in flow.surely_run(loop) if name in common)
    body = rewrite_block(loop.body, inner, head)
    return define(name, arguments(given), [*first_lines(), *start, *body])


# -- contexts and nested functions -----------------------------------------------------------------


def _with(form: With, place: Place, after: Names) -> Statements:
    """The block stays where it is: a context is entered and left by Python."""
    items, unpacking = [], []
    for item in form.node.items:
        context = protocol("manager", place.expressions.rewrite(item.context_expr))
        target = item.optional_vars
        if target is not None and not isinstance(target, gast.Name):
            name = place.fresh.name("value")
            place = place.assigning(dict.fromkeys(bound(pair(target))))
            unpacking += assignment([target], load(name), place.expressions, place.fresh)
            target = store(name)
        elif target is not None:
            place = place.assigning({target.id: None})
        items.append(gast.withitem(context, target and store(target.id)))
    body = [located(statement, form.node) for statement in unpacking]
    body += rewrite_block(form.body, place.assigning(kills(form)), after)
    return [located(gast.With(items, body or [gast.Pass()], None), form.node)]


def _try(form: Try, place: Place, after: Names) -> Statements:
    """The block, and what follows it on every way out: jumps are flags already."""
    alive = flow.live_before(place.scope, form.last, after, place.targets)
    inner = replace(place, targets=flow.ways_out(place.scope, form, place.targets))
    body = rewrite_block(form.body, inner, alive)
    known = flow.assigned_after(form.body, place.expressions.assigned, alive)
    last = rewrite_block(form.last, place.knowing(known), after)
    item = gast.withitem(protocol("trying"), None)
    return [located(gast.With([item], body or [gast.Pass()], None), form.node), *last]


def _definition(form: Def, place: Place) -> Statements:
    """A nested function: decorators first, then defaults, as Python evaluates them."""
    node, out = form.node, []
    decorators = []
    for decorator in node.decorator_list:
        name = place.fresh.name("value")
        decorators.append(name)
        value = place.expressions.rewrite(decorator)
        out.append(located(assign(store(name), value), decorator))
    given = place.expressions.parameters(node.args)
    theirs = tuple(declared(node))
    _require(theirs, place)
    inner = place.assigning({node.name: None}).expressions
    body = rewrite_function(node, form.body, inner, place.fresh, place.frame)
    out.append(located(define(node.name, given, body), node))
    if theirs:
        shares = protocol("shares", load(node.name), *map(constant, theirs))
        out.append(located(gast.Expr(shares), node))
    for name in reversed(decorators):
        call = protocol("call", load(name), pair(load(node.name)))
        out.append(located(assign(store(node.name), call), node))
    return out
