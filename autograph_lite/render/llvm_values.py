"""Expressions of the kernel form -> LLVM text.

Nothing here carries a fast-math flag: `a * b + c` stays two roundings, and a comparison with NaN is
what IEEE 754 says.  Where LLVM leaves a result undefined (a float too large for an int, a shift by
the width) the text decides it, so that no result depends on the CPU.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any
from zlib import crc32

from autograph_lite.ops.elementary import OURS
from autograph_lite.render import form, llvm_ufuncs
from autograph_lite.render.form import B1, F32, F64, I32, I64, PTR
from autograph_lite.render.llvm_text import MEMORY, REGISTER, Text
from autograph_lite_runtime import routines

WIDTH = {I64: 64, I32: 32, B1: 1, PTR: 64}
SUFFIX = {F64: "f64", F32: "f32", I64: "i64", I32: "i32"}


def value(text: Text, e: form.Expr) -> str:
    """Emit `e`, once per statement even if it stands there twice; the operand that holds it."""
    if isinstance(e, form.Const | form.Var):
        return EXPRESSIONS[type(e)](text, e)
    held = text.held.get(id(e))
    if held is None:
        held = text.held[id(e)] = e, EXPRESSIONS[type(e)](text, e)
    return held[1]


def kind_of(e: form.Expr) -> str:
    """The type of the value, which for `isnan` is bool whatever the node says."""
    return B1 if isinstance(e, form.Un) and e.op == "isnan" else e.type


def constant(kind: str, number: float | int | bool) -> str:
    if kind in (F64, F32):
        wide = ctypes.c_float(number).value if kind == F32 else float(number)
        return f"0x{struct.unpack('<Q', struct.pack('<d', wide))[0]:016X}"
    if kind == B1:
        return "true" if number else "false"
    if kind == PTR:
        return "null" if not number else f"inttoptr (i64 {int(number)} to ptr)"
    half = 1 << WIDTH[kind] - 1
    return str((int(number) + half) % (2 * half) - half)


def _const(text: Text, e: form.Const) -> str:
    return constant(e.type, e.value)


def _var(text: Text, e: form.Var) -> str:
    return text.let(f"load {REGISTER[e.type]}, ptr {text.variable(e)}")


INTRINSIC = {
    "abs": "fabs",
    "sqrt": "sqrt",
    "floor": "floor",
    "ceil": "ceil",
    "rint": "rint",
    "trunc": "trunc",
}


def _un(text: Text, e: form.Un) -> str:
    kind = kind_of(e.a)
    register = REGISTER[kind]
    a = value(text, e.a)
    floating = kind in (F64, F32)
    if e.op == "isnan":
        return text.let(f"fcmp uno {register} {a}, {a}")
    if floating and e.op == "neg":
        return text.let(f"fneg {register} {a}")
    if floating:
        return text.call(register, f"llvm.{INTRINSIC[e.op]}.{SUFFIX[kind]}", [(register, a)])
    return _integer_un(text, e.op, register, a)


def _integer_un(text: Text, op: str, register: str, a: str) -> str:
    if op in ("not", "invert"):
        return text.let(f"xor {register} {a}, -1")
    if op == "neg":
        return text.let(f"sub {register} 0, {a}")
    if op == "abs":
        negated = text.let(f"sub {register} 0, {a}")
        below = text.let(f"icmp slt {register} {a}, 0")
        return text.let(f"select i1 {below}, {register} {negated}, {register} {a}")
    return a  # floor, ceil, rint and trunc of an integer


def _bin(text: Text, e: form.Bin) -> str:
    register = REGISTER[e.type]
    a, b = value(text, e.a), value(text, e.b)
    if e.op == "copysign":
        arguments = [(register, a), (register, b)]
        return text.call(register, f"llvm.copysign.{SUFFIX[e.type]}", arguments)
    if e.op in ("shl", "ashr", "lshr"):
        b = text.let(f"and {register} {b}, {WIDTH[e.type] - 1}")
    if e.op in ("sdiv", "srem"):
        return _divide(text, e.op, register, a, b)
    prefix = "f" if e.type in (F64, F32) else ""
    return text.let(f"{prefix}{e.op} {register} {a}, {b}")


def _divide(text: Text, op: str, register: str, a: str, b: str) -> str:
    """Division by 0 gives 0 and by -1 wraps, where the CPU would kill the process: a select
    evaluates its division even where it does not take it."""
    zero = text.let(f"icmp eq {register} {b}, 0")
    minus = text.let(f"icmp eq {register} {b}, -1")
    odd = text.let(f"or i1 {zero}, {minus}")
    safe = text.let(f"select i1 {odd}, {register} 1, {register} {b}")
    plain = text.let(f"{op} {register} {a}, {safe}")
    negated = "0" if op == "srem" else text.let(f"sub {register} 0, {a}")
    signed = text.let(f"select i1 {minus}, {register} {negated}, {register} {plain}")
    return text.let(f"select i1 {zero}, {register} 0, {register} {signed}")


def _cmp(text: Text, e: form.Cmp) -> str:
    kind = kind_of(e.a)
    a, b = value(text, e.a), value(text, e.b)
    return text.let(f"{comparison(kind, e.op)} {REGISTER[kind]} {a}, {b}")


def comparison(kind: str, op: str) -> str:
    """Ordered for floats but `ne`; signed for integers; False < True for bools."""
    if kind in (F64, F32):
        return f"fcmp {'une' if op == 'ne' else 'o' + op}"
    if op in ("eq", "ne"):
        return f"icmp {op}"
    return f"icmp {'u' if kind in (B1, PTR) else 's'}{op}"


def _select(text: Text, e: form.Select) -> str:
    register = REGISTER[kind_of(e.a)]
    cond, a, b = value(text, e.cond), value(text, e.a), value(text, e.b)
    return text.let(f"select i1 {cond}, {register} {a}, {register} {b}")


def _cast(text: Text, e: form.Cast) -> str:
    source, target = kind_of(e.a), e.type
    a = value(text, e.a)
    if source == target:
        return a
    if target == B1:
        zero = "null" if source == PTR else constant(source, 0)
        return text.let(f"{comparison(source, 'ne')} {REGISTER[source]} {a}, {zero}")
    if source in (F64, F32) and target in WIDTH:
        return _truncate(text, a, source, target)
    op = conversion(source, target)
    return text.let(f"{op} {REGISTER[source]} {a} to {REGISTER[target]}")


def conversion(source: str, target: str) -> str:
    """The instruction for a conversion that has a result for every value."""
    if PTR in (source, target):
        return "ptrtoint" if source == PTR else "inttoptr"
    if target in (F64, F32):
        if source in WIDTH:
            return "uitofp" if source == B1 else "sitofp"
        return "fpext" if target == F64 else "fptrunc"
    if source == B1:
        return "zext"
    return "sext" if WIDTH[source] < WIDTH[target] else "trunc"


def _truncate(text: Text, a: str, source: str, target: str) -> str:
    """Float to int; NaN and all that does not fit become the smallest int."""
    half, register, whole = 1 << WIDTH[target] - 1, REGISTER[source], REGISTER[target]
    above = text.let(f"fcmp oge {register} {a}, {constant(source, -half)}")
    below = text.let(f"fcmp olt {register} {a}, {constant(source, half)}")
    fits = text.let(f"and i1 {above}, {below}")
    zero = constant(source, 0)
    safe = text.let(f"select i1 {fits}, {register} {a}, {register} {zero}")
    cut = text.let(f"fptosi {register} {safe} to {whole}")
    return text.let(f"select i1 {fits}, {whole} {cut}, {whole} {-half}")


def _bits(text: Text, e: form.Bits) -> str:
    a = value(text, e.a)
    return text.let(f"bitcast {REGISTER[kind_of(e.a)]} {a} to {REGISTER[e.type]}")


def _fma(text: Text, e: form.Fma) -> str:
    register = REGISTER[e.type]
    arguments = [(register, value(text, x)) for x in (e.a, e.b, e.c)]
    return text.call(register, f"llvm.fma.{SUFFIX[e.type]}", arguments)


def _call(text: Text, e: form.Call) -> str:
    """A routine computes in float64; a float32 result is its value rounded once more."""
    arguments = [("double", _widened(text, x)) for x in e.args]
    if e.how in (llvm_ufuncs.VALUE, llvm_ufuncs.ERRORS):
        for key in llvm_ufuncs.needed(e.name, e.how):
            text.functions.setdefault(key)
        shown = ", ".join(f"{kind} {a}" for kind, a in arguments)
        callee = llvm_ufuncs.function_name(e.name, e.how)
        return text.let(f"call {REGISTER[e.type]} @{callee}({shown})")
    if e.name in OURS and e.how != "libm":
        text.functions.setdefault((e.name, e.how))
        shown = ", ".join(f"{kind} {a}" for kind, a in arguments)
        result = text.let(f"call double @{function_name(e.name, e.how)}({shown})")
    else:
        result = text.call("double", routines.symbol(e.name), arguments)
    return text.let(f"fptrunc double {result} to float") if e.type == F32 else result


def function_name(name: str, how: str) -> str:
    """A function of ours inside a module."""
    return f"ag.{name}.{how}" if how else f"ag.{name}"


def _widened(text: Text, e: form.Expr) -> str:
    a = value(text, e)
    return text.let(f"fpext float {a} to double") if kind_of(e) == F32 else a


def _overflows(text: Text, e: form.Overflows) -> str:
    arguments = [("i64", value(text, e.a)), ("i64", value(text, e.b))]
    pair = text.call("{ i64, i1 }", f"llvm.s{e.op}.with.overflow.i64", arguments)
    return text.let(f"extractvalue {{ i64, i1 }} {pair}, 1")


def _load(text: Text, e: form.Load) -> str:
    where = element(text, e.base, e.index, e.type)
    tag = text.noalias.get(e.base.name, "")
    loaded = text.let(f"load {MEMORY[e.type]}, ptr {where}{tag}")
    return text.let(f"icmp ne i8 {loaded}, 0") if e.type == B1 else loaded


def element(text: Text, base: form.Var, index: form.Expr, kind: str) -> str:
    """The address of one element."""
    pointer, i = value(text, base), value(text, index)
    return text.let(
        f"getelementptr inbounds {MEMORY[kind]}, ptr {pointer}, {REGISTER[kind_of(index)]} {i}"
    )


def _entry(text: Text, e: form.Entry) -> str:
    """Of a constant of the module."""
    kind = f"[{len(e.table)} x double]"
    numbers = ", ".join(f"double {value(text, form.Const(x, F64))}" for x in e.table)
    name = f"@ag.table.{crc32(numbers.encode()):08x}"
    text.declared.setdefault(f"{name} = private unnamed_addr constant {kind} [{numbers}]")
    where = text.let(f"getelementptr inbounds double, ptr {name}, i64 {value(text, e.index)}")
    return text.let(f"load double, ptr {where}")


EXPRESSIONS: dict[type, Callable[[Text, Any], str]] = {
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
