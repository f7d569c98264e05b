"""Special methods of the user's classes, attributes by name, methods by their class: in loops and branches."""

from __future__ import annotations

import functools
import heapq
import itertools
import types

import numpy as np

import autograph_lite as ag

c = ag.constant


class Row:
    """Counts what is asked of it."""

    gain = 0.5

    def __init__(self, held):
        self.held, self.asked, self.inside = list(held), 0, 0

    def __getitem__(self, k):
        self.asked += 1
        if self.asked > 3:
            return self.held[k] * 2.0
        return self.held[k]

    def __setitem__(self, k, value):
        self.asked += 1
        self.held[k] = value if self.asked < 5 else -value

    def __delitem__(self, k):
        self.held[k] = self.held[k] * 0.0

    def __iadd__(self, other):
        self.held[0] = self.held[0] + other
        return self

    def __enter__(self):
        self.inside += 1
        return self.inside

    def __exit__(self, *error):
        self.asked += 10

    @functools.cached_property
    def kept(self):
        self.asked += 1
        return self.held[0] * 3.0


def items(x, n):
    row, s = Row([x[0], x[1], x[2]]), x[0]
    for i in range(n):
        s = s + row[i % 3] * x[1]
        row[0] = s * 0.5
        if s > 1.0:
            row[i % 2] = x[2]
            del row[1]
    return s, row[0], row.asked


def in_place(x, n):
    row = Row([x[0], x[1]])
    for i in range(n):
        row += x[i % 3]
        if x[0] < i:
            row += 1.0
    return row.held[0], row.asked


def contexts(x, n):
    row, s = Row([x[0]]), x[0]
    for i in range(n):
        with row as k:
            s = s * x[1] + k
            if s < 0.0:
                break
    if n > 1:
        with row:
            s = s * 2.0
    return s, row.asked, row.inside


def by_name(x, n):
    """`getattr`, `setattr`, `delattr`, `vars`."""
    row, s = Row([x[0]]), x[0]
    row.speed, row.other = x[1], 1.0
    for i in range(n):
        row.speed = row.speed * x[i % 3]
        s = s + getattr(row, "gain", 2.0) + getattr(row, "nothing", 0.25)
        if s > 0.5:
            vars(row)["speed"] = s
            row.__dict__["other"] = 2.0
    delattr(row, "other")
    return s * row.speed, hasattr(row, "other")


def of_classes(x, n):
    """`list.append(items, v)`, and what an object of Python's own holds by name."""
    path, table, box = [x[0]], {"a": x[1]}, types.SimpleNamespace(at=x[0], count=0)
    for i in range(n):
        list.append(path, x[i % 3])
        box.at, box.count = box.at * x[1], box.count + 1
        if x[i % 3] > 0.0:
            dict.update(table, a=x[2])
            table.__setitem__("a", table["a"] * 2.0)
            object.__setattr__(box, "at", x[1])
    return np.stack(path), table["a"], box.at, box.count


def computed_once(x, n):
    """A property that is kept; its first reading is in no loop."""
    row = Row([x[0]])
    s = row.kept
    for _ in range(n):
        s = s + row.kept * x[1]
        row.held[0] = s
    return s, row.asked


def heaps(x, n):
    """A list that is changed by Python's own code, where no loop or branch is."""
    order = []
    for k in (3, 1, 2):
        heapq.heappush(order, k)
    first = heapq.heappop(order)
    return x * first * len(order) + n


@functools.lru_cache
def cached(k):
    return k * 1.5 if k > 1 else 0.5


ROWS = (2.0, np.array([1.0, 2.0, 3.0]))


def helpers(x, n, gain=0.5, *, rows=ROWS):
    """Defaults, and a function whose results Python keeps."""
    s = 0.0
    for i in range(n):
        s = s + np.sum(x * rows[1]) * gain + cached(3) * rows[0] * i
    return s


def scaled(a, b):
    if a > 1.0:
        return a * 0.5 + b
    return a + b * SLOPE


SLOPE = 2.0


def called_back(x, n):
    """Functions of the user's that Python's own call."""
    known = functools.reduce(scaled, [x[0], x[1], x[2]])
    counted = functools.reduce(scaled, x) + functools.reduce(scaled, range(n), x[0])
    rows = functools.reduce(lambda a, b: a * b + n, x, 2.0)
    order = [3, 1, 2]
    order.sort(key=lambda k: -k)
    sums = list(itertools.accumulate([0.5, 1.5, 0.25], scaled))
    return known * counted, rows, order, sums


X = c([0.5, -1.2, 2.0])
PROGRAMS = (
    *(items, in_place, contexts, by_name, of_classes, computed_once, heaps, helpers, called_back),
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 4)]
