"""Objects that a loop or branch changes in place: lists, dicts, objects with attributes.

Every name of such an object sees the change.  So what it holds is a piece of the region's state, as what
a name is bound to is, but under the identity of the object.  Which objects were there before a region is
seen when it begins, from the names that its functions read; others were made in it and are its own.
"""

from __future__ import annotations

import array
import collections
import functools
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NoReturn

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.frontend.convert import is_staged
from autograph_lite.frontend.effects import attributes, laid_out, refuse_change, refuse_unnoted
from autograph_lite.frontend.grown import grown_in, moved_to
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import root, walk_up

_OURS = "autograph_lite.frontend"
_BOUND = (types.MethodType, types.BuiltinMethodType, types.MethodWrapperType)
_HOLDING: tuple[Any, ...] = (
    *(tuple, set, frozenset, collections.deque),
    *(type({}.keys()), type({}.values()), type({}.items())),
)
"""What holds objects, and is no state itself."""
INSTEAD: dict[type, str] = {
    set: "a dict or a tensor of bools",
    collections.deque: "a list",
    bytearray: "a list",
    array.array: "a list or a tensor",
}
"""What to write instead of containers that are not state of a region."""


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """An object that was there before a region, and how the user reaches it; `ours`: a function of ours holds
    it, which changes it as it likes."""

    obj: Any
    name: str
    ours: bool = False

    def __repr__(self) -> str:
        return f"the {type(self.obj).__name__} {self.name}"


class ChangesCarried(BaseException):
    """What stands for whatever a name of a loop is bound to is changed in place: the loop is staged again with
    the one object that the name is bound to.  `told` says that it is not one."""

    def __init__(self, obj: Any, told: ConversionError) -> None:
        super().__init__(told)
        self.obj, self.told = obj, told


@dataclass(slots=True)
class Changes:
    """What a region changes: `outside` are the objects that were there before it, `before` what those
    that it changed held then; both by identity."""

    outside: dict[int, Holder]
    tests: bool = False  # whether it is the condition of a loop
    carried: frozenset[int] = frozenset()  # objects whose contents are state of the region
    before: dict[int, tuple[Holder, Any]] = field(default_factory=dict)
    lines: dict[Holder, Origin | None] = field(default_factory=dict)  # where each was changed first
    seen: dict[int, list[Any]] = field(default_factory=dict)  # what each held when the region began

    def held(self) -> dict[Holder, Any]:
        """What the objects that were changed hold now."""
        return {holder: self.contents(holder) for holder, _ in self.before.values()}

    def contents(self, holder: Holder) -> Any:
        return contents(holder, self.outside)

    def begin(self) -> None:
        """The region begins to run: what the objects hold now, they hold until a change is noted."""
        self.seen = {key: _laid_out(holder.obj) for key, holder in self.outside.items()}

    def refuse_unnoted(self, trace: Any) -> None:
        """An error for a change that code made which is not converted: it would be made once."""
        for key, holder in self.outside.items():
            if not holder.ours and key not in self.before and key not in self.carried:
                refuse_unnoted(trace, repr(holder.name), self.seen[key], _laid_out(holder.obj))

    def undo(self, known: Iterable[Holder] = ()) -> list[Holder]:
        """Put back what those that were not known to change held before the region; these objects."""
        more = [found for found in self.before.values() if found[0] not in known]
        for holder, held in more:
            put(holder, held)
        return [holder for holder, _ in more]


def _laid_out(obj: Any) -> list[Any]:
    """What an object holds, to be compared part by part; nothing of a list that grows."""
    return [] if grown_in(obj) is not None else laid_out(obj)


def is_holder(obj: Any) -> bool:
    """Whether an object is one that a region may change: a list, a dict, or an object of a class of the
    user's that was made inside the function."""
    return isinstance(obj, list | dict) or is_made(obj)


def is_made(obj: Any) -> bool:
    """Whether an object has attributes and was made inside the function."""
    return id(obj) in root().made


def note_made(obj: Any) -> Any:
    """Remember an object that a class of the user's has made."""
    if hasattr(obj, "__dict__") or any("__slots__" in vars(c) for c in type(obj).__mro__):
        root().made[id(obj)] = obj
        root().unseen.meet(type(obj))
    return obj


def set_attributes(obj: Any, parts: dict[str, Any]) -> None:
    """Let an object hold these by name and no others; a frozen one too."""
    for name in attributes(obj).keys() - parts.keys():
        object.__delattr__(obj, name)
    for name, part in parts.items():
        object.__setattr__(obj, name, part)


# --- a region begins -------------------------------------------------------------------------------


