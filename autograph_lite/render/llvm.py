"""Kernel -> LLVM IR: one function `i32 name(ptr slots)`, and the slow paths it needs.

Slot 0 holds the address of the call's context block (`autograph_lite_runtime.layout`); the form's
slots are numbered from 1 by who builds the kernel.  The text is a function of the kernel alone and
names no machine: target and flags are chosen where it is compiled.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from autograph_lite.ops.elementary import FAR, NEAR, OURS
from autograph_lite.render import form, llvm_memory, llvm_ufuncs
from autograph_lite.render.body import scalar
from autograph_lite.render.buffers import alias_tags, walk
from autograph_lite.render.emitter import Emitter
from autograph_lite.render.form import B1, F64
from autograph_lite.render.llvm_support import POLL_STEPS, support, word
from autograph_lite.render.llvm_text import MEMORY, PURE, REGISTER, Text
from autograph_lite.render.llvm_values import element, function_name, kind_of, value
from autograph_lite_runtime import faults


def print_llvm(kernel: form.Kernel) -> str:
    """The module of one kernel."""
    tags, metadata = alias_tags(kernel)
    nests = sum(_divides(s) for s in walk(kernel.body))
    text = Text(tags, polls(kernel), nests <= NESTS)
    for param in kernel.params:
        _param(text, param)
    block(text, kernel.body)
    text.add(f"ret i32 {faults.OK}")
    functions = [line for name, how in text.functions for line in _function(text, name, how)]
    head = [
        f'define i32 @"{kernel.name}"(ptr noalias noundef nonnull %slots) nounwind {{',
        "entry:",
    ]
    body = text.entry() + text.lines
    outside = [*support(text.used), *text.declared, "", *functions]
    return "\n".join([*outside, *head, *body, "}", *metadata, ""])


def _function(module: Text, name: str, how: str) -> list[str]:
    """The definition of an elementary function of ours, or of one that calls NumPy's."""
    if how in (llvm_ufuncs.VALUE, llvm_ufuncs.ERRORS):
        declared, written = llvm_ufuncs.written(name, how)
        module.declared.update(dict.fromkeys(declared))
        return written
    k = Emitter()
    ours = OURS[name]
    operands = {p: k.fresh(p, F64) for p in inspect.signature(ours).parameters}
    out = k.let("out", scalar(k, ours, F64, False, **operands))
    if name in FAR and not how:
        x = operands["x"]
        far = form.Cmp("gt", form.Un("abs", x, F64), form.Const(NEAR, F64))
        with k.block() as steps:
            k.add(form.Let(out, scalar(k, FAR[name], F64, x=x)))
        k.add(form.If(far, tuple(steps), seldom=True))
    text = Text({}, polling=False)
    for p, variable in operands.items():
        text.add(f"store double %{p}, ptr {text.variable(variable)}")
    block(text, tuple(k.statements))
    text.add(f"ret double {value(text, out)}")
    module.declared.update(text.declared)
    kind = "alwaysinline" if how else "noinline"
    given = ", ".join(f"double %{p}" for p in operands)
    head = f"define internal double @{function_name(name, how)}({given}) {kind} {PURE} {{"
    return [head, "entry:", *text.locals(), *text.lines, "}", ""]


NESTS = 8
"""A kernel of more loops over elements looks at signals between them only: in pieces, each takes 5 ms
more to compile."""

SHORT = 64
"""Steps known to be so few that a loop does not look at signals."""


def polls(kernel: form.Kernel) -> bool:
    """Whether any loop answers signals."""
    return any(isinstance(s, form.While) or _polled(s) for s in walk(kernel.body))


def _polled(s: form.Stmt) -> bool:
    """Whether it is a counting loop that looks at signals, in it or after it."""
    if not isinstance(s, form.For) or s.whole:
        return False
    ends = [e.value for e in (s.start, s.stop) if isinstance(e, form.Const)]
    return s.poll or len(ends) < 2 or ends[1] - ends[0] > SHORT


def _divides(s: form.Stmt) -> bool:
    """Whether it is a loop over elements that can run in pieces."""
    return isinstance(s, form.For) and _polled(s) and not s.poll and _is_innermost(s)


def _is_innermost(s: form.For) -> bool:
    return not any(isinstance(x, LONG) for x in walk(s.body))


def block(text: Text, body: tuple[form.Stmt, ...]) -> None:
    for statement in body:
        text.held.clear()
        STATEMENTS[type(statement)](text, statement)
    text.held.clear()


def _param(text: Text, param: form.Param) -> None:
    where = text.let(word("%slots", param.slot))
    register = REGISTER[param.var.type]
    got = text.let(f"load {MEMORY[param.var.type]}, ptr {where}")
    if param.var.type == B1:
        got = text.let(f"icmp ne i8 {got}, 0")
    text.add(f"store {register} {got}, ptr {text.variable(param.var)}")


def _let(text: Text, s: form.Let) -> None:
    right = value(text, s.value)
    text.add(f"store {REGISTER[s.var.type]} {right}, ptr {text.variable(s.var)}")


def _store(text: Text, s: form.Store) -> None:
    kind = kind_of(s.value)
    right = value(text, s.value)
    where = element(text, s.base, s.index, kind)
    if kind == B1:
        right = text.let(f"zext i1 {right} to i8")
    text.add(f"store {MEMORY[kind]} {right}, ptr {where}{text.noalias.get(s.base.name, '')}")


LONG = form.For | form.While | form.Copy | form.Zero
"""Statements that may take long themselves."""


