"""grad and value_and_grad: plain in, plain out; tensors where something follows the result."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GradientError

square = lambda x: x * x


def test_plain_floats():
    value, gradient = ag.value_and_grad(square)(3.0)
    assert (type(value), value) == (float, 9.0)
    assert (type(gradient), gradient) == (float, 6.0)
    assert type(ag.grad(square)(np.float32(3.0))) is np.float32


def test_plain_arrays():
    value, gradient = ag.value_and_grad(lambda x: np.sum(x * x))(np.array([1.0, 2.0]))
    assert type(value) is float
    assert type(gradient) is np.ndarray
    np.testing.assert_array_equal(gradient, [2.0, 4.0])
    assert ag.grad(square)(np.array(3.0)).shape == ()


def test_scipy_needs_no_adapter():
    from scipy.optimize import minimize

    rosen = lambda x: 100.0 * (x[1] - x[0] ** 2) ** 2 + (1.0 - x[0]) ** 2
    found = minimize(ag.value_and_grad(rosen), np.array([-1.0, 2.0]), jac=True, method="BFGS")
    np.testing.assert_allclose(found.x, [1.0, 1.0], rtol=1e-5)


def test_tensors_in_tensors_out():
    gradient = ag.grad(square)(ag.constant(3.0))
    assert isinstance(gradient, ag.Tensor)
    assert float(gradient) == 6.0


def test_under_a_tape_the_result_is_followed():
    x = ag.constant(2.0)
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = ag.grad(lambda x: x**3)(x)
    assert float(tape.gradient(y, x)) == 12.0


def test_nested():
    assert ag.grad(ag.grad(ag.grad(lambda x: x**4)))(2.0) == 48.0
    mixed = ag.grad(lambda y: ag.grad(lambda x: x * x * y)(3.0))
    assert mixed(5.0) == 6.0


def test_argnums():
    f = lambda x, y, z: x * y * z
    assert ag.grad(f, argnums=1)(2.0, 3.0, 5.0) == 10.0
    assert ag.grad(f, argnums=(0, 2))(2.0, 3.0, 5.0) == (15.0, 6.0)
    assert ag.grad(f, argnums=-1)(2.0, 3.0, 5.0) == 6.0
    assert ag.grad(f, argnums=(0,))(2.0, 3.0, z=5.0) == (15.0,)
    assert ag.value_and_grad(f, argnums=(1,))(2.0, 3.0, 5.0) == (30.0, (10.0,))


def test_nests_of_arguments():
    f = lambda p: p["a"] * p["b"][0] + np.sum(p["b"][1])
    found = ag.grad(f)({"a": 2.0, "b": [3.0, np.ones(2)]})
    assert (found["a"], found["b"][0]) == (3.0, 2.0)
    np.testing.assert_array_equal(found["b"][1], [1.0, 1.0])


def test_has_aux():
    f = lambda x: (x * x, {"twice": 2 * x, "n": 1})
    (value, aux), gradient = ag.value_and_grad(f, has_aux=True)(3.0)
    assert (value, aux, gradient) == (9.0, {"twice": 6.0, "n": 1}, 6.0)
    gradient, aux = ag.grad(f, has_aux=True)(np.array(3.0))
    assert (float(gradient), float(aux["twice"])) == (6.0, 6.0)


def test_unconnected_is_zero():
    assert ag.grad(lambda x, y: y * 1.0)(2.0, 3.0) == 0.0
    assert ag.grad(lambda x: 1.0)(2.0) == 0.0
    np.testing.assert_array_equal(ag.grad(lambda x: ag.constant(2.0))(np.ones(2)), [0.0, 0.0])


def test_the_same_tensor_twice():
    t = ag.constant(3.0)
    assert [float(g) for g in ag.grad(lambda x, y: x * x * y, argnums=(0, 1))(t, t)] == [18.0, 9.0]


def test_an_argument_written_inside_stays_the_callers():
    x = np.ones(3)

    def f(x):
        x[0] = 5.0
        return np.sum(x * x)

    np.testing.assert_array_equal(ag.grad(f)(x), [0.0, 2.0, 2.0])
    np.testing.assert_array_equal(x, np.ones(3))


def test_variables_are_constants():
    v = ag.Variable(2.0)
    assert ag.grad(lambda x: v * x)(3.0) == 2.0


def with_name(weight):
    return weight * 1.0


WRONG = {
    "int": (lambda: ag.grad(with_name)(3), "weight is int64; gradients need a float input"),
    "int array": (
        lambda: ag.grad(with_name)(np.arange(3)),
        "weight is int64; gradients need a float input",
    ),
    "vector": (
        lambda: ag.grad(with_name)(np.ones(2)),
        r"array \(its rank is 1\); grad needs a scalar.*np.sum.*jacobian",
    ),
    "tuple": (lambda: ag.grad(lambda x: (x, x))(1.0), "returns a tuple"),
    "nothing": (lambda: ag.grad(lambda x: None)(1.0), "returns a NoneType"),
    "int result": (lambda: ag.grad(lambda x: x > 1)(1.0), "returns bool"),
    "argnums": (
        lambda: ag.grad(with_name, argnums=1)(1.0),
        "argument 1, but with_name was called with 1",
    ),
    "argnums type": (lambda: ag.grad(with_name, argnums="x"), "argnums"),
    "aux": (lambda: ag.grad(with_name, has_aux=True)(1.0), "returns a pair"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use(name):
    run, text = WRONG[name]
    with pytest.raises(GradientError, match=text):
        run()


def test_names_are_kept():
    assert ag.grad(with_name).__name__ == "with_name"


def test_a_variable_that_the_function_writes_stays_a_tensor():
    """Results leave as plain numbers, what is written into a variable does not."""
    count = ag.Variable(0, dtype="int64")

    @ag.function
    def counted(x):
        count.assign_add(1)
        return x * x

    slope = ag.value_and_grad(counted)
    assert [slope(3.0) for _ in range(4)] == [(9.0, 6.0)] * 4
    assert count.numpy() == 4 and count.numpy().dtype == np.int64
