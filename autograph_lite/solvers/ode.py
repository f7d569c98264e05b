"""`odeint`: ordinary differential equations by Dormand's and Prince's pair of Runge-Kutta formulas.

The method (Dormand and Prince, 1980) is of order 5, its error estimate of order 4; between the ends of a step
the solution is the polynomial of order 4 of Hairer, Norsett and Wanner, "Solving Ordinary Differential
Equations I", section II.6, from which the first step (II.4) and the control of the others are too.

Derivatives are those of the discrete solution, of the arithmetic that was done, with the sizes of the steps
taken as given: they are chosen from values through which no gradient passes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograph_lite.errors import DomainError, GraphTypeError
from autograph_lite.nests import NESTS, leaves, rebuild
from autograph_lite.numpy import astype, concatenate, ravel, reshape, zeros
from autograph_lite.numpy import shape as np_shape
from autograph_lite.tape.seeds import of_the_type
from autograph_lite.tensors.boxes import as_written, call, wrap
from autograph_lite.tensors.number import kind_name
from autograph_lite.tensors.operators import strong
from autograph_lite.transforms.arguments import as_entered, by_kernel
from autograph_lite.transforms.chosen import Function, name_of
from autograph_lite.transforms.custom import stop_gradient
from autograph_lite.transforms.plain import as_plain, in_plain

SLOPES = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
)
"""What the slopes of the later stages are taken at."""
TIMES = (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0)
WEIGHTS = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)
ERRORS = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)
BETWEEN = (
    *(-12715105075 / 11282082432, 0.0, 87487479700 / 32700410799, -10690763975 / 1880347072),
    *(701980252875 / 199316789632, -1453857185 / 822651844, 69997945 / 29380423),
)
SAFETY, LEAST, MOST = 0.9, 0.2, 10.0
"""How much longer a step may be than the one before."""


def odeint(
    f: Function,
    y0: Any,
    t: Any,
    *args: Any,
    rtol: float = 1.4e-8,
    atol: float = 1.4e-8,
    mxstep: int = 10_000,
) -> Any:
    """The solution of `dy/dt = f(y, t, *args)` with `y = y0` at `t[0]`, at the times `t`, in order or
    backwards.

    `y0` is a float array or a nest of them, and so is what `f` returns; the result has an axis of `len(t)`
    before theirs.  Steps are as long as the root of the mean square of `error / (atol + rtol * |y|)` is at
    most 1; times between the ends of steps are interpolated.  It can be differentiated by `y0`, `t`, `args` and
    whatever `f` uses, in both directions and to any order.  With a compiled `f` it is one kernel.

    Raises DomainError where it does not get from one time to the next in `mxstep` steps and for times that are
    in no order, ShapeError and
    GraphTypeError where `f` returns another shape, structure or dtype than that of `y0`.
    """

    def run(y0: Any, t: Any, args: Any) -> Any:
        state = State(f, rebuild(y0, as_entered))

        def slope(y: Any, now: Any) -> Any:
            return state.slope(call(f, state.nest(y), now, *args))

        times = astype(wrap(strong(t, None, "t")), state.dtype)
        rows = call(solved, slope, state.vector, times, rtol, atol, mxstep)
        return state.rows(rows)

    plain = in_plain(y0, t, args)
    out = by_kernel(f, ("odeint", rtol, atol, mxstep), run, y0, t, args)
    return as_plain(out) if plain else out


class State:
    """What `f` works on, and one array of all of it, which the solver works on."""

    def __init__(self, f: Function, y0: Any) -> None:
        self.f, self.like = f, y0
        self.parts = [strong(leaf, None, "y0") for leaf in leaves(y0)]
        dtypes = {part.type.dtype for part in self.parts}
        if len(dtypes) != 1 or not self.parts[0].type.differentiable:
            raise GraphTypeError(f"y0 is of {', '.join(sorted(dtypes))}; one float dtype is needed")
        (self.dtype,) = dtypes
        self.single = not isinstance(y0, NESTS)
        self.vector = self._joined([wrap(part) for part in self.parts])

    def _joined(self, parts: list[Any]) -> Any:
        return parts[0] if self.single else concatenate([ravel(part) for part in parts])

    def nest(self, y: Any) -> Any:
        """The array in the structure of `y0`."""
        if self.single:
            return y
        parts = iter(self._parted(y, ()))
        return rebuild(self.like, lambda _: next(parts))

    def _parted(self, y: Any, before: tuple[Any, ...]) -> list[Any]:
        """The parts of an array, which has them along its last axis."""
        found, first = [], 0
        for part in map(wrap, self.parts):
            last = first + part.size
            found.append(reshape(y[..., first:last], (*before, *np_shape(part))))
            first = last
        return found

    def rows(self, rows: Any) -> Any:
        """The solution in the structure of `y0`."""
        if self.single:
            return rows
        parts = iter(self._parted(rows, np_shape(rows)[:1]))
        return rebuild(self.like, lambda _: next(parts))

    def slope(self, given: Any) -> Any:
        """What `f` returns, as the array that it is the derivative of."""
        found = [given] if self.single else leaves(given)
        if len(found) != len(self.parts):
            raise GraphTypeError(
                f"{name_of(self.f)} returns a {kind_name(given)}, of another structure than y0"
            )
        return self._joined([self._fitting(g, n) for n, g in enumerate(found)])

    def _fitting(self, given: Any, n: int) -> Any:
        what = f"what {name_of(self.f)} returns"
        value = wrap(strong(given, None, what))  # a number is a float64
        return wrap(of_the_type(self.parts[n], value, what, "y0"))


@as_written
def solved(f: Callable[[Any, Any], Any], y: Any, t: Any, rtol: Any, atol: Any, mxstep: Any) -> Any:
    """The solution at the times `t`."""
    n = len(t)
    rows = zeros((n, *np.shape(y)), dtype=y.dtype)
    rows[0] = y
    end, now, slope = stop_gradient(t[n - 1]), t[0], f(y, t[0])
    way = 1.0 if end >= now else -1.0
    if np.any((t[1:] - t[:-1]) * way < 0.0):
        raise DomainError("odeint needs times in order, or in order backwards")
    h = way * first_step(f, stop_gradient(y), stop_gradient(now), stop_gradient(slope), rtol, atol)
    begin, size, between = now, h, (y, h * slope, y * 0.0, y * 0.0, y * 0.0)
    for i in range(1, n):
        steps = 0
        while (t[i] - now) * way > 0.0:
            if steps == mxstep:
                raise DomainError(f"odeint does not get to t = {t[i]} in {mxstep} steps")
            steps += 1
            h = way * np.minimum(np.abs(h), np.abs(end - stop_gradient(now)))
            new, slopes, error = step(f, y, now, h, slope)
            scale = atol + rtol * np.maximum(np.abs(y), np.abs(new))
            ratio = stop_gradient(np.sqrt(np.mean((error / scale) ** 2)))
            factor = np.minimum(MOST, np.maximum(LEAST, SAFETY * np.maximum(ratio, 1e-10) ** -0.2))
            if ratio <= 1.0:
                begin, size, between = now, h, interpolant(y, new, h, slopes)
                now, y, slope = now + h, new, slopes[6]
            else:
                factor = np.minimum(factor, 1.0)
            h = h * factor
        rows[i] = interpolated(between, (t[i] - begin) / size)
    return rows


@as_written
def first_step(f: Any, y: Any, now: Any, slope: Any, rtol: Any, atol: Any) -> Any:
    """The size of the first step, so that a step of Euler's method would be accurate enough."""
    scale = atol + rtol * np.abs(y)
    of_y, of_slope = norm(y / scale), norm(slope / scale)
    guess = y.dtype.type(1e-6)
    if of_y > 1e-5 and of_slope > 1e-5:
        guess = 0.01 * of_y / of_slope
    change = stop_gradient(f(y + guess * slope, now + guess)) - slope
    curved = np.maximum(of_slope, norm(change / scale) / guess)
    if curved > 1e-15:
        return np.minimum(100.0 * guess, (0.01 / curved) ** 0.2)
    return np.minimum(100.0 * guess, np.maximum(1e-6, 1e-3 * guess))


