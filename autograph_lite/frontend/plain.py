"""gast tree -> Python's own tree, for printing.

gast's translator asks each node by its name and copies one attribute at a time, which took a fifth of a
conversion; here the fields of a class are looked up once.  Names that are parameters become `ast.arg`.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

import gast

_LITERALS = frozenset([str, int, float, type(None)])


def plain(node: Any) -> Any:
    """The same node in terms of `ast`; what is neither a node nor a list of them is itself."""
    kind = node.__class__
    if kind is list:
        return [plain(part) for part in node]
    made, fields = _class(kind)
    if made is None:
        return node
    if kind is gast.Name and node.ctx.__class__ is gast.Param:
        return ast.arg(node.id, None, None)
    held = node.__dict__
    if not fields and "lineno" not in held:
        return _alone(made)
    parts = [held.get(field) for field in fields]
    found = made(*[part if part.__class__ in _LITERALS else plain(part) for part in parts])
    if "lineno" in held:
        found.lineno, found.col_offset = held["lineno"], held["col_offset"]
        found.end_lineno, found.end_col_offset = held.get("end_lineno"), held.get("end_col_offset")
    return found


@cache
def _class(kind: type) -> tuple[Any, tuple[str, ...]]:
    """The class of `ast` that stands for one of gast, and its fields; None for what is not a node."""
    if not issubclass(kind, gast.AST):
        return None, ()
    made: Any = getattr(ast, kind.__name__)
    return made, made._fields


@cache
def _alone(made: Any) -> ast.AST:
    """A context or an operator holds nothing: one is enough."""
    found: ast.AST = made()
    return found
