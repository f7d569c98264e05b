"""dtypes of results against NumPy's, for all pairs of dtypes and Python numbers (NEP 50)."""

import operator
import warnings

import numpy as np
import pytest

import autograph_lite as ag

DTYPES = ("bool", "int32", "int64", "float32", "float64")
OPERATORS = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow, "lt": operator.lt,
    "eq": operator.eq, "and": operator.and_, "xor": operator.xor, "lshift": operator.lshift,
}  # fmt: skip
NUMBERS = (True, 3, 2.5)


def outcome(function, x, y):
    """The dtype of a result; None where it is an error or a dtype that is not supported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dtype = np.dtype(function(x, y).dtype).name
        except TypeError:
            return None
    return dtype if dtype in DTYPES else None


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("b", DTYPES)
@pytest.mark.parametrize("a", DTYPES)
def test_arrays(name, a, b):
    function = OPERATORS[name]
    x, y = np.ones(2, a), np.ones(2, b)
    expected = outcome(function, x, y)
    assert outcome(function, ag.array(x), ag.array(y)) == expected
    assert outcome(function, ag.array(x), y) == expected
    assert outcome(function, x, ag.array(y)) == expected
    assert outcome(function, ag.array(x)[0], ag.array(y)[0]) == expected
    assert outcome(function, ag.array(x), y[0]) == expected
    assert outcome(function, x[0], ag.array(y)) == expected


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("a", DTYPES)
def test_python_numbers_are_weak(name, a, number):
    function = OPERATORS[name]
    x = np.ones(2, a)
    assert outcome(function, ag.array(x), number) == outcome(function, x, number)
    assert outcome(function, number, ag.array(x)) == outcome(function, number, x)


UNARY = "sqrt exp sin negative absolute sign square floor ceil isnan invert logical_not".split()


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("a", DTYPES)
def test_unary(name, a):
    function = getattr(np, name)
    one = lambda f, x: outcome(lambda x, _: f(x), x, None)
    assert one(function, ag.array(np.ones(2, a))) == one(function, np.ones(2, a))


@pytest.mark.parametrize("b", DTYPES)
@pytest.mark.parametrize("a", DTYPES)
def test_joins(a, b):
    x, y = np.ones(2, a), np.ones(2, b)
    t, u = ag.array(x), ag.array(y)
    assert np.concatenate([t, u]).dtype == np.concatenate([x, y]).dtype
    assert np.where(t > 0, t, u).dtype == np.where(x > 0, x, y).dtype
    assert np.stack([t, u]).dtype == np.stack([x, y]).dtype


def test_numbers_alone():
    assert ag.array(1).dtype == np.int64
    assert ag.array(1.0).dtype == np.float64
    assert ag.array(True).dtype == np.bool_
    assert ag.array([1, 2.5]).dtype == np.float64


@pytest.mark.parametrize(
    "dtype",
    (
        "float16",
        "complex128",
        "int8",
        "uint8",
        "int16",
        "uint64",
        "longdouble",
        "object",
        "U3",
        "M8[s]",
    ),
)
def test_other_dtypes_are_refused(dtype):
    array = np.ones(2).astype(dtype) if dtype not in ("M8[s]",) else np.zeros(2, dtype)
    for make in (ag.array, lambda x: ag.array([1.0, 2.0]) + x):
        with pytest.raises(
            ag.errors.GraphTypeError, match=r"dtype .* is not supported; use one of bool, int32"
        ):
            make(array)


def test_subclasses_are_refused():
    class Sub(np.ndarray):
        pass

    for x in (np.ma.masked_array([1.0, 2.0], [True, False]), np.ones(2).view(Sub)):
        with pytest.raises(ag.errors.GraphTypeError, match=r"convert with np\.asarray"):
            ag.array(x)


def test_bool_minus_has_numpys_text():
    t = ag.array([True, False])
    with pytest.raises(ag.errors.GraphTypeError, match="numpy boolean subtract"):
        t - t
    with pytest.raises(ag.errors.GraphTypeError, match="numpy boolean negative"):
        -t


def test_negative_integer_power():
    for x, y in ((ag.array([2]), -1), (ag.array(2), ag.array(-1)), (2, ag.array([1, -1]))):
        with pytest.raises(ValueError, match="Integers to negative integer powers are not allowed"):
            x**y


def test_python_integers_that_do_not_fit():
    with pytest.raises(ag.errors.GraphTypeError, match="out of bounds for int32"):
        ag.array([1], dtype="int32") + 2**40
    with pytest.raises(ag.errors.GraphTypeError, match="out of bounds"):
        ag.array([1]) + 2**70
    assert float(ag.array(1.0) + 2**70) == 1.0 + 2.0**70
