"""Contributions that arrive at one cell one after the other are added before they are kept."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.ir.walk import everything
from autograph_lite.optimize.arrivals import merge_arrivals
from autograph_lite.optimize.dead import eliminate_dead
from autograph_lite.optimize.passes import PASSES
from tests.optimize.test_cells import U, graphs, path


def before_and_after(f, *args):
    """How many nodes of each op there are without the pass, and with it."""
    graph, _ = graphs(f, *args)
    for run in itertools.takewhile(lambda run: run is not merge_arrivals, (r for r, _ in PASSES)):
        graph = run(graph)
    merged = eliminate_dead(merge_arrivals(graph))
    return [Counter(n.op.name for n in everything(g.body)) for g in (graph, merged)]


def test_three_contributions_are_kept_once():
    """s goes into the next step three times: twice into s * s, once into a * s."""
    before, after = before_and_after(lambda u, a: ag.grad(path)(u, a), U, 0.9)
    assert before["cell_keep"] - after["cell_keep"] == 2
    assert before["cell_read"] - after["cell_read"] == 2
    assert after["accumulate"] - before["accumulate"] == 2  # before the first is kept


def looked_at_in_between(x, n):
    """What is at s is read by another element's gradient between the contributions to it."""
    rows = [x, x * 0.5]
    for i in range(n):
        rows.append(rows[i] * rows[i + 1] * rows[-2] + rows[i])
    return sum(rows)


@pytest.mark.parametrize("program", [path, looked_at_in_between])
def test_no_bit_changes(program):
    args = (U, 0.9) if program is path else (ag.constant(0.7), 5)
    ag.verify(ag.function(program), *args, order=2)


def test_other_cells_stay_apart():
    """Two lists of which each step appends to one or the other: nothing follows at the same cell."""

    def two(x, n):
        a, b = [x], [x * 2.0]
        for i in range(n):
            if i % 2:
                a.append(np.sin(b[-1]) * a[-1])
            else:
                b.append(np.cos(a[-1]) * b[-1])
        return a[-1] * b[-1]

    ag.verify(ag.function(two), ag.constant(0.3), 6, order=2)
