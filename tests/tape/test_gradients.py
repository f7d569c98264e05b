"""First and second derivatives of every function against central differences in float64."""

import numpy as np
import pytest
import scipy.special

import autograph_lite as ag

RNG = np.random.default_rng(1)
X = RNG.uniform(0.2, 0.8, (3, 4))
W = RNG.uniform(0.5, 1.5, (3, 4))

FUNCTIONS = {
    **{
        name: (lambda name: lambda x: getattr(np, name)(x))(name)
        for name in (
            "sqrt cbrt exp exp2 expm1 log log1p log2 log10 sin cos tan arcsin arccos arctan sinh cosh tanh "
            "arcsinh arctanh negative absolute square "
            "reciprocal"
        ).split()
    },
    "sign": lambda x: np.sign(x) * x,
    "add": lambda x: x + x[0] + 2.0,
    "subtract": lambda x: 1.0 - x - x[:, :1],
    "multiply": lambda x: x * x[1] * 3.0,
    "divide": lambda x: x[0] / x + 2.0 / x,
    "power": lambda x: x ** x[0] + x**3 + 2.0**x,
    "power zero": lambda x: x**0 + x,
    "power square": lambda x: x**2,
    "remainder": lambda x: np.remainder(x, 0.3) * x,
    "maximum": lambda x: np.maximum(x * x, x[0]),
    "minimum": lambda x: np.minimum(x * x, x[0]),
    "arccosh": lambda x: np.arccosh(x + 1.0),
    "arctan2": lambda x: np.arctan2(x, x[0] - 0.5),
    "expit": lambda x: scipy.special.expit(x),
    "softplus": lambda x: ag.special.softplus(x),
    "erf": lambda x: scipy.special.erf(x),
    "hypot": lambda x: np.hypot(x, x[0] + 1.0),
    "where": lambda x: np.where(x > 0.5, x * x, 3.0 * x),
    "clip": lambda x: np.clip(x * x, 0.1, 0.4),
    "sum": lambda x: np.sum(x * x),
    "sum axis": lambda x: np.sum(x * x, axis=0),
    "sum keepdims": lambda x: x * np.sum(x, axis=1, keepdims=True),
    "mean": lambda x: np.mean(x * x, axis=1),
    "max": lambda x: np.max(x, axis=0) * x,
    "min": lambda x: np.min(x * x),
    "cumsum": lambda x: np.cumsum(x, axis=1) * x,
    "cumsum flat": lambda x: np.cumsum(x * x),
    "matmul": lambda x: x @ x.T @ x,
    "matvec": lambda x: x @ x[0],
    "vecmat": lambda x: x[:, 0] @ x,
    "inner": lambda x: x[0] @ x[1],
    "dot": lambda x: np.dot(x, x.T),
    "outer": lambda x: np.outer(x[0], x[1]),
    "reshape": lambda x: x.reshape(4, 3)[1] * x.ravel()[:3],
    "transpose": lambda x: x.T[1] * x[:, 0],
    "concatenate": lambda x: np.concatenate([x * x, x[:1]], axis=0),
    "concatenate axis": lambda x: np.concatenate([x, x * x], axis=1),
    "stack": lambda x: np.stack([x[0] * x[1], x[2]], axis=1),
    "expand_dims": lambda x: np.expand_dims(x, 1) * x,
    "squeeze": lambda x: np.squeeze(x[:1]) * x,
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)) * x,
    "flip": lambda x: np.flip(x, axis=1) * x,
    "getitem": lambda x: x[1, 2] * x[0] + x[-1, ::2].sum(),
    "getitem array": lambda x: x[np.array([0, 0, 2])] * x,
    "getitem mask": lambda x: x[x > 0.5] ** 2,
    "getitem new": lambda x: x[:, None] * x,
    "astype": lambda x: (x * x).astype("float64"),
    "copy": lambda x: np.copy(x) * x,
    "full": lambda x: ag.full((2, 2), x[0, 0] * x[0, 1]),
    "array": lambda x: ag.array([x[0, 0] * x[1, 1], [x[0, 1]][0]]),
    "linspace": lambda x: ag.linspace(x[0, 0], x[0, 1], 5) ** 2,
}


def assigned(x):
    y = ag.zeros((3, 4))
    y[0] = x[0] * x[1]
    y[1:, 2] = x[1:, 1] ** 2
    y[2, 0] = y[0, 0] * x[2, 2]
    y[1:, ::2] = y[1:, ::2] * x[:2, :2]
    return y * x


def overwritten(x):
    y = x * 1.0
    y[0] = x[1] * x[2]
    y[0] = y[0] * y[1]
    y += x
    y *= x[0]
    return y


