"""Timing on a noisy machine: rounds of ours and of the peer alternate, the best of each counts.

The minimum is what the code costs; everything above it is what the machine did meanwhile.  A ratio
of two minima from alternating rounds moves by a few per cent between runs where either time alone
moves by half.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Call = Callable[[], Any]
ROUNDS = 15
ROUND_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: `ours` beside `theirs` (None: not measured), and what is asked of it."""

    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    most_ratio: float | None = None
    most: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.ours / self.theirs

    @property
    def good(self) -> bool:
        """A bound on a peer that is not installed asks nothing."""
        slow = self.most is not None and self.ours > self.most
        slower = self.most_ratio is not None and (self.ratio or 0.0) > self.most_ratio
        return not slow and not slower

    def __str__(self) -> str:
        parts = [f"{self.what:46} {amount(self.ours, self.unit):>9}"]
        if self.peer:
            theirs = "not measured" if self.theirs is None else amount(self.theirs, self.unit)
            parts.append(f"{self.peer}: {theirs}")
        if self.ratio is not None:
            parts.append(f"ratio {self.ratio:.3g}")
        if self.most_ratio is not None:
            parts.append(f"(at most {self.most_ratio:.3g})")
        if self.most is not None:
            parts.append(f"(at most {amount(self.most, self.unit)})")
        if self.most is not None or (self.most_ratio is not None and self.theirs is not None):
            parts.append("ok" if self.good else "MISSED")
        return "  ".join(parts)


def amount(value: float, unit: str) -> str:
    """Three digits with a prefix: 2.31 us."""
    for factor, prefix in ((1e6, "M"), (1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n")):
        if abs(value) >= factor and not (prefix == "M" and unit == "s"):
            return f"{value / factor:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"


def pin() -> int:
    """Keep this process and its children on one core; returns its number."""
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def best(call: Call) -> float:
    """Seconds of one call."""
    return compare(call)[0]


def compare(*calls: Call) -> list[float]:
    """Seconds of one call of each, rounds alternating; every call is warmed up first."""
    counts = [_calls_per_round(call) for call in calls]
    found = [float("inf")] * len(calls)
    gc.collect()
    for _ in range(ROUNDS):
        for i, call in enumerate(calls):
            found[i] = min(found[i], _round(call, counts[i]))
    return found


def _calls_per_round(call: Call) -> int:
    call()
    return max(1, int(ROUND_SECONDS / max(_round(call, 3), 1e-9)))


def _round(call: Call, count: int) -> float:
    steps = range(count)
    start = time.perf_counter()
    for _ in steps:
        call()
    return (time.perf_counter() - start) / count


def against(
    what: str, ours: Call, peer: str, theirs: Call | None, *, most_ratio: float | None = None
) -> Row:
    """Ours and the peer's in one run; a peer that is not installed is None."""
    if theirs is None:
        return Row(what, best(ours), peer, None, most_ratio)
    mine, other = compare(ours, theirs)
    return Row(what, mine, peer, other, most_ratio)
