"""Tapes that watch a tensor which is in a list, under that name or another."""

import numpy as np

import autograph_lite as ag


def one_that_is_in_a_list(x, n):
    """s and h are the first element until h is another tensor."""
    s = h = x
    items = [h]
    for _ in range(n):
        items.append(x * 2)
        with ag.GradientTape() as tape:
            tape.watch(h)
            z = np.sum(h * s * h)
        h = tape.gradient(z, h) * 0.5
    return h


def under_another_name(x, n):
    h = x
    items = [h]
    for _ in range(n):
        items.append(x * 2)
        s = h
        with ag.GradientTape() as tape:
            tape.watch(s)
            z = np.sum(h * s * x)
        h = tape.gradient(z, s) * 0.5
    return h


def read_before_the_tape(x, n):
    """v is h in the first step."""
    h = x * 1
    items = [h]
    t = x
    for i in range(n):
        items.append(t)
        v = items[i]
        with ag.GradientTape() as tape:
            tape.watch(h)
            z = np.sum(h * v * h)
        t = tape.gradient(z, h) * 0.5
    return t


def two_that_are_read(x, n):
    h = x * 1
    items = [h]
    t = x
    for i in range(n):
        items.append(t)
        v, u = items[i], items[i // 2]
        with ag.GradientTape() as tape:
            tape.watch(v)
            z = np.sum(h * v * u)
        t = tape.gradient(z, v) * 0.5
    return t


def after_the_loop(x, n):
    h = x * 1
    items = [h]
    for i in range(n):
        items.append(x * i)
    v, u = items[n // 2], items[n // 3]
    with ag.GradientTape() as tape:
        tape.watch(v)
        z = np.sum(h * v * u)
    return tape.gradient(z, v)


def by_its_place(x, n):
    """What is watched is asked for by its place, and is the same tensor there."""
    h = x * 1
    items = [h]
    for i in range(n):
        items.append(x * i)
    with ag.GradientTape() as tape:
        tape.watch(items[n // 2])
        z = np.sum(h * items[0] * items[n // 3])
    return tape.gradient(z, items[n // 2])


def two_names_without_a_list(x, n):
    s = h = x
    for _ in range(n):
        with ag.GradientTape() as tape:
            tape.watch(h)
            z = np.sum(h * s * h)
        h = tape.gradient(z, h)
    return h


def its_gradient_is_the_next(x, n):
    """Of the first step alone the sum of the cotangents is in a cell."""
    h = x * 1
    items = [h]
    for _ in range(n):
        items.append(x * 2)
        with ag.GradientTape() as tape:
            tape.watch(h)
            z = np.sum(h * h * h)
        h = tape.gradient(z, h) * 0.5
    return h


def what_is_not_followed(x, n):
    """y is no source, and what was computed from it, as s in the first step, is none either."""
    y = s = h = x * 1
    items = [x]
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(items[0])
            z = np.sum(x * 3 * s * s)
        h = h - tape.gradient(z, y, unconnected_gradients="zero")
        items.append(items[0])
        with ag.GradientTape(persistent=True) as tape:
            tape.watch(items[i // 2])
            z = np.sum(np.sin(s) * h * items[0])
        s = tape.gradient(z, x, unconnected_gradients="zero")
    return s, h


def by_an_older_name(x, n):
    """In the tape x is known to be in the list by a name from before, and by another one after it."""
    s = y = h = x
    items = [s]
    a = x * 3
    for i in range(n):
        a = x * i
        with ag.GradientTape() as tape:
            tape.watch(items[i // 2])
            items.append(h)
            z = np.sum(np.sin(s) * y)
        g = tape.gradient(z, items[i // 2])
        y = h if g is None else g
    return y, a


c = ag.constant
X = c([0.3, 0.7])
IN_LISTS = (
    one_that_is_in_a_list,
    under_another_name,
    read_before_the_tape,
    two_that_are_read,
    after_the_loop,
    by_its_place,
    two_names_without_a_list,
    what_is_not_followed,
    by_an_older_name,
)
CASES = [
    *((program, (X, n)) for program in IN_LISTS for n in (0, 1, 2, 3)),
    *(
        (its_gradient_is_the_next, (c(x), n))
        for x in ([0.3, 0.126], [-1.3, 0.64])
        for n in (1, 2, 3)
    ),
]