def reached(*functions: Callable[..., Any]) -> dict[int, Holder]:
    """The objects that are there before a region, which runs these functions."""
    outside: dict[int, Holder] = {}
    waiting = [pair for function in functions for pair in _read_by(function)]
    ours = {
        id(obj) for function in functions if _is_ours(function) for _, obj in _read_by(function)
    }
    seen: dict[int, Any] = {}
    while waiting:
        name, obj = waiting.pop()
        if id(obj) in seen:
            continue
        seen[id(obj)] = obj
        if isinstance(obj, types.FunctionType) and (is_staged(obj) or _is_ours(obj)):
            more = [*_read_by(obj)]
            waiting += more
            given = (*(obj.__defaults__ or ()), *(obj.__kwdefaults__ or {}).values())
            waiting += [(name, part) for part in given]
            ours.update(id(part) for _, part in more if _is_ours(obj))
        elif isinstance(obj, functools.partial):
            waiting += [(name, part) for part in (obj.func, *obj.args, *obj.keywords.values())]
            ours.update(id(part) for part in obj.args if _is_ours(obj.func))
        elif is_dataclass(obj) and type(obj).__module__.startswith(_OURS):
            waiting += [(name, getattr(obj, part.name)) for part in fields(obj)]
        elif isinstance(obj, _BOUND) or getattr(type(obj), "is_bound", False):
            waiting.append((name, obj.__self__))
        elif isinstance(obj, _HOLDING):
            waiting += [(f"{name}[{i}]", part) for i, part in enumerate(obj)]
        elif is_holder(obj) and id(obj) not in outside:
            outside[id(obj)] = root().holders.setdefault(
                id(obj), Holder(obj, name, id(obj) in ours)
            )
            waiting += _parts(name, obj)
    return outside


def _is_ours(function: Callable[..., Any]) -> bool:
    """Whether it is a function of ours around one that is converted, or around values."""
    return (getattr(function, "__module__", None) or "").startswith(_OURS)


def enter(
    outside: dict[int, Holder], tests: bool = False, carried: Iterable[Holder] = ()
) -> Changes:
    """The present region begins; what some objects hold is state of it."""
    changes = Changes(outside, tests, frozenset(id(holder.obj) for holder in carried))
    root().changes[context.interpreter] = changes
    return changes


