"""What of a call selects a kernel.

A signature is the structure of the arguments and, per leaf, kind, dtype, rank, which extents are 0 or
1 and which are equal; other sizes and other Python numbers use the same kernel.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.state import is_variable
from autograph_lite.frontend.trace import fits_word
from autograph_lite.ir.types import PY_DTYPE
from autograph_lite.tensors.boxes import Box


def fits(obj: Any, type: Any) -> bool:
    """Whether an object that was captured still has the type that it had."""
    data = obj._value.data if isinstance(obj, Box) else obj
    if not isinstance(data, np.ndarray | np.generic):
        return type.kind == "py" and fits_word(data) and PY_DTYPE[data.__class__] == type.dtype
    return (
        type.kind != "py"
        and data.dtype.name == type.dtype
        and data.ndim == type.rank
        and all(
            (e if e < 2 else None) == (t if isinstance(t, int) else None)
            for e, t in zip(data.shape, type.shape, strict=True)
        )
    )


def signature(leaves: list[Any]) -> tuple[Any, ...]:
    """What of the arguments selects a kernel."""
    extents: dict[int, int] = {}
    same: dict[int, int] = {}
    return tuple(_leaf_key(leaf, extents, same) for leaf in leaves)


def _leaf_key(leaf: Any, extents: dict[int, int], same: dict[int, int]) -> Any:
    kind = type(leaf)
    if kind in (float, int, bool):
        return kind
    if isinstance(leaf, Box) and not is_variable(leaf):
        data = leaf._value.data
        alias = same.setdefault(id(leaf), len(same))
    elif isinstance(leaf, np.ndarray | np.generic):
        data, alias = leaf, -1 - same.setdefault(id(leaf), len(same))  # it is no tensor
    else:
        return (kind, leaf) if isinstance(leaf, str | bytes | None.__class__) else (kind, id(leaf))
    shape = tuple(e if e < 2 else -1 - extents.setdefault(e, len(extents)) for e in data.shape)
    return (data.dtype.char, shape, alias)


def require_apart(written: list[Any], objects: list[Any]) -> None:
    """An error where a call reads a view of what it writes: the kernel takes the two for different
    arrays."""
    for box in written:
        for other in objects:
            if isinstance(other, Box) and other is not box and other.root is box.root:
                raise ConversionError(
                    "the function writes into a tensor and is given another view of it too; pass a copy of"
                    " the view: x[i:j].copy()"
                )
