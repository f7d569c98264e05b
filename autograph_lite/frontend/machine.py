"""A function that calls itself -> the same function as one loop over the calls that have not returned.

Recursion that only the run ends has no graph: a graph has branches and loops.  So what runs from one call of
the function itself to the next becomes a branch of a loop, and what is read after a call waits in a list:

    def f(x, n):                       calls__, frames_1__ = [-1], []
        if n < 2:                      place__ = 0
            return x                   while place__ >= 0:
        return n * f(x, n - 1)             if place__ == 0:
                                               if n < 2:
                                                   result__ = x
                                                   place__ = calls__.pop()
                                               else:
                                                   frames_1__.append(n)
                                                   n = n - 1
                                                   calls__.append(1)
                                                   place__ = 0
                                           elif place__ == 1:
                                               n = frames_1__.pop()
                                               result__ = n * result__
                                               place__ = calls__.pop()
                                       return result__

Everything else, gradients of every order too, is that of a loop.
"""

from __future__ import annotations

from copy import copy, deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import gast

from autograph_lite.frontend.apart import Again, Block, Branch, Goto, Leave
from autograph_lite.frontend.blocks import blocks_of, following, returning
from autograph_lite.frontend.declared import statements
from autograph_lite.frontend.desugar import RESULT
from autograph_lite.frontend.itself import Itself, itself
from autograph_lite.frontend.names import NONE
from autograph_lite.frontend.nodes import (
    Asked,
    Node,
    assign,
    constant,
    load,
    located,
    names_tuple,
    pair,
    store,
)
from autograph_lite.frontend.waiting import origin, waiting

PLACE, CALLS = "place__", "calls__"
END = -1
COPIES = 4
"""So often a block stands in the places from which it is jumped to."""


def as_loop(function: Node, filename: str, in_class: bool) -> None:
    """Rewrite the definition of a function in place."""
    own = itself(function, filename, in_class)
    function.body = _Machine(own, ordered(blocks_of(own))).body()


@dataclass(frozen=True)
class Order:
    """The blocks that can be reached, each before those that it jumps to as far as that is possible, and
    those with which a step of the loop begins: the first one, and those that go on after a call."""

    blocks: tuple[Block, ...]
    starts: tuple[Block, ...]

    @cached_property
    def number(self) -> dict[Block, int]:
        """The blocks with a number.  Each of the others stands where it is jumped to, so that what a name is
        does not depend on where the jump came from."""
        seen: set[Block] = set()
        copies = dict.fromkeys(self.blocks, 0) | dict.fromkeys(self.starts, 1)
        shared: list[Block] = []
        for block in self.blocks:
            seen.add(block)
            if block in shared or copies[block] > COPIES:
                shared += [] if block in shared else [block]
                copies[block] = 1
            for to in following(block):
                copies[to] += copies[block]
                shared += [to] if to in seen and to not in shared else []
        placed = [*self.starts, *(block for block in self.blocks if block in shared)]
        return {block: n for n, block in enumerate(placed)}

    @cached_property
    def repeated(self) -> tuple[Block, ...]:
        """Those that a block jumps to which runs after them: they wait for the next step."""
        within = dict(self.number)
        for block in self.blocks:
            for to in following(block):
                if to not in self.number:
                    within[to] = max(within.get(to, 0), within[block])
        jumps = [(b, to) for b in self.blocks for to in following(b) if to in self.number]
        return tuple(to for block, to in jumps if self.number[to] <= within[block])


def ordered(entry: Block) -> Order:
    """The order of the blocks that hang on the first."""
    starts, seen = [entry], set[Block]()
    for start in starts:  # which grows
        for block in _left(start, seen):
            starts += [after for after in returning(block) if after not in starts]
    seen.clear()
    left = [block for start in reversed(starts) for block in _left(start, seen)]
    return Order(tuple(reversed(left)), tuple(starts))


def _left(start: Block, seen: set[Block]) -> list[Block]:
    """What is reached by jumps and has not been seen, each block after all that it jumps to."""
    found: list[Block] = []
    stack = [(start, False)]
    while stack:
        block, left = stack.pop()
        if left:
            found.append(block)
        elif block not in seen:
            seen.add(block)
            stack.append((block, True))
            stack.extend((to, False) for to in reversed(following(block)))
    return found


