"""Control flow and what a function may hold: rows 45 to 67 of the catalogue of faults."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from autograph_lite_runtime import load
from tests.reliability.both import Fault, Result, check_fault, check_result

X = ag.constant([1.0, 2.0, 3.0])
Y = ag.constant([1.0, 2.0])
SINGLE = ag.constant(np.float32(1.0))
NAME, TYPE, SHAPE = errors.UndefinedVariableError, errors.GraphTypeError, errors.ShapeError
CONVERSION, INDEX = errors.ConversionError, errors.GraphIndexError
UNBOUND = "cannot access local variable '{}' where it is not associated with a value"
CONDITION = "condition must be a scalar; use np.any or np.all"
INTEGER = "'float' object cannot be interpreted as an integer"
SCALAR = "only integer scalar arrays can be converted to a scalar index"


def loop(body, after="return s", count="range(n)"):
    return f"s = x\nfor i in {count}:\n    {body}\n{after}"


FAULTS = [
    Fault(
        "45",
        loop("y = x * i", "return y"),
        {"x": X, "n": 0},
        UnboundLocalError,
        UNBOUND.format("y"),
    ),
    Fault(
        "45",
        loop("y = x * i", "return i"),
        {"x": X, "n": 0},
        UnboundLocalError,
        UNBOUND.format("i"),
    ),
    Fault(
        "46", "if x[0] > 2:\n    y = x\nreturn y", {"x": X}, UnboundLocalError, UNBOUND.format("y")
    ),
    Fault(
        "46",
        "if x[0] > 2:\n    y = x\nelse:\n    z = x\nw = z * 2\nreturn y * w",
        {"x": X},
        UnboundLocalError,
        UNBOUND.format("y"),
    ),
    Fault("46", "return missing * x", {"x": X}, NameError, "name 'missing' is not defined"),
    Fault(
        "47",
        "s = a\nfor i in range(len(x)):  # here\n    s = s + x[0]\nreturn s",
        {"a": SINGLE, "x": X},
        TYPE,
        "the loop variable 's' is a float32 tensor before a step and a float64 tensor after it",
        refusal=True,
    ),
    Fault(
        "49",
        "s = np.ones(2)\nfor i in range(n):  # here\n    s = s * 1.5\nreturn s * x[0]",
        {"x": X, "n": 2},
        errors.ConversionError,
        "the loop variable 's' is a NumPy array that no tensor has touched",
        refusal=True,
    ),
    Fault(
        "49",
        "s = np.ones(2)\nif x[0] > 0:  # here\n    s = s * 1.5\nreturn s * x[0]",
        {"x": X},
        errors.ConversionError,
        "'s' is a NumPy array that no tensor has touched, and another one",
        refusal=True,
    ),
    Fault(
        "48",
        "s = x[0]\nfor i in range(n):  # here\n    s = s + x\nreturn s",
        {"x": X, "n": 2},
        SHAPE,
        "the loop variable 's' is a float64 tensor before a step and a float64 tensor with 1 axis after",
        refusal=True,
    ),
    Fault(
        "49",
        "s = (x, x)\nfor i in range(n):  # here\n    s = (s[0],)\nreturn s",
        {"x": X, "n": 1},
        errors.AutographError,
        "the loop variable 's' is a tuple of 2 before a step and a tuple of 1 after it",
        refusal=True,
    ),
    Fault(
        "49",
        "s = {'a': (x[0], x)}\nfor i in range(n):  # here\n    s = {'a': (x, x)}\nreturn s",
        {"x": X, "n": 1},
        errors.AutographError,
        "element 0 of 'a' of the loop variable 's' is a float64 tensor before a step and a float64 tensor with",
        refusal=True,
    ),
    Fault(
        "49",
        "s = [x[0]]\nfor i in range(3):\n    s.append(x)  # here\nreturn s",
        {"x": X},
        CONVERSION,
        "elements of the list 's', which grows in a loop or branch, are a float64 tensor and a float64 tensor",
        refusal=True,
    ),
    Fault("54", "if x > 0:  # here\n    return x\nreturn -x", {"x": X}, SHAPE, CONDITION),
    Fault("54", "while x > 0:  # here\n    x = x - 1\nreturn -x", {"x": X}, SHAPE, CONDITION),
    Fault("54", "return x if x > 0 else -x", {"x": X}, SHAPE, CONDITION),
    Fault("54", "return not x", {"x": X}, SHAPE, CONDITION),
    Fault("54", "return x > 0 and x < 1", {"x": X}, SHAPE, CONDITION),
    Fault("54", "return 0 < x < 1", {"x": X}, SHAPE, CONDITION),
    Fault(
        "57",
        "for i in range(n):  # here\n    x = x + 1\nreturn x",
        {"x": X, "n": np.nan},
        TypeError,
        INTEGER,
    ),
    Fault(
        "57", "for i in range(n):  # here\n    x = x + 1\nreturn x", {"x": X, "n": Y}, TYPE, SCALAR
    ),
    Fault("67", "return len(5) * x", {"x": X}, TypeError, "object of type 'int' has no len()"),
    Fault(
        "67",
        "return x.nothing",
        {"x": X},
        AttributeError,
        "'Tensor' object has no attribute 'nothing'",
    ),
    Fault(
        "67", "return np.nothing(x)", {"x": X}, AttributeError, "module 'numpy' has no attribute"
    ),
    Fault("67", "d = {'a': x}\nreturn d['b']", {"x": X}, KeyError, "'b'"),
    Fault(
        "67", "a, b = x, x, x  # here\nreturn a", {"x": X}, ValueError, "too many values to unpack"
    ),
    Fault("67", "return x()", {"x": X}, TypeError, "'Tensor' object is not callable"),
    Fault("67", "raise ValueError('mine')", {}, ValueError, "mine"),
    Fault(
        "67",
        "def g(y):\n    return y[7]  # here\nreturn g(x) + 1",
        {"x": X},
        INDEX,
        "index 7 is out of bounds",
    ),
    Fault("67", "return np.median(x)", {"x": X}, TYPE, "np.median is not available on tensors"),
    Fault(
        "67",
        "for v in 5:  # here\n    x = x + v\nreturn x",
        {"x": X},
        TypeError,
        "'int' object is not",
    ),
    Fault(
        "67", "for v in x[0]:  # here\n    x = x + v", {"x": X}, TYPE, "iteration over a 0-d array"
    ),
]


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    if case.error is UnboundLocalError:
        assert issubclass(NAME, UnboundLocalError)
    check_fault(case)


RESULTS = [
    Result("45", loop("y = x * i", "return x"), {"x": X, "n": 0}),
    Result("46", "if x[0] > 2:\n    y = x\nreturn x", {"x": X}),
    Result("47", "s = 0\nfor i in range(3):\n    s = s + 0.5\nreturn s * x", {"x": X}),
    Result("48", loop("s = np.concatenate([s, x])"), {"x": X, "n": 3}),
    Result("48", loop("s = s[1:]"), {"x": X, "n": 2}),
    Result("50", "for i in range(9):\n    for j in range(9):\n        if j > i:\n            break\n"
           "        if i == 4:\n            return x * j\n        x = x + j\nreturn x", {"x": X}),
    Result("51", "if x[0] > 2:\n    return x", {"x": X}, [None]),
    Result("51", "for i in range(3):\n    if x[i] > 1:\n        return x * i", {"x": X}),
    Result("55", "return x[0] > 5 and x[7] > 0, x[0] < 5 or x[7] > 0", {"x": X}),
    Result("55", "return not x[0] > 5, not x[0], (not x[0] > 5) + 1", {"x": X}),
    Result("57", loop("s = s + 1"), {"x": X, "n": -3}),
    Result("61", "def g(z, n):\n    return z if n == 0 else g(z * 2, n - 1)\nreturn g(x, 3)", {"x": X}),
    Result("66", "ümlaut = x * 2\nclass_ = ümlaut + 1\nreturn class_", {"x": X}),
]  # fmt: skip


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    check_result(case)


BOUND = [1, 2.0, X]


def reads_what_changes(x):
    return x * BOUND[0] + BOUND[1] * BOUND[2]


def test_what_a_function_captures_is_read_at_each_call(monkeypatch):
    """Row 62: an int, a float and a tensor, each changed in its turn."""
    f = ag.function(reads_what_changes)
    for bound in ([1, 2.0, X], [3, 2.0, X], [3, 5.0, X], [3, 5.0, X * 2], [2.5, 5.0, X]):
        monkeypatch.setattr(f"{__name__}.BOUND", bound)
        want = X.numpy() * bound[0] + bound[1] * bound[2].numpy()
        assert f(X).numpy().tolist() == f.eager(X).numpy().tolist() == want.tolist()


def fails_late(v, x, n):
    for i in range(n):
        v.assign_add(x[i])
    return v.read_value()


def test_a_fault_is_not_sticky():
    """What came before it is done, as in Python, and the next call is right."""
    f = ag.function(fails_late)
    for run in (f, f.eager):
        v = ag.Variable(0.0)
        with pytest.raises(IndexError, match="index 3 is out of bounds for axis 0 with size 3"):
            run(v, X, 5)
        assert float(v.numpy()) == 6.0
        assert float(run(v, X, 2).numpy()) == 9.0


def squares(x, v):
    y = x * x
    v.assign_add(y)
    return y


def test_a_kernel_that_does_not_compile_changes_nothing(monkeypatch):
    """One error that names the function and its line; the next call compiles it."""
    f, v = ag.function(squares), ag.Variable(1.0)
    monkeypatch.setenv("AUTOGRAPH_LITE_CACHE", "off")
    monkeypatch.setattr(load, "ENTRIES", {})
    with monkeypatch.context() as broken:
        broken.setattr(
            load, "optimised", lambda *_: (_ for _ in ()).throw(RuntimeError("no such pass"))
        )
        with pytest.raises(errors.InternalError, match="squares could not be compiled") as caught:
            f(ag.constant(3.0), v)
    line = squares.__code__.co_firstlineno + 1
    assert f'File "{__file__}", line {line}, in squares' in str(caught.value)
    assert float(v.numpy()) == 1.0
    assert float(f(ag.constant(3.0), v).numpy()) == 9.0
    assert float(v.numpy()) == 10.0
