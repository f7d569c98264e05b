"""Every output of every module against `references`, on small inputs: `python -m benchmarks.gradbench.check`.

GradBench accepts 1e-4, absolute below 1, and a NaN; here an element may be 1e-9 of itself away, plus
1e-13 of the largest beside it, which rounding may cost where terms cancel.  A NaN never passes.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.harness import amount

from . import references
from .protocol import MODULES, Json, functions

RELATIVE, ROUNDING = 1e-9, 1e-13


def mismatches(expected: Any, found: Json, where: str = "output") -> Iterator[str]:
    """What differs in keys, shapes, integers or numbers."""
    if isinstance(expected, dict):
        if not isinstance(found, dict) or set(found) != set(expected):
            yield f"{where}: not the keys {sorted(expected)}"
            return
        for key, part in expected.items():
            yield from mismatches(part, found[key], f"{where}.{key}")
        return
    wanted, got = np.asarray(expected), np.asarray(found)
    if got.shape != wanted.shape or got.dtype.kind not in "if":
        yield f"{where}: {got.dtype} of shape {got.shape} instead of numbers of shape {wanted.shape}"
        return
    if wanted.dtype.kind == "i":
        good = got == wanted
    else:
        most = np.max(np.abs(wanted), initial=0.0)
        good = np.abs(got - wanted) <= RELATIVE * np.abs(wanted) + ROUNDING * most
    for at in np.argwhere(~good):
        yield f"{where}{list(map(int, at))}: {got[tuple(at)]!r} instead of {wanted[tuple(at)]!r}"


def hand(random: np.random.Generator, bones: int, vertices: int, points: int, on: str) -> Json:
    """A model of no hand in particular, and points `on` its "vertices" or its "triangles"."""
    chain = random.normal(size=(2, bones, 4, 4))
    chain[:, :, 3] = [0.0, 0.0, 0.0, 1.0]
    triangles = random.integers(0, vertices, (9, 3))
    home = np.concatenate([random.normal(size=(vertices, 3)), np.ones((vertices, 1))], axis=1)
    model = {
        "bone_count": bones,
        "bone_names": [f"bone{i}" for i in range(bones)],
        "parents": [-1, *[int(random.integers(0, i)) for i in range(1, bones)]],
        "base_relatives": chain[0].tolist(),
        "inverse_base_absolutes": chain[1].tolist(),
        "base_positions": home.tolist(),
        "weights": random.uniform(size=(vertices, bones)).tolist(),
        "triangles": triangles.tolist(),
        "is_mirrored": on == "vertices",
    }
    matched = random.integers(0, vertices if on == "vertices" else len(triangles), points)
    data = {"model": model, "correspondences": matched.tolist()}
    data["points"] = random.normal(size=(points, 3)).tolist()
    us = random.uniform(size=(points, 2)) if on == "triangles" else np.zeros(0)
    return {"theta": random.normal(size=26).tolist(), "data": data, "us": us.tolist()}


def mixture(random: np.random.Generator, d: int, k: int, n: int, m: int, gamma: float) -> Json:
    shapes = {"alpha": (k,), "mu": (k, d), "q": (k, d), "l": (k, d * (d - 1) // 2), "x": (n, d)}
    drawn = {name: random.normal(size=shape).tolist() for name, shape in shapes.items()}
    return {"d": d, "k": k, "n": n, "m": m, "gamma": gamma, **drawn}


def network(random: np.random.Generator, layers: int, b: int, c: int) -> Json:
    shapes = {"main_params": (2 * layers, 4 * b), "extra_params": (3, b), "state": (2 * layers, b)}
    drawn = {name: random.uniform(size=shape).tolist() for name, shape in shapes.items()}
    return drawn | {"sequence": random.integers(0, 2, (c, b)).astype(float).tolist()}


def scene(random: np.random.Generator, n: int, m: int, p: int, turned: float) -> Json:
    """`turned` is how far the camera is: 0 takes the other branch of Rodrigues' formula."""
    cam = random.normal(size=11) * np.array([turned] * 3 + [1.0] * 8)
    drawn = {"cam": cam.tolist(), "x": random.normal(size=3).tolist()}
    return {"n": n, "m": m, "p": p, **drawn, "w": 0.7, "feat": random.normal(size=2).tolist()}


def clusters(random: np.random.Generator, k: int, n: int, d: int) -> Json:
    points = random.uniform(size=(n, d)).tolist()
    return {"points": points, "centroids": points[-k:]}


def cases(module: str) -> list[Json]:
    """Small inputs of a module, the smallest possible ones among them."""
    random = np.random.default_rng(7)
    vector = lambda n: random.uniform(size=n).tolist()  # noqa: E731
    match module:
        case "hello":
            return [3.0, -0.5]
        case "lse":
            return [{"x": x} for x in (vector(1), vector(37), [1000.0, 999.0, -1000.0])]
        case "llsq":
            return [{"x": vector(m), "n": n} for m, n in ((1, 2), (5, 9), (128, 16))]
        case "ode":
            return [{"x": vector(n), "s": s} for n, s in ((1, 1), (2, 3), (9, 4))]
        case "gmm":
            return [mixture(random, *sizes) for sizes in ((1, 1, 2, 0, 1.0), (3, 4, 6, 2, 1.3))]
        case "kmeans":
            return [clusters(random, *sizes) for sizes in ((1, 4, 1), (3, 20, 4), (5, 5, 2))]
        case "lstm":
            return [network(random, *sizes) for sizes in ((1, 1, 2), (2, 3, 6))]
        case "det":
            return [{"A": vector(n * n), "ell": n} for n in (1, 2, 5)]
        case "ba":
            return [
                scene(random, *sizes) for sizes in ((1, 1, 1, 1.0), (2, 3, 7, 1.0), (2, 3, 4, 0.0))
            ]
        case "ht":
            return [hand(random, 22, 11, 5, on) for on in ("vertices", "triangles")]
        case "particle":
            return [{"w": w} for w in (0.0, 0.1)]
        case _:
            return [{"start": start} for start in ([1.0, 1.0], [0.5, -0.7])]


def check(module: str) -> Iterator[tuple[str, list[str], list[int]]]:
    """The name of each function on each input, what is wrong there, and nanoseconds of its runs."""
    for number, given in enumerate(cases(module)):
        expected = references.REFERENCES[module](given)
        more = {"min_runs": 5, "min_seconds": 0.0}
        for name, function in functions(module).items():
            evaluated = function.evaluate(given | more if isinstance(given, dict) else given)
            spent = [timing["nanoseconds"] for timing in evaluated["timings"]]
            wrong = list(mismatches(expected[name], evaluated["output"]))
            yield f"{module} {name} {number}", wrong, spent


def main(modules: list[str]) -> int:
    failed = 0
    for module in modules or MODULES:
        for name, wrong, spent in check(module):
            first, steady = amount(spent[0] * 1e-9, "s"), statistics.median(spent[1:] or spent)
            verdict = "; ".join(wrong[:3]) or "ok"
            print(
                f"{name:22} first {first:>8}  then {amount(steady * 1e-9, 's'):>8}  {verdict}",
                flush=True,
            )
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
