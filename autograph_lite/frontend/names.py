"""Structured forms -> which names they read, assign and leave alive.

Liveness is a backward pass, definite assignment a forward one; both follow the user's jumps (a path
that ends in `continue` does not reach what follows).  Names of ours, flags and the return value,
follow the generated code instead, where nothing jumps.  Sets are only asked, never iterated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import gast

from autograph_lite.frontend.declared import declared
from autograph_lite.frontend.desugar import is_ours
from autograph_lite.frontend.forms import (
    Block,
    Def,
    Form,
    If,
    Jump,
    Loop,
    Return,
    Set,
    Simple,
    With,
    blocks,
    once,
)
from autograph_lite.frontend.nodes import Asked, Node, children, everything, pair
from autograph_lite.frontend.order import runs

Names = frozenset[str]
Targets = Mapping[str, Names]
NONE: Names = frozenset()
_COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)
_KEEPERS = ("append", "appendleft", "add", "extend", "insert", "setdefault", "update")


# -- names of a piece of text ----------------------------------------------------------------------


def parameters(node: Node) -> list[str]:
    """The parameters of a function or lambda in their order."""
    given = node.args
    single = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [name.id for name in [*given.posonlyargs, *given.args, *given.kwonlyargs, *single]]


def defaults(node: Node) -> list[Node]:
    """What the definition of a function evaluates, not its call."""
    decorators = getattr(node, "decorator_list", [])
    given = [*node.args.defaults, *node.args.kw_defaults]
    return [value for value in [*decorators, *given] if value is not None]


def bound(node: Node) -> Iterator[str]:
    """Names that the statements inside assign in the scope that they stand in."""
    for child in children(node):
        if isinstance(child, (gast.FunctionDef, gast.Lambda)):
            yield from [child.name] if isinstance(child, gast.FunctionDef) else []
            yield from bound(pair(*defaults(child)))
        elif isinstance(child, gast.Name):
            if isinstance(child.ctx, (gast.Store, gast.Del)):
                yield child.id
        elif isinstance(child, gast.alias):
            yield imported(child)
        elif isinstance(child, _COMPREHENSIONS):  # `:=` binds in the function around
            yield from (name for name in bound(child) if name not in _targets(child))
        else:
            yield from bound(child)


def surely(*nodes: Node) -> Iterator[str]:
    """Names that evaluating the nodes assigns in any case; `a and (b := c)` may not."""
    for node in nodes:
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store):
            yield node.id
        elif isinstance(node, gast.alias):
            yield imported(node)
        elif not isinstance(node, (gast.Lambda, *_COMPREHENSIONS)):
            for certain, parts in runs(node):
                yield from surely(*parts) if certain else ()


def imported(alias: Node) -> str:
    """The name that an import assigns: `import a.b` assigns `a`."""
    return str(alias.asname or alias.name.split(".")[0])


def free(node: Node) -> Iterator[str]:
    """Names that a node reads from outside itself, functions inside included; may repeat."""
    if isinstance(node, gast.Name):
        if isinstance(node.ctx, gast.Load):
            yield node.id
    elif isinstance(node, (gast.Lambda, gast.FunctionDef)):
        for value in defaults(node):
            yield from free(value)
        yield from inside(node)
    elif isinstance(node, _COMPREHENSIONS):
        own = _targets(node)
        yield from free(node.generators[0].iter)
        yield from (name for child in children(node) for name in free(child) if name not in own)
    else:
        for child in children(node):
            yield from free(child)


def _targets(comprehension: Node) -> dict[str, None]:
    parts = comprehension.generators
    return dict.fromkeys(name for part in parts for name in _stored(part.target))


def exposed(node: Node, known: dict[str, None]) -> Iterator[str]:
    """Names that a node reads before it assigns them; those that it surely assigns become known."""
    if isinstance(node, gast.Name):
        if isinstance(node.ctx, gast.Store):
            known[node.id] = None
        elif node.id not in known:
            yield node.id
    elif isinstance(node, (gast.Lambda, gast.FunctionDef, *_COMPREHENSIONS)):
        yield from (name for name in free(node) if name not in known)
    else:
        for certain, parts in runs(node):
            within = known if certain else dict(known)
            for part in parts:
                yield from exposed(part, within)


def inside(function: Node) -> Iterator[str]:
    """Names that the body of a function or lambda reads from around it, or assigns there."""
    own = dict.fromkeys(parameters(function))
    body = function.body if isinstance(function.body, list) else [function.body]
    holder = gast.Module(body, [])
    own.update(dict.fromkeys(bound(holder)))
    if isinstance(function, gast.FunctionDef):
        own_reads = (node.target.id for node in _augmented(holder))
        own.update(dict.fromkeys(own_reads))
    theirs = declared(function)
    own = {name: None for name in own if name not in theirs}
    return chain(theirs, (name for name in free(holder) if name not in own))


def _augmented(node: Node) -> Iterator[Node]:
    for child in children(node):
        if isinstance(child, gast.AugAssign) and isinstance(child.target, gast.Name):
            yield child
        elif isinstance(child, gast.stmt) and not isinstance(child, gast.FunctionDef):
            yield from _augmented(child)


def _stored(target: Node) -> Iterator[str]:
    if isinstance(target, gast.Name):
        yield target.id
    elif isinstance(target, (gast.Tuple, gast.List, gast.Starred)):
        for child in children(target):
            yield from _stored(child)


# -- the scope of one function ---------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """What analysis must know of a whole function: its names, and which of them functions capture."""

    node: Node

    @cached_property
    def declared(self) -> dict[str, None]:
        """Names of functions around this one that it assigns."""
        return declared(self.node)

    @cached_property
    def nodes(self) -> list[Node]:
        """Everything inside, functions too."""
        return list(everything(gast.Module(self.node.body, [])))

    @cached_property
    def functions(self) -> list[Node]:
        """The functions and lambdas inside."""
        return [node for node in self.nodes if isinstance(node, (gast.Lambda, gast.FunctionDef))]

    @cached_property
    def assigned_inside(self) -> Names:
        """Names that functions inside assign although they are not theirs."""
        return frozenset(name for function in self.functions for name in declared(function))

    @cached_property
    def own(self) -> Names:
        """The names that are variables of this function."""
        return frozenset(name for name in self.locals if name not in self.declared)

    @cached_property
    def locals(self) -> dict[str, None]:
        """Parameters and assigned names in the order of their first mention."""
        holder = gast.Module(self.node.body, [])
        own = dict.fromkeys([*parameters(self.node), *bound(holder)])
        mentioned = dict.fromkeys([*parameters(self.node), *_mentions(self.nodes)])
        return dict.fromkeys([name for name in mentioned if name in own])

    @cached_property
    def closures(self) -> dict[str, Names]:
        """Names of nested functions, each with the names that a call of it may read."""
        direct: dict[str, Names] = {}
        for name, function in _named_functions(self.nodes):
            direct[name] = direct.get(name, NONE) | frozenset(inside(function))
        for _ in direct:  # functions call each other: as many rounds as there are functions
            for name, reads in direct.items():
                direct[name] = reads.union(*(direct.get(read, NONE) for read in reads))
        return direct

    @cached_property
    def captured(self) -> Names:
        """Names that a nested function reads: one Python variable, whichever frame assigns it."""
        return frozenset(name for function in self.functions for name in inside(function))

    @cached_property
    def pinned(self) -> Names:
        """Names that may be read at any time: those which several functions assign, and those captured by
        functions that go into a container."""
        held = frozenset(name for value in _kept(self.nodes) for name in self.held(value))
        return held.union(self.declared, self.assigned_inside)

    def held(self, value: Node) -> Iterator[str]:
        """What a function value, given as a lambda or by its name, captures."""
        if isinstance(value, gast.Lambda):
            yield from inside(value)
        elif isinstance(value, gast.Name):
            yield from self.closures.get(value.id, NONE)

    def reads(self, *nodes: Node) -> Names:
        """Local names that evaluating the nodes reads, through functions that they name too."""
        known: dict[str, None] = {}
        direct = frozenset(name for node in nodes for name in exposed(node, known))
        through = (self.closures[name] for name in direct if name in self.closures)
        found = direct.union(*through)
        return frozenset(name for name in found if name in self.locals or is_ours(name))

    def ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names in the order of their first mention, ours last."""
        wanted = dict.fromkeys(names)
        user = [name for name in self.locals if name in wanted]
        return (*user, *(name for name in wanted if is_ours(name)))


