"""Staged tree and its text -> which user line each line of the text stands for.

The text is parsed again and both trees are walked side by side: what the text has at a line came from
the node that stands at the same place of the staged tree, and that node kept the user's position.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograph_lite.errors import Origin


def origins(staged: ast.Module, text: str, filename: str, function: str) -> dict[int, Origin]:
    """For every line of the text the place of the statement on it."""
    found: dict[int, Origin] = {}
    for made, parsed in _statements(staged, ast.parse(text), function):
        node, name = made
        if getattr(node, "lineno", None) is None:
            continue
        found.setdefault(parsed.lineno, Origin(filename, node.lineno, node.col_offset, name))
    lines = text.count("\n")
    last = None
    for line in range(1, lines + 1):
        last = found.get(line, last)
        if last is not None:
            found[line] = last
    return dict(sorted(found.items()))


def _statements(
    staged: ast.AST, parsed: ast.AST, function: str
) -> Iterator[tuple[tuple[ast.stmt, str], ast.stmt]]:
    for field in ("body",):
        pairs = zip(getattr(staged, field, []), getattr(parsed, field, []), strict=True)
        for made, read in pairs:
            yield (made, function), read
            yield from _statements(made, read, function)
