"""Tensors that stand in lists under several names, some of which are theirs in some runs alone."""

import numpy as np

import autograph_lite as ag


def one_or_the_other(x, n):
    """In the first step the two are one."""
    y = x
    w = x * x
    for i in range(n):
        y = y * w + (x, y)[i % 2]
    return y


def out_of_two_lists(x, n):
    """x stands in both."""
    w = x * x
    layers = [x, w]
    y = x
    for i in range(n):
        y = y * layers[i % 2] + (x, y)[i % 2]
    return y


def bound_in_a_branch(x, w, n):
    """s, which is w in some steps, is put into a list a branch further."""
    kept = []
    s = x
    for i in range(n):
        if i % 2 == 0:
            s = w
        if i > 0:
            kept.append(s)
        s = s * x + w
    r = x
    for k in kept:
        r = r * k * w + k
    return r


def before_it_is_watched(x, n):
    """A tensor has its name before a tape watches it, and another one afterwards."""
    ys = []
    total = x * 0.0
    for i in range(n):
        ys.append(x)
        with ag.GradientTape() as tape:
            tape.watch(x)
            ys.append(x)
            y = x * x * ys[i] + ys[-1]
        total = total + tape.gradient(y, x) * ys[0]
    return total


def kept_after_it_is_watched(x, n):
    ys = []
    total = x * 0.0
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(x)
            ys.append(x)
            y = x * x * ys[0] + ys[i]
        total = total + tape.gradient(y, x) * ys[0]
    return total


def kept_in_a_loop_before(x, n):
    ys = []
    for i in range(n):
        ys.append(x)
        ys.append(x * i)
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x * ys[2 * n - 2] * x + ys[2 * n - 1]
    return tape.gradient(y, x) * x


def returned_while_it_is_kept(x, a, n):
    """What is returned is a target of the gradient, and in a list."""
    s = x * 1.0
    p = [a]
    t = (a, s)[n % 2]
    for _ in range(3):
        p.append(t * 1.7)
    for i in range(3):
        t = t * 0.5 + s + p[i % len(p)]
    return s, s + t + s


def read_in_each_arm(x, a, n):
    """What an arm reads has a number there, and none among what the branch gives."""
    a = a * x[1]
    kept = []
    s = t = a
    for i in range(n):
        if i == 0:
            kept.append(a)
        elif i == 1:
            s = kept[0] * x[1]
        else:
            b = kept[0]
            t = b * s + np.sin(b)
    return t * t


c = ag.constant
_rng = np.random.default_rng(5)
INPUTS = [c(float(v)) for v in _rng.uniform(-1.5, 1.5, 8)]
CASES = [
    *((one_or_the_other, (x, n)) for x in INPUTS for n in (2, 3)),
    *((out_of_two_lists, (x, 3)) for x in INPUTS),
    *((bound_in_a_branch, (x, w, 4)) for x, w in zip(INPUTS, INPUTS[::-1], strict=True)),
    *((returned_while_it_is_kept, (x, w, 1)) for x, w in zip(INPUTS, INPUTS[::-1], strict=True)),
    *((before_it_is_watched, (x, 3)) for x in INPUTS[:2]),
    *((kept_after_it_is_watched, (x, 3)) for x in INPUTS[:2]),
    *((kept_in_a_loop_before, (x, 3)) for x in INPUTS[:2]),
    (read_in_each_arm, (c([0.31, 0.979, -0.876]), c(0.857), 3)),
    *((read_in_each_arm, (c(_rng.normal(size=3)), x, 3)) for x in INPUTS[:2]),
]
