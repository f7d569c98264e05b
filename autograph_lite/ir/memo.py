"""Answers that hold until something changes, and are found again then."""

from __future__ import annotations

from typing import Any


class Memo:
    """What was found, by what was asked, as long as nothing has changed."""

    __slots__ = ("_found", "_moment")

    def __init__(self) -> None:
        self._found: dict[Any, Any] = {}
        self._moment = 0

    def at(self, moment: int) -> dict[Any, Any]:
        """What is known still, given how often something has changed."""
        if self._moment != moment:
            self._found.clear()
            self._moment = moment
        return self._found
