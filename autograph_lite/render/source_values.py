"""Expressions of the kernel form -> Python text, with no more parentheses than needed."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable
from typing import Any

from autograph_lite.render import form
from autograph_lite.render.form import B1, F32, F64, I64

TERNARY, OR, AND, NOT, COMPARE, BITOR, BITXOR, BITAND, SHIFT, ADD, MUL, UNARY, ATOM = range(13)
"""How tightly Python binds, loosest first."""

RESERVED = ("math", "np", "range", "print", "abs", "int", "float", "bool", "not")
HELPERS = {
    "to_int": '''def to_int(x, bits):
    """Truncate to a signed integer; what does not fit becomes the smallest."""
    half = 2 ** (bits - 1)
    return int(x) if -half <= x < half else -half''',
    "wrap": '''def wrap(n, bits):
    """The low bits of an integer, as a signed one."""
    half = 2 ** (bits - 1)
    return (int(n) + half) % (2 * half) - half''',
    "quotient": '''def quotient(a, b):
    """Integer division that rounds toward zero; 0 by 0."""
    if b == 0:
        return 0
    return a // b if (a < 0) == (b < 0) else -(-a // b)''',
    "remainder": '''def remainder(a, b):
    """What is left after division that rounds toward zero; it has the sign of a, and is 0 by 0."""
    if b == 0:
        return 0
    return abs(a) % abs(b) * (-1 if a < 0 else 1)''',
    "fma": '''def fma(a, b, c):
    """a * b + c, rounded once."""
    from fractions import Fraction

    if not math.isfinite(a * b + c):
        return a * b + c
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    return float(exact) or a * b + c''',
    "shift_unsigned": '''def shift_unsigned(a, n, bits):
    """Shift right, filling with zeros."""
    return (int(a) & (2**bits - 1)) >> n''',
    "float_errors": '''def float_errors(function, *x):
    """What NumPy would warn of, a sum: 1 division by zero, 2 overflow, 8 an invalid value."""
    found = [0]
    with np.errstate(all="call", under="ignore", call=lambda _, flags: found.append(flags)):
        function(*map(np.float64, x))
    return found[-1] & 11''',
}
"""Python that the text may need, for what Python's own operators mean otherwise."""

Printed = tuple[str, int]
"""Text, and how tightly it binds."""


class Names:
    """Variable -> identifier, the same each time; and which helpers were used."""

    def __init__(self) -> None:
        self.chosen: dict[str, str] = {}
        self.helpers: dict[str, None] = {}

    def of(self, name: str) -> str:
        if name not in self.chosen:
            self.chosen[name] = self._free(re.sub(r"\W", "_", name))
        return self.chosen[name]

    def _free(self, name: str) -> str:
        if not name.isidentifier() or keyword.iskeyword(name):
            name = f"v_{name}"
        taken = {*self.chosen.values(), *RESERVED, *HELPERS}
        while name in taken:
            name += "_"
        return name

    def helper(self, name: str, *arguments: str) -> Printed:
        self.helpers.setdefault(name)
        return call(name, *arguments)


def call(function: str, *arguments: str) -> Printed:
    return f"{function}({', '.join(arguments)})", ATOM


def show(names: Names, e: form.Expr, least: int = TERNARY) -> str:
    """The text of `e`, in parentheses if it binds less tightly than `least`."""
    text, strength = PRINTERS[type(e)](names, e)
    return text if strength >= least else f"({text})"


def literal(value: float | int | bool, kind: str) -> Printed:
    if kind not in (F64, F32):
        return repr(bool(value) if kind == B1 else int(value)), UNARY if value < 0 else ATOM
    number = float(value)
    text = repr(number) if math.isfinite(number) else repr(number).replace("inf", "math.inf")
    text = text.replace("nan", "math.nan")
    if kind == F32:
        return call("np.float32", text)
    return text, UNARY if text.startswith("-") else ATOM


def _const(names: Names, e: form.Const) -> Printed:
    return literal(e.value, e.type)


def _var(names: Names, e: form.Var) -> Printed:
    return names.of(e.name), ATOM


SIGNS = {"neg": ("-", UNARY), "not": ("not ", NOT), "invert": ("~", UNARY)}


def _un(names: Names, e: form.Un) -> Printed:
    if e.op in SIGNS:
        sign, strength = ("not ", NOT) if e.a.type == B1 else SIGNS[e.op]
        return sign + show(names, e.a, strength), strength
    function = "abs" if e.op == "abs" else f"np.{e.op}"
    return call(function, show(names, e.a))


