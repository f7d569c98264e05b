"""The typed kernel form: loop nests over scalars, between the graph and its two printers.

A kernel is a list of statements over typed scalar variables and typed pointers.  Nothing here knows
of tensors: `nests` has already decided loops, buffers and the order of every operation.  `llvm`
prints the form as LLVM IR, which is what runs; `source` prints it as Python, which is what is read.

Calling convention: a kernel takes one pointer to an array of 8-byte slots and returns an int32
status, 0 or the code of a fault.  Scalars travel as their own bits in the low bytes of a slot
(float64 and int64 fill it; float32, int32 and bool use its first bytes); arrays travel as an address
and their extents, one slot each.
"""

from __future__ import annotations

from dataclasses import dataclass

F64, F32, I64, I32, B1, PTR = "float64", "float32", "int64", "int32", "bool", "ptr"
ITEMSIZE = {F64: 8, F32: 4, I64: 8, I32: 4, B1: 1, PTR: 8}
"""Bytes of one element in memory; a bool is one byte, 0 or 1."""


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: a Python float for float types (any bits, NaN included), int or bool else."""

    value: float | int | bool
    type: str


@dataclass(frozen=True, slots=True)
class Var:
    """A mutable scalar variable; names are unique in a kernel."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Un:
    """`neg not invert abs sqrt floor ceil rint trunc isnan` of one operand, of type `type`."""

    op: str
    a: Expr
    type: str


@dataclass(frozen=True, slots=True)
class Bin:
    """`add sub mul div` of floats; `add sub mul` (wrapping) `sdiv srem` (truncating, wrapping, 0
    by 0) `and or xor shl ashr lshr` of integers and bools; both operands have type `type`.
    `copysign` of floats."""

    op: str
    a: Expr
    b: Expr
    type: str


@dataclass(frozen=True, slots=True)
class Cmp:
    """`eq ne lt le gt ge` -> bool; with NaN only `ne` holds.  Operands have one type."""

    op: str
    a: Expr
    b: Expr

    @property
    def type(self) -> str:
        return B1


@dataclass(frozen=True, slots=True)
class Select:
    """`a if cond else b`; both are evaluated."""

    cond: Expr
    a: Expr
    b: Expr

    @property
    def type(self) -> str:
        return self.a.type


@dataclass(frozen=True, slots=True)
class Cast:
    """Value-preserving conversion as C does it; float to int of NaN or out of range is the smallest
    int; anything to bool is `!= 0`."""

    a: Expr
    type: str


@dataclass(frozen=True, slots=True)
class Bits:
    """Reinterpretation of the bits: float64 <-> int64, float32 <-> int32."""

    a: Expr
    type: str


@dataclass(frozen=True, slots=True)
class Fma:
    """`a * b + c` rounded once."""

    a: Expr
    b: Expr
    c: Expr

    @property
    def type(self) -> str:
        return self.a.type


@dataclass(frozen=True, slots=True)
class Call:
    """A function of float64 by name, without side effects: `sin`...  How: "" is ours where there is one
    (`ops.elementary.OURS`), "near" the same inlined, for arguments that are within its reach, "libm"
    that of the C library, "ufunc" NumPy's, "errors" what NumPy
    would warn of (`ufuncs.ERRORS`)."""

    name: str
    args: tuple[Expr, ...]
    type: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Overflows:
    """Whether int64 `add`, `sub` or `mul` of a and b leaves int64."""

    op: str
    a: Expr
    b: Expr

    @property
    def type(self) -> str:
        return B1


@dataclass(frozen=True, slots=True)
class Load:
    """Element `index` of the elements of type `type` at `base`."""

    base: Var
    index: Expr
    type: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Number `index` of a table of float64."""

    table: tuple[float, ...]
    index: Expr

    @property
    def type(self) -> str:
        return F64


Expr = Const | Var | Un | Bin | Cmp | Select | Cast | Bits | Fma | Call | Overflows | Load | Entry


@dataclass(frozen=True, slots=True)
class Let:
    """Assign to a variable; the first assignment in the text declares it for the whole kernel."""

    var: Var
    value: Expr


@dataclass(frozen=True, slots=True)
class Store:
    base: Var
    index: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class For:
    """`var` counts from start to stop - 1; `stop` is evaluated once.  `poll` answers signals now and
    then (a loop of the user's); one over elements may, unless it is `whole`: short, or it writes what
    must not be half written."""

    var: Var
    start: Expr
    stop: Expr
    body: tuple[Stmt, ...]
    poll: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class While:
    """Run `test`, stop unless `cond`, run `body`, again; always answers signals."""

    test: tuple[Stmt, ...]
    cond: Expr
    body: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`seldom`: the condition almost never holds, so that waiting for it is not worth while."""

    cond: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...] = ()
    seldom: bool = False


@dataclass(frozen=True, slots=True)
class Alloc:
    """`var` becomes the address of `count` uninitialised elements of `type`, 64-byte aligned.

    where "temp": in the scratch arena, freed by the next `Reset` to an earlier mark or at the end;
    "keep": in the arena of saved values, freed at the end of the call (or kept by the caller);
    "out": by malloc, handed to the caller;
    "stack": in the kernel's frame, for a constant `count`.  A negative count or no memory is the fault
    MEMORY, of this `site` and with these details, or the count.
    """

    var: Var
    count: Expr
    type: str
    where: str
    site: int = -1
    details: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Remember the level of the scratch arena in `var` (type ptr)."""

    var: Var


@dataclass(frozen=True, slots=True)
class Reset:
    """Return the scratch arena to the level in `var`."""

    var: Var


@dataclass(frozen=True, slots=True)
class Copy:
    """Copy `count` elements of `type` from `source` to `target`, which do not overlap."""

    target: Var
    source: Var
    count: Expr
    type: str


@dataclass(frozen=True, slots=True)
class Zero:
    """Set `count` elements of `type` at `target` to zero bits."""

    target: Var
    count: Expr
    type: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Stop the kernel with status `code`; `site` and up to `MAX_DETAILS` int64 details go to the caller."""

    code: int
    site: int
    details: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Emit:
    """Append a record (site, values) to the call's print buffer.

    A value is a scalar expression, or (base, extents, element type) of a C-contiguous array.
    """

    site: int
    values: tuple[Expr | tuple[Var, tuple[Expr, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Write a scalar or a pointer variable into slot `slot`."""

    slot: int
    value: Expr


@dataclass(frozen=True, slots=True)
class Leave:
    """Write a scalar or a pointer variable into slot `slot`, to be found there if the kernel stops."""

    slot: int
    value: Expr


@dataclass(frozen=True, slots=True)
class Comment:
    """A line of explanation; `line` is the user's line it comes from, 0 for none."""

    text: str
    line: int = 0


Stmt = (
    Let
    | Store
    | For
    | While
    | If
    | Alloc
    | Mark
    | Reset
    | Copy
    | Zero
    | Fault
    | Emit
    | Result
    | Leave
    | Comment
)


@dataclass(frozen=True, slots=True)
class Param:
    """A variable filled from slot `slot` at entry."""

    var: Var
    slot: int
    elements: str | None = None  # of a ptr: the type it points to


@dataclass(frozen=True, slots=True)
class Kernel:
    """`name` is a valid identifier; `slots` is how many slots the caller provides."""

    name: str
    params: tuple[Param, ...]
    body: tuple[Stmt, ...]
    slots: int
