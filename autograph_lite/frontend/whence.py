"""Where the values were made that do not fit together, as notes of the error that says so."""

from __future__ import annotations

from collections.abc import Iterable

from autograph_lite.errors import AutographError, Origin, excerpt
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Value
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.same import origin

Side = tuple[str, Builder, list[Value]]
"""What is told of it, the region that has them, and the values that an object consists of."""


def note_places(error: AutographError, sides: Iterable[Side]) -> None:
    """Tell where each side got the first value that the others have in another form."""
    told = list(sides)
    types = [[v.type for v in values] for _, _, values in told]
    differ = (i for i, both in enumerate(zip(*types, strict=False)) if len(set(map(str, both))) > 1)
    at = next(differ, None)
    if at is None:
        return
    for words, builder, values in told:
        place = made_at(builder, values[at])
        if place is not None:
            error.add_note(f"{words}:\n{excerpt(place)}")


def made_at(builder: Builder, value: Value) -> Origin | None:
    """The user's place that made a value, if that is an operation's."""
    value, owner = origin(value, builder)
    made = owner.makers.get(value)
    return None if made is None or made.op is CONSTANT else made.origin
