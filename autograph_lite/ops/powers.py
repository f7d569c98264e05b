"""Powers and roots: pow, cbrt, hypot; and erf.

pow is exp(y log(x)) with the logarithm in two parts.  cbrt is a polynomial and two steps of Halley's; hypot
corrects the root by what the squares have lost (Borges, 2019).  erf is a polynomial below 1, and beyond
it 1 - exp(-x**2) q(x), by Chebyshev interpolation of q in (x - 3) / (x + 3).
"""

from __future__ import annotations

import math

from autograph_lite.ops.exponentials import (
    SHIFT,
    added,
    added_in_any_order,
    exp_of,
    power_of_two,
    quotient,
    reduced,
)
from autograph_lite.ops.logarithms import ATANH, LOG_2, LOG_2_LOW, split
from autograph_lite.ops.words import copysign, floor, fma, polynomial, sqrt

INFINITY, NAN = math.inf, math.nan
SMALL, LARGE = 2.0**-600, 2.0**600
THIRD, THIRD_LOW = 0.6666666666666666, 3.700743415417188e-17
"""2/3."""
REST = ATANH[:-1]
CBRT = (
    *(0.007219840108663776, -0.07213307329335036, 0.29168594382103497, -0.6338751028081393),
    *(0.977465761937306, 0.4302443139309803),
)
"""cbrt(m), for m from sqrt(1/2) / 2 to 2 sqrt(2)."""
ERF = (
    *(-4.230945824295338e-12, 8.709045129053106e-11, -1.216456005728345e-09),
    *(1.4792401209404813e-08, -1.6364642158167616e-07, 1.6462045441468418e-06),
    *(-1.4925647567519332e-05, 0.00012055332902888736, -0.000854832702193483),
    *(0.0052239776254232985, -0.02686617064512984, 0.1128379167095512),
    *(-0.37612638903183754, 0.12837916709551257),
)
"""erf(x) / x - 1 in x**2, for |x| <= 1."""
ERFC = (
    *(-2.5925894581233316e-08, -2.389387463474792e-07, -2.7269500546476834e-07),
    *(1.2598817267482604e-06, 2.1169509641489688e-06, -7.979817704348727e-06),
    *(-1.2860318447907675e-05, 6.405673342206844e-05, 4.5255298034073955e-05),
    *(-0.0005970619586158305, 0.0007077464385177353, 0.004269136333148302),
    *(-0.024392499318655416, 0.07166583719797347, -0.15011593650077742),
    *(0.2456038017123309, -0.3262335600430372, 0.17900115118138996),
)
"""(1 - erf(x)) exp(x**2) in (x - 3) / (x + 3), for x from 1 to 6."""


def log_in_full(x):
    """log(x) of a positive number in two parts, with about 65 bits."""
    n, m = split(x)
    u, u_low = added_in_any_order(1.0, m)
    s, s_low = quotient(m - 1.0, 0.0, u, u_low)
    z = s * s
    z_low = fma(s, s, -z) + 2.0 * s * s_low
    first = z * THIRD
    first_low = fma(z, THIRD, -first) + fma(z, THIRD_LOW, z_low * THIRD)
    w, w_low = added(first, z * z * polynomial(z, *REST))
    v = s * w
    v_low = fma(s, w, -v) + fma(s, w_low + first_low, s_low * (2.0 + w))
    out, low = added(2.0 * s, v)
    out, lost = added_in_any_order(n * LOG_2, out)
    return added(out, lost + (low + fma(n, LOG_2_LOW, v_low)))


def pow(x, y):
    size = abs(x)
    a, a_low = log_in_full(size)
    e = y * a
    low = fma(y, a, -e) + y * a_low if abs(e) < 750.0 else 0.0
    e = -746.0 if e < -746.0 else e
    e = 711.0 if e > 711.0 else e
    k, r, t = reduced(e)
    r, t = added_in_any_order(r, t + low)
    out = exp_of(k, r, t)
    out = (INFINITY if y < 0 else 0.0) if size == 0 else out
    out = (0.0 if y < 0 else INFINITY) if size == INFINITY else out
    out = 1.0 if size == 1 else out
    whole = floor(y) == y
    odd = whole & (floor(0.5 * y) != 0.5 * y)
    out = copysign(out, x) if odd else out
    out = NAN if (x < 0) & (size != INFINITY) & (not whole) else out
    out = x + y if (x != x) | (y != y) else out
    return 1.0 if (y == 0) | (x == 1) else out


def cbrt(x):
    size = abs(x)
    n, m = split(size)
    k = fma(n, 0.3333333333333333, SHIFT) - SHIFT
    a = m * power_of_two(fma(k, -3.0, n))
    y = polynomial(a, *CBRT)
    cube = y * y * y
    y = y - y * ((cube - a) / fma(2.0, cube, a))
    square = y * y
    cube = square * y
    off = fma(square, y, -a) + fma(y, y, -square) * y
    y = y - y * (off / fma(2.0, cube, a))
    out = copysign(y * power_of_two(k), x)
    return x if (x == 0) | (x - x != 0) else out


def hypot(x, y):
    a, b = abs(x), abs(y)
    most = b if b > a else a
    scale = SMALL if most > 1e150 else (LARGE if most < 1e-145 else 1.0)
    a, b = a * scale, b * scale
    square = b * b
    out = sqrt(fma(a, a, square))
    whole = out * out
    other = a * a
    off = fma(-b, b, whole - other) + (fma(out, out, -whole) - fma(a, a, -other))
    out = out - off / (1.0 if out == 0 else 2.0 * out)
    out = out * (LARGE if most > 1e150 else (SMALL if most < 1e-145 else 1.0))
    return INFINITY if (abs(x) == INFINITY) | (abs(y) == INFINITY) else out


def erf(x):
    size = abs(x)
    z = x * x
    near = fma(x, polynomial(z, *ERF), x)
    y = 6.0 if size > 6.0 else size
    k, r, t = reduced(-y * y)
    t = t - fma(y, y, -(y * y))
    far = 1.0 - exp_of(k, r, t) * polynomial((y - 3.0) / (y + 3.0), *ERFC)
    return copysign(far, x) if size > 1.0 else near
