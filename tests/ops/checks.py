"""Op -> nothing, or AssertionError: its value in both modes, and its derivatives.

Plain functions over the table, so that a changed table can be tried in the same process.
"""

from __future__ import annotations

import warnings
from typing import Any

import mpmath
import numpy as np

from autograph_lite import errors, pipeline
from autograph_lite.call.verify import canonical
from autograph_lite.ir.graph import Value
from autograph_lite.ops.dispatch import apply_all, context
from autograph_lite.ops.record import Constant, Op, Structural, Threaded
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.boxes import value_of, wrap
from autograph_lite.transforms.forward import jvp
from tests.ops.samples import EXACT, MPMATH, NEAR, NUMBERS, PYTHON, REGIONS, Sample, samples

PLAIN = (Constant, Threaded)
LIBRARY = ("arcsinh", "arccosh", "arctanh")
"""Functions that are the C library's."""


def check(op: Op) -> None:
    """All that is known of an op."""
    for sample in samples(op):
        check_value(op, sample)
    if op.on_scalars is not None:
        check_scalars(op)
    if not isinstance(op.derivative, PLAIN):
        for sample in samples(op):
            if sample.smooth:
                check_derivatives(op, sample)
    elif isinstance(op.derivative, Constant) and op.name not in NUMBERS:
        check_unconnected(op)


# --- values --------------------------------------------------------------------------------------


def eager(op: Op, sample: Sample) -> Any:
    """What eager mode gives."""
    values = tuple(Value(None, np.copy(x)[()]) for x in sample.arrays)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return context.interpreter.apply(op, values, sample.params)[0].data


def compiled(op: Op, sample: Sample) -> Any:
    """What the kernel of one node gives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return pipeline.evaluator(op, sample.params, sample.arrays)(sample.arrays)[0]


def equal(op: Op, sample: Sample, want: Any, got: Any, what: str) -> None:
    want, got = np.asarray(want), np.asarray(got)
    assert want.dtype == got.dtype and want.shape == got.shape, (
        f"{op}: {what} has {want.dtype}{want.shape}, {got.dtype}{got.shape}"
    )
    if canonical(want) != canonical(got):
        raise AssertionError(f"{op}{sample.params}: {what}: {_first(sample, want, got)}")


def _first(sample: Sample, want: Any, got: Any) -> str:
    """The first element that differs."""
    flat = zip(np.ravel(want), np.ravel(got), strict=True)
    n = next(i for i, (a, b) in enumerate(flat) if canonical(a) != canonical(b))
    same = all(np.shape(x) == want.shape for x in sample.arrays)
    at = [np.ravel(x)[n] for x in sample.arrays] if same else [np.shape(x) for x in sample.arrays]
    return f"{np.ravel(want)[n]!r} against {np.ravel(got)[n]!r} at {at}"


def check_value(op: Op, sample: Sample) -> None:
    """Eager and compiled agree in every bit, and with the reference."""
    if op.name in PYTHON:
        check_number(op, sample)
        return
    got = compiled(op, sample)
    if op.name not in NUMBERS:
        equal(op, sample, eager(op, sample), got, "eager against compiled")
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        check_reference(op, sample, np.asarray(got))


def check_scalars(op: Op) -> None:
    """The operator on NumPy scalars gives what the kernel does, at every special value."""
    for sample in samples(op):
        if all(np.ndim(x) == 1 for x in sample.arrays):
            want = compiled(op, sample)
            for n, xs in enumerate(zip(*sample.arrays, strict=True)):
                at = Sample(tuple(xs), sample.params)
                equal(op, at, want[n], eager(op, at), "a scalar against compiled")


def check_reference(op: Op, sample: Sample, got: Any) -> None:
    if op.name in MPMATH:
        check_precision(op, sample, got)
    elif op.name in NEAR:
        check_near(op, sample, got)
    elif op.name in EXACT:
        want = EXACT[op.name](*sample.arrays, **sample.params)
        equal(op, sample, np.asarray(want).astype(got.dtype), got, "reference against compiled")
    else:
        assert op.exact is not None, f"{op} needs a reference for its value in tests/ops/samples.py"


def check_number(op: Op, sample: Sample) -> None:
    """Python's own operator: the same bits, the same class of error."""
    try:
        numbers = [x.item() for x in sample.arrays]
        want = PYTHON[op.name](*numbers)
        if op.exact is not None:  # what folds constants
            assert op.exact(*numbers) is want, f"{op} of {numbers} is folded to another value"
        fits = not isinstance(want, int) or -(2**63) <= want < 2**63
    except (ArithmeticError, ValueError) as error:
        want, fits = error, True
    try:
        got = compiled(op, sample)
    except errors.AutographError as error:
        assert _refuses(want, fits, error), f"{op} at {sample.arrays}: {error!r}, Python {want!r}"
        return
    assert fits and type(want) in (int, float, bool), (
        f"{op} at {sample.arrays}: {got}, not {want!r}"
    )
    equal(op, sample, np.asarray(want, type(got)), got, "Python against compiled")


