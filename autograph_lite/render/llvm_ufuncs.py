"""Functions of a module that call NumPy's loops: a value, and what NumPy would warn of.

A loop takes the addresses of its operands, their number, and the strides, which are 0 as for NumPy's own
scalars.  The address of the loop is read where the kernel runs, so that object code holds a name only.
"""

from __future__ import annotations

from autograph_lite_runtime import routines, ufuncs

VALUE, ERRORS = "ufunc", "errors"
_CLEAR, _GET = "declare void @ag_no_float_errors()", "declare i32 @ag_float_errors()"


def function_name(name: str, how: str) -> str:
    return f"ag.{how}.{name}"


def needed(name: str, how: str) -> list[tuple[str, str]]:
    """The functions that a call needs in its module; `pow` of the C library is no ufunc."""
    by_loop = [(name, VALUE)] if name in ufuncs.ARITY else []
    return [*by_loop, (name, ERRORS)] if how == ERRORS else by_loop


def written(name: str, how: str) -> tuple[list[str], list[str]]:
    """What has to be declared for a function, and its text."""
    return _errors(name) if how == ERRORS else _value(name)


def _arity(name: str) -> int:
    return ufuncs.ARITY.get(name) or routines.ARITY[name]


def _operands(name: str) -> str:
    return ", ".join(f"double %x{i}" for i in range(_arity(name)))


def _value(name: str) -> tuple[list[str], list[str]]:
    count, pair = _arity(name) + 1, ufuncs.symbol(name)
    lines = [f"  %cell{i} = alloca double" for i in range(count)]
    lines += [f"  %cells = alloca [{count} x ptr]", f"  %strides = alloca [{count} x i64]"]
    lines += ["  %one = alloca i64", "  store i64 1, ptr %one"]
    lines += [f"  store [{count} x i64] zeroinitializer, ptr %strides"]
    lines += [f"  store double %x{i}, ptr %cell{i}" for i in range(count - 1)]
    for i in range(count):
        lines += [f"  %at{i} = getelementptr ptr, ptr %cells, i64 {i}"]
        lines += [f"  store ptr %cell{i}, ptr %at{i}"]
    lines += [f"  %loop = load ptr, ptr @{pair}"]
    lines += [
        f"  %second = getelementptr ptr, ptr @{pair}, i64 1",
        "  %data = load ptr, ptr %second",
    ]
    lines += ["  call void %loop(ptr %cells, ptr %one, ptr %strides, ptr %data)"]
    lines += [f"  %out = load double, ptr %cell{count - 1}", "  ret double %out"]
    head = f"define internal double @{function_name(name, VALUE)}({_operands(name)}) noinline nounwind {{"
    return [f"@{pair} = external global [2 x ptr]"], [head, "entry:", *lines, "}", ""]


def _errors(name: str) -> tuple[list[str], list[str]]:
    """The value once more, between clearing the processor's flags and reading them."""
    by_loop = name in ufuncs.ARITY
    callee = function_name(name, VALUE) if by_loop else routines.symbol(name)
    lines = ["  %where = alloca ptr", f"  store volatile ptr @{callee}, ptr %where"]
    lines += ["  %routine = load volatile ptr, ptr %where"]  # LLVM may not know what is called
    lines += ["  call void @ag_no_float_errors()"]
    lines += [f"  %out = call double %routine({_operands(name)})"]
    lines += ["  %found = call i32 @ag_float_errors()", "  %word = zext i32 %found to i64"]
    head = f"define internal i64 @{function_name(name, ERRORS)}({_operands(name)}) noinline nounwind cold {{"
    declared = [_CLEAR, _GET]
    if not by_loop:
        doubles = ", ".join(["double"] * _arity(name))
        declared += [f"declare double @{callee}({doubles}) nounwind willreturn memory(none)"]
    return declared, [head, "entry:", *lines, "  ret i64 %word", "}", ""]
