"""HostArray: a plain array that NumPy makes before the kernel runs, while a function is staged.

`q * np.eye(2)` of a number that the call is given is one.  NumPy's own functions make it, and all that is
computed of it alone; where it meets a tensor it is an input of the kernel.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.staging import root
from autograph_lite.tensors.forwarding import Untouched

Recipe = Callable[[Any], Any]
"""How an object is made again at a call, of what that call is given (`frontend.host.Present`)."""

IN_PLACE = (
    "byteswap",
    "fill",
    "itemset",
    "partition",
    "put",
    "resize",
    "setfield",
    "setflags",
    "sort",
)


def refuse_use(what: str) -> NoReturn:
    """An error where something needs the elements while the function is staged."""
    raise ConversionError(
        f"{what} of a plain array that is made of numbers which only the run of the compiled function knows is"
        " not available; make it a tensor first: x = ag.array(x)"
    )


class HostArray(Untouched):
    """An array of NumPy's that is made anew at every call; `sample` is that of the call that is staged, of
    which only the dtype and the number of axes are the same in every call."""

    __slots__ = ("recipe", "sample")

    def __init__(self, sample: Any, recipe: Recipe) -> None:
        self.sample, self.recipe = sample, recipe

    def lifted(self) -> Value:
        """The input of the kernel."""
        value: Value = root().hosts.lift(self)
        return value

    @staticmethod
    def operate(op: Callable[..., Any], *operands: Any) -> Any:
        return root().hosts.operator(op, *operands)

    def refused(self, what: str) -> NoReturn:
        refuse_use(what)

    def __getitem__(self, index: Any) -> Any:
        return self.operate(operator.getitem, self, index)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """NumPy meets it: an operator or function of which another operand is a plain array or a tensor."""
        from autograph_lite.tensors.scalar import meant

        function = meant(ufunc) if method == "__call__" and not kwargs else getattr(ufunc, method)
        return root().hosts.operator(function, *inputs, **kwargs)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.sample, name)
        if not callable(found):
            return root().hosts.operator(getattr, self, name)
        if name in IN_PLACE:
            refuse_use(f"{name}()")
        return HostMethod(self, name)

    @property
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = self.sample.dtype
        return dtype

    @property
    def ndim(self) -> int:
        return int(self.sample.ndim)

    def __repr__(self) -> str:
        return "a plain array"


class HostMethod:
    """A method of a host array."""

    __slots__ = ("name", "owner")

    def __init__(self, owner: HostArray, name: str) -> None:
        self.owner, self.name = owner, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return root().hosts.operator(_called, self.owner, self.name, *args, **kwargs)


def _called(array: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(array, name)(*args, **kwargs)
