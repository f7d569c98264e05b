"""Values -> text.  One formatter for eager mode and for kernels, so that both print the same.

A kernel never formats: it records raw values, and what is written later is made here.  There are
three voices: NumPy's (`print_text`, `ag_str`, `ag_repr`), TensorFlow's print of a tensor (`tf_str`,
`tf_repr`) and TensorFlow's print operation (`tf_print_text`), whose rules are those of its C++
formatter and not NumPy's.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pprint import pformat
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class TensorText:
    """An array that stands for a tensor, told apart from an array of the user's own."""

    array: Array


# NumPy's voice


def print_text(items: tuple[Any, ...], sep: str = " ") -> str:
    """What Python's `print` shows of the same items with NumPy values in place of tensors."""
    return sep.join(str(map_tensors(item, _numpy_value)) for item in items)


def ag_str(array: Array) -> str:
    """The text of a tensor is the text of the array it holds."""
    return str(array)


def ag_repr(array: Array) -> str:
    """`Tensor([1., 2.], dtype=float64)`; the shape is shown where the numbers do not tell it."""
    if array.ndim == 0:
        return f"Tensor({array}, shape=(), dtype={array.dtype})"
    body = np.array2string(array, separator=", ", prefix="Tensor(")
    summarised = array.size > int(np.get_printoptions()["threshold"])
    shape = f", shape={array.shape}" if summarised or array.size == 0 else ""
    return f"Tensor({body}{shape}, dtype={array.dtype})"


def value_format(array: Array, spec: str) -> str:
    """The text of a tensor in an f-string: `format` of the NumPy value."""
    return format(_numpy_value(TensorText(array)), spec)


def _numpy_value(item: TensorText) -> Any:
    return item.array[()]  # a NumPy scalar where the array has no axes


# TensorFlow's voice: Python's print of a tensor or a variable


def tf_str(array: Array) -> str:
    """`tf.Tensor(-2.0, shape=(), dtype=float32)`."""
    return f"tf.Tensor({_on_new_line(str(array))}, shape={array.shape}, dtype={array.dtype})"


def tf_repr(array: Array) -> str:
    """`<tf.Tensor: shape=(), dtype=float32, numpy=-2.0>`."""
    return f"<tf.Tensor: shape={array.shape}, dtype={array.dtype}, numpy={_tf_value(array)}>"


def tf_variable_repr(name: str, array: Array) -> str:
    """`<tf.Variable 'x:0' shape=() dtype=float32, numpy=0.0>`; TensorFlow's own commas."""
    head = f"<tf.Variable '{name}:0' shape={array.shape}"
    return f"{head} dtype={array.dtype}, numpy={_tf_value(array)}>"


def _tf_value(array: Array) -> str:
    """A scalar passes through a Python number: float32 1e-10 shows as 1.000000013351432e-10."""
    return repr(array.item()) if array.ndim == 0 else _on_new_line(repr(array))


def _on_new_line(text: str) -> str:
    return "\n" + text if "\n" in text else text


# TensorFlow's voice: its print operation


def tf_print_text(*items: Any, sep: str = " ", summarize: int = 3) -> str:
    """The text that `tf.print` writes for the items, without the line end.

    Python objects are shown by `pprint`, which sorts dicts and wraps what is longer than 80
    columns; a tensor inside a container counts there as the four characters that TensorFlow's
    own placeholder takes.  `summarize` keeps that many elements at both ends of every axis;
    -1 keeps all.
    """
    return sep.join(_tf_item(item, summarize) for item in items)


def _tf_item(item: Any, summarize: int) -> str:
    if isinstance(item, str):
        return item
    texts: list[str] = []

    def leave_slot(tensor: TensorText) -> _Slot:
        texts.append(tf_tensor_text(tensor.array, summarize))
        return _Slot(len(texts) - 1)

    template = pformat(map_tensors(item, leave_slot))
    return re.sub("\0(.)\0\0", lambda found: texts[ord(found[1])], template, flags=re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class _Slot:
    """The place of a tensor in a template; NUL cannot occur in the `repr` of a string."""

    index: int

    def __repr__(self) -> str:
        return f"\0{chr(self.index)}\0\0"


def tf_tensor_text(array: Array, summarize: int = 3) -> str:
    """One tensor in `tf.print`: `[0 1 2 ... 7 8 9]`, rows of a matrix on lines of their own."""
    ends = array.size if summarize < 0 else min(summarize, array.size)
    if array.ndim == 0:
        return tf_scalar_text(array[()]) if ends > 0 else "..."
    return _tf_axis_text(array, ends, 0, array.ndim)


def _tf_axis_text(array: Array, ends: int, axis: int, ndim: int) -> str:
    if axis == ndim:
        return tf_scalar_text(array[()])
    count = array.shape[0]
    space = _tf_space(axis, ndim)

    def rows(start: int, stop: int) -> list[str]:
        return [_tf_axis_text(array[i, ...], ends, axis + 1, ndim) for i in range(start, stop)]

    head = space.join(rows(0, min(ends, count)))
    cut = space + "..." if count > 2 * ends else ""
    tail = "".join(space + row for row in rows(max(ends, count - ends), count))
    return f"[{head}{cut}{tail}]"


def _tf_space(axis: int, ndim: int) -> str:
    inner = ndim - axis - 1
    return "\n" * inner + " " * (axis + 1) if inner else " "


def tf_scalar_text(value: Any) -> str:
    """One element: bool as 1 or 0, floats with as few of two fixed lengths as give them back."""
    if isinstance(value, np.bool_):
        return "1" if value else "0"
    if isinstance(value, np.complexfloating):
        return "?"  # as TensorFlow prints it
    if not isinstance(value, np.floating):
        return str(value)
    if np.isnan(value):
        return "nan"  # a NaN has no sign to show
    short, long = (15, 17) if value.dtype.itemsize == 8 else (6, 9)
    number = float(value)
    text = f"{number:.{short}g}"
    return text if value.dtype.type(text) == value else f"{number:.{long}g}"


# Nests


def map_tensors(item: Any, change: Callable[[TensorText], Any]) -> Any:
    """The same nest of dicts, lists and tuples with every tensor changed; dicts in key order."""
    if isinstance(item, TensorText):
        return change(item)
    if isinstance(item, dict):
        made = {key: map_tensors(value, change) for key, value in item.items()}
        return OrderedDict(made) if isinstance(item, OrderedDict) else made
    if isinstance(item, tuple) and hasattr(item, "_fields"):
        return type(item)(*(map_tensors(part, change) for part in item))
    if isinstance(item, tuple):
        return tuple(map_tensors(part, change) for part in item)
    if isinstance(item, list):
        return [map_tensors(part, change) for part in item]
    return item
