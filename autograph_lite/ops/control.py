"""Control flow: nodes with regions, and effects.

`loop` is every loop: inputs are `n` (if bounded), the initial state, the captures and the histories
read; its body maps (k, state, captures, one element per history) to (state, one element per history
written); its outputs are the count of steps taken, the last state and the histories written.  A
`test` region over the same arguments decides before each step; `reverse` reads and writes histories
from the last step to the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograph_lite.errors import DomainError, GraphIndexError, GraphTypeError, ShapeError
from autograph_lite.ir.graph import Region, Value
from autograph_lite.ir.types import Type, any_shape, flags_of, history, py, same_shape
from autograph_lite.ops import shapes
from autograph_lite.ops.dispatch import apply_all, f
from autograph_lite.ops.record import Constant, Op, Structural, Threaded, register

_REGION = Structural("its regions are lowered in place")


def _loop_types(
    *inputs: Type, body: Region, state: int, reads: int, bounded: bool, **params: Any
) -> tuple[Type, ...]:
    del inputs, reads, bounded, params
    steps = tuple(v.type for v in body.results[:state])
    written = tuple(history(v.type) for v in body.results[state:])
    return (py("int64"), *steps, *written)


def _if_types(cond: Type, *captures: Type, then: Region) -> tuple[Type, ...]:
    del cond, captures
    return tuple(v.type for v in then.results)


LOOP = register(
    Op(
        "loop",
        _loop_types,
        _REGION,
        Threaded("the reversed loop carries the cotangents"),
        effect=True,
    )
)


class LoopParts:
    """The parts of a loop by name: `state`, `captured` and `elements` are arguments of its body; `inits`,
    `captures` and `histories` what they are outside; `results` and `saved` what a step leaves; `steps`,
    `outs` and `written` the outputs."""

    __slots__ = (
        *("body", "bound", "k", "state", "captured", "elements", "inits", "captures", "histories"),
        *("results", "saved", "steps", "outs", "written"),
    )

    def __init__(
        self, inputs: Sequence[Value], outputs: Sequence[Value], params: dict[str, Any]
    ) -> None:
        self.body: Region = params["body"]
        n, reads = params["state"], params["reads"]
        self.k, *arguments = self.body.arguments
        self.bound = inputs[0] if params["bounded"] else None
        self.state, self.captured, self.elements = _parted(arguments, n, reads)
        self.inits, self.captures, self.histories = _parted(inputs[params["bounded"] :], n, reads)
        self.results, self.saved = self.body.results[:n], self.body.results[n:]
        self.steps, self.outs, self.written = outputs[0], outputs[1 : 1 + n], outputs[1 + n :]


def _parted(values: Sequence[Value], state: int, reads: int) -> tuple[tuple[Value, ...], ...]:
    """State, captures, histories."""
    cut = len(values) - reads
    return tuple(values[:state]), tuple(values[state:cut]), tuple(values[cut:])


IF = register(Op("if", _if_types, _REGION, Threaded("the same branch, reversed"), effect=True))
PRINT = register(
    Op(
        "print",
        lambda *values, **params: (),
        Structural("appends its values to the call's record of prints"),
        Constant("it has no result"),
        effect=True,
    )
)
# From here on a variable or a tensor of the caller's (`key`) holds a value: what a call that stops
# later, by a fault or by Ctrl-C, leaves in it.
HOLD = register(
    Op(
        "hold",
        lambda value, **params: (),
        Structural("noted, for every way out of the kernel"),
        Constant("it has no result"),
        effect=True,
    )
)


CODES: dict[type[Exception], str] = {
    ShapeError: "SHAPE",
    GraphTypeError: "TYPE",
    GraphIndexError: "INDEX",
    DomainError: "DOMAIN",
}
"""What a kernel calls the errors that operations raise."""


def fail_if(cond: Value, error: str, code: str, text: str, *details: Value) -> None:
    """At run time, an error of this class where the condition holds; its text has room for details."""
    apply_all(FAIL, (cond, *details), {"error": error, "code": code, "text": text})


def told(key: str) -> str:
    """The key of the record that has what the exception with this key holds."""
    return f"raise {key}"


def require_one_shape(a: Value, b: Value, text: str) -> None:
    """A ShapeError at run time unless two arrays have one shape; the text has room for both."""
    if a.type.shape == b.type.shape:
        return
    dims: list[Value] = []

    def shown(v: Value) -> str:
        return shapes.text(
            e if isinstance(e, int) else _detail(dims, f.dim(v, axis=i))
            for i, e in enumerate(v.type.shape)
        )

    text = text.format(shown(a), shown(b))
    fail_if(f.logical_not(f.same_shape(a, b)), "ShapeError", "SHAPE", text, *dims)


def _detail(dims: list[Value], dim: Value) -> str:
    dims.append(dim)
    return f"{{{len(dims) - 1}}}"


FAIL = register(
    Op(
        "fail",
        lambda cond, *details, **params: (),
        Structural("a fault where the condition holds"),
        Constant("it has no result"),
        effect=True,
    )
)


def _constant_types(*, value: Any, dtype: str) -> tuple[Type, ...]:
    del value
    return (Type("ag", dtype),)


CONSTANT = register(
    Op("constant", _constant_types, Structural("a literal"), Constant("it is constant"))
)


def _filler_types(*like: Type, type: Type) -> tuple[Type, ...]:
    del like
    return (type,)


# What stands for a value in the branch that does not make it; nothing reads it there.  It may have the
# extents of an array that is at hand, so that they are known after the branch.
FILLER = register(
    Op(
        "filler",
        _filler_types,
        Structural("zero, or an array that is not filled"),
        Constant("it is never read"),
        shape_only=(0,),
    )
)


def filler_for(type: Type, at_hand: Iterable[Value]) -> tuple[tuple[Value, ...], Type]:
    """The inputs of a filler and its type, given values that are there."""
    for value in at_hand if type.rank and not type.depth else ():
        if value.type.depth == 0 and same_shape(value.type.shape, type.shape):
            return (value,), type
    return (), any_shape(type)


def _call_types(*inputs: Type, function: Any, order: int) -> tuple[Type, ...]:
    del inputs
    return tuple(v.type for v in function.saving(order).graph.body.results)


# A compiled graph called eagerly under a tape.
CALL = register(
    Op("call", _call_types, _REGION, Threaded("the reverse of the graph, called"), effect=True)
)


# The cotangent of a history at which nothing has arrived: -0 everywhere.
VOID = register(
    Op(
        "void",
        lambda like: (like,),
        Structural("the same steps and extents, filled"),
        Constant("it is constant"),
    )
)
# One bool for each element of a history: whether anything has arrived at it.
EVERY = register(
    Op(
        "every",
        lambda like, value: (flags_of(like),),
        Structural("the same steps, filled"),
        Constant("it is constant"),
    )
)
