"""particle: a charge that two others push, steered through the origin by where one of them is."""

from __future__ import annotations

import autograph_lite as ag

from .descent import MODES, argmin, norm
from .protocol import Function, plain

HEIGHT, SPEED, FAR, STEP = 8.0, 0.75, 10.0, 0.1


def miss(w, mode):
    """The square of where the charge crosses the first axis, by Euler's rule."""
    charges = ag.array([[FAR, FAR - w], [FAR, 0.0]])
    potential = lambda x: sum(1.0 / norm(x - charges[i]) for i in range(2))  # noqa: E731
    x, speed = ag.array([0.0, HEIGHT]), ag.array([SPEED, 0.0])
    while True:
        push = -mode(potential)(x)
        x = x + STEP * speed
        if x[1] <= 0.0:
            break
        speed = speed + STEP * push
    crossing = x - x[1] / speed[1] * speed
    return crossing[0] ** 2


def steering(outer, inner):
    """The program whose descent takes one mode and whose force the other."""

    @ag.function
    def control(w):
        """From w to where the charge meets the origin."""
        missed = lambda w: miss(w, inner)  # noqa: E731
        return argmin(missed, outer(missed), w)

    return control


def arguments(given):
    return (given["w"],)


FUNCTIONS = {
    name: Function(arguments, steering(*[MODES[letter] for letter in name]), plain)
    for name in ("ff", "fr", "rf", "rr")
}
