"""Who runs an op: the context of the thread decides whether it is executed or staged.

Derivative rules call ops through here too, so that one rule serves both modes and any order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

from autograph_lite.ir.graph import Value
from autograph_lite.ops.record import OPS, Op


class Interpreter(Protocol):
    """Gives meaning to an op: executes it on data, or appends it to a graph."""

    def apply(
        self, op: Op, inputs: tuple[Value, ...], params: dict[str, Any]
    ) -> tuple[Value, ...]: ...

    def constant(self, number: Any, dtype: str) -> Value: ...

    def localise(self, inputs: tuple[Value, ...]) -> tuple[Value, ...]: ...


class Context(threading.local):
    """Per thread: the interpreters (innermost last), the tapes that record (outermost first), and the
    tensors, by id, that stand for arrays of a caller, which may not be written into."""

    def __init__(self) -> None:
        self.interpreter: Interpreter = _eager[0]
        self.tapes: list[Any] = []
        self.entered: dict[int, Any] = {}


_eager: list[Interpreter] = []


def install_eager(interpreter: Interpreter) -> None:
    """Make the eager interpreter known; called once, by `eager`."""
    _eager[:] = [interpreter]
    context.__init__()  # type: ignore[misc]


class _Lazy:
    """Stands for eager execution until it is installed."""

    def apply(self, *args: Any) -> tuple[Value, ...]:
        raise RuntimeError("eager execution is not installed")

    def constant(self, number: Any, dtype: str) -> Value:
        raise RuntimeError("eager execution is not installed")

    def localise(self, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
        raise RuntimeError("eager execution is not installed")


_eager.append(_Lazy())
context = Context()


def apply_all(op: Op, inputs: tuple[Value, ...], params: dict[str, Any]) -> tuple[Value, ...]:
    """Apply an op in the thread's context and record it on the tapes that follow an input."""
    interpreter = context.interpreter
    outputs = interpreter.apply(op, inputs, params)
    tapes = context.tapes
    if tapes:
        if outputs and outputs[0].data is None:  # staged: the tapes are of this region
            inputs = interpreter.localise(inputs)
        for tape in tapes:
            tape.record(op, inputs, outputs, params)
    return outputs


def apply(op: Op, *inputs: Value, **params: Any) -> Value:
    """Apply an op with one result."""
    return apply_all(op, inputs, params)[0]


def constant(number: Any, dtype: str) -> Value:
    """A scalar of `dtype` in the thread's context."""
    return context.interpreter.constant(number, dtype)


def _with_constants(operands: tuple[Any, ...]) -> tuple[Value, ...]:
    """Numbers as scalars of the dtype of the first value."""
    dtype = "float64"
    for operand in operands:
        if isinstance(operand, Value):
            dtype = operand.type.dtype
            break
    return tuple([o if isinstance(o, Value) else constant(o, dtype) for o in operands])


def applier(op: Op) -> Callable[..., Value]:
    """`op` as a function of values; Python numbers take the dtype of the first value."""

    def function(*operands: Any, **params: Any) -> Value:
        for operand in operands:
            if operand.__class__ is not Value:
                operands = _with_constants(operands)
                break
        return apply_all(op, operands, params)[0]

    return function


class Ops:
    """`f.name(*values, **params)`: apply an op by its name, on values and Python numbers."""

    def __getattr__(self, name: str) -> Callable[..., Value]:
        function = applier(OPS[name])
        setattr(self, name, function)
        return function


f = Ops()
