"""Tree of the staged text -> the tree that runs: its operators ask `ag__`.

The text shows `a * b`, for that is what it means.  Python itself would look for `__mul__` and call it as it
is; a class of the user's may have one, which is converted as any other function.
"""

from __future__ import annotations

import ast
from functools import cache
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


def asking(tree: ast.Module) -> ast.Module:
    """The tree, changed in place; a loop, because expressions may be deep."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node: Any = waiting.pop()
        kind: Any = node.__class__
        for field in _fields(kind):
            value = getattr(node, field, None)
            if value.__class__ is list:
                value[:] = [_asked(part) for part in value]
                waiting += [part for part in value if isinstance(part, ast.AST)]
            elif isinstance(value, ast.AST):
                made = _asked(value)
                setattr(node, field, made)
                waiting.append(made)
    return tree


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    silent = (
        "ctx",
        "op",
        "ops",
        "id",
        "attr",
        "arg",
        "kind",
        "value" if kind is ast.Constant else "",
    )
    return tuple(field for field in kind._fields if field not in silent)


def _asked(node: Any) -> Any:
    """A call of `ag__` in the place of an operator; operators of literals are Python's own."""
    kind = node.__class__
    if kind is ast.BinOp:
        return _call("binary", _ARITHMETIC[type(node.op)], (node.left, node.right), node)
    if kind is ast.UnaryOp and type(node.op) in _SIGNS:
        return _call("unary", _SIGNS[type(node.op)], (node.operand,), node)
    if kind is ast.Compare and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        operands = node.left, node.comparators[0]
        return _call("comparison", _COMPARISONS[type(node.ops[0])], operands, node)
    return node


def _call(meaning: str, name: str, operands: tuple[ast.expr, ...], node: ast.expr) -> ast.expr:
    """`ag__.meaning(name, operands)` where the operator stands, by which errors are found."""
    if all(isinstance(operand, ast.Constant) for operand in operands):
        return node
    place: dict[str, Any] = {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }
    ag = ast.Name("ag__", ast.Load(), **place)
    function = ast.Attribute(ag, meaning, ast.Load(), **place)
    return ast.Call(function, [ast.Constant(name, **place), *operands], [], **place)
