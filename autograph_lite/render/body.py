"""Op bodies, Python text or functions, -> statements of the kernel form.

The language of bodies: scalars and arrays, assignment, `if`, `while`, `for i in range(n)`, `raise`,
conditional expressions (both arms are evaluated), arithmetic without promotion, calls of functions in the
same language, which are inlined and may return several values, and numbers of the module by name.  A literal
takes the type of what it meets, so that float32 stays float32.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

from autograph_lite.ops.elementary import FAR
from autograph_lite.render import form
from autograph_lite.render.arrays import Array
from autograph_lite.render.emitter import ZERO, Emitter
from autograph_lite.render.form import F64, I64, Const, Expr, Var
from autograph_lite.render.words import ArrayLike, Bound, Literal, Words, typed
from autograph_lite_runtime import faults

FAULTS = {
    "ZeroDivisionError": (faults.ZERO_DIVISION, "StagedZeroDivisionError"),
    "OverflowError": (faults.OVERFLOW, "StagedOverflowError"),
    "DomainError": (faults.DOMAIN, "DomainError"),
    "ShapeError": (faults.SHAPE, "ShapeError"),
}


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
    return any(isinstance(name, ast.Name) and name.id in FAR for name in calls)


def scalar(
    k: Emitter, body: str | Callable[..., Any], dtype: str, vector: bool = False, **operands: Expr
) -> Expr:
    """The value of a scalar body, of type `dtype`; `vector`: in a loop to be vectorised, which has
    selects where other code has branches."""
    space = body.__globals__ if callable(body) else {}
    out: Expr = _Body(k, dict(operands), dtype, vector, space).function(parse(body))
    return out


def loops(k: Emitter, body: Callable[..., Any], *arrays: ArrayLike) -> None:
    """The statements of a body over arrays; the last one is written."""
    definition = parse(body)
    names = [a.arg for a in definition.args.args]
    _Body(k, dict(zip(names, arrays, strict=True)), arrays[-1].dtype).function(definition)


def _is_bound(node: ast.AST) -> bool:
    """Whether it is a name that is given a value."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


class _Body(Words):
    """One run over the statements of a body."""

    def function(self, definition: ast.FunctionDef) -> Any:
        """The value, or the values, that it returns."""
        result: Any = ZERO
        for statement in definition.body:
            match statement:
                case ast.Return(value=ast.expr() as value):
                    found = self.value(value)
                    several = isinstance(found, tuple)
                    result = found if several else typed(found, self.dtype)
                case ast.Expr(value=ast.Constant(value=str())):
                    continue  # what it says of itself
                case _:
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
            case ast.Assign(targets=[ast.Tuple(elts=targets)]):
                names = [target.id for target in targets]  # type: ignore[attr-defined]
                values = zip(names, self.value(s.value), strict=True)
                for name, value in [(n, self.k.let(n, v)) for n, v in values]:
                    self.assign(name, value)
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

    def inlined(self, function: Callable[..., Any], values: list[Any]) -> Any:
        """The values that another function of the module gives."""
        definition = parse(function)
        body = _Body(self.k, {}, self.dtype, self.vector, function.__globals__)
        changed = {n.id for n in ast.walk(definition) if _is_bound(n)}  # type: ignore[attr-defined]
        for name, value in zip((a.arg for a in definition.args.args), values, strict=True):
            hold = self.k.let if name in changed else self.k.atom
            body.names[name] = value if isinstance(value, Literal) else hold(name, value)
        return body.function(definition)
