"""Statements of a function that calls itself -> blocks; here: statements.

A statement without a call of the function itself stays as it is, unless it jumps out of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy, deepcopy

import gast

from autograph_lite.frontend.apart import Again, Block, Branch, Goto, Leave, Operands
from autograph_lite.frontend.desugar import RESULT, is_true, jumps_of, without_docstring
from autograph_lite.frontend.itself import AROUND, TARGET, Itself
from autograph_lite.frontend.names import bound, free
from autograph_lite.frontend.nodes import (
    Asked,
    Node,
    assign,
    constant,
    everything,
    load,
    located,
    store,
)

_ITERATORS = ("range", "enumerate", "zip", "reversed")
_DISPLAY = 8
"""So many elements of a display are gone through one by one."""
_Targets = tuple[Block, Block]


class Statements(Operands):
    """The statements of a function, in blocks."""

    def __init__(self, itself: Itself) -> None:
        super().__init__(itself)
        self._loops: list[_Targets] = []  # where `break` and `continue` lead

    def all(self, body: list[Node]) -> None:
        for node in body:
            if self.here is None:
                return
            self.shaken = frozenset(self._shaken(node))
            self.statement(node)

    def _shaken(self, node: Node) -> list[str]:
        inside = [part for part in everything(node) if isinstance(part, gast.NamedExpr)]
        declared = [n for n in self.itself.changing if n not in self.itself.local]
        return [*declared, *(part.target.id for part in inside)]

    def statement(self, node: Node) -> None:
        kind = type(node).__name__
        if kind == "Raise":
            self._raise(node)
        elif not self.itself.within(node) and not jumps_of([node]):
            if kind not in ("Global", "Nonlocal", "Pass"):
                self.add(node, node)
        else:
            rule = getattr(self, "_" + kind, None)
            if rule is None:
                self.itself.refuse(AROUND, node)
            rule(node)

    # -- simple statements

    def _raise(self, node: Node) -> None:
        made = copy(node)
        for name in ("exc", "cause"):
            value = getattr(node, name)
            setattr(made, name, None if value is None else self.plain(value))
        self.add(made, node)
        self.close(Leave(node, back=False))

    def _Expr(self, node: Node) -> None:
        if self.itself.is_call(node.value):
            self.call(node.value, used=False)
        else:
            self.add(gast.Expr(self.plain(node.value)), node)

    def _Return(self, node: Node) -> None:
        value = located(constant(None), node) if node.value is None else node.value
        if isinstance(value, gast.IfExp) and self.itself.within(value):
            self._If(_as_branch(node, value, lambda v: gast.Return(v)))
            return
        self.put(RESULT, self.plain(value), node)
        self.close(Leave(node))

    def _Assign(self, node: Node) -> None:
        if any(map(self.itself.within, node.targets)):
            self.itself.refuse(TARGET, node)
        if isinstance(node.value, gast.IfExp):
            self._If(
                _as_branch(node, node.value, lambda v: gast.Assign(deepcopy(node.targets), v, None))
            )
            return
        self.add(gast.Assign(node.targets, self.plain(node.value), None), node)

    def _AnnAssign(self, node: Node) -> None:
        if self.itself.within(node.target):
            self.itself.refuse(TARGET, node)
        self.add(assign(node.target, self.plain(node.value)), node)

    def _AugAssign(self, node: Node) -> None:
        """`x += f(...)` reads x before the call."""
        if self.itself.within(node.target):
            self.itself.refuse(TARGET, node)
        target = copy(node.target)
        if isinstance(target, gast.Name) and target.id not in self.shaken:
            made = copy(node)
            made.value = self.plain(node.value)
            self.add(made, node)
            return
        for name in ("value", "slice"):
            if hasattr(target, name):
                setattr(target, name, self.kept(getattr(target, name)))
        read = copy(target)
        read.ctx = gast.Load()
        before = self.fresh("before")
        self.put(before, read, node)
        value = self.plain(node.value)
        self.add(gast.AugAssign(located(store(before), node), node.op, value), node)
        self.add(assign(target, located(load(before), node)), node)

    def _Assert(self, node: Node) -> None:
        if node.msg is not None and self.itself.within(node.msg):
            self.itself.refuse(AROUND, node.msg)
        self.add(gast.Assert(self.plain(node.test), node.msg), node)

    def _Break(self, node: Node) -> None:
        self.close(Goto(self._loops[-1][0]))

    def _Continue(self, node: Node) -> None:
        self.close(Goto(self._loops[-1][1]))

    # -- branches and loops

    def _If(self, node: Node) -> None:
        then, orelse = self.branch(self.plain(node.test))
        after = Block()
        for block, body in ((then, node.body), (orelse, node.orelse)):
            self.here = block
            self.all(body)
            self.close(Goto(after))
        self.here = after

    def _While(self, node: Node) -> None:
        if not self.itself.within(node):
            self._leaving(node)
            return
        head, after = Block(), Block()
        self.close(Goto(head))
        self.here = head
        if is_true(node.test):
            body, other = head, Block()
        else:
            body, other = self.branch(self.plain(node.test))
        self._body(node, body, (after, head))
        self.close(Goto(head))
        self._else(node, other, after)

    def _For(self, node: Node) -> None:
        if not self.itself.within(node):
            self._leaving(node)
        elif _is_short(node.iter):
            self._each(node)
        else:
            self._counted(node)

    def _counted(self, node: Node) -> None:
        """The same with a number that counts the steps."""
        source = self._source(node, node.iter)
        step, head, after = self.fresh("step"), Block(), Block()
        self.put(step, constant(0), node.iter)
        self.close(Goto(head))
        self.here = head
        many = located(Asked("count_of", [source]), node.iter)
        at = located(load(step), node.iter)
        body, other = self.branch(located(gast.Compare(at, [gast.Lt()], [many]), node.iter))
        self.here = body
        self.add(
            assign(node.target, located(Asked("nth", [deepcopy(source), deepcopy(at)]), node)), node
        )
        one = located(constant(1), node.iter)
        self.put(step, gast.BinOp(deepcopy(at), gast.Add(), one), node.iter)
        self._body(node, body, (after, head))
        self.close(Goto(head))
        self._else(node, other, after)

    def _source(self, loop: Node, node: Node) -> Node:
        """What a loop goes through, as an expression that means the same in every step."""
        name = node.func.id if isinstance(node, gast.Call) and _is_name(node.func) else None
        if name in _ITERATORS and name not in self.itself.local and not node.keywords:
            made = copy(node)
            made.args = [self._source(loop, arg) for arg in node.args]
            return made
        value = self.plain(node)
        changing = {*bound(loop), *self.shaken}
        if isinstance(value, gast.Constant) or (_is_name(value) and value.id not in changing):
            return value
        return self.put(self.fresh("rows"), value, node)

    def _each(self, node: Node) -> None:
        """Over a display: its elements one after the other."""
        kept = []
        for value in node.iter.elts:
            found = self.plain(value)
            rebound = not _is_free_of(found, {*bound(node), *self.shaken})
            kept.append(self.put(self.fresh("before"), found, value) if rebound else found)
        after = Block()
        for n, value in enumerate(kept):
            following = Block()
            self.add(assign(deepcopy(node.target), value), node)
            body = node.body if n + 1 == len(kept) else deepcopy(node.body)
            self._loops.append((after, following))
            self.all(body)
            self._loops.pop()
            self.close(Goto(following))
            self.here = following
        self.all(node.orelse)
        self.close(Goto(after))
        self.here = after

    def _body(self, node: Node, block: Block, targets: _Targets) -> None:
        self.here = block
        self._loops.append(targets)
        self.all(node.body)
        self._loops.pop()

    def _else(self, node: Node, block: Block, after: Block) -> None:
        """What runs where a loop ends without `break`."""
        self.here = block
        self.all(node.orelse)
        self.close(Goto(after))
        self.here = after

    def _leaving(self, node: Node) -> None:
        """A loop without a call of the function itself from which it returns."""
        flag = self.fresh("left")
        self.put(flag, constant(False), node)
        self.add(_without_returns(node, flag, self.itself, inside=False), node)
        then, orelse = self.branch(located(load(flag), node))
        self.here = then
        self.close(Leave(node))
        self.here = orelse


def _is_name(node: Node) -> bool:
    return isinstance(node, gast.Name)


def _is_free_of(node: Node, names: set[str]) -> bool:
    """Whether it is a name or literal that none of these changes."""
    if isinstance(node, gast.Constant):
        return True
    return _is_name(node) and names.isdisjoint(free(node))


def _is_short(source: Node) -> bool:
    if not isinstance(source, (gast.Tuple, gast.List)) or len(source.elts) > _DISPLAY:
        return False
    return not any(isinstance(e, gast.Starred) for e in source.elts)


def _as_branch(node: Node, value: Node, made: Callable[[Node], Node]) -> Node:
    """A statement of `a if c else b` as a branch."""
    arms = [[located(made(v), node)] for v in (value.body, value.orelse)]
    return located(gast.If(value.test, *arms), node)


def _without_returns(node: Node, flag: str, itself: Itself, inside: bool = True) -> Node:
    """A statement in which `return` keeps the value, sets the flag and ends the loops around it."""
    if isinstance(node, (gast.With, gast.Try)) and "return" in jumps_of([node]):
        itself.refuse(AROUND, node)
    made = copy(node)
    for name in ("body", "orelse"):
        body = getattr(node, name, None)
        if isinstance(body, list) and not isinstance(node, gast.FunctionDef):
            out = [part for one in body for part in _left(one, flag, itself)]
            setattr(made, name, out)
    return made


def _left(node: Node, flag: str, itself: Itself) -> list[Node]:
    if isinstance(node, gast.Return):
        value = located(constant(None), node) if node.value is None else node.value
        kept = assign(located(store(RESULT), node), value)
        told = assign(located(store(flag), node), located(constant(True), node))
        return [located(one, node) for one in (kept, told, gast.Break())]
    made = [_without_returns(node, flag, itself)]
    if isinstance(node, gast.For | gast.While) and "return" in jumps_of([node]):
        stop = [located(gast.Break(), node)]
        made.append(located(gast.If(located(load(flag), node), stop, []), node))
    return made


def blocks_of(itself: Itself) -> Block:
    """The first block of a function; those after it hang on it."""
    made = Statements(itself)
    made.all(without_docstring(itself.function.body))
    last = itself.function.body[-1]
    if made.here is not None:
        made.put(RESULT, constant(None), last)
        made.close(Leave(last))
    return made.entry


def following(block: Block) -> tuple[Block, ...]:
    """The blocks that a block jumps to."""
    end = block.end
    if isinstance(end, Goto):
        return (end.to,)
    return (end.then, end.orelse) if isinstance(end, Branch) else ()


def returning(block: Block) -> tuple[Block, ...]:
    """The block that goes on when a call of the function itself has returned."""
    return (block.end.after,) if isinstance(block.end, Again) else ()
