"""What the bools of a region mean, as far as that follows from how they are put together.

Conditions are ordered binary decision diagrams whose edges may negate (R. E. Bryant, IEEE Transactions on
Computers 35, 1986; K. Brace, R. Rudell and R. Bryant, Design Automation Conference, 1990): two that hold in
the same runs are one diagram.  So what never holds, or always does, is known while staging, and what is known
already is not computed again.
"""

from __future__ import annotations

from autograph_lite.ir.graph import Value

ALWAYS, NEVER = 1, -1
STEPS = 24
"""What one condition may take; one that needs more stands for itself."""


class TooLarge(Exception):
    """A condition that takes too many steps."""


class Conditions:
    """Conditions by number, -n where n does not hold, and the bools of one region that mean them."""

    def __init__(self) -> None:
        self.values: dict[int, Value] = {}
        self._numbers: dict[Value, int] = {}
        # a condition: which bool it asks last of all, what is left where that is true, and where it is false
        self._parts: list[tuple[int, int, int]] = [(0, 0, 0), (0, ALWAYS, ALWAYS)]
        self._made: dict[tuple[int, int, int], int] = {}
        self._both: dict[tuple[int, int], int] = {}
        self._refused: set[tuple[int, int]] = set()
        self._bools = self._left = 0

    def number(self, value: Value) -> int:
        """What a bool means; one that is not put together from others is asked for."""
        found = self._numbers.get(value)
        if found is None:
            # the newest is asked first: most conditions are an old one and something new
            self._bools += 1
            found = self._choice(self._bools, ALWAYS, NEVER)
            self.mean(value, found)
        return found

    def mean(self, value: Value, number: int) -> None:
        """A bool of the region means this condition."""
        self._numbers[value] = number
        self.values.setdefault(number, value)

    def both(self, a: int, b: int) -> int | None:
        """Where a and b hold; None where that is too much to be told."""
        if (a, b) in self._refused:
            return None
        self._left = STEPS
        try:
            return self._and(a, b)
        except TooLarge:
            self._refused.add((a, b))
            return None

    def _and(self, a: int, b: int) -> int:
        if a == b or b == ALWAYS:
            return a
        if a == ALWAYS:
            return b
        if a == -b or a == NEVER or b == NEVER:
            return NEVER
        key = (a, b) if a < b else (b, a)
        found = self._both.get(key)
        if found is None:
            self._left -= 1
            if self._left < 0:
                raise TooLarge
            one, other = self._parts[abs(a)], self._parts[abs(b)]
            first = max(one[0], other[0])
            a_then, a_orelse = _left(a, one, first)
            b_then, b_orelse = _left(b, other, first)
            found = self._choice(first, self._and(a_then, b_then), self._and(a_orelse, b_orelse))
            self._both[key] = found
        return found

    def _choice(self, asked: int, then: int, orelse: int) -> int:
        if then == orelse:
            return then
        if then < 0:  # one form of the two that a condition and its opposite have
            return -self._choice(asked, -then, -orelse)
        key = asked, then, orelse
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = len(self._parts)
            self._parts.append(key)
        return found


def _left(number: int, parts: tuple[int, int, int], asked: int) -> tuple[int, int]:
    """What is left of a condition where a bool is true, and where it is false."""
    own, then, orelse = parts
    if own != asked:
        return number, number
    return (then, orelse) if number > 0 else (-then, -orelse)
