"""Sums of cotangents in cells take one place, unless something may still ask for the one before."""

from __future__ import annotations

import re

import numpy as np

import autograph_lite as ag
from autograph_lite.ir.walk import regions
from autograph_lite.optimize.cells import KEEP, PUT
from autograph_lite.optimize.passes import optimize


def path(u, a):
    rows = []
    s = 0.0 * a
    for t in ag.arange(u.shape[0]):
        s = a * s + u[t] * (1.0 - s * s)
        rows.append(s)
    y = np.stack(rows)
    return np.sum(y * y)


U = ag.constant(np.linspace(-1.0, 1.0, 5))


def in_branches(region, op, depth=0):
    """How often an op stands in arms of branches."""
    inside = [(r, depth + (n.op.name == "if")) for n in region.nodes for r in regions(n).values()]
    here = sum(n.op is op for n in region.nodes) if depth else 0
    return here + sum(in_branches(r, op, d) for r, d in inside)


def graphs(f, *args):
    """As it was staged, and as it is compiled."""
    made = ag.function(f)
    made.compile(*args)
    ((found,),) = made._specialisations.values()
    return found.staged.graph, optimize(found.staged.graph)


def test_a_sum_takes_the_place_of_the_one_before():
    before, after = graphs(lambda u, a: ag.grad(path)(u, a), U, 0.9)
    assert in_branches(before.body, PUT) < in_branches(after.body, PUT)
    # Each arrival keeps in one arm if it is the first, in the other if not; three are one in the end.
    arrivals = in_branches(before.body, KEEP) // 2
    assert in_branches(after.body, KEEP) == arrivals - 2


def test_a_sum_that_is_reversed_in_turn_stays():
    def twice(u, a):
        return ag.grad(lambda v: np.sum(ag.grad(path)(v, a) ** 2))(u)

    before, after = graphs(twice, U, 0.9)
    assert in_branches(after.body, KEEP) > in_branches(before.body, KEEP) // 2
    ag.verify(ag.function(twice), U, 0.9, order=0)


def test_no_bit_changes():
    ag.verify(ag.function(path), U, 0.9, order=2)


def test_the_number_that_was_kept_last_is_not_read_from_memory():
    """Where cells are written over, a step finds what the one before it has left in a variable."""
    text = ag.function(lambda u, a: ag.grad(path)(u, a)).kernel_source(U, 0.9)
    reads = re.findall(
        r"= last\d*\n( +)if \w+ != last\d* or \w+ != last\d*:\n\1    \w+ = \w+\[", text
    )
    assert len(reads) > 2
    assert "last" not in ag.function(path).kernel_source(U, 0.9)
