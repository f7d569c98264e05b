"""Which results of a branch or a loop depend on what a tape follows: in every run, or as the run decides.

Step by step `if c: y = x` leaves y followed where c holds and x is.  What a branch or a loop inside of an
arm or a step decides, or one step after the other, is not told to the outside: None.

float(x) drops the gradient of x.  Step by step that is an error where a tape follows x; of what is followed
in a branch or a loop only the run knows when it comes to that, so there it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograph_lite.errors import ConversionError
from autograph_lite.ir.graph import Region, Test, Value
from autograph_lite.ir.types import kind_of_cells
from autograph_lite.ops.cells import KEEP
from autograph_lite.ops.control import IF, LOOP, LoopParts
from autograph_lite.ops.python import NUMBER
from autograph_lite.ops.record import Constant, Op
from autograph_lite.ops.same import Sure, both, holds, negated, some

REGIONS = (IF, LOOP)
Follows = bool | None
"""In every run, in none, or only the run knows."""
Told = Sure | None
"""The same where the run can be asked: a bool value of the graph."""
Kind = tuple[str, int]
Known = Mapping[Value, Follows]
Added = dict[Kind, Follows]


def any_of(a: Told, b: Told) -> Told:
    """One or the other."""
    if a is True or b is True:
        return True
    if a is None or b is None:
        return None
    return some(a, b)


def all_of(a: Told, b: Told) -> Told:
    """One and the other."""
    if a is False or b is False:
        return False
    if a is None or b is None:
        return None
    return both(a, b)


def followed_results(
    op: Op,
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    params: dict[str, Any],
    known: Known,
) -> tuple[list[Told], Added]:
    """Per output of an `if` or a `loop` whether it depends on an input that is followed, and whether the
    cells do that it adds; inputs that are not in `known` are not followed."""
    added: Added = {}
    if op is IF:
        condition, pairs = holds(inputs[0]), _arms(inputs, params, known, added)
    else:
        condition = holds(Test("zero", outputs[0]))
        pairs = _steps(inputs, outputs, params, known, added)
    return [_where(condition, a, b) for a, b in pairs], added


def _where(condition: Sure, a: Follows, b: Follows) -> Told:
    """`a` where the condition holds, else `b`."""
    if a is b or a is None or b is None:
        return a if a is b else None
    return condition if a else negated(condition)


def _either(a: Follows, b: Follows) -> Follows:
    """One or the other, and nobody is told which."""
    return a if a is b else None


def _any(found: list[Follows]) -> Follows:
    return True if True in found else (None if None in found else False)


def _arms(
    inputs: Sequence[Value], params: dict[str, Any], known: Known, added: Added
) -> list[tuple[Follows, Follows]]:
    """Per result whether it depends on what is followed, in either arm."""
    found = []
    for arm in ("then", "orelse"):
        region: Region = params[arm]
        pairs = zip(region.arguments, inputs[1:], strict=True)
        found.append(_through(region, {a: known.get(v, False) for a, v in pairs}, added))
    return list(zip(*found, strict=True))


def _steps(
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    params: dict[str, Any],
    known: Known,
    added: Added,
) -> list[tuple[Follows, Follows]]:
    """Per output of a loop whether it depends on what is followed: before any step, and after."""
    loop, test = LoopParts(inputs, outputs, params), params.get("test")
    body, n = loop.body, len(loop.state)
    first = [known.get(v, False) for v in loop.inits]
    fixed = [known.get(v, False) for v in (*loop.captures, *loop.histories)]

    def step(state: Sequence[Follows]) -> list[Follows]:
        given = dict(zip(body.arguments[1:], [*state, *fixed], strict=True))
        return _through(body, given, added)

    later = step(first)
    while True:  # until another step tells nothing new
        more = [_either(a, b) for a, b in zip(later, step(later[:n]), strict=True)]
        if more == later:
            break
        later = more
    if test is not None:  # it has no results that are followed, but may take a number
        before = [_either(a, b) for a, b in zip(first, later[:n], strict=True)]
        _through(test, dict(zip(test.arguments[1:], [*before, *fixed], strict=False)), added)
    return [(False, False), *zip(first, later[:n], strict=True), *((h, h) for h in later[n:])]


def _through(region: Region, given: Known, added: Added) -> list[Follows]:
    """Per result of a region whether it depends on its arguments that are followed."""
    known = dict(given)
    later = {link.a: link.b for link in region.links if link.condition is True}
    for node in region.nodes:
        if node.op is NUMBER and known.get(node.inputs[0], False) is not False:
            raise ConversionError(
                "float() or int() inside a staged loop or branch, of a tensor that a gradient tape follows,"
                " would drop its gradient; write it with tensors (np functions work on them), or"
                " float(ag.stop_gradient(x)) where the number is not differentiated",
                node.origin,
            )
        if isinstance(node.op.derivative, Constant):
            for value in node.outputs:
                if value in later:  # of a variable, all values of which are one source
                    known[value] = known.get(later[value], False)
            continue
        if node.op is IF:
            found = [_either(a, b) for a, b in _arms(node.inputs, node.params, known, added)]
        elif node.op is LOOP:
            steps = _steps(node.inputs, node.outputs, node.params, known, added)
            found = [_either(a, b) for a, b in steps]
        elif node.op is KEEP:
            cells, follows = (known.get(v, False) for v in node.inputs[:2])
            kind = kind_of_cells(node.inputs[0].type)
            added[kind] = _either(added.get(kind, follows), follows)
            found = [_either(cells, follows), False]
        else:
            found = [_any([known.get(v, False) for v in node.inputs])] * len(node.outputs)
        results = zip(node.outputs, found, strict=True)
        known.update((v, follows) for v, follows in results if v.type.carries)
    return [known.get(v, False) for v in region.results]
