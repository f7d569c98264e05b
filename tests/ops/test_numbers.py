"""Python numbers in compiled code against Python: an int beside a float, and quotients of large ints."""

import itertools
import math
import random

import autograph_lite as ag

INTS = [0, 1, -1, 5, 2**53, 2**53 - 1, 2**53 + 1, 2**62 + 1, 2**63 - 1, -(2**53) - 1, -(2**63)]
FLOATS = [
    *(0.0, -0.0, 0.5, -0.5, 5.0, 5e-324, 1e300, math.inf, -math.inf, math.nan),
    *(2.0**53, 2.0**53 + 2, 2.0**62, 2.0**63, -(2.0**63), 2.0**63 - 1024),
]


def test_an_int_and_a_float_compare_exactly():
    @ag.function
    def f(n, x):
        return n < x, n <= x, n > x, n >= x, n == x, n != x, x < n, x <= n, x > n, x == n

    for n, x in itertools.product(INTS, FLOATS):
        assert f(n, x) == f.eager(n, x), (n, x)


def test_a_literal_and_what_the_run_knows_compare_exactly():
    @ag.function
    def f(n, x):
        return n == 9007199254740992.0, n > 0.5, x > 9007199254740993, x < 3

    for n, x in itertools.product(INTS, FLOATS):
        assert f(n, x) == f.eager(n, x), (n, x)


def test_quotients_of_ints_are_rounded_once():
    @ag.function
    def f(n, m):
        return n / m

    rng = random.Random(1)
    drawn = [rng.randrange(-(2**63), 2**63) >> rng.randrange(62) for _ in range(4000)]
    pairs = [*itertools.product(INTS, INTS), *itertools.pairwise(drawn)]
    for n, m in pairs:
        if m:
            assert math.copysign(1, f(n, m)) == math.copysign(1, n / m) and f(n, m) == n / m, (n, m)