def _mentions(nodes: list[Node]) -> Iterator[str]:
    """Names in the order of the text, which is not the order of the fields of a node."""
    found = []
    for number, child in enumerate(nodes):
        place = (getattr(child, "lineno", 0), getattr(child, "col_offset", 0), number)
        if isinstance(child, gast.Name):
            found.append((place, child.id))
        elif isinstance(child, gast.FunctionDef):
            found.append((place, child.name))
        elif isinstance(child, gast.alias):
            found.append((place, imported(child)))
    return (name for _, name in sorted(found))


def _named_functions(nodes: list[Node]) -> Iterator[tuple[str, Node]]:
    for child in nodes:
        if isinstance(child, gast.FunctionDef):
            yield child.name, child
        elif isinstance(child, gast.Assign | gast.NamedExpr) and isinstance(
            child.value, gast.Lambda
        ):
            for target in getattr(child, "targets", None) or [child.target]:
                for name in _stored(target):
                    yield name, child.value


def _kept(nodes: list[Node]) -> Iterator[Node]:
    """Values that end up in a container or on an object."""
    for child in nodes:
        if isinstance(child, (gast.List, gast.Tuple, gast.Set)):
            yield from child.elts
        elif isinstance(child, gast.Dict):
            yield from child.values
        elif isinstance(child, gast.Assign):
            if not all(isinstance(target, gast.Name) for target in child.targets):
                yield child.value
        elif isinstance(child, (gast.ListComp, gast.SetComp)):
            yield child.elt
        elif isinstance(child, gast.DictComp):
            yield child.value
        elif isinstance(child, gast.Call) and getattr(child.func, "attr", None) in _KEEPERS:
            yield from child.args
            yield from (keyword.value for keyword in child.keywords)


