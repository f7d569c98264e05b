"""Numbers that become arrays: in the first step of a loop, or in one arm of a branch."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def a_sum_of_rows(x):
    s = 0.0
    for row in x:
        s = s + row
    return s


def squares(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i] * x[i]
    return np.sum(s * s)


def from_an_int(x, n):
    s = 0
    for i in range(n):
        s += x[i] * i
    return s


def of_another_dtype(x, n):
    """A weak number takes the dtype of what it meets."""
    s = 0.4
    for i in range(n):
        s = s * x[i].astype(np.float32)
    return s


def a_product(x, n):
    p = 1.0
    for i in range(n):
        p = p * x[i] + i
    return p - 2.0


def while_it_is_small(x):
    """The test sees the number at first."""
    s, i = 0.0, 0
    while np.sum(s) < 1.0 and i < 3:
        s = s + np.abs(x[i])
        i += 1
    return s, i


def left_early(x, n):
    s = 0.0
    for i in range(n):
        if x[i, 0] > 0.7:
            break
        s = s + x[i]
    else:
        s = s * 2.0
    return s


def passed_over(x, n):
    s = 0.0
    for i in range(n):
        if x[i, 0] < 0.0:
            continue
        s = s + x[i]
    return s


def returned_inside(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
        if s[0] > 0.8:
            return s * 10.0
    return s


def two_loops(x, n):
    total = 0.0
    for i in range(n):
        s = 0.0
        for row in x:
            s = s + row * i
        total = total + s * s
    return total


def an_inner_loop_alone(x, n):
    s = 0.0
    for i in range(n):
        for row in x:
            s = s + row * i
    return s


def two_names(x, n):
    s, t = 0.0, 1.0
    for i in range(n):
        s, t = s + t * x[i], s - x[i]
    return s, t


def one_after_the_other(x, n):
    """The second becomes an array only after the first has."""
    s, t = 0.0, 0.0
    for i in range(n):
        t = t + s * 2.0
        s = s + x[i]
    return s, t


def in_a_dict(x, n):
    state = {"sum": 0.0, "steps": 0}
    for i in range(n):
        state["sum"] = state["sum"] + x[i]
        state["steps"] += 1
    return state["sum"], state["steps"]


def in_a_tuple(x, n):
    pair = (0.0, 1)
    for i in range(n):
        pair = (pair[0] + x[i], pair[1] + 1)
    return pair[0] * pair[1]


class Mean:
    def __init__(self):
        self.total, self.count = 0.0, 0

    def add(self, row):
        self.total = self.total + row
        self.count += 1


def in_an_object(x, n):
    mean = Mean()
    for i in range(n):
        mean.add(x[i])
    return mean.total / 3.0, mean.count


def another_name(x, n):
    """`+=` changes the array that both names are bound to after the first step."""
    s = 0.0
    t = s
    for i in range(n):
        s += x[i] * 1.0
        if i == 0:
            t = s
    return s, t


def with_a_tape_inside(x, n):
    w, s = x[0] * 1.0, 0.0
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(w)
            loss = np.sum((w - x[i]) ** 2)
        g = tape.gradient(loss, w)
        s = 0.9 * s + g
        w = w - 0.1 * s
    return w


def of_a_matrix(x, n):
    a = 0.0
    for i in range(n):
        a = a + np.outer(x[i], x[i])
    return a


def a_generator(x, n):
    return sum(x[i] * x[i] for i in range(n))


def used_after(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    return np.exp(s) + x[0], s * 0.5 - 1, -s, np.maximum(s, 0.1)


def printed(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    print("sum", s)
    ag.print("sum", s)
    return s


def asked_for_an_element(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    return s[0]


def in_one_arm(x, n):
    s = 0.5
    if n > 1:
        s = x[0] * 2.0
    return s * s, np.sum(s)


def in_both(x, n):
    s = x[0] * 2.0 if n > 1 else 1.0
    t = 2.0 if n > 2 else x[1]
    return s * t + np.stack([s + x[0], t - x[1]])


def decides(x, n):
    s = x[0, :1] if n > 1 else 2.0
    if s > 0.3:
        return x[0] * s
    return s - x[1]


def a_numpy_scalar(x, n):
    s = np.float64(0.25) if n < 1 else np.sin(0.5 * n)
    for i in range(n):
        s = s + x[i]
    return s, s * 2


def carried_on(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    for i in range(2):
        s = s * 0.5 + i
    return s


def two_names_of_it(x, n):
    """In one run both are the array, in another the number; the array is written under one of them."""
    s = t = 0.0
    if n > 1:
        s = x[0] * 1.0
        t = s
    if n > 2:
        s += x[1]
    return s, t


def the_last_under_another_name(x, n):
    s = t = 0.0
    for i in range(n):
        s += x[i] * 1.0
        t = s
    s *= 0.5
    s += x[1]
    return s, t


def none_at_first(x, n):
    s = t = None
    if n > 1:
        s = x[0] * 1.0
        t = s
    if n > 2:
        s += x[1]
        s[0] = s[1]
        return s * t
    return x[0] * 1.0


def an_element_of_what_was_none(x, n):
    best = None
    for i in range(n):
        if best is None or x[i, 0] > best[0]:
            best = x[i] * 1.0
    return best


def a_list_of_both(x, n):
    s = [1.0]
    for i in range(n):
        s.append(x[i] + s[i])
    t = 0.0
    for v in s:
        t = t + v
    return t


def chosen_from_both(x, n):
    t = (1.0, x[0], x[1] * x[0])
    return t[n - 1] * x


def a_list_that_reads_itself(x, n):
    s = [1.0]
    for i in range(n):
        s.append(x[i, 0] * i + s[i])
    return s[n]


def inner_sums_in_place(x, n):
    total = 0.0
    for i in range(n):
        for row in x:
            total += row * i
        total /= 2.0
    return total


def two_of_them(x, n):
    total = 0.0
    for i in range(n):
        inner = 0.0
        for j in range(i):
            inner = inner + x[j] * j
        total += inner
    return total


def one_into_the_other(x, n):
    s = t = 1.0
    for i in range(n):
        s = s + x[i]
        if i > 0:
            t = t * s
    s += t
    s -= 2.0
    return s


def into_a_row(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i]
    z = x * 1.0
    z[0] = s
    z[1] += s
    return z


X = ag.constant([[0.5, -0.25], [-0.75, 1.5], [0.9, 0.4]])
LOOPS = [
    squares,
    from_an_int,
    of_another_dtype,
    a_product,
    left_early,
    passed_over,
    returned_inside,
    two_loops,
    an_inner_loop_alone,
    two_names,
    one_after_the_other,
    in_a_dict,
    in_a_tuple,
    in_an_object,
    another_name,
    with_a_tape_inside,
    of_a_matrix,
    a_generator,
    used_after,
    printed,
    asked_for_an_element,
    in_one_arm,
    in_both,
    decides,
    a_numpy_scalar,
    carried_on,
    two_names_of_it,
    the_last_under_another_name,
    none_at_first,
    an_element_of_what_was_none,
    a_list_of_both,
    chosen_from_both,
    a_list_that_reads_itself,
    inner_sums_in_place,
    two_of_them,
    one_into_the_other,
    into_a_row,
]
CASES = [
    (a_sum_of_rows, (X,)),
    (a_sum_of_rows, (X[:0],)),
    (while_it_is_small, (X,)),
    *((f, (X, n)) for f in LOOPS for n in (3, 0)),
]
"""To second order; of loops also what is left where there is no step."""
