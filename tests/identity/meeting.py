"""Contributions that meet in one value which a loop or a branch has under several names."""

import numpy as np

import autograph_lite as ag


def begins_with_the_source(x, a):
    """A sum over a loop that begins with what the tape watches, which is used after it too."""
    with ag.GradientTape() as tape:
        tape.watch(a)
        s = a
        for z in x:
            s = s + z * -1.5
        y = s * (a * a + a * a)
    return np.sin(tape.gradient(y, a))


def of_a_scalar(x, a):
    """The same where each step adds the same."""
    with ag.GradientTape() as tape:
        tape.watch(a)
        s = a
        for _ in range(3):
            s = s + x * -1.5
        y = s * (a * a + a * a)
    return np.sin(tape.gradient(y, a))


def added_in_one_step(x, a):
    """In one step the cotangent of s is that of u too, and so it stays."""
    with ag.GradientTape() as tape:
        tape.watch(a)
        s = a * a
        u = a * x
        for i in range(4):
            if i == 2:
                s = s + u
            elif i > 2:
                s = s * x
        y = s * (a * a + a * a)
    return np.sin(tape.gradient(y, a))


def falls_behind(a, n):
    """The last square is of no use: for one step of the reverse pass both cotangents are that of t, which is
    handed on in all of them."""
    s, t = a * 1.7, a * 1
    for _ in range(n):
        t = t + s
        s = s * s
    return t * t


def falls_behind_in_a_loop(a, n):
    """The same in the steps of a loop, of which each begins anew with t."""
    s, t = a * 1.7, a * 1
    for _ in range(n):
        for _ in range(n):
            s = t * 1.7
        for _ in range(n):
            t = t + s
            s = s * s
    return s * s


def falls_behind_by_two(a, n):
    """Three cotangents, one after the other."""
    r, s, t = a * 0.3, a * 1.7, a * 1
    for _ in range(n):
        t = t + s
        s = s * s + r
        r = r * s
    return t * t


c = ag.constant
_rng = np.random.default_rng(0)
ROWS = [c(v) for v in _rng.uniform(-1.0, 1.0, (12, 3))]
NUMBERS = [(c(x), c(a)) for x, a in _rng.uniform(-1.0, 1.0, (12, 2))]
CASES = [
    *((begins_with_the_source, (x, a)) for x, (_, a) in zip(ROWS, NUMBERS, strict=True)),
    *((of_a_scalar, pair) for pair in NUMBERS),
    *((added_in_one_step, pair) for pair in NUMBERS),
    *((falls_behind, (a, n)) for _, a in NUMBERS for n in (2, 3)),
    *((falls_behind_in_a_loop, (a, n)) for _, a in NUMBERS[:6] for n in (2, 3)),
    *((falls_behind_by_two, (a, n)) for _, a in NUMBERS for n in (2, 3)),
]
