"""Operators, comparisons and truth of classes of the user's, whose methods are converted as functions are."""

from __future__ import annotations

import dataclasses
import functools
import operator

import autograph_lite as ag

c = ag.constant


class Dual:
    """A value and its derivative; steep values are clipped, which only the run decides."""

    made = 0

    def __init__(self, x, d=0.0):
        self.x, self.d = x, d

    def __add__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.x + other, self.d)
        return Dual(self.x + other.x, self.d + other.d)

    __radd__ = __add__

    def __mul__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.x * other, self.d * other)
        d = self.d * other.x + self.x * other.d
        if d > LIMIT:
            d = LIMIT + 0.0 * d
        return Dual(self.x * other.x, d)

    def __rmul__(self, other):
        return self * other

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return Dual(-self.x, -self.d)

    def __abs__(self):
        return self if self.x >= 0.0 else -self

    def __pow__(self, n):
        found = Dual(self.x * 0.0 + 1.0)
        for _ in range(n):
            found = found * self
        return found

    def __lt__(self, other):
        return self.x < (other.x if isinstance(other, Dual) else other)

    def __eq__(self, other):
        return self.x == other.x and self.d == other.d

    __hash__ = None


LIMIT = 3.0


def duals(x, n):
    """Arithmetic with branches and loops inside, from both sides."""
    z = Dual(x[0], 1.0)
    for i in range(n):
        z = z * Dual(x[1], 0.5) + 0.25 * z - x[2]
        if i > 1:
            z = abs(-z) ** 2
    return z.x, z.d, (2.0 + z).x


def chosen(x, n):
    """Comparisons of objects, by Python's functions too."""
    rows = [Dual(x[0], 1.0), Dual(x[1], 2.0), Dual(x[2], 3.0)]
    least, most = min(rows), max(rows, key=lambda row: row.x)
    order = sorted(rows)
    total = sum(rows, Dual(0.0))
    product = functools.reduce(operator.mul, rows)
    found = least.x * n if rows[0] < rows[1] else most.d
    if rows[0] != rows[1] and rows[1] < 0.5:
        found = found + order[1].x
    return found, order[0].d, total.x, product.d, rows[2] == rows[2]


class Reads:
    """Answers from the left or not at all, and counts how often it is asked."""

    def __init__(self, k):
        self.k, self.asked = k, 0

    def __add__(self, other):
        self.asked += 1
        if isinstance(other, Reads):
            return NotImplemented
        return self.k + other

    def __radd__(self, other):
        self.asked += 10
        return other + self.k * 2.0

    def __bool__(self):
        self.asked += 100
        return self.asked < 1200

    def __iadd__(self, other):
        self.k = self.k * other
        return self

    def __matmul__(self, other):
        print("times", other)
        return self.k * other

    def __divmod__(self, other):
        return self.k, other

    def __invert__(self):
        return Reads(-self.k)


class Derived(Reads):
    """Is asked first, from the right."""

    def __radd__(self, other):
        return other.k * 3.0 if isinstance(other, Reads) else other

    def __bool__(self):
        return False


def asked(x, n):
    """Who is asked first, and what the asking changes."""
    a, b = Reads(x[0]), Derived(x[1])
    s = a + b
    for i in range(n):
        s = (a + s) * 0.5 + (x[2] + a)
        a += 1.5
        if b or a:
            s = s - i
        s = s + (~a @ x[1])
    both = (b or x[1]), not b, bool(a)
    return s, a.asked, b.asked, divmod(a, s), both


class Sized:
    """Has a length, and equality alone."""

    def __init__(self, held):
        self.held = held

    def __len__(self):
        return len(self.held)

    def __eq__(self, other):
        return len(self.held) == len(other.held)

    __hash__ = None


def sized(x, n):
    rows = Sized([])
    s = x[0]
    for i in range(n):
        if rows:
            s = s * x[1]
        if i % 2 == 0 and rows != Sized([1]):
            s = s + x[2]
    return s, not rows, rows == Sized([1, 2])


class Tries:
    """Holds what is not staged: its code runs as it is."""

    def __init__(self, k):
        self.k = k

    def __mul__(self, other):
        try:
            return self.k * other.k
        except AttributeError:
            return self.k * other * LIMIT


def tried(x, n):
    t = Tries(x[0])
    s = t * x[1] + t * Tries(x[2])
    for _ in range(n):
        s = t * s * 0.25
    return s


@dataclasses.dataclass(order=True)
class Ranked:
    """Python writes its comparisons."""

    rank: int
    weight: float = 1.0


BEST = Ranked(2, 0.5)


def ranked(x, n):
    found = [Ranked(3), Ranked(1, 4.0), BEST]
    s = x[0] * sorted(found)[1].weight + max(found).rank * n
    return s if Ranked(1) < BEST else -s


@dataclasses.dataclass
class Fitted:
    """Is completed when it is made, and keeps a list of its own."""

    slope: object
    twice: object = None
    seen: list = dataclasses.field(default_factory=lambda: [LIMIT])

    def __post_init__(self):
        self.twice = self.slope * 2.0


def fitted(x, n):
    s = x[0]
    for i in range(n):
        part = Fitted(x[1] * i)
        part.seen.append(s)
        s = s + part.twice * part.seen[0]
    return s, dataclasses.asdict(Fitted(n))["twice"]


def getters(x, n):
    """What the module `operator` makes."""
    point = Dual(x[0], x[1])
    both = operator.attrgetter("x", "d")(point)
    s = operator.methodcaller("__mul__", 2.0)(point).x
    for i in range(n):
        s = operator.add(operator.itemgetter(i % 3)(x), operator.mul(s, both[1]))
        s = operator.neg(s) if operator.gt(s, 1.0) else operator.abs(s)
    return s, both


X = c([0.5, -1.2, 2.0])
PROGRAMS = (*(duals, chosen, asked, sized, tried, ranked, fitted, getters),)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 4)]
