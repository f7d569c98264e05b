"""NumPy's functions of Python numbers that only the run knows: what they give is NumPy's, and no tensor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

import autograph_lite as ag

c = ag.constant
GRAVITY = np.float64(9.81)
SMALL, LIMIT, YES = np.float32(0.5), np.int64(3), np.bool_(True)
TABLE = np.array([0.3, 1.2, -0.7])
LONE = np.array(2.5)
TEMPLATE = "{:>8.3f} {}"
LEVEL = ag.Variable(0.25, dtype="float64", name="level")
total = np.float64(0.0)


def oscillates(x, h, n):
    """The forcing of a differential equation: `t` is a Python float, its sine is NumPy's."""
    y, t = ag.zeros(2), 0.0
    for i in range(n):
        y = y + h * (np.sin(t) * x - np.exp(-t) * y * y) + np.cos(0.1 * i)
        t = t + h
    return y


def begins_as_a_float(x, h, n):
    """A Python float where no step was taken, NumPy's after one."""
    s = 0.0
    for i in range(n):
        s = s + np.exp(-h * i)
    print(s, f"{s:.3f} {s!r}", s > 0.0)
    return s, s * x, s + 1.0, -s, abs(s), s == 0.0, float(s), [s], np.sin(s), np.hypot(s, s)


def in_a_while(x, h, n):
    """Newton's method on NumPy's scalars, with a number of steps that they decide."""
    r, steps = np.sqrt(1.0 + h), 0
    while np.abs(r * r - n) > 1e-12 and steps < 40:
        r = r - (r * r - n) / (2.0 * r)
        steps += 1
    return r, steps, x * r * x


def in_branches(x, h, n):
    """NumPy's in one arm, Python's or none in the other."""
    a, b, q = 0.0, None, h
    if np.sin(h) > 0.3 and n > 1:
        a, b, q = np.cos(h), np.tanh(h), math.cos(h)
        x = x * a
    else:
        x = x * x * np.cos(2.0 * h)
    z = np.sin(h) if n > 1 else 0.5
    return a, b, q, z, z * x, a * x, b is None


def nested(x, h, n):
    y, s = ag.zeros(2), np.sin(h)
    for i in range(n):
        k = 0
        while np.exp(-0.5 * k) > 0.3:
            for j in range(i):
                if np.sin(i * j + h) < s:
                    y = y + x * x * np.cos(j * h)
                else:
                    s = s * 0.5 + 0.25 * np.cos(h)
            k = k + 1
        y = y * s
    return y, s


