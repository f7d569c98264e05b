"""Syntax tree -> the same tree, or a ConversionError: every kind of node is allowed or refused here.

What is allowed and what is refused stands in the table of `constructs`; this module finds the first place
in the text that is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

import gast

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.frontend.constructs import (
    ALLOWED,
    CONDITIONS,
    FOLDS,
    FOREIGN,
    KEPT_NAME,
    LOOSE_GENERATOR,
    REFUSED,
)
from autograph_lite.frontend.names import Scope, deletions
from autograph_lite.frontend.nodes import Node, children, everything


def check(tree: Node, filename: str, function: str) -> None:
    """Raise at the first place, in the order of the text, that cannot be staged."""
    nodes = list(everything(tree))
    kept = {id(name) for name in _kept_names(nodes)}
    if not kept and not any(map(_questionable, nodes)):
        return  # nearly always; which place comes first is asked only where there is one
    for node, parents in _walk(tree):
        sentence = refusal(node) or _misplaced(node, parents)
        if sentence is None and id(node) in kept:
            sentence = KEPT_NAME.refused
        if sentence is not None:
            line, column = _place([node, *parents])
            raise ConversionError(sentence, Origin(filename, line, column, function))


def _kept_names(nodes: list[Node]) -> Iterator[Node]:
    """Names under `del` that a function inside reads: it would find the name gone when it is called."""
    if not any(isinstance(node, gast.Delete) for node in nodes):
        return
    for function in nodes:
        if isinstance(function, gast.FunctionDef):
            gone = [name for node in everything(function) for name in deletions(node)]
            captured = Scope(function).captured if gone else ()
            yield from (name for name in gone if name.id in captured)


def refusal(node: Node) -> str | None:
    """Why this node is refused whatever stands around it; None if it is allowed."""
    kind = type(node).__name__
    for part in (kind, *_operators(node)):
        if part not in ALLOWED:
            return REFUSED.get(part, FOREIGN)
    for met, sentence in CONDITIONS.get(kind, ()):
        if met(node):
            return sentence
    return None


def _questionable(node: Node) -> bool:
    """May it be refused?  Of generators it depends on what stands around them."""
    return isinstance(node, gast.GeneratorExp) or refusal(node) is not None


def _operators(node: Node) -> list[str]:
    """The kinds of what holds no nodes: an operator, several of them."""
    fields = node._fields
    found = [node.op] if "op" in fields else node.ops if "ops" in fields else ()
    return [type(operator).__name__ for operator in found]


def _misplaced(node: Node, parents: tuple[Node, ...]) -> str | None:
    if type(node).__name__ != "GeneratorExp":
        return None
    call = parents[0]
    fold = (
        type(call).__name__ == "Call"
        and type(call.func).__name__ == "Name"
        and call.func.id in FOLDS
        and call.args[:1] == [node]
    )
    return None if fold else LOOSE_GENERATOR.refused


def _place(nodes: list[Node]) -> tuple[int, int]:
    """Line and column of the innermost node that has them."""
    for node in nodes:
        if getattr(node, "lineno", None) is not None:
            return node.lineno, node.col_offset
    return 0, -1


def _in_order(node: Node) -> list[Node]:
    """The nodes inside in the order of the text."""
    found = children(node)
    return found if len(found) < 2 else sorted(found, key=lambda child: _place([child]))


def _walk(tree: Node) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every node with its parents, innermost first; a loop, because expressions may be deep."""
    waiting: list[tuple[Node, tuple[Node, ...]]] = [(tree, ())]
    while waiting:
        node, parents = waiting.pop()
        yield node, parents
        around = (node, *parents[:3])
        waiting.extend((child, around) for child in reversed(_in_order(node)))
