"""Op bodies, Python text or functions, -> statements of the kernel form.

The language of bodies: scalars and arrays, assignment, `if`, `while`, `for i in range(n)`, `raise`,
conditional expressions (both arms are evaluated), arithmetic without promotion.  A literal takes the
type of what it meets, so that float32 stays float32.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from autograph_lite.ops.elementary import NEAR, OURS
from autograph_lite.render import form
from autograph_lite.render.arrays import Array, block
from autograph_lite.render.emitter import ZERO, Emitter, compare, iadd
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
    Var,
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
UNARY = ("sqrt", "floor", "ceil", "rint", "trunc", "abs")
INTEGER = ("sdiv", "srem", "shl", "ashr", "copysign")
ROUTINES = (
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "atan",
    "exp",
    "expm1",
    "log",
    "log1p",
    "pow",
    "hypot",
    "fmod",
)
CASTS = {"float64": F64, "int64": I64, "bool": B1, "float32": F32, "int32": I32}
FAULTS = {
    "ZeroDivisionError": (faults.ZERO_DIVISION, "StagedZeroDivisionError"),
    "OverflowError": (faults.OVERFLOW, "StagedOverflowError"),
    "DomainError": (faults.DOMAIN, "DomainError"),
    "ShapeError": (faults.SHAPE, "ShapeError"),
}
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


@cache
def parse(body: str | Callable[..., Any]) -> ast.FunctionDef:
    """The function that a body is; an expression over x, y, z, w is its return value."""
    if isinstance(body, str):
        source = f"def body(x, y, z, w, acc):\n    return {body}"
    else:
        source = textwrap.dedent(inspect.getsource(body))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    for node in ast.walk(definition):
        if isinstance(node, ast.Raise) and not isinstance(body, str):
            _with_text(node.exc, body.__globals__)
    return definition


def _with_text(call: Any, space: dict[str, Any]) -> None:
    """`TEXT.format(a, b)` of a message in a global name -> its text, a, b."""
    match call.args:
        case [ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="format"), args=details)]:
            call.args = [ast.Constant(space[name]), *details]


@cache
def may_be_far(body: str | Callable[..., Any]) -> bool:
    """Whether some argument may be beyond the reach of a vectorised function."""
    calls = (n.func for n in ast.walk(parse(body)) if isinstance(n, ast.Call))
    return any(isinstance(name, ast.Name) and name.id in NEAR for name in calls)


def scalar(
    k: Emitter, body: str | Callable[..., Any], dtype: str, vector: bool = False, **operands: Expr
) -> Expr:
    """The value of a scalar body, of type `dtype`; `vector`: in a loop to be vectorised, which has
    selects where other code has branches."""
    return _Body(k, dict(operands), dtype, vector).function(parse(body))


def loops(k: Emitter, body: Callable[..., Any], *arrays: ArrayLike) -> None:
    """The statements of a body over arrays; the last one is written."""
    definition = parse(body)
    names = [a.arg for a in definition.args.args]
    _Body(k, dict(zip(names, arrays, strict=True)), arrays[-1].dtype).function(definition)


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


class _Body:
    """One run over the statements of a body."""

    def __init__(self, k: Emitter, names: dict[str, Any], dtype: str, vector: bool = False) -> None:
        self.k = k
        self.names = names
        self.dtype = dtype
        self.vector = vector

    def function(self, definition: ast.FunctionDef) -> Expr:
        result: Expr = ZERO
        for statement in definition.body:
            if isinstance(statement, ast.Return):
                assert statement.value is not None
                result = typed(self.value(statement.value), self.dtype)
            else:
                self.statement(statement)
        return result

    def statements(self, body: list[ast.stmt]) -> tuple[form.Stmt, ...]:
        with self.k.block() as block:
            for statement in body:
                self.statement(statement)
        return tuple(block)

    def statement(self, s: ast.stmt) -> None:
        match s:
            case ast.Assign(targets=[ast.Name(id=name)]):
                self.assign(name, self.value(s.value))
            case ast.Assign(targets=[ast.Subscript() as target]):
                array = self.names[target.value.id]  # type: ignore[attr-defined]
                array.store(
                    self.k, self.indices(target.slice), typed(self.value(s.value), array.dtype)
                )
            case ast.If():
                cond = self.expr(s.test)
                if isinstance(cond, Const):
                    self.k.statements += self.statements(s.body if cond.value else s.orelse)
                else:
                    self.k.add(form.If(cond, self.statements(s.body), self.statements(s.orelse)))
            case ast.While():
                with self.k.block() as test:
                    cond = self.expr(s.test)
                self.k.add(form.While(tuple(test), cond, self.statements(s.body)))
            case ast.For(target=ast.Name(id=name)):
                self.loop(name, s)
            case ast.Raise(
                exc=ast.Call(
                    func=ast.Name(id=error), args=[ast.Constant(value=str(text)), *details]
                )
            ):
                code, cls = FAULTS[error]
                numbers = (typed(self.value(d), I64) for d in details)
                self.k.add(self.k.fault(code, text, cls, *numbers))
            case ast.Expr(
                value=ast.Call(func=ast.Name(id="warn_if"), args=[test, ast.Constant(value=text)])
            ):
                self.k.warn_if(self.expr(test), str(text))
            case _:
                raise NotImplementedError(ast.dump(s))

    def assign(self, name: str, value: Bound) -> None:
        if isinstance(value, Array):
            self.names[name] = value
            return
        if isinstance(value, Literal):
            value = typed(value, F64 if isinstance(value.value, float) else I64)
        known = self.names.get(name)
        if not isinstance(known, Var):
            known = self.k.fresh(name, value.type)  # type: ignore[union-attr]
            self.names[name] = known
        self.k.add(form.Let(known, typed(value, known.type)))

    def loop(self, name: str, s: ast.For) -> None:
        assert isinstance(s.iter, ast.Call)
        stop = typed(self.value(s.iter.args[-1]), I64)
        start = typed(self.value(s.iter.args[0]), I64) if len(s.iter.args) == 2 else ZERO
        var = self.k.fresh(name, I64)
        self.names[name] = var
        short = isinstance(stop, Const) and start == ZERO
        self.k.add(form.For(var, start, stop, self.statements(s.body), whole=short))

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
                return self.names[name]
            case ast.BinOp(left=left, op=op, right=right):
                return self.arithmetic(ARITHMETIC[type(op)], self.value(left), self.value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.negative(self.value(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Un("not", self.expr(operand), B1)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                a, b = self.same(self.value(left), self.value(right))
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
        raise NotImplementedError(name)

    def scratch(self, dtype: str, count: int) -> Array:
        extent = Const(count, I64)
        return block(self.k.alloc("scratch", extent, dtype, "stack"), dtype, (extent,), owned=True)

    def routine(self, name: str, args: tuple[Expr, ...], dtype: str) -> Expr:
        """A function; in a loop to be vectorised the near part of it, and a note of what is far."""
        if not self.vector or name not in OURS:
            return form.Call(name, args, dtype)
        if name in NEAR:
            size = Un("abs", args[0], dtype)
            self.k.note_far(Cmp("gt", size, Const(NEAR[name], dtype)))
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
