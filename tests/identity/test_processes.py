"""Every case as tensors and arrays, float64 and float32: eager, compiled, and from disk in a new process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograph_lite.call.verify import Outcome
from tests.identity.check import answer
from tests.identity.observe import PARTS, VARIANTS, digest, part_of_bank

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


def run(folder: Path, part: int, alone: bool) -> Any:
    """What a part of the bank gave in a process with this cache folder; beside eager execution, or alone."""
    return answer(folder, "tests.identity.observe", str(part), "0", str(int(alone)))


@pytest.mark.parametrize("part", range(PARTS))
def test_cold_then_from_disk(part: int, tmp_path: Path) -> None:
    cold, warm = (run(tmp_path / "kernels", part, alone) for alone in (False, True))
    cases = part_of_bank(part)
    names = {program.__name__ for _, (program, *_) in cases}
    assert cold["compiled"] > len(cases), "the first process compiles"
    assert warm["compiled"] == 0, "the second one finds everything"
    assert cold["observed"] == warm["observed"]
    refused: dict[str, set[str]] = {words: set() for words in REFUSED}
    for name, mode, _, difference in cold["observed"]:
        said = next((words for words in REFUSED if words in difference), None)
        if mode == "refused" and said:
            refused[said].add(name.split()[1])
        else:
            assert not difference, f"{name}, eager and {mode}: {difference}"
    assert refused == {words: programs & names for words, programs in REFUSED.items()}
    assert len({name for name, *_ in cold["observed"]}) == len(cases) * len(VARIANTS)


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
