"""Later: a call of Python that is made when the values it is given are known.

A kernel never formats and makes no exceptions: it tells the values, and the call that eager execution
would have made is made then, on what eager execution would have given it.  So texts are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from autograph_lite.errors import ConversionError
from autograph_lite.nests import rebuild


class Later:
    """`function(*args, **kwargs)`, where parts of the arguments are known only to the run."""

    __slots__ = ("args", "function", "kwargs")
    what, uses = "an object", "made"

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs


def chosen(index: int, texts: tuple[Any, ...]) -> Any:
    """One of several texts; the others are not made."""
    return known(texts[index])


def known(nest: Any) -> Any:
    """The nest with every call in it made, given that its values are there."""
    if isinstance(nest, Later) and nest.function is chosen:
        return chosen(*nest.args)
    if isinstance(nest, Later):
        return nest.function(*known(nest.args), **known(nest.kwargs))
    return rebuild(nest, lambda leaf: known(leaf) if isinstance(leaf, Later) else leaf)


def _refused(self: Later, *args: Any, **kwargs: Any) -> NoReturn:
    del args, kwargs
    raise ConversionError(
        f"this is {self.what} whose values only the run of the compiled function knows; it can be"
        f" {self.uses}, and nothing else"
    )


class _Opaque(Later):
    """Whatever is asked of it is refused."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        _refused(self)

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __bool__ = _refused
    __len__ = __iter__ = __contains__ = __getitem__ = __call__ = _refused
    __mul__ = __rmul__ = __mod__ = __str__ = __repr__ = __format__ = _refused
    __int__ = __float__ = __index__ = __complex__ = __array__ = __bytes__ = _refused
    __enter__ = __exit__ = __add__ = __radd__ = _refused


class Text(_Opaque):
    """A text that is put together when its values are known."""

    __slots__ = ()
    what, uses = "a text", "printed, raised, returned or put into another text"

    def __add__(self, other: Any) -> Any:
        return _added(self, other)

    def __radd__(self, other: Any) -> Any:
        return _added(other, self)


def _added(a: Any, b: Any) -> Any:
    for part in (a, b):
        if not isinstance(part, str | Text):
            kind = type(part).__name__
            raise TypeError(f'can only concatenate str (not "{kind}") to str')
    return Text(str.join, ("", (a, b)), {})


class Error(_Opaque):
    """An exception that is made when it is raised."""

    __slots__ = ()
    what, uses = "an exception", "raised"
