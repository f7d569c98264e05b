"""Statements of a function that calls itself -> blocks, each of which ends where it calls itself, jumps or
returns.

Here: expressions.  What Python evaluates before a call of the function itself is kept under a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from itertools import count

import gast

from autograph_lite.frontend.desugar import RESULT
from autograph_lite.frontend.itself import DEEP, SKIPPED, Itself
from autograph_lite.frontend.nodes import Asked, Node, assign, constant, load, located, store

_PARTS = {
    "BinOp": ("left", "right"),
    "UnaryOp": ("operand",),
    "Compare": ("left", "comparators"),
    "BoolOp": ("values",),
    "Call": ("func", "args", "keywords"),
    "keyword": ("value",),
    "Starred": ("value",),
    "Subscript": ("value", "slice"),
    "Slice": ("lower", "upper", "step"),
    "Attribute": ("value",),
    "Tuple": ("elts",),
    "List": ("elts",),
    "JoinedStr": ("values",),
    "FormattedValue": ("value",),
}
"""Expressions in which the function may call itself: their parts, in the order of evaluation."""
_SKIPPING = ("Lambda", "ListComp", "SetComp", "DictComp", "GeneratorExp")
_SURE = {"Compare": 2}  # how many of the parts are evaluated in any case


@dataclass(slots=True, eq=False)
class Block:
    """Statements that run one after the other, and what follows."""

    statements: list[Node] = field(default_factory=list)
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Goto:
    to: Block


@dataclass(frozen=True, slots=True)
class Branch:
    test: Node
    then: Block
    orelse: Block


@dataclass(frozen=True, slots=True)
class Again:
    """The function calls itself with these arguments, and goes on at `after`."""

    given: dict[str, Node]
    after: Block
    node: Node


@dataclass(frozen=True, slots=True)
class Leave:
    """The function returns, or, if it does not come `back`, has raised."""

    node: Node
    back: bool = True


End = Goto | Branch | Again | Leave


class Operands:
    """The block under construction, and expressions in it."""

    def __init__(self, itself: Itself) -> None:
        self.itself = itself
        self.entry = Block()
        self.here: Block | None = self.entry
        self.shaken: frozenset[str] = frozenset()  # names that the present statement may assign
        self._numbers: dict[str, Iterator[int]] = {}

    # -- the block under construction

    def fresh(self, what: str) -> str:
        return f"{what}_{next(self._numbers.setdefault(what, count(1)))}__"

    def add(self, statement: Node, origin: Node) -> None:
        assert self.here is not None
        self.here.statements.append(located(statement, origin))

    def put(self, name: str, value: Node, origin: Node) -> Node:
        """`name = value`; the name, to be read."""
        self.add(assign(located(store(name), origin), located(value, origin)), origin)
        return located(load(name), origin)

    def close(self, end: End) -> None:
        if self.here is not None:
            self.here.end = end
        self.here = None

    def branch(self, test: Node) -> tuple[Block, Block]:
        """The blocks of either side of a test."""
        then, orelse = Block(), Block()
        self.close(Branch(test, then, orelse))
        return then, orelse

    # -- expressions

    def plain(self, node: Node) -> Node:
        """The same value without a call of the function itself, after those that it makes."""
        if not self.itself.within(node):
            return node
        kind = type(node).__name__
        if self.itself.is_call(node):
            return self.call(node)
        if kind == "IfExp":
            return self._chosen(node)
        if kind == "NamedExpr":
            return self.put(node.target.id, self.plain(node.value), node)
        if kind in _SKIPPING:
            self.itself.refuse(SKIPPED, node)
        if kind not in _PARTS:
            self.itself.refuse(DEEP, node)
        return self._parts(node)

    def _parts(self, node: Node) -> Node:
        made = copy(node)
        places = list(_places(made))
        last = max(n for n, (held, key) in enumerate(places) if self.itself.within(held[key]))
        kind = type(node).__name__
        if kind == "BoolOp" and last:
            return self._lazy(node)
        if last >= _SURE.get(kind, len(places)):
            self.itself.refuse(SKIPPED, node)
        for n, (held, key) in enumerate(places[: last + 1]):
            value = self.plain(held[key])
            held[key] = value if n == last else self.kept(value, key == "func")
        return made

    def kept(self, node: Node, called: bool = False) -> Node:
        """The value as it is now, whatever runs before it is used."""
        if self._is_steady(node, called):
            return node
        kind = type(node).__name__
        if kind in ("keyword", "Starred", "Slice", "Tuple"):
            made = copy(node)
            for held, key in _places(made):
                held[key] = self.kept(held[key])
            return made
        if kind == "FormattedValue":
            self.itself.refuse(DEEP, node)
        return self.put(self.fresh("before"), node, node)

    def _is_steady(self, node: Node, called: bool) -> bool:
        """Whether reading it later gives the same."""
        if isinstance(node, gast.Constant):
            return True
        if isinstance(node, gast.Name):
            return node.id not in self.shaken
        if isinstance(node, gast.Attribute):
            root = node.value
            while isinstance(root, gast.Attribute):
                root = root.value
            steady = isinstance(root, gast.Name) and root.id not in self.shaken
            return steady and (called or root.id not in self.itself.local)
        return False

    def call(self, node: Node, used: bool = True) -> Node:
        """The function calls itself; what it returns."""
        given = self.itself.given(node)
        values = self._arguments(list(given.items()), node)
        after = Block()
        wanted = {name: v for name, v in values.items() if name not in self.itself.fixed}
        self.close(Again(wanted, after, node))
        self.here = after
        if not used:
            return located(constant(None), node)
        return self.put(self.fresh("called"), load(RESULT), node)

    def _arguments(self, given: list[tuple[str, Node | None]], node: Node) -> dict[str, Node]:
        inside = [n for n, (_, v) in enumerate(given) if v is not None and self.itself.within(v)]
        last = max(inside, default=-1)
        found: dict[str, Node] = {}
        for n, (name, value) in enumerate(given):
            if value is None:
                found[name] = self._default(name, node)
            else:
                value = self.plain(value)
                found[name] = self.kept(value) if n < last else value
        return found

    def _default(self, name: str, node: Node) -> Node:
        named = located(copy(node.func), node)
        return located(Asked("default", [named, located(constant(name), node)]), node)

    def _chosen(self, node: Node) -> Node:
        """`a if c else b`."""
        name = self.fresh("chosen")
        then, orelse = self.branch(self.plain(node.test))
        after = Block()
        for block, value in ((then, node.body), (orelse, node.orelse)):
            self.here = block
            self.put(name, self.plain(value), value)
            self.close(Goto(after))
        self.here = after
        return located(load(name), node)

    def _lazy(self, node: Node) -> Node:
        """`a and b`, `a or b`."""
        name, after = self.fresh("chosen"), Block()
        for value in node.values[:-1]:
            found = self.put(name, self.plain(value), value)
            then, orelse = self.branch(found)
            on, off = (then, orelse) if isinstance(node.op, gast.And) else (orelse, then)
            off.end = Goto(after)
            self.here = on
        self.put(name, self.plain(node.values[-1]), node.values[-1])
        self.close(Goto(after))
        self.here = after
        return located(load(name), node)


def _places(node: Node) -> Iterator[tuple[Node, Node]]:
    """Where the parts of an expression stand, in the order of evaluation; lists are copied."""
    for name in _PARTS[type(node).__name__]:
        value = getattr(node, name)
        if isinstance(value, list):
            made = list(value)
            setattr(node, name, made)
            yield from ((made, n) for n in range(len(made)))
        elif value is not None:
            yield vars(node), name
