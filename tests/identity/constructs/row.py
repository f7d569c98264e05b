"""A row of the table of constructs: a few lines, as a scientist writes them, for any place of a function.

A row reads `x` (a vector of three), `s` (a scalar), `n` (a Python int) and leaves its result in `s`.
`places.py` puts it at top level, into a `for`, a `while` and an `if`.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`before` stands before the place, so that what it makes is state; `raises`: in some of the runs."""

    name: str
    text: str
    before: str = ""
    raises: tuple[str, ...] = ()


PRELUDE = '''\
"""What the rows of the table use."""

import contextlib
import dataclasses
import functools
import math
from collections import namedtuple

import numpy as np

import autograph_lite as ag

Point = namedtuple("Point", "place speed")
RATE = ag.Variable(0.7, dtype="float64")
SCALE = 1.5
TABLE = {"low": 0.3, "high": 2.5}
COUNT = 0
TOTAL = 0.0


@dataclasses.dataclass
class Walker:
    place: object
    speed: object = 1.0

    def move(self, h):
        self.place = self.place + h * self.speed
        return self

    @property
    def energy(self):
        if self.speed < 0.0:
            return -self.speed
        return 0.5 * self.speed * self.speed

    @staticmethod
    def halved(v):
        return v * 0.5

    @classmethod
    def at_rest(cls, place):
        return cls(place, 0.0)


class Line:
    def __init__(self, slope):
        self.slope = slope

    def __call__(self, v):
        return v * self.slope + 0.1


class Counting:
    """A context manager that runs as Python runs it."""

    def __enter__(self):
        return 2.0

    def __exit__(self, *error):
        return False


def damped(v, *others, rate=0.5, **more):
    for other in others:
        v = v + rate * other
    return v * more.get("gain", 1.0)


def keyword_only(v, *, power=2):
    return v**power


def power(v, n):
    if n == 0:
        return 1.0
    return v * power(v, n - 1)


def doubled(f):
    @functools.wraps(f)
    def wrapped(*args, **kwargs):
        return 2.0 * f(*args, **kwargs)

    return wrapped


@doubled
def clipped(v):
    if v > 1.0:
        return 1.0 + 0.1 * v
    return v


def first_above(values, least):
    for v in values:
        if v > least:
            return v * v
    return values[0]


line = Line(-0.4)
tripled = functools.partial(damped, rate=3.0)
'''


def row(name: str, text: str, before: str = "", raises: str = "") -> Row:
    """The texts without what indents them here."""
    texts = (textwrap.dedent(t).strip() for t in (text, before))
    return Row(name, *texts, tuple(raises.split()))