def recurrence(x):
    y = ag.zeros(12)
    u = x.ravel()
    y[0] = u[0]
    for t in range(1, 12):
        y[t] = 0.9 * y[t - 1] * np.sin(u[t]) + u[t]
    return y


FUNCTIONS |= {"assigned": assigned, "overwritten": overwritten, "recurrence": recurrence}


def loss(name):
    def of(x):
        y = FUNCTIONS[name](x)
        weights = np.linspace(0.5, 1.5, int(np.prod(y.shape))).reshape(y.shape)
        return np.sum(y * weights)

    return of


def difference(f, x, h):
    """Central differences of a scalar or array function of x, one element after the other."""
    out = []
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = h
        step = step.reshape(x.shape)
        out.append((f(x + step) - f(x - step)) / (2 * h))
    return np.array(out).reshape(x.shape)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_derivative(name):
    found = ag.grad(loss(name))(X)
    expected = difference(lambda x: float(loss(name)(ag.array(x))), X, 1e-6)
    np.testing.assert_allclose(found, expected, rtol=2e-7, atol=2e-8)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_derivative(name):
    """Of the gradient in a fixed direction, by differentiating the gradient."""
    directed = lambda x: np.sum(ag.grad(loss(name))(x) * W)
    found = ag.grad(directed)(X)
    expected = difference(lambda x: float(np.sum(ag.grad(loss(name))(x) * W)), X, 1e-6)
    np.testing.assert_allclose(found, expected, rtol=5e-7, atol=5e-8)


@pytest.mark.parametrize("name", ("multiply", "matmul", "sin", "recurrence", "power"))
def test_float32_stays_float32(name):
    found = ag.grad(lambda x: np.sum(FUNCTIONS[name](x)))(X.astype("float32"))
    assert found.dtype == np.float32
    expected = ag.grad(lambda x: np.sum(FUNCTIONS[name](x)))(X)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


CORNERS = {
    "abs at 0": (np.abs, 0.0, 0.0),
    "sqrt at 0": (np.sqrt, 0.0, np.inf),
    "power 0 at 0": (lambda x: x**0, 0.0, 0.0),
    "tie of maximum": (lambda x: np.maximum(x, 0.0), 0.0, 0.5),
    "tie of minimum": (lambda x: np.minimum(0.0, x), 0.0, 0.5),
    "branch not taken": (lambda x: np.where(x > 0, np.sqrt(x), 0.0), -1.0, 0.0),
    "hypot at 0": (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
    "x log x at 0": (lambda x: x * np.log(x), 0.0, -np.inf),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corner(name):
    function, at, expected = CORNERS[name]
    np.testing.assert_equal(ag.grad(function)(at), expected)


def test_prod_at_zeros():
    np.testing.assert_array_equal(ag.grad(np.prod)(np.array([2.0, 0.0, 3.0])), [0.0, 6.0, 0.0])
    np.testing.assert_array_equal(ag.grad(np.prod)(np.array([0.0, 0.0, 3.0])), [0.0, 0.0, 0.0])


PARTS = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])


def three_derivatives_of_prod(x):
    with ag.GradientTape() as outer:
        outer.watch(x)
        with ag.GradientTape() as middle:
            middle.watch(x)
            with ag.GradientTape() as inner:
                inner.watch(x)
                y = np.prod(x)
            first = inner.gradient(y, x)
            z = np.sum(first * PARTS[0])
        second = middle.gradient(z, x)
        w = np.sum(second * PARTS[1])
    return first, second, outer.gradient(w, x)


@pytest.mark.parametrize("zeros", range(4))
def test_prod_is_differentiated_any_number_of_times(zeros):
    """Against sums over the products that leave out one, two and three elements."""
    x = np.array([1.5, -2.0, 3.0, 0.5])
    x[:zeros] = 0.0
    at = range(4)

    def without(*left_out):
        kept = [x[i] for i in at if i not in left_out]
        return np.prod(kept) if len(set(left_out)) == len(left_out) else 0.0

    a, b = PARTS
    want = (
        [without(k) for k in at],
        [sum(a[i] * without(i, k) for i in at) for k in at],
        [sum(a[i] * b[j] * without(i, j, k) for i in at for j in at) for k in at],
    )
    f = ag.function(three_derivatives_of_prod)
    for run in (f, f.eager):
        for got, true in zip(run(ag.constant(x)), want, strict=True):
            np.testing.assert_allclose(got.numpy(), true, rtol=1e-14)


def test_ties_of_max_share():
    np.testing.assert_array_equal(ag.grad(np.max)(np.array([1.0, 3.0, 3.0])), [0.0, 0.5, 0.5])


def test_hessian_where_a_partial_is_zero():
    assert ag.grad(ag.grad(lambda x: (x - 1.0) ** 2))(1.0) == 2.0
