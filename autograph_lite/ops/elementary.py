"""Elementary functions: exp, log, sin, cos and their kin.

The first four are ours: a reduction of the argument with a compensated remainder, then a Taylor
polynomial in fused multiply-adds, without branches, so that loops over arrays become vector code and
one element has the same bits there as alone (the remainder in parts is Cody and Waite's, 1980, the split
of log 2 in `log` that of fdlibm, 1993).  They compute in float64; a float32 result is rounded
once more.  The others are those of the C library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograph_lite.ops.dispatch import f
from autograph_lite.ops.elementwise import unary
from autograph_lite.ops.words import as_bits, as_float, fma

# exp(x) = 2**k exp(r), k = round(x / log 2), |r| <= log(2) / 2.  Adding 1.5 * 2**52 rounds to a whole
# number and leaves it in the low bits.  r is r + t, and 1 + r is added exactly.  The power of two is
# applied in two halves, of which only the last can round: into the subnormal numbers, or to infinity.


def _exp(x):
    low = -746.0 if x < -746.0 else x
    y = 711.0 if low > 711.0 else low
    k = fma(y, 1.4426950408889634, 6755399441055744.0) - 6755399441055744.0
    h = fma(k, -0.6931471805599453, y)
    r = fma(k, -2.3190468138462996e-17, h)
    t = fma(k, -2.3190468138462996e-17, h - r)
    p = fma(r, 1.6059043836821613e-10, 2.08767569878681e-09)
    p = fma(p, r, 2.505210838544172e-08)
    p = fma(p, r, 2.755731922398589e-07)
    p = fma(p, r, 2.7557319223985893e-06)
    p = fma(p, r, 2.48015873015873e-05)
    p = fma(p, r, 0.0001984126984126984)
    p = fma(p, r, 0.001388888888888889)
    p = fma(p, r, 0.008333333333333333)
    p = fma(p, r, 0.041666666666666664)
    p = fma(p, r, 0.16666666666666666)
    p = fma(p, r, 0.5)
    s = 1.0 + r
    p = s + (((1.0 - s) + r) + fma(p, r * r, t))
    half = fma(k, 0.5, 6755399441055744.0)
    rest = (k - (half - 6755399441055744.0)) + 6755399441055744.0
    one = as_float((as_bits(half) + 1023) << 52)
    other = as_float((as_bits(rest) + 1023) << 52)
    out = p * one * other
    return x if x != x else out


# log(x) = e log 2 + log(m), m from sqrt(1/2) to sqrt(2); log(m) = 2 atanh(s), s = (m - 1) / (m + 1).


def _log(x):
    small = x < 2.2250738585072014e-308
    y = x * 18014398509481984.0 if small else x
    b = as_bits(y)
    shifted = b - 4604544271217802189
    e = shifted >> 52
    m = as_float(b - (e << 52))
    n = as_float((e & 0xFFFFFFFF ^ 0x80000000) | 4841369599423283200) - 4503601774854144.0
    n = n - 54.0 if small else n
    d = m - 1.0
    s = d / (m + 1.0)
    z = s * s
    p = fma(z, 0.08695652173913043, 0.09523809523809523)
    p = fma(p, z, 0.10526315789473684)
    p = fma(p, z, 0.11764705882352941)
    p = fma(p, z, 0.13333333333333333)
    p = fma(p, z, 0.15384615384615385)
    p = fma(p, z, 0.18181818181818182)
    p = fma(p, z, 0.2222222222222222)
    p = fma(p, z, 0.2857142857142857)
    p = fma(p, z, 0.4)
    p = fma(p, z, 0.6666666666666666)
    half = 0.5 * d * d
    tail = fma(s, fma(p, z, half), n * 1.9082149292705877e-10)
    out = fma(n, 0.6931471803691238, d - (half - tail))
    out = x if x - x != 0 else out
    out = -as_float(9218868437227405312) if x == 0 else out
    return as_float(9221120237041090560) if x < 0 else out


# sin and cos: x = k pi/2 + (r + t), the remainder in two parts; `quarter` is 0 for sin, 1 for cos.
# What is left of pi/2 after three parts matters from |x| = 1e9 on.


def _circular(x, quarter):
    k = fma(x, 0.6366197723675814, 6755399441055744.0) - 6755399441055744.0
    a = fma(k, -1.5707963267948966, x)
    b = k * 6.123233995736766e-17
    c = fma(k, 6.123233995736766e-17, -b)
    r = a - b
    t = (a - r) - b - fma(k, -1.4973849048591833e-33, c)
    z = r * r
    s = fma(z, 2.8114572543455206e-15, -7.647163731819816e-13)
    s = fma(s, z, 1.6059043836821613e-10)
    s = fma(s, z, -2.505210838544172e-08)
    s = fma(s, z, 2.7557319223985893e-06)
    s = fma(s, z, -0.0001984126984126984)
    s = fma(s, z, 0.008333333333333333)
    s = fma(s, z, -0.16666666666666666)
    sine = r + fma(s, z * r, fma(z, -0.5 * t, t))
    q = fma(z, 4.779477332387385e-14, -1.1470745597729725e-11)
    q = fma(q, z, 2.08767569878681e-09)
    q = fma(q, z, -2.755731922398589e-07)
    q = fma(q, z, 2.48015873015873e-05)
    q = fma(q, z, -0.001388888888888889)
    q = fma(q, z, 0.041666666666666664)
    half = 0.5 * z
    whole = 1.0 - half
    cosine = whole + fma(q, z * z, ((1.0 - whole) - half) - r * t)
    n = as_bits(k + 6755399441055744.0) + quarter
    v = cosine if n & 1 != 0 else sine
    out = -v if n & 2 != 0 else v
    return x if (x == 0) & (quarter == 0) else out


OURS: dict[str, tuple[Callable[..., Any], dict[str, int]]] = {
    "exp": (_exp, {}),
    "log": (_log, {}),
    "sin": (_circular, {"quarter": 0}),
    "cos": (_circular, {"quarter": 1}),
}
"""The function of a word of bodies, and what it takes beside the argument."""

NEAR = {"sin": 1e9, "cos": 1e9}
"""The size of arguments beyond which the C library has to be asked."""

unary("exp", "exp(x)", lambda x, out: out)
unary("expm1", "expm1(x)", lambda x, out: f.add(out, 1.0))
unary("log", "log(x)", lambda x, out: f.reciprocal(x), domain=(0.1, 4.0))
unary("log1p", "log1p(x)", lambda x, out: f.reciprocal(f.add(x, 1.0)), domain=(-0.8, 4.0))
unary("sin", "sin(x)", lambda x, out: f.cos(x))
unary("cos", "cos(x)", lambda x, out: f.negative(f.sin(x)))
unary("tan", "tan(x)", lambda x, out: f.add(f.square(out), 1.0), domain=(-1.2, 1.2))
unary("sinh", "sinh(x)", lambda x, out: f.cosh(x))
unary("cosh", "cosh(x)", lambda x, out: f.sinh(x))
unary("tanh", "tanh(x)", lambda x, out: f.subtract(1.0, f.square(out)))
unary("arctan", "atan(x)", lambda x, out: f.reciprocal(f.add(f.square(x), 1.0)))
