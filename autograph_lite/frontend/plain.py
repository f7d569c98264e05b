"""gast tree -> Python's own tree, for printing.

gast's translator asks each node by its name and copies one attribute at a time, which took a fifth of a
conversion; here the fields of a class are looked up once.  Names that are parameters become `ast.arg`.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

import gast

_PLACE = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def plain(node: Any) -> Any:
    """The same node in terms of `ast`; what is neither a node nor a list of them is itself."""
    if node.__class__ is list:
        return [plain(part) for part in node]
    if not isinstance(node, gast.AST):
        return node
    kind = node.__class__
    if kind is gast.Name and node.ctx.__class__ is gast.Param:
        return ast.arg(node.id, None, None)
    made, fields = _class(kind)
    if not fields and not hasattr(node, "lineno"):
        return _alone(made)
    found = made(*[plain(getattr(node, field, None)) for field in fields])
    if hasattr(node, "lineno"):
        for name in _PLACE:
            setattr(found, name, getattr(node, name, None))
    return found


@cache
def _class(kind: type) -> tuple[Any, tuple[str, ...]]:
    made: Any = getattr(ast, kind.__name__)
    return made, made._fields


@cache
def _alone(made: Any) -> ast.AST:
    """A context or an operator holds nothing: one is enough."""
    found: ast.AST = made()
    return found
