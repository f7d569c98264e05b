"""The same object given for two arguments, first or later, says nothing of other calls."""

import itertools

import numpy as np
import pytest

import autograph_lite as ag


def product(a, b):
    return np.sum(a * b)


def of_a_dict(d):
    return np.sum(d["a"] * d["b"])


def of_a_list(d):
    return np.sum(d[0] * d[1])


X, V = np.array([1.0, 2.0]), np.array([10.0, 20.0])
OBJECTS = {
    "arrays": (X, V),
    "tensors": (ag.constant(X), ag.constant(V)),
    "NumPy scalars": (np.float64(3.0), np.float64(4.0)),
    "numbers": (3.5, 4.5),
    "float32 arrays": (X.astype("f4"), V.astype("f4")),
}
WAYS = {
    "by position": lambda f, a, b: f(a, b),
    "by keyword": lambda f, a, b: f(a, b=b),
}
KINDS = pytest.mark.parametrize("objects", OBJECTS.values(), ids=OBJECTS)
ORDERS = pytest.mark.parametrize("order", [*itertools.permutations(range(3))])


def pairs(objects, order):
    """One object twice, and two, in some order; each three times, so that the fast way is taken too."""
    x, v = objects
    given = [(x, x), (x, v), (v, v)]
    return [given[i] for i in order for _ in range(3)]


@KINDS
@ORDERS
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_of_a_function(objects, order, way):
    f = ag.function(product)
    for a, b in pairs(objects, order):
        assert float(way(f, a, b)) == float(way(f.eager, a, b))


@KINDS
@ORDERS
@pytest.mark.parametrize(
    ("program", "nest"), [(of_a_list, list), (of_a_dict, dict)], ids=["list", "dict"]
)
def test_in_nests(objects, order, program, nest):
    f = ag.function(program)
    for a, b in pairs(objects, order):
        given = {"a": a, "b": b} if nest is dict else [a, b]
        assert float(f(given)) == float(f.eager(given))


@ORDERS
def test_of_transforms(order):
    f = ag.function(product)
    both = ag.value_and_grad(f, argnums=(0, 1))
    cube = ag.function(lambda x: np.sum(x**3))
    for a, b in pairs((X, V), order):
        value, (by_a, by_b) = both(a, b)
        assert value == np.sum(a * b) and np.array_equal(by_a, b) and np.array_equal(by_b, a)
        assert np.array_equal(ag.hvp(cube)(a, b), 6.0 * a * b)
        assert ag.jvp(cube, (a,), (b,))[1] == np.sum(3.0 * a**2 * b)
        assert np.array_equal(ag.vmap(ag.function(lambda p, q: p * q))(a, b), a * b)


@ORDERS
def test_of_calls_in_compiled_code(order):
    f = ag.function(product)

    @ag.function
    def outer(y, z):
        doubled = y * 2
        return f(doubled, doubled) + f(doubled, y) + f(y, z) + f(z, z)

    for a, b in pairs((X, V), order):
        assert float(outer(a, b)) == float(outer.eager(a, b))


def test_what_is_captured_too():
    f, g = ag.function(lambda a: np.sum(a * X)), ag.function(lambda a, b=X: np.sum(a * b))
    for given in (X, V, X):
        assert float(f(given)) == float(g(given)) == np.sum(given * X)


def test_an_array_has_no_kernel_of_a_tensor():
    """Which a function may write into."""

    @ag.function
    def writes(x):
        x[0] = 5.0
        return x * 1.0

    for _ in range(3):
        assert writes(ag.constant(V)).numpy().tolist() == [5.0, 20.0]
        with pytest.raises(ag.errors.ConversionError, match="writes into an ndarray argument"):
            writes(V)
    assert V.tolist() == [10.0, 20.0]
