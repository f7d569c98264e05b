"""Function -> the names that it declares `global` or `nonlocal`."""

from __future__ import annotations

from collections.abc import Iterator

import gast

from autograph_lite.frontend.nodes import Node, children


def declared(function: Node) -> dict[str, None]:
    """Names from outside that a function, and not one inside it, says to assign."""
    return {name: None for name, _ in declarations(function)}


def declarations(function: Node) -> Iterator[tuple[str, Node]]:
    """The same names, each with the statement that says so."""
    for node in statements(function):
        if isinstance(node, gast.Global | gast.Nonlocal):
            yield from ((name, node) for name in node.names)


def statements(function: Node) -> Iterator[Node]:
    """The statements of a function, nested ones too, without those of functions inside it."""
    waiting = function.body[::-1] if isinstance(function, gast.FunctionDef) else []
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, gast.FunctionDef):
            inside = [child for child in children(node) if isinstance(child, gast.stmt)]
            waiting.extend(reversed(inside))
