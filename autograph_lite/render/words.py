"""The expressions of op bodies -> expressions of the kernel form: arithmetic, and the words of `ops.words`."""

from __future__ import annotations

import ast
import inspect
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from autograph_lite.ops.elementary import FAR, LIBRARY, NEAR, OURS
from autograph_lite.render import form
from autograph_lite.render.arrays import Array, block
from autograph_lite.render.emitter import Emitter, compare, iadd
from autograph_lite.render.form import (
    B1,
    F32,
    F64,
    I32,
    I64,
    Bin,
    Cast,
    Cmp,
    Const,
    Expr,
    Select,
    Un,
)
from autograph_lite_runtime import faults

FLOATS = (F64, F32)
ARITHMETIC = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.RShift: "ashr",
    ast.LShift: "shl",
}
COMPARE = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
TESTS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
"""The same of numbers that are known."""
UNARY = ("sqrt", "floor", "ceil", "rint", "trunc", "abs")
INTEGER = ("sdiv", "srem", "shl", "ashr", "copysign")
ROUTINES = (*OURS, *LIBRARY)
CASTS = {"float64": F64, "int64": I64, "bool": B1, "float32": F32, "int32": I32}
TOO_BIG = "Python int too large to convert to 64 bits"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number without a type yet."""

    value: float | int | bool


class ArrayLike(Protocol):
    """What a body can do with an array."""

    @property
    def dtype(self) -> str: ...

    @property
    def extents(self) -> tuple[Expr, ...]: ...

    def load(self, indices: tuple[Expr, ...]) -> Expr: ...

    def store(self, k: Emitter, indices: tuple[Expr, ...], value: Expr) -> None: ...


Bound = Expr | Literal | ArrayLike


def typed(value: Bound, dtype: str) -> Expr:
    """An expression of type `dtype`: a literal takes it, anything else is cast."""
    if isinstance(value, Literal):
        number = value.value
        if dtype in FLOATS:
            return Const(float(number), dtype)
        return Const(bool(number) if dtype == B1 else int(number), dtype)
    assert not hasattr(value, "load")
    expr: Expr = value
    return expr if expr.type == dtype else Cast(expr, dtype)


class Words:
    """The values of expressions of one body, of type `dtype` where nothing else says it; `names` has the values
    of its names, `space` those of its module."""

    def __init__(
        self,
        k: Emitter,
        names: dict[str, Any],
        dtype: str,
        vector: bool = False,
        space: dict[str, Any] | None = None,
    ) -> None:
        self.k = k
        self.names = names
        self.dtype = dtype
        self.vector = vector
        self.space = space or {}

    def inlined(self, function: Callable[..., Any], values: list[Any]) -> Any:
        """The values that another function of the module gives."""
        raise NotImplementedError

    def indices(self, node: ast.expr) -> tuple[Expr, ...]:
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        return tuple(typed(self.value(p), I64) for p in parts)

    def expr(self, node: ast.expr) -> Expr:
        return typed(self.value(node), B1)

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=number):
                return Literal(number)  # type: ignore[arg-type]
            case ast.Name(id=name):
                return self.names[name] if name in self.names else Literal(self.space[name])
            case ast.Tuple(elts=parts):
                return tuple(typed(self.value(part), self.dtype) for part in parts)
            case ast.BinOp(left=left, op=op, right=right):
                return self.arithmetic(ARITHMETIC[type(op)], self.value(left), self.value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.negative(self.value(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Un("not", self.expr(operand), B1)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                a, b = self.same(self.value(left), self.value(right))
                if isinstance(a, Const) and isinstance(b, Const):
                    return Const(TESTS[type(op)](a.value, b.value), B1)
                return (compare if a.type == I64 else Cmp)(COMPARE[type(op)], a, b)
            case ast.IfExp(test=test, body=yes, orelse=no):
                cond = self.expr(test)
                a, b = self.same(self.value(yes), self.value(no))
                return Select(cond, a, b)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.call(name, args)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="dtype"), args=[argument]
            ):
                return typed(self.value(argument), self.names[name].dtype)
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id=name), attr="shape"),
                slice=ast.Constant(value=i),
            ):
                return self.names[name].extents[i]
            case ast.Subscript(value=ast.Name(id=name), slice=index) if name in self.space:
                return form.Entry(self.space[name], typed(self.value(index), I64))
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                return self.names[name].load(self.indices(index))
        raise NotImplementedError(ast.dump(node))

    def same(self, a: Any, b: Any) -> tuple[Expr, Expr]:
        """Two operands of one type: the literal, if there is one, takes the other's."""
        if isinstance(a, Literal) and isinstance(b, Literal):
            dtype = self.dtype
        else:
            dtype = b.type if isinstance(a, Literal) else a.type
        return typed(a, dtype), typed(b, dtype)

    def arithmetic(self, op: str, a: Any, b: Any) -> Expr:
        x, y = self.same(a, b)
        if x.type == I64 and op == "add":
            return iadd(x, y)
        return Bin(op, x, y, x.type)

    def negative(self, a: Any) -> Any:
        if isinstance(a, Literal):
            return Literal(-a.value)
        return (
            Un("neg", a, a.type)
            if a.type in FLOATS
            else Bin("sub", typed(Literal(0), a.type), a, a.type)
        )

    def call(self, name: str, args: list[ast.expr]) -> Any:
        if name == "polynomial":
            return self.polynomial(*args)
        if name == "one_of":
            return self.one_of(*args)
        values = [self.value(a) for a in args]
        if name == "seldom":
            cond = typed(values[0], B1)
            a, b = self.same(values[1], values[2])
            return Select(cond, a, b) if self.vector else self.seldom(cond, a, b)
        if name == "scratch":  # some numbers of the dtype of an array
            return self.scratch(values[0].dtype, values[1].value)
        if name == "cast":
            return typed(values[0], self.dtype)
        if name in CASTS:
            return typed(values[0], CASTS[name])
        if name == "width":
            return Literal(form.ITEMSIZE[values[0].type] * 8)
        if name == "invert":
            return Un("not" if values[0].type == B1 else "invert", values[0], values[0].type)
        if name.startswith("checked_"):
            return self.checked(name[8:], values)
        if name in UNARY:
            value = typed(values[0], values[0].type)
            return Un(name, value, value.type)
        if name in INTEGER:
            x, y = self.same(values[0], values[1])
            return Bin(name, x, y, x.type)
        if name == "fma":
            return form.Fma(*(typed(v, F64) for v in values))
        if name == "as_bits":
            return form.Bits(typed(values[0], F64), I64)
        if name == "as_float":
            return form.Bits(typed(values[0], I64), F64)
        if name == "heed":
            return self.heeded(
                values[0].value, values[1].value, *(typed(v, F64) for v in values[2:])
            )
        if name.startswith("ufunc_"):
            return form.Call(name[6:], tuple(typed(v, F64) for v in values), F64, "ufunc")
        if name.startswith("libm_"):
            return form.Call(name[5:], tuple(typed(v, F64) for v in values), F64, "libm")
        if name in ROUTINES:
            dtype = next((v.type for v in values if not isinstance(v, Literal)), F64)
            return self.routine(name, tuple(typed(v, dtype) for v in values), dtype)
        if inspect.isfunction(self.space.get(name)):
            return self.inlined(self.space[name], values)
        raise NotImplementedError(name)

    def one_of(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> Expr:
        """A branch; a select in a loop to be vectorised."""
        cond = self.expr(test)
        if isinstance(cond, Const):
            return typed(self.value(yes if cond.value else no), self.dtype)
        if self.vector:
            return Select(cond, *(typed(self.value(arm), self.dtype) for arm in (yes, no)))
        out = self.k.fresh("out", self.dtype)

        def arm(node: ast.expr) -> tuple[form.Stmt, ...]:
            with self.k.block() as steps:
                self.k.add(form.Let(out, typed(self.value(node), self.dtype)))
            return tuple(steps)

        self.k.add(form.If(cond, arm(yes), arm(no)))
        return out

    def polynomial(self, at: ast.expr, *given: ast.expr) -> Expr:
        """In pairs of terms, then pairs of pairs (Estrin, 1960): few operations wait for each other."""
        x: Expr = self.k.atom("at", typed(self.value(at), F64))
        terms: list[Expr] = []
        for part in given:
            match part:
                case ast.Starred(value=ast.Name(id=name)):
                    terms += [Const(c, F64) for c in self.space[name]]
                case _:
                    terms.append(typed(self.value(part), F64))
        terms.reverse()
        while len(terms) > 1:
            pairs = zip(terms[1::2], terms[::2], strict=False)
            odd = terms[-1:] if len(terms) % 2 else []
            terms = [self.k.let("term", form.Fma(b, x, a)) for b, a in pairs] + odd
            x = self.k.let("power", Bin("mul", x, x, F64)) if len(terms) > 1 else x
        return terms[0]

    def scratch(self, dtype: str, count: int) -> Array:
        extent = Const(count, I64)
        return block(self.k.alloc("scratch", extent, dtype, "stack"), dtype, (extent,), owned=True)

    def routine(self, name: str, args: tuple[Expr, ...], dtype: str) -> Expr:
        """A function; in a loop to be vectorised the near part of it, and a note of what is far."""
        if not self.vector or name not in OURS:
            return form.Call(name, args, dtype)
        if name in FAR:
            size = Un("abs", args[0], dtype)
            self.k.note_far(Cmp("gt", size, Const(NEAR, dtype)))
        return form.Call(name, args, dtype, "near")

    def seldom(self, cond: Expr, a: Expr, b: Expr) -> Expr:
        """A branch: the usual value does not wait for the condition."""
        out = self.k.let("usual", b)
        self.k.add(form.If(cond, (form.Let(out, a),), seldom=True))
        return out

    def heeded(self, label: str, routine: str, value: Expr, *args: Expr) -> Expr:
        """A value; where it is not finite NumPy is asked what it would warn of, in the words of `label`."""
        out = self.k.let("out", value)
        with self.k.block() as asks:
            self.k.heed(label, self.k.let("errors", form.Call(routine, args, I64, "errors")))
        odd = Cmp("ne", Bin("sub", out, out, F64), Const(0.0, F64))
        self.k.add(form.If(odd, tuple(asks), seldom=True))
        return out

    def checked(self, op: str, values: list[Any]) -> Expr:
        """Python's arithmetic: an int64 that overflows is a fault."""
        if op == "neg":
            op, values = "sub", [Literal(0) if values[0].type == I64 else Literal(-0.0), *values]
        x, y = self.same(values[0], values[1])
        if x.type == I64:
            self.k.fault_if(
                form.Overflows(op, x, y),
                self.k.fault(faults.OVERFLOW, TOO_BIG, "StagedOverflowError"),
            )
        return Bin(op, x, y, x.type)
