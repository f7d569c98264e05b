"""Transforms against closed forms and differences, of each other, of nests, and what is refused."""

import math

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors

X, V = np.array([0.3, 0.7, 1.1]), np.array([1.0, -0.5, 0.25])


def curve(x, n=3):
    y = x
    for _ in range(n):
        y = np.sin(y) * x + y * 0.5
    return y


def energy(x, n=3):
    return np.sum(curve(x, n) ** 2)


def differences(f, x, h=1e-6):
    """The matrix of central differences."""
    steps = np.eye(x.size).reshape(-1, *x.shape) * h
    return np.stack([(f(x + s) - f(x - s)) / (2 * h) for s in steps], axis=-1)


KINDS = (lambda f: f, ag.function)


@pytest.mark.parametrize("kind", KINDS, ids=("plain", "compiled"))
def test_products_and_matrices_agree(kind):
    f, g = kind(curve), kind(energy)
    plain = lambda x: curve(ag.constant(x)).numpy()
    jacobian = differences(plain, X)
    out, tangent = ag.jvp(f, (X,), (V,))
    assert np.array_equal(out, plain(X)) and isinstance(tangent, np.ndarray)
    np.testing.assert_allclose(tangent, jacobian @ V, rtol=1e-7)
    out, pullback = ag.vjp(f, X)
    np.testing.assert_allclose(pullback(V)[0], jacobian.T @ V, rtol=1e-7)
    assert np.array_equal(pullback(V)[0], pullback(V)[0])
    for whole in (ag.jacobian, ag.jacrev, ag.jacfwd):
        np.testing.assert_allclose(whole(f)(X), jacobian, rtol=1e-7)
    hessian = ag.hessian(g)(X)
    np.testing.assert_allclose(hessian, differences(lambda x: ag.grad(energy)(x), X), rtol=1e-6)
    np.testing.assert_allclose(ag.hvp(g)(X, V), hessian @ V, rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS, ids=("plain", "compiled"))
def test_plain_numbers_come_out_where_they_went_in(kind):
    f = kind(lambda x, y: x * y)
    assert ag.jvp(f, (2.0, 3.0), (1.0, 0.5)) == (6.0, 4.0)
    out, pullback = ag.vjp(f, 2.0, 3.0)
    assert (out, pullback(2.0)) == (6.0, (6.0, 4.0))
    assert ag.hvp(kind(lambda x: x**3))(2.0, 0.5) == 6.0
    assert ag.jacobian(f, argnums=(0, 1))(2.0, 3.0) == (3.0, 2.0)


def test_both_modes_give_the_same_bits():
    F, G = ag.function(curve), ag.function(energy)
    assert np.array_equal(ag.jvp(F, (X,), (V,)), ag.jvp(curve, (X,), (V,)))
    assert np.array_equal(ag.jacobian(F)(X), ag.jacobian(curve)(X))
    assert np.array_equal(ag.jacfwd(F)(X), ag.jacfwd(curve)(X))
    assert np.array_equal(ag.hessian(G)(X), ag.hessian(energy)(X))
    assert np.array_equal(ag.hvp(G)(X, V), ag.hvp(energy)(X, V))
    assert np.array_equal(ag.vjp(F, X)[1](V), ag.vjp(curve, X)[1](V))


def test_perturbations_do_not_mix():
    """Siskind and Pearlmutter, 2005 and 2008: d/dx (x d/dy (x + y)) is 1."""
    d = lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1]
    for inner in (d, ag.grad):
        for outer in (d, ag.grad):
            assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
            assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
            assert outer(lambda x: inner(lambda y: x * x * y**3)(x))(2.0) == 96.0


@pytest.mark.parametrize("order", (1, 2, 3))
def test_nested_to_the_third_order(order):
    """Derivatives of exp(2 x), by every nest of the two modes."""
    forward = lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1]
    nests = [lambda x: np.exp(2.0 * x)]
    for _ in range(order):
        nests = [mode(f) for f in nests for mode in (forward, ag.grad)]
    for f in nests:
        assert f(0.3) == pytest.approx(2.0**order * math.exp(0.6), rel=1e-14)


