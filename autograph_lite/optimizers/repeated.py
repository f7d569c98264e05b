"""A step that repeats is one kernel: gradients and state go in, the new state comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from autograph_lite.eager.repetition import compiled
from autograph_lite.ir.build import Builder, no_origin
from autograph_lite.ir.graph import Graph, Region, Value
from autograph_lite.ir.types import Symbol, generalised
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.staging import building
from autograph_lite.tensors.tensor import Tensor
from autograph_lite.tensors.variables import Variable


class Step(NamedTuple):
    """`run(gradients, state read)` gives the values of the state written."""

    run: Callable[[list[Any]], list[Any]]
    read: tuple[Variable, ...]
    written: tuple[Variable, ...]


def take(step: Step, gradients: Sequence[Value]) -> None:
    """Change the state."""
    data = [g.data for g in gradients]
    data += [box._value.data for box in step.read]
    for box, out in zip(step.written, step.run(data), strict=True):
        box._value = Value(box._value.type, out, True)
        box._version += 1


def compiled_step(
    change: Callable[[Sequence[Any]], None], gradients: Sequence[Value], state: Sequence[Variable]
) -> Step:
    """The step that `change(gradients)` makes, staged on symbolic values of the state."""
    builder = Builder(None, CONSTANT, no_origin)
    symbols: dict[int, Symbol] = {}
    given = [builder.argument(generalised(g.type, symbols)) for g in gradients]
    before = [builder.argument(generalised(box._value.type, symbols)) for box in state]
    builder.overlay = {id(box): (box, value) for box, value in zip(state, before, strict=True)}
    with building(builder):
        change([Tensor(g) for g in given])
    builder.forget_writes()
    after = [builder.overlay[id(box)][1] for box in state]
    changed = [n for n, value in enumerate(after) if value is not before[n]]
    results = tuple(after[n] for n in changed)
    region = Region(tuple(builder.arguments), tuple(builder.nodes), results, tuple(builder.links))
    return Step(compiled(Graph("step", region)), tuple(state), tuple(state[n] for n in changed))
