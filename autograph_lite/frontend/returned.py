"""Results that are views of the caller's tensors.

Step by step such a result is stale once its base is written, and what is written into it reaches the
base.  A kernel gives an array of its own; so its tensor is stale in the same way, and refuses the write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograph_lite.frontend.guards import Input
from autograph_lite.frontend.state import as_given, is_variable
from autograph_lite.frontend.structures import Leaf, Structure, leaf_places
from autograph_lite.frontend.trace import Trace
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves as leaves_of
from autograph_lite.tensors.boxes import Box, View, wrap

TENSOR = Leaf("ag")


@dataclass(frozen=True, slots=True)
class Viewed:
    """The result at this place is a view of an argument, by position, or of what is read from outside."""

    place: int
    base: int | Input


def returned_views(
    out: Any, structure: Structure, positions: dict[int, int], trace: Trace
) -> tuple[Viewed, ...]:
    """The results with axes that are views in every run; an element is as good as a copy."""
    inputs = {i.value: i for i in trace.inputs}
    found = []
    boxes = [leaf for leaf in leaves_of(out) if isinstance(leaf, Box) and not is_variable(leaf)]
    for box, (kind, place) in zip(boxes, leaf_places(structure), strict=True):
        if kind != TENSOR or not box._value.type.rank or not _surely_a_view(box):
            continue
        root = box.root
        base = positions.get(id(root), inputs.get(trace._by_object.get(id(root), (None, None))[1]))  # type: ignore[arg-type]
        if base is not None:
            found.append(Viewed(place, base))
    return tuple(found)


def _surely_a_view(box: Box) -> bool:
    """Whether a box is a view, and not one that a branch or a loop may have made."""
    view = box._base
    if view is None or view.put is None or view.stale:
        return False
    return view.base._base is None or _surely_a_view(view.base)


def viewing(
    views: tuple[Viewed, ...], results: list[Value], leaves: list[Any]
) -> Callable[[Value], Any]:
    """What makes objects of results, those that are views of tensors among them."""
    boxes: dict[int, Any] = {}
    for v in views:
        base = leaves[v.base] if isinstance(v.base, int) else v.base.read()
        if isinstance(base, Box) and not is_variable(base):
            box = boxes[id(results[v.place])] = wrap(results[v.place])
            box._base = View(base, base._version)
    return lambda value: boxes[id(value)] if id(value) in boxes else as_given(value)
