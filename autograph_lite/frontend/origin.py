"""Staged tree and its text -> which user line each line of the text stands for.

The text is parsed again and both trees are walked side by side: what the text has at a line came from
the node that stands at the same place of the staged tree, and that node kept the user's position.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from autograph_lite.errors import Origin

_GENERATED = re.compile(r"make__|(get_state|set_state|(if|else|loop)_body|loop_test)_\d+")


def origins(staged: ast.Module, text: str, filename: str, function: str) -> dict[int, Origin]:
    """For every line of the text the place of the statement on it."""
    start = Origin(filename, staged.body[0].lineno, -1, function)
    found: dict[int, Origin] = {}
    for line, place in _places(staged, ast.parse(text), start):
        found.setdefault(line, place)
    return dict(_filled(found, text.count("\n")))


def _filled(found: dict[int, Origin], lines: int) -> Iterator[tuple[int, Origin]]:
    """Empty lines belong to what stands before them."""
    last = found[min(found)]
    for line in range(1, lines + 1):
        last = found.get(line, last)
        yield line, last


def _places(staged: ast.AST, parsed: ast.AST, around: Origin) -> Iterator[tuple[int, Origin]]:
    """Each statement's line; one that has no place of its own belongs to what is around it."""
    made_body, read_body = getattr(staged, "body", None), getattr(parsed, "body", None)
    if not isinstance(made_body, list) or not isinstance(read_body, list):
        return
    for made, read in zip(made_body, read_body, strict=True):
        place = around
        if getattr(made, "lineno", None) is not None:
            place = Origin(around.filename, made.lineno, made.col_offset, around.function)
        yield read.lineno, place
        yield from _places(made, read, _inside(made, place))


def _inside(node: ast.stmt, place: Origin) -> Origin:
    """In a nested function of the user the place carries that function's name."""
    if isinstance(node, ast.FunctionDef) and not _GENERATED.fullmatch(node.name):
        return replace(place, function=node.name)
    return place


def deepest(tree: ast.AST) -> tuple[int, int]:
    """Line and column of the node that stands inside the most others."""
    place, most = (1, -1), 0
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > most and isinstance(node, ast.expr | ast.stmt):
            place, most = (node.lineno, node.col_offset), depth
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return place
