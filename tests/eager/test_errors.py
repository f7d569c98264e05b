"""Wrong input: one clear error each, of a class that a NumPy user would catch."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors

T = lambda: ag.array([[1.0, 2.0], [3.0, 4.0]])
CASES = {
    "broadcast": (lambda: T() + np.ones(3), errors.ShapeError, "could not be broadcast"),
    "kernel broadcast": (lambda: np.maximum(T(), np.ones(3)), errors.ShapeError, "could not be broadcast"),
    "condition": (lambda: bool(T()), errors.ShapeError, "condition must be a scalar; use np.any or np.all"),
    "past the end": (lambda: T()[2], errors.GraphIndexError, "index 2 is out of bounds"),
    "below": (lambda: T()[-3], errors.GraphIndexError, "out of bounds"),
    "too many": (lambda: T()[0, 0, 0], errors.GraphIndexError, "too many indices"),
    "of a scalar": (lambda: ag.array(1.0)[0], errors.GraphIndexError, "too many indices"),
    "float index": (lambda: T()[1.0], errors.GraphIndexError, "only integers"),
    "bool index": (lambda: T()[True], errors.GraphIndexError, "bool"),
    "float tensor index": (lambda: T()[ag.array(1.0)], errors.GraphIndexError, "float64"),
    "slice step": (lambda: T()[::0], errors.ShapeError, "cannot be zero"),
    "slice bound": (lambda: T()[1.5:], errors.GraphTypeError, "slice indices"),
    "array assigned": (lambda: T().__setitem__([[0, 0]], 1.0), errors.GraphIndexError, "one axis"),
    "two arrays": (lambda: T()[[0, 1], [1, 0]], errors.GraphIndexError, "more than one array"),
    "array and int": (lambda: T()[[0, 1], 0], errors.GraphIndexError, "in two steps"),
    "mask shape": (lambda: T()[np.array([True, False, True])], errors.GraphIndexError, "boolean"),
    "reshape": (lambda: T().reshape(3), errors.ShapeError, "cannot reshape"),
    "reshape text": (lambda: T().reshape("a"), errors.GraphTypeError, "integers are needed"),
    "axis": (lambda: np.sum(T(), axis=2), errors.ShapeError, "out of bounds"),
    "axis type": (lambda: T().sum(axis=0.5), errors.GraphTypeError, "axis"),
    "axis twice": (lambda: T().sum(axis=(0, -2)), errors.ShapeError, "duplicate"),
    "squeeze": (lambda: np.squeeze(T(), axis=0), errors.ShapeError, "squeeze"),
    "stack": (lambda: np.stack([T(), T()[0]]), errors.ShapeError, "same shape"),
    "concatenate": (lambda: np.concatenate([T(), ag.ones((2, 3))]), errors.ShapeError, "must match"),
    "concatenate none": (lambda: ag.numpy.concatenate([]), errors.ShapeError, "at least one"),
    "matmul": (lambda: T() @ np.ones(3), errors.ShapeError, "mismatch in its core dimension"),
    "empty max": (lambda: np.max(ag.zeros(0)), errors.ShapeError, "no elements"),
    "empty argmax": (lambda: np.argmax(ag.zeros(0)), errors.ShapeError, "no elements"),
    "iteration": (lambda: list(ag.array(1.0)), TypeError, "iteration over a 0-d array"),
    "len": (lambda: len(ag.array(1.0)), TypeError, "unsized"),
    "float of many": (lambda: float(T()), TypeError, "0-dimensional"),
    "index of float": (lambda: [1, 2][ag.array(1.0)], TypeError, "integer scalar"),
    "hash": (lambda: hash(T()), TypeError, "unhashable"),
    "text": (lambda: ag.array("abc"), errors.GraphTypeError, "number or an array"),
    "none": (lambda: ag.numpy.add(T(), None), errors.GraphTypeError, "number or an array"),
    "ragged": (lambda: ag.array([[1.0], [2.0, 3.0]]), errors.GraphTypeError, "ragged"),
    "ufunc out": (lambda: np.add(T(), 1, out=np.ones((2, 2))), errors.GraphTypeError, "out="),
    "ufunc where": (lambda: np.add(T(), 1, where=False), errors.GraphTypeError, "where="),
    "ufunc reduce": (lambda: np.add.reduce(T()), errors.GraphTypeError, "np.add.reduce"),
    "missing ufunc": (lambda: np.fmod(T(), 2), errors.GraphTypeError, "np.fmod is not available"),
    "missing function": (lambda: np.median(T()), errors.GraphTypeError, r"write np.median\(x.numpy"),
    "missing module": (lambda: np.linalg.det(T()), errors.GraphTypeError, "np.linalg.det is not available"),
    "keyword": (lambda: np.sum(T(), where=T() > 0), TypeError, "where"),
    "keyword of ours": (lambda: ag.zeros(3, order="F"), TypeError, "order"),
    "reshape order": (lambda: np.reshape(T(), 4, order="F"), errors.GraphTypeError, "order"),
    "negative size": (lambda: ag.zeros(-1), errors.ShapeError, "negative dimensions"),
    "float size": (lambda: ag.zeros(2.5), errors.GraphTypeError, "integers are needed"),
    "overflow": (lambda: ag.zeros((2**32, 2**32)), errors.LimitError, "bytes"),
    "memory": (lambda: ag.ones((2**20, 2**20)), errors.LimitError, r"\(1048576,1048576\)"),
    "broadcast memory": (lambda: np.broadcast_to(ag.ones(1), (2**45,)), errors.LimitError, "bytes"),
    "arange memory": (lambda: ag.arange(2**45) + 1, errors.LimitError, "bytes"),
    "arange step": (lambda: ag.arange(0, 1, 0), errors.DomainError, "not zero"),
    "arange nan": (lambda: ag.arange(0.0, 1.0, np.nan), errors.DomainError, "step"),
    "arange inf": (lambda: ag.arange(0.0, np.inf), errors.DomainError, "finite"),
    "arange text": (lambda: ag.arange("a"), errors.GraphTypeError, "numbers"),
    "shift of float": (lambda: T() << 1, errors.GraphTypeError, "not defined for floats"),
    "invert of float": (lambda: ~T(), errors.GraphTypeError, "not defined for floats"),
    "dtype": (lambda: T().astype("float16"), errors.GraphTypeError, "float16"),
    "not a dtype": (lambda: T().astype("numbers"), errors.GraphTypeError, "not a dtype"),
    "unknown operand": (lambda: T() + object(), TypeError, "unsupported operand"),
    "three powers": (lambda: pow(ag.array(2), 2, 3), errors.GraphTypeError, "three arguments"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_error(name):
    run, kind, text = CASES[name]
    with pytest.raises(kind, match=text) as caught:
        run()
    assert len(str(caught.value)) < 1500


def test_classes_are_those_of_numpy():
    with pytest.raises(IndexError):
        T()[7]
    with pytest.raises(ValueError):
        T() + np.ones(3)
    with pytest.raises(TypeError):
        T() - "a"
    with pytest.raises(MemoryError):
        ag.zeros((2**32, 2**32))


def test_comparison_with_something_else():
    assert (T() == None) is False  # noqa: E711
    assert (T() != "a") is True


def test_deepcopy_and_copy():
    import copy

    t = T()
    for made in (copy.copy(t), copy.deepcopy(t)):
        t[0] = 5.0
        np.testing.assert_array_equal(made.numpy(), [[1.0, 2.0], [3.0, 4.0]])
        t = T()
