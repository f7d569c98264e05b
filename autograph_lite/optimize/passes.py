"""The passes, in order; each is exact on bits."""

from __future__ import annotations

from autograph_lite.ir.graph import Graph
from autograph_lite.ir.verify import verify
from autograph_lite.optimize.arrivals import merge_arrivals
from autograph_lite.optimize.cells import write_over
from autograph_lite.optimize.dead import eliminate_dead
from autograph_lite.optimize.recompute import recompute
from autograph_lite.optimize.simplify import simplify

PASSES = (
    (eliminate_dead, "what no result and no effect needs is not computed"),
    (simplify, "what is known is not computed, carried or asked for; equal nodes are one"),
    (recompute, "what follows in a few instructions from what else is saved is not saved"),
    (eliminate_dead, "what is dead by now tells nobody a number"),
    (write_over, "sums in cells that nothing else knows take one place"),
    (merge_arrivals, "contributions to one cell are added before they are kept"),
    (eliminate_dead, "what was computed for what is now known or not saved"),
)


def optimize(graph: Graph) -> Graph:
    """Apply every pass once."""
    verify(graph, "staging")
    for run, _why in PASSES:
        graph = run(graph)
        verify(graph, run.__name__)
    return graph
