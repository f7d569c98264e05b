"""The errors and the speed of elementary functions: `python -m benchmarks.elementary [POINTS] [NAME ...]`.

For each function the largest error in units in the last place against mpmath, over so many points of float64
(200,000 without a number) of all exponents, near the multiples of pi/2, near 1 and at arguments known to be
hard, and NumPy's on every tenth of them; with `--float32` how many float32 values give something else than the
float64 function, rounded; and the time per element of an array, beside NumPy's, on one core.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import scipy.special

from autograph_lite import pipeline
from autograph_lite.ops import OPS
from benchmarks.harness import pin

HARD = (6381956970095103 * 2.0**797, 5.319372648326541e255, 1e22, 2.0**1023, 0.5**0.5, 1 - 2.0**-53)
ELEMENTS = 1 << 16
PRECISION = 1300  # bits: what is left of 2**1023 by pi/2 begins after so many


@dataclass(frozen=True, slots=True)
class Function:
    """The true value, NumPy's or SciPy's function, and where to try it: from `low` to `high`."""

    true: Callable[..., Any]
    peer: Callable[..., Any] | None
    low: float
    high: float
    count: int = 1


FUNCTIONS = {
    "exp": Function(mpmath.exp, np.exp, -745.0, 709.7),
    "exp2": Function(lambda x: mpmath.mpf(2) ** x, np.exp2, -1074.0, 1023.9),
    "expm1": Function(mpmath.expm1, np.expm1, -40.0, 709.7),
    "log": Function(mpmath.log, np.log, 5e-324, 1.7e308),
    "log1p": Function(mpmath.log1p, np.log1p, -1 + 2.0**-53, 1.7e308),
    "log2": Function(lambda x: mpmath.log(x, 2), np.log2, 5e-324, 1.7e308),
    "log10": Function(mpmath.log10, np.log10, 5e-324, 1.7e308),
    "sin": Function(mpmath.sin, np.sin, -1.7e308, 1.7e308),
    "cos": Function(mpmath.cos, np.cos, -1.7e308, 1.7e308),
    "tan": Function(mpmath.tan, np.tan, -1.7e308, 1.7e308),
    "arcsin": Function(mpmath.asin, np.arcsin, -1.0, 1.0),
    "arccos": Function(mpmath.acos, np.arccos, -1.0, 1.0),
    "arctan": Function(mpmath.atan, np.arctan, -1.7e308, 1.7e308),
    "arctan2": Function(mpmath.atan2, np.arctan2, -1.7e308, 1.7e308, 2),
    "sinh": Function(mpmath.sinh, np.sinh, -710.4, 710.4),
    "cosh": Function(mpmath.cosh, np.cosh, -710.4, 710.4),
    "tanh": Function(mpmath.tanh, np.tanh, -25.0, 25.0),
    "power": Function(mpmath.power, np.power, 5e-324, 1.7e308, 2),
    "cbrt": Function(lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), np.cbrt, -1.7e308, 1.7e308),
    "hypot": Function(mpmath.hypot, np.hypot, -1.2e308, 1.2e308, 2),
    "expit": Function(lambda x: 1 / (1 + mpmath.exp(-x)), scipy.special.expit, -745.0, 745.0),
    "softplus": Function(lambda x: mpmath.log1p(mpmath.exp(x)), None, -745.0, 700.0),
    "erf": Function(mpmath.erf, scipy.special.erf, -6.0, 6.0),
}


def points(f: Function, count: int, rng: np.random.Generator) -> Any:
    """A third over the range, a third over all exponents, a third near 1 and near multiples of pi/2."""
    third = count // 3
    top = min(max(abs(f.low), f.high), 1e6)
    spread = rng.uniform(max(f.low, -top), min(f.high, top), third)
    low = -60.0 if f.low > -2.0 and f.high < 2.0 else -1070.0
    exponents = rng.uniform(low, np.log2(max(abs(f.low), f.high)), third)
    every = np.exp2(exponents) * rng.choice([-1.0, 1.0], third)
    turns = np.rint(np.exp2(rng.uniform(0.0, 40.0, third // 2))) * (np.pi / 2)
    ones = 1.0 + rng.uniform(-0.01, 0.01, third - third // 2)
    all_of_them = np.concatenate([spread, every, turns, ones, HARD])
    return all_of_them[(all_of_them >= f.low) & (all_of_them <= f.high)]


def arguments(name: str, f: Function, count: int, rng: np.random.Generator) -> tuple[Any, ...]:
    if f.count == 1:
        return (points(f, count, rng),)
    if name == "power":  # to where the result is neither 0 nor infinite
        x = np.abs(points(f, count, rng))
        x = x[x > 0]
        with np.errstate(divide="ignore"):
            most = np.minimum(700.0 / np.abs(np.log(x)), 1e6)
        return x, rng.uniform(-1.0, 1.0, len(x)) * most
    x, y = np.exp2(rng.uniform(-1000.0, 1000.0, (2, count // 2)))
    near = np.exp2(rng.uniform(-30.0, 30.0, (2, count - count // 2)))
    signs = rng.choice([-1.0, 1.0], (2, count))
    return tuple(np.concatenate([[x, y], near], axis=1) * signs)


def worst(f: Function, xs: tuple[Any, ...], found: Any) -> tuple[float, float]:
    """The largest error in units in the last place, and the first argument there."""
    most, where = 0.0, 0.0
    for out, *at in zip(found, *xs, strict=True):
        true = f.true(*(mpmath.mpf(float(x)) for x in at))
        if abs(true) > sys.float_info.max:
            continue
        unit = max(float(np.spacing(abs(float(true)))), 5e-324)
        off = float(abs(mpmath.mpf(float(out)) - true) / unit)
        if not off <= most:
            most, where = off, float(at[0])
    return most, where


def compiled(name: str, *xs: Any) -> Callable[[tuple[Any, ...]], list[Any]]:
    return pipeline.evaluator(OPS[name], {}, xs)


def every_float32(name: str, limit: int) -> int:
    """Of how many float32 values, every one or one of so many, the result is not that of float64, rounded."""
    wrong = 0
    step = 1 << 22
    for first in range(0, 1 << 32, step * limit):
        x = np.arange(first, first + step, dtype="uint32").view("float32")
        wide = x.astype("float64")
        got, want = compiled(name, x)((x,))[0], compiled(name, wide)((wide,))[0]
        with np.errstate(over="ignore"):
            want = want.astype("float32")
        wrong += int(np.sum((got != want) & ~(np.isnan(got) & np.isnan(want))))
    return wrong


def nanoseconds(call: Callable[[], Any]) -> float:
    """Of one element, the best of several rounds."""
    best = float("inf")
    for _ in range(15):
        begun = time.perf_counter()
        for _ in range(5):
            call()
        best = min(best, time.perf_counter() - begun)
    return best / 5 / ELEMENTS * 1e9


def speed(name: str, f: Function) -> tuple[float, float | None]:
    """Of ours and of NumPy's, on arguments of ordinary size."""
    rng = np.random.default_rng(1)
    low, high = max(f.low, 0.01 if f.low > -0.5 or name == "power" else -4.0), min(f.high, 4.0)
    xs = tuple(rng.uniform(low, high, ELEMENTS) for _ in range(f.count))
    run = compiled(name, *xs)
    run(xs)
    peer = f.peer
    theirs = None if peer is None else nanoseconds(lambda: peer(*xs))
    return nanoseconds(lambda: run(xs)), theirs