def test_newton_with_steps_that_the_data_decide():
    """The cube root by a `while`: its derivative in closed form."""

    def root(a):
        z = a
        while abs(z * z * z - a) > 1e-12:
            z = z - (z * z * z - a) / (3.0 * z * z)
        return z

    for f in (root, ag.function(root)):
        value, slope = ag.jvp(f, (5.0,), (1.0,))
        assert value == pytest.approx(5.0 ** (1 / 3), rel=1e-12)
        assert slope == pytest.approx(5.0 ** (-2 / 3) / 3.0, rel=1e-9)


def test_nests_of_arguments_and_results():
    f = lambda p, s: {"out": [p["a"] * s, np.sum(p["b"] * p["a"])], "n": 2}
    primals = {"a": 2.0, "b": np.ones(2)}, 3.0
    out, slope = ag.jvp(f, primals, ({"a": 1.0, "b": np.zeros(2)}, 0.5))
    assert out == {"out": [6.0, 4.0], "n": 2}
    assert slope == {"out": [4.0, 2.0], "n": None}
    found = ag.jacobian(lambda p: [p["a"] * p["b"], np.sum(p["b"])])(primals[0])
    assert np.array_equal(found[0]["b"], 2.0 * np.eye(2)) and found[1]["a"] == 0.0
    by_both = ag.hessian(lambda x, y: np.sum(x * x * y), argnums=(0, 1))(
        np.ones(2), np.full(2, 3.0)
    )
    assert np.array_equal(by_both[0][0], 6.0 * np.eye(2))
    assert np.array_equal(by_both[1][0], 2.0 * np.eye(2))


@pytest.mark.parametrize("matrix", (ag.jacrev, ag.jacfwd))
def test_a_result_that_is_no_float_depends_on_nothing(matrix):
    f = lambda x: (x * x, 2, 0.5, x > 1.0)
    squares, *others = matrix(f)(X)
    assert np.array_equal(squares, 2.0 * np.diag(X))
    assert [found.shape for found in others] == [(3,), (3,), (3, 3)]
    assert not any(map(np.any, others))


def test_something_else_that_the_function_returns():
    f = lambda x: (x * x, {"seen": x + 1.0})
    assert ag.jvp(f, (3.0,), (1.0,), has_aux=True) == (9.0, 6.0, {"seen": 4.0})
    out, pullback, aux = ag.vjp(f, 3.0, has_aux=True)
    assert (out, pullback(1.0), aux) == (9.0, (6.0,), {"seen": 4.0})
    assert ag.jacobian(f, has_aux=True)(3.0) == (6.0, {"seen": 4.0})


def test_an_effect_happens_once(capsys):
    def told(x):
        print("called")
        return x * x

    ag.jacfwd(told)(X)
    ag.jacobian(told)(X)
    ag.jvp(ag.function(told), (X,), (V,))
    assert capsys.readouterr().out == "called\n" * 3


def test_memory_of_forward_mode_does_not_grow():
    """A tangent is carried along: nothing is saved from step to step."""

    @ag.function
    def slope(x, n):
        def run(z):
            for _ in range(n):
                z = np.sin(z) + 0.1
            return z

        return ag.jvp(run, (x,), (1.0,))[1]

    text = slope.kernel_source(ag.constant(0.5), 3)
    assert "np.empty" not in text and text.count("for ") == 1


