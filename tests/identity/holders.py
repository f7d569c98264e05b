"""Objects that loops and branches change in place: lists, dicts, objects with attributes."""

from __future__ import annotations

import dataclasses
from collections import namedtuple

import numpy as np

import autograph_lite as ag

VECTOR = ag.constant(np.array([0.5, -1.2, 2.0]))
SCALAR = ag.constant(0.7)


@dataclasses.dataclass
class Pair:
    a: object
    b: object


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: object
    n: int = 3


Named = namedtuple("Named", "v n")


class Delay:
    """A line of two values."""

    __slots__ = ("last", "line")

    def __init__(self, v):
        self.last = v if v > 0 else -v
        self.line = [v, self.last]

    def push(self, v):
        self.line.append(v)
        self.last = self.line.pop(0)

    def total(self):
        return self.line[0] * self.line[1] + self.last


class Mean:
    def __init__(self):
        self.total = 0.0
        self.count = 0

    def add(self, v):
        self.total = self.total + v
        self.count += 1

    @property
    def value(self):
        if self.total > 1:
            return self.total / self.count
        return self.total

    @value.setter
    def value(self, v):
        self.total = v * self.count


def add_into(d, v):
    d["a"] = d["a"] + v


def every_name_sees_it(x, n):
    d = {"a": x}
    e = d
    for _ in range(n):
        d["a"] = d["a"] * x
    return e["a"]


def in_a_branch(x, a):
    d = {"a": x, "b": x * 2}
    e = d
    if a > 0:
        d["a"] = x * x
    else:
        d["b"] = x
    return e["a"] * d["b"]


def at_the_top(x):
    d = {"l": [x]}
    d["l"].append(x * 2)
    d["n"] = d["l"].pop(0)
    p = Pair(x, d)
    p.a = p.b["n"] * p.a
    return p.a * d["l"][0]


def branches_in_loops(x):
    d = {"s": 0.0, "l": [x, x * 2]}
    for _ in range(2):
        for j in range(3):
            if x[j] > 0:
                d["s"] = d["s"] + x[j]
            else:
                d["l"][0] = d["l"][1] * x[j]
    return d["s"], d["l"][0]


def a_line_of_constant_length(x):
    line = Delay(x[0])
    for i in range(3):
        line.push(x[i] * line.total())
    return line.total()


def methods_and_properties(x):
    mean = Mean()
    for i in range(3):
        mean.add(x[i] * x[i])
        if x[i] > 1:
            mean.value = mean.value * 0.5
    return mean.total, mean.count, mean.value


def a_frozen_object_per_step(x):
    p = Frozen(x)
    for _ in range(3):
        p = Frozen(p.a * x, p.n)
    return p.a, p.n


def attributes_in_while(x):
    p = Pair(x, 0)
    while p.b < 3:
        p.a = p.a * x
        p.b = p.b + 1
    return p.a, p.b


def another_list_in_its_place(x):
    d = {"l": [x, x]}
    before = d["l"]
    for _ in range(2):
        d["l"] = [d["l"][1] * x, d["l"][0]]
    return before[0] * d["l"][0]


def two_that_hold_each_other(x):
    d = {"l": [x, x], "n": x}
    inner = d["l"]
    for _ in range(2):
        inner[0] = inner[1] * x
        d["n"] = inner[0]
    return d["l"][0] * d["n"]


def by_a_helper(x, n):
    d = {"a": x}
    for i in range(n):
        add_into(d, x * i)
    return d["a"]


def a_new_one_in_each_step(x):
    s = x * 0.5
    for i in range(3):
        d = {}
        d["v"] = x * i
        row = []
        row.append(d["v"])
        row.extend([x])
        s = s + row[0] * row[1]
    return s


def a_new_one_in_each_branch(x):
    pair = [x * 2, x] if x[0] > 1 else [x, x]
    if x[1] > 0:
        pair = [pair[1], x * x]
    else:
        pair = [x, pair[0]]
    pair[0] = x * pair[0]
    return pair[0] + pair[1]


def by_a_closure(x):
    state = {"n": 0, "v": x}

    def step():
        state["n"] += 1
        state["v"] = state["v"] * x
        return state["v"]

    s = x * 0.5
    for _ in range(3):
        s = s + step()
    return s, state["n"]


def tensors_in_it_are_written(x):
    d = {"a": x.copy()}
    y = d["a"]
    for i in range(3):
        d["a"][i] = d["a"][i] * x[0]
        if x[i] > 1:
            d["a"] = d["a"] * 2
    return d["a"], y


def none_at_first(x):
    d = {"best": None}
    for v in x:
        if d["best"] is None or v > d["best"]:
            d["best"] = v
    return d["best"]


def left_by_break(x):
    d = {"a": x, "n": 0}
    for i in range(5):
        d["a"] = d["a"] * x
        d["n"] = i
        if np.sum(d["a"]) > 1:
            break
    return d["a"], d["n"]


def followed_by_a_tape(x):
    d = {"w": x}
    for _ in range(3):
        with ag.GradientTape() as tape:
            tape.watch(d["w"])
            loss = np.sum(d["w"] ** 2)
        d["w"] = d["w"] - 0.1 * tape.gradient(loss, d["w"])
    return d["w"]


def methods_of_dicts(x):
    d = dict(a=x)
    d.update(b=x * 2)
    for _ in range(2):
        d.update(b=d["a"] * d["b"])
        d.setdefault("a", x)
    return d["b"]


def parts_replaced(x):
    p, q = Pair(x, x * 2), Named(x, 0)
    for i in range(3):
        p = dataclasses.replace(p, a=p.b * x)
        q = q._replace(v=q.v * p.a, n=i)
    return p.a, q._asdict()


CASES = [
    (parts_replaced, (VECTOR,)),
    *((every_name_sees_it, (VECTOR, n)) for n in (0, 1, 3)),
    (in_a_branch, (VECTOR, SCALAR)),
    (in_a_branch, (VECTOR, -SCALAR)),
    (at_the_top, (VECTOR,)),
    (branches_in_loops, (VECTOR,)),
    (a_line_of_constant_length, (VECTOR,)),
    (methods_and_properties, (VECTOR,)),
    (a_frozen_object_per_step, (VECTOR,)),
    (attributes_in_while, (VECTOR,)),
    (another_list_in_its_place, (VECTOR,)),
    (two_that_hold_each_other, (VECTOR,)),
    *((by_a_helper, (VECTOR, n)) for n in (0, 3)),
    (a_new_one_in_each_step, (VECTOR,)),
    (a_new_one_in_each_branch, (VECTOR,)),
    (by_a_closure, (VECTOR,)),
    (tensors_in_it_are_written, (VECTOR,)),
    (none_at_first, (VECTOR,)),
    (left_by_break, (VECTOR,)),
    (followed_by_a_tape, (VECTOR,)),
    (methods_of_dicts, (VECTOR,)),
]
