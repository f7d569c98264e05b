"""`+=` of a list, which assigns the object to its name again: the name stays bound to that object."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def in_a_loop(x, n):
    out = []
    for i in range(n):
        out += [x[i] * x[0]]
    return np.stack(out)


def in_a_branch_too(x, n):
    out, s = [], 0.0
    for i in range(n):
        out += [x[i]]
        if s > 1.0:
            out += [s, s * s]
        s += x[i]
    return np.stack(out), len(out)


def under_two_names(x, n):
    out = [x[0]]
    keep = out
    for i in range(n):
        for j in range(i):
            out += [x[j]]
        keep.append(out[-1] * 2.0)
    return np.stack(keep), out is keep


def beside_append(x, n):
    out, i = [x[0]], 0
    while i < n and len(out) < 4:
        out.append(x[i])
        out += [x[i] * 2.0]
        i += 1
    return np.stack(out)


def beside_an_element(x, n):
    out = [x[0], x[1]]
    for i in range(n):
        out[i % 2] = x[i] * out[0]
        if x[i] > 0.6:
            out += [x[i]]
    return np.stack(out)


def beside_a_number_that_becomes_an_array(x, n):
    s, out = 0.0, []
    for i in range(n):
        s = s + x[i : i + 1]
        out += [s]
    return np.stack(out)


def by_a_helper(x, n):
    def add(items, v):
        items += [v]
        return items

    out = []
    for i in range(n):
        out = add(out, x[i])
    return np.stack(out)


def of_a_dict(x, n):
    d = {"a": x[0]}
    for i in range(n):
        d["a"] = d["a"] * x[i]
        d |= {"a": d["a"] + 1.0}
    return d["a"]


def left_early(x, n):
    out = [x[0]]
    for i in range(n):
        out += [x[i]]
        if i > 1:
            break
    else:
        out += [x[0] * 7.0]
    return np.stack(out)


PROGRAMS = [f for f in list(globals().values()) if getattr(f, "__module__", "") == __name__]
X = ag.constant([0.5, 1.2, -0.3, 0.8])
CASES = [(f, (X, n)) for f in PROGRAMS for n in (4, 1, 0)]
RAISES = {
    f.__name__: 1
    for f in (in_a_loop, in_a_branch_too, beside_a_number_that_becomes_an_array, by_a_helper)
}
