"""Lists that a branch or a loop indexes by a number of the run: their tensors get cells outside of it, after
what stands before it has been staged."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def another_name_of_an_element(x, a):
    """The other arm has put the list in its place before the tensor had a cell."""
    b = a
    s = x[0]
    t = a * 0.5
    p = [a]
    if t > x[0]:
        for _ in range(2):
            p.append(t)
    else:
        for i in range(2):
            t = p[i % len(p)]
    t = b
    return s * t


def kept_by_the_arm_before(x, a, n):
    """One arm keeps the tensor in another list that grows."""
    p, q = [a, a * x[1]], []
    b = p[1]
    for _ in range(n):
        q.append(x[0])
    if a > x[0]:
        q.append(b)
        q.append(a)
    else:
        q.append(p[n % 2] * b)
    return q[-1] * a * b + q[0]


def kept_before_in_the_same_arm(x, a, n):
    """The same arm has kept another tensor by then: numbers of its cells are taken already."""
    p, q = [a, a * x[1]], []
    for _ in range(n):
        q.append(x[0] * a)
    if a < x[1]:
        q.append(x[1])
        y = p[n % 2] * q[-1]
    else:
        y = a
    return y * q[0] * a


def kept_before_in_the_same_step(x, a, n):
    """The same in a loop, whose steps keep a tensor first."""
    p, q = [a, a * x[1]], []
    y = x[0]
    for i in range(n):
        q.append(y * a)
        y = p[i % 2] * q[-1]
    return y * a + np.sum(np.stack(q))


def in_a_loop_in_an_arm(x, a, n):
    """Two regions inside of the one in which the list is what it is."""
    p, q = [a, a * x[1]], []
    y = x[0]
    for i in range(n):
        if y > x[1]:
            q.append(y)
            for k in range(2):
                q.append(p[(i + k) % 2] * y)
        else:
            y = y + x[2] * a
        y = y * p[0]
    for z in q:
        y = y + z * z
    return y * a


def the_list_of_the_arm(x, a, n):
    """The list is made in the arm, and the loop in it indexes it."""
    q = []
    y = a
    for i in range(n):
        if x[i % 3] > a:
            p = [y, x[0]]
            q.append(y)
            for k in range(2):
                y = y * p[(i + k) % 2]
            q.append(p[0])
        else:
            q.append(y * a)
    return y + q[0] * q[-1]


def by_a_while(x, a, n):
    """The test of the loop indexes too."""
    p, q = [a, a * x[1]], [x[0]]
    k = 0
    while p[k % 2] < x[2] and k < n:
        q.append(p[1])
        k = k + 1
    return q[-1] * a * p[1]


def in_a_helper(x, a, n):
    """A function inside indexes a list of the one around it."""
    p, q = [a, a * x[1]], []

    def at(i):
        return p[i % 2]

    y = a
    for i in range(n):
        if x[0] < y:
            q.append(a)
        else:
            y = y + at(i)
        y = y * at(i + 1)
    return y * a if n == 0 else y * q[0] if len(q) > 0 else y


def a_tape_inside(x, a, n):
    """The tape records the arm and what got its cell outside."""
    p, q = [a, a * x[1]], []
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = a
        if y > x[1]:
            q.append(y)
        else:
            y = y + p[n % 2]
        y = y * a
    return tape.gradient(y, a) * a


X = ag.constant(np.array([-0.681, 0.241, 1.012]))
Y = ag.constant(np.array([0.581, -0.941, -0.412]))
LOW, HIGH = ag.constant(-1.025), ag.constant(0.73)
COUNTING = (
    kept_by_the_arm_before,
    kept_before_in_the_same_arm,
    kept_before_in_the_same_step,
    by_a_while,
    in_a_helper,
    in_a_loop_in_an_arm,
    the_list_of_the_arm,
    a_tape_inside,
)
COUNTED = (X, LOW, 3), (X, HIGH, 2), (Y, HIGH, 4)
CASES = [
    *((another_name_of_an_element, (x, a)) for x in (X, Y) for a in (LOW, HIGH)),
    *((f, arguments) for f in COUNTING for arguments in COUNTED),
]
