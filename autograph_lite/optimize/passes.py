"""The passes, in order; each is exact on bits."""

from __future__ import annotations

from autograph_lite.ir.graph import Graph
from autograph_lite.optimize.dead import eliminate_dead

PASSES = ((eliminate_dead, "what no result and no effect needs is not computed"),)


def optimize(graph: Graph) -> Graph:
    """Apply every pass once."""
    for run, _why in PASSES:
        graph = run(graph)
    return graph
