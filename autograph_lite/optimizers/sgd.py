"""Stochastic gradient descent: Robbins and Monro, 1951; with momentum: Polyak, 1964; Nesterov's in the form
of Bengio, Boulanger-Lewandowski and Pascanu, 2013."""

from __future__ import annotations

from typing import Any

from autograph_lite.optimizers.base import Optimizer, in_unit_interval
from autograph_lite.tensors.variables import Variable


class SGD(Optimizer):
    """v -= lr g; with momentum m = mu m - lr g, v += m; nesterov v += mu m - lr g, the new m."""

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *,
        name: str = "SGD",
    ) -> None:
        super().__init__(learning_rate, name)
        self.momentum = in_unit_interval("momentum", momentum)
        self.nesterov = bool(nesterov)

    def _make_slots(self, variable: Variable) -> None:
        if self.momentum != 0:
            self._add_slot(variable, "momentum")

    def _update(self, gradient: Any, variable: Variable, rate: Any) -> None:
        step = -gradient * rate
        if self.momentum == 0:
            variable.assign_add(step)
            return
        m = self._slot(variable, "momentum")
        m.assign(step + m * self.momentum)
        variable.assign_add(step + m * self.momentum if self.nesterov else m)
