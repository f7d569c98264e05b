"""sin, cos, tan and their inverses.

x = k pi/2 + (r + t), the remainder in two parts (Cody and Waite, 1980), then Taylor polynomials.  Arcs are
reduced by the tangents of known arcs (as in fdlibm, 1993) and by half angles, then polynomials close to the
best ones (Chebyshev interpolation); a quotient or root is carried in two parts.
"""

from __future__ import annotations

import math

from autograph_lite.ops.exponentials import SHIFT, added, added_in_any_order, quotient
from autograph_lite.ops.words import as_bits, copysign, fma, polynomial, rint, sqrt

INFINITY, SMALL = math.inf, 2.0**-500
PI, PI_LOW = 3.141592653589793, 1.2246467991473532e-16
HALF_PI, HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17
TWO_BY_PI = (
    *(
        2.0839051836690207e150,
        -1.2883199080873445e134,
        -7.019089766315776e117,
        5.272492103480868e101,
    ),
    *(
        -1.0214789475317156e85,
        1.8573309513665353e68,
        -1.0261302175729731e52,
        -2.4984136023096024e35,
    ),
    *(8.353764044323352e18, -75.71755064860697, -2.581708126141942e-15, 1.7722557935607432e-31),
    *(
        4.0859459661018985e-48,
        -4.395410490499001e-66,
        -1.3849926654508547e-82,
        3.5920222161709942e-99,
    ),
    *(1.5411736481440587e-116, -7.062968507098824e-133, -6.140967102357244e-150),
    *(-3.586544462360698e-167, -1.900877969718186e-183, 2.6035183629741153e-201),
)
"""2 / pi to 1160 bits, times 2**500, in parts."""
SINE = (
    *(2.8114572543455206e-15, -7.647163731819816e-13, 1.6059043836821613e-10),
    *(-2.505210838544172e-08, 2.7557319223985893e-06, -0.0001984126984126984),
    *(0.008333333333333333, -0.16666666666666666),
)
COSINE = (
    *(4.779477332387385e-14, -1.1470745597729725e-11, 2.08767569878681e-09),
    *(-2.755731922398589e-07, 2.48015873015873e-05, -0.001388888888888889),
    0.041666666666666664,
)
ARCTAN = (
    *(0.012503561204052023, -0.02915774125849466, 0.040369307512387514, -0.047016984059982676),
    *(0.052551027204789595, -0.058816033147296366, 0.06666618529880829, -0.07692305609796836),
    *(0.09090909032855049, -0.11111111110145121, 0.14285714285705914, -0.1999999999999997),
    0.3333333333333333,
)
"""(t - arctan(t)) / t**3 in t**2, for |t| <= 7/16."""
ARCSIN = (
    *(0.02963502626354855, -0.019277545928584557, 0.019579201619744684, 0.0030350071727267623),
    *(0.009322101501082774, 0.00962140274734483, 0.011566511821890942, 0.013963775787848137),
    *(0.017352816768546473, 0.022372157435623815, 0.030381944475693704, 0.04464285714255019),
    *(0.07500000000000119, 0.16666666666666666),
)
"""(arcsin(t) - t) / t**3 in t**2, for |t| <= 1/2."""


def turned(x):
    """k, r, t with x = k pi/2 + r + t, and |r| <= pi/4.  What is left of pi/2 after three parts matters from
    |x| = 1e9 on."""
    k = fma(x, 0.6366197723675814, SHIFT) - SHIFT
    a = fma(k, -HALF_PI, x)
    b = k * HALF_PI_LOW
    c = fma(k, HALF_PI_LOW, -b)
    r = a - b
    return k, r, (a - r) - b - fma(k, -1.4973849048591833e-33, c)


def sine(r, t):
    """sin(r + t) in two parts."""
    z = r * r
    return r, fma(polynomial(z, *SINE), z * r, fma(z, -0.5 * t, t))


def cosine(r, t):
    """cos(r + t) in two parts."""
    z = r * r
    half = 0.5 * z
    whole = 1.0 - half
    return whole, fma(polynomial(z, *COSINE), z * z, ((1.0 - whole) - half) - r * t)


def add_exactly(a, b, c, x):
    """a + b + c + x in three parts."""
    a, lost = added_in_any_order(a, x)
    b, more = added_in_any_order(b, lost)
    return a, b, c + more


def turned_from_far(x):
    """The same for any x: exact products with the digits of 2 / pi, each without the whole turns in it (Payne
    and Hanek, 1983)."""
    y = x * SMALL
    a, b, c = 0.0, 0.0, 0.0
    for i in range(22):
        digits = TWO_BY_PI[i]
        high = y * digits
        low = fma(y, digits, -high)
        a, b, c = add_exactly(a, b, c, high - 4.0 * rint(0.25 * high))
        a, b, c = add_exactly(a, b, c, low - 4.0 * rint(0.25 * low))
    k = rint(a)
    a, b = added_in_any_order(a - k, b)
    b, c = added_in_any_order(b, c)
    a, b = added_in_any_order(a, b)
    r = a * HALF_PI
    return k, r, fma(a, HALF_PI, -r) + fma(a, HALF_PI_LOW, (b + c) * HALF_PI)


