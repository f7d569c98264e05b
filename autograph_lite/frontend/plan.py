"""A loop to be staged: what decides, what runs, and its state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from autograph_lite.frontend.holders import Holder, by_value, contents, put
from autograph_lite.frontend.shared import Get, Set
from autograph_lite.frontend.steps import known
from autograph_lite.frontend.truth import as_bool
from autograph_lite.ir.graph import Value


@dataclass(frozen=True, slots=True)
class Plan:
    """A loop to be staged: how many steps at most (None: no bound), what decides, what runs."""

    bound: Value | None
    test: Callable[[], Any] | None
    body: Callable[[Value], None]
    get: Get
    set: Set
    names: tuple[str, ...]
    holders: tuple[Holder, ...] = ()
    outside: dict[int, Holder] = field(default_factory=dict)
    copied: frozenset[Holder] = frozenset()
    peeled: int = 0

    def surely_runs(self) -> bool:
        """Whether there is a step in every run."""
        return self.test is None and (self.known_bound() or 0) > 0

    def never_runs(self) -> bool:
        """Whether there is no step in any run."""
        known = self.known_bound()
        return known is not None and known <= 0

    def known_bound(self) -> int | None:
        """How many steps there are at most, if that is known before the run."""
        return None if self.bound is None else known(self.bound)

    def state(self) -> tuple[Any, ...]:
        """What the names are bound to, and what the objects hold that steps change."""
        held = (contents(holder, self.outside) for holder in self.holders)
        return (*self.get(), *(by_value(x, self.copied) for x in held))

    def bind(self, objects: Sequence[Any]) -> None:
        """The same, put back."""
        cut = len(self.names)
        self.set(tuple(objects[:cut]))
        for holder, held in zip(self.holders, objects[cut:], strict=True):
            put(holder, held)


def tested_in_the_body(plan: Plan) -> Plan:
    """The same loop, whose test is evaluated before it and at the end of each step: what it assigns is
    then assigned by the body."""
    run, test, get_own, set_own = plan.body, plan.test, plan.get, plan.set
    assert test is not None
    go = [as_bool(test())]

    def body(k: Value) -> None:
        run(k)
        go[0] = as_bool(test())

    def get() -> tuple[Any, ...]:
        return (*get_own(), go[0])

    def set(values: tuple[Any, ...]) -> None:
        *own, go[0] = values
        set_own(tuple(own))

    get.__wrapped__ = get_own  # type: ignore[attr-defined]
    names = (*plan.names, "the condition")
    return replace(plan, test=lambda: go[0], body=body, get=get, set=set, names=names)
