"""Names that a function inside captures, assigned in one arm, read in the other, and not after both."""

from __future__ import annotations

import autograph_lite as ag

c = ag.constant


def other_arm(x, n):
    s, p = x[0], x[1]

    def scaled(v):
        return p * v

    if x[0] > 0.4:
        p = s
    else:
        s = s * p
    return s


def bound_anew_after(x, n):
    s, p = x[0], [x[1]]

    def put(v):
        p.append(v)

    if x[0] > 0.4:
        p = [s, s]
    else:
        put(x[2])
        s = s * p[0] * len(p)
    p = [s]
    return s


def three_arms(x, n):
    s, p = x[0], x[1]
    scaled = lambda v: p * v
    if x[0] > 0.4:
        p = s
        s = s * p
    elif x[1] > 0.9:
        p = s * 2.0
    else:
        s = scaled(s) * p
    return s


def in_operands(x, n):
    s, p = x[0], x[1]
    scaled = lambda v: p * v
    s = (p := s) * 2.0 if x[2] > 0.4 else s * p
    if x[0] > 0.4 and (p := s * 2.0) > 0.0:
        s = s * 3.0
    else:
        s = scaled(s) * p
    return s


def in_loops(x, n):
    s, p = x[0], x[1]
    scaled = lambda v: p * v
    for i in range(n):
        if x[i % 3] > 0.8:
            p = s
            break
        else:
            s = s * p
        p = x[2] * i
    while s < 3.0:
        s = s + 1.0
        if s > 1.0:
            p = s * 2.0
            continue
        s = s + scaled(p)
        p = x[1]
    return s


def in_cases(x, n):
    s, p = x[0], x[1]
    scaled = lambda v: p * v
    match n:
        case 0:
            p = s * 3.0
        case 1:
            s = s * p
        case k:
            s = scaled(s) * p * k
    return s


PROGRAMS = (other_arm, bound_anew_after, three_arms, in_operands, in_loops, in_cases)
INPUTS = ([0.3, 0.8, -1.2], [0.9, 0.95, 0.5], [-0.7, 1.1, 0.9])
CASES = [(program, (c(x), n)) for program in PROGRAMS for x in INPUTS for n in (0, 1, 3)]
