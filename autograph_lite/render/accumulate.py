"""One reduction inside a loop nest, in its one order.

Lanes: element number j of the sequence goes to partial result j mod 8 of its block of 1024; a block
ends with the tree ((0+4)+(2+6))+((1+5)+(3+7)); blocks are added from left to right.  The order
depends on the position in the sequence alone.
"""

from __future__ import annotations

from collections.abc import Callable

from autograph_lite.ir.graph import Node
from autograph_lite.ops.record import Fold
from autograph_lite.render import body, form
from autograph_lite.render.emitter import ONE, ZERO, Emitter, compare, iadd, imul, select
from autograph_lite.render.form import B1, I64, Bin, Const, Expr, For, If, Let, Var
from autograph_lite.render.lowering import hint
from autograph_lite.render.words import FLOATS

LANES, BLOCK = 8, 1024


class Accumulator:
    """One reduction inside a nest."""

    def __init__(self, k: Emitter, node: Node) -> None:
        assert isinstance(node.op.body, Fold)
        self.k = k
        self.fold = node.op.body
        self.origin = node.origin
        self.lanes = self.fold.lanes
        self.dtype = node.outputs[0].type.dtype
        self.total = k.fresh(hint(node), self.dtype)
        self.first = k.fresh("first", B1)
        self.partial: Var | None = None
        self.count: Var | None = None
        self.start()

    def start(self) -> None:
        """Before the first element."""
        self.k.add(Let(self.total, self._identity()))
        if self.fold.init is None:
            self.k.add(Let(self.first, Const(True, B1)))

    def _identity(self) -> Const:
        value = 0 if self.fold.init is None else self.fold.init
        if self.dtype in FLOATS:
            return Const(float(value), self.dtype)
        return Const(bool(value) if self.dtype == B1 else int(value), self.dtype)

    def combine(self, acc: Expr, x: Expr) -> Expr:
        return body.scalar(self.k, self.fold.step, self.dtype, acc=acc, x=x)

    def open(self) -> None:
        """Lanes in an order of their own loops: count elements by hand."""
        if self.lanes:
            self.partial = self.k.alloc("lane", Const(LANES, I64), self.dtype, "stack")
            self.count = self.k.let("count", ZERO)
            self.clear()

    def clear(self) -> None:
        assert self.partial is not None
        for lane in range(LANES):
            self.k.add(form.Store(self.partial, Const(lane, I64), self._identity()))

    def step(self, x: Expr, lane: Expr | None) -> None:
        """Take in one element."""
        if not self.lanes:
            self._sequential(x)
            return
        assert self.partial is not None
        if lane is None:
            assert self.count is not None
            lane = Bin("and", self.count, Const(LANES - 1, I64), I64)
        at = self.k.atom("lane", lane)
        old = form.Load(self.partial, at, self.dtype)
        self.k.add(form.Store(self.partial, at, self.combine(old, x)))
        if self.count is not None:
            self.k.add(Let(self.count, iadd(self.count, ONE)))
            with self.k.block() as ended:
                self.end_block()
                self.clear()
                self.k.add(Let(self.count, ZERO))
            self.k.add(If(compare("eq", self.count, Const(BLOCK, I64)), tuple(ended)))

    def _sequential(self, x: Expr) -> None:
        new = self.combine(self.total, x)
        if self.fold.init is None:
            new = select(self.first, x, new)
            self.k.add(Let(self.total, new))
            self.k.add(Let(self.first, Const(False, B1)))
        else:
            self.k.add(Let(self.total, new))

    def end_block(self) -> None:
        """Add the tree of the lanes to the total."""
        assert self.partial is not None
        parts: list[Expr] = [
            self.k.let("part", form.Load(self.partial, Const(i, I64), self.dtype))
            for i in range(LANES)
        ]
        while len(parts) > 1:
            half = len(parts) // 2
            parts = [self.combine(parts[i], parts[i + half]) for i in range(half)]
        self.k.add(Let(self.total, self.combine(self.total, parts[0])))

    def close(self) -> None:
        """After the last element."""
        if self.lanes and self.count is not None:
            with self.k.block() as rest:
                self.end_block()
            self.k.add(If(compare("gt", self.count, ZERO), tuple(rest)))

    def result(self) -> Expr:
        """The value; the sum of nothing is +0, and nobody asks for the extreme of nothing."""
        return self.total

    def settle(self, count: Expr) -> None:
        """An empty sum is +0, not the identity -0."""
        if self.lanes and self.dtype in FLOATS:
            empty = compare("eq", count, ZERO)
            zero = Const(0.0, self.dtype)
            self.k.add(Let(self.total, select(empty, zero, self.total)))


def lanes_over(
    k: Emitter, total: Expr, folds: list[Accumulator], element: Callable[[Expr, Expr], None]
) -> None:
    """All elements of a flat sequence in blocks of 1024, eight at a time, then the rest."""
    laned = [fold for fold in folds if fold.lanes]
    for fold in laned:
        fold.partial = k.alloc("lane", Const(LANES, I64), fold.dtype, "stack")
    shift = BLOCK.bit_length() - 1
    blocks = k.let(
        "blocks", Bin("ashr", iadd(total, Const(BLOCK - 1, I64)), Const(shift, I64), I64)
    )
    b = k.fresh("b", I64)
    with k.block() as per_block:
        base = k.let("base", imul(b, Const(BLOCK, I64)))
        left = k.let("left", Bin("sub", total, base, I64))
        count = k.let(
            "count", select(compare("lt", left, Const(BLOCK, I64)), left, Const(BLOCK, I64))
        )
        for fold in laned:
            fold.clear()
        full = k.let("full", Bin("and", count, Const(-LANES, I64), I64))
        _eights(k, base, full, element)
        rest = k.fresh("r", I64)
        with k.block() as tail:
            element(k.let("i", iadd(base, rest)), Bin("and", rest, Const(LANES - 1, I64), I64))
        k.add(For(rest, full, count, tuple(tail), whole=True))
        for fold in laned:
            fold.end_block()
    k.add(For(b, ZERO, blocks, tuple(per_block)))
    for fold in laned:
        fold.settle(total)


def _eights(k: Emitter, base: Expr, full: Expr, element: Callable[[Expr, Expr], None]) -> None:
    row, lane = k.fresh("row", I64), k.fresh("lane", I64)
    with k.block() as outer:
        start = k.let("start", iadd(base, imul(row, Const(LANES, I64))))
        with k.block() as inner:
            element(k.let("i", iadd(start, lane)), lane)
        k.add(For(lane, ZERO, Const(LANES, I64), tuple(inner), whole=True))
    k.add(For(row, ZERO, Bin("ashr", full, Const(3, I64), I64), tuple(outer), whole=True))
