"""The first step of a loop apart from the others, where it makes something else of a name.

`s = 0.0`, then in a loop `s = s + row`: a number before the first step, an array after each.  The loop that
follows the first step knows the array alone; after both, the run knows whether there was a step.  What begins
as a plain array is a tensor then, and what begins as None may be a number and, later, a tensor; a call in
which there is no step is made step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograph_lite.errors import GraphTypeError
from autograph_lite.frontend.branches import choose, stage_if
from autograph_lite.frontend.plan import Plan
from autograph_lite.frontend.slots import Becomes
from autograph_lite.frontend.steps import number, one_fewer, one_later
from autograph_lite.frontend.truth import as_bool, condition
from autograph_lite.ops.dispatch import f
from autograph_lite.ops.staging import root
from autograph_lite.tensors.boxes import Box, value_of, wrap

MOST = 3
"""How many steps are taken apart; a name that goes on changing has no type."""


def first_apart(plan: Plan, found: Becomes, go_on: Callable[[Plan], None]) -> None:
    """Stage the first step, then the loop of the others by `go_on`."""
    if plan.peeled == MOST or not (found.tagged or found.once or plan.surely_runs()):
        raise found.told from None
    bound = None if plan.bound is None else one_fewer(plan.bound)
    body, peeled = one_later(plan.body), plan.peeled + 1
    others = replace(plan, bound=bound, body=body, holders=(), copied=frozenset(), peeled=peeled)

    def steps() -> None:
        plan.body(number(0))
        go_on(others)

    begins = _begins(plan)
    if isinstance(begins, Box):
        try:
            if found.tagged:
                stage_if(value_of(begins), steps, lambda: None, plan.get, plan.set, plan.names)
                return
        except GraphTypeError:
            if not found.once:
                raise
        root().emit_stepwise(f.logical_not(condition(begins)))
    if isinstance(begins, Box) or begins:
        steps()


def _begins(plan: Plan) -> Any:
    """Whether there is a first step: the test is not reached past the bound."""
    test = plan.test
    if plan.surely_runs():
        return True
    if plan.bound is None:
        return test is None or as_bool(test())
    some = wrap(f.py_greater(plan.bound, number(0)))
    return some if test is None else choose(some, lambda: as_bool(test()), lambda: False)
