"""Variables: state, assignment, and reading late."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GraphTypeError, ShapeError


def test_attributes():
    v = ag.Variable([1.0, 2.0], name="v", trainable=False)
    assert (v.name, v.trainable, v.shape, v.dtype, v.ndim, len(v)) == (
        "v",
        False,
        (2,),
        np.float64,
        1,
        2,
    )
    assert ag.Variable(1).dtype == np.int64
    assert ag.Variable(1, dtype="float32").dtype == np.float32
    assert ag.Variable(lambda: np.ones(2)).shape == (2,)
    assert ag.Variable(ag.constant(2.0)).numpy() == 2.0


def test_assign_returns_the_variable():
    v = ag.Variable([1.0, 2.0])
    assert v.assign([3.0, 4.0]) is v
    assert v.assign_add([1.0, 1.0]) is v
    assert v.assign_sub(2.0) is v
    np.testing.assert_array_equal(v.numpy(), [2.0, 3.0])


def test_it_behaves_as_its_value():
    v = ag.Variable([1.0, 2.0])
    np.testing.assert_array_equal((2.0 * v + v[1] - np.sin(v) * 0).numpy(), [4.0, 6.0])
    np.testing.assert_array_equal(np.stack([v, v]).numpy(), [[1.0, 2.0], [1.0, 2.0]])
    np.testing.assert_array_equal(np.asarray(v), [1.0, 2.0])
    assert float(ag.Variable(2.0)) == 2.0
    assert v.sum().item() == 3.0


def test_a_value_that_was_read_does_not_change():
    v = ag.Variable([1.0, 2.0])
    before, row = v.read_value(), v[0]
    v.assign([5.0, 6.0])
    np.testing.assert_array_equal(before.numpy(), [1.0, 2.0])
    assert float(row) == 1.0


def test_a_slice_is_the_value_then():
    v = ag.Variable([1.0, 2.0, 3.0])
    part = v[1:]
    v.assign_add(1.0)
    np.testing.assert_array_equal(part.numpy(), [2.0, 3.0])
    part[0] = 9.0
    np.testing.assert_array_equal(v.numpy(), [2.0, 3.0, 4.0])


def test_the_array_given_is_copied():
    x = np.ones(2)
    v = ag.Variable(x)
    x[0] = 5.0
    v.assign(x)
    x[0] = 7.0
    np.testing.assert_array_equal(v.numpy(), [5.0, 1.0])


def test_it_is_shown():
    assert repr(ag.Variable([1.0, 2.0], name="v")) == "Variable([1., 2.], dtype=float64, name='v')"


def test_copies():
    import copy

    v = ag.Variable(1.0, name="v")
    twin = copy.deepcopy(v)
    twin.assign(2.0)
    assert (float(v), float(twin), twin.name) == (1.0, 2.0, "v")


WRONG = {
    "shape": (
        lambda v: v.assign(np.ones(3)),
        ShapeError,
        r"shape \(3,\) to variable 'v' of shape \(2,\)",
    ),
    "added shape": (lambda v: v.assign_add(np.ones((1, 2))), ShapeError, "cannot assign"),
    "tensor dtype": (
        lambda v: v.assign(ag.ones(2, "float32")),
        GraphTypeError,
        "float32 to variable 'v'",
    ),
    "text": (lambda v: v.assign("a"), GraphTypeError, "number or an array"),
    "in place": (lambda v: v.__iadd__(1.0), GraphTypeError, "assign_add"),
    "times in place": (lambda v: v.__imul__(1.0), GraphTypeError, "assign"),
    "by index": (lambda v: v.__setitem__(0, 1.0), GraphTypeError, "use assign"),
    "hash": (lambda v: {v: 1}, TypeError, "unhashable"),
    "float16": (lambda v: ag.Variable(np.ones(2, "float16")), GraphTypeError, "float16"),
    "none": (lambda v: ag.Variable(None), GraphTypeError, "number or an array"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_changes_nothing(name):
    run, kind, text = WRONG[name]
    v = ag.Variable([1.0, 2.0], name="v")
    with pytest.raises(kind, match=text):
        run(v)
    np.testing.assert_array_equal(v.numpy(), [1.0, 2.0])


def test_an_integer_variable_takes_no_float():
    with pytest.raises(GraphTypeError, match=r"cannot assign 1.5 to variable 'n' of dtype int64"):
        ag.Variable(1, name="n").assign(1.5)
