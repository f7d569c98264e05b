"""`print` for tensors: eagerly at once, in a compiled function in order and with the same text."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from autograph_lite import text
from autograph_lite.boxes import Box, staging, value_of
from autograph_lite.errors import GraphTypeError
from autograph_lite.nests import rebuild
from autograph_lite.ops.dispatch import context


def ag_print(*items: Any, sep: str = " ", end: str = "\n", file: Any = None) -> None:
    """Python's `print` that works in compiled functions too."""
    options = {"sep": sep, "end": end, "file": "stdout" if file is None else file}
    _print("numpy", items, options)


def tf_print(
    *items: Any, output_stream: Any = None, summarize: int = 3, sep: str = " ", end: str = "\n"
) -> None:
    """TensorFlow's `print`: on standard error, its own format of numbers."""
    if output_stream not in (None, sys.stdout, sys.stderr):
        raise GraphTypeError("output_stream is sys.stdout or sys.stderr")
    _print("tensorflow", items, sep, end, output_stream, summarize)


def _print(voice: str, items: Any, sep: str, end: str, file: Any, summarize: int = 3) -> None:
    if staging():
        emit = context.interpreter.emit_print  # type: ignore[attr-defined]
        emit(voice, items, sep=sep, end=end, file=file, summarize=summarize)
        return
    line = written(voice, rebuild(items, _as_text), sep, summarize)
    stream = file or (sys.stdout if voice == "numpy" else sys.stderr)
    stream.write(line + end)
    stream.flush()


def replay(voice: str, items: Any, options: dict[str, Any]) -> None:
    """Print what a compiled function recorded."""
    _print(voice, items, **options)


def written(voice: str, items: tuple[Any, ...], sep: str, summarize: int) -> str:
    """The text of items in which tensors are `TensorText`."""
    if voice == "numpy":
        return text.print_text(items, sep)
    return text.tf_print_text(*items, sep=sep, summarize=summarize)


def _as_text(item: Any) -> Any:
    return text.TensorText(np.asarray(value_of(item).data)) if isinstance(item, Box) else item
