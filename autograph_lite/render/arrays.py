"""Arrays inside a kernel: a base pointer, an offset, extents and strides, all expressions.

Moves change extents and strides only.  A buffer is owned when the kernel allocated it and may write
into it; views share the buffer of their array.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from autograph_lite.render.emitter import (
    ONE,
    ZERO,
    Emitter,
    both,
    compare,
    iadd,
    imul,
    isub,
    product,
    select,
    shown,
)
from autograph_lite.render.form import (
    B1,
    I64,
    Bin,
    Const,
    Copy,
    Expr,
    Fault,
    For,
    Load,
    Overflows,
    Store,
    Var,
)
from autograph_lite_runtime import faults


@dataclass(slots=True, eq=False)
class Buffer:
    """Memory that arrays share.  `owned`: the kernel may write into it.  `of`: where it is the memory
    of other buffers, as a branch or a region sees it, those.  `where` it was allocated, if that is known."""

    owned: bool
    of: tuple[Buffer, ...] = ()
    where: str = ""

    @property
    def kept(self) -> bool:
        """Whether it stays as it is until the call ends."""
        return self.where == "keep" and not self.owned

    def meets(self, other: Buffer) -> bool:
        """Whether two buffers may be the same memory."""
        return not self._roots().isdisjoint(other._roots())

    def _roots(self) -> set[Buffer]:
        return {root for part in self.of for root in part._roots()} or {self}

    def lent(self) -> Buffer:
        """The same memory, not to be written into."""
        return Buffer(False, (self,), "" if self.owned else self.where)


@dataclass(frozen=True, slots=True)
class Array:
    base: Var
    dtype: str
    extents: tuple[Expr, ...]
    strides: tuple[Expr, ...]
    buffer: Buffer = field(compare=False)
    offset: Expr = ZERO

    def position(self, indices: tuple[Expr, ...]) -> Expr:
        total = self.offset
        for index, stride in zip(indices, self.strides, strict=True):
            total = iadd(total, imul(index, stride))
        return total

    def load(self, indices: tuple[Expr, ...]) -> Expr:
        return Load(self.base, self.position(indices), self.dtype)

    def store(self, k: Emitter, indices: tuple[Expr, ...], value: Expr) -> None:
        k.add(Store(self.base, self.position(indices), value))

    @property
    def contiguous(self) -> bool:
        """Whether it is known to be one block in row-major order."""
        return self.offset == ZERO and all(
            a == b or e == ONE
            for a, b, e in zip(self.strides, row_major(self.extents), self.extents, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Saved:
    """A history: `count` elements at `base`; each a scalar, or a record of a pointer and sizes."""

    base: Var
    count: Expr


def row_major(extents: tuple[Expr, ...]) -> tuple[Expr, ...]:
    strides: list[Expr] = []
    step: Expr = ONE
    for extent in reversed(extents):
        strides.append(step)
        step = imul(step, extent)
    return tuple(reversed(strides))


def new_array(
    k: Emitter, hint: str, dtype: str, extents: tuple[Expr, ...], where: str = "temp"
) -> Array:
    """An uninitialised array of the kernel's own."""
    extents = tuple(k.atom("n", e) for e in extents)
    base = k.alloc(hint, checked_size(k, extents, dtype), dtype, where, extents)
    return Array(base, dtype, extents, row_major(extents), Buffer(owned=True, where=where))


def checked_size(k: Emitter, extents: tuple[Expr, ...], dtype: str) -> Expr:
    """How many elements there are; a product beyond int64 is a fault, not a small number."""
    total: Expr = ONE
    for extent in extents:
        if not isinstance(total, Const) and not isinstance(extent, Const):
            k.fault_if(Overflows("mul", total, extent), k.no_memory(dtype, extents))
        total = k.atom("size", imul(total, extent))
    return total


def block(
    base: Var, dtype: str, extents: tuple[Expr, ...], owned: bool, of: tuple[Buffer, ...] = ()
) -> Array:
    """A row-major array at a pointer."""
    return Array(base, dtype, extents, row_major(extents), Buffer(owned, of))


