"""Write the kernel form: fresh names, nested blocks, integer arithmetic, fault sites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autograph_lite.errors import Origin
from autograph_lite.ir.types import Extent, Shape, Symbol
from autograph_lite.ops import shapes
from autograph_lite.render.form import (
    B1,
    I64,
    PTR,
    Alloc,
    Bin,
    Cmp,
    Comment,
    Const,
    Emit,
    Expr,
    Fault,
    If,
    Let,
    Select,
    Stmt,
    Un,
    Var,
)
from autograph_lite_runtime import faults, layout, ufuncs

WARNING, FLOAT_ERRORS = "warning", "float errors"
ZERO, ONE = Const(0, I64), Const(1, I64)


@dataclass(frozen=True, slots=True)
class Site:
    """What a fault, a warning or a print of a kernel means: `text` is formatted with the details."""

    text: str
    error: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Last:
    """What was kept in a cell last, and where: the variables of it."""

    base: Var
    number: Var
    value: Var


class Emitter:
    """The statements of a kernel under construction; `block` redirects them."""

    def __init__(self, writes_over: bool = False) -> None:
        self.writes_over = writes_over  # whether numbers in cells are written over
        self.last: dict[str, Last] = {}  # by dtype
        self.statements: list[Stmt] = []
        self.before: list[Stmt] = []  # what stands at the start of the kernel
        self.sites: list[Site] = []
        self.origin: Origin | None = None
        self.sizes: dict[Symbol, Expr] = {}  # extents that are the same in the whole run
        self.far: Var | None = None  # whether a nest met an argument beyond reach; None: not asked
        self._names: dict[str, int] = {}
        self.noted: Var | None = None  # the variable of the last `watching`
        self._line = 0

    def add(self, statement: Stmt) -> None:
        self.statements.append(statement)

    def fresh(self, hint: str, type: str) -> Var:
        """A variable with a name of its own."""
        count = self._names.get(hint, 0)
        self._names[hint] = count + 1
        return Var(f"{hint}{count}" if count or hint[-1:].isdigit() else hint, type)

    def let(self, hint: str, value: Expr) -> Var:
        """Bind an expression to a new variable."""
        var = self.fresh(hint, value.type)
        self.add(Let(var, value))
        return var

    def atom(self, hint: str, value: Expr) -> Expr:
        """A constant or variable of this value, so that using it twice computes it once."""
        return value if isinstance(value, Const | Var) else self.let(hint, value)

    @contextmanager
    def block(self) -> Iterator[list[Stmt]]:
        """Statements added inside go to the list given."""
        outer, self.statements = self.statements, []
        try:
            yield self.statements
        finally:
            self.statements = outer

    @contextmanager
    def placed(self, origin: Origin | None) -> Iterator[None]:
        """The user's line of what is added inside, which was met before its turn."""
        outer, self.origin = self.origin, origin
        try:
            yield
        finally:
            self.origin = outer

    def at(self, origin: Origin | None) -> None:
        """The user's line that the next statements come from."""
        self.origin = origin
        if origin is not None and origin.line != self._line:
            self._line = origin.line
            self.add(Comment(origin.function, origin.line))

    def extent(self, known: Extent, found: Expr | None = None) -> Expr | None:
        """An extent as the type tells it, a number or what holds it in the whole run; else as it was found."""
        if isinstance(known, int):
            return Const(known, I64)
        return self.sizes.get(known, found)

    def extents(self, shape: Shape, found: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """The same of all of an array."""
        return tuple(self.extent(known, e) or e for known, e in zip(shape, found, strict=True))

    def site(self, text: str, error: str) -> int:
        """The number of a place that can fault."""
        self.sites.append(Site(text, error, self.origin))
        return len(self.sites) - 1

    def fault(self, code: int, text: str, error: str, *details: Expr) -> Fault:
        return Fault(code, self.site(text, error), details)

    def fault_if(self, cond: Expr, fault: Fault) -> None:
        if cond == Const(False, B1):
            return
        self.add(If(cond, (fault,)))

    def warn_if(self, cond: Expr, text: str) -> None:
        """A warning where the condition holds, once in a call."""
        if cond == Const(False, B1):
            return
        told = self.fresh("told", B1)
        self.before.append(Let(told, Const(False, B1)))
        now = both(cond, Un("not", told, B1))
        self.add(If(now, (Let(told, Const(True, B1)), Emit(self.site(text, WARNING), ()))))

    def heed(self, label: str, errors: Expr) -> None:
        """What NumPy warns of, a sum of `ufuncs.ERRORS`: each once in a call."""
        told = self.fresh("told", I64)
        self.before.append(Let(told, ZERO))
        seen = Bin("and", errors, Const(sum(ufuncs.ERRORS), I64), I64)
        fresh = self.let("fresh", Bin("and", seen, Un("invert", told, I64), I64))
        emit = Emit(self.site(label, FLOAT_ERRORS), (fresh,))
        both = Bin("or", told, fresh, I64)
        self.add(If(Cmp("ne", fresh, ZERO), (Let(told, both), emit)))

    @contextmanager
    def watching(self) -> Iterator[list[Stmt]]:
        """As `block`, with a variable for whether an argument was beyond reach, if that can be."""
        outer, self.far = self.far, None
        try:
            with self.block() as statements:
                yield statements
            if self.far is not None:
                statements.insert(0, Let(self.far, Const(False, B1)))
        finally:
            self.noted, self.far = self.far, outer

    def note_far(self, cond: Expr) -> None:
        """An argument is beyond reach where the condition holds."""
        if self.far is None:
            self.far = self.fresh("far", B1)
        self.add(Let(self.far, Bin("or", self.far, cond, B1)))

    def no_memory(self, dtype: str, extents: tuple[Expr, ...]) -> Fault:
        """An array that does not fit: the text of its site is its dtype and shape."""
        details: list[Expr] = []
        text = f"{dtype} {shown(extents, details)}"
        return self.fault(faults.MEMORY, text, "LimitError", *details)

    def alloc(
        self,
        hint: str,
        count: Expr,
        dtype: str,
        where: str = "temp",
        extents: tuple[Expr, ...] = (),
    ) -> Var:
        var = self.fresh(hint, PTR)
        fault = self.no_memory(dtype, extents or (count,))
        self.add(Alloc(var, count, dtype, where, fault.site, fault.details))
        return var


def shown(extents: Iterable[Expr], details: list[Expr]) -> str:
    """A shape in the message of a fault; what only the run knows becomes one of its details."""

    def part(e: Expr) -> str:
        if isinstance(e, Const):
            return str(int(e.value))
        if e not in details and len(details) < layout.MAX_DETAILS:
            details.append(e)
        return f"{{{details.index(e)}}}" if e in details else "?"

    return shapes.text(map(part, extents))


def iadd(a: Expr, b: Expr) -> Expr:
    """a + b of int64, folded where it is known."""
    if isinstance(a, Const) and isinstance(b, Const):
        return Const(int(a.value) + int(b.value), I64)
    if a == ZERO:
        return b
    return a if b == ZERO else Bin("add", a, b, I64)


def isub(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Const) and isinstance(b, Const):
        return Const(int(a.value) - int(b.value), I64)
    return a if b == ZERO else Bin("sub", a, b, I64)


def imul(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Const) and isinstance(b, Const):
        return Const(int(a.value) * int(b.value), I64)
    if ZERO in (a, b):
        return ZERO
    if a == ONE:
        return b
    return a if b == ONE else Bin("mul", a, b, I64)


def compare(op: str, a: Expr, b: Expr) -> Expr:
    """A comparison of int64, folded where it is known."""
    if isinstance(a, Const) and isinstance(b, Const):
        x, y = a.value, b.value
        return Const(
            {"eq": x == y, "ne": x != y, "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y}[op],
            B1,
        )
    if a == b and op in ("eq", "le", "ge"):
        return Const(True, B1)
    if a == b:
        return Const(False, B1)
    return Cmp(op, a, b)


def both(a: Expr, b: Expr) -> Expr:
    """a and b of bools."""
    if isinstance(a, Const):
        return b if a.value else a
    if isinstance(b, Const):
        return a if b.value else b
    return Bin("and", a, b, B1)


def select(cond: Expr, a: Expr, b: Expr) -> Expr:
    if isinstance(cond, Const):
        return a if cond.value else b
    return a if a == b else Select(cond, a, b)


def product(extents: tuple[Expr, ...]) -> Expr:
    total: Expr = ONE
    for extent in extents:
        total = imul(total, extent)
    return total
