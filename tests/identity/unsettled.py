"""Programs whose second derivative is added in another order compiled than step by step: open."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag
from tests.identity import growing

c = ag.constant
CASES = [
    (growing.indexed_by_the_run, (c(np.array([0.7, 1.2], "float32")), 5)),
]