def operators(x, h, n):
    a, b = np.sin(h), np.cos(n * h)
    p, q = a > b, b <= 0.25
    print(p, q, a, b)
    return (
        *(a + b, a - n, h * a, a / b, a // b, a % b, a**n, 2**a, (-a) ** 0.5, divmod(a, b)),
        *(divmod(1, a), -a, +a, abs(-a), a == a, a != 0.5, 3 < a, n >= a, p & q, p | (n > 1)),
        *(True ^ p, ~q, p + q, p * q, p * 0.5, p == q, p < q, not p, p and q, q or p, n > 0 and p),
        *(0.0 < a < b, x * a if p else x / a, a if q else b),
    )


def by_zero(x, h, n):
    """NumPy's values and warnings, where Python raises: each warning once for a line."""
    z, big = np.sin(h - h), np.exp(h + 709.0)
    for i in range(n):
        s = np.float64(i) / i
        z = z + 1.0 / np.float64(i)
    r = (h / (z - z), h // np.sin(0.0 * h), h % np.sin(0.0 * h), np.sin(0.0 * h) ** -1.0)
    return r, big * big, big - big * 2.0, (-big) ** 0.5, z, x * np.log(h - h)


def functions_that_warn(x, h, n):
    o = h - h
    return (
        *(np.log(o), np.log(-h), np.sqrt(-h), np.exp(h + 800.0), np.arcsin(h + 2.0)),
        *(np.divide(h, o), np.power(o, -1.0), np.floor_divide(h, o), np.remainder(h, o)),
        *(np.divmod(h, o), np.sin(np.log(o)), np.square(h + 1e200), np.reciprocal(o)),
        np.arctan2(o, -o) * x,
    )


def captured(x, h, n):
    """NumPy's scalars from outside, read at every call."""
    w = GRAVITY * h
    return (
        *(w, h / GRAVITY, GRAVITY**h, GRAVITY > h, LIMIT * h, n < LIMIT, YES & (h > 0.0)),
        *(TABLE[0] * h, n * TABLE[1] + w, LONE * h, h - LONE, np.hypot(GRAVITY, n), SMALL * w),
        *(x * w, x * GRAVITY, np.maximum(LIMIT, h), divmod(GRAVITY, h), np.float64(n) * h),
    )


def meets_tensors(x, h, n):
    """It is strong in promotion, as a NumPy scalar is."""
    a, i = np.sin(h), ag.cast(x, "int64")
    y = ag.zeros(3)
    for k in range(3):
        y[k] = np.cos(h * k)
    LEVEL.assign(a * 2.0)
    single = ag.cast(x, "float32")
    return (
        *(x * a, a - x, single * a, i * a, i + (a > 0.0), x**a, (x * x + 1.0) ** a, a**x, a < x),
        *(c(a), ag.array([a, h]), np.stack([a, x[0]]), np.where(x > 0.0, a, x), np.maximum(a, x)),
        *(ag.constant(a, dtype="float32"), y * a, np.hypot(x, a), LEVEL * x, single**a),
    )


class Point(NamedTuple):
    at: float
    speed: float


@dataclass
class Clock:
    now: float
    ticks: int = 0


def in_containers(x, h, n):
    point, clock, d, pair = Point(0.0, h), Clock(np.sin(h)), {"a": np.cos(h)}, [h, np.exp(h)]
    for i in range(n):
        point = point._replace(at=point.at + np.sin(h * i))
        clock.now = clock.now + np.cos(h * i)
        clock.ticks += 1
        d["a"] = d["a"] * 0.5 + np.exp(-clock.now)
        pair[1], pair[0] = pair[1] * 0.5, np.sin(pair[1])
    return point, clock.now, clock.ticks, d, pair, x * d["a"] * point.at


def texts(x, h, n):
    a, q = np.sin(h), None
    for i in range(n):
        b = np.cos(i * h)
        print(
            i, b, b > 0.5, f"{b} {b!r} {b:.2e} {b > 0.5}", "%.3f" % b, [b], (a, b > 0.5), {"b": b}
        )
        ag.print(a, b, b > 0.5)
        if i > 1:
            q = b
    return str(a) + repr(a), TEMPLATE.format(a, a > 0.0), f"{q}", x * a


def builtins(x, h, n):
    a, b = np.sin(h), np.cos(h)
    return (
        *(
            min(a, b),
            max(a, b, h),
            min([a, 0.1]),
            sum([a, b, h]),
            sorted([b, a]),
            any([a > 1, b > 1]),
        ),
        *(float(a), int(10.0 * b), bool(a), round(10.0 * b), round(a, 2), a.item(), pow(a, 2)),
        *(isinstance(a, float), isinstance(a > b, bool), type(a), type(a > b), a.dtype, a.shape),
        *(math.sin(a), math.floor(10.0 * b), math.atan2(a, h), math.isnan(a), a in (0.1, b)),
        *(sum(np.sin(h * i) for i in range(n)), all(np.sin(h * i) < 2.0 for i in range(n)), x * a),
    )


def other_functions(x, h, n):
    a = np.sin(h)
    return (
        *(
            np.clip(h, 0.1, 0.2),
            np.clip(a, -1, 0.7),
            np.round(h * 10.0, 2),
            np.round(a, 3),
            np.round(h),
        ),
        *(
            np.sign(-h),
            np.floor(h),
            np.ceil(h),
            np.trunc(-2.5 * h),
            np.rint(n),
            np.cbrt(h),
            np.sqrt(n),
        ),
        *(
            np.minimum(h, a),
            np.maximum(n, h),
            np.copysign(h, -a),
            np.heaviside(h, 0.5),
            np.isnan(h),
        ),
        *(
            np.isfinite(a),
            np.signbit(-h),
            np.logical_and(h > 0.0, a > 1.0),
            np.deg2rad(n),
            np.abs(-h),
        ),
        *(np.add(h, n), np.power(h, 2), np.power(h, 0.5), np.arctan2(n, h), np.less(n, h), x * a),
    )


def helper(t, k):
    return np.exp(-t) if k > 1 else np.sin(t) * k


@ag.function
def decorated(x, w):
    """At the entry of a decorated function a NumPy scalar becomes a tensor."""
    return x * w, w * 2.0, ag.cast(w, "float32")


def in_calls(x, h, n):
    global total
    waves = [lambda t: np.sin(t), lambda t: np.cos(t) * t]
    s = ag.zeros(2)
    for i in range(n):
        s = s + x * helper(h * i, i) + waves[0](h) * waves[1](h * i)
        total = np.hypot(h, i)
    return s, decorated(x, np.sin(h)), total


def inner_gradients(x, h, n):
    """A tape and `grad` inside: NumPy's scalars are constants to both."""
    y = x
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(y)
            loss = np.sum(y * y * y) * np.cos(h * i)
        y = y - 0.1 * np.exp(-h) * tape.gradient(loss, y)
    slope = ag.grad(lambda v, w: v * v * w * np.sin(h))(y[1], np.cos(h))
    return y, slope, ag.stop_gradient(np.sin(h)), ag.grad(lambda v: np.sin(h))(y[0])


def chosen(x, h, n):
    a = np.round(10.0 * np.sin(h))
    match a:
        case 4.0:
            y = x * x
        case _:
            y = x
    return y, a == 4, np.sin(h) if n > 1 else np.cos(h), (a > 3 or n > 1) and a < 9


def tensor_or_number(x, h, n):
    """Of what is a tensor in some runs NumPy's functions and scalars make what is one in those."""
    s = 0.0
    if n > 2:
        s = x[0]
    t, u = np.sin(s), s * GRAVITY
    print(t, u, f"{t} {u:.3f}", t > 0.1)
    return (
        *(t, u, GRAVITY * s, np.hypot(s, h), np.hypot(np.sin(h), s), t * x, u + x[1], u + 1.0, -u),
        *(u * np.sin(h), u > 0.1, float(h) + u, np.maximum(u, x), isinstance(u, float)),
    )


def tensor_or_scalar(x, h, n):
    s = np.sin(h) if n > 2 else x[0]
    q, s = x * s, s * 0.5
    for i in range(n):
        s = s * np.cos(h * i) + x[1]
    if s > 0.0:
        q = q * s
    return s, q


def begins_as_a_scalar(x, h, n):
    """NumPy's scalar where no step was taken, a tensor after one."""
    s, r, t = np.float64(0.0), np.sqrt(2.0), 0.0
    for i in range(n):
        s = s + x[i % 2]
        r = r * x[0]
        t = t * GRAVITY + x[1]
    return s, r, s * x, r + s, t


def stops(x, h, n):
    for i in range(n):
        x = x * np.cos(i)
        if np.sin(i) > 0.9:
            raise ValueError(f"at {np.sin(i)!r} {np.sin(i):.3f}", np.sin(i), np.sin(i) > 0.5)
    return x * int(np.log(h - h))


X = c([0.5, -1.2])
EVERY = (
    *(oscillates, begins_as_a_float, in_branches, nested, in_containers, texts, in_calls),
    *(inner_gradients, operators, by_zero, builtins, meets_tensors, chosen, stops),
    *(tensor_or_number, tensor_or_scalar, begins_as_a_scalar),
)
CASES = [
    *((program, (X, 0.4, n)) for program in EVERY for n in (0, 3)),
    *((program, (X, 0.4, 3)) for program in (in_a_while, functions_that_warn, captured)),
    (other_functions, (X, 0.4, 3)),
]
RAISES = {"stops": 2}
