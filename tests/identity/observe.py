"""Every case of the bank in this process: what each way of running it gave, as digests.

Run twice with one cache folder, `python -m tests.identity.observe 0` compiles first and then only reads
what is on disk; a test compares the two.  The number is the part of the bank, of `PARTS`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.call.verify import AGAIN, Eager, Outcome, canonical, described, modes, outcome
from autograph_lite.errors import AutographError
from autograph_lite.nests import rebuild
from autograph_lite.tensors.boxes import Box
from autograph_lite_runtime import load
from tests.identity import (
    becomes,
    found,
    from_lists,
    growing,
    kept,
    meeting,
    narrowed,
    passed_on,
    programs,
    watched,
)
from tests.identity.levels import as_they_stand

_BANKS = (becomes, from_lists, growing, kept, meeting, narrowed, passed_on, watched)
_NAMES = {
    "a_line_of_constant_length",
    "a_number_among_tensors",
    "a_tape_inside",
    "along_a_path",
    "among_tensors",
    "an_inner_while",
    "backwards",
    "backwards_in_steps",
    "beside_a_number_that_becomes_an_array",
    "beside_objects",
    "bound_by_the_body_too",
    "branches_in_loops",
    "branches_inside",
    "by_return",
    "changes_a_list",
    "duals",
    "folds_generators",
    "followed_beside_another",
    "gradient_of_a_tangent",
    "gradient_of_all",
    "in_a_helper",
    "in_a_loop_in_an_arm",
    "in_both_directions",
    "in_branches",
    "in_for",
    "in_loops",
    "in_while",
    "in_while_with_jumps",
    "links_both_ways",
    "maps",
    "matrices",
    "nested",
    "numbers_grown_first",
    "of_a_compiled_function",
    "of_a_compiled_one",
    "of_gradients",
    "one_through_a_third",
    "passes_in_steps",
    "picks_by_key",
    "raises_deep_inside",
    "repeated",
    "squared_in_one_step",
    "squares_in_inner_loop",
    "stated_in_lanes",
    "stated_in_steps",
    "stated_of_nests",
    "tangent_of_a_gradient",
    "tangent_of_a_tangent",
    "tangents",
    "text_of_a_step",
    "the_list_of_the_arm",
    "under_a_tape",
}
LONG = {program for bank in _BANKS for program, _ in bank.CASES}
LONG |= {program for program, _ in programs.CASES + found.CASES if program.__name__ in _NAMES}
"""Of which second derivatives take long to compile; `test_programs` has them."""

BANK = [
    *(
        (program, arguments, 1 if program in LONG else 2)
        for program, arguments in programs.CASES + found.CASES
    ),
    *((program, arguments, 1) for program, arguments in found.FIRST_ORDER),
    *((program, arguments, 0) for program, arguments in programs.VALUES_ONLY + found.VALUES_ONLY),
]
"""Programs, arguments, and how often each is differentiated."""
PARTS = 4


def part_of_bank(part: int) -> list[tuple[int, tuple[Any, ...]]]:
    """The cases of every fourth program, with their numbers."""
    names = dict.fromkeys(program.__name__ for program, *_ in BANK)
    mine = {name for i, name in enumerate(names) if i % PARTS == part}
    return [(n, case) for n, case in enumerate(BANK) if case[0].__name__ in mine]


def float32(leaf: Any) -> Any:
    """Tensors in single precision; the integers and bools among them as they are."""
    return ag.cast(leaf, "float32") if isinstance(leaf, Box) and leaf.dtype.kind == "f" else leaf


def plain(leaf: Any) -> Any:
    return np.asarray(leaf.numpy()) if isinstance(leaf, Box) else leaf


TENSORS = "tensors"
VARIANTS: dict[str, tuple[Callable[[Any], Any], ...]] = {
    TENSORS: (),
    "arrays": (plain,),
    "float32 tensors": (float32,),
    "float32 arrays": (float32, plain),
}


class Cases:
    """The functions of the bank, each made once: other numbers need no other kernel."""

    def __init__(self) -> None:
        self._runs: dict[Any, Any] = {}

    def runs(self, program: Callable[..., Any], order: int) -> tuple[Any, dict[str, Any]]:
        if (program, order) not in self._runs:
            f = ag.function(program)
            # the kernels of one way are like those of another; test_programs has both
            runs = {mode: both for mode, both in modes(f, order).items() if mode != AGAIN}
            self._runs[program, order] = f, runs
        return self._runs[program, order]


def observe(part: int, alone: bool = False) -> Iterator[tuple[str, str, str, str, bool]]:
    """Name of a case, the way it ran, the digest of what it gave, what differs from eager, and whether it ended
    in an error; `alone`: it is known already what eager gives."""
    cases = Cases()
    for number, (program, arguments, most) in part_of_bank(part):
        for variant, changes in VARIANTS.items():
            given = arguments
            for change in changes:
                given = rebuild(given, change)
            order = most - (float32 in changes and most > 0)  # the kernels take most of the time
            # the gradients of arrays are those of the tensors which they become
            f, runs = cases.runs(program, 0 if plain in changes else order)
            name = f"{number} {program.__name__} of {variant}"
            try:
                f.compile(*given)  # now its variables are known
            except AutographError as error:
                yield name, "refused", "", ": ".join(described(error)), True
                continue
            eager = Eager(f)
            for mode, (run, reference) in runs.items():
                want = None if alone else eager.outcome(reference, given)
                got = outcome(run, f, given)
                difference = (want and want.difference(got)) or ""
                yield name, mode, digest(got), difference, "error" in dict(got.parts)


def digest(found: Outcome) -> str:
    """SHA-256 of names, types and bytes, all NaNs being equal."""
    sha = hashlib.sha256()
    for name, value in found.parts:
        is_array = isinstance(value, np.ndarray | np.generic)
        text = f"{value.dtype} {value.shape}" if is_array else f"{type(value).__name__} {value!r}"
        sha.update(f"{name} {text}\n".encode())
        sha.update(canonical(value) if is_array else b"")
    return sha.hexdigest()


def main(part: int, alone: int = 0) -> None:
    compiled = []
    emit = load.object_code

    def counted(ir: str, level: load.Level) -> bytes:
        compiled.append(ir)
        return emit(ir, level)

    load.object_code = counted
    with pytest.MonkeyPatch.context() as patch:
        as_they_stand(patch)
        observed = list(observe(part, bool(alone)))
    json.dump({"observed": observed, "compiled": len(compiled)}, sys.stdout)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