def copy_of(k: Emitter, x: Array, hint: str = "copy", where: str = "temp") -> Array:
    """A row-major array with the same elements."""
    out = new_array(k, hint, x.dtype, x.extents, where)
    fill(k, out, x)
    return out


def as_block(k: Emitter, x: Array) -> Array:
    """The array itself if it is one row-major block, else a copy."""
    return x if x.contiguous else copy_of(k, x)


def fill(k: Emitter, out: Array, x: Array) -> None:
    """Copy elements; equal extents, no overlap."""
    if x.contiguous and out.contiguous:
        k.add(Copy(out.base, x.base, product(x.extents), x.dtype))
        return
    if all(s == ZERO for s in x.strides) and x.extents:
        value = k.let("v", x.load((ZERO,) * len(x.strides)))
        size = k.atom("size", product(out.extents))
        with nest(k, (size,) if out.contiguous else out.extents) as indices:
            where = block(out.base, out.dtype, (size,), True) if out.contiguous else out
            where.store(k, indices, value)
        return
    with nest(k, out.extents) as indices:
        out.store(k, indices, x.load(indices))


class nest:
    """Loops over extents; entering gives the indices.  `whole`: a signal has to wait for their end."""

    def __init__(self, k: Emitter, extents: tuple[Expr, ...], whole: bool = False) -> None:
        self.k = k
        self.whole = whole
        self.extents = tuple(k.atom("n", e) for e in extents)

    def __enter__(self) -> tuple[Expr, ...]:
        self._outer = self.k.statements
        self._bodies: list[list[object]] = []
        self._vars = [self.k.fresh("i", I64) for _ in self.extents]
        for _ in self.extents:
            self.k.statements = []
        return tuple(self._vars)

    def __exit__(self, *error: object) -> None:
        body = tuple(self.k.statements) if self.extents else ()
        for var, extent in zip(reversed(self._vars), reversed(self.extents), strict=True):
            body = (For(var, ZERO, extent, body, whole=self.whole),)
        if self.extents:
            self.k.statements = self._outer
            self.k.statements.extend(body)


def broadcast_extents(k: Emitter, shapes: list[tuple[Expr, ...]]) -> tuple[Expr, ...]:
    """The extents that these broadcast to; where that is unknown, code that finds out or faults."""
    rank = max(map(len, shapes))
    padded = [(ONE,) * (rank - len(s)) + s for s in shapes]
    details: list[Expr] = []
    together = " ".join(shown(s, details) for s in shapes)
    text = f"operands could not be broadcast together with shapes {together}"
    return tuple(_extent(k, column, text, details) for column in zip(*padded, strict=True))


def _extent(k: Emitter, column: tuple[Expr, ...], text: str, details: list[Expr]) -> Expr:
    """One extent; `text` and its details are what a fault says."""
    distinct = list(dict.fromkeys(e for e in column if e != ONE))
    if not distinct:
        return ONE
    known = [e for e in distinct if isinstance(e, Const)]
    out = known[0] if known else distinct[0]
    for e in distinct:
        if e == out:
            continue
        wider = out if known else k.let("n", select(compare("eq", out, ONE), e, out))
        wrong = both(compare("ne", e, ONE), compare("ne", e, wider))
        k.fault_if(wrong, k.fault(faults.SHAPE, text, "ShapeError", *details))
        out = wider
    return out


def broadcast(k: Emitter, x: Array, extents: tuple[Expr, ...]) -> Array:
    """A view of these extents, whose broadcast has been checked: stride 0 along repeated axes."""
    lead = len(extents) - len(x.extents)
    strides: list[Expr] = [ZERO] * lead
    for have, want, stride in zip(x.extents, extents[lead:], x.strides, strict=True):
        if have == want:
            strides.append(stride)
        elif have == ONE:
            strides.append(ZERO)
        else:
            strides.append(k.atom("s", select(compare("eq", have, ONE), ZERO, stride)))
    return replace(x, extents=extents, strides=tuple(strides))


