"""Names that are None in some runs and a tuple in the others."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

import autograph_lite as ag

Found = namedtuple("Found", "value place")


class Kept:
    def __init__(self):
        self.pair = None


def best_of(x, n):
    best = None
    for i in range(n):
        if best is None or x[i] > best[0]:
            best = (x[i], i)
    if best is None:
        return x[0] * 0.5
    value, place = best
    return value * value * place + x[place]


def asked_without_a_test(x, n):
    """Where there is none Python says so."""
    best = None
    for i in range(n):
        if best is None or x[i] > best[0]:
            best = (x[i], i)
    return best[0] * best[1]


def named(x, n):
    best = None
    for i in range(n):
        if x[i] > 0.1:
            best = Found(x[i] * 2, i)
    return best.value * x if best is not None else x


def returned(x, n):
    best = None
    for i in range(n):
        if x[i] > 0.1:
            best = Found(x[i] * x[i], i)
    return best


def printed(x, n):
    pair = None
    if x[0] > 0.0:
        pair = (x * 2, n)
    print(pair)
    print(f"{pair} {n}" if pair is not None else "nothing")
    return x


def of_the_last_step(x, n):
    last, s = None, 0.0
    for i in range(n):
        if last is not None:
            v, w = last
            s = s + v * w
        last = (x[i], x[(i + 1) % 3])
    return s


def while_there_is_none(x, n):
    y = None
    while y is None or y[1] < 3.0:
        y = (x * 2, 0.5 if y is None else y[1] * 2.0)
    return y[0] * y[1]


def by_a_helper(x, n):
    def scaled(pair):
        return x if pair is None else pair[0] * x

    y = None
    for i in range(n):
        z = scaled(y)
        y = (x[i], z)
    return y


def as_a_condition(x, n):
    y = None
    if x[0] > 0.0:
        y = (x[0], x)
    if y and n > 1:
        return y[1] * y[0]
    return x * 3 if not y else x


def forgotten(x, n):
    y = (x, 1)
    for i in range(n):
        if x[i] < 0.0:
            y = None
        elif y is not None:
            y = (y[0] * 2, y[1] + 1)
    return x if y is None else y[0] * y[1]


def nested(x, n):
    y = None
    for i in range(n):
        y = (x[i], (x, i)) if y is None else (x[i] + y[0], (y[1][0] * 2, i))
    return y


def over_rows(x, n):
    state = None
    for v in x:
        state = (v, v) if state is None else (state[0] + v, state[1] * v)
    mean, product = state
    return mean * product


def by_selection(x, n):
    best = None
    for i in range(n):
        pair = (x[i], x * x[i])
        best = pair if best is None else max(best, pair, key=lambda p: p[0])
    return x if best is None else best[1] + len(best)


def of_nones_and_numbers(x, n):
    pair = None
    for i in range(n):
        pair = (x[i], None if i == 0 else i)
    return x if pair is None else x * pair[0] * (1 if pair[1] is None else pair[1])


def in_a_branch_of_a_step(x, n):
    kept = None
    for i in range(n):
        for j in range(i):
            if kept is None and x[j] < x[i]:
                kept = (x[i] - x[j], j)
            elif kept is not None:
                kept = (kept[0] * x[j], j)
    return x * kept[0] + kept[1] if kept is not None else x


def under_a_tape(x, n):
    with ag.GradientTape() as tape:
        tape.watch(x)
        kept = None
        for i in range(n):
            kept = (x[i] * x, i) if kept is None else (kept[0] * x, i)
        y = np.sum(x) if kept is None else np.sum(kept[0]) * kept[1]
    return tape.gradient(y, x, unconnected_gradients="zero")


def matched(x, n):
    best = None
    for i in range(n):
        if x[i] > 0.1:
            best = (x[i], i)
    match best:
        case None:
            return x
        case (value, 0):
            return x * value
        case (value, place):
            return x * value + place


def matched_by_class(x, n):
    best = None
    for i in range(n):
        if x[i] > 0.1:
            best = Found(x[i], i)
    match best:
        case Found(value, place) if place > 0:
            return x * value
        case (_, _, _):
            return -x
    return x * 3


def chosen_by_or(x, n):
    best = None
    for i in range(n):
        if x[i] < 0.0:
            best = (x[i], i)
    value, place = best or (x[0] * 2.0, 7)
    return value * x + place


def as_an_attribute(x, n):
    kept = Kept()
    for i in range(n):
        kept.pair = (x[i], i) if kept.pair is None else (kept.pair[0] * x[i], i)
    return x if kept.pair is None else kept.pair[0] * x


PROGRAMS = (
    best_of,
    named,
    returned,
    printed,
    of_the_last_step,
    while_there_is_none,
    by_a_helper,
    as_a_condition,
    forgotten,
    nested,
    over_rows,
    by_selection,
    of_nones_and_numbers,
    in_a_branch_of_a_step,
    under_a_tape,
    matched,
    matched_by_class,
    chosen_by_or,
    as_an_attribute,
)
X = [ag.constant(v) for v in ([0.3, -0.2, 0.7], [-0.3, -0.2, -0.7])]
CASES = [
    *((f, (x, n)) for f in PROGRAMS for x, n in ((X[0], 3), (X[1], 2), (X[0], 0))),
    *((asked_without_a_test, (X[0], n)) for n in (3, 0)),
]
RAISES = {"asked_without_a_test": 1}
