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
        self._known: dict[Hashable, int | Plan | None] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Repetition[Plan]:
        """A copy of what is repeated begins anew."""
        return Repetition()

    def plan(self, key: Hashable, make: Callable[[], Plan | None]) -> Plan | None:
        known = self._known.get(key, 0)
        if not isinstance(known, int):
            return known
        if len(self._known) >= MOST:
            self._known.clear()
        if known < MANY or not _compiler:
            self._known[key] = known + 1
            return None
        self._known[key] = None  # should it fail, then once
        self._known[key] = made = make()
        return made
