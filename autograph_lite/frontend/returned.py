"""Results: views of the caller's tensors, and what does not depend on the run.

Step by step a view is stale once its base is written, and what is written into it reaches the
base.  A kernel gives an array of its own; so its tensor is stale in the same way, and refuses the write.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograph_lite.frontend.absent import Perhaps
from autograph_lite.frontend.effects import CONTAINERS, refuse_result
from autograph_lite.frontend.grown import grown_in
from autograph_lite.frontend.guards import Input
from autograph_lite.frontend.holders import is_made
from autograph_lite.frontend.iterators import ForLoop
from autograph_lite.frontend.packing import shown
from autograph_lite.frontend.state import as_given, is_variable
from autograph_lite.frontend.structures import Leaf, Structure, leaf_places
from autograph_lite.frontend.trace import Trace
from autograph_lite.ir.graph import Value
from autograph_lite.nests import leaves as leaves_of
from autograph_lite.tensors.boxes import Box, View, wrap
from autograph_lite.tensors.host_array import HostArray
from autograph_lite.tensors.number import Number

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


# --- what does not depend on the run -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Argument:
    """A returned object that is an argument of the call, by position among the leaves; after them come the
    arrays that the host has made."""

    position: int


def outgoing(obj: Any, positions: dict[int, int], trace: Trace) -> Any:
    """A returned object in which arguments stand as such and outer tensors as themselves."""
    if isinstance(obj, Box):
        if id(obj) in positions and not isinstance(obj, Number):
            return Argument(positions[id(obj)])
        if obj._value.data is None:
            return obj
        return Outer(trace._getters.get(id(obj), (obj, lambda: obj))[1])
    if isinstance(obj, Perhaps):
        return outgoing(obj.surely(), positions, trace)
    if isinstance(obj, HostArray):
        return Argument(trace.hosts.give_back(obj))
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*(outgoing(o, positions, trace) for o in obj))
    if grown_in(obj) is not None:
        return shown(obj)
    if isinstance(obj, list | tuple):
        return type(obj)(outgoing(o, positions, trace) for o in obj)
    if type(obj) is dict:
        return {k: outgoing(o, positions, trace) for k, o in obj.items()}
    if isinstance(obj, ForLoop):
        iter(obj)  # says that it is no Python object
    refuse_result(obj)
    own = id(obj) not in trace.given and id(obj) not in trace._getters
    return Fresh(copy.deepcopy(obj)) if own and _changes(obj) else obj


def _changes(obj: Any) -> bool:
    """Whether the caller may change a returned object, which the next call has to give as it was."""
    return isinstance(obj, (np.ndarray, *CONTAINERS)) or is_made(obj)


@dataclass(frozen=True, slots=True, eq=False)
class Fresh:
    """An object made inside that does not depend on the call: each gives one of its own."""

    obj: Any

    def __call__(self) -> Any:
        return copy.deepcopy(self.obj)


@dataclass(frozen=True, slots=True)
class Outer:
    """A tensor or variable from outside that is returned as it is."""

    read: Callable[[], Any]


def given_back(obj: Any, leaves: list[Any]) -> Any:
    """Undo `_outgoing` for the objects of a call."""
    if isinstance(obj, Argument):
        return leaves[obj.position]
    if isinstance(obj, Outer):
        return obj.read()
    if isinstance(obj, Fresh):
        return obj()
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*(given_back(o, leaves) for o in obj))
    if isinstance(obj, list | tuple):
        return type(obj)(given_back(o, leaves) for o in obj)
    if isinstance(obj, dict):
        return {k: given_back(o, leaves) for k, o in obj.items()}
    return obj
