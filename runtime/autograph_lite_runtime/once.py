"""What a process makes once, whichever thread asks first.

The address of such a thing is known to native code, so that a second one, made by another thread at the same
time and then dropped, would be a pointer to nothing; `functools.cache` lets that happen.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")


class Making:
    """One thread makes things, and compiles, at a time; a child process starts with a lock that nobody
    holds."""

    lock = threading.RLock()

    @classmethod
    def renew(cls) -> None:
        cls.lock = threading.RLock()


os.register_at_fork(after_in_child=Making.renew)


def once(make: Callable[..., Made]) -> Callable[..., Made]:
    """The function, called once for the same arguments; what it made stays as long as the process."""
    made: dict[tuple[Hashable, ...], Made] = {}

    @functools.wraps(make)
    def found(*key: Any) -> Made:
        if key not in made:
            with Making.lock:
                if key not in made:
                    made[key] = make(*key)
        return made[key]

    return found
