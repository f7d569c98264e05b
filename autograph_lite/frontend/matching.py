"""What the patterns of a `match` ask of a subject while a function is staged.

The structure of a subject is known then, its elements may be values of the run.  Each question has
Python's answer, or is refused where only the run could give it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.absent import Perhaps, surely
from autograph_lite.frontend.advice import mentions_run
from autograph_lite.frontend.grown import refuse_objects
from autograph_lite.frontend.iterators import Counting
from autograph_lite.frontend.meanings import MEANINGS
from autograph_lite.tensors.boxes import Box

_MATCH_SELF = 1 << 22  # Py_TPFLAGS_MATCH_SELF: the one positional pattern is for the object itself


class Matching:
    """The part of `ag__` that patterns use."""

    call: Callable[..., Any]
    attr: Callable[[Any, str], Any]

    def is_sequence(self, obj: Any, least: int, starred: bool) -> Any:
        """Whether an object is a sequence of so many elements; a tensor is none, nor is a text."""
        if isinstance(obj, Counting):
            raise ConversionError(
                "a range that the run counts is matched by a sequence pattern; compare its bounds instead"
            )
        if isinstance(obj, Perhaps):
            return self.is_sequence(obj.obj, least, starred) and obj.is_there()
        match obj:
            case [*_]:
                length = self.call(len, (obj,))
                return length >= least if starred else length == least
            case _:
                return False

    def between(self, obj: Any, before: int, after: int) -> list[Any]:
        """What a starred name takes."""
        refuse_objects(obj)
        items = list(obj)
        return items[before : len(items) - after]

    def is_mapping(self, obj: Any, least: int) -> Any:
        return isinstance(obj, Mapping) and self.call(len, (obj,)) >= least

    def has_keys(self, obj: Any, *keys: Any) -> bool:
        if mentions_run(keys, {}):
            raise ConversionError(
                "a mapping pattern has a key that only the run knows; write `if` and `elif`"
            )
        absent = object()
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise ValueError(f"mapping pattern checks duplicate key ({key!r})")
            if self.call(obj.get, (key, absent)) is absent:
                return False
        return True

    def without_keys(self, obj: Any, *keys: Any) -> dict[Any, Any]:
        return {key: value for key, value in dict(obj).items() if key not in keys}

    def is_instance(self, obj: Any, cls: Any, positional: int, names: tuple[str, ...]) -> bool:
        """Whether an object is of a class and has the attributes that a class pattern names."""
        if not isinstance(cls, type):
            match obj:  # Python's own error
                case cls():
                    pass
        obj = surely(obj)
        found = MEANINGS[isinstance](obj, cls)
        if isinstance(found, Box):  # the class depends on the run, and so would what is captured
            obj.refused()
        if not found:
            return False
        asked = [*_positional_names(cls, positional), *names]
        for number, name in enumerate(asked):
            if name in asked[:number]:
                text = f"{cls.__name__}() got multiple sub-patterns for attribute {name!r}"
                raise TypeError(text)
        return all(hasattr(obj, name) for name in asked)

    def positional(self, obj: Any, cls: Any, number: int) -> Any:
        """What the positional pattern of this number is for."""
        names = _positional_names(cls, number + 1)
        return self.attr(obj, names[number]) if names else obj


def _positional_names(cls: type, count: int) -> tuple[str, ...]:
    """The attributes that so many positional patterns stand for; none where it is the object itself."""
    if not count:
        return ()
    own = bool(cls.__flags__ & _MATCH_SELF) and not hasattr(cls, "__match_args__")
    names = getattr(cls, "__match_args__", ())
    if not isinstance(names, tuple):
        kind = type(names).__name__
        raise TypeError(f"{cls.__name__}.__match_args__ must be a tuple (got {kind})")
    most = 1 if own else len(names)
    if count > most:
        plural = "" if most == 1 else "s"
        raise TypeError(
            f"{cls.__name__}() accepts {most} positional sub-pattern{plural} ({count} given)"
        )
    for name in names[:count]:
        if not isinstance(name, str):
            kind = type(name).__name__
            raise TypeError(f"__match_args__ elements must be strings (got {kind})")
    return () if own else names[:count]
