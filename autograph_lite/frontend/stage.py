"""Function and the types of its arguments -> Staged: a graph, and how objects travel around it."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograph_lite.errors import (
    AutographError,
    ConversionError,
    Origin,
    excerpt,
)
from autograph_lite.frames import traceback_of
from autograph_lite.frontend.again import Recursion, Running
from autograph_lite.frontend.calls import Caller, result_of
from autograph_lite.frontend.convert import origin_of
from autograph_lite.frontend.effects import CONTAINERS
from autograph_lite.frontend.ending import StepByStep, is_left
from autograph_lite.frontend.guards import Guard, Input
from autograph_lite.frontend.holders import is_made
from autograph_lite.frontend.host import HostInput, Hosts, Run
from autograph_lite.frontend.operators import Operators
from autograph_lite.frontend.returned import Argument, Viewed, outgoing, returned_views
from autograph_lite.frontend.shared import Outside
from autograph_lite.frontend.state import MaybeUndefined, Undefined, is_variable, take_apart
from autograph_lite.frontend.steady import owner
from autograph_lite.frontend.structures import Structure
from autograph_lite.frontend.trace import Printed, Raised, Trace
from autograph_lite.frontend.unlike import refuse_unlike
from autograph_lite.ir.collector import patient
from autograph_lite.ir.graph import Graph, Region, Value
from autograph_lite.ir.types import PY_DTYPE, Symbol, Type, generalised
from autograph_lite.nests import leaves as leaves_of
from autograph_lite.ops.cells import cells_at_end
from autograph_lite.ops.staging import Asked, Stopped, building
from autograph_lite.tensors.boxes import Box, entered, wrap
from autograph_lite.tensors.host_array import HostArray, Recipe


@dataclass(frozen=True, slots=True)
class Staged:
    """`graph` takes the values of the leaves listed in `passed`, those of `inputs` and `hosted`, in the
    order of its arguments; it returns the values of `structure`, then those written into boxes.
    `held` has, by the key of a `hold`, the box or the position of the argument; `handed` the positions
    of the arguments that are returned as they are, `given` the arrays of the host's that are; `made` are all
    calls of the host's.  `repeats`: a fault is repeated step by step; `undone`: a call that a signal stops
    leaves all as it was."""

    graph: Graph
    passed: tuple[tuple[int, Value], ...]
    inputs: tuple[Input, ...]
    hosted: tuple[HostInput, ...]
    guards: tuple[Guard, ...]
    structure: Structure
    returned: int
    written_arguments: tuple[int, ...]
    written_boxes: tuple[Box, ...]
    variables_read: frozenset[int]
    prints: tuple[Printed, ...]
    raises: tuple[Raised, ...]
    held: tuple[Any, ...]
    handed: tuple[int, ...]
    given: tuple[Recipe, ...]
    made: tuple[Recipe, ...]
    views: tuple[Viewed, ...]
    repeats: bool
    undone: bool
    assigned: tuple[Outside, ...]  # what they hold follows what is returned, in one structure
    # whether no tape can follow a call: a reverse pass inside was taken for the last one, or a loop does not
    # say all that is known of which values are one
    unasked: bool
    recorded: bool | None  # whether tapes of the caller record, where what is made depends on it

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """What the host makes at a call: its inputs of the kernel, what is returned, and all that it calls."""
        return (*(hosted.recipe for hosted in self.hosted), *self.given, *self.made)


def of_library(function: types.FunctionType) -> bool:
    """Whether a function is ours: it runs on symbolic values as it is."""
    return owner(function) == "autograph_lite"


def present_origin() -> Origin | None:
    """The user's line that is being staged: the innermost frame of converted code."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        origin = origin_of(frame)
        if origin is not None:
            return origin
        frame = frame.f_back
    return None


