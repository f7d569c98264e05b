"""`match`: every kind of pattern, on what staging knows and on what only the run knows."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from enum import Enum

import numpy as np

import autograph_lite as ag

Point = namedtuple("Point", ("a", "b"))


class Kind(Enum):
    FLAT = 1
    STEEP = 2


class Limit:
    LOW = 0
    HIGH = 2.0


@dataclass
class Ball:
    position: object
    speed: object


def numbers(x, k):
    """On a number or tensor of the run, with an alternative, a name, a guard and a wildcard."""
    y = x
    match k:
        case 0:
            y = x * 2.0
        case Limit.HIGH | 3 as n:
            y = x * n
        case n if n > 5:
            y = x * n * n
        case True | None:
            pass
        case _:
            y = x * 3.0
    return y * n if k > 5 else y


def singletons(x, k):
    b = k > 1
    z = None
    if k > 2:
        z = x[1]
    match b, z:
        case False, None:
            return x * 2.0
        case True, None:
            return x * 3.0
        case [True, v]:
            return x * v
    return x


def in_a_loop(x):
    s = 0.0
    for v in x:
        match (v, s):
            case (a, b) if a > 0 and b < 1:
                s = s + a * b + a
            case (0.5, q) | (q, 0.0):
                s = s + q
            case [p, *r]:
                s = s - p * r[0]
    return s


def leaves_a_while(x):
    """With break, continue and return in the cases."""
    n, s = 0, 0.0
    while True:
        match n, x[n]:
            case 3, v:
                return s * v
            case 1, v if v < 0:
                n += 1
                continue
            case _, v if v > 10:
                break
            case k, v:
                s = s + v * k
        n += 1
    return s


def in_a_branch(x, n):
    """Nested; a name stays bound after its guard has said no."""
    if n > 0:
        match x[0], n:
            case v, k if v > 1:
                y = x * v
            case _, 2:
                match x[1]:
                    case w if w < 0:
                        y = x * w * v
                    case w:
                        y = x / w
            case _:
                y = x * k
        return y, v
    return x, x[0]


def sequences(x):
    s = x[0]
    parts = ([x[0], x[1]], (x[2], 1.0, 2), Point(x[1], 3.0), [], (x[0], (x[1], [x[2]])), "ab", x)
    for part in parts:
        match part:
            case []:
                s = s + x[0] * 0.5
            case [a, (b, [*c])]:
                s = s + a * b * c[0]
            case Point(a, b=3.0 as b):
                s = s + a * b
            case [a, b]:
                s = s + a / b
            case [a, *rest, b]:
                s = s + a * b + len(rest) + rest[0]
            case str(text):
                s = s + x[1] * len(text)
            case _:
                s = s + x[2]
    return s


def swaps_the_subject(x, y):
    """The subject is evaluated once, and its names are bound together."""
    x = (x, y)
    match x:
        case (y, x) if np.sum(x) > 100.0:
            return x
        case (u, v):
            return x * y * u - v


def mappings(x, name):
    s = x[0]
    for given in (
        {"scale": x, "shift": 1.0},
        {"scale": x[1]},
        {"kind": name, "value": x[2], 1: 2.0},
        {},
    ):
        match given:
            case {"scale": k, "shift": (0.0 | 1.0) as d}:
                s = s * k + d
            case {"scale": k}:
                s = s * k
            case {"kind": "square", **rest} if len(rest) == 2:
                s = s * rest["value"] ** rest[1]
            case {"kind": other, "value": v}:
                s = s * v * len(other)
            case {}:
                s = s + 1.0
    return s


def classes(x, k):
    s = x * 0.5
    for thing in (Ball(x, k), Ball(x[0], 2.0), Kind.STEEP, k, 1.5, Point(x[1], k), {}):
        match thing:
            case Ball(p, speed=2.0):
                s = s * p
            case Ball(position=p, speed=v):
                s = s + p * v
            case Kind.FLAT:
                s = s * 100.0
            case Kind.STEEP:
                s = s * 2.0
            case int(n) | Point(_, n):
                s = s * n
            case float():
                s = s * thing
            case dict() | list():
                s = s - 1.0
    return s


def one_or_the_other(x, k):
    """Which alternative matched only the run knows."""
    s = 0.0
    for i in range(x.shape[0]):
        match (i, x[i], k):
            case (0 | 2 as j, v, 1) | (1 as j, v, _) if v < j:
                s = s + v * (j + 1)
            case (j, v, _):
                s = s + v * v * j
    return s


def without_a_match(x, k):
    """No case: the statement does nothing, and what it would bind is not bound."""
    match k:
        case 7:
            y = x
    return y * 2.0


c = ag.constant
VECTOR = c([0.5, -1.2, 2.0])
CASES = [
    *((numbers, (VECTOR, k)) for k in (0, 1, 2, 3, 4, 7, True)),
    *((numbers, (VECTOR, c(k))) for k in (0, 2.0, 6)),
    *((singletons, (VECTOR, k)) for k in (1, 2, 3)),
    (in_a_loop, (c([1.0, 2.0, 0.5, -3.0, 0.7]),)),
    *((leaves_a_while, (c(v),)) for v in ([0.5, -1.2, 2.0, 1.5], [0.5, 1.2, 20.0, 1.0])),
    *((in_a_branch, (c(v), n)) for v in ([0.5, -1.2], [1.5, 0.2], [0.5, 0.3]) for n in (0, 1, 2)),
    (sequences, (VECTOR,)),
    (swaps_the_subject, (VECTOR, c([1.0, 2.0, 3.0]))),
    *((mappings, (VECTOR, name)) for name in ("square", "other")),
    *((classes, (VECTOR, k)) for k in (2, -1)),
    *((one_or_the_other, (VECTOR, k)) for k in (1, 2)),
    *((without_a_match, (c(1.5), k)) for k in (7, 8)),
]
