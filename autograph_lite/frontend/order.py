"""Node -> its parts in the order in which Python evaluates them, and whether it surely does.

`:=` makes the order matter: what stands behind it sees the name, and an operand that is skipped assigns
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import gast

from autograph_lite.frontend.nodes import Node, children

Run = tuple[bool, list[Node]]

# Statements and expressions whose fields stand in another order than they are evaluated in.
_VALUE_FIRST = {"Assign": "targets", "AnnAssign": "target", "NamedExpr": "target"}
# The one operand that is surely evaluated, and those that may be skipped.
_SKIPPING = {"IfExp": ("test", "body", "orelse"), "Assert": ("test", "msg")}


def runs(node: Node) -> Iterator[Run]:
    """Parts that are evaluated one after the other; the first of a run decides for all of it.

    True: surely.  Functions and comprehensions inside have to be told apart by the caller.
    """
    kind = type(node).__name__
    if kind == "BoolOp":
        yield True, node.values[:1]
        yield False, node.values[1:]
    elif kind == "Compare":
        yield True, [node.left, node.comparators[0]]
        yield False, node.comparators[1:]
    elif kind in _SKIPPING:
        first, *others = (getattr(node, field) for field in _SKIPPING[kind])
        yield True, [first]
        yield from ((False, [other]) for other in others if other is not None)
    elif kind == "Dict":
        pairs = zip(node.keys, node.values, strict=True)
        yield True, [part for pair in pairs for part in pair if part is not None]
    elif kind in _VALUE_FIRST:
        targets = getattr(node, _VALUE_FIRST[kind])
        values = [] if node.value is None else [node.value]
        yield True, [*values, *(targets if isinstance(targets, list) else [targets])]
    else:
        yield True, list(children(node))


def skippable(node: Node) -> Iterator[Node]:
    """The operands inside an expression that staged code may skip, functions inside excluded: those
    that Python may skip, and all but the first of a chained comparison."""
    chained = isinstance(node, gast.Compare) and len(node.ops) > 1
    for certain, parts in runs(node):
        for part in parts:
            if not certain or (chained and part is not node.left):
                yield part
            elif not isinstance(part, gast.Lambda):
                yield from skippable(part)
