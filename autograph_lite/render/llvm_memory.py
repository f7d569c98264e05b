"""Statements that reach outside a kernel's own variables: memory, prints, faults."""

from __future__ import annotations

from autograph_lite.render import form
from autograph_lite.render.form import B1, F32, F64, I32, I64, ITEMSIZE
from autograph_lite.render.llvm_support import MOST, word
from autograph_lite.render.llvm_text import REGISTER, Text
from autograph_lite.render.llvm_values import kind_of, value
from autograph_lite_runtime import faults, layout

ARENA = {"temp": layout.TEMP, "keep": layout.KEEP}


def alloc(text: Text, s: form.Alloc) -> None:
    if s.where == "stack":
        assert isinstance(s.count, form.Const)
        place = text.stack(int(s.count.value), s.type)
        text.add(f"store ptr {place}, ptr {text.variable(s.var)}")
        return
    count = long(text, s.count)

    def told() -> None:
        explain(text, s.site, [long(text, e) for e in s.details or (s.count,)])

    bad = text.let(f"icmp ugt i64 {count}, {MOST}")
    text.stop_if(bad, str(faults.MEMORY), told)
    # nothing takes some room too: an address of no arena would be a failure
    size = text.let(f"mul i64 {count}, {ITEMSIZE[s.type]}")
    least = text.let(f"zext i1 {text.let(f'icmp eq i64 {size}, 0')} to i64")
    up = text.let(f"add i64 {text.let(f'add i64 {size}, {least}')}, 63")
    rounded = text.let(f"and i64 {up}, -64")
    if s.where == "out":
        text.use("out")
        got = text.let(f"call ptr @ag.out(ptr %ctx, i64 {rounded})")
    else:
        text.use("take")
        start = ARENA[s.where]
        arguments = f"ptr {text.arena(start)}, i64 {rounded}, i64 {layout.LEAST[start]}"
        got = text.let(f"call ptr @ag.take({arguments})")
    none = text.let(f"icmp eq ptr {got}, null")
    text.stop_if(none, str(faults.MEMORY), told)
    text.add(f"store ptr {got}, ptr {text.variable(s.var)}")


def long(text: Text, e: form.Expr) -> str:
    """The value as i64."""
    return value(text, e if kind_of(e) == I64 else form.Cast(e, I64))


def explain(text: Text, site: int, details: list[str]) -> None:
    """Leave a fault's place and numbers in the context."""
    words = {layout.SITE: str(site), layout.DETAIL_COUNT: str(len(details))}
    words |= {layout.DETAILS + i: detail for i, detail in enumerate(details)}
    for index, what in words.items():
        text.add(f"store i64 {what}, ptr {text.let(word('%ctx', index))}")


def fault(text: Text, s: form.Fault) -> None:
    explain(text, s.site, [long(text, e) for e in s.details[: layout.MAX_DETAILS]])
    text.add(f"ret i32 {s.code}")
    text.label(text.fresh("dead"))


def mark(text: Text, s: form.Mark) -> None:
    level = text.let(f"load ptr, ptr {text.arena(layout.TEMP)}")
    text.add(f"store ptr {level}, ptr {text.variable(s.var)}")


def reset(text: Text, s: form.Reset) -> None:
    text.use("reset")
    arena = text.arena(layout.TEMP)
    text.add(f"call void @ag.reset(ptr {arena}, ptr {value(text, s.var)})")


def size_of(text: Text, count: form.Expr, kind: str) -> str:
    """Bytes of `count` elements to move; a negative count is none, a long one is many steps."""
    n = long(text, count)
    positive = text.call("i64", "llvm.smax.i64", [("i64", n), ("i64", "0")])
    size = text.let(f"mul i64 {positive}, {ITEMSIZE[kind]}")
    if text.polling:
        text.count_steps(text.let(f"lshr i64 {size}, 7"))
    return size


def copy(text: Text, s: form.Copy) -> None:
    target, source = value(text, s.target), value(text, s.source)
    memcpy(text, target, source, size_of(text, s.count, s.type))


def memcpy(text: Text, target: str, source: str, size: str) -> None:
    text.declared.setdefault("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
    text.add(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {size}, i1 false)")


def zero(text: Text, s: form.Zero) -> None:
    target, size = value(text, s.target), size_of(text, s.count, s.type)
    text.declared.setdefault("declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
    text.add(f"call void @llvm.memset.p0.i64(ptr {target}, i8 0, i64 {size}, i1 false)")


def bits(text: Text, e: form.Expr) -> str:
    """The bits of a scalar in the low bytes of an i64."""
    kind, got = kind_of(e), value(text, e)
    if kind == F32:
        got, kind = text.let(f"bitcast float {got} to i32"), I32
    if kind == I64:
        return got
    op = {F64: "bitcast", I32: "zext", B1: "zext"}.get(kind, "ptrtoint")
    return text.let(f"{op} {REGISTER[kind]} {got} to i64")


def emit(text: Text, s: form.Emit) -> None:
    """Append `site, number of values, values` to the print buffer, as `records` reads it."""
    text.use("room")
    pieces = [_piece(text, v) for v in s.values]
    size = "16"
    for words, _, payload in pieces:
        size = text.let(f"add i64 {size}, {8 * len(words)}")
        size = text.let(f"add i64 {size}, {payload}")
    status = text.let(f"call i32 @ag.room(ptr %ctx, i64 {size})")
    text.stop_if(text.let(f"icmp ne i32 {status}, 0"), status)
    used = text.let(word("%ctx", layout.PRINT_USED))
    first = text.let(f"load i64, ptr {used}")
    buffer = text.let(f"load ptr, ptr {text.let(word('%ctx', layout.PRINT_BUFFER))}")
    cursor = text.let(f"getelementptr i8, ptr {buffer}, i64 {first}")
    cursor = _append(text, cursor, [str(s.site), str(len(s.values))])
    for words, source, payload in pieces:
        cursor = _append(text, cursor, words)
        if source is not None:
            memcpy(text, cursor, source, payload)
            cursor = text.let(f"getelementptr i8, ptr {cursor}, i64 {payload}")
    text.add(f"store i64 {text.let(f'add i64 {first}, {size}')}, ptr {used}")


Piece = tuple[list[str], str | None, str]
"""The words of a printed value, then the address and bytes of its elements if it is an array."""


def _piece(text: Text, v: form.Expr | tuple[form.Var, tuple[form.Expr, ...], str]) -> Piece:
    if not isinstance(v, tuple):
        return [str(layout.printed_type(kind_of(v), -1)), bits(text, v)], None, "0"
    base, extents, kind = v
    shape = [long(text, n) for n in extents]
    size = str(ITEMSIZE[kind])
    for n in shape:
        size = text.let(f"mul i64 {size}, {n}")
    head = [str(layout.printed_type(kind, len(shape))), *shape]
    return head, value(text, base), size


def _append(text: Text, cursor: str, words: list[str]) -> str:
    """Store words one after the other; the address after them."""
    for what in words:
        text.add(f"store i64 {what}, ptr {cursor}, align 1")
        cursor = text.let(word(cursor, 1))
    return cursor
