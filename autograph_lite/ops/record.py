"""The op record: type rule, arithmetic and derivative of one op, in one place.

Every op of the library is one `Op`.  Eager execution, staging, both derivatives, lowering, folding,
the NumPy protocols and the tests are derived from it; there is no second list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type


@dataclass(frozen=True, slots=True)
class Scalar:
    """An elementwise body: an expression over `x, y, z, w`, or a function of scalars."""

    text: str | Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Fold:
    """A reduction: `init`, then `acc = step(acc, x)`.

    `lanes`: eight interleaved partial results per block of 1024 elements, combined in a fixed tree,
    blocks from left to right; else one accumulator from left to right.  `init` None: the first
    element (no value for an empty array).
    """

    init: float | bool | None
    step: str
    lanes: bool = False


@dataclass(frozen=True, slots=True)
class Loops:
    """A function of arrays that writes `out`; `extents` gives the extents of `out`, as text over the
    inputs' `x.shape[i]`, or says what the body sees: "around" or "along" an axis, "trailing" axes.
    The inputs are row-major, but for those in `strided`, which are read wherever they lie."""

    function: Callable[..., None]
    extents: str
    strided: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Structural:
    """Lowered by the kernel builder itself: moves, regions, effects.  `why` says how."""

    why: str


Body = Scalar | Fold | Loops | Structural


@dataclass(frozen=True, slots=True)
class Partials:
    """One partial per input: `function(*inputs, out) -> tuple`, each a value, a number, or None for
    an input that has none; contributions are `scale(cotangent, partial)`."""

    function: Callable[..., tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Vjp:
    """`function(g, *inputs, out, **params) -> one contribution or None per input`.

    `bilinear`: the op is linear in each input, so that a tangent of one in its place gives that of the result.
    """

    function: Callable[..., tuple[Any, ...]]
    bilinear: bool = False


@dataclass(frozen=True, slots=True)
class Linear:
    """As `Vjp`, but reads only the types of the inputs, never their values."""

    function: Callable[..., tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Indexed:
    """Reads some elements of the first input: its cotangent is added in place, in O(read) time.

    `function(current, g, where, *inputs, **params)` returns the updated cotangent of the first input;
    `where` is a bool value that says whether g has arrived, None where it has.
    """

    function: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Threaded:
    """A derivative that takes the current cotangents and returns them updated (rules R1 and R5)."""

    why: str


@dataclass(frozen=True, slots=True)
class Constant:
    """No derivative, and the reason: the gradient is None through it."""

    why: str


Derivative = Partials | Vjp | Linear | Indexed | Threaded | Constant


@dataclass(frozen=True, slots=True)
class Instead:
    """Another op, with the same bits and less to do, on these inputs: values, numbers of the result's
    dtype, or what comes of other ops."""

    name: str
    inputs: tuple[Any, ...]


class Known(Protocol):
    """What is known of values where an op stands."""

    def number(self, value: Value) -> Any:
        """The number that a value is, None where that is not known."""

    def is_positive(self, value: Value) -> bool:
        """Whether it is a Python integer that is known to be above 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """All that is known of an op.

    `types(*in_types, **params)` gives the types of the outputs or raises.  `exact` is NumPy's own function
    where IEEE 754 leaves no freedom, used eagerly and on known numbers; `on_scalars` says the same of NumPy
    scalars with Python's operators, which takes a tenth of the time.

    `identity(known, *inputs, **params)` is what the result is without computing it, in every bit: one
    of the inputs, a number, `Instead`, or None where it has to be computed.
    """

    name: str
    types: Callable[..., tuple[Type, ...]]
    body: Body
    derivative: Derivative
    exact: Callable[..., Any] | None = None
    on_scalars: Callable[..., Any] | None = None
    shape_only: tuple[int, ...] = ()  # inputs whose values are never read
    effect: bool = False  # it keeps its place
    single: bool = False  # two on equal inputs are two: each writes into what it is given
    faults: bool = False  # it may raise for what its inputs hold, and stays where nothing needs it
    counts: bool = False  # its result is never negative
    recomputed: bool = (
        False  # from the number of the step it is done again, not read from a history
    )
    identity: Callable[..., Any] | None = None
    domain: tuple[float, float] = (-3.0, 3.0)  # what the tests try, and in these:
    dtypes: tuple[str, ...] = ("float64", "float32")

    @property
    def cheap(self) -> bool:
        """Whether it takes a few instructions and cannot fail: an expression that calls nothing."""
        text = self.body.text if isinstance(self.body, Scalar) else None
        if not isinstance(text, str) or "/" in text:
            return False
        return set(re.findall(r"(\w+)\(", text)) <= {"abs", "bool", "cast", "float64"}

    @property
    def warns(self) -> bool:
        """Whether it may warn, as of a division by zero: then it is done wherever the program says so."""
        text = self.body.text if isinstance(self.body, Scalar) else None
        if isinstance(text, str):
            return text.startswith("heed(")
        return callable(text) and "warn_if" in text.__code__.co_names

    def __repr__(self) -> str:
        return self.name


OPS: dict[str, Op] = {}


def register(op: Op) -> Op:
    """Add an op to the table; a name stands once."""
    if op.name in OPS:
        raise ValueError(f"op {op.name} is declared twice")
    OPS[op.name] = op
    return op