def sine_after(k, r, t):
    """sin(k pi/2 + r + t)."""
    a, a_low = sine(r, t)
    b, b_low = cosine(r, t)
    n = as_bits(k + SHIFT)
    v = b + b_low if n & 1 != 0 else a + a_low
    return -v if n & 2 != 0 else v


def tangent_after(k, r, t):
    """tan(k pi/2 + r + t)."""
    a, a_low = sine(r, t)
    b, b_low = cosine(r, t)
    a, a_low = added(a, a_low)
    b, b_low = added(b, b_low)
    odd = as_bits(k + SHIFT) & 1 != 0
    up, up_low = (-b if odd else a), (-b_low if odd else a_low)
    q, rest = quotient(up, up_low, a if odd else b, a_low if odd else b_low)
    return q + rest


def sin(x):
    k, r, t = turned(x)
    out = sine_after(k, r, t)
    return x if x == 0 else out


def cos(x):
    k, r, t = turned(x)
    return sine_after(k + 1.0, r, t)


def tan(x):
    k, r, t = turned(x)
    out = tangent_after(k, r, t)
    return x if x == 0 else out


def sin_from_far(x):
    k, r, t = turned_from_far(x)
    return sine_after(k, r, t)


def cos_from_far(x):
    k, r, t = turned_from_far(x)
    return sine_after(k + 1.0, r, t)


def tan_from_far(x):
    k, r, t = turned_from_far(x)
    return tangent_after(k, r, t)


def arc(y, x):
    """arctan(y / x) in two parts, for y and x that are not negative."""
    c0 = 0.4375 * x > y
    c1 = 0.6875 * x > y
    c2 = 1.1875 * x > y
    c3 = 2.4375 * x > y
    tangent = 0.0 if c0 else (0.5 if c1 else (1.0 if c2 else 1.5))
    up = fma(-tangent, x, y)
    up_low = fma(-tangent, x, y - up)
    up = up if c3 else -x
    down = fma(tangent, y, x) if c3 else y
    down_low = fma(tangent, y, x - down) if c3 else 0.0
    q, rest = quotient(up, up_low if c3 else 0.0, down, down_low)
    known = 0.4636476090008061 if c1 else (0.7853981633974483 if c2 else 0.982793723247329)
    known_low = (
        2.2698777452961687e-17 if c1 else (3.061616997868383e-17 if c2 else 1.3903311031230998e-17)
    )
    known = 0.0 if c0 else (known if c3 else HALF_PI)
    known_low = 0.0 if c0 else (known_low if c3 else HALF_PI_LOW)
    z = q * q
    beyond = fma(polynomial(z, *ARCTAN), -z * q, rest)
    whole, lost = added(known, q)
    return whole, lost + (beyond + known_low)


def arctan(x):
    size = abs(x)
    y = 1e17 if size > 1e17 else size
    out, low = arc(y, 1.0)
    return copysign(out + low, x) if x == x else x


def arctan2(y, x):
    up, down = abs(y), abs(x)
    most = up if up > down else down
    scale = 1e-50 if most > 1e300 else (1e50 if most < 1e-250 else 1.0)
    high = 1.0 if up == INFINITY else (0.0 if down == INFINITY else up * scale)
    wide = 1.0 if down == INFINITY else (0.0 if up == INFINITY else down * scale)
    a, low = arc(high, 1.0 if high == 0 else wide)
    whole, lost = added(PI, -a)
    out = whole + (lost + (PI_LOW - low)) if as_bits(x) < 0 else a + low
    return copysign(out, y) if (x == x) & (y == y) else x + y


def root(z):
    """sqrt(z) in two parts, 0 of 0."""
    s = sqrt(z)
    return s, fma(-s, s, z) * 0.5 / (1.0 if s == 0 else s)


def arcsin(x):
    size = abs(x)
    far = size > 0.5
    z = 0.5 - 0.5 * size if far else x * x
    s, s_low = root(z)
    s, s_low = (s if far else size), (s_low if far else 0.0)
    beyond = fma(polynomial(z, *ARCSIN), z * s, s_low)
    whole, lost = added(HALF_PI, -2.0 * s)
    out = whole + (fma(-2.0, beyond, lost + HALF_PI_LOW)) if far else s + beyond
    return copysign(out, x)


def arccos(x):
    size = abs(x)
    far = size > 0.5
    z = 0.5 - 0.5 * size if far else x * x
    s, s_low = root(z)
    s, s_low = (s if far else x), (s_low if far else 0.0)
    beyond = fma(polynomial(z, *ARCSIN), z * s, s_low)
    side = HALF_PI if not far else (PI if x < 0 else 0.0)
    side_low = HALF_PI_LOW if not far else (PI_LOW if x < 0 else 0.0)
    turns = -1.0 if not far else (-2.0 if x < 0 else 2.0)
    whole, lost = added(side, turns * s)
    return whole + fma(turns, beyond, lost + side_low)
