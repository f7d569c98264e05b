"""Values and arithmetic: rows 1 to 24 of the catalogue of faults, and what may be an argument."""

import warnings

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from tests.reliability.both import Fault, Result, check_fault, check_result

X = ag.constant([1.0, 2.0, 3.0])
NONE = ag.constant(np.zeros(0))
BOOLS = ag.constant([True, False])
LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
TYPE, SHAPE, DOMAIN = errors.GraphTypeError, errors.ShapeError, errors.DomainError
NEGATIVE_POWER = "Integers to negative integer powers are not allowed."


def ints(*values):
    return ag.constant(np.array(values, np.int64))


FAULTS = [
    Fault(
        "1", "return a // b * x", {"a": 7, "b": 0, "x": X}, ZeroDivisionError, "integer division"
    ),
    Fault(
        "2",
        "return a % b * x",
        {"a": 7, "b": 0, "x": X},
        ZeroDivisionError,
        "integer modulo by zero",
    ),
    Fault(
        "3",
        "return a / b * x",
        {"a": 7.0, "b": 0.0, "x": X},
        ZeroDivisionError,
        "float division by zero",
    ),
    Fault("3", "return a / b * x", {"a": 7, "b": 0, "x": X}, ZeroDivisionError, "division by zero"),
    Fault("3", "return 1 / 0 * x", {"x": X}, ZeroDivisionError, "division by zero"),
    Fault("6", "return a ** -1", {"a": ints(2)}, DOMAIN, NEGATIVE_POWER),
    Fault("6", "return a ** b", {"a": ints(2, 3), "b": ints(1, -1)}, DOMAIN, NEGATIVE_POWER),
    Fault(
        "6",
        "y = a ** b  # here\nreturn y * 2",
        {"a": ints(2), "b": ints(-1)},
        DOMAIN,
        NEGATIVE_POWER,
    ),
    Fault("6", "return 2 ** b", {"b": ints(1, -1)}, DOMAIN, NEGATIVE_POWER),
    Fault(
        "9",
        "return int(a) * x",
        {"a": ag.constant(np.nan), "x": X},
        ValueError,
        "cannot convert float NaN",
    ),
    Fault(
        "9",
        "return int(a) * x",
        {"a": ag.constant(np.inf), "x": X},
        OverflowError,
        "cannot convert float inf",
    ),
    Fault(
        "10",
        "return a + 9223372036854775808",
        {"a": ints(1)},
        TYPE,
        "Python integer 9223372036854775808 out",
    ),
    Fault(
        "10",
        "return a * -9223372036854775809",
        {"a": ints(1)},
        TYPE,
        "Python integer -9223372036854775809",
    ),
    Fault(
        "19",
        "return np.max(a)",
        {"a": NONE},
        SHAPE,
        "max of an array with no elements has no value",
    ),
    Fault(
        "19",
        "return np.argmin(a)",
        {"a": NONE},
        SHAPE,
        "argmin of an array with no elements has no",
    ),
    Fault(
        "19",
        "return np.min(a, axis=0)",
        {"a": np.zeros((0, 3))},
        SHAPE,
        "min of an array with no elements",
    ),
    Fault(
        "19", "y = np.max(a)  # here\nreturn y + 1", {"a": NONE}, SHAPE, "max of an array with no"
    ),
    Fault("23", "return a - a", {"a": BOOLS}, TYPE, "numpy boolean subtract"),
    Fault("23", "return -a", {"a": BOOLS}, TYPE, "The numpy boolean negative"),
    Fault(
        "24",
        "return x.astype('complex128')",
        {"x": X},
        TYPE,
        "dtype complex128 of the array is not",
    ),
    Fault("24", "return x * 1j", {"x": X}, TypeError, "unsupported operand type(s) for *"),
    Fault("24", "return x + 'a'", {"x": X}, TypeError, "unsupported operand type(s) for +"),
]


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


