"""log and what is made of it: log1p, log2, log10, softplus.

x = 2**n m with m from sqrt(1/2) to sqrt(2), and log(m) = 2 atanh(s), s = (m - 1) / (m + 1), by Taylor's series;
the split of log 2 is that of fdlibm (1993).
"""

from __future__ import annotations

from autograph_lite.ops.exponentials import (
    added,
    added_in_any_order,
    exp_of,
    power_of_two,
    reduced,
    whole,
)
from autograph_lite.ops.words import as_bits, as_float, fma, polynomial

ATANH = (
    *(0.08695652173913043, 0.09523809523809523, 0.10526315789473684, 0.11764705882352941),
    *(0.13333333333333333, 0.15384615384615385, 0.18181818181818182, 0.2222222222222222),
    *(0.2857142857142857, 0.4, 0.6666666666666666),
)
"""(2 atanh(s) - 2 s) / s**3 in s**2."""
LOG_2, LOG_2_LOW = 0.6931471803691238, 1.9082149292705877e-10
LOG2_E, LOG2_E_LOW = 1.4426950408889634, 2.0355273740931033e-17
LOG10_2, LOG10_2_LOW = 0.30102999566361177, 3.694239077158931e-13
LOG10_E, LOG10_E_LOW = 0.4342944819032518, 1.098319650216765e-17


def split(x):
    """n and m with x = 2**n m."""
    small = x < 2.2250738585072014e-308
    y = x * 18014398509481984.0 if small else x
    b = as_bits(y)
    shifted = b - 4604544271217802189
    e = shifted >> 52
    m = as_float(b - (e << 52))
    n = as_float((e & 0xFFFFFFFF ^ 0x80000000) | 4841369599423283200) - 4503601774854144.0
    return n - 54.0 if small else n, m


def log_of(n, m, more):
    """n log 2 + log(m) + more, where `more` is small beside log(m)."""
    d = m - 1.0
    s = d / (m + 1.0)
    half = 0.5 * d * d
    tail = fma(s, fma(polynomial(s * s, *ATANH), s * s, half), fma(n, LOG_2_LOW, more))
    return fma(n, LOG_2, d - (half - tail))


def log_in_two(m):
    """log(m) in two parts."""
    d = m - 1.0
    s = d / (m + 1.0)
    half = 0.5 * d * d
    return added(d, s * fma(polynomial(s * s, *ATANH), s * s, half) - half)


def at_ends(x, out):
    """A logarithm of x, which is `out` where x is positive and finite."""
    out = x if x - x != 0 else out
    out = -as_float(9218868437227405312) if x == 0 else out
    return as_float(9221120237041090560) if x < 0 else out


def log(x):
    n, m = split(x)
    return at_ends(x, log_of(n, m, 0.0))


def log1p(x):
    u = 1.0 + x
    lost = x - (u - 1.0) if x < 1.0 else 1.0 - (u - x)
    n, m = split(u)
    out = log_of(n, m, lost / u)
    out = at_ends(u, out)
    return out if abs(x) > 1e-20 else x


def log2(x):
    n, m = split(x)
    high, low = log_in_two(m)
    a = high * LOG2_E
    rest = fma(high, LOG2_E, -a) + fma(high, LOG2_E_LOW, low * LOG2_E)
    out, lost = added(n, a)
    return at_ends(x, out + (lost + rest))


def log10(x):
    n, m = split(x)
    high, low = log_in_two(m)
    a = high * LOG10_E
    rest = fma(high, LOG10_E, -a) + fma(high, LOG10_E_LOW, low * LOG10_E)
    out, lost = added(n * LOG10_2, a)
    return at_ends(x, out + (lost + fma(n, LOG10_2_LOW, rest)))


def softplus(x):
    size = abs(x)
    y = 746.0 if size > 746.0 else size
    k, r, t = reduced(-y)
    p, p_low = whole(r, t)
    h = power_of_two(-1000.0 if k < -1000.0 else k)
    u, lost = added(1.0, h * p)
    lost = fma(h, p_low, lost)
    n, m = split(u)
    high, low = log_in_two(m)
    a, a_low = added(n * LOG_2, high)
    low = low + fma(n, LOG_2_LOW, a_low + lost / u)
    out, lost = added_in_any_order(x if x > 0 else 0.0, a)
    out = exp_of(k, r, t) if x < -40.0 else out + (lost + low)
    return x if (x != x) | (x > 1e300) else out
