"""The values of an object -> those of the structure that it was joined into (`joins`).

What the object has is in its place there, with the flags that say so; what it has not is a filler.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograph_lite.frontend.fillers import filler, truth
from autograph_lite.frontend.grown import Growing
from autograph_lite.frontend.joins import Typed, by_itself, is_choice, texts_of
from autograph_lite.frontend.steps import number
from autograph_lite.frontend.structures import (
    Container,
    Leaf,
    Maybe,
    Nothing,
    OrNone,
    Static,
    Structure,
    size,
)
from autograph_lite.ir.build import Register
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Type, element
from autograph_lite.ops.cells import cells_for, in_row, note_kept_later, number_now
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.regions import Step, emit_loop, pick
from autograph_lite.ops.same import once
from autograph_lite.ops.staging import at_work, root, staged_region
from autograph_lite.tensors.boxes import value_of, wrap

NUMBER_LEAF = Leaf("py")


def lifted(structure: Structure, values: list[Value], target: Typed) -> list[Value]:
    """The values of an object in the form of a structure that it was joined into."""
    out: list[Value] = []
    _lift(structure, iter(values), target[0], iter(target[1]), out)
    return out


def _lift(
    x: Structure,
    values: Iterator[Value],
    target: Structure,
    types: Iterator[Type],
    out: list[Value],
) -> None:
    if isinstance(target, Maybe | OrNone):
        next(types)
        absent = Nothing if isinstance(target, Maybe) else Static
        if isinstance(x, Maybe | OrNone) and type(x) is type(target):
            out.append(next(values))
            x = x.inner
        else:
            out.append(truth(not isinstance(x, absent)))
        if isinstance(x, absent):
            out.extend(filler(next(types)) for _ in range(size(target.inner)))
        else:
            _lift(x, values, target.inner, types, out)
    elif is_choice(target) and x != target:
        _lift_text(x, values, target, types, out)
    elif isinstance(target, Leaf):
        _lift_leaf(x, values, target, [next(types) for _ in range(target.count)], out)
    elif isinstance(target, Container) and target.grows:
        assert isinstance(x, Container)
        rows = [next(types) for _ in range(size(target))]
        out += _lift_list(x, values, target.parts[0], rows)
    elif isinstance(target, Container):
        assert isinstance(x, Container)
        for part, wanted in zip(x.parts, target.parts, strict=True):
            _lift(part, values, wanted, types, out)


def _lift_leaf(
    x: Structure, values: Iterator[Value], target: Leaf, types: list[Type], out: list[Value]
) -> None:
    x, own, _ = by_itself(x, [next(values) for _ in range(size(x))])
    plain, types, in_cell = by_itself(target, types)
    made = _in_its_form(x, own, plain, types)
    out += made
    if in_cell:
        out.append(number_now(made[plain.place]))


def _in_its_form(x: Structure, own: list[Value], target: Leaf, types: list[Type]) -> list[Value]:
    """The values of a leaf in the form of a tagged one, unless it has that."""
    if x == target:
        return own
    if isinstance(x, Static):
        return [truth(False), *map(filler, types[1:])]
    if x != Leaf("py") and not (x == Leaf("np") and target.kind == "numpy"):
        return [truth(True), *own, *map(filler, types[2:])]
    (given,) = own
    if target.kind == "none":
        return [truth(True), given]
    if given.type == types[1]:
        return [truth(True), given, filler(types[2])]
    if types[1].rank:
        return [truth(False), filler(types[1]), given]
    if types[1].kind == "py":
        return [truth(False), f.py_float(given), given]
    if types[1].kind == "np":
        return [truth(False), f.np_scalar(given, dtype=types[1].dtype), given]
    # once: what is noted of a value before a loop is found when its body is staged again
    dtype = types[1].dtype
    return [truth(False), once(("begins", given, dtype), lambda: f.weak(given, dtype=dtype)), given]


def _lift_text(
    x: Structure,
    values: Iterator[Value],
    target: Structure,
    types: Iterator[Type],
    out: list[Value],
) -> None:
    """The index of the text among those of the target, its values, and fillers for those of the others."""
    next(types)
    index = next(values) if is_choice(x) else None
    wanted = texts_of(target)
    given = {wanted.index(text): [next(values) for _ in range(size(text))] for text in texts_of(x)}
    out.append(_index_among(list(given), index))
    for place, text in enumerate(wanted):
        held = [next(types) for _ in range(size(text))]
        out += given[place] if place in given else map(filler, held)


def _index_among(places: list[int], index: Value | None) -> Value:
    """Where a text stands, given where each of those does of which it is one."""
    if index is None or places == list(range(len(places))):
        return number(places[0]) if index is None else index
    found = number(places[0])
    for i, place in enumerate(places[1:], 1):
        found = pick(value_of(wrap(index) == i), number(place), found)
    return found


def _lift_list(x: Container, values: Iterator[Value], g: Growing, types: list[Type]) -> list[Value]:
    """The rows of a list, with one more element each for those that stand after them."""
    rows = None
    for part in x.parts:
        own = [next(values) for _ in range(size(part))]
        if isinstance(part, Growing):
            if part == g:
                rows = own
            elif part.structure == NUMBER_LEAF:
                rows = _numbers_in_its_form(part, own[0], g, types)
            else:
                rows = _unlike(part, g, types)
            continue
        rows = rows or [f.list_empty(element=element(t)) for t in types]
        rows = with_one_more(rows, lifted(part, own, (g.structure, list(g.types))))
    return rows or [f.list_empty(element=element(t)) for t in types]


def _numbers_in_its_form(part: Growing, row: Value, g: Growing, types: list[Type]) -> list[Value]:
    """Rows of numbers in the form of what is a number or something else, one after the other."""
    outer = at_work()
    cells = _cells_of(g)
    before = [outer.read(register) for register in cells]
    with staged_region() as builder:
        step = Step(builder)
        state = [step.declare(t) for t in types]
        for register, value in zip(cells, before, strict=True):
            builder.enter(register, step.declare(value.type))
        at = f.list_item(builder.local(row), step.k, element=part.types[0])
        results = with_one_more(state, lifted(part.structure, [at], (g.structure, list(g.types))))
        results += [builder.read(register) for register in cells]
    empty = [f.list_empty(element=element(t)) for t in types]
    outputs = emit_loop(step, [*empty, *before], results, bound=f.list_size(row))[1:]
    for register, value in zip(cells, outputs[len(types) :], strict=True):
        outer.write(register, value)
    return list(outputs[: len(types)])


def _unlike(part: Growing, g: Growing, types: list[Type]) -> list[Value]:
    """Rows of elements that are held in another form.  A loop in which they grew is staged again, with that
    form from the start; what is still there when all is staged is refused."""
    rows = [f.list_empty(element=element(t)) for t in types]
    root().unlike[rows[0]] = part, g
    return rows


def with_one_more(rows: list[Value], values: list[Value]) -> list[Value]:
    """Rows with an element after the last."""
    pairs = zip(rows, values, strict=True)
    return [f.list_append(row, in_row(v)) for row, v in pairs]


def _form(part: Structure) -> Structure:
    return part.structure if isinstance(part, Growing) else part


def _cells_of(g: Growing) -> list[Register]:
    """Where the tensors are that stand in a list by the numbers of their cells."""
    return list(dict.fromkeys(cells_for(at_work(), t) for t in g.types if t.differentiable))


def keep_elements(structure: Structure, values: list[Value], target: Structure) -> None:
    """Give cells to the tensors that are about to stand in lists that grow: before anything else of the
    state is lifted, so that their other names tell of it."""
    _keep(structure, iter(values), target)


def _keep(x: Structure, values: Iterator[Value], target: Structure) -> None:
    if isinstance(x, Maybe | OrNone) and type(x) is type(target):
        next(values)
        _keep(x.inner, values, target.inner)
    elif isinstance(target, Maybe | OrNone):
        _keep(x, values, target.inner)
    elif isinstance(x, Container) and isinstance(target, Container) and target.grows:
        for v in [next(values) for _ in range(size(x))]:
            in_row(v)
        g = target.parts[0]
        if any(_form(part) != g.structure for part in x.parts):  # numbers that become tensors there
            for cells in _cells_of(g):
                note_kept_later(cells)
    elif isinstance(x, Container) and isinstance(target, Container) and not is_choice(target):
        pairs = zip(x.parts, target.parts, strict=False)  # the target may be too narrow yet
        for part, wanted in pairs:
            _keep(part, values, wanted)
    else:
        for _ in range(size(x)):
            next(values)