def _for(text: Text, s: form.For) -> None:
    """A counting loop; one that answers signals and holds no other runs in pieces, so that the
    piece can be vectorised."""
    start, stop = value(text, s.start), value(text, s.stop)
    polled, innermost = _polled(s), _is_innermost(s)
    if innermost and polled and (s.poll or text.few):
        _pieces(text, s, start, stop)
        return
    _count(text, s, start, stop, poll=polled and not innermost)
    if text.polling and innermost:
        _poll_after(text, s, start, stop, polled)


def _count(text: Text, s: form.For, start: str, stop: str, poll: bool) -> None:
    """`for var in range(start, stop)`."""
    kind, name = REGISTER[s.var.type], text.fresh("for")
    counter = f"%{name}.counter"
    text.variables.setdefault(counter, kind)
    text.add(f"store {kind} {start}, ptr {counter}")
    text.jump(f"{name}.test")
    text.label(f"{name}.test")
    i = text.let(f"load {kind}, ptr {counter}")
    text.branch(text.let(f"icmp slt {kind} {i}, {stop}"), f"{name}.body", f"{name}.end")
    text.label(f"{name}.body")
    text.add(f"store {kind} {i}, ptr {text.variable(s.var)}")
    block(text, s.body)
    if poll:
        _poll(text, "1")
    text.add(f"store {kind} {text.let(f'add nsw {kind} {i}, 1')}, ptr {counter}")
    text.jump(f"{name}.test")
    text.label(f"{name}.end")


def _pieces(text: Text, s: form.For, start: str, stop: str) -> None:
    """`_count` in pieces of at most POLL_STEPS, signals between them."""
    kind, name = REGISTER[s.var.type], text.fresh("piece")
    counter = f"%{name}.counter"
    text.variables.setdefault(counter, kind)
    text.add(f"store {kind} {start}, ptr {counter}")
    text.jump(f"{name}.test")
    text.label(f"{name}.test")
    first = text.let(f"load {kind}, ptr {counter}")
    text.branch(text.let(f"icmp slt {kind} {first}, {stop}"), f"{name}.body", f"{name}.end")
    text.label(f"{name}.body")
    rest = text.let(f"sub {kind} {stop}, {first}")
    size = text.call(kind, f"llvm.umin.{kind}", [(kind, rest), (kind, str(POLL_STEPS))])
    last = text.let(f"add {kind} {first}, {size}")
    _count(text, s, first, last, poll=False)
    text.add(f"store {kind} {last}, ptr {counter}")
    _poll(text, size if kind == "i64" else text.let(f"zext {kind} {size} to i64"))
    text.jump(f"{name}.test")
    text.label(f"{name}.end")


def _poll_after(text: Text, s: form.For, start: str, stop: str, polled: bool) -> None:
    """Count the steps of a loop that does not look at signals itself; perhaps look now."""
    kind = REGISTER[s.var.type]
    steps = text.let(f"sub {kind} {stop}, {start}")
    if kind != "i64":
        steps = text.let(f"sext {kind} {steps} to i64")
    steps = text.call("i64", "llvm.smax.i64", [("i64", steps), ("i64", "0")])
    _poll(text, steps) if polled else text.count_steps(steps)


def _poll(text: Text, steps: str) -> None:
    """Count `steps`; now and then, look at signals and write what was printed."""
    due = text.let(f"icmp sle i64 {text.count_steps(steps)}, 0")
    look, go = text.fresh("poll"), text.fresh("go")
    text.branch(due, look, go, "no")
    text.label(look)
    text.use("poll")
    text.add(f"store i64 {POLL_STEPS}, ptr %steps")
    raised = text.let("call i32 @ag.poll(ptr %ctx)")
    text.stop_if(text.let(f"icmp ne i32 {raised}, 0"), str(faults.INTERRUPT))
    text.jump(go)
    text.label(go)


def _while(text: Text, s: form.While) -> None:
    name = text.fresh("while")
    text.jump(f"{name}.test")
    text.label(f"{name}.test")
    block(text, s.test)
    text.branch(value(text, s.cond), f"{name}.body", f"{name}.end")
    text.label(f"{name}.body")
    block(text, s.body)
    _poll(text, "1")
    text.jump(f"{name}.test")
    text.label(f"{name}.end")


def _if(text: Text, s: form.If) -> None:
    name = text.fresh("if")
    likely = "no" if s.seldom else ""
    text.branch(value(text, s.cond), f"{name}.then", f"{name}.else", likely)
    text.label(f"{name}.then")
    block(text, s.then)
    text.jump(f"{name}.end")
    text.label(f"{name}.else")
    block(text, s.orelse)
    text.jump(f"{name}.end")
    text.label(f"{name}.end")


def _result(text: Text, s: form.Result | form.Leave) -> None:
    text.add(f"store i64 {llvm_memory.bits(text, s.value)}, ptr {text.let(word('%slots', s.slot))}")


def _comment(text: Text, s: form.Comment) -> None:
    """Not printed: what a line says must not change the key of the kernel."""


STATEMENTS: dict[type, Callable[[Text, Any], None]] = {
    form.Let: _let,
    form.Store: _store,
    form.For: _for,
    form.While: _while,
    form.If: _if,
    form.Alloc: llvm_memory.alloc,
    form.Mark: llvm_memory.mark,
    form.Reset: llvm_memory.reset,
    form.Copy: llvm_memory.copy,
    form.Zero: llvm_memory.zero,
    form.Fault: llvm_memory.fault,
    form.Emit: llvm_memory.emit,
    form.Result: _result,
    form.Leave: _result,
    form.Comment: _comment,
}