# -- activity --------------------------------------------------------------------------------------


@once
def heads(form: Form) -> list[Node]:
    """What a form evaluates, in order, before one of its blocks runs or its target is assigned."""
    if isinstance(form, Simple):
        declared = isinstance(form.node, gast.AnnAssign) and form.node.value is None
        return [] if declared else [form.node]
    if isinstance(form, Set | Return):
        return [form.value]
    if isinstance(form, With):
        return list(form.node.items)
    if isinstance(form, Def):
        return defaults(form.node)
    if isinstance(form, If | Loop):
        return [form.node.iter if isinstance(form.node, gast.For) else form.node.test]
    return []


def _named(form: Form) -> list[str]:
    return (
        [form.name] if isinstance(form, Set) else [form.node.name] if isinstance(form, Def) else []
    )


@once
def writes(form: Form) -> dict[str, None]:
    """Names that a form itself may assign, without those that its blocks assign."""
    rounds = each_round(form) if isinstance(form, Loop) else {}
    return {**rounds, **dict.fromkeys([*bound(pair(*heads(form))), *_named(form)])}


@once
def kills(form: Form) -> Names:
    """Names that a form surely assigns before one of its blocks runs."""
    return frozenset([*surely(*heads(form)), *_named(form)])


@once
def each_round(loop: Loop) -> dict[str, None]:
    """Names that a loop itself may assign in each step: its target, or what its test assigns."""
    part = loop.node.target if isinstance(loop.node, gast.For) else loop.node.test
    return dict.fromkeys(bound(pair(part)))


@once
def repeated(loop: Loop) -> dict[str, None]:
    """Names that a loop assigns in its steps."""
    return {**each_round(loop), **modified(loop.body)}


@once
def deleted(form: Form) -> Names:
    """Names that a form may delete, in its blocks too."""
    own = [form.node] if isinstance(form, Simple) else []
    names = (name.id for node in own for name in deletions(node))
    return frozenset(names).union(*(deleted(one) for block in blocks(form) for one in block))


def deletions(node: Node) -> Iterator[Node]:
    """The names that `del` takes away, or our own `a = b = ag__.Undefined(...)`."""
    if isinstance(node, gast.Assign) and isinstance(node.value, Asked):
        yield from (node.targets if node.value.name == "Undefined" else ())
    if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Del):
        yield node
    if isinstance(node, (gast.Delete, gast.Tuple, gast.List)):
        for child in children(node):
            yield from deletions(child)


def modified(*parts: Block) -> dict[str, None]:
    """Names that blocks assign anywhere, and those that functions defined in them assign around themselves:
    such a function runs in the blocks before anybody else can know it."""
    found: dict[str, None] = {}
    for block in parts:
        for form in block:
            found.update(_modified(form))
    return found


@once
def _modified(form: Form) -> dict[str, None]:
    own = dict.fromkeys(_assigned_by(form.node)) if isinstance(form, Def) else {}
    return {**writes(form), **own, **modified(*blocks(form))}


def _assigned_by(function: Node) -> Iterator[str]:
    """Names that a function, or one inside it, assigns although they are not its own."""
    inside = (n for n in everything(function) if isinstance(n, (gast.Lambda, gast.FunctionDef)))
    return (name for inner in inside for name in declared(inner))


def jumps(block: Block) -> dict[str, None]:
    """Kinds of jumps that leave a block."""
    found: dict[str, None] = {}
    for form in block:
        inner = {form.kind: None} if isinstance(form, Jump) else {}
        for part in blocks(form):
            inner.update(jumps(part))
        own = ("break", "continue") if isinstance(form, Loop) else ()
        found.update((kind, None) for kind in inner if kind not in own)
    return found
