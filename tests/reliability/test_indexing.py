"""Indices, shapes and memory: rows 25 to 44 of the catalogue of faults, and the like."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from autograph_lite_runtime import limits
from tests.reliability.both import Fault, Result, check_fault, check_result

X = ag.constant([1.0, 2.0, 3.0])
Y = ag.constant([1.0, 2.0])
M = ag.constant(np.arange(6.0).reshape(2, 3))
POSITIONS = ag.constant([0, 3])
TWICE = ag.constant([0, 0])
INDEX, TYPE, SHAPE = errors.GraphIndexError, errors.GraphTypeError, errors.ShapeError
DOMAIN, LIMIT = errors.DomainError, errors.LimitError
GIVEN = "the function writes into an ndarray argument, which would not reach the caller's array"
NEEDS = "an array of shape ({}) and dtype float64 needs {} bytes; 2.4e+10 are available"
ONLY = "only integers, slices"
RESHAPE = "cannot reshape array of size 3 into shape "
TOGETHER = "operands could not be broadcast together with shapes "
INTO = "could not broadcast input array from shape (2,) into shape (3,)"
MASK = ag.constant([True, False])

FAULTS = [
    Fault(
        "25",
        "return x[i]",
        {"x": X, "i": 7},
        INDEX,
        "index 7 is out of bounds for axis 0 with size 3",
    ),
    Fault("25", "return x[i]", {"x": X, "i": ag.constant(7)}, INDEX, "index 7 is out of bounds"),
    Fault("25", "return x[5]", {"x": X}, INDEX, "index 5 is out of bounds for axis 0 with size 3"),
    Fault(
        "25", "return m[1, 3]", {"m": M}, INDEX, "index 3 is out of bounds for axis 1 with size 3"
    ),
    Fault(
        "25", "return x[k]", {"x": X, "k": POSITIONS}, INDEX, "index 3 is out of bounds for axis 0"
    ),
    Fault(
        "25",
        "return m[:, k]",
        {"m": M, "k": POSITIONS},
        INDEX,
        "index 3 is out of bounds for axis 1",
    ),
    Fault(
        "25",
        "s = 0.0\nfor i in range(n):\n    s = s + x[i]  # here\nreturn s",
        {"x": X, "n": 5},
        INDEX,
        "index 3 is out of bounds for axis 0 with size 3",
    ),
    Fault(
        "25",
        "s = 0.0\nfor i in ag.arange(n):\n    s = s + x[i] * x[i + 1]  # here\nreturn s",
        {"x": X, "n": 5},
        INDEX,
        "index 3 is out of bounds for axis 0 with size 3",
    ),
    Fault("26", "x[i] = 1.0", {"x": X, "i": 7}, INDEX, "index 7 is out of bounds for axis 0"),
    Fault("26", "x[0] = 9.0\nx[i] = 1.0", {"x": X, "i": 7}, INDEX, "index 7 is out of bounds"),
    Fault("26", "m[1, i] = 1.0", {"m": M, "i": -4}, INDEX, "index -4 is out of bounds for axis 1"),
    Fault(
        "26",
        "for i in range(n):\n    x[i] = 2.0 * i  # here\nreturn x",
        {"x": X, "n": 9},
        INDEX,
        "index 3 is out of bounds for axis 0 with size 3",
    ),
    Fault(
        "27",
        "with ag.GradientTape() as t:\n    t.watch(x)\n    y = x[i]  # here\nreturn t.gradient(y, x)",
        {"x": X, "i": 3},
        INDEX,
        "index 3 is out of bounds for axis 0 with size 3",
    ),
    Fault("28", "return x[i]", {"x": X, "i": -4}, INDEX, "index -4 is out of bounds for axis 0"),
    Fault("29", "return x[i]", {"x": X, "i": 1.0}, INDEX, ONLY),
    Fault("29", "return x[1.0]", {"x": X}, INDEX, ONLY),
    Fault("29", "return x[i]", {"x": X, "i": ag.constant(1.0)}, INDEX, ONLY),
    Fault("29", "return x['a']", {"x": X}, INDEX, ONLY),
    Fault("29", "return x[True]", {"x": X}, INDEX, "a bool is not an index here"),
    Fault("29", "return x[b]", {"x": X, "b": True}, INDEX, "a bool is not an index here"),
    Fault("29", "return x[9223372036854775808]", {"x": X}, OverflowError, "Python int too large"),
    Fault(
        "29", "return m[0, -9223372036854775809]", {"m": M}, OverflowError, "Python int too large"
    ),
    Fault("29", "return x[0, 0]", {"x": X}, INDEX, "too many indices for array"),
    Fault("29", "return x[..., ...]", {"x": X}, INDEX, "an index can only have a single ellipsis"),
    Fault("29", "return x[1.5:]", {"x": X}, TYPE, "slice indices must be integers or None"),
    Fault("29", "return x[a:]", {"x": X, "a": 1.5}, TYPE, "slice indices must be integers or None"),
    Fault(
        "30",
        "x[k] += 1.0",
        {"x": X, "k": ag.constant([[0, 0]])},
        INDEX,
        "assignment by an array of positions",
    ),
    Fault("31", "return x[::0]", {"x": X}, SHAPE, "slice step cannot be zero"),
    Fault("31", "return x[::s]", {"x": X, "s": 0}, SHAPE, "slice step cannot be zero"),
    Fault(
        "32",
        "return ag.zeros((n, n))",
        {"n": 2**32},
        LIMIT,
        NEEDS.format("4294967296,4294967296", "1.48e+20"),
    ),
    Fault(
        "32",
        "y = ag.zeros((n, n))  # here\nreturn y + x[0]",
        {"n": 2**31, "x": X},
        LIMIT,
        "an array of shape",
    ),
    Fault(
        "33", "return ag.zeros(n)", {"n": 2**40}, LIMIT, NEEDS.format("1099511627776,", "8.8e+12")
    ),
    Fault(
        "33",
        "return ag.ones((n, 2)) * x[0]",
        {"n": 2**40, "x": X},
        LIMIT,
        "an array of shape (1099511627776,2)",
    ),
    Fault(
        "33",
        "return np.broadcast_to(x[0], (2**45,))",
        {"x": X},
        LIMIT,
        "an array of shape (35184372088832,)",
    ),
    Fault(
        "33",
        "s = 0.0\nfor i in range(2):\n    s = s + np.sum(np.cumsum(ag.zeros(n)))  # here\nreturn s",
        {"n": 2**40},
        LIMIT,
        NEEDS.format("1099511627776,", "8.8e+12"),
    ),
    Fault(
        "33",
        "return ag.zeros(n)",
        {"n": 20_000_000_000 // 8},
        LIMIT,
        NEEDS.format("2500000000,", "2e+10"),
    ),
    Fault(
        "36",
        "return ag.arange(n) + 1",
        {"n": 2**61},
        LIMIT,
        "an array of shape (2305843009213693952,)",
    ),
    Fault("34", "return ag.zeros(n)", {"n": -1}, SHAPE, "negative dimensions are not allowed"),
    Fault("34", "return ag.zeros((2, -1))", {}, SHAPE, "negative dimensions are not allowed"),
    Fault("34", "return ag.eye(n)", {"n": -1}, SHAPE, "negative dimensions are not allowed"),
    Fault(
        "34", "return ag.linspace(0, 1, n)", {"n": -1}, SHAPE, "negative dimensions are not allowed"
    ),
    Fault("34", "return ag.zeros(2.5)", {}, TYPE, "shape holds a float; integers are needed"),
    Fault("34", "return ag.zeros(n)", {"n": 2.5}, TYPE, "shape holds a float; integers are needed"),
    Fault("34", "return x.reshape(n)", {"x": X, "n": 4}, SHAPE, RESHAPE + "(4,)"),
    Fault("34", "return x.reshape(2, n)", {"x": X, "n": 2}, SHAPE, RESHAPE + "(2,2)"),
    Fault("34", "return x.reshape(-1, 2)", {"x": X}, SHAPE, RESHAPE + "(-1,2)"),
    Fault("34", "return x.reshape(n, -1)", {"x": X, "n": 2}, SHAPE, RESHAPE + "(2,-1)"),
    Fault("35", "return ag.arange(0, 1, 0)", {}, DOMAIN, "arange needs a step that is not zero"),
    Fault(
        "35", "return ag.arange(0, 1, s)", {"s": 0}, DOMAIN, "arange needs a step that is not zero"
    ),
    Fault("35", "return ag.arange(0.0, 1.0, np.nan)", {}, DOMAIN, "arange needs"),
    Fault("35", "return ag.arange(0.0, np.inf)", {}, DOMAIN, "arange needs bounds that are finite"),
    Fault(
        "35",
        "return ag.arange(0.0, s)",
        {"s": np.inf},
        TYPE,
        "arange with float bounds known only at run time",
        refusal=True,
    ),
    Fault(
        "35",
        "for i in range(0, 3, s):  # here\n    x = x + 1\nreturn x",
        {"x": X, "s": 0},
        ValueError,
        "range() arg 3",
    ),
    *(
        Fault("39", body, {"x": np.arange(3.0)}, errors.ConversionError, GIVEN)
        for body in (
            "x[0] = 5.0",
            "x += 1.0",
            "y = x[1:]\ny[0] = 5.0",
            "def g(z):\n    z[1] = 5.0  # here\n    return z\nreturn g(x)",
            "for i in range(2):\n    x[i] = 5.0  # here\nreturn x",
        )
    ),
    Fault("shape", "return x + y", {"x": X, "y": Y}, SHAPE, TOGETHER + "(3,) (2,)"),
    Fault("shape", "return m * y", {"m": M, "y": Y}, SHAPE, TOGETHER + "(2,3) (2,)"),
    Fault(
        "shape",
        "return np.where(m > 0, m, y)",
        {"m": M, "y": Y},
        SHAPE,
        TOGETHER + "(2,3) (2,3) (2,)",
    ),
    Fault(
        "shape",
        "s = x\nfor i in range(3):\n    s = s + y  # here\nreturn s",
        {"x": X, "y": Y},
        SHAPE,
        TOGETHER + "(3,) (2,)",
    ),
    Fault("shape", "x[:] = y", {"x": X, "y": Y}, SHAPE, INTO),
    Fault(
        "shape", "return x @ y", {"x": X, "y": Y}, SHAPE, "matmul: Input operand 1 has a mismatch"
    ),
    Fault(
        "shape", "return np.stack([x, y])", {"x": X, "y": Y}, SHAPE, "all input arrays must have"
    ),
    Fault("shape", "return np.concatenate([m, x])", {"m": M, "x": X}, SHAPE, "all the input array"),
    Fault("shape", "return np.concatenate([m, m.T])", {"m": M}, SHAPE, "all the input array"),
    Fault(
        "shape",
        "return np.squeeze(x, axis=0)",
        {"x": X},
        SHAPE,
        "cannot select an axis to squeeze out",
    ),
    Fault("shape", "return np.sum(x, axis=1)", {"x": X}, SHAPE, "axis 1 is out of bounds"),
    Fault(
        "shape",
        "y = x.copy()\ny[y > 1.5] = y",
        {"x": X},
        SHAPE,
        "could not broadcast input array from shape (3,) into shape (2,)",
    ),
    *(
        Fault(
            "more axes",
            f"p = ag.zeros((3, 2))\n{left} = h",
            {"h": ag.ones(shape)},
            SHAPE,
            told,
        )
        for left, shape, told in [
            ("p[1, 0]", 2, "could not broadcast input array from shape (2,) into shape ()"),
            ("p[1, 0]", (1, 1), "could not broadcast input array from shape (1,1) into shape ()"),
            ("p[1]", (3, 2), "could not broadcast input array from shape (3,2) into shape (2,)"),
            (
                "p[:, 0]",
                (2, 1, 3),
                "could not broadcast input array from shape (2,1,3) into shape (3,)",
            ),
            (
                "p[[0, 1]]",
                (2, 2, 2),
                "could not broadcast input array from shape (2,2,2) into shape (2,2)",
            ),
        ]
    ),
    Fault(
        "more axes",
        "p = ag.zeros(3)\np[p < 1.0] = h",
        {"h": ag.ones((1, 1))},
        TYPE,
        "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has 2 dimensions",
    ),
    Fault("shape", "return x[b]", {"x": X, "b": MASK}, INDEX, "boolean index did not match"),
    Fault(
        "shape",
        "return np.broadcast_to(x, (2, n))",
        {"x": X, "n": 2},
        SHAPE,
        "could not broadcast input array from shape (3,) into shape (2,2)",
    ),
]


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case, monkeypatch):
    monkeypatch.setattr(limits, "available_bytes", lambda: 24_000_000_000)
    check_fault(case)


WIDE = np.arange(12.0).reshape(3, 4)
UNALIGNED = np.frombuffer(b"\0" + np.arange(3.0).tobytes(), np.uint8)[1:].view(np.float64)
READ_ONLY = np.arange(3.0)
READ_ONLY.flags.writeable = False

RESULTS = [
    Result("28", "return x[-1], x[-3], m[-1, -3]", {"x": X, "m": M}),
    Result("30", "return x[k]", {"x": X, "k": ag.constant([0, 0, 1, -1])}),
    Result("31", "return x[1:100], x[-100:2], x[::-1], x[5:2], x[2:0:-1], x[-1:-9:-2]", {"x": X}),
    Result("31", "return x[a:b], x[b:a:-1], x[a:], x[:b]", {"x": X, "a": -100, "b": 100}),
    Result("31", "return x[:9223372036854775808], x[-9223372036854775809::2]", {"x": X}),
    Result("36", "return x[0] * len(range(0, 2**62))", {"x": X}),
    *(
        Result("37", "return x * 2 + 1, np.cumsum(x, axis=0)", {"x": x})
        for x in (WIDE[::-1, ::2], WIDE.T, np.broadcast_to(np.float64(2.0), (3,)), WIDE[1:1])
    ),
    Result("38", "return x * 2", {"x": UNALIGNED}),
    Result("39", "return x * 2", {"x": READ_ONLY}),
    Result("39", "x = x.copy()\nx[0] = 5.0\nreturn x", {"x": READ_ONLY}),
    Result("40", "x[1:] = x[:-1].copy()\nreturn x", {"x": X}),
    Result(
        "more axes",
        "p = m.T.copy()\np[1] = h\np[:, 0] = k\nreturn p",
        {"m": M, "h": M[:1, 1:], "k": M[:1]},
    ),
    Result("42", "return x * 2", {"x": np.arange(3.0).astype(">f8")}, np.array([0.0, 2.0, 4.0])),
]


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    check_result(case)


STORE = ag.constant([1.0, 2.0, 3.0, 4.0])


def writes_one_of_two(x, y):
    y[0] = 9.0
    return x * 2.0


def writes_what_is_captured(x):
    STORE[0] = 9.0
    return x * 2.0


def test_a_view_beside_what_is_written_is_refused():
    """Row 40: step by step what is written is seen through both, or the view is stale."""
    f, g = ag.function(writes_one_of_two), ag.function(writes_what_is_captured)
    x = ag.constant([1.0, 2.0, 3.0, 4.0])
    f(x, ag.constant([1.0, 2.0])), g(x)
    for _ in range(3):
        for run, given in (
            (f, (x, x[1:])),
            (f, (x[1:], x)),
            (f, (x[:2], x[2:])),
            (g, (STORE[1:],)),
        ):
            with pytest.raises(errors.ConversionError, match="another view of it"):
                run(*given)
        assert f(x, x[1:].copy()).numpy().tolist() == [2.0, 4.0, 6.0, 8.0]
        assert x.numpy().tolist() == [1.0, 2.0, 3.0, 4.0]
    assert f(x, x).numpy().tolist() == [18.0, 4.0, 6.0, 8.0]


@pytest.mark.parametrize(
    "function", [lambda x: x[1:], lambda x: (x.T, 2)[0], lambda x: x.reshape(-1)[1:]]
)
def test_a_result_that_is_a_view_of_an_argument(function):
    """As step by step it is stale when its base is written; a write into it, which would not reach the
    base, is refused."""
    f = ag.function(lambda x: (0.5, {"n": len(x), "a": function(x)}, x[0], x))
    for _ in range(3):
        x = ag.constant([1.0, 2.0, 3.0])
        view = f(x)[1]["a"]
        assert view.numpy()[-2:].tolist() == [2.0, 3.0]
        with pytest.raises(errors.StaleViewError, match="writing through this view"):
            view[0] = 9.0
        x[0] = 9.0
        for given in (view, function(x)):
            x[1] = 8.0
            with pytest.raises(errors.StaleViewError, match="this view is stale"):
                given.numpy()


def bound_anew_in_steps(x, m, n):
    v = m[1]
    for _ in range(n):
        v = x
    v *= 2.0
    return x


def bound_anew_in_a_branch(x, m, n):
    v = m[1]
    if n > 0:
        v = x
    v *= 2.0
    return x


@pytest.mark.parametrize("program", [bound_anew_in_steps, bound_anew_in_a_branch])
def test_what_is_a_view_in_some_runs_only_is_not_written_through(program):
    """Only the run knows whether the matrix is meant."""
    for n in (0, 1):
        x, m = ag.constant([1.0, 2.0]), ag.constant([[1.0, 1.0], [1.0, 1.0]])
        with pytest.raises(errors.StaleViewError, match="writing through this view"):
            ag.function(program)(x, m, n)
        assert x.numpy().tolist() == [1.0, 2.0] and np.all(m.numpy() == 1.0)
        program(x, m, n)
        assert (m.numpy()[1].tolist(), x.numpy().tolist()) in (
            ([2.0, 2.0], [1.0, 2.0]),
            ([1.0, 1.0], [2.0, 4.0]),
        )
