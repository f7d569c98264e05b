"""exp and what is made of it: expm1, exp2, sinh, cosh, tanh, expit.

A reduction of the argument with a compensated remainder (Cody and Waite, 1980), then a polynomial in fused
multiply-adds.  Where a sum or quotient would round once too often, a result is carried as two numbers, the
second of which is what the first has lost (Dekker, 1971).
"""

from __future__ import annotations

from autograph_lite.ops.words import as_bits, as_float, copysign, fma, polynomial

SHIFT = 6755399441055744.0
"""1.5 * 2**52: adding it rounds to a whole number, and leaves it in the low bits."""
LOG2_E, LOG_2, LOG_2_LOW = 1.4426950408889634, 0.6931471805599453, 2.3190468138462996e-17

EXP = (
    *(1.6059043836821613e-10, 2.08767569878681e-09, 2.505210838544172e-08, 2.755731922398589e-07),
    *(2.7557319223985893e-06, 2.48015873015873e-05, 0.0001984126984126984, 0.001388888888888889),
    *(0.008333333333333333, 0.041666666666666664, 0.16666666666666666, 0.5),
)
"""(exp(r) - 1 - r) / r**2, by Taylor's series: |r| <= log(2) / 2."""


def reduced(x):
    """k, r, t with x = k log 2 + r + t, and |r| <= log(2) / 2."""
    k = fma(x, LOG2_E, SHIFT) - SHIFT
    h = fma(k, -LOG_2, x)
    r = fma(k, -LOG_2_LOW, h)
    t = fma(k, -LOG_2_LOW, h - r)
    return k, r, t


def beyond(r, t):
    """exp(r + t) - 1 - r."""
    return fma(polynomial(r, *EXP), r * r, t)


def whole(r, t):
    """exp(r + t) in two parts."""
    p, low = added(1.0, r)
    return added(p, low + beyond(r, t))


def power_of_two(k):
    """2**k of a whole number from -1022 to 1023."""
    return as_float((as_bits(k + SHIFT) + 1023) << 52)


def added(x, y):
    """x + y and what that has lost, where |x| >= |y| or x is 0."""
    out = x + y
    return out, (x - out) + y


def added_in_any_order(x, y):
    """x + y and what that has lost (Knuth's sum)."""
    out = x + y
    other = out - x
    return out, (x - (out - other)) + (y - other)


def quotient(x, x_low, y, y_low):
    """(x + x_low) / (y + y_low), and what that has lost."""
    inverse = 1.0 / y
    q = x * inverse
    rest = fma(-q, y, x) + (x_low - q * y_low)
    return q, rest * inverse


def exp_of(k, r, t):
    """2**k exp(r + t); the power of two in two halves, of which only the last can round: into the subnormal
    numbers, or to infinity."""
    p, low = added(1.0, r)
    out = p + (low + beyond(r, t))
    half = fma(k, 0.5, SHIFT) - SHIFT
    return out * power_of_two(half) * power_of_two(k - half)


def expm1_scaled(x, n):
    """2**n (exp(x) - 1) in two parts."""
    k, r, t = reduced(x)
    e, low = added(r, beyond(r, t))
    h = power_of_two(k + n)
    above, cut = added_in_any_order(h, -power_of_two(n))
    out, lost = added_in_any_order(above, h * e)
    return out, fma(h, low, lost + cut)


def exp_scaled(x, n):
    """2**n exp(x) in two parts."""
    k, r, t = reduced(x)
    p, low = whole(r, t)
    h = power_of_two(k + n)
    return h * p, h * low


def exp(x):
    low = -746.0 if x < -746.0 else x
    y = 711.0 if low > 711.0 else low
    k, r, t = reduced(y)
    out = exp_of(k, r, t)
    return x if x != x else out


def exp2(x):
    low = -1076.0 if x < -1076.0 else x
    y = 1025.0 if low > 1025.0 else low
    k = (y + SHIFT) - SHIFT
    d = y - k
    r = d * LOG_2
    t = fma(d, LOG_2, -r) + d * LOG_2_LOW
    out = exp_of(k, r, t)
    return x if x != x else out


def expm1(x):
    low = -40.0 if x < -40.0 else x
    y = 710.0 if low > 710.0 else low
    out, lost = expm1_scaled(y, -1.0)
    return 2.0 * (out + lost) if abs(x) > 1e-20 else x


def tanh(x):
    size = abs(x)
    y = 23.0 if size > 23.0 else size
    e, low = expm1_scaled(-2.0 * y, 0.0)
    d, d_low = added(2.0, e)
    q, rest = quotient(-e, -low, d, d_low + low)
    return copysign(q + rest, x)


def sinh(x):
    size = abs(x)
    y = 710.6 if size > 710.6 else size
    e, low = expm1_scaled(y, -2.0)
    d, d_low = added_in_any_order(1.0, 4.0 * e)
    q, rest = quotient(e, low, d, fma(4.0, low, d_low))
    large = y > 40.0
    out, lost = added(e, 0.0 if large else q)
    out = 2.0 * (out + (lost + (low if large else low + rest)))
    return copysign(out, x) if size > 1e-8 else x


def cosh(x):
    size = abs(x)
    y = 710.6 if size > 710.6 else size
    e, low = exp_scaled(y, -2.0)
    return 2.0 * (e + fma(1.0 / e, 0.0625, low))


def expit(x):
    size = abs(x)
    y = 746.0 if size > 746.0 else size
    k, r, t = reduced(-y)
    p, p_low = whole(r, t)
    near = -1000.0 if k < -1000.0 else k  # beyond, 1 + exp(x) is 1
    h = power_of_two(near)
    d, d_low = added(1.0, h * p)
    negative = x < 0
    q, rest = quotient(p if negative else 1.0, p_low if negative else 0.0, d, fma(h, p_low, d_low))
    half = fma(k, 0.5, SHIFT) - SHIFT
    small = (q + rest) * power_of_two(half) * power_of_two(k - half)
    return small if negative else q + rest
