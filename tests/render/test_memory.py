"""Where a loop leaves its arrays: no copy that a patient expert would not make."""

from __future__ import annotations

import re

import numpy as np

import autograph_lite as ag
from tests.identity.carried import powers, read_shifted, relaxes, updates_a_matrix

V, M = np.array([0.3, -0.4, 0.8]), np.eye(3)


def loops(program, *arguments):
    """The kernel's loops over steps, as text."""
    text = ag.function(program).kernel_source(*arguments)
    return re.findall(r"(?m)^    for k.*\n((?:        .*\n)*)", text)


def gradient_loops(program, argnums, *arguments):
    return loops(lambda *given: ag.grad(_summed(program), argnums)(*given), *arguments)


def _summed(program):
    return lambda *given: np.sum(program(*given))


def over_elements(text):
    return len(re.findall(r"(?m)^        for i", text))


def test_what_no_step_reads_later_is_written_over():
    (forward,) = loops(relaxes, V, 0.1, 4)
    assert "np.empty" not in forward
    assert over_elements(forward) == 1


def test_what_is_saved_is_where_it_was_computed():
    forward, backward = gradient_loops(relaxes, (0, 1), V, 0.1, 4)
    assert forward.count("np.empty") == 1
    assert "kept" not in forward and "[:n" not in forward


def test_the_reverse_of_a_step_is_one_nest():
    """The cotangent of `a` is a sum over elements; that of `v` does not wait for it."""
    _, backward = gradient_loops(relaxes, (0, 1), V, 0.1, 4)
    assert len(re.findall(r"(?m)^        for b", backward)) == 1
    assert over_elements(backward) == 0


def test_what_is_read_after_the_new_value_stays():
    (forward,) = loops(read_shifted, V, 3)
    assert "np.empty" in forward


def test_an_outer_product_is_added_where_the_sum_is():
    """Nine elements in one nest: no array of them beside the matrix itself."""
    (forward,) = loops(updates_a_matrix, M, V, 2)
    assert forward.count("np.empty") == 2  # the vector m @ v, and the eight sums of eight rows
    _, backward = gradient_loops(powers, (0, 1), M, V, 3)
    assert "size" not in backward


def test_extents_that_the_signature_tells_are_not_compared():
    text = "".join(gradient_loops(powers, (0, 1), M, V, 3))
    assert re.findall(r"n\w* != ", text) == []
