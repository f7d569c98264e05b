"""A compiled function as a method: the object is the first argument of every call."""

from __future__ import annotations

from typing import Any


class Method:
    """What `obj.name` is where a class has a compiled function under that name."""

    is_bound = True

    def __init__(self, function: Any, owner: Any) -> None:
        self.__func__, self.__self__ = function, owner

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__func__(self.__self__, *args, **kwargs)

    def eager(self, *args: Any, **kwargs: Any) -> Any:
        """Run the Python method itself, step by step; the bits are the same."""
        return self.__func__.eager(self.__self__, *args, **kwargs)

    def graph(self, *args: Any, **kwargs: Any) -> str:
        """The optimised graph for these arguments, as text."""
        return str(self.__func__.graph(self.__self__, *args, **kwargs))

    def kernel_source(self, *args: Any, **kwargs: Any) -> str:
        """The kernel for these arguments, as Python source."""
        return str(self.__func__.kernel_source(self.__self__, *args, **kwargs))

    def explain(self, *args: Any, **kwargs: Any) -> str:
        """What the function has been compiled for, of all objects."""
        given = (self.__self__, *args) if args or kwargs else ()
        return str(self.__func__.explain(*given, **kwargs))

    def compile(self, *args: Any, **kwargs: Any) -> Method:
        """Stage and compile for these arguments without running."""
        self.__func__.compile(self.__self__, *args, **kwargs)
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__func__, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Method):
            return NotImplemented
        return other.__self__ is self.__self__ and other.__func__ is self.__func__

    def __hash__(self) -> int:
        return hash((id(self.__func__), id(self.__self__)))

    def __repr__(self) -> str:
        return f"<bound {self.__func__!r} of {self.__self__!r}>"
