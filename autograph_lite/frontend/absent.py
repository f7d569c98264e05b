"""Perhaps: what is a tuple in some runs and None in the others.

`best = None`, then in a loop `best = x[i], i`.  Whether it `is None` is a bool of the run; for anything else it
is the tuple, and a call in which it is None there is made step by step, where Python says what it says.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import wrap

_OWN = ("count", "index", "_asdict", "_fields", "_replace")


def _surely(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *args: function(self.surely(), *map(surely, args))


def _reflected(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: function(surely(other), self.surely())


class Perhaps:
    """A tuple where `there`, a bool value, holds, else None."""

    __slots__ = ("obj", "there")

    def __init__(self, obj: Any, there: Value) -> None:
        self.obj, self.there = obj, there

    def is_there(self) -> Any:
        """`is not None`, as a bool of Python that only the run knows."""
        return wrap(f.number(self.there, dtype="bool"))

    def surely(self) -> Any:
        """The tuple, in the runs that go on."""
        root().emit_stepwise(f.logical_not(self.there))
        return self.obj

    __getitem__, __contains__ = _surely(operator.getitem), _surely(operator.contains)
    __iter__, __len__, __hash__ = _surely(iter), _surely(len), _surely(hash)
    __add__, __radd__ = _surely(operator.add), _reflected(operator.add)
    __mul__, __rmul__ = _surely(operator.mul), _reflected(operator.mul)
    __lt__, __le__ = _surely(operator.lt), _surely(operator.le)
    __gt__, __ge__ = _surely(operator.gt), _surely(operator.ge)
    __eq__, __ne__ = _surely(operator.eq), _surely(operator.ne)
    __str__, __bool__ = _surely(str), _surely(bool)

    def __getattr__(self, name: str) -> Any:
        if name not in _OWN and name not in getattr(self.obj, "_fields", ()):
            raise AttributeError(f"{type(self.obj).__name__!r} object has no attribute {name!r}")
        return getattr(self.surely(), name)

    def __repr__(self) -> str:
        return f"{self.obj!r} or None"


def surely(obj: Any) -> Any:
    """What may be None as what it is else; anything else itself."""
    return obj.surely() if isinstance(obj, Perhaps) else obj
