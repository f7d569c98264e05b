"""The yardsticks themselves: hand-written adjoints against finite differences, rows by example."""

import numpy as np
import pytest

from benchmarks import by_hand
from benchmarks.harness import Row, amount, compare


@pytest.mark.parametrize("made", [by_hand.recurrence, by_hand.appended])
def test_the_adjoint_by_hand_is_a_gradient(made):
    value_and_grad = made()
    u, a, step = np.random.default_rng(0).uniform(-0.1, 0.1, 50), 0.9, 1e-6
    _, gu, ga = value_and_grad(u, a)
    for t in (0, 5, 49):
        nudge = np.zeros(50)
        nudge[t] = step
        up, down = value_and_grad(u + nudge, a)[0], value_and_grad(u - nudge, a)[0]
        # central differences: truncation 1e-12, rounding of the sum 1e-16 / 1e-6
        assert gu[t] == pytest.approx((up - down) / (2 * step), rel=1e-6, abs=1e-8)
    up, down = value_and_grad(u, a + step)[0], value_and_grad(u, a - step)[0]
    assert ga == pytest.approx((up - down) / (2 * step), rel=1e-6)


def test_the_loop_by_hand_ends_where_the_tutorial_ends():
    numbers = map(np.float32, (0.0, 1.0, -2.0, 1.0, 0.01))
    value, x = by_hand.minimum_loop()(*numbers, 1000)
    assert value == 0.0
    assert f"{x:.9g}" == "0.999998569"


def test_a_row_judges_its_bounds():
    assert Row("", 1.0, "peer", 1.0, most_ratio=1.3).good
    assert not Row("", 1.4, "peer", 1.0, most_ratio=1.3).good
    assert not Row("", 2.0, most=1.0).good
    assert "not measured" in str(Row("", 2.0, "peer", None, most_ratio=1.3))
    assert amount(2.31e-6, "s") == "2.31 us"
    assert amount(9.1e6, "B") == "9.1 MB"


def test_compare_tells_fast_from_slow():
    fast, slow = compare(lambda: sum(range(10)), lambda: sum(range(10_000)))
    assert fast < slow
