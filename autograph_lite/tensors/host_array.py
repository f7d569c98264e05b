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
_TENSOR = "make it a tensor first: x = ag.array(x)"


def _refused(what: str) -> Callable[..., NoReturn]:
    def method(self: HostArray, *args: Any, **kwargs: Any) -> NoReturn:
        del self, args, kwargs
        refuse_use(what)

    return method


def refuse_use(what: str) -> NoReturn:
    """An error where something needs the elements while the function is staged."""
    raise ConversionError(
        f"{what} of a plain array that is made of numbers which only the run of the compiled function knows is"
        f" not available; {_TENSOR}"
    )


def _forward(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: root().hosts.operator(function, self, other)


def _reflected(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: root().hosts.operator(function, other, self)


def _one(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self: root().hosts.operator(function, self)


class HostArray:
    """An array of NumPy's that is made anew at every call; `sample` is that of the call that is staged, of
    which only the dtype and the number of axes are the same in every call."""

    __slots__ = ("recipe", "sample")

    def __init__(self, sample: Any, recipe: Recipe) -> None:
        self.sample, self.recipe = sample, recipe

    def lifted(self) -> Value:
        """The input of the kernel."""
        value: Value = root().hosts.lift(self)
        return value

    __add__, __radd__ = _forward(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _forward(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _forward(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _forward(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _forward(operator.floordiv), _reflected(operator.floordiv)
    __mod__, __rmod__ = _forward(operator.mod), _reflected(operator.mod)
    __pow__, __rpow__ = _forward(operator.pow), _reflected(operator.pow)
    __divmod__, __rdivmod__ = _forward(divmod), _reflected(divmod)
    __matmul__, __rmatmul__ = _forward(operator.matmul), _reflected(operator.matmul)
    __and__, __rand__ = _forward(operator.and_), _reflected(operator.and_)
    __or__, __ror__ = _forward(operator.or_), _reflected(operator.or_)
    __xor__, __rxor__ = _forward(operator.xor), _reflected(operator.xor)
    __lshift__, __rlshift__ = _forward(operator.lshift), _reflected(operator.lshift)
    __rshift__, __rrshift__ = _forward(operator.rshift), _reflected(operator.rshift)
    __lt__, __le__ = _forward(operator.lt), _forward(operator.le)
    __gt__, __ge__ = _forward(operator.gt), _forward(operator.ge)
    __eq__, __ne__ = _forward(operator.eq), _forward(operator.ne)
    __neg__, __pos__ = _one(operator.neg), _one(operator.pos)
    __abs__, __invert__ = _one(operator.abs), _one(operator.invert)
    __getitem__ = _forward(operator.getitem)
    __hash__ = None  # type: ignore[assignment]

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = _refused("an in-place operator")
    __imod__ = __ipow__ = __imatmul__ = __iand__ = __ior__ = _refused("an in-place operator")
    __ixor__ = __ilshift__ = __irshift__ = __setitem__ = _refused("an in-place operator")
    __bool__, __iter__ = _refused("the truth"), _refused("a loop over the rows")
    __float__ = __int__ = __index__ = __complex__ = _refused("a number")
    __len__, __contains__ = _refused("len()"), _refused("`in`")
    __str__ = __format__ = _refused("a text")
    __array__ = _refused("np.asarray()")

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
