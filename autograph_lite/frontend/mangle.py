"""Tree of a function in a class -> the same tree with `__x` written as Python stores it, `_Class__x`.

Staged code stands outside the class, so what the compiler would do silently has to be in the text.
"""

from __future__ import annotations

import ast

import gast

from autograph_lite.frontend.nodes import Node

_FIELDS = ("id", "attr", "arg", "name", "asname", "rest")


def mangle(tree: Node, owner: str | None) -> Node:
    """Rename private names in place; outside a class, or in one named `__`, there are none."""
    prefix = (owner or "").lstrip("_")
    if not prefix:
        return tree
    for node in ast.walk(tree):
        if isinstance(node, gast.Global | gast.Nonlocal):
            node.names = [f"_{prefix}{x}" if _is_private(x) else x for x in node.names]
        for field in _FIELDS:
            name = getattr(node, field, None)
            if node is not tree and isinstance(name, str) and _is_private(name):
                setattr(node, field, f"_{prefix}{name}")
    return tree


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__") and "." not in name