def _refuses(want: Any, fits: bool, error: errors.AutographError) -> bool:
    """Whether an error stands for Python's error, or for a result that a kernel cannot hold."""
    if isinstance(want, ArithmeticError | ValueError):
        return any(isinstance(error, c) for c in (type(want),)) or isinstance(
            error, errors.DomainError
        )
    return not fits or (isinstance(want, complex | float) and isinstance(error, errors.DomainError))


def check_precision(op: Op, sample: Sample, got: Any) -> None:
    """Within 4 units in the last place of the true value, 1 for a function of our own, at every finite
    point."""
    mpmath.mp.prec = 200
    info = np.finfo(got.dtype)
    arrays = [np.ravel(x) for x in np.broadcast_arrays(*sample.arrays)]
    for out, *xs in zip(np.ravel(got), *arrays, strict=True):
        if not all(np.isfinite(x) and abs(x) < 1e6 for x in xs):
            continue
        want = MPMATH[op.name](*(mpmath.mpf(float(x)) for x in xs)) if _inside(op, xs) else None
        if want is None or isinstance(want, mpmath.mpc) or abs(want) >= float(info.max):
            continue
        unit = max(
            float(np.spacing(np.asarray(abs(float(want)), got.dtype))),
            float(info.smallest_subnormal),
        )
        off = abs(mpmath.mpf(float(out)) - want) / unit
        most = 4 if op.name in LIBRARY else 1
        where = f"{op}{tuple(map(float, xs))}"
        assert off <= most, f"{where} = {out!r} is {float(off):.1f} ulp off"


def _inside(op: Op, xs: Any) -> bool:
    """Whether the true value is defined and finite."""
    if op.name in ("power", "power_number"):
        return bool(xs[0] > 0 and abs(xs[1]) < 100)
    if op.name == "arctan2":  # mpmath has no -0
        return not any(x == 0 and np.signbit(x) for x in xs)
    if op.name == "arctanh":
        return bool(abs(xs[0]) < 1)
    return not (op.name in ("log", "log2", "log10") and xs[0] <= 0) and not (
        op.name == "log1p" and xs[0] <= -1
    )


def check_near(op: Op, sample: Sample, got: Any) -> None:
    want = NEAR[op.name](*sample.arrays, **sample.params)
    if got.dtype.kind != "f":
        equal(op, sample, np.asarray(want).astype(got.dtype), got, "reference against compiled")
        return
    # n additions of values of size 1 round by n eps at most; eight lanes and blocks do better
    scale = float(max(1.0, *(np.sum(np.abs(x)) for x in sample.arrays[:1])))
    close = np.abs(got - want) <= 64 * np.finfo(got.dtype).eps * scale
    assert got.shape == np.shape(want) and np.all(close), f"{op}: {want} against {got}"


# --- derivatives ---------------------------------------------------------------------------------


def apply(op: Op, boxes: list[Any], params: dict[str, Any]) -> Any:
    return wrap(apply_all(op, tuple(value_of(b) for b in boxes), params)[0])


def sources(op: Op, sample: Sample) -> list[int]:
    """The inputs to differentiate by: float ones whose values are read."""
    known = range(len(sample.arrays)) if sample.by is None else sample.by
    return [
        i
        for i in known
        if np.asarray(sample.arrays[i]).dtype.kind == "f" and i not in op.shape_only
    ]


def weights(shape: tuple[int, ...], seed: int) -> Any:
    return np.asarray(np.random.default_rng(seed).uniform(0.5, 1.5, shape))


def boxed(arrays: Any) -> list[Any]:
    return [wrap(Value(None, np.copy(x)[()])) for x in arrays]


