"""Names and values -> gast nodes: the few shapes that generated code is made of.

gast carries no type information, so `Node` is `Any` under a name; this module is the one place where
nodes are built by hand, which keeps the field order of gast out of the rewriting rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import gast

Node = Any


class Asked(gast.expr):  # type: ignore[misc]  # gast has no types
    """`ag__.name(values)` in a tree that is still the user's: its values are yet to be rewritten."""

    _fields = ("name", "values")


def load(name: str) -> Node:
    """A read of a Python variable."""
    return gast.Name(name, gast.Load(), None, None)


def store(name: str) -> Node:
    """A Python variable as the target of an assignment."""
    return gast.Name(name, gast.Store(), None, None)


def constant(value: object) -> Node:
    """A literal."""
    return gast.Constant(value, None)


def pair(*elements: Node) -> Node:
    """A tuple that is read."""
    return gast.Tuple(list(elements), gast.Load())


def names_tuple(names: Iterable[str], context: Node = None) -> Node:
    """`(x, y)`, read or assigned."""
    context = context or gast.Load()
    return gast.Tuple([gast.Name(name, context, None, None) for name in names], context)


def arguments(names: Sequence[str] = ()) -> Node:
    """Plain positional parameters."""
    parameters = [gast.Name(name, gast.Param(), None, None) for name in names]
    return gast.arguments(parameters, [], None, [], [], None, [])


def thunk(value: Node) -> Node:
    """`lambda: value`, a value that is computed only when it is asked for."""
    return gast.Lambda(arguments(), value)


def protocol(name: str, *values: Node, of: str = "ag__") -> Node:
    """`ag__.name(values)`."""
    function = gast.Attribute(load(of), name, gast.Load())
    return gast.Call(function, list(values), [])


def assign(target: Node, value: Node) -> Node:
    """`target = value`."""
    return gast.Assign([target], value, None)


def define(name: str, parameters: Node, body: list[Node]) -> Node:
    """`def name(parameters): body`; an empty body becomes `pass`."""
    return gast.FunctionDef(name, parameters, body or [gast.Pass()], [], None, None, [])


def located(node: Node, origin: Node) -> Node:
    """`node`, standing where the user's node stands; a node that already has a place keeps it."""
    if getattr(node, "lineno", None) is None and hasattr(origin, "lineno"):
        node.lineno, node.col_offset = origin.lineno, origin.col_offset
        node.end_lineno = getattr(origin, "end_lineno", origin.lineno)
        node.end_col_offset = getattr(origin, "end_col_offset", origin.col_offset)
    return node


# Fields without nodes that are evaluated; most nodes are names, which hold nothing.
_TYPES = frozenset(["annotation", "returns", "type_params", "type_comment"])
_SILENT = _TYPES | frozenset(["ctx", "op", "ops", "id", "attr", "arg", "kind", "module", "level"])
_PARTS: dict[type, tuple[str, ...]] = {}


def children(node: Node) -> list[Node]:
    """The nodes inside that are evaluated, which annotations, dropped by staging, are not."""
    kind = node.__class__
    fields = _PARTS.get(kind)
    if fields is None:
        fields = _PARTS[kind] = tuple(f for f in getattr(node, "_fields", ()) if f not in _SILENT)
    found: list[Node] = []
    for field in fields:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += [child for child in value if isinstance(child, gast.AST)]
        elif isinstance(value, gast.AST):
            found.append(value)
    return found


def everything(tree: Node) -> Iterator[Node]:
    """Every node that is evaluated, a node before those inside; a loop, because expressions may be deep."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)
