"""Kernel -> Python source, to be read; most of it also runs.

It says what the machine code does, statement by statement, with the user's lines as comments.
Arguments are the kernel's parameters in order (pointers are arrays); the results are returned in
the order of their slots.  What Python does differently, integers that wrap and division by zero, is
not imitated: a reader wants the arithmetic, the machine code has the corner cases.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.render import form
from autograph_lite.render.buffers import walk
from autograph_lite.render.source_values import (
    HELPERS,
    NOT,
    OPERATORS,
    UNARY,
    Names,
    show,
)
from autograph_lite_runtime import faults

ERRORS = {
    faults.INTERRUPT: "KeyboardInterrupt",
    faults.MEMORY: "MemoryError",
    faults.INDEX: "IndexError",
    faults.SHAPE: "ValueError",
    faults.ZERO_DIVISION: "ZeroDivisionError",
    faults.OVERFLOW: "OverflowError",
    faults.UNDEFINED: "UnboundLocalError",
    faults.DOMAIN: "ValueError",
    faults.RECURSION: "RecursionError",
    faults.TYPE: "TypeError",
    faults.RAISED: "Exception",  # of the class that the program names
}

Lines = list[str]


def print_source(kernel: form.Kernel) -> str:
    """The kernel as one Python function, after the imports and helpers that it needs."""
    names = Names()
    parameters = ", ".join(names.of(p.var.name) for p in kernel.params)
    body = block(names, kernel.body)
    slots = sorted({s.slot for s in walk(kernel.body) if isinstance(s, form.Result)})
    if slots:
        body.append("    return " + ", ".join(f"result_{slot}" for slot in slots))
    function = [f"def {kernel.name}({parameters}):", *(body or ["    pass"])]
    helpers = [text for name, text in HELPERS.items() if name in names.helpers]
    return (
        "\n\n\n".join(["import math\n\nimport numpy as np", *helpers, "\n".join(function)]) + "\n"
    )


def block(names: Names, body: tuple[form.Stmt, ...]) -> Lines:
    """Statements, indented once; `pass` if none of them runs."""
    lines = [line for s in body for line in STATEMENTS[type(s)](names, s)]
    if body and all(line.lstrip().startswith("#") for line in lines):
        lines.append("pass")
    return ["    " + line for line in lines]


def _suite(names: Names, head: str, body: tuple[form.Stmt, ...]) -> Lines:
    return [head, *(block(names, body) or ["    pass"])]


def _assign(names: Names, target: str, old: form.Expr, new: form.Expr) -> Lines:
    """`target = new`, or `target += ...` where `new` starts from the old value."""
    if isinstance(new, form.Bin) and new.a == old and new.op in ("add", "sub", "mul", "div"):
        return [f"{target} {OPERATORS[new.op][0]}= {show(names, new.b)}"]
    return [f"{target} = {show(names, new)}"]


def _let(names: Names, s: form.Let) -> Lines:
    return _assign(names, names.of(s.var.name), s.var, s.value)


def _store(names: Names, s: form.Store) -> Lines:
    element = form.Load(s.base, s.index, s.value.type)
    return _assign(names, show(names, element), element, s.value)


def _for(names: Names, s: form.For) -> Lines:
    bounds = show(names, s.stop)
    if s.start != form.Const(0, s.var.type):
        bounds = f"{show(names, s.start)}, {bounds}"
    return _suite(names, f"for {names.of(s.var.name)} in range({bounds}):", s.body)


def _while(names: Names, s: form.While) -> Lines:
    if not s.test:
        return _suite(names, f"while {show(names, s.cond)}:", s.body)
    leave = ["    " + f"if not {show(names, s.cond, NOT)}:", "        break"]
    return ["while True:", *block(names, s.test), *leave, *block(names, s.body)]


def _if(names: Names, s: form.If) -> Lines:
    lines = _suite(names, f"if {show(names, s.cond)}:", s.then)
    if len(s.orelse) == 1 and isinstance(s.orelse[0], form.If):
        chained = _if(names, s.orelse[0])
        return [*lines, "el" + chained[0], *chained[1:]]
    return lines + (_suite(names, "else:", s.orelse) if s.orelse else [])


def _alloc(names: Names, s: form.Alloc) -> Lines:
    return [f"{names.of(s.var.name)} = np.empty({show(names, s.count)}, np.{s.type})"]


def _mark(names: Names, s: form.Mark) -> Lines:
    return [f"# scratch from here on is freed back to {names.of(s.var.name)}"]


def _reset(names: Names, s: form.Reset) -> Lines:
    return [f"# free scratch back to {names.of(s.var.name)}"]


def _copy(names: Names, s: form.Copy) -> Lines:
    target, source, count = names.of(s.target.name), names.of(s.source.name), show(names, s.count)
    return [f"{target}[:{count}] = {source}[:{count}]"]


def _zero(names: Names, s: form.Zero) -> Lines:
    return [f"{names.of(s.target.name)}[:{show(names, s.count)}] = 0"]


def _fault(names: Names, s: form.Fault) -> Lines:
    details = [str(s.site), *(show(names, e) for e in s.details)]
    return [f"raise {ERRORS[s.code]}({', '.join(details)})"]


def _emit(names: Names, s: form.Emit) -> Lines:
    return [f"print({', '.join([str(s.site), *(_shown(names, v) for v in s.values)])})"]


def _shown(names: Names, v: form.Expr | tuple[form.Var, tuple[form.Expr, ...], str]) -> str:
    if not isinstance(v, tuple):
        return show(names, v)
    base, extents, _ = v
    shape = [show(names, n, UNARY) for n in extents]
    flat = f"{names.of(base.name)}[:{' * '.join(shape) or '1'}]"
    return flat if len(shape) == 1 else f"{flat}.reshape({', '.join(shape) or '()'})"


def _result(names: Names, s: form.Result) -> Lines:
    return [f"result_{s.slot} = {show(names, s.value)}"]


def _leave(names: Names, s: form.Leave) -> Lines:
    return [f"left_{s.slot} = {show(names, s.value)}"]


def _comment(names: Names, s: form.Comment) -> Lines:
    text = " ".join(s.text.split())
    return [f"# line {s.line}: {text}" if s.line else f"# {text}"]


STATEMENTS: dict[type, Callable[[Names, Any], Lines]] = {
    form.Let: _let,
    form.Store: _store,
    form.For: _for,
    form.While: _while,
    form.If: _if,
    form.Alloc: _alloc,
    form.Mark: _mark,
    form.Reset: _reset,
    form.Copy: _copy,
    form.Zero: _zero,
    form.Fault: _fault,
    form.Emit: _emit,
    form.Result: _result,
    form.Leave: _leave,
    form.Comment: _comment,
}
