"""Adagrad: Duchi, Hazan and Singer, 2011."""

from __future__ import annotations

from typing import Any

from autograph_lite.errors import GradientError
from autograph_lite.numpy import sqrt
from autograph_lite.optimizers.base import Optimizer
from autograph_lite.tensors.variables import Variable


class Adagrad(Optimizer):
    """The step is lr g / sqrt(sum of all g^2 + eps)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        *,
        name: str = "Adagrad",
    ) -> None:
        super().__init__(learning_rate, name)
        if initial_accumulator_value < 0:
            raise GradientError("initial_accumulator_value must not be negative")
        self.initial_accumulator_value = float(initial_accumulator_value)
        self.epsilon = float(epsilon)

    def _make_slots(self, variable: Variable) -> None:
        self._add_slot(variable, "accumulator", self.initial_accumulator_value)

    def _update(self, gradient: Any, variable: Variable, rate: Any) -> None:
        accumulator = self._slot(variable, "accumulator")
        accumulator.assign_add(gradient * gradient)
        variable.assign_sub(rate * gradient / sqrt(accumulator + self.epsilon))
