"""Lists made of a list that grows, one of which is changed then: by `list()`, a slice, a display, a sum."""

import autograph_lite as ag


def c(value):
    return ag.constant(value, dtype="float64")


def by_list(x, n):
    p, s = [x * 1.0, x * 0.5], x
    for i in range(n):
        q = list(p)
        p[i % 2] = x * i
        s = s * q[i % 2] + p[0]
    return s, sum(p)


def by_copy(x, n):
    p, s = [1.5, 2.5], x
    for i in range(n):
        q = p.copy()
        p[i % 2] = 0.5 * i
        s = s * q[i % 2] + p[0]
    return s


def by_a_slice(x, n):
    p, s = [1.5, 2.5], x
    for i in range(n):
        q = p[:]
        p[i % 2] = 0.5 * i
        s = s * q[i % 2] + p[1]
    return s


def by_a_display(x, n):
    p, s = [x * 1.0, x * 2.5], x
    for i in range(n):
        q = [*p]
        p[i % 2] = x - i
        s = s * q[i % 2] + p[0]
    return s


def by_a_sum(x, n):
    p, s = [1.5, 2.5], x
    for i in range(n):
        q = p + []
        p[i % 2] = 0.5 * i
        s = s * q[i % 2] + p[0]
    return s


def by_a_comprehension(x, n):
    p, s = [1.5, 2.5], x
    for i in range(n):
        q = [v for v in p]
        p[i % 2] = 0.0
        s = s * q[i % 2] + p[0]
    return s


def before_a_loop(x, n):
    """The one that the loop changes is not the one from before it."""
    p = [x * 1.5, x * 2.5]
    for i in range(n):
        p.append(x * i)
    q = list(p)
    for i in range(n):
        p[i % 2] = x * 7.0
    return q[n % 2], p[n % 2], q[-1]


def taken_off_and_put_on(x, n):
    """What is put on again is written over what was there."""
    p, s = [x * 1.5, x * 2.5], x
    for i in range(n):
        q = list(p)
        p.pop()
        p.append(x * i)
        s = s * q[-1] + p[-1]
    return s


def in_a_dict(x, n):
    p, s = [1.5, 2.5], x
    for i in range(n):
        held = {"itself": p, "copy": list(p)}
        p[i % 2] = 0.5 * i
        s = s * held["copy"][i % 2] + held["itself"][0]
    return s


def turned_round(x, n):
    p, s = [1.5, 2.5], x
    for i in range(n):
        q = list(p)
        q.reverse()
        p[i % 2] = 0.25
        s = s * q[i % 2] + p[0]
    return s


def in_some_runs(x, n):
    p, q = [1.5, 2.5], [0.5, 0.5]
    for i in range(n):
        if x[0] > i:
            q = list(p)
        p[i % 2] = 9.0
    return q[0] * x, q[1], p[0]


def of_a_copy(x, n):
    p = [x * 1.5, x * 2.5]
    q = list(p)
    r = list(q)
    for i in range(n):
        r, q = q, list(p)
        p[i % 2] = x * 0.5 * i
    return r[0], q[0], p[0], r[1]


def a_number_among_tensors(x, n):
    """As the random program that found it."""
    s, t = x[0] * 1.0, x[1] * 0.5
    p = [s + 0.5 * n, t]
    for i in range(n):
        q = list(p)
        for z in list(q):
            t = s * 0.5 + z
            p[i % len(p)] = 0
            s = q[i % len(q)]
    return s * 1.0, t, sum(p)


def numbers_in_the_place_of_tensors(x, n):
    """A list of tensors gives way to one of numbers, cut where the run says."""
    p, q = [x[0], x[1]], [0.7 * n]
    for i in range(n):
        p = q[i % 2 :]
        q = p.copy()
    return len(p), len(q), sum(p), sum(q)


X = c([0.7, 1.3])
PROGRAMS = (
    *(by_list, by_copy, by_a_slice, by_a_display, by_a_sum, by_a_comprehension, before_a_loop),
    *(taken_off_and_put_on, in_a_dict, turned_round, in_some_runs, of_a_copy),
    *(a_number_among_tensors, numbers_in_the_place_of_tensors),
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 2, 3)]
