"""A loop to be staged: what decides, what runs, and its state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from autograph_lite.errors import ConversionError
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
    stays: dict[int, ConversionError] = field(default_factory=dict)
    """Names, by their place, that are bound to the same object in every step, and what is said where not."""

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

    def others(self) -> list[int]:
        """The places of the names that steps may bind anew."""
        return [i for i in range(len(self.names)) if i not in self.stays]

    def of_others(self) -> Plan:
        """The same with these names alone."""
        if not self.stays:
            return self
        places = self.others()

        def get() -> tuple[Any, ...]:
            bound = self.get()
            return tuple(bound[i] for i in places)

        def set(objects: tuple[Any, ...]) -> None:
            bound = list(self.get())
            for i, obj in zip(places, objects, strict=True):
                bound[i] = obj
            self.set(tuple(bound))

        get.__wrapped__ = self.get  # type: ignore[attr-defined]
        return replace(self, get=get, set=set, names=tuple(self.names[i] for i in places), stays={})

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
