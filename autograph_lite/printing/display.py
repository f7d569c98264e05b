"""How tensors are shown: in NumPy's voice, or in TensorFlow's once its names are imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograph_lite.printing import text

_voice = ["numpy"]


def speak_tensorflow() -> None:
    """Show tensors and variables as TensorFlow does, from now on and in the whole process."""
    _voice[0] = "tensorflow"


def speak_numpy() -> None:
    _voice[0] = "numpy"


def in_tensorflow() -> bool:
    return _voice[0] == "tensorflow"


def shown(data: Any) -> str:
    """`str` of a tensor."""
    array = np.asarray(data)
    return text.tf_str(array) if in_tensorflow() else text.ag_str(array)


def represented(data: Any) -> str:
    """`repr` of a tensor."""
    array = np.asarray(data)
    return text.tf_repr(array) if in_tensorflow() else text.ag_repr(array)


def variable(name: str, data: Any) -> str:
    """`repr` and `str` of a variable."""
    array = np.asarray(data)
    if in_tensorflow():
        return text.tf_variable_repr(name, array)
    return f"Variable({text.ag_repr(array)[len('Tensor(') : -1]}, name={name!r})"


def formatted(data: Any, spec: str) -> str:
    """A tensor in an f-string."""
    return text.value_format(np.asarray(data), spec)
