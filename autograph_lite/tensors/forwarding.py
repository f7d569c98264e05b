"""Forwarding: an object of which every operator is one function of the operator and its operands.

Untouched is one that stands for an array of NumPy's, of which only the run knows the elements.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

Operator = Callable[..., Any]


def _forward(op: Operator) -> Callable[[Any, Any], Any]:
    return lambda self, other: self.operate(op, self, other)


def _reflected(op: Operator) -> Callable[[Any, Any], Any]:
    return lambda self, other: self.operate(op, other, self)


def _one(op: Operator) -> Callable[[Any], Any]:
    return lambda self: self.operate(op, self)


class Forwarding:
    """`operate(op, *operands)` says what an operator gives, in the order in which the operands are written."""

    __slots__ = ()

    @staticmethod
    def operate(op: Operator, *operands: Any) -> Any:
        raise NotImplementedError

    __add__, __radd__ = _forward(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _forward(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _forward(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _forward(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _forward(operator.floordiv), _reflected(operator.floordiv)
    __mod__, __rmod__ = _forward(operator.mod), _reflected(operator.mod)
    __pow__, __rpow__ = _forward(operator.pow), _reflected(operator.pow)
    __divmod__, __rdivmod__ = _forward(divmod), _reflected(divmod)
    __and__, __rand__ = _forward(operator.and_), _reflected(operator.and_)
    __or__, __ror__ = _forward(operator.or_), _reflected(operator.or_)
    __xor__, __rxor__ = _forward(operator.xor), _reflected(operator.xor)
    __lshift__, __rlshift__ = _forward(operator.lshift), _reflected(operator.lshift)
    __rshift__, __rrshift__ = _forward(operator.rshift), _reflected(operator.rshift)
    __lt__, __le__ = _forward(operator.lt), _forward(operator.le)
    __gt__, __ge__ = _forward(operator.gt), _forward(operator.ge)
    __eq__, __ne__ = _forward(operator.eq), _forward(operator.ne)
    __neg__, __pos__, __abs__ = _one(operator.neg), _one(operator.pos), _one(operator.abs)
    __invert__ = _one(operator.invert)


def _needs(what: str) -> Callable[..., NoReturn]:
    def method(self: Untouched, *args: Any, **kwargs: Any) -> NoReturn:
        del args, kwargs
        self.refused(what)

    return method


class Untouched(Forwarding):
    """An array of NumPy's that no tensor has touched; `refused` says that something of it is not available."""

    __slots__ = ()

    def refused(self, what: str) -> NoReturn:
        raise NotImplementedError

    def __matmul__(self, other: Any) -> Any:
        return self.operate(operator.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return self.operate(operator.matmul, other, self)

    __hash__ = None  # type: ignore[assignment]

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = _needs("an in-place operator")
    __imod__ = __ipow__ = __imatmul__ = __iand__ = __ior__ = _needs("an in-place operator")
    __ixor__ = __ilshift__ = __irshift__ = __setitem__ = _needs("an in-place operator")
    __bool__, __iter__ = _needs("the truth"), _needs("a loop over the rows")
    __len__, __contains__ = _needs("len()"), _needs("`in`")
    __float__ = __int__ = __index__ = __complex__ = _needs("a number")
    __str__ = __format__ = _needs("a text")
    __array__ = _needs("np.asarray()")
