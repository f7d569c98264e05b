"""Names that functions inside assign (`nonlocal`), or only read while others assign them."""

from __future__ import annotations

import functools

import autograph_lite as ag


def each(function, x):
    """A helper that knows nothing of the names."""
    for v in x:
        function(v)


def until(function, limit, n):
    k = 0
    while k < n:
        k += 1
        if function(limit):
            break
    return k


def adds_up(x):
    """Called in a loop, in a branch, at top level, by a helper and from a container."""
    s, n = 0.0, 0

    def add(v):
        nonlocal s, n
        s = s + v * v
        n += 1

    add(x[0])
    for i in range(x.shape[0]):
        if x[i] > 0:
            add(x[i] * i)
        elif n > 2:
            add(-x[i])
    each(add, x)
    for call in [add, add]:
        call(s * 0.5)
    return s, n


def newton(x):
    """State with a rule of its own, in a while loop; the first call happens in a branch."""
    y = x
    error = None

    def step():
        nonlocal y, error
        new = y - (y * y - x) / (2.0 * y)
        error = abs(new - y)
        y = new

    def far():
        return error is None or error > 1e-8

    while far():
        step()
    return y


def branches_inside(x, n):
    """The function that assigns has branches and a loop of its own, and one inside assigns, too."""
    total = x[0]
    last = x[0] * 0.0

    def feed(v):
        nonlocal total, last
        if v > 1.0:
            total = total * v
        else:
            for k in range(n):
                if k * v < total:
                    total = total + k * v

        def keep():
            nonlocal last
            last = v - last

        keep()
        if total > 3.0:
            return True
        total = total + 0.25
        return False

    for v in x:
        if feed(v):
            break
    return total, last


def reader_sees_what_is_there(x):
    """A function that only reads: the name has another value at each call."""
    a = x[0]

    def scaled(v):
        return v * a

    out = scaled(x[1])
    for i in range(x.shape[0]):
        a = a + x[i]
        out = out + scaled(x[i])
        if a > 1.0:
            a = a * 0.5
            out = out - scaled(out)
    each_of = [scaled, lambda v: scaled(v) + a]
    a = a * a
    return out + each_of[0](x[2]) * each_of[1](x[0])


def logic(x):
    """In the operands of `and` and `or`, in a conditional expression, in tests."""
    count, s = 0, 1.0

    def more(v):
        nonlocal count, s
        count += 1
        s = s * v
        return v > 0

    for i in range(x.shape[0]):
        if (x[i] < 1 and more(x[i])) or x[i] > 1.5:
            s = s + i
        y = x[i] if more(x[i]) else s
        s = s + y
    while s < 50.0 and more(x[0] + 2.0):
        pass
    return s, count


TOTAL = ag.Variable(0.75, dtype="float64", name="total")


def assigned_by_the_test(x):
    """A variable, and an element of a tensor, that the test of a loop assigns."""
    y, s = x.copy(), x[0]

    def more():
        TOTAL.assign(TOTAL * 2.0)
        y[1] = y[1] * 1.5
        return TOTAL < 10.0

    while more():
        s = s + y[1] * y[0]
        if s > 100.0:
            break
    return s, y, TOTAL.read_value()


def from_a_factory(x):
    """Two variables of one name; the function that owned them has returned."""

    def counter(start):
        value = start

        def bump(v):
            nonlocal value
            value = value + v
            return value

        return bump

    a, b = counter(x[0]), counter(0.0)
    s = x[1]
    for v in x:
        s = s + a(v) * b(1.0)
        if s > 2:
            s = s - b(v)
    return s, a(0.0), b(0.0)


def stops_early(x, limit):
    seen = x[0] * 0.0

    def over(bound):
        nonlocal seen
        seen = seen + x[1] * x[0]
        return seen > bound

    return until(over, limit, 5), seen


def writes_where_it_points(x):
    """A value is evaluated before the target that it is written to."""
    y, z = x.copy(), x * 2.0

    def swap():
        nonlocal y, z
        y, z = z, y
        return y[0]

    y[1] = swap()
    y[2] += swap()
    for i in range(3):
        y[i] = y[i] * swap()
    return y, z


def defined_by_a_call(x, n):
    """Nothing is assigned before the first call, which may not happen."""

    def first(v):
        nonlocal found
        found = v

    for i in range(n):
        if x[i] > 0:
            first(x[i])
    if n < 0:
        found = 0.0
    return found * 2.0


def gradient_inside(x):
    """A tape around calls that assign, and a function that is differentiated."""
    s = x[0]

    def grow(v):
        nonlocal s
        s = s * v
        return s

    with ag.GradientTape() as tape:
        tape.watch(x)
        for v in x:
            grow(v + 2.0)
        y = s * s
    return tape.gradient(y, x), s


def parameter(s, x):
    """The name is a parameter, and the target of a loop."""

    def scale(k):
        nonlocal s
        s = s * k

    def turn():
        nonlocal v
        v = -v

    for v in x:
        scale(v)
        turn()
        s = s + v
    return s


def partly(x):
    """Through partial, keywords and recursion on a Python number."""
    s = 0.0

    def add(v, *, by=1.0, depth=0):
        nonlocal s
        s = s + v * by
        if depth:
            add(v * 0.5, by=by, depth=depth - 1)

    twice = functools.partial(add, by=2.0)
    for v in x:
        twice(v, depth=2)
    return s * s


c = ag.constant
VECTOR = c([0.5, -1.2, 2.0])
CASES = [
    (adds_up, (VECTOR,)),
    *((newton, (c(v),)) for v in (2.0, 9.0)),
    *((branches_inside, (c(v), 3)) for v in ([0.5, -1.2, 2.0], [1.5, 0.4, 0.3])),
    (reader_sees_what_is_there, (VECTOR,)),
    (logic, (VECTOR,)),
    (assigned_by_the_test, (VECTOR,)),
    (from_a_factory, (VECTOR,)),
    *((stops_early, (c([0.5, 1.2]), v)) for v in (1.0, 100.0)),
    (writes_where_it_points, (VECTOR,)),
    *((defined_by_a_call, (VECTOR, n)) for n in (0, 3)),
    (gradient_inside, (VECTOR,)),
    (parameter, (c(1.5), VECTOR)),
    (partly, (VECTOR,)),
]
