"""Nests of lists, tuples and dicts: their leaves in order, and the same nest of other leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LISTS = (list, tuple)
NESTS = (list, tuple, dict)


def leaves(nest: Any) -> list[Any]:
    """The leaves from left to right; dicts in the order of their keys."""
    if isinstance(nest, dict):
        return [leaf for part in nest.values() for leaf in leaves(part)]
    if isinstance(nest, _LISTS):
        return [leaf for part in nest for leaf in leaves(part)]
    return [nest]


def rebuild(nest: Any, change: Callable[[Any], Any]) -> Any:
    """The same nest with every leaf changed, in the order of `leaves`."""
    if isinstance(nest, dict):
        return {key: rebuild(part, change) for key, part in nest.items()}
    if isinstance(nest, tuple) and hasattr(nest, "_fields"):
        return type(nest)(*(rebuild(part, change) for part in nest))
    if isinstance(nest, _LISTS):
        return type(nest)(rebuild(part, change) for part in nest)
    return change(nest)
