"""What every optimizer shares: the rate, the step count, the state of each variable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograph_lite.eager.repetition import Repetition
from autograph_lite.eager.warn import warn
from autograph_lite.errors import GradientError, GradientWarning, GraphTypeError
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import context
from autograph_lite.optimizers.repeated import Step, compiled_step, take
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.boxes import Box, call, staging, value_of, wrap
from autograph_lite.tensors.operators import cast
from autograph_lite.tensors.tensor import Tensor
from autograph_lite.tensors.variables import Variable, state


class Optimizer(ABC):
    """`apply_gradients` and `minimize`; a subclass says how one variable is updated.

    The learning rate is kept in float64 and cast to the dtype of each variable, so float32
    variables see the same rate as in Keras, and float64 variables see it exactly.
    """

    _steps: Repetition[Step]

    def __init__(self, learning_rate: Any, name: str) -> None:
        self.name = name
        self._ours = type(self).__module__.startswith("autograph_lite.")
        self._learning_rate = Variable(_rate(learning_rate), False, "learning_rate", "float64")
        self._iterations = Variable(0, False, "iterations", "int64")
        self._slots: dict[tuple[int, str], Variable] = {}
        self._variables: dict[int, Variable] = {}  # holds them: their ids are keys

    def __setattr__(self, name: str, value: Any) -> None:
        """A setting is part of every step that was compiled."""
        object.__setattr__(self, name, value)
        if name not in ("learning_rate", "lr"):
            self.__dict__["_steps"] = Repetition()

    @property
    def learning_rate(self) -> Any:
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._learning_rate.assign(_rate(value))

    lr = learning_rate

    @property
    def iterations(self) -> Variable:
        """How many times gradients were applied."""
        return self._iterations

    @property
    def variables(self) -> list[Variable]:
        """The optimizer's own state: step count, rate, and the slots in the order of creation."""
        return [self._iterations, self._learning_rate, *self._slots.values()]

    def build(self, var_list: Iterable[Variable]) -> None:
        """Make the state of variables; done by the first step otherwise."""
        for variable in var_list:
            if id(variable) not in self._variables:
                self._variables[id(variable)] = variable
                self._make_slots(variable)

    @abstractmethod
    def _make_slots(self, variable: Variable) -> None:
        """Add the state of one variable."""

    def _add_slot(self, variable: Variable, name: str, start: float = 0.0) -> None:
        made = np.full(variable._value.type.shape, start, variable.dtype)  # type: ignore[type-var]
        label = f"{self.name}/{variable.name}/{name}"
        self._slots[id(variable), name] = state(made, label)

    def _slot(self, variable: Variable, name: str) -> Variable:
        return self._slots[id(variable), name]

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """One step for every variable that has a gradient; returns `iterations`.

        Variables without one are named in a warning; GradientError if none has one, GraphTypeError or
        ShapeError for a gradient that has not the dtype or shape of its variable.
        """
        variables: list[Variable] = []
        gradients: list[Value] = []
        for gradient, variable in _with_gradients(grads_and_vars):
            variables.append(variable)
            gradients.append(variable._checked(gradient))
        self.build(variables)
        step = None if staging() or context.tapes else self._repeated(gradients, variables)
        if step is not None:
            take(step, gradients)
        else:
            self._change([Tensor(g) for g in gradients], variables)
        return self._iterations

    def _change(self, gradients: Sequence[Any], variables: Sequence[Variable]) -> None:
        """One step."""
        for gradient, variable in zip(gradients, variables, strict=True):
            self._update(gradient, variable, self._rate_for(variable))
        self._iterations.assign_add(1)

    def _repeated(self, gradients: list[Value], variables: list[Variable]) -> Step | None:
        """The step as a kernel, where it has been made often; of our own optimizers, for another's
        may do anything."""
        if not self._ours:
            return None
        return self._steps.plan(tuple(map(id, variables)), self._staged, gradients, variables)

    def _staged(self, gradients: list[Value], variables: list[Variable]) -> Step:
        change = lambda staged: self._change(staged, variables)  # noqa: E731
        return compiled_step(change, gradients, self._state(variables))

    def _state(self, variables: list[Variable]) -> list[Variable]:
        """All that a step of these variables reads or writes, each once."""
        slots = [slot for (owner, _), slot in self._slots.items() if owner in map(id, variables)]
        every = [self._iterations, self._learning_rate, *variables, *slots]
        return list({id(box): box for box in every}.values())

    def _rate_for(self, variable: Variable) -> Any:
        return wrap(cast(value_of(self._learning_rate), variable._type().dtype))

    @abstractmethod
    def _update(self, gradient: Any, variable: Variable, rate: Any) -> None:
        """Change one variable and its state."""

    def minimize(
        self,
        loss: Any,
        var_list: Any,
        grad_loss: Any = None,
        name: str | None = None,
        tape: GradientTape | None = None,
    ) -> Variable:
        """Compute the gradients of a loss and apply them.

        `loss` is a function without arguments, or a tensor together with the tape that recorded it;
        `var_list` a variable, a sequence of them, or a function that gives one.  Raises GradientError for
        a tensor without its tape, and what `GradientTape.gradient` and `apply_gradients` raise.
        """
        del name
        if callable(loss) and not isinstance(loss, Box):
            tape, loss = _recorded(loss, var_list)
        elif tape is None:
            raise GradientError(
                "minimize() of a tensor needs the tape that recorded it: tape=...; or pass a"
                " function that computes the loss"
            )
        variables = _listed(call(var_list) if callable(var_list) else var_list)
        gradients = tape.gradient(loss, variables, grad_loss)
        return self.apply_gradients(zip(gradients, variables, strict=True))


def _rate(learning_rate: Any) -> Any:
    if isinstance(learning_rate, bool | str) or learning_rate is None or callable(learning_rate):
        raise GraphTypeError(f"learning_rate is {learning_rate!r}; a number is needed")
    if isinstance(learning_rate, Box):
        return wrap(cast(value_of(learning_rate), "float64"))
    return float(learning_rate)


def _recorded(loss: Callable[[], Any], var_list: Any) -> tuple[GradientTape, Any]:
    """Run a loss under a tape that watches the variables asked for."""
    with GradientTape() as tape:
        if not callable(var_list):
            tape.watch(_listed(var_list))
        value = call(loss)
    return tape, value


def _listed(var_list: Any) -> list[Variable]:
    return [var_list] if isinstance(var_list, Variable) else list(var_list)


def _with_gradients(grads_and_vars: Iterable[tuple[Any, Variable]]) -> list[tuple[Any, Variable]]:
    """Without the pairs that have no gradient, which are named in a warning."""
    pairs, missing = list(grads_and_vars), []
    for pair in pairs:
        if len(pair) != 2 or not isinstance(pair[1], Variable):
            raise GraphTypeError("apply_gradients needs pairs of (gradient, variable)")
        if pair[0] is None:
            missing.append(pair[1].name)
    if len(missing) == len(pairs):
        names = ", ".join(missing)
        raise GradientError(f"No gradients provided for any variable: [{names}].")
    if not missing:
        return pairs
    message = f"Gradients do not exist for variables {missing} when minimizing the loss."
    warn(message, GradientWarning)
    return [(g, v) for g, v in pairs if g is not None]


def in_unit_interval(name: str, value: Any) -> float:
    """A Python number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise GradientError(f"`{name}` must be a number between [0, 1].")
    return float(value)
