"""RMSprop: Hinton, lecture 6e, 2012; centred as in Graves, 2013."""

from __future__ import annotations

from typing import Any

from autograph_lite.numpy import sqrt, square
from autograph_lite.optimizers.base import Optimizer, in_unit_interval
from autograph_lite.tensors.variables import Variable


class RMSprop(Optimizer):
    """The step is lr g / sqrt(mean of g^2 + eps); plain momentum, not Nesterov's."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        *,
        name: str = "RMSprop",
    ) -> None:
        super().__init__(learning_rate, name)
        self.rho = in_unit_interval("rho", rho)
        self.momentum = in_unit_interval("momentum", momentum)
        self.epsilon = float(epsilon)
        self.centered = bool(centered)

    def _make_slots(self, variable: Variable) -> None:
        self._add_slot(variable, "velocity")
        if self.momentum > 0:
            self._add_slot(variable, "momentum")
        if self.centered:
            self._add_slot(variable, "average_gradient")

    def _update(self, gradient: Any, variable: Variable, rate: Any) -> None:
        rho, velocity = self.rho, self._slot(variable, "velocity")
        velocity.assign(rho * velocity + (1 - rho) * square(gradient))
        denominator = velocity + self.epsilon
        if self.centered:
            average = self._slot(variable, "average_gradient")
            average.assign(rho * average + (1 - rho) * gradient)
            denominator = velocity - square(average) + self.epsilon
        step = rate * gradient / sqrt(denominator)
        if self.momentum > 0:
            m = self._slot(variable, "momentum")
            m.assign(self.momentum * m + step)
            step = m
        variable.assign_sub(step)