@as_written
def norm(x: Any) -> Any:
    """The root of the mean square."""
    return np.sqrt(np.mean(x * x))


@as_written
def step(f: Any, y: Any, now: Any, h: Any, slope: Any) -> Any:
    """The state after a step, its seven slopes, and the error."""
    slopes = [slope]
    for weights, time in zip(SLOPES, TIMES, strict=True):
        slopes.append(f(y + h * weighted(weights, slopes), now + time * h))
    new = y + h * weighted(WEIGHTS, slopes)
    slopes.append(f(new, now + h))
    return new, slopes, h * weighted(ERRORS, slopes)


@as_written
def weighted(weights: Any, slopes: Any) -> Any:
    total = weights[0] * slopes[0]
    for weight, slope in zip(weights[1:], slopes[1:], strict=True):
        if weight != 0.0:
            total = total + weight * slope
    return total


@as_written
def interpolant(y: Any, new: Any, h: Any, slopes: Any) -> Any:
    """The coefficients of the polynomial through both ends of a step."""
    change = new - y
    bend = h * slopes[0] - change
    return y, change, bend, change - h * slopes[6] - bend, h * weighted(BETWEEN, slopes)


@as_written
def interpolated(between: Any, at: Any) -> Any:
    """The polynomial at a part of the step."""
    y, change, bend, twist, last = between
    rest = 1.0 - at
    return y + at * (change + rest * (bend + at * (twist + rest * last)))
