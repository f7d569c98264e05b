"""Python's cyclic garbage collector while graphs are made.

A graph is many small objects that all stay, and the collector walks the young ones after every 700 that
are new: the second derivative of three nested loops took 41 s to make with it, and takes 14 s.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

PATIENT = (50_000, 20, 100)


@contextmanager
def patient() -> Iterator[None]:
    """Collect seldom; a threshold that the user has set higher, or to 0, stays."""
    before = gc.get_threshold()
    if not 0 < before[0] < PATIENT[0]:
        yield
        return
    gc.set_threshold(*PATIENT)
    try:
        yield
    finally:
        gc.set_threshold(*before)