def unrepeated(x: Array, extents: tuple[Expr, ...]) -> tuple[Array, Expr]:
    """The view that `broadcast` gives where no axis is repeated but those that surely are, and whether that
    is so."""
    lead = len(extents) - len(x.extents)
    strides: list[Expr] = [ZERO] * lead
    so: Expr = Const(True, B1)
    for have, want, stride in zip(x.extents, extents[lead:], x.strides, strict=True):
        strides.append(ZERO if have == ONE else stride)
        if have not in (ONE, want):
            so = both(so, compare("eq", have, want))
    return replace(x, extents=extents, strides=tuple(strides)), so


def check_fits(k: Emitter, shape: tuple[Expr, ...], target: tuple[Expr, ...]) -> None:
    """A fault where an array of one shape does not broadcast into another; axes that it has more are of
    length 1, or it does not fit."""
    more = max(len(shape) - len(target), 0)
    wants = (*[ONE] * more, *target[len(target) - len(shape) + more :])
    for have, want in zip(shape, wants, strict=True):
        if have in (ONE, want):
            continue
        wrong = both(compare("ne", have, ONE), compare("ne", have, want))
        k.fault_if(wrong, no_fit(k, shape, target))


def no_fit(k: Emitter, shape: tuple[Expr, ...], target: tuple[Expr, ...]) -> Fault:
    """That an array of one shape does not broadcast into another."""
    details: list[Expr] = []
    text = f"could not broadcast input array from shape {shown(shape, details)}"
    text += f" into shape {shown(target, details)}"
    return k.fault(faults.SHAPE, text, "ShapeError", *details)


def wrap_index(k: Emitter, index: Expr, extent: Expr, axis: int) -> Expr:
    """A checked index: negative ones count from the end, others outside are a fault."""
    index = k.atom("i", index)
    if isinstance(index, Const) and isinstance(extent, Const):
        inside = -int(extent.value) <= int(index.value) < int(extent.value)
        if inside:
            return Const(int(index.value) % int(extent.value), I64)
    if isinstance(index, Const):
        low = int(index.value) < 0
        position = iadd(extent, index) if low else index
        wrong = compare("lt", position, ZERO) if low else compare("ge", index, extent)
    else:
        position = select(compare("lt", index, ZERO), iadd(index, extent), index)
        position = k.let("i", position)
        wrong = Bin("or", compare("lt", position, ZERO), compare("ge", position, extent), B1)
    text = f"index {{0}} is out of bounds for axis {axis} with size {{1}}"
    k.fault_if(wrong, k.fault(faults.INDEX, text, "GraphIndexError", index, extent))
    return position


def slice_extent(
    k: Emitter, entries: tuple[Expr | None, ...], extent: Expr
) -> tuple[Expr, Expr, Expr]:
    """(start, count, step) of a slice, clipped as Python clips."""
    start, stop, step = entries
    step = ONE if step is None else k.atom("step", step)
    text = "slice step cannot be zero"
    k.fault_if(compare("eq", step, ZERO), k.fault(faults.SHAPE, text, "ShapeError"))
    up = compare("gt", step, ZERO)
    last = isub(extent, ONE)
    low, high = select(up, ZERO, Const(-1, I64)), select(up, extent, last)
    first = _clip(k, start, extent, low, high) if start is not None else select(up, ZERO, last)
    end = (
        _clip(k, stop, extent, low, high)
        if stop is not None
        else select(up, extent, Const(-1, I64))
    )
    first = k.atom("start", first)
    if step == ONE:
        length = isub(end, first)
        length = k.atom("n", length)
        count = select(compare("lt", length, ZERO), ZERO, length)
    else:
        span = select(up, isub(end, first), isub(first, end))
        size = select(up, step, isub(ZERO, step))
        span = k.atom("span", span)
        steps = Bin("sdiv", isub(iadd(span, k.atom("size", size)), ONE), size, I64)
        count = select(compare("le", span, ZERO), ZERO, steps)
    return first, k.atom("n", count), step


def _clip(k: Emitter, bound: Expr, extent: Expr, low: Expr, high: Expr) -> Expr:
    bound = k.atom("b", bound)
    moved = k.atom("b", select(compare("lt", bound, ZERO), iadd(bound, extent), bound))
    moved = select(compare("lt", moved, low), low, moved)
    moved = k.atom("b", moved)
    return k.atom("b", select(compare("gt", moved, high), high, moved))
