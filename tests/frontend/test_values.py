"""Laziness, assignment and scopes: staged functions give what Python gives."""

# ruff: noqa: E713, F541, F632, F821, F842, I001, UP037

import contextlib
import functools

import pytest

from tests.frontend.reference import PAIRS, Table, check

CASES = Table()
case = CASES.case


LIMIT = 5


# -- laziness --------------------------------------------------------------------------------------


def logged(log, value):
    log.append(value)
    return value


@case(*PAIRS)
def lazy_logic(a, b):
    log = []
    note = functools.partial(logged, log)
    x = note(a) and note(b) and note(7)
    y = note(a) or note(b) or note(8)
    z = not note(a) or (note(b) and note(0))
    return x, y, z, log


@case(*PAIRS)
def lazy_ternary(a, b):
    log = []
    x = logged(log, "yes") if logged(log, a) > logged(log, b) else logged(log, "no")
    y = (1 if a else 2) if b else (3 if a else 4)
    return x, y, log


@case(*PAIRS)
def lazy_chain(a, b):
    log = []
    x = logged(log, a) < logged(log, b) <= logged(log, 3) != logged(log, 2)
    y = a < b in [1, 2, 3] is not None
    return x, y, log


@case()
def identity_and_containment(n):
    return (
        n is None,
        n is not None,
        n in (1, 2),
        n not in (1, 2),
        None is None,
        not n in [3],
    )


@case()
def any_and_all_stop(n):
    log = []
    x = any(logged(log, k) > n for k in range(5))
    y = all(logged(log, k) < n for k in range(5))
    return x, y, log, sum(k for k in range(n)), max((k for k in range(4)), key=lambda k: -k)


@case()
def asserts(n):
    assert n < 7, f"too large: {n}"
    assert n > -2
    return n


# -- assignment ------------------------------------------------------------------------------------


class Thing:
    def __init__(self, log):
        self.log = log
        self.data = [1, 2, 3, 4]
        self.count = 0

    @property
    def me(self):
        self.log.append("me")
        return self


@case()
def augmented_once(n):
    log = []
    thing = Thing(log)
    thing.me.data[logged(log, n % 4)] += logged(log, 10)
    thing.me.count -= logged(log, 2)
    thing.data[1:3] *= 2
    thing.data[0] **= 2
    x = 5
    x //= 2
    x <<= 2
    x |= 1
    x ^= 3
    x &= 14
    x %= 7
    x = x / 2
    x /= 2
    return thing.data, thing.count, log, x


@case()
def augmented_aliases(n):
    x = [n]
    y = x
    x += [1]
    return x, y, x is y


@case()
def order_of_assignment(n):
    log = []
    thing = Thing(log)
    thing.me.data[logged(log, 1)] = logged(log, n)
    a = thing.data[0] = b = logged(log, n + 1)
    i = 0
    i, thing.data[i] = 2, "x"
    thing.data[i], i = "y", 1
    [p, *thing.data[i : i + 1]], q = [1, 2, 3], 4
    return thing.data, log, a, b, i, p, q


@case()
def swaps(n):
    a, b, c = n, n + 1, n + 2
    a, b, c = c, a, b
    (a, b), [c, *d] = (b, a), [c, 1, 2]
    return a, b, c, d


@case(*PAIRS)
def tuple_targets(a, b):
    out = 0
    for i, (x, *y) in enumerate([(a, b, 1), (b, a), (7, 8, 9)]):
        out += i * x + sum(y)
    return out, i, x, y


@case(*PAIRS)
def targets_that_are_parts(a, b):
    x = [0, 0]
    for x[0] in range(a):
        for x[1] in range(b):
            pass
    return x


@case()
def annotated(n):
    x: int = n
    y: "list[int]"
    z: float
    if n > 3:
        y = [x]
        return y
    thing = Thing([])
    thing.count: int = n
    return thing.count


@case()
def declared_only(n):
    y: int
    return y


@case()
def subscripts(n):
    x = list(range(10))
    k = n % 3
    return x[k], x[k:], x[:k], x[::2], x[-1], x[k + 1 :: k + 1], {(1, 2): 3}[1, 2]


# -- scopes ----------------------------------------------------------------------------------------


@case()
def comprehensions(n):
    x = list(range(n))
    i = "outer"
    a = [i * 2 for i in x if i % 2]
    b = {i: j for i in x for j in range(i)}
    c = {x for x in x}
    d = [[i + j for j in x if j > i] for i in x]
    e = [x for x, *y in [(1, 2), (n, 4)]]
    return a, b, c, d, e, i, tuple(k for k in x), list(k + n for k in x)


@case()
def shadowing(n):
    sum = n
    len = lambda x: x + sum
    return len(3)


@case()
def displays(n):
    x = [n, *range(3)]
    return [1, *x], (*x, 1), {*x}, {"a": n, **{"b": 2}}, [], (), {}


@case()
def text(n):
    w = 8
    return f"{n}", f"{n!r:>5}|{n:0{w}d}|{{}}", f"{n / 3:.2f}" if n else f"plain", f"ab", f""


@case()
def imports(n):
    import math
    import os.path
    from math import sqrt as root, floor

    return math.pi, root(n * n), floor(n / 2), os.path.join("a", "b")


@contextlib.contextmanager
def noted(log, name):
    log.append(name)
    yield name, len(log)
    log.append("end " + name)


@case()
def contexts(n):
    log = []

    note = functools.partial(noted, log)
    with note("a"):
        x = n
        if n > 3:
            x += 1
    for i in range(3):
        with note("b") as (name, k), note("c") as box:
            if i == n:
                break
            log.append(k)
        log.append(box)
    with note("d"):
        if n == 5:
            return "five", log
    return x, log


@case()
def return_in_a_context(n):
    log = []
    with contextlib.ExitStack() as stack:
        stack.callback(log.append, n)
        with contextlib.nullcontext(n) as m:
            return m, log


@case()
def swallowed_exception(n):
    with contextlib.suppress(ZeroDivisionError):
        return 6 // n
    return "suppressed"


@case()
def globals_and_builtins(n):
    return LIMIT + n, len([n]), abs(n), check.__name__


@case()
def unknown_global(n):
    return no_such_name


@pytest.mark.parametrize("function, inputs", CASES.rows)
def test_the_staged_function_means_the_same(function, inputs):
    check(function, inputs)