OPERATORS = {
    "add": ("+", ADD),
    "sub": ("-", ADD),
    "mul": ("*", MUL),
    "div": ("/", MUL),
    "shl": ("<<", SHIFT),
    "ashr": (">>", SHIFT),
    "and": ("&", BITAND),
    "or": ("|", BITOR),
    "xor": ("^", BITXOR),
}
LOGIC = {"and": ("and", AND), "or": ("or", OR), "xor": ("!=", COMPARE)}
FUNCTIONS = {"sdiv": "quotient", "srem": "remainder"}


def operator(e: form.Bin) -> tuple[str, int] | None:
    """The infix operator and its strength, for what has one."""
    return LOGIC[e.op] if e.type == B1 and e.op in LOGIC else OPERATORS.get(e.op)


def _bin(names: Names, e: form.Bin) -> Printed:
    infix = operator(e)
    if infix is not None:
        sign, strength = infix
        left = strength + (strength == COMPARE)
        return f"{show(names, e.a, left)} {sign} {show(names, e.b, strength + 1)}", strength
    a, b = show(names, e.a), show(names, e.b)
    if e.op == "copysign":
        return call("np.copysign", a, b)
    if e.op == "lshr":
        return names.helper("shift_unsigned", a, b, width(e.type))
    return names.helper(FUNCTIONS[e.op], a, b)


def width(kind: str) -> str:
    return "64" if kind == I64 else "32"


COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _cmp(names: Names, e: form.Cmp) -> Printed:
    a, b = show(names, e.a, BITOR), show(names, e.b, BITOR)
    return f"{a} {COMPARISONS[e.op]} {b}", COMPARE


def _select(names: Names, e: form.Select) -> Printed:
    a, cond, b = show(names, e.a, OR), show(names, e.cond, OR), show(names, e.b)
    return f"{a} if {cond} else {b}", TERNARY


def _cast(names: Names, e: form.Cast) -> Printed:
    source, target = e.a.type, e.type
    if source == target:
        return PRINTERS[type(e.a)](names, e.a)
    if target == B1:
        return f"{show(names, e.a, BITOR)} != 0", COMPARE
    a = show(names, e.a)
    if target in (F64, F32):
        return call(f"np.{target}", a)
    if source in (F64, F32):
        return names.helper("to_int", a, width(target))
    return call("int", a) if target == I64 else names.helper("wrap", a, width(target))


def _bits(names: Names, e: form.Bits) -> Printed:
    return f"np.{e.a.type}({show(names, e.a)}).view(np.{e.type})", ATOM


def _fma(names: Names, e: form.Fma) -> Printed:
    return _rounded(names.helper("fma", *(show(names, x) for x in (e.a, e.b, e.c))), e.type)


def _call(names: Names, e: form.Call) -> Printed:
    arguments = [show(names, x) for x in e.args]
    if e.how == "errors":
        function = "pow" if e.name == "pow" else f"np.{e.name}"
        return names.helper("float_errors", function, *arguments)
    if e.how == "ufunc":
        return call("float", call(f"np.{e.name}", *arguments)[0])
    return _rounded(call(f"math.{e.name}", *(show(names, x) for x in e.args)), e.type)


def _rounded(printed: Printed, kind: str) -> Printed:
    return call("np.float32", printed[0]) if kind == F32 else printed


def _overflows(names: Names, e: form.Overflows) -> Printed:
    a, b, sign = show(names, e.a), show(names, e.b), OPERATORS[e.op][0]
    return f"not -(2**63) <= int({a}) {sign} int({b}) < 2**63", NOT


def _load(names: Names, e: form.Load) -> Printed:
    return f"{names.of(e.base.name)}[{show(names, e.index)}]", ATOM


def _entry(names: Names, e: form.Entry) -> Printed:
    return f"{e.table}[{show(names, e.index)}]", ATOM


PRINTERS: dict[type, Callable[[Names, Any], Printed]] = {
    form.Const: _const,
    form.Var: _var,
    form.Un: _un,
    form.Bin: _bin,
    form.Cmp: _cmp,
    form.Select: _select,
    form.Cast: _cast,
    form.Bits: _bits,
    form.Fma: _fma,
    form.Call: _call,
    form.Overflows: _overflows,
    form.Load: _load,
    form.Entry: _entry,
}
