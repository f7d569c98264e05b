"""Every case as tensors and arrays, float64 and float32: eager, compiled, and from disk in a new process."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograph_lite.call.verify import Outcome
from tests.identity import (
    asked,
    deletes,
    guarded,
    hosted,
    narrowed,
    none_or_number,
    none_or_tuple,
    positions,
    scalars,
    stays_bound,
    surely_there,
    told,
    walrus,
)
from tests.identity.check import answer
from tests.identity.observe import BANK, PARTS, TENSORS, VARIANTS, digest, part_of_bank

REFUSED = {
    "writes into an ndarray argument": {
        "rows_of_a_written_array",
        "writes_its_argument",
        "two_names_until_one_is_bound_anew",
        "two_relations_of_one_state",
        "source_bound_anew_in_one_branch",
        "writes_rows",
        "defined_then_handed_on",
        "made_before",
        "after_writes",
        "before_it_is_written",
        "the_arguments_own",
        "its_argument",
    },
    "is a float32 tensor": {
        "backwards_in_steps",
        "rows_of_a_rebound_name",
        "reads_a_variable_in_a_loop",
        "assigns_in_a_loop",
        "inner_gradients",
        "stops",
        "tensor_or_number",
        "squares",
        "in_one_arm",
        "used_after",
        "by_the_run",
        "by_the_run_of_made",
        "by_two",
        "in_a_loop",
        "transition",
        "counted_numbers",
        "by_labels",
        "over_what_numpy_makes",
        "numbers_backwards",
        "numbers_from_the_host",
        "rows_with_rows",
        "in_functions_of_numpy",
        "rows_in_a_while",
        "rows_in_a_helper",
        "rows_of_other_dtypes",
        "a_variable_is_one_of_its_reads",
        *("written", "matrices", "nests", "with_a_variable", "linearized"),
    },
    "of this condition and a float32 tensor": {
        "numbers",
        "assigned_in_steps",
        "begins_as_a_float",
        "tensor_or_scalar",
        "over_numbers_alone",
        "orbit",
        "goes_back_to_it",
    },
    "cannot assign float32 to variable 'speed' of dtype float64": {"assigns_and_reads"},
}
"""Programs that are not for arrays, or not for single precision, by what is said of them."""

RAISES = {
    "unpacks_too_few": 1,
    "pops_where_it_gets_there": 1,
    "unpacks_too_many": 1,
    "adds_for_nothing": 1,
    "multiplies_for_nothing": 1,
    "writes_for_nothing": 1,
    "joins_for_nothing": 1,
    "asks_for_nothing": 1,
    "extreme_of_nothing": 1,
    "defined_in_one_arm": 1,
    "out_of_range": 2,
    "reads_and_forgets": 1,
    "sums_rows": 1,
    "picks_the_first": 1,
    "tensor_or_none": 1,
    "negative_powers": 1,
    "of_one_length": 3,
    "picks_of_none": 4,
    **walrus.RAISES,
    **deletes.RAISES,
    **guarded.RAISES,
    "asked_for_an_element": 1,
    "lists_of_some_runs": 1,
    "without_a_match": 1,
    "defined_by_a_call": 1,
    "faults_in_a_step": 1,
    "faults_between": 1,
    **told.RAISES,
    **scalars.RAISES,
    **hosted.RAISES,
    **asked.RAISES,
    **positions.RAISES,
    **stays_bound.RAISES,
    **surely_there.RAISES,
    **none_or_number.RAISES,
    **none_or_tuple.RAISES,
    **narrowed.RAISES,
}
"""How many cases of a program raise; any other that did so in both modes would agree unseen."""


def run(folder: Path, part: int, alone: bool) -> Any:
    """What a part of the bank gave in a process with this cache folder; beside eager execution, or alone."""
    return answer(folder, "tests.identity.observe", str(part), str(int(alone)))


@pytest.mark.parametrize("part", range(PARTS))
def test_cold_then_from_disk(part: int, tmp_path: Path) -> None:
    cold, warm = (run(tmp_path / "kernels", part, alone) for alone in (False, True))
    cases = part_of_bank(part)
    names = {program.__name__ for _, (program, *_) in cases}
    assert cold["compiled"] > len(cases), "the first process compiles"
    assert warm["compiled"] == 0, "the second one finds everything"
    assert cold["observed"] == warm["observed"]
    refused: dict[str, set[str]] = {words: set() for words in REFUSED}
    for name, mode, _, difference, _ in cold["observed"]:
        said = next((words for words in REFUSED if words in difference), None)
        if mode == "refused" and said:
            refused[said].add(name.split()[1])
        else:
            assert not difference, f"{name}, eager and {mode}: {difference}"
    assert refused == {words: programs & names for words, programs in REFUSED.items()}
    assert raised_in(cold["observed"]) == {n: RAISES[n] for n in names & RAISES.keys()}
    assert len({name for name, *_ in cold["observed"]}) == len(cases) * len(VARIANTS)


def raised_in(observed: list[tuple[str, str, str, str, bool]]) -> Counter[str]:
    """How many cases of each program, as tensors, ended in an error in some mode."""
    cases = {name for name, *_, raised in observed if raised}
    return Counter(name.split()[1] for name in cases if name.endswith(f" of {TENSORS}"))


def test_what_is_meant_to_raise_is_in_the_bank() -> None:
    assert RAISES.keys() <= {program.__name__ for program, *_ in BANK}


def test_a_digest_tells_bits_dtypes_and_classes_apart() -> None:
    alike = [np.array([1.0, np.nan]), np.array([1.0, -np.nan])]
    assert len({digest(Outcome((("result", x),))) for x in alike}) == 1
    different = [
        0.0,
        -0.0,
        0,
        np.float64(0.0),
        np.float64(-0.0),
        np.float32(0.0),
        np.zeros(1),
        None,
    ]
    assert len({digest(Outcome((("result", x),))) for x in different}) == len(different)
