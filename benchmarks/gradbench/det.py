"""det: a determinant by expansion along first rows."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

from .protocol import Function, plain


@ag.function
def minor(a, columns):
    """The determinant of the last m rows of `a` in the given columns.  a: (l, l), columns: (m,)"""
    m = len(columns)
    row = len(a) - m
    if m == 1:
        return a[row, columns[0]]
    total, sign = 0.0, 1.0
    for j in range(m):
        others = np.concatenate([columns[:j], columns[j + 1 :]])
        total = total + sign * a[row, columns[j]] * minor(a, others)
        sign = -sign
    return total


@ag.function
def determinant(a):
    return minor(a, ag.arange(len(a)))


def arguments(given):
    return (np.array(given["A"]).reshape(given["ell"], given["ell"]),)


def flat(gradient):
    return plain(gradient.ravel())


FUNCTIONS = {
    "primal": Function(arguments, determinant, plain),
    "gradient": Function(arguments, ag.grad(determinant), flat),
}
