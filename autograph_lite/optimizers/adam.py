"""Adam: Kingma and Ba, 2014, in the form of the formula before section 2.1."""

from __future__ import annotations

from typing import Any

from autograph_lite.numpy import maximum, power, sqrt, square
from autograph_lite.optimizers.base import Optimizer, in_unit_interval
from autograph_lite.tensors.boxes import value_of, wrap
from autograph_lite.tensors.operators import cast
from autograph_lite.tensors.variables import Variable


class Adam(Optimizer):
    """m, v: running means of g, g^2; the step is lr c m / (sqrt(v) + eps), c undoes their start."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *,
        name: str = "Adam",
    ) -> None:
        super().__init__(learning_rate, name)
        self.beta_1 = in_unit_interval("beta_1", beta_1)
        self.beta_2 = in_unit_interval("beta_2", beta_2)
        self.epsilon = float(epsilon)
        self.amsgrad = bool(amsgrad)

    def _make_slots(self, variable: Variable) -> None:
        self._add_slot(variable, "m")
        self._add_slot(variable, "v")
        if self.amsgrad:
            self._add_slot(variable, "v_hat")

    def _update(self, gradient: Any, variable: Variable, rate: Any) -> None:
        m, v = self._slot(variable, "m"), self._slot(variable, "v")
        step = wrap(cast(value_of(self._iterations + 1), variable._type().dtype))
        left_1, left_2 = 1.0 - power(self.beta_1, step), 1.0 - power(self.beta_2, step)
        alpha = rate * sqrt(left_2) / left_1
        m.assign_add((gradient - m) * (1 - self.beta_1))
        v.assign_add((square(gradient) - v) * (1 - self.beta_2))
        second = v
        if self.amsgrad:
            second = self._slot(variable, "v_hat")
            second.assign(maximum(second, v))
        variable.assign_sub(m * alpha / (sqrt(second) + self.epsilon))
