"""Syntax tree -> text, in the manner of a person: parentheses only where the meaning needs them.

astunparse puts every operator into parentheses.  Besides being hard to read, two hundred terms would
then exceed the nesting that Python's own tokenizer accepts.
"""

from __future__ import annotations

import ast
from io import StringIO

import astunparse

_TEST, _OR, _AND, _NOT, _COMPARE, _BIT_OR = range(6)
_FACTOR, _POWER, _ATOM = 11, 12, 14
_BINARY = {
    ast.BitOr: _BIT_OR,
    ast.BitXor: 6,
    ast.BitAnd: 7,
    ast.LShift: 8,
    ast.RShift: 8,
    ast.Add: 9,
    ast.Sub: 9,
    ast.Mult: 10,
    ast.Div: 10,
    ast.FloorDiv: 10,
    ast.Mod: 10,
    ast.MatMult: 10,
    ast.Pow: _POWER,
}


def _strength(node: ast.AST) -> int:
    """How strongly the outermost operator of an expression binds."""
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        return _NOT if isinstance(node.op, ast.Not) else _FACTOR
    if isinstance(node, ast.Compare):
        return _COMPARE
    if isinstance(node, ast.Lambda | ast.IfExp):
        return _TEST
    if isinstance(node, ast.BoolOp):
        return _OR if isinstance(node.op, ast.Or) else _AND
    return _ATOM


class _Printer(astunparse.Unparser):  # type: ignore[misc]  # astunparse has no types
    """astunparse with operator strength; only what generated code contains is overridden."""

    def dispatch(self, tree: ast.AST | list[ast.AST]) -> None:
        """A definition stands between empty lines; astunparse writes only the one before."""
        if not isinstance(tree, list):
            super().dispatch(tree)
            return
        for number, node in enumerate(tree):
            if number and isinstance(tree[number - 1], ast.FunctionDef):
                self.write("" if isinstance(node, ast.FunctionDef) else "\n")
            super().dispatch(node)

    def _at(self, node: ast.AST, strength: int) -> None:
        inside = _strength(node) < strength
        if inside:
            self.write("(")
        self.dispatch(node)
        if inside:
            self.write(")")

    def _BinOp(self, node: ast.BinOp) -> None:
        """The left spine is walked in a loop: sums have thousands of terms more often than depth."""
        spine: list[tuple[str, ast.expr, int]] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            strength = _BINARY[type(left.op)]
            if spine and strength < spine[-1][2]:
                break
            power = isinstance(left.op, ast.Pow)
            spine.append((self.binop[type(left.op).__name__], left.right, strength + power))
            left = left.left
        self._at(left, spine[-1][2])
        for symbol, right, strength in reversed(spine):
            self.write(f" {symbol} ")
            self._at(right, _FACTOR if symbol == "**" else strength + 1)

    def _UnaryOp(self, node: ast.UnaryOp) -> None:
        self.write(self.unop[type(node.op).__name__])
        self._at(node.operand, _FACTOR)

    def _Compare(self, node: ast.Compare) -> None:
        self._at(node.left, _COMPARE + 1)
        for operator, right in zip(node.ops, node.comparators, strict=True):
            self.write(f" {self.cmpops[type(operator).__name__]} ")
            self._at(right, _COMPARE + 1)

    def _Lambda(self, node: ast.Lambda) -> None:
        parameters = node.args
        empty = not ast.unparse(parameters)
        self.write("lambda" if empty else "lambda ")
        self.dispatch(parameters)
        self.write(": ")
        self.dispatch(node.body)

    def _Starred(self, node: ast.Starred) -> None:
        self.write("*")
        self._at(node.value, _BIT_OR)

    def _Dict(self, node: ast.Dict) -> None:
        self.write("{")
        for number, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            self.write(", " if number else "")
            if key is None:
                self.write("**")
                self._at(value, _BIT_OR)
            else:
                self.dispatch(key)
                self.write(": ")
                self.dispatch(value)
        self.write("}")

    def _comprehension(self, node: ast.comprehension) -> None:
        self.write(" for ")
        self.dispatch(node.target)
        self.write(" in ")
        self._at(node.iter, _OR)
        for condition in node.ifs:
            self.write(" if ")
            self._at(condition, _OR)


def text_of(tree: ast.AST) -> str:
    """The program as text; one statement is one line, and a definition follows a blank line."""
    out = StringIO()
    _Printer(tree, out)
    return out.getvalue().strip("\n") + "\n"
