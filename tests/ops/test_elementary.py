"""Elementary functions at special values, far arguments, and as one element of a vector."""

import numpy as np
import pytest
import scipy.special

import autograph_lite as ag
import autograph_lite.api
from autograph_lite import pipeline
from autograph_lite.call.verify import canonical
from autograph_lite.ops import OPS
from autograph_lite.ops.elementary import OURS

SPECIAL = np.array(
    [
        *(0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, -1e-310, 1e-20, -1e-9, 0.5, -0.5),
        *(1.0, -1.0, 1.5, -2.0, 2.5, 3.0, -3.0, 36.5, -37.0, 40.0, -41.0, 100.0, -100.0),
        *(700.0, -700.0, 708.5, -708.5, 709.7, 709.9, 710.4, -710.4, 710.5, -710.5, 711.0),
        *(745.0, -745.1, -745.2, -746.0, 1023.9, 1024.0, -1074.0, -1075.0, -1076.0),
        *(1e10, -1e10, 1e17, -1e18, 1e22, 1e300, -1e300, 1.7e308, -1.7e308),
        *(2.0**53, 2.0**53 + 2, -(2.0**53) - 2, -(2.0**52) - 1, 2**0.5, 0.5**0.5),
        *(np.inf, -np.inf, np.nan),
    ]
)
REFERENCES = {
    "expit": lambda x: 1 / (1 + np.exp(-x.astype(np.longdouble))),
    "softplus": lambda x: np.logaddexp(0, x),
    "erf": scipy.special.erf,
}
ONE = "exp exp2 expm1 log log1p log2 log10 sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh \
arccosh arctanh cbrt expit softplus erf".split()
TWO = "arctan2 hypot power".split()


def arguments(name):
    if name in ONE:
        return (SPECIAL,)
    return tuple(np.ravel(x).copy() for x in np.meshgrid(SPECIAL, SPECIAL, indexing="ij"))


def computed(name, *xs):
    return pipeline.evaluator(OPS[name], {}, xs)(xs)[0]


@pytest.mark.parametrize("name", ONE + TWO)
def test_at_special_values(name):
    xs = arguments(name)
    got = computed(name, *xs)
    with np.errstate(all="ignore"):
        want = (REFERENCES.get(name) or getattr(np, name))(*xs).astype("float64")
        near = np.abs(got - want) <= 3 * np.maximum(np.spacing(np.abs(want)), 5e-324)
    alike = (got == want) & (np.signbit(got) == np.signbit(want))
    right = alike | near & (want != 0) | np.isnan(got) & np.isnan(want)
    assert np.all(right), [(*(x[i] for x in xs), got[i], want[i]) for i in np.flatnonzero(~right)]


@pytest.mark.parametrize("name", ONE + TWO)
def test_an_element_has_the_bits_that_it_has_alone(name):
    xs = arguments(name)
    got = computed(name, *xs)
    for i in range(0, len(xs[0]), 1 if name in ONE else 5):
        assert canonical(computed(name, *(x[i] for x in xs))) == canonical(got[i])


def test_what_is_exact_is_exact():
    n = np.arange(-1074.0, 1024.0)
    powers = np.ldexp(1.0, n.astype("int32"))
    assert np.array_equal(computed("exp2", n), powers)
    assert np.array_equal(computed("log2", powers), n)
    k = np.arange(-1000.0, 1000.0)
    assert np.array_equal(computed("cbrt", k**3), k)
    whole = np.arange(1.0, 60.0)
    assert np.array_equal(computed("power", whole, np.full(59, 3.0)), whole**3)
    assert np.array_equal(computed("hypot", 3 * k, 4 * k), np.abs(5 * k))


def test_a_known_power_is_a_product():
    """In a loop over elements too, where a choice between values computes both."""
    known = ag.function(lambda x: np.sum(x**2 * x**3))
    of_the_run = ag.function(lambda x, n: np.sum(x**n))
    assert "pow(" not in known.kernel_source(ag.constant(SPECIAL))
    assert "pow(" in of_the_run.kernel_source(ag.constant(SPECIAL), 2)


def test_the_table_has_no_function_that_no_op_uses():
    texts = [str(getattr(op.body, "text", "")) for op in OPS.values()]
    unused = [w for w in OURS if w != "pow" and not any(f"{w}(" in text for text in texts)]
    assert not unused
