"""Programs of functions that call themselves until the run ends that."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag

c = ag.constant
S = c(0.7)
X = c(np.array([0.5, -1.2, 2.0, 0.3]))
MATRIX = c(np.array([[1.2, -0.4, 0.3], [0.7, 2.1, -0.9], [-0.2, 0.5, 1.6]]))
LEFT, RIGHT = c(np.array([1, 3, -1, -1, -1])), c(np.array([2, 4, -1, -1, -1]))
CHILDREN = c(np.array([[1, 2], [3, 3], [3, 3], [-1, -1]]))
ROOT = c(0)


def det(a):
    """By minors."""
    n = a.shape[0]
    if n == 1:
        return a[0, 0]
    total = 0.0
    for j in range(n):
        minor = np.concatenate([a[1:, :j], a[1:, j + 1 :]], axis=1)
        total = total + (-1.0) ** j * a[0, j] * det(minor)
    return total


def factorial(x, n):
    return x if n <= 1 else n * factorial(x, n - 1)


def power(x, n):
    """A number of Python's where it ends, and a tensor everywhere else."""
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half if n % 2 == 0 else half * half * x


def fibonacci(x, n):
    if n < 2:
        return x * n
    return fibonacci(x, n - 1) * fibonacci(x, n - 2) + x


def halves(x):
    n = x.shape[0]
    if n == 1:
        return x[0] * x[0]
    return halves(x[: n // 2]) + halves(x[n // 2 :]) * 0.5


def ackermann(m, n):
    if m == 0:
        return n + 1
    return ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))


def simpson(f, a, b, eps, whole):
    """Adaptive quadrature: halves until the error is estimated to be small."""
    m = (a + b) / 2
    left = (m - a) / 6 * (f(a) + 4 * f((a + m) / 2) + f(m))
    right = (b - m) / 6 * (f(m) + 4 * f((m + b) / 2) + f(b))
    delta = left + right - whole
    if abs(delta) <= 15 * eps:
        return left + right + delta / 15
    return simpson(f, a, m, eps / 2, left) + simpson(f, m, b, eps / 2, right)


def integral(k, b):
    f = lambda t: np.sin(k * t) * np.exp(-t * t)
    a = b * 0.0
    return simpson(f, a, b, 1e-5, (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b)))


def tree(left, right, w, node):
    """A tree as arrays of indices."""
    if node < 0:
        return 0.0
    total = w[node]
    total = total + 0.5 * tree(left, right, w, left[node])
    total = total + w[node] * tree(left, right, w, right[node])
    return total


def children(x, c, k):
    """The calls in a loop over a row, in a branch."""
    s = x * k
    for child in c[k]:
        if child >= 0:
            s = s + x * children(x, c, child)
    return s


def inside(x):
    def between(low, high):
        if high - low == 1:
            return x[low] ** 2
        middle = (low + high) // 2
        return between(low, middle) + 0.5 * between(middle, high)

    return between(0, x.shape[0])


class Filter:
    def __init__(self, weight):
        self.weight = weight

    def __call__(self, x, n):
        return self.run(x, n) * 2.0

    def run(self, x, n):
        if n <= 0:
            return x
        return self.weight * self.run(x, n - 1)


FILTER = Filter(c(0.9))


def method(x, n):
    return FILTER(x, n)


def in_a_loop(x):
    s = 0.0
    for i in range(x.shape[0]):
        s = s + power(x[i], i + 1)
    return s


def in_a_branch(x, n):
    if n > 2:
        s = power(x[0], n)
    else:
        s = x[1]
    return s * 2


def two_calls(x, n):
    return power(x, n) + power(x * 2, n + 1)


def with_a_gradient_inside(x, n):
    return ag.grad(lambda t: factorial(t * t, n))(x) * x


def with_a_tape_inside(x, n):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = factorial(x * x, n)
    return tape.gradient(y, x) * y


def defaults(x, n, scale=2.0, *, shift=0.5):
    if n <= 0:
        return x * scale + shift
    return defaults(x, n - 1) + defaults(x, n - 2, shift=x)


def skips(x, n):
    """`and`, and a ternary in a ternary."""
    if n > 1 and skips(x, n - 1) > 100.0:
        return x
    return x if n <= 0 else (skips(x, n - 1) * x if n > 1 else skips(x, n - 1) + 1)


def reaches(n, k):
    return n > 0 and (n == k or reaches(n - 1, k))


def jumps(x, n):
    """Loops left by `break`, `continue`, and through `else`."""
    s, k = x, 0
    while k < n:
        if k == 2:
            k += 1
            continue
        s = s + jumps(x * 0.5, k)
        if s > 10.0:
            break
        k = k + 1
    else:
        s = s * 2
    return s


def returns_from_a_loop(x, n):
    """A loop without a call of the function itself."""
    for i in range(n):
        if x > i + 100:
            return x * i
        for k in range(2):
            if x * k > 0.9:
                return x
    return x if n <= 0 else returns_from_a_loop(x * 1.1, n - 1) + n


def numbered_rows(x):
    if x.shape[0] < 2:
        return x[0] * 2.0
    s = 0.0
    for i, v in enumerate(x):
        if i > 0:
            s = s + v * numbered_rows(x[:i])
    return s


def displayed(x, n):
    if n <= 0:
        return x
    s = 0.0
    for factor in (0.5, 1.5):
        if n == 1 and factor > 1.0:
            break
        s = s + displayed(x * factor, n - 1)
    return s


