"""Functions that state their own derivative: which is taken, in either direction, and what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import ConversionError, GradientError, GraphTypeError, ShapeError

X = np.array([0.5, -2.0, 3.0])


@ag.custom_gradient
def tripled(x):
    """The square, with a derivative that is none of it: three times what arrives."""
    return x * x, lambda g: 3.0 * g


@ag.custom_jvp
def wrong_way(x):
    return x * x


@wrong_way.defjvp
def _backwards(primals, tangents):
    return wrong_way(*primals), -2.0 * primals[0] * tangents[0]


def total(f):
    return lambda x: np.sum(f(x))


MODES = {"eager": lambda f: f, "compiled": ag.function}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_the_stated_derivative_is_the_one_that_is_taken(mode):
    np.testing.assert_array_equal(ag.grad(mode(total(tripled)))(X), np.full(3, 3.0))
    np.testing.assert_array_equal(ag.jvp(mode(tripled), (X,), (X,))[1], 3.0 * X)
    np.testing.assert_array_equal(ag.grad(mode(total(wrong_way)))(X), -2.0 * X)
    np.testing.assert_array_equal(ag.jvp(mode(wrong_way), (X,), (X,))[1], -2.0 * X * X)
    np.testing.assert_array_equal(mode(total(tripled))(ag.constant(X)), np.sum(X * X))


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_second_derivatives_are_those_of_the_rule(mode):
    """Of log(1 + e^x) with the rule of its textbook: sigma (1 - sigma); of the wrong one: -2."""

    @ag.custom_gradient
    def log1pexp(x):
        e = np.exp(x)
        return np.log(1.0 + e), lambda g: g * (1.0 - 1.0 / (1.0 + e))

    def curved(f):
        return ag.grad(mode(lambda x: np.sum(ag.grad(total(f))(x))))

    s = 1.0 / (1.0 + np.exp(-X))
    np.testing.assert_allclose(curved(log1pexp)(X), s * (1.0 - s), rtol=1e-14)
    np.testing.assert_array_equal(curved(wrong_way)(X), np.full(3, -2.0))
    np.testing.assert_array_equal(curved(tripled)(X), np.zeros(3))


def test_what_is_far_stays_finite():
    """The example for which it is there: the derivative of log(1 + e^x) at 1000 is 1, not 0 or NaN."""

    @ag.custom_gradient
    def log1pexp(x):
        e = np.exp(x)
        return np.log(1.0 + e), lambda g: g * (1.0 - 1.0 / (1.0 + e))

    plain = lambda x: np.log(1.0 + np.exp(x))
    for mode in MODES.values():
        assert ag.grad(mode(plain))(1000.0) != 1.0
        assert ag.grad(mode(log1pexp))(1000.0) == 1.0


def test_arguments_that_are_not_differentiated():
    f = ag.custom_vjp(lambda k, x: k * x, nondiff_argnums=(0,))
    f.defvjp(lambda k, x: (k * x, x), lambda k, x, g: (g * k * 10.0,))
    assert ag.grad(f, argnums=1)(2.0, 3.0) == 20.0
    g = ag.custom_jvp(lambda x, n: x**n, nondiff_argnums=(1,))
    g.defjvp(lambda n, primals, tangents: (primals[0] ** n, n * primals[0] * tangents[0]))
    assert ag.grad(lambda x: g(x, 3))(2.0) == 6.0
    assert ag.jvp(lambda x: g(x, 3), (2.0,), (0.5,)) == (8.0, 3.0)


def test_without_a_tape_it_is_the_function():
    seen = []

    @ag.custom_vjp
    def f(x):
        seen.append("f")
        return x * 2.0

    f.defvjp(lambda x: (seen.append("forward"), (x * 2.0, None))[1], lambda r, g: (g,))
    assert f(1.5) == 3.0
    assert seen == ["f"]
    assert ag.grad(f)(1.5) == 1.0
    assert seen == ["f", "forward"]


def stating(rule):
    """A function of two arguments with this pullback."""
    return ag.custom_gradient(lambda x, y: (x * y, rule))


WRONG = {
    "no pair": (
        ag.custom_gradient(lambda x, y: x * y),
        GradientError,
        "returns a Tensor; a custom gradient needs a pair",
    ),
    "one cotangent of two": (stating(lambda g: g), GradientError, "gives 1 cotangents for 2"),
    "another structure": (
        stating(lambda g: ((g, g), None)),
        GradientError,
        "a cotangent that <lambda> states has another structure",
    ),
    "another shape": (
        stating(lambda g: (g[:2], None)),
        ShapeError,
        r"a cotangent that <lambda> states has shape \(2,\) for a argument of shape \(3,\)",
    ),
    "another dtype": (
        stating(lambda g: (ag.cast(g, "float32"), None)),
        GraphTypeError,
        "is float32 for a argument of dtype float64",
    ),
    "no rule": (ag.custom_vjp(lambda x, y: x), GradientError, "has no rule yet"),
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_told(name, mode):
    f, error, text = WRONG[name]
    with pytest.raises(error, match=text):
        ag.grad(mode(lambda x: np.sum(f(x, x))))(X)


def test_a_rule_is_said_once():
    f = ag.custom_jvp(lambda x: x)
    with pytest.raises(GradientError, match="is said with defjvp"):
        f.defjvp(lambda: 0, lambda: 0)
    f.defjvp(lambda primals, tangents: (primals[0], tangents[0]))
    with pytest.raises(GradientError, match="has a rule already"):
        f.defjvp(lambda primals, tangents: (primals[0], tangents[0]))


def test_no_pairs_of_a_rule():
    f = ag.custom_vjp(lambda x: x)
    f.defvjp(lambda x: x, lambda residuals, g: (g,))
    with pytest.raises(GradientError, match="forward of <lambda> returns a Tensor"):
        ag.grad(f)(1.0)
    g = ag.custom_jvp(lambda x: x)
    g.defjvp(lambda primals, tangents: tangents[0])
    with pytest.raises(GradientError, match="the rule of <lambda> returns a Tensor"):
        ag.grad(g)(1.0)


def test_keywords_are_no_tensors():
    f = ag.custom_gradient(lambda x, k=1.0: (x * k, lambda g: g * k))
    assert ag.grad(lambda x: f(x, k=2.0))(3.0) == 2.0
    with pytest.raises(GradientError, match="given a tensor by keyword"):
        ag.grad(lambda x: f(x, k=x))(3.0)


SHARED = ag.Variable(1.0, name="shared by rules")


def printing(g):
    print(g)
    return g


def writing(g):
    SHARED.assign_add(np.sum(g))
    return g


def growing(g):
    rows = []
    for row in g:
        rows.append(row * 2.0)
    return np.stack(rows)


def raising(g):
    raise RuntimeError("it has no derivative")


REFUSED = {"prints or raises": printing, "writes into": writing, "list of tensors": growing}


@pytest.mark.parametrize("text", REFUSED)
def test_rules_that_do_more_are_refused_in_compiled_code(text):
    rule = REFUSED[text]
    f = ag.function(lambda x: np.sum(ag.custom_gradient(lambda z: (z * z, rule))(x)))
    with pytest.raises(ConversionError, match=text):
        ag.grad(f)(X)
    assert SHARED.numpy() == 1.0


def test_a_rule_that_always_raises():
    f = ag.custom_gradient(lambda z: (z * z, raising))
    with pytest.raises(RuntimeError, match="no derivative"):
        ag.grad(total(f))(X)
    with pytest.raises(ConversionError, match="raises in every run"):
        ag.grad(ag.function(lambda x: np.sum(f(x))))(X)


def test_a_number_has_a_tangent_too():
    """By the rule of products for both arguments, of which one may be a number of Python's."""
    product = ag.custom_jvp(lambda x, y: x * y)
    product.defjvp(lambda p, t: (p[0] * p[1], t[0] * p[1] + p[0] * t[1]))
    assert ag.grad(product)(3.0, 2.0) == 2.0 and ag.grad(product)(3.0, 2) == 2.0
    assert ag.grad(product, argnums=(0, 1))(3.0, 2.0) == (2.0, 3.0)
    f = ag.function(lambda x: ag.grad(product)(x, 2.0) + product(x, 3))
    ag.verify(f, ag.constant(1.5), order=1)
