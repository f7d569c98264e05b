"""What a test for None tells: where `g is None` is false g is the tensor, for all that is done with it."""

import numpy as np

import autograph_lite as ag


def recorded(s, x, i):
    """A gradient that is None in the first step."""
    with ag.GradientTape() as tape:
        tape.watch(s)
        y = s * 2 if i > 0 else x
        z = np.sum(y * y)
    return tape.gradient(z, s)


def zeros_instead(x, n):
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        if g is None:
            g = ag.zeros_like(s)
        s = g + i
    return s


def in_an_expression(x, n):
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        s = g if g is not None else s * 0.5
    return s


def where_it_is_none(x, n):
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        s = s * 0.5 if g is None else g
    return s


def only_where_there_is_one(x, n):
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        if g is not None:
            s = g
    return s


def the_next_step(x, n):
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        if g is None:
            continue
        with ag.GradientTape() as tape:
            tape.watch(g)
            z = np.sum(g * g * s)
        s = tape.gradient(z, g)
    return s


def by_a_function(x, n):
    s = x * 1

    def taken(i):
        if g is None:
            return s
        return np.stack([g, g * i])[1]

    for i in range(n):
        g = recorded(s, x, i)
        s = taken(i)
    return s


def inside_of_a_branch(x, n):
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        if g is not None:
            if np.sum(s) > 1:
                s = g
            else:
                g = g * 2
                s = s + g
        elif i > 1:
            g = s
        s = s if g is None else s + g
    return s


def what_it_is_after(x, n):
    """The branch leaves it as it was."""
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        k = 1.0
        if g is None:
            k = 2.0
        s = s * k if g is None else g * k
    return s


def both_are_told(x, n):
    s = x * 1
    h = None
    for i in range(n):
        g = recorded(s, x, i)
        if g is None:
            h = s
        else:
            h = g
        with ag.GradientTape() as tape:
            tape.watch(h)
            z = np.sum(h * s)
        s = tape.gradient(z, h)
    return s, h


def of_none(x, n):
    """Where g is None it is used as such, which raises."""
    s = x * 1
    for i in range(n):
        g = recorded(s, x, i)
        if g is None:
            s = s + g
        else:
            s = g
    return s


c = ag.constant
INPUTS = [c([0.3, 0.7]), c([0.9, 0.1])]
PROGRAMS = (
    zeros_instead,
    in_an_expression,
    where_it_is_none,
    only_where_there_is_one,
    the_next_step,
    by_a_function,
    inside_of_a_branch,
    what_it_is_after,
)
CASES = [
    *((program, (x, n)) for program in PROGRAMS for x in INPUTS for n in (0, 1, 3)),
    *((both_are_told, (x, n)) for x in INPUTS for n in (0, 2, 3)),
    *((of_none, (x, n)) for x in INPUTS for n in (0, 2)),
]
RAISES = {"of_none": 2}
