"""Numbers that a loop makes something else, of which the program asks what they are; and arrays under the
name of what is none after a step."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def an_instance(x, n):
    s, h = np.float64(0.25), 2
    for _ in range(n):
        h = s * h if isinstance(h, float) else s
    return h


def of_another_class(x, n):
    s, h = x[0], 2
    for _ in range(n):
        h = s * h if isinstance(h, int) else s
    return h


def a_tensor(x, n):
    s, h = x[0], 2
    for _ in range(n):
        h = s * 2 if ag.is_tensor(h) else s
    return h


def in_its_own_arithmetic(x, n):
    h = 2
    for i in range(n):
        h = 0.5 * i if isinstance(h + 1, int) else h * 3
    return h


def in_the_test(x, n):
    h, i = 2.0, 0
    while isinstance(h, float) or i < n:
        h = h * x[0]
        i += 1
    return h, i


def an_attribute(x, n):
    h, c = 2.0, 0
    for i in range(n):
        c += 1 if hasattr(h, "shape") else 10
        h = h * x[0] if i > n else x[0]
    return x * c


def an_int_or_what_comes_of_it(x, n):
    """An int, then a float, then a tensor; still the int where no step is taken."""
    s, h = 0, 0.5
    for i in range(n):
        s = s + h
        h = h * x[i % 3]
    return s, h


def a_sum_of_both(x, n):
    parts, h = [], 0.5
    for i in range(n):
        parts.append(h)
        h = h * x[i % 3]
    return sum(parts)


def a_bool_or_none(x, n):
    s, h = None, True
    for _ in range(n):
        s = h
    return s, h


def written_and_none_then(x, n):
    h = x * 1.0
    y = h
    for _ in range(n):
        h *= 2.0
        h = None
        if n > 0:
            break
    return h, y


def written_and_a_number_then(x, n):
    h = x * 1.0
    y = h
    for _ in range(n):
        h *= h
        h = 0.5
    return h, y


def written_and_a_number_of_numpys_then(x, n):
    h = x * 1.0
    y, i = h, 0
    while i < n:
        h += 1.0
        h = np.float64(0.5)
        i += 1
    return h, y


def beside_what_is_none(x, n):
    p = [x * 2.0, x * 5.0]
    for i in range(n):
        p[0] += 1.0
        if i > 0:
            p[1] = None
    return p[0], p[1]


def behind_what_is_none(x, n):
    p = [x * 2.0, x * 5.0]
    y = p[1]
    if n > 1:
        p[0] = None
    p[1] += 1.0
    return p[0], p[1], y


def bound_to_what_was_none(x, n):
    h = x * 1.0
    p = [None, h]
    for _ in range(n):
        p[0] = h
        h[-1] += x[0]
    return h, p[0], p[1]


def the_truth_of_none_or_an_array(x, n):
    s, h = None, x
    for i in range(n):
        s = s or h
        if i == 0:
            break
    return s


def an_array_added_to_a_list(x, n):
    """NumPy's sum, not a longer list."""
    s = [0.5, 0.25, 1.0]
    for _ in range(2):
        s = s + x if isinstance(s, list) else s * 2.0
    return s


def an_array_added_in_place(x, n):
    """NumPy's sum too, where the name may be bound to it."""
    s = [0.5, 0.25, 1.0]
    s += x
    return s * n


def words_of_an_int(x, n):
    """Which is a tensor after a step that does not come to its end."""
    s, h = 2, None
    for i in range(n):
        h = x[i % 3] if x[i % 3] > 2.0 else h
        s = s * h
    return s


def words_of_an_operator_in_place(x, n):
    s = 3
    for _ in range(n):
        s += None
    return s


def an_error_after_what_is_done(x, n):
    print("begin")
    for i in range(n):
        print(x[i % 3])
    s = None
    return x * (s * 2)


def an_error_where_it_gets_there(x, n):
    s = x
    for i in range(n):
        s = np.sin(None) if i > 5 else s * 2.0
    return s


def another_error_before_it(x, n):
    s, h = None, -1.5
    for _ in range(n):
        h = h + s
    return h, s * 2


PROGRAMS = [f for f in list(globals().values()) if getattr(f, "__module__", "") == __name__]
X = ag.constant([0.5, 1.25, -0.3])
CASES = [(f, (X, n)) for f in PROGRAMS for n in (0, 1, 2, 3)]
RAISES = {"an_error_after_what_is_done": 4, "another_error_before_it": 4}
RAISES |= {"words_of_an_int": 3, "words_of_an_operator_in_place": 3}