SPECIAL = ag.constant([np.nan, 1.0, 2.0, -0.0, np.inf, -np.inf])
ZEROS = ag.constant([-0.0, 0.0])
WILD = [np.nan, np.inf, -np.inf, 1e300, -1e300, 2.0**63, 3e9, -1.5]
RESULTS = [
    Result("3", "return a / b", {"a": ag.constant([1.0, -1.0, 0.0]), "b": ag.constant(0.0)}),
    Result("3", "return a / b", {"a": ints(1, 0), "b": ints(0, 0)}),
    Result("4", "return a // b, a % b", {"a": ints(LEAST), "b": ints(-1)}),
    Result("5", "return a + 1, a * a, -1 - a", {"a": ints(MOST, LEAST)}),
    Result("5", "return ag.constant(9223372036854775807) + 1", {}, np.int64(LEAST)),
    Result("7", "return a << b, a >> b", {"a": ints(1, 1, -8, -1), "b": ints(64, -1, 1, 70)}),
    Result(
        "7",
        "return a << b",
        {"a": ag.constant(np.int32([1, 1])), "b": ag.constant(np.int32([32, 40]))},
    ),
    Result("8", "return abs(a), -a", {"a": ints(LEAST, MOST)}),
    Result("9", "return a.astype('int64'), a.astype('int32')", {"a": ag.constant(WILD)}),
    Result("10", "return x * 9223372036854775808", {"x": X}),
    Result(
        "11",
        "return np.maximum(a, b), np.minimum(a, b), np.sign(a), np.max(a), np.min(a)",
        {"a": ZEROS, "b": ag.constant([0.0, -0.0])},
        ([0.0, 0.0], [-0.0, -0.0], [0.0, 0.0], 0.0, 0.0),
    ),
    Result(
        "12",
        "return np.maximum(a, 1.0), np.minimum(a, 1.0), np.argmax(a), np.argmin(a), np.clip(a, 0.5, 1.5)",
        {"a": SPECIAL},
    ),
    Result("12", "return np.max(a), np.min(a), np.sign(a)", {"a": SPECIAL}),
    Result("14", "return a * 0.5, a + a, a / 3", {"a": ag.constant([5e-324, 1e-310])}),
    Result(
        "15", "return a * 0.1, a + 1, np.float64(2) * a", {"a": ag.constant(np.float32([1, 2]))}
    ),
    Result("20", "return np.sum(a), np.prod(a)", {"a": NONE}),
    Result("20", "return np.mean(a)", {"a": NONE}, np.float64("nan")),
    Result("21", "return a @ a.T, a + a, np.sum(a, axis=0)", {"a": ag.constant(np.zeros((0, 3)))}),
    Result("21", "return np.concatenate([a, a]), a.T @ a", {"a": ag.constant(np.zeros((0, 3)))}),
    Result("22", "return x * a + a", {"x": X, "a": np.float64(2.0)}),
    Result("22", "return x * a + a", {"x": X, "a": np.array(2.0)}),
    Result("23", "return ~a, a + a, a * a, a & a, a ^ True", {"a": BOOLS}),
]


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    if isinstance(case.want, tuple):
        case = Result(case.row, case.body, case.given, tuple(map(np.asarray, case.want)))
    check_result(case)


def divides(a, b):
    q = a // b
    return q + a % b


@pytest.mark.parametrize("mode", ["eager", "compiled"])
def test_an_integer_division_by_zero_warns_at_its_line(mode):
    f = ag.function(divides)
    run = f.eager if mode == "eager" else f
    first = divides.__code__.co_firstlineno
    for _ in range(2):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            assert run(ints(7, 1), ints(0, 1)).numpy().tolist() == [0, 1]
        assert [w.category for w in seen] == [RuntimeWarning] * 2
        assert [str(w.message).split(" in ")[0] for w in seen] == ["divide by zero encountered"] * 2
        assert [(w.filename, w.lineno - first) for w in seen] == [(__file__, 1), (__file__, 2)]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert run(ints(7, 1), ints(2, 1)).numpy().tolist() == [4, 1]


def divides_for_nothing(a, b):
    a // b
    q = a // b
    ag.constant(7) % ag.constant(0)
    return q


@pytest.mark.parametrize("mode", ["eager", "compiled"])
def test_a_division_that_is_known_equal_or_not_needed_warns_too(mode):
    f = ag.function(divides_for_nothing)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        (f.eager if mode == "eager" else f)(ints(7, 1), ints(0, 1))
    first = divides_for_nothing.__code__.co_firstlineno
    assert sorted(w.lineno - first for w in seen) == [1, 2, 3]


class Marked(np.ndarray):
    """A subclass whose meaning a tensor would lose."""


STRANGE = {
    "complex128": np.zeros(2, complex),
    "float16": np.zeros(2, np.float16),
    "float128": np.zeros(2, np.longdouble),
    "datetime64[s]": np.zeros(2, "datetime64[s]"),
    "object": np.array([None, 1]),
    "<U3": np.array(["abc"]),
    "[('a', '<f8')]": np.zeros(2, [("a", "f8")]),
    "uint8": np.zeros(2, np.uint8),
}
CLASSES = [np.ma.masked_array([1.0, 2.0], mask=[0, 1]), np.zeros(2).view(Marked)]


def doubled(first, array):
    return array * 2 + first


@pytest.mark.parametrize("mode", ["eager", "compiled"])
@pytest.mark.parametrize("dtype", STRANGE)
def test_a_dtype_that_is_not_supported_names_the_argument(dtype, mode):
    f = ag.function(doubled)
    with pytest.raises(TYPE) as caught:
        (f.eager if mode == "eager" else f)(1.0, STRANGE[dtype])
    words = f"dtype {dtype} of argument 'array' is not supported; use one of bool, int32"
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("mode", ["eager", "compiled"])
@pytest.mark.parametrize("array", CLASSES, ids=lambda a: type(a).__name__)
def test_a_subclass_is_refused_by_name(array, mode):
    f = ag.function(doubled)
    with pytest.raises(TYPE) as caught:
        (f.eager if mode == "eager" else f)(first=1.0, array=array)
    assert (
        str(caught.value)
        == f"argument 'array' is a {type(array).__name__}; convert with np.asarray"
    )


def test_a_number_beyond_64_bits_names_the_argument():
    f = ag.function(doubled)
    assert f(2, X).numpy().tolist() == [4.0, 6.0, 8.0]
    for _ in range(2):
        with pytest.raises(
            TYPE, match="argument 'first' is 18446744073709551616, which does not fit"
        ):
            f(2**64, X)
    assert f(2, X).numpy().tolist() == [4.0, 6.0, 8.0]


def test_a_memory_map_is_an_array(tmp_path):
    mapped = np.memmap(tmp_path / "data", np.float64, "w+", shape=3)
    mapped[:] = [1.0, 2.0, 3.0]
    f = ag.function(doubled)
    assert (
        f(1.0, mapped).numpy().tolist() == f.eager(1.0, mapped).numpy().tolist() == [3.0, 5.0, 7.0]
    )
