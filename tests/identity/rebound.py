"""Objects changed in place in one arm and bound anew in the other, and reached by other ways than a name."""

from __future__ import annotations

import collections
import functools

import numpy as np

import autograph_lite as ag

c = ag.constant


class Part:
    def __init__(self, v):
        self.v = v

    def moved(self, by):
        if by > 1.0:
            self.v = self.v * by
            return self
        return Part(by)


def an_element(x, n):
    a = [x[0]]
    if x[0] < n:
        a[0] = x[1]
    else:
        a = [x[1] * 3.0]
    return a[0] * x[2]


def longer(x, n):
    a, b = [x[0]], [x[1]]
    for i in range(n):
        if x[i % 3] > 0.0:
            b = [*b, x[2]]
        else:
            b = b + [x[i % 3]] if i > 2 else [x[0]]
    if n > 1:
        a += [x[1]]
    else:
        a = a + [x[1], x[2]]
    return np.stack(a), np.stack(b)


def a_dict(x, n):
    state = {"n": x[0], "k": 1.0}
    if x[0] * n > 1.0:
        state["n"] = x[0] * 10.0
    else:
        state = dict(state, n=x[1])
    return state["n"] * state["k"]


def an_object(x, n):
    p = Part(x[0])
    if n > 1:
        p.v = p.v * x[1]
    else:
        p = Part(x[2])
    return p.v * x[0], Part(x[1]).moved(x[0] * n).v


def returned(x, n):
    def grown(a):
        if n > 1:
            a.append(x[1])
            return a
        return [x[0] * 2.0]

    return np.stack(grown([x[0]]))


def by_a_method(x, n):
    """A method that is bound to its object before the loop."""
    out, table = [x[0]], {"a": x[0]}
    push, put = out.append, table.__setitem__
    for i in range(n):
        push(x[i % 3])
        if x[i % 3] > 0.0:
            put("a", table["a"] * x[1])
    return np.stack(out), table["a"]


def by_defaults(x, n):
    """Lists that nested functions, lambdas and partial functions have from where they are defined."""
    a, b, d = [x[0]], [x[1]], [x[2]]

    def first(v, held=a, *, other=b):
        held[0] = held[0] * v
        other[0] = other[0] + v

    second = lambda v, held=d: held.append(v)
    third = functools.partial(lambda v, held: held.__setitem__(0, v), held=b)
    for i in range(n):
        first(x[i % 3])
        second(x[1])
        if x[i % 3] < 0.0:
            third(x[0])
            first(2.0)
    return a[0], b[0], np.stack(d)


def in_other_containers(x, n):
    p, q = Part(x[0]), [x[1]]
    both, some, kept = collections.deque([q]), {p}, {"a": [x[2]]}.values()
    for i in range(n):
        both[0][0] = q[0] * x[i % 3]
        for one in some:
            one.v = one.v + x[1]
        if x[i % 3] > 0.5:
            for v in kept:
                v[0] = v[0] * 2.0
    return p.v, q[0], sum([v[0] for v in kept])


def a_list_of_numbers(x, n):
    """Another list, with more elements, after the first step."""
    p, q, kept = [x[0], x[1]], [n], [0.5]
    for i in range(n):
        q = list(p)
        kept = [*p, x[2] * i]
    return q[0] * 1, kept[-1], len(q)


def lists_of_some_runs(x, n):
    """Bound in some runs, with one element more or less."""
    for i in range(n):
        if i > 1:
            path = [x[0] * 2.0, x[1]]
        if i == 0:
            path = [x[0]]
    return sum(path)


X = c([0.5, -1.2, 2.0])
PROGRAMS = (
    *(an_element, longer, a_dict, an_object, returned, by_a_method, by_defaults),
    in_other_containers,
    a_list_of_numbers,
    lists_of_some_runs,
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 2, 4)]