class _Machine:
    """The loop, given the order of the blocks."""

    def __init__(self, own: Itself, order: Order) -> None:
        self.own, self.order = own, order
        self.waiting = waiting(own, order.blocks, order.starts)
        self.sites = {block: n for n, block in enumerate(self.waiting.at, 1)}

    def body(self) -> list[Node]:
        """The statements of the function."""
        own, node = self.own, self.own.function
        checks = [gast.Expr(Asked("itself", [named])) for named in own.spoken(node)]
        frames = [n for block, n in self.sites.items() if self.waiting.at[block]]
        begin = [
            assign(store(CALLS), _list(constant(END))),
            *(assign(store(_frames(n)), _list()) for n in frames),
            assign(store(RESULT), _nothing("return value")),
            assign(store(PLACE), constant(0)),
        ]
        steps = [*self._forgotten(), *self._blocks()]
        loop = gast.While(_compared(gast.GtE(), 0), [placed(s, node) for s in steps], [])
        made = [*checks, *begin, loop, gast.Return(load(RESULT))]
        return [*_declared(node), *(placed(statement, node) for statement in made)]

    # -- names of one step

    def _forgotten(self) -> list[Node]:
        """Names that no step hands on hold nothing when it begins."""
        alive, unsure = self.waiting.alive, self.waiting.unsure
        ends = (self.order.starts[0], *self.order.repeated)
        carried = NONE.union(*(alive[block] for block in ends))
        names = [name for name in self.waiting.names if name not in carried]
        sure = [store(name) for name in names if name not in unsure]
        made = [gast.Assign(sure, _nothing("a name of the call"), None)] if sure else []
        return [*made, *(assign(store(n), _nothing(n)) for n in names if n in unsure)]

    # -- blocks

    def _blocks(self) -> list[Node]:
        """One of those with which a step begins, then those that it may jump to."""
        made = [self._placed(block) for block in self.order.number]
        starts = len(self.order.starts)
        for one, other in pairwise(made[:starts]):
            one.orelse = [other]
        return [made[0], *made[starts:]]

    def _placed(self, block: Block) -> Node:
        here = _compared(gast.Eq(), self.order.number[block])
        return gast.If(here, [*self._taken(block), *self._statements(block)], [])

    def _taken(self, block: Block) -> list[Node]:
        """What waited for a call to return."""
        for site, number in self.sites.items():
            names = self.waiting.at[site]
            if names and block in returning(site):
                call = _method(_frames(number), "pop")
                return [placed(assign(_row(names, gast.Store()), call), origin(site))]
        return []

    def _statements(self, block: Block) -> list[Node]:
        made, end = list(block.statements), block.end
        if isinstance(end, Goto):
            made += self._jump(end.to)
        elif isinstance(end, Branch):
            arms = self._jump(end.then), self._jump(end.orelse)
            made.append(located(gast.If(end.test, *arms), end.test))
        elif isinstance(end, Again):
            made += self._again(block, end)
        elif isinstance(end, Leave) and end.back:
            made.append(placed(assign(store(PLACE), _method(CALLS, "pop")), end.node))
        return made

    def _jump(self, block: Block) -> list[Node]:
        if block in self.order.number:
            return [_to(self.order.number[block])]
        return deepcopy(self._statements(block))

    def _again(self, block: Block, end: Again) -> list[Node]:
        """Keep what is read when the call has returned, and begin anew with its arguments."""
        made: list[Node] = []
        names, given = self.waiting.at[block], end.given
        if names:
            row = _row(names, gast.Load())
            made.append(gast.Expr(_method(_frames(self.sites[block]), "append", row)))
        if given:
            values = list(given.values())
            value = values[0] if len(values) == 1 else pair(*values)
            made.append(assign(_row(tuple(given), gast.Store()), value))
        place = constant(self.order.number[end.after])
        entered = Asked("enter", [load(CALLS), place, *map(load, given)])
        made += [gast.Expr(entered), _to(0)]
        return [placed(one, end.node) for one in made]


def _declared(function: Node) -> list[Node]:
    """The names of functions around that it says to assign."""
    return [copy(n) for n in statements(function) if isinstance(n, gast.Global | gast.Nonlocal)]


def _frames(number: int) -> str:
    return f"frames_{number}__"


def _row(names: tuple[str, ...], context: Node) -> Node:
    return (
        names_tuple(names, context) if len(names) > 1 else gast.Name(names[0], context, None, None)
    )


def _to(number: int) -> Node:
    return assign(store(PLACE), constant(number))


def _compared(operator: Node, number: int) -> Node:
    return gast.Compare(load(PLACE), [operator], [constant(number)])


def _list(*elements: Node) -> Node:
    return gast.List(list(elements), gast.Load())


def _method(name: str, method: str, *values: Node) -> Node:
    return gast.Call(gast.Attribute(load(name), method, gast.Load()), list(values), [])


def _nothing(name: str) -> Node:
    return Asked("Undefined", [constant(name)])


def placed(tree: Node, around: Node) -> Node:
    """Generated nodes at the place of the user's node; those that have a place keep it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if getattr(node, "lineno", None) is None:
            located(node, around)
            waiting += gast.iter_child_nodes(node)
    return tree
