"""What is a Python int in some runs and a float in the others: `s = 0`, then `s = s + 0.5` in a loop."""

import numpy as np

import autograph_lite as ag


def chosen_by_a_branch(c):
    x = 0 if c > 1 else 0.5
    return x, x + 1, [x, -x]


def summed(x, n):
    s = 0
    for i in range(n):
        s += 0.5 * i
    print(s, f"{s} {s:>8}")
    return x * s, s + 1, s * 0.5, -s, abs(s), s > 0, s == 0, float(s), int(s), s / 2, s // 2, s + s


def asked(x, n):
    s = 0
    for i in range(n):
        s = s + 0.5
    t = s
    for i in range(n - 1):
        t = t * 2
    if t is None:
        return x
    return t, t**2, t % 2, divmod(t, 3), str(t), isinstance(t, int), round(t), t < 3 < x[0]


def summed_in_a_loop(x, n):
    s = 0
    for i in range(n):
        for j in range(i):
            s = s + 0.25 * j
    return x * s, s


def tested(x, n):
    s = 0
    while s < n:
        s = s + 0.5
    return x * s, s


def either_in_a_step(x, n):
    s = 1
    for i in range(n):
        if i % 2 == 1:
            s = s * 1.5
        else:
            s = s + 1
    return s * x, s


def as_a_condition(x, n):
    s = 0
    for i in range(n):
        s = s + 0.5
    if s:
        x = x + s
    return np.full(3, 1.0) * x, max(s, 1), min(s, 0.0)


def found_on_the_way(x, n):
    best = 0
    for i in range(n):
        if i > 2:
            best = 0.1 * i
            break
    return best, x * best


def as_often_as_it_says(x):
    s = 0
    for i in range(3):
        s = s + 0.5
    return s, x[int(s)]


def in_containers(x, n):
    a = [0, 1]
    d = {"s": 0}
    for i in range(n):
        a[0] = a[0] + 0.5
        d["s"] += 0.5
    return a, d, x * a[0]


X = ag.constant([1.0, 2.0, 3.0])
CASES = [
    *((chosen_by_a_branch, (c,)) for c in (0, 2)),
    *((f, (X, n)) for f in (summed, asked, summed_in_a_loop, tested) for n in (0, 1, 4)),
    *((f, (X, n)) for f in (either_in_a_step, as_a_condition) for n in (0, 1, 4)),
    *((f, (X, n)) for f in (found_on_the_way, in_containers) for n in (0, 4)),
    (as_often_as_it_says, (X,)),
]