def weighted(op: Op, boxes: list[Any], params: dict[str, Any]) -> Any:
    """A number that every element of the result takes part in, differently and not linearly."""
    out = apply(op, boxes, params)
    y = out * wrap(Value(None, weights(out.shape, 1)[()]))
    return (y * 1.0 + 0.25 * y * y).sum()


def gradients(op: Op, arrays: Any, sample: Sample) -> list[Any]:
    boxes = boxed(arrays)
    with GradientTape() as tape:
        watched = [boxes[i] for i in sources(op, sample)]
        tape.watch(watched)
        y = weighted(op, boxes, sample.params)
    return list(tape.gradient(y, watched, unconnected_gradients="zero"))


def second(op: Op, arrays: Any, sample: Sample) -> list[Any]:
    boxes = boxed(arrays)
    watched = [boxes[i] for i in sources(op, sample)]
    with GradientTape() as outer:
        outer.watch(watched)
        with GradientTape() as tape:
            tape.watch(watched)
            y = weighted(op, boxes, sample.params)
        first = tape.gradient(y, watched, unconnected_gradients="zero")
        z = sum((wrap(Value(None, weights(g.shape, 2)[()])) * g).sum() for g in first)
    return list(outer.gradient(z, watched, unconnected_gradients="zero"))


def differences(function: Any, arrays: Any, by: list[int], h: float) -> list[Any]:
    """Central differences of a number."""
    found = []
    for i in by:
        slope = np.zeros(np.shape(arrays[i]))
        for at in np.ndindex(*slope.shape):
            up, down = ([np.array(x) for x in arrays] for _ in range(2))
            up[i][at] += h
            down[i][at] -= h
            slope[at] = (function(up) - function(down)) / (2 * h)
        found.append(slope)
    return found


def check_derivatives(op: Op, sample: Sample) -> None:
    """First derivatives against differences of values, second against differences of first."""
    by = sources(op, sample)
    if not by:
        return
    value = lambda xs: float(weighted(op, boxed(xs), sample.params))
    got = gradients(op, sample.arrays, sample)
    _compare(op, "first", got, differences(value, sample.arrays, by, 1e-5))

    def slope(xs: Any) -> float:
        first = gradients(op, xs, sample)
        return float(sum(np.sum(weights(g.shape, 2) * g.numpy()) for g in first))

    check_forward(op, sample, got)
    _compare(
        op, "second", second(op, sample.arrays, sample), differences(slope, sample.arrays, by, 1e-5)
    )


def check_forward(op: Op, sample: Sample, gradient: list[Any]) -> None:
    """A tangent against the gradient times the direction."""
    boxes, by = boxed(sample.arrays), sources(op, sample)
    directions = [wrap(Value(None, weights(boxes[i].shape, 3)[()])) for i in by]

    def f(*given: Any) -> Any:
        seen = dict(zip(by, given, strict=True))
        return weighted(op, [seen.get(i, b) for i, b in enumerate(boxes)], sample.params)

    _, tangent = jvp(f, [boxes[i] for i in by], directions)
    want = sum(float((g * v).sum()) for g, v in zip(gradient, directions, strict=True))
    assert abs(float(tangent) - want) <= 1e-9 * max(1.0, abs(want)), (
        f"{op}: the tangent is {float(tangent)}, the gradient times the direction {want}"
    )


def _compare(op: Op, what: str, got: list[Any], want: list[Any]) -> None:
    """1e-6 of the size of the gradient: the error of a central difference with step 1e-5."""
    for i, (a, b) in enumerate(zip(got, want, strict=True)):
        a = a.numpy()
        room = 2e-6 * max(1.0, float(np.max(np.abs(b), initial=0.0)))
        worst = float(np.max(np.abs(a - b), initial=0.0))
        assert a.shape == b.shape and worst <= room, (
            f"{op}: {what} derivative by input {i} is off by {worst:.2g}: {a} against {b}"
        )


def check_unconnected(op: Op) -> None:
    """An op that says it has no derivative gives None."""
    if op.name in REGIONS:
        return
    sample = next((s for s in samples(op) if sources(op, s)), None)
    if sample is None:
        return
    boxes = boxed(sample.arrays)
    with GradientTape() as tape:
        watched = [boxes[i] for i in sources(op, sample)]
        tape.watch(watched)
        out = apply(op, boxes, sample.params)
    if out.dtype.kind == "f":
        assert tape.gradient(out, watched) == [None] * len(watched), f"{op} is not constant"


__all__ = ["Structural", "check", "check_derivatives", "check_value"]