def rows(names: list[str], count: int, single: int) -> Iterator[str]:
    ratios = []
    yield f"{'':9} {'ulp':>6} {'NumPy':>6}  {'ns':>5} {'NumPy':>5}"
    for name in names:
        f = FUNCTIONS[name]
        mpmath.mp.prec = PRECISION if f.high > 1e300 and f.low < -1e300 else 200
        xs = arguments(name, f, count, np.random.default_rng(0))
        with np.errstate(all="ignore"):
            off, where = worst(f, xs, compiled(name, *xs)(xs)[0])
            some = tuple(x[::10] for x in xs)
            other = None if f.peer is None else worst(f, some, f.peer(*some))[0]
        ours, theirs = speed(name, f)
        ratios += [] if theirs is None else [theirs / ours]
        shown = [f"{name:9} {off:6.3f} {'-' if other is None else f'{other:.3f}':>6}"]
        shown.append(f"{ours:5.2f} {'-' if theirs is None else f'{theirs:.2f}':>5}")
        shown.append(f"worst at {where!r}")
        if single and f.count == 1:
            shown.append(f"float32: {every_float32(name, single)} differ")
        yield "  ".join(shown)
    if ratios:
        yield f"NumPy takes {np.median(ratios):.2f} times as long in the median"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("points", type=int, nargs="?", default=200_000)
    parser.add_argument("names", nargs="*", default=list(FUNCTIONS))
    parser.add_argument("--float32", type=int, default=0, help="1: every value, 8: an eighth")
    options = parser.parse_args()
    pin()
    for row in rows(options.names, options.points, options.float32):
        print(row, flush=True)


if __name__ == "__main__":
    main()
