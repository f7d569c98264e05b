"""`print` for tensors: eagerly at once, in a compiled function in order and with the same text."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograph_lite.errors import GraphTypeError
from autograph_lite.nests import rebuild
from autograph_lite.ops.dispatch import context
from autograph_lite.printing import text
from autograph_lite.tensors.boxes import Box, staging, value_of, wrap


def ag_print(*items: Any, sep: str = " ", end: str = "\n", file: Any = None) -> None:
    """Python's `print` that works in compiled functions too."""
    _print("numpy", items, {"sep": sep, "end": end, "file": _named(file, "stdout")})


def tf_print(
    *items: Any, output_stream: Any = None, summarize: int = 3, sep: str = " ", end: str = "\n"
) -> None:
    """TensorFlow's `print`: on standard error, its own format of numbers."""
    file = _named(output_stream, "stderr")
    if not isinstance(file, str):
        raise GraphTypeError("output_stream is sys.stdout or sys.stderr")
    _print("tensorflow", items, {"sep": sep, "end": end, "file": file, "summarize": summarize})


def _named(file: Any, default: str) -> Any:
    """A standard stream by its name: which object it is may change until the text is written."""
    if file is None:
        return default
    return "stdout" if file is sys.stdout else "stderr" if file is sys.stderr else file


class _Muted(threading.local):
    """How many prints of this thread are still to be left out."""

    count = 0


_muted = _Muted()


def _print(voice: str, items: tuple[Any, ...], options: dict[str, Any]) -> None:
    if staging():
        shown = rebuild(tuple(items), _as_it_is)
        context.interpreter.emit_print(voice, shown, **options)  # type: ignore[attr-defined]
    else:
        replay(voice, items, options)


@contextmanager
def muted(count: int) -> Iterator[None]:
    """The next `count` prints have been made already and are left out."""
    _muted.count += count
    try:
        yield
    finally:
        _muted.count = 0


def replay(voice: str, items: Any, options: dict[str, Any]) -> None:
    """Write items whose values are known: now, or those that a compiled function recorded."""
    if voice == "python":
        stream = getattr(sys, options["file"])
        print(*items, sep=options["sep"], end=options["end"], file=stream, flush=options["flush"])
        return
    if _muted.count:
        _muted.count -= 1
        return
    shown = rebuild(tuple(items), _as_text)
    if voice == "numpy":
        line = text.print_text(shown, options["sep"])
    else:
        line = text.tf_print_text(*shown, sep=options["sep"], summarize=options["summarize"])
    file = options["file"]
    stream = getattr(sys, file) if isinstance(file, str) else file
    stream.write(line + options["end"])
    stream.flush()


def _as_it_is(item: Any) -> Any:
    """A variable as the tensor that it holds where the print stands."""
    return wrap(value_of(item)) if isinstance(item, Box) and item.is_variable else item


def _as_text(item: Any) -> Any:
    return text.TensorText(np.asarray(value_of(item).data)) if isinstance(item, Box) else item
