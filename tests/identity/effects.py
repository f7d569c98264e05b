"""Random programs that change variables and tensors of the caller, print, and perhaps fault.

Their indices are in range or not, as the arguments say; what is left has to be what eager execution
leaves, under a tape too.  `python -m tests.identity.effects FIRST COUNT` checks more of them.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import numpy as np

import autograph_lite as ag
from autograph_lite.call.verify import modes, outcome
from autograph_lite.errors import AutographError
from tests.identity.check import load

HEAD = """import numpy as np
import autograph_lite as ag

S, N = ag.Variable(0.5, dtype="float64"), ag.Variable(1, dtype="int64")
A, B = ag.Variable(np.array([0.5, -1.0, 2.0])), ag.Variable(np.array([1.0, 0.25, -2.0]))
T, Q = ag.constant(np.array([0.1, 0.2, 0.3])), ag.constant(np.arange(6.0).reshape(2, 3))


def program(x, u, k, n):
    s = 0.1
    t = x * 1.0
    w = "nothing"
"""
SCALARS = "S u[0] s A[1] x[2] T[0] 0.5 np.sum(A) np.sum(x)*0.1 t[1] Q[1,2] np.sin(s) B[0]".split()
VECTORS = (
    "A B x T t u[:3] A*0.5 np.sin(B) x+A t*B Q[1] Q[0]+A A[::-1] T*2.0+B x*T-t np.ones_like(x)"
).split()
CONDITIONS = ("s > 0.0", "S > 0.5", "A[0] > 0.0", "N > 3", "x[0] < T[1]")
SIMPLE = (
    "S.assign({scalar} * 0.5)",
    "S.assign_add({scalar})",
    "N.assign_add(2)",
    "A.assign({vector})",
    "B.assign({vector})",
    "B.assign_sub({vector})",
    "x[{index}] = {scalar}",
    "T[{index}] = {scalar}",
    "Q[1] = {vector}",
    "x[1:] = ({vector})[1:]",
    "t = {vector} * 1.0",
    "t = A.read_value()",
    "t[{index}] = {scalar}",
    "s = s * 0.5 + u[{fault}]",
    "s = s * 0.5 + u[{fault}]",
    "s = s + {scalar}",
    "ag.print(S, A, x, N, T)",
    "print({scalar}, {vector}, f'{{s:.3f}} {{x!r}} {{N:03d}} {{S}}')",
    "w = f'{{ {scalar} :.2e}} {{ {vector} }}'",
    "print(w)",
    "if {condition}: w = f'{{ {scalar} }}'",
    "if {condition}: raise ValueError(f'{{s}} {{A}}', x, w)",
    "assert s < 2.0 or {condition}, w",
)
INPUTS = ((1, 2), (4, 5), (2, 4))
"""k and n: no fault, a fault at once or in a loop, a fault in a later step."""


class Writer:
    """The statements of one program."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.loops = 0

    def program(self) -> str:
        lines = [line for _ in range(self.rng.randint(3, 7)) for line in self.statement(3, [])]
        return HEAD + "".join(f"    {line}\n" for line in [*lines, "return s, t, w"])

    def statement(self, depth: int, counters: list[str]) -> list[str]:
        kind = self.rng.random()
        if not depth or kind < 0.8:
            return [self.simple(counters)]
        if kind < 0.87:
            lines = [f"if {self.rng.choice(CONDITIONS)}:", *self.block(depth, counters)]
            return lines + (["else:", *self.block(depth, counters)] if kind < 0.84 else [])
        self.loops += 1
        k = f"i{self.loops}"
        inside = self.block(depth, [*counters, k])
        if kind < 0.92:
            return [f"{k} = 0", f"while {k} < n:", *inside, f"    {k} = {k} + 1"]
        leave = ["    if S > 3.0:", "        break"] if kind > 0.98 else []
        return [f"for {k} in range(n):", *inside, *leave]

    def block(self, depth: int, counters: list[str]) -> list[str]:
        count = self.rng.randint(1, 4)
        lines = [line for _ in range(count) for line in self.statement(depth - 1, counters)]
        return [f"    {line}" for line in lines]

    def simple(self, counters: list[str]) -> str:
        choose = self.rng.choice
        return choose(SIMPLE).format(
            scalar=choose(SCALARS),
            vector=choose(VECTORS),
            condition=choose(CONDITIONS),
            index=choose(["0", "1", "2", *(f"{k} % 3" for k in counters)]),
            fault=choose([*counters, "k"]),
        )


REFUSED = "it is refused"


def difference(text: str, folder: Path) -> str | None:
    """The first difference between the modes, if there is one; or `REFUSED`."""
    program = load(text, folder).program
    x, u = ag.constant(np.array([1.0, -2.0, 0.5])), ag.constant(np.array([0.3, -0.1, 0.7, 1.1]))
    for k, n in INPUTS:
        f = ag.function(program)
        try:
            f.compile(x, u, k, n)
        except AutographError:
            return REFUSED
        for mode, (run, reference) in modes(f, 1).items():
            want, got = (outcome(one, f, (x, u, k, n)) for one in (reference, run))
            refused = "view is stale" in str(dict(want.parts).get("error"))
            found = None if refused else want.difference(got)
            if found is not None and mode != "compiled with its gradient":
                return f"k = {k}, n = {n}, {mode}: {found}"
    return None


def main(first: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            text = Writer(seed).program()
            found = difference(text, Path(folder))
            if found not in (None, REFUSED):
                sys.exit(f"{text}\nprogram {seed}: {found}")
    print(f"{count} programs leave the same")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