WRONG = {
    "primals": (
        lambda: ag.jvp(curve, X, (V,)),
        errors.GradientError,
        "primals of jvp is a ndarray",
    ),
    "count": (
        lambda: ag.jvp(curve, (X,), (V, V)),
        errors.GradientError,
        "1 primals and 2 tangents",
    ),
    "structure": (
        lambda: ag.jvp(lambda p: p["a"], ({"a": X},), (V,)),
        errors.GradientError,
        "not the same structure",
    ),
    "shape": (
        lambda: ag.jvp(curve, (X,), (V[:2],)),
        errors.ShapeError,
        r"\(2,\) for a primal .*\(3,\)",
    ),
    "dtype": (
        lambda: ag.jvp(curve, (X,), (V.astype("float32"),)),
        errors.GraphTypeError,
        "float32 for a primal of dtype float64",
    ),
    "integer": (lambda: ag.jvp(lambda n: n * 2, (3,), (1,)), errors.GradientError, "n is int64"),
    "mode": (lambda: ag.jacobian(curve, mode="both"), errors.GradientError, "mode is 'both'"),
    "cotangent": (
        lambda: ag.vjp(curve, X)[1]((V, V)),
        errors.ShapeError,
        "output_gradients has shape",
    ),
    "list": (
        lambda: ag.function(lambda x: ag.jvp(appended, (x,), (x,))[1])(ag.constant(X)),
        errors.ConversionError,
        "forward mode through a list that grows",
    ),
    "extent": (
        lambda: ag.function(lambda x: ag.jacfwd(curve)(x))(X),
        errors.ConversionError,
        "whose shape is known only at run time",
    ),
}


def appended(x):
    items = [x]
    for _ in x:
        items.append(items[-1] * x)
    return np.stack(items)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(name):
    run, kind, text = WRONG[name]
    with pytest.raises(kind, match=text):
        run()


def test_a_plain_slope_in_one_arm_and_a_tensor_in_the_other():
    slope = ag.grad(lambda z: z * z * np.exp(-z))

    def either(x, n):
        y = slope(0.7) if n > 1 else slope(x[0])
        return y * x

    for n in (1, 2):
        ag.verify(ag.function(either), ag.constant([0.5, 1.5]), n)


@ag.function
def difference(t, p):
    return p - t


def test_the_tangent_of_a_compiled_function_is_that_of_its_operations():
    """Of -t with a tangent of zero it is 0, not -0: the same in both modes."""
    pushed = ag.function(lambda t, v, p: ag.jvp(lambda y: difference(y, p), (t,), (v,))[1])
    t, v, p = np.array([1.0, 2.0]), np.array([1.0, 0.0]), np.array([3.0, 4.0])
    assert pushed(t, v, p).numpy().tobytes() == pushed.eager(t, v, p).numpy().tobytes()


def test_a_jacobian_of_a_compiled_function_in_forward_mode():
    """A kernel for each direction gives the bits of all of them at once."""

    def f(z, k):
        return {"a": np.stack([z["x"][0] * z["y"], np.sin(z["x"][1]) * k]), "n": 3}, z["x"] * k

    z = {"x": np.array([0.5, 1.0]), "y": 2.0}
    found = ag.jacfwd(ag.function(f), argnums=(0, 1), has_aux=False)(z, 1.5)
    want = ag.jacfwd(f, argnums=(0, 1))(z, 1.5)
    assert repr(found) == repr(want)
    np.testing.assert_allclose(found[0]["a"][0]["x"], [[2.0, 0.0], [0.0, 1.5 * np.cos(1.0)]])
    aux = ag.jacfwd(ag.function(lambda x: (x * x, x + 1.0)), has_aux=True)(np.array([2.0]))
    np.testing.assert_array_equal(aux[0], [[4.0]])
    np.testing.assert_array_equal(aux[1], [3.0])


def test_a_helper_that_nests_with_itself_through_closures():
    """Its two functions have one text and are not one that calls itself.  Of the sum of cubes: 9 x^2."""

    def forward(f):
        def gradient(x):
            slopes = np.zeros_like(x)
            for i in range(len(x)):
                e = np.zeros_like(x)
                e[i] = 1.0
                slopes[i] = ag.jvp(f, (x,), (e,))[1]
            return slopes

        return gradient

    inner = lambda x: np.sum(x * x * x)
    outer = lambda x: np.sum(forward(inner)(x) * x)
    f, x = ag.function(lambda x: forward(outer)(x)), ag.constant([0.7, 1.3])
    np.testing.assert_allclose(f(x), 9.0 * x.numpy() ** 2, rtol=1e-14)
    ag.verify(f, x, order=1)