@patient()
def stage(
    function: types.FunctionType,
    leaves: list[Any],
    arrange: Any,
    prepare: Callable[[Graph], Run],
    recorded: bool = False,
) -> Staged:
    """Run the converted function once; `arrange(leaves)` gives its args and kwargs.  Once more for each
    function that turns out to call itself until the run ends it, and where a tape begins after another is
    done.  `prepare` makes a graph executable; `recorded`: whether tapes may follow a call."""
    loops: frozenset[tuple[types.CodeType, int]] = frozenset()
    reversible = recorded
    while True:
        trace = Trace(present_origin)
        trace.reversible, trace.recorded = reversible, recorded
        try:
            return _staged(trace, function, leaves, arrange, prepare, Running(loops))
        except Recursion as met:
            loops |= {(met.code, met.line)}
        except Asked:
            reversible = True


def _staged(
    trace: Trace,
    function: types.FunctionType,
    leaves: list[Any],
    arrange: Any,
    prepare: Callable[[Graph], Run],
    running: Running,
) -> Staged:
    trace.place_of = lambda error: _where(error.__traceback__)[0]
    caller = Caller(trace, running)
    operators = Operators(trace, caller)
    caller.operators = operators
    trace.caller = caller
    with building(trace):
        arguments, passed = _enter(trace, leaves)
        trace.hosts = Hosts(trace, leaves, {value: i for i, value in passed}, prepare)
        args, kwargs = arrange(arguments)
        for part in (*args, *kwargs.values()):
            if isinstance(part, (*CONTAINERS, tuple)):
                trace.keep(part)
        arrays = [b for b, x in zip(arguments, leaves, strict=True) if isinstance(x, np.ndarray)]
        try:
            run = function if of_library(function) else caller.bound(function, args, kwargs)
            with entered(arrays), running.inside(function, args, kwargs):
                out = _result(run, args, kwargs)
            _refuse_swallowed(trace)
            return _close(trace, function, leaves, arguments, passed, out)
        except AutographError as error:
            left = is_left(trace, error)
            here, _ = _place(error)
            if not of_library(function):  # what it returns is looked at after its last line
                code = function.__code__
                error.place(Origin(code.co_filename, code.co_firstlineno, -1, function.__name__))
            # without the frames of the conversion
            error = error.with_traceback(traceback_of(here or error.origin))
            if left:
                raise StepByStep(error) from None
            raise error from None
        except Exception as error:
            left = is_left(trace, error)
            here, below = _place(error)
            error = error.with_traceback(traceback_of(here, below))
            if left:
                raise StepByStep(error) from None
            raise error
        finally:
            trace.forget_writes()  # nothing has been written yet


def _refuse_swallowed(trace: Trace) -> None:
    if trace.left is not None:
        raise ConversionError(
            "an error that leaves a `try` block and is swallowed by a context around it is not staged: catch it"
            " outside this function",
            trace.left[1],
        )