def _read_by(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """The names from outside that a function reads, and what they are bound to."""
    code = getattr(function, "__code__", None)
    cells: Iterable[Any] = getattr(function, "__closure__", None) or ()
    for name, cell in zip(code.co_freevars if code else (), cells, strict=True):
        try:
            found = cell.cell_contents
        except ValueError:
            continue  # nothing is assigned yet
        yield name, found


def _parts(name: str, obj: Any) -> list[tuple[str, Any]]:
    if isinstance(obj, list):
        return [(f"{name}[{i}]", part) for i, part in enumerate(obj)]
    if isinstance(obj, dict):
        return [(f"{name}[{key!r}]", part) for key, part in obj.items()]
    return [(f"{name}.{key}", part) for key, part in attributes(obj).items()]


def note_several(objects: Iterable[Any]) -> None:
    """Lists, dicts and objects that stand for one of several, as the run decides: other names may be
    bound to the same one, so that they are not changed in place."""
    for obj in objects:
        root().several.update(holders_in(obj))


def note_picked(objects: dict[int, Any]) -> None:
    """Lists, dicts and objects, by identity, of which one stands in what a name is bound to now, as the run
    decides: that is another object here, which would not see a change."""
    root().picked.update(objects)


def refuse_picked(trace: Any, obj: Any, what: str) -> NoReturn:
    raise ConversionError(
        f"{what} of what another name may be bound to as well, as the run decides; take a copy before:"
        f" {type(obj).__name__}(...)",
        trace.origin(),
    )


def holders_in(obj: Any) -> dict[int, Any]:
    """The lists, dicts and objects in an object, itself among them, by identity."""
    found: dict[int, Any] = {}
    waiting = [obj]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting += part
        elif is_holder(part) and id(part) not in found:
            found[id(part)] = part
            waiting += [inside for _, inside in _parts("", part)]
    return found


# --- changes ---------------------------------------------------------------------------------------


def changing(trace: Any, obj: Any, what: str) -> None:
    """An object is about to be changed: the region notes what it held, if it was there before."""
    obj = trace.dict_of.get(id(obj), obj)
    refuse_change(trace, obj, what)
    if context.interpreter is not trace and not is_holder(obj):
        raise ConversionError(
            f"{what} of a {type(obj).__name__} inside a staged loop or branch is not available; write"
            f" {INSTEAD.get(type(obj), 'an object of a class of your own')}",
            trace.origin(),
        )
    if any(obj is one for one in trace.gone_through):
        raise ConversionError(
            f"{what} of a list that a loop goes through; go through a copy: list(...)",
            trace.origin(),
        )
    if id(obj) in trace.several:
        told = ConversionError(
            f"{what} of what is one of several objects, as the run decides; take a copy before:"
            f" {type(obj).__name__}(...)",
            trace.origin(),
        )
        raise ChangesCarried(obj, told) if id(obj) in holders_in(tuple(trace.carried)) else told
    if id(obj) in trace.picked:
        refuse_picked(trace, obj, what)
    holder = known(obj)
    if holder is None or context.interpreter is trace:
        return
    changes: Changes = trace.changes[context.interpreter]
    if changes.tests:
        raise ConversionError(
            f"{what} of {holder.name!r} in the condition of a loop; change it in the body",
            trace.origin(),
        )
    if id(obj) not in changes.before:
        changes.before[id(obj)] = holder, changes.contents(holder)
        changes.lines[holder] = trace.origin()


def where_it_is(obj: Any) -> tuple[Any, list[Any]]:
    """The outermost region in which an object is what it is here, and the tapes that record there."""
    builder: Any = context.interpreter
    tapes = context.tapes
    while builder.parent is not None:
        changes = root().changes.get(builder)
        inside = changes is not None and id(obj) not in changes.outside
        if changes is None or inside or id(obj) in (changes.before.keys() | changes.carried):
            break
        builder, tapes = builder.parent, builder.watchers
    return builder, tapes


def changed_here(obj: Any) -> bool:
    """Whether the present region made an object, or has noted that it changes it."""
    changes = root().changes.get(context.interpreter)
    return known(obj) is None or (changes is not None and id(obj) in changes.before)


@contextmanager
def gone_through(iterable: Any) -> Iterator[None]:
    """A loop goes through lists that grow, which are not changed meanwhile."""
    lists, waiting = [], [iterable]
    while waiting:
        part = waiting.pop()
        if grown_in(part) is not None:
            lists.append(part)
        elif hasattr(part, "inside"):
            waiting += part.inside()
    held = root().gone_through
    held += lists
    try:
        yield
    finally:
        del held[len(held) - len(lists) :]


def known(obj: Any) -> Holder | None:
    """An object as one that was there before a region that is being staged."""
    changes = root().changes
    around = (changes.get(builder) for builder in walk_up())
    return next((c.outside[id(obj)] for c in around if c and id(obj) in c.outside), None)


def contents(holder: Holder, outside: dict[int, Holder]) -> Any:
    """What an object holds, as a list or dict of its own; objects from outside stand in it as holders, so
    that they stay the same objects."""
    obj = holder.obj
    if isinstance(obj, list):
        return moved_to([outside.get(id(part), part) for part in obj], obj)
    parts = obj if isinstance(obj, dict) else attributes(obj)
    return {key: outside.get(id(part), part) for key, part in parts.items()}


def moved(a: Any, b: Any) -> set[Holder]:
    """The objects from outside that stand in one of two contents and not at the same place in the other."""
    if isinstance(a, Holder) or isinstance(b, Holder):
        return set() if a is b else {part for part in (a, b) if isinstance(part, Holder)}
    if type(a) is type(b) and isinstance(a, list | tuple | dict) and len(a) == len(b):
        pairs = zip(*(x.values() if isinstance(x, dict) else x for x in (a, b)), strict=True)
        return {holder for pair in pairs for holder in moved(*pair)}
    return set()  # something else is wrong with them, which is said where they are joined


def refuse_moved(holders: Iterable[Holder], changed: Iterable[Holder]) -> None:
    """An error for an object that is changed in place and that stands elsewhere in some runs."""
    for holder in set(holders) & set(changed):
        raise ConversionError(
            f"{holder.name!r} is changed in place, and what holds it holds something else in its place in"
            " some runs; do one of the two"
        )


def by_value(held: Any, holders: Iterable[Holder]) -> Any:
    """Contents in which these objects stand as what they hold."""
    if isinstance(held, Holder):
        return held.obj if held in holders else held
    if isinstance(held, list):
        return moved_to([by_value(part, holders) for part in held], held)
    if isinstance(held, dict):
        return {key: by_value(part, holders) for key, part in held.items()}
    return held


def put(holder: Holder, held: Any) -> None:
    """Let an object hold this."""
    obj = holder.obj
    if isinstance(obj, list):
        obj[:] = [_itself(part) for part in held]
        moved_to(obj, held)
        return
    parts = {key: _itself(part) for key, part in held.items()}
    if isinstance(obj, dict):
        obj.clear()
        obj.update(parts)
    else:
        set_attributes(obj, parts)


def _itself(part: Any) -> Any:
    return part.obj if isinstance(part, Holder) else part
