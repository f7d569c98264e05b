"""Errors of Python's that the staging of a region meets: the runs that get there end in them, and no others.

`prev = path[-1] if t > 0 else 0.0` reads a list that is empty while the first step is staged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

from autograph_lite.errors import AutographError, Origin, UndefinedVariableError
from autograph_lite.frontend.fillers import truth
from autograph_lite.frontend.later import Error
from autograph_lite.frontend.state import take_apart
from autograph_lite.frontend.truth import condition
from autograph_lite.ir.build import Builder
from autograph_lite.ir.walk import everything, regions
from autograph_lite.ops.control import CODES, fail_if
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import Stopped, root

PYTHONS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


class StepByStep(Exception):
    """Staging ended in this error, which left a `try` block or a host call, or came after what a run does or
    may end in: step by step Python raises it too, where it gets there."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error

    def run(self, call: Callable[[], Any]) -> Any:
        """The call step by step; if it ends in the same error, that tells the same place."""
        try:
            return call()
        except AutographError as met:
            own = self.error
            if isinstance(own, AutographError) and own.origin and own.message == met.message:
                met.place(own.origin)
            raise


def run_in_region(body: Callable[..., Any], *args: Any) -> Any:
    """What the body of a region gives; an error of Python's ends the region, and is one of the runs that get
    there."""
    try:
        return body(*args)
    except Exception as error:
        if _ends_region(error):
            raise Stopped from None
        raise


def _ends_region(error: Exception) -> bool:
    """Let the region at work end in an error, if it is one that eager mode would meet there: not in a refusal,
    in what leaves a `try`, or in what a context around may swallow."""
    trace: Any = root()
    if trace.leaves(error) or trace.managers or not _of_both_modes(error):
        return False
    found = trace.place_of(error)
    place = trace.origin() if found is None else _called_from(found, trace.calls.around)
    builder: Any = context.interpreter
    present, builder.origin = builder.origin, lambda: place
    try:
        _stop(trace, error)
    finally:
        builder.origin = present
    return True


def is_left(trace: Any, error: Exception) -> bool:
    """Whether what the staging of a function ends in is left to the run, to be met step by step."""
    own = isinstance(error, AutographError) and not isinstance(error, UndefinedVariableError)
    if trace.leaves(error) and not own:
        return True
    return _of_both_modes(error) and _does_something(trace)


def _of_both_modes(error: Exception) -> bool:
    """Whether eager mode raises it too where it gets there; anything else is a refusal."""
    pythons = isinstance(error, PYTHONS) and not isinstance(error, AutographError)
    return pythons or _is_of_an_operation(error)


def _does_something(builder: Builder) -> bool:
    """Whether a run that gets here has done what is seen of it, or may have ended."""
    inside = (r for node in builder.nodes for r in regions(node).values())
    nodes = chain(builder.nodes, *map(everything, inside))
    return bool(builder.overlay) or any(n.op.effect or n.op.faults or n.op.warns for n in nodes)


def _called_from(place: Origin, around: Origin | None) -> Origin:
    """A place inside the region with the calls around the region's function, outermost."""
    inner = place.caller
    return replace(place, caller=around if inner is None else _called_from(inner, around))


def _stop(trace: Any, error: Exception) -> None:
    if isinstance(error, TypeError | AttributeError) or not _is_plain(error):
        trace.emit_stepwise(truth(True))  # it names classes, which staging may have assumed
        return
    if isinstance(error, AutographError):
        name, text = type(error).__name__, error.message.replace("{", "{{").replace("}", "}}")
        fail_if(truth(True), name, CODES[type(error)], text)
        return
    structure, _ = take_apart((Error(type(error), error.args, {}),), numbers=False)
    trace.emit_raise(structure, [])


def _is_plain(error: Exception) -> bool:
    """Whether its class and arguments are all of it, of which the run can make it again."""
    if isinstance(error, AutographError):
        return True
    own = vars(error) or error.__cause__ is not None
    plain = all(isinstance(given, str | int | float) for given in error.args)
    return type(error).__module__ == "builtins" and plain and not own


def _is_of_an_operation(error: Exception) -> bool:
    """Whether it is what an operation says of its operands in both modes; the frontend's own are refusals, but
    for the truth of an array."""
    if type(error) not in CODES:
        return False
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    home = "" if step is None else str(step.tb_frame.f_globals.get("__name__", ""))
    return home == condition.__module__ or not home.startswith("autograph_lite.frontend")