def pairs(x, n):
    if n <= 0:
        return x, np.sum(x)
    a, b = pairs(x * 0.5, n - 1)
    return a + b, b * 2


def prints(x, n):
    print("down", n)
    if n <= 0:
        return x
    y = prints(x + 1, n - 1)
    print(f"up {n} {y}")
    return y * 2


def fills(x, n):
    """What it writes is written for all calls; nothing is returned."""
    out = ag.zeros(5)

    def fill(out, k):
        if k >= n:
            return
        out[k] = x * k
        fill(out, k + 1)
        out[k] += x

    fill(out, 0)
    return np.sum(out * out)


def counts(x, n):
    """It assigns a name of the function around it."""
    calls = 0

    def down(k):
        nonlocal calls
        calls = calls + 1
        if k > 0:
            down(k - 1)
            down(k - 2)

    down(n)
    return x * calls


def collatz(x, n):
    if n == 1:
        return x
    if n % 2 == 0:
        return 1 + collatz(x, n // 2)
    return x * collatz(x, 3 * n + 1)


def newton(a, x, n):
    if n == 0 or abs(x * x - a) < 1e-12:
        return x
    return newton(a, 0.5 * (x + a / x), n - 1)


def in_an_argument(x, n):
    if n <= 0:
        return x
    return in_an_argument(in_an_argument(x * 0.5, n - 1), n - 2)


def in_place(x, n):
    """`+=` reads before the call."""
    kept = {"s": x}
    if n > 0:
        s = x * 2
        s += in_place(x * x, n - 1)
        return s
    return kept["s"]


def asks_in_a_test(x, n):
    total = x
    while n > 0 and asks_in_a_test(x, n - 1) < 5.0:
        total = total + x
        n = n - 1
    return total


def mean(x, n):
    """A method of the tensor has the name of the function."""
    return x[0] if n <= 0 else x.mean() * mean(x * 0.5, n - 1)


SECOND_ORDER = [
    (factorial, (S, 5)),
    (power, (S, 5)),
    (fibonacci, (S, 5)),
    (halves, (X,)),
    (ackermann, (2, 2)),
    (tree, (LEFT, RIGHT, X, ROOT)),
    (inside, (X,)),
    (method, (S, 3)),
    (in_a_loop, (X,)),
    (in_a_branch, (X, 3)),
    (in_a_branch, (X, 2)),
    (two_calls, (S, 3)),
    (with_a_gradient_inside, (S, 3)),
    (in_place, (S, 3)),
    (defaults, (S, 3)),
    (reaches, (4, 2)),
    (pairs, (X, 3)),
    (prints, (S, 2)),
    (fills, (S, 3)),
    (counts, (S, 4)),
    (collatz, (S, 3)),
    (newton, (c(4.0), c(1.0), 6)),
    (in_an_argument, (S, 3)),
    (mean, (X, 2)),
]
FIRST_ORDER = [
    (det, (MATRIX,)),
    (children, (S, CHILDREN, ROOT)),
    (integral, (c(2.0), c(1.0))),
    (with_a_tape_inside, (S, 3)),
    (skips, (S, 3)),
    (jumps, (S, 3)),
    (returns_from_a_loop, (S, 3)),
    (numbered_rows, (X,)),
    (displayed, (S, 3)),
    (asks_in_a_test, (S, 3)),
]
"""Those of which two gradients take as long as all others."""


def continues_with_what_is_outside(x, w, n):
    if n <= 0:
        return x
    s = w
    for i in range(2):
        if i == 0:
            continue
        s = s + (w + x) * continues_with_what_is_outside(w * x, w, n - 1 - i)
    return s * x - x * w * 1.15


def returns_what_is_outside(x, w, n):
    if n <= 0:
        return w
    a = returns_what_is_outside(x * x, w, n - 1)
    b = a + returns_what_is_outside(a, w, n - 2) * returns_what_is_outside(x * 0.5, w, n - 2)
    return x + (w + (b + b)) + b * x


def waits_under_two_names(x, w, n):
    """The same of lists alone: s, which is w in some runs, is put into a list in a later branch."""
    places, kept, counts = [-1], [], []
    r, place = x, 0
    while place >= 0:
        if place == 0:
            if n <= 0:
                r = x
                place = places.pop()
            else:
                s = w
                k = 0
                place = 2
        elif place == 1:
            s = kept.pop()
            k = counts.pop()
            s = s + r
            place = 2
        if place == 2:
            if k < 1:
                k = k + 1
                kept.append(s)
                counts.append(k)
                x = w * x
                n = n - 1
                places.append(1)
                place = 0
            else:
                r = s * x * w
                place = places.pop()
    return r


def hands_on_what_waits(x, w, n):
    """The first result waits while it is the argument of the second call."""
    if n <= 0:
        return w
    a = hands_on_what_waits(x * x, w, n - 1)
    b = a + hands_on_what_waits(a, w, n - 2)
    return x + b * x


FIRST_ORDER += [
    (continues_with_what_is_outside, (c(0.7), c(-0.4), 3)),
    (returns_what_is_outside, (c(0.7), c(-0.4), 3)),
    (waits_under_two_names, (c(0.3), c(1.7), 2)),
    *((hands_on_what_waits, (c(x), c(w), 3)) for x, w in ((0.7, -0.4), (0.3, 1.1), (-0.9, 0.6))),
]
