"""The text of values, against what NumPy and TensorFlow 2 print."""

from collections import namedtuple

import numpy as np
import pytest

from autograph_lite.printing.text import (
    TensorText,
    ag_repr,
    ag_str,
    print_text,
    tf_print_text,
    tf_repr,
    tf_str,
    tf_variable_repr,
    value_format,
)


def tensor(value, dtype=None):
    return TensorText(np.asarray(value, dtype))


FLOAT32 = [
    (1.0, "1"),
    (-0.0, "-0"),
    (0.1, "0.1"),
    (1 / 3, "0.333333343"),
    (123456789.0, "123456792"),
    (1e6, "1e+06"),
    (1234567.0, "1234567"),
    (16777216.0, "16777216"),
    (1e-10, "1e-10"),
    (0.99999857, "0.999998569"),
    (np.nan, "nan"),
    (-np.nan, "nan"),
    (np.inf, "inf"),
    (-np.inf, "-inf"),
]
FLOAT64 = [(0.1 + 0.2, "0.30000000000000004"), (1 / 3, "0.33333333333333331"), (1.0, "1")]


@pytest.mark.parametrize(("value", "text"), FLOAT32)
def test_tf_print_of_float32(value, text):
    assert tf_print_text(tensor(value, "float32")) == text


@pytest.mark.parametrize(("value", "text"), FLOAT64)
def test_tf_print_of_float64(value, text):
    assert tf_print_text(tensor(value)) == text


def test_tf_print_of_other_dtypes():
    assert tf_print_text(tensor(True), tensor([True, False])) == "1 [1 0]"
    assert tf_print_text(tensor(-7, "int32"), tensor(2**40)) == "-7 1099511627776"
    assert tf_print_text(tensor(1j)) == "?"


def test_tf_print_of_python_objects():
    assert tf_print_text("a", 1.0, True, None, 1) == "a 1.0 True None 1"
    assert tf_print_text() == ""
    assert tf_print_text("a", "b", sep=", ") == "a, b"
    assert tf_print_text("{}", tensor(1.0)) == "{} 1"
    assert tf_print_text(np.array([1, 2, 3]), np.float32(0.1)) == "array([1, 2, 3]) np.float32(0.1)"


def test_tf_print_of_containers():
    one, two = tensor(1.0), tensor(-2.0)
    assert tf_print_text((one, two)) == "(1, -2)"
    assert tf_print_text(("a",), [1, 2, "a"]) == "('a',) [1, 2, 'a']"
    assert tf_print_text({"b": one, "a": 2}) == "{'a': 2, 'b': 1}"
    assert tf_print_text([{"x": (one, {"y": two})}, 1.5]) == "[{'x': (1, {'y': -2})}, 1.5]"
    assert tf_print_text(namedtuple("P", "x y")(one, 2)) == "P(x=1, y=2)"
    assert tf_print_text([one, "'{}'", "\0"]) == "[1, \"'{}'\", '\\x00']"


def test_tf_print_wraps_as_pprint_does():
    ones = [tensor(1.0)] * 40
    assert tf_print_text(ones) == "[" + ",\n ".join(["1"] * 40) + "]"
    assert tf_print_text(ones[:13]) == "[" + ", ".join(["1"] * 13) + "]"


def test_tf_print_of_arrays():
    assert tf_print_text(tensor(range(6))) == "[0 1 2 3 4 5]"
    assert tf_print_text(tensor(range(7))) == "[0 1 2 ... 4 5 6]"
    assert tf_print_text(tensor(range(10))) == "[0 1 2 ... 7 8 9]"
    assert tf_print_text(tensor(range(10)), summarize=-1) == "[0 1 2 3 4 5 6 7 8 9]"
    assert tf_print_text(tensor(range(10)), summarize=1) == "[0 ... 9]"
    assert tf_print_text(tensor([])) == "[]"


def test_tf_print_of_matrices():
    assert tf_print_text(tensor([[1.0, 2.0], [3.0, 4.0]])) == "[[1 2]\n [3 4]]"
    cube = tensor(np.arange(8).reshape(2, 2, 2))
    assert tf_print_text(cube) == "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]"
    tall = tensor(np.arange(14).reshape(7, 2))
    assert tf_print_text(tall) == "[[0 1]\n [2 3]\n [4 5]\n ...\n [8 9]\n [10 11]\n [12 13]]"


def test_tf_str_and_repr():
    minus_two = np.array(-2.0, "float32")
    assert tf_str(minus_two) == "tf.Tensor(-2.0, shape=(), dtype=float32)"
    assert tf_repr(np.array(1.0, "float32")) == "<tf.Tensor: shape=(), dtype=float32, numpy=1.0>"
    assert tf_str(np.array(True)) == "tf.Tensor(True, shape=(), dtype=bool)"
    assert tf_str(np.array([1, 2])) == "tf.Tensor([1 2], shape=(2,), dtype=int64)"
    two_rows = "tf.Tensor(\n[[1 2]\n [3 4]], shape=(2, 2), dtype=int64)"
    assert tf_str(np.array([[1, 2], [3, 4]])) == two_rows
    small = np.array(1e-10, "float32")
    assert tf_str(small) == "tf.Tensor(1e-10, shape=(), dtype=float32)"
    assert tf_repr(small).endswith("numpy=1.000000013351432e-10>")
    variable = "<tf.Variable 'x:0' shape=() dtype=float32, numpy=0.0>"
    assert tf_variable_repr("x", np.array(0.0, "float32")) == variable


def test_text_of_a_tensor_is_numpys():
    for value in (1.0, 1e-10, [1.0, 2.0], [[1.5], [2.0]], True, np.float32(0.1)):
        assert ag_str(np.asarray(value)) == str(np.asarray(value))
    assert value_format(np.array(1.25), ".1f") == "1.2"
    assert value_format(np.array([1.0, 2.0]), "") == "[1. 2.]"


def test_repr_of_a_tensor():
    assert ag_repr(np.array([1.0, 2.0])) == "Tensor([1., 2.], dtype=float64)"
    assert ag_repr(np.array(1.0)) == "Tensor(1.0, shape=(), dtype=float64)"
    assert ag_repr(np.zeros((0, 3))) == "Tensor([], shape=(0, 3), dtype=float64)"
    two_rows = "Tensor([[1, 2],\n        [3, 4]], dtype=int64)"
    assert ag_repr(np.array([[1, 2], [3, 4]])) == two_rows
    assert ag_repr(np.arange(2000)).endswith("shape=(2000,), dtype=int64)")


def test_print_shows_what_python_shows_of_numpy_values():
    one, row = np.array(1.0), np.array([1.0, 2.0])
    plain = (one[()], row, [row, one[()]], {"k": one[()]}, "s", 2, None)
    tensors = (
        TensorText(one),
        TensorText(row),
        [TensorText(row), TensorText(one)],
        {"k": TensorText(one)},
        "s",
        2,
        None,
    )
    assert print_text(tensors) == " ".join(map(str, plain))
    assert print_text(tensors[:2], sep="|") == "1.0|[1. 2.]"
    assert print_text(()) == ""
