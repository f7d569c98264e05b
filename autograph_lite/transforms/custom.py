"""Functions with a derivative of their own."""

from __future__ import annotations

from typing import Any

from autograph_lite.nests import rebuild
from autograph_lite.ops.dispatch import f as ops
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.tagged import Tagged


def stop_gradient(x: Any) -> Any:
    """The same value, or nest of values, through which no gradient passes."""
    return rebuild(x, _stopped)


def _stopped(x: Any) -> Any:
    if not isinstance(x, Box) or value_of(x).type.kind == "np":
        return x
    return (
        x.changed(ops.stop_gradient)
        if isinstance(x, Tagged)
        else wrap(ops.stop_gradient(value_of(x)))
    )
