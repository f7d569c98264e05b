"""Tree of the staged text -> the tree that runs: its operators ask `ag__`.

The text shows `a * b`, for that is what it means.  Python itself would look for `__mul__` and call it as it
is; a class of the user's may have one, which is converted as any other function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

_ARITHMETIC = {
    ast.Add: "add",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.LShift: "lshift",
    ast.MatMult: "matmul",
    ast.Mod: "mod",
    ast.Mult: "mul",
    ast.Pow: "pow",
    ast.RShift: "rshift",
    ast.Sub: "sub",
}
_SIGNS = {ast.Invert: "invert", ast.UAdd: "pos", ast.USub: "neg"}
_COMPARISONS = {
    ast.Eq: "eq",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.NotEq: "ne",
}


OPERATORS = frozenset([ast.BinOp, ast.UnaryOp, ast.Compare])


def ask(operators: Iterable[Any]) -> None:
    """Let these operators of a tree be calls of `ag__`, each in its place, by which errors are found; those of
    literals are Python's own."""
    for node in operators:
        kind = node.__class__
        if kind is ast.BinOp:
            _become(node, "binary", _ARITHMETIC[node.op.__class__], node.left, node.right)
        elif kind is ast.UnaryOp and node.op.__class__ in _SIGNS:
            _become(node, "unary", _SIGNS[node.op.__class__], node.operand)
        elif kind is ast.Compare and len(node.ops) == 1 and node.ops[0].__class__ in _COMPARISONS:
            name = _COMPARISONS[node.ops[0].__class__]
            _become(node, "comparison", name, node.left, node.comparators[0])


def _become(node: Any, meaning: str, name: str, *operands: ast.expr) -> None:
    """`ag__.meaning(name, operands)`."""
    if all(isinstance(operand, ast.Constant) for operand in operands):
        return
    line, column, last, end = node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
    ag = ast.Name("ag__", _LOAD)
    function = ast.Attribute(ag, meaning, _LOAD)
    said = ast.Constant(name)
    node.__class__ = ast.Call
    node.func, node.args, node.keywords = function, [said, *operands], []
    for part in (ag, function, said):
        part.lineno, part.col_offset, part.end_lineno, part.end_col_offset = line, column, last, end


_LOAD = ast.Load()
