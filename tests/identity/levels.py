"""How much LLVM optimises in a test: no level changes a bit, and compiling takes most of the time of many."""

from __future__ import annotations

import math

import pytest

from autograph_lite_runtime import load


def as_they_stand(patch: pytest.MonkeyPatch, above: int = 0) -> None:
    """Kernels of more lines are run as they stand, which takes a quarter of the time to compile."""
    patch.setattr(load, "AT_ONCE", above)
    patch.setattr(load, "OPTIMISING", math.inf)
