"""Objects of the user's classes from outside that a name holds in some runs, and one made inside in others.

Such a name holds an object of its own with what the one from outside holds, as if the program had made a
copy: what it holds by name is read at each call.  It cannot be changed in place, nor asked whether it `is`
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autograph_lite.frontend.absent import Perhaps
from autograph_lite.frontend.effects import attributes
from autograph_lite.frontend.guards import is_of_user
from autograph_lite.frontend.holders import is_made, note_picked, note_several
from autograph_lite.frontend.state import MaybeUndefined, unwrapped, with_keys
from autograph_lite.ops.staging import root

Both = tuple[Any, Any]


def together(a: Any, b: Any) -> Both:
    """Two objects that a name may hold, each as itself or, where one from outside is not the other and of its
    class, as objects of the name's own."""
    return _together(a, b, ())


def all_together(some: Sequence[Any], others: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The same of what several names hold."""
    pairs = [together(a, b) for a, b in zip(some, others, strict=True)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _together(a: Any, b: Any, around: tuple[Any, ...]) -> Both:
    """`around`: objects that these stand in, which may hold themselves."""
    one, other = unwrapped(a), unwrapped(b)
    if one is other or type(one) is not type(other) or any(one is x for x in around):
        return a, b
    held, given = _parts(one), _parts(other)
    if held is None or given is None or held.keys() != given.keys():
        return a, b
    pairs = {key: _together(held[key], given[key], (*around, one)) for key in held}
    found = []
    for k, (whole, obj, parts) in enumerate([(a, one, held), (b, other, given)]):
        now = {key: pairs[key][k] for key in parts}
        changed = any(now[key] is not part for key, part in parts.items())
        found.append(_as(whole, _of_parts(obj, now)) if changed or _is_outside(obj) else whole)
    return found[0], found[1]


def _parts(obj: Any) -> dict[Any, Any] | None:
    """What a container holds, or an object by name; None of what is a value."""
    if isinstance(obj, list | tuple):
        return dict(enumerate(obj))
    if isinstance(obj, dict):
        return obj
    if _is_outside(obj):
        return {name: root().caller.attribute(obj, name) for name in attributes(obj)}
    return attributes(obj) if is_made(obj) else None


def _is_outside(obj: Any) -> bool:
    return not isinstance(obj, list | dict) and not is_made(obj) and is_of_user(obj)


def _of_parts(obj: Any, parts: dict[Any, Any]) -> Any:
    """An object like this one, of other parts."""
    if isinstance(obj, list | tuple):
        items = parts.values()
        return type(obj)(*items) if hasattr(obj, "_fields") else type(obj)(items)
    made = with_keys(dict if isinstance(obj, dict) else type(obj), parts)
    if not isinstance(obj, dict):
        note_picked({id(obj): obj})
        note_several([made])
    return made


def _as(obj: Any, inner: Any) -> Any:
    """Something else where the same is known of whether it is there."""
    if isinstance(obj, MaybeUndefined):
        return replace(obj, obj=_as(obj.obj, inner))
    return Perhaps(inner, obj.there) if isinstance(obj, Perhaps) else inner
