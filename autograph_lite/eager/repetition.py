"""What eager execution does again and again is compiled, when it has been done `MANY` times.

By then step by step has taken about as long as it takes to compile; the bits are the same either way.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Plan = TypeVar("Plan")

MANY = 256
MOST = 1024
"""Keys that are counted; then counting starts anew, and what is compiled is found in memory."""

_UNKNOWN = object()
_compiler: list[Callable[[Any], Any]] = []


def install_compiler(compile: Callable[[Any], Any]) -> None:
    """Set who makes kernels: `compile(graph).run(arrays and scalars)` gives the results."""
    _compiler[:] = [compile]


def compiled(graph: Any) -> Callable[[list[Any]], list[Any]]:
    """What runs a graph."""
    run: Callable[[list[Any]], list[Any]] = _compiler[0](graph).run
    return run


class Repetition(Generic[Plan]):
    """Plans by what they are for; nothing at first, nothing for ever where `make` gives nothing."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Plan | None] = {}
        self._counts: dict[Hashable, int] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Repetition[Plan]:
        """A copy of what is repeated begins anew."""
        return Repetition()

    def plan(self, key: Hashable, make: Callable[..., Plan | None], *asked: Any) -> Plan | None:
        """What is known by the key, or once it has been asked for often `make(*asked)`."""
        found: Any = self._known.get(key, _UNKNOWN)
        if found is not _UNKNOWN:
            return found  # type: ignore[no-any-return]
        count = self._counts.get(key, 0)
        if count < MANY or not _compiler:
            self._counts[key] = count + 1
            if len(self._counts) > MOST:
                self._counts.clear()
            return None
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = None  # should it fail, then once
        self._known[key] = made = make(*asked)
        return made