def _result(run: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """What the function returns; None where every run raises before."""
    try:
        return result_of(run(*args, **kwargs))
    except Stopped:
        return None


def _place(error: Exception) -> tuple[Origin | None, types.TracebackType | None]:
    """Tell an error the user's line: ours in its message, any other, which keeps its own, in a note.  The
    line with the calls around it, and what the traceback has below it."""
    here, below = _where(error.__traceback__)
    if here is not None and isinstance(error, AutographError):
        error.place(here)
    elif here is not None:
        error.add_note(excerpt(here))
        if isinstance(error, RecursionError):
            error.add_note("recursion that only the run ends cannot be compiled; write a loop")
    return here, below


def _where(step: types.TracebackType | None) -> tuple[Origin | None, types.TracebackType | None]:
    """The innermost place of the user in a traceback, with the calls that led there, and what follows."""
    here: Origin | None = None
    below = step
    while step is not None:
        found, step_code = origin_of(step.tb_frame, step.tb_lasti), step.tb_frame.f_code
        step = step.tb_next
        if found is None:
            continue
        # a body of a loop or branch is a function of generated code, and a place in the same function
        begins = here is None or step_code.co_name == found.function
        caller = here if begins else here.caller if here is not None else None
        here = replace(found, caller=caller)
        below = step
    return here, below


def _enter(trace: Trace, leaves: list[Any]) -> tuple[list[Any], list[tuple[int, Value]]]:
    """Leaves as the staged function sees them; one box for a tensor that is passed twice."""
    symbols: dict[int, Symbol] = {}
    boxes: dict[int, Any] = {}
    arguments: list[Any] = []
    passed: list[tuple[int, Value]] = []
    for i, leaf in enumerate(leaves):
        type_ = leaf_type(leaf, symbols)
        if type_ is None:
            trace.keep(leaf)
            arguments.append(leaf)
            continue
        if id(leaf) not in boxes or type_.kind == "py":
            value = trace.argument(type_)
            passed.append((i, value))
            boxes[id(leaf)] = wrap(value)
            if isinstance(leaf, Box):
                trace.entered[id(boxes[id(leaf)])] = (i, value)
        arguments.append(boxes[id(leaf)])
    return arguments, passed


def leaf_type(leaf: Any, symbols: dict[int, Symbol]) -> Type | None:
    """The type of an argument; None for an object that is not a value."""
    if isinstance(leaf, Box) and not is_variable(leaf):
        data = leaf._value.data
    elif isinstance(leaf, np.ndarray | np.generic):
        data = leaf
    else:
        return Type("py", PY_DTYPE[type(leaf)]) if type(leaf) in PY_DTYPE else None
    return generalised(Type("ag", data.dtype.name, data.shape), symbols)


def _close(
    trace: Trace,
    function: types.FunctionType,
    leaves: list[Any],
    arguments: list[Any],
    passed: list[tuple[int, Value]],
    out: Any,
) -> Staged:
    positions = {
        id(box): i for i, box in reversed(list(enumerate(arguments))) if isinstance(box, Box)
    }
    trace.untouched.check(trace)
    trace.unseen.finish()
    assigned = trace.variables.assigned()
    if assigned:
        out = (out, *(_left(v) for v in assigned))
    given = outgoing(out, positions, trace)
    trace.made.clear()  # an object that is returned is the same at every call
    trace.settle(*leaves_of(given))
    structure, values = take_apart(given, numbers=False)
    written = [i for i, v in passed if isinstance(leaves[i], Box) and arguments[i]._value is not v]
    boxes = [box for box, _ in trace.overlay.values()]
    results = (
        *(trace.local(v) for v in values),
        *(arguments[i]._value for i in written),
        *(trace.read(b) for b in boxes),
    )
    sizes, numbers = cells_at_end(trace), trace.own_numbers()
    links = tuple(trace.links)
    region = Region(tuple(trace.arguments), tuple(trace.nodes), results, links, numbers, sizes)
    refuse_unlike(trace, region)
    return Staged(
        Graph(function.__name__, region),
        tuple(passed),
        tuple(trace.inputs),
        tuple(trace.hosts.inputs),
        trace.all_guards(),
        structure,
        len(values),
        tuple(written),
        tuple(boxes),
        frozenset(trace.variables_read),
        tuple(trace.prints),
        tuple(trace.raises),
        tuple(whose for _, whose in trace.held.values()),
        tuple(
            leaf.position
            for leaf in leaves_of(given)
            if isinstance(leaf, Argument) and leaf.position < len(leaves)
        ),
        tuple(trace.hosts.results),
        tuple(trace.hosts.calls),
        returned_views(given, structure, positions, trace),
        trace.repeats or trace.stepwise or bool(assigned),
        trace.repeats or bool(assigned),
        tuple(assigned),
        trace.taken_as_last or trace.unrelated,
        trace.recorded if trace.recorded_asked else None,
    )


def _left(variable: Outside) -> Any:
    """What a variable from outside holds at the end."""
    obj = variable.read()
    if isinstance(obj, MaybeUndefined | Undefined):
        raise ConversionError(
            f"{variable.name!r}, a variable from outside, may have no value after the call; give it one"
            " before"
        )
    if any(map(is_made, leaves_of(obj))):
        raise ConversionError(
            f"{variable.name!r}, a variable from outside, is assigned an object that is made inside; assign"
            " tensors, numbers, or tuples, lists and dicts of them"
        )
    if any(isinstance(leaf, np.ndarray | np.generic | HostArray) for leaf in leaves_of(obj)):
        raise ConversionError(
            f"{variable.name!r}, a variable from outside, is assigned a plain array; make it a tensor first:"
            f" {variable.name} = ag.array({variable.name})"
        )
    return obj
