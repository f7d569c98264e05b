"""Blocks of a function that calls itself -> which names wait in a list while a call runs."""

from __future__ import annotations

from dataclasses import dataclass

from autograph_lite.frontend.apart import Again, Block, Branch
from autograph_lite.frontend.blocks import following, returning
from autograph_lite.frontend.desugar import RESULT, desugar
from autograph_lite.frontend.flow import assigned_after, live_before
from autograph_lite.frontend.forms import Block as Forms
from autograph_lite.frontend.itself import UNBOUND, Itself, reads
from autograph_lite.frontend.names import NONE, Names, Scope, parameters
from autograph_lite.frontend.nodes import Node, define


@dataclass(frozen=True, slots=True)
class Waiting:
    """`at`: the names that wait, by the block that ends with the call; `alive`: those that are read from
    the start of a block on; `names`: all that the blocks assign; `unsure`: those that may be read before
    anything is assigned to them."""

    at: dict[Block, tuple[str, ...]]
    alive: dict[Block, Names]
    names: tuple[str, ...]
    unsure: Names


def waiting(own: Itself, blocks: tuple[Block, ...], starts: tuple[Block, ...]) -> Waiting:
    """What each call leaves behind."""
    forms = {block: desugar(define("block", None, _all_of(block))) for block in blocks}
    scope = Scope(define(own.name, own.function.args, [s for b in blocks for s in _all_of(b)]))
    apart = frozenset([*own.fixed, RESULT]) | (own.changing - own.local)
    alive = _alive(scope, forms, apart)
    calls = [(b, b.end) for b in blocks if isinstance(b.end, Again)]
    at = {block: scope.ordered(alive[end.after]) for block, end in calls}
    first = {starts[0]: frozenset(parameters(own.function))}
    first |= {end.after: own.fixed.union(at[block]) for block, end in calls}
    every = frozenset(scope.locals)
    known = _assigned(forms, first, every)
    for block, names in at.items():
        surely = assigned_after(forms[block], known[block], every)
        for name in names:
            if name not in surely:
                own.refuse(UNBOUND.format(name), origin(block))
    unsure = NONE.union(*(alive[block] - known[block] for block in blocks)) - apart
    names = tuple(name for name in scope.locals if name not in apart)
    return Waiting(at, alive, names, unsure)


def origin(block: Block) -> Node:
    """The call with which a block ends."""
    assert isinstance(block.end, Again)
    return block.end.node


def _all_of(block: Block) -> list[Node]:
    """What a block evaluates, as statements."""
    end = block.end
    more = [end.test] if isinstance(end, Branch) else []
    more = list(end.given.values()) if isinstance(end, Again) else more
    return [*block.statements, *([reads(*more)] if more else [])]


def _alive(scope: Scope, forms: dict[Block, Forms], apart: Names) -> dict[Block, Names]:
    """By the start of a block: the names that are read from there on, before they are assigned."""
    alive = dict.fromkeys(forms, NONE)
    changed = True
    while changed:
        changed = False
        for block in reversed(forms):
            after = NONE.union(*(alive[to] for to in (*following(block), *returning(block))))
            found = live_before(scope, forms[block], after, {}) - apart
            changed |= found != alive[block]
            alive[block] = found
    return alive


def _assigned(
    forms: dict[Block, Forms], first: dict[Block, Names], everything: Names
) -> dict[Block, Names]:
    """By the start of a block: the names that surely hold a value there, given those of some."""
    known = {block: first.get(block, everything) for block in forms}
    changed = True
    while changed:
        changed = False
        for block in forms:
            after = assigned_after(forms[block], known[block], everything)
            for to in following(block):
                fewer = known[to] & after
                changed |= fewer != known[to]
                known[to] = fewer
    return known
