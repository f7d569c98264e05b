"""Random programs, eager against compiled, byte for byte: `python -m tests.identity.fuzz 3000`.

Prints what the programs covered.  A program that differs is made smaller and printed as a script;
the exit status is then 1.  `--plant NAME` breaks a rule of the library first and expects to find it.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from queue import SimpleQueue

from tests.identity.check import Server, Verdict
from tests.identity.generate import generate
from tests.identity.program import Program, smaller, source

SLOWEST = 3
"""How many programs are named for the time that they took."""


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on the program of one seed, and the seconds that it took."""

    seed: int
    program: Program
    constructs: tuple[str, ...]
    verdict: Verdict
    seconds: float


class Servers:
    """Two processes, lent to whoever asks."""

    def __init__(self, count: int, planted: str = "") -> None:
        self.all = [Server(planted) for _ in range(count)]
        self.free: SimpleQueue[Server] = SimpleQueue()
        for server in self.all:
            self.free.put(server)

    def ask(self, program: Program) -> Verdict:
        server = self.free.get()
        try:
            return server.ask(source(program))
        finally:
            self.free.put(server)

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *error: object) -> None:
        for server in self.all:
            server.stop()


def examine(servers: Servers, seed: int) -> Result:
    program, constructs = generate(seed)
    begun = time.monotonic()
    verdict = servers.ask(program)
    return Result(seed, program, tuple(constructs), verdict, time.monotonic() - begun)


def shrink(servers: Servers, program: Program, verdict: Verdict, seconds: float) -> Program:
    """The smallest program found in the time that fails in the same way."""
    end = time.monotonic() + seconds
    found = True
    while found:
        found = False
        for less in smaller(program):
            if time.monotonic() > end:
                return program
            if servers.ask(less).alike == verdict.alike:
                program, found = less, True
                break
    return program


def run(seeds: Iterable[int], servers: Servers) -> Iterable[Result]:
    """As they are done: a program that takes long does not keep back what is known of others."""
    pool = ThreadPoolExecutor(len(servers.all))
    try:
        for done in as_completed([pool.submit(examine, servers, seed) for seed in seeds]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def coverage(results: list[Result]) -> str:
    """How many programs held each construct, which took longest, and what was refused and why."""
    held = Counter(c for r in results for c in set(r.constructs))
    kinds = Counter(r.verdict.kind for r in results)
    refused = Counter(r.verdict.detail for r in results if r.verdict.kind == "refused")
    raised = Counter(r.verdict.detail for r in results if r.verdict.kind == "raised")
    rows = [f"{len(results)} programs: " + ", ".join(f"{n} {k}" for k, n in kinds.most_common())]
    slow = sorted(results, key=lambda r: -r.seconds)[:SLOWEST]
    rows += [f"  slowest: seed {r.seed}, {r.seconds:.0f} s" for r in slow]
    rows += [f"  {n:5d} with {c}" for c, n in held.most_common()]
    rows += [f"  {n:5d} refused: {c}" for c, n in refused.most_common(12)]
    return "\n".join(rows + [f"  {n:5d} raised: {c}" for c, n in raised.most_common(12)])


def report(servers: Servers, result: Result, seconds: float) -> str:
    small = shrink(servers, result.program, result.verdict, seconds)
    found = servers.ask(small)
    title = f"# seed {result.seed}: {found.kind} {found.mode}: {found.detail}"
    return f"{'-' * 80}\n{title}\n{source(small)}"


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, help="the first seed; random without it")
    parser.add_argument("--plant", default="", help="break a rule first; then 0 means found")
    parser.add_argument("--shrink", type=int, default=3, help="failures to make smaller")
    parser.add_argument("--seconds", type=float, default=60.0, help="for making one smaller")
    return parser.parse_args()


def main() -> int:
    options = parsed()
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(10**9)
    print(f"seeds {first} to {first + options.count - 1}", flush=True)
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("AUTOGRAPH_LITE_CACHE", cache)
        with Servers(min(2, os.cpu_count() or 1), options.plant) as servers:
            return examine_all(options, first, servers)


def examine_all(options: argparse.Namespace, first: int, servers: Servers) -> int:
    results, bad = [], []
    for result in run(range(first, first + options.count), servers):
        results.append(result)
        if len(results) % 250 == 0:
            print(f"{len(results)} programs, {len(bad)} bad", flush=True)
        if result.verdict.bad:
            bad.append(result)
            v = result.verdict
            print(f"seed {result.seed}: {v.kind} {v.mode}: {v.detail}", flush=True)
            if options.plant and v.kind == "differs":
                break
    print(coverage(results))
    for result in bad[: options.shrink]:
        print(report(servers, result, options.seconds), flush=True)
    if options.plant:  # what only broke the library has not been found by its bits
        found = any(result.verdict.kind == "differs" for result in bad)
        print(f"{options.plant}: {'found' if found else 'NOT FOUND'}")
        return 0 if found else 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
