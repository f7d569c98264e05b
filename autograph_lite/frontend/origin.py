"""Staged tree and its text -> which place of the user each line and expression stands for.

The text is parsed again and both trees are walked side by side: what the text has at a line came from
the node that stands at the same place of the staged tree, and that node kept the user's position.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from autograph_lite.errors import Origin
from autograph_lite.frontend.asking import OPERATORS

_GENERATED = re.compile(r"make__|(get_state|set_state|(if|else|loop)_body|loop_test)_\d+")


Spans = dict[tuple[int, int, int], tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Places:
    """The user's places of a staged text: one for each line, and line, column and lambda, if it is in one,
    for expressions on a line by the columns where they start and end, which is how CPython marks its
    instructions."""

    lines: Mapping[int, Origin]
    spans: Spans

    def of(self, line: int, start: int, end: int) -> Origin | None:
        """The user's place of what a line has between two columns."""
        around, exact = self.lines.get(line), self.spans.get((line, start, end))
        if around is None or exact is None:
            return around
        return Origin(around.filename, exact[0], exact[1], exact[2] or around.function)


def places(
    staged: ast.Module, read: ast.Module, text: str, filename: str, function: str
) -> tuple[Places, list[ast.expr]]:
    """Lines and spans of the text of a staged tree, and the operators in `read`, the tree of the text."""
    start = Origin(filename, staged.body[0].lineno, -1, function)
    lines: dict[int, Origin] = {}
    spans: Spans = {}
    operators: list[ast.expr] = []
    for made, other, place in _statements(staged, read, start):
        lines.setdefault(other.lineno, place)
        _add_spans(spans, operators, made, other)
    return Places(dict(_filled(lines, text.count("\n"))), spans), operators


def _add_spans(spans: Spans, operators: list[ast.expr], made: ast.stmt, read: ast.stmt) -> None:
    """The expressions of one statement; a loop, because they may be deep.  Of the lambdas only those of the
    user have a place."""
    waiting: list[tuple[ast.AST, ast.AST, str]] = [(made, read, "")]
    while waiting:
        one, other, inside = waiting.pop()
        within = inside
        if other.__class__ in OPERATORS:
            operators.append(cast(ast.expr, other))
        if isinstance(one, ast.expr) and isinstance(other, ast.expr) and hasattr(one, "lineno"):
            span = (other.lineno, other.col_offset, other.end_col_offset or 0)
            spans[span] = (one.lineno, one.col_offset, inside)
            if isinstance(one, ast.Lambda):
                within = "<lambda>"
        kind: Any = one.__class__
        for field in _fields(kind):
            part, same = getattr(one, field, None), getattr(other, field, None)
            if part.__class__ is list:
                pairs = zip(part, same or (), strict=True)
                waiting += [(a, b, within) for a, b in pairs if isinstance(a, _INNER)]
            elif isinstance(part, ast.AST) and isinstance(same, ast.AST):
                waiting.append((part, same, within))


_INNER = (ast.expr, ast.keyword, ast.comprehension, ast.arg, ast.withitem, ast.excepthandler)
_SILENT = frozenset(["ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment"])


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    """The fields that hold expressions; most nodes are names, which hold none."""
    return tuple(field for field in kind._fields if field not in _SILENT)


def _filled(found: dict[int, Origin], lines: int) -> Iterator[tuple[int, Origin]]:
    """Empty lines belong to what stands before them."""
    last = found[min(found)]
    for line in range(1, lines + 1):
        last = found.get(line, last)
        yield line, last


def _statements(
    staged: ast.AST, parsed: ast.AST, around: Origin
) -> Iterator[tuple[ast.stmt, ast.stmt, Origin]]:
    """Each statement with its place; one that has no place of its own belongs to what is around it."""
    made_body, read_body = getattr(staged, "body", None), getattr(parsed, "body", None)
    if not isinstance(made_body, list) or not isinstance(read_body, list):
        return
    for made, read in zip(made_body, read_body, strict=True):
        place = around
        if getattr(made, "lineno", None) is not None:
            place = Origin(around.filename, made.lineno, made.col_offset, around.function)
        yield made, read, place
        yield from _statements(made, read, _inside(made, place))


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
