"""The staged source is a product: what it looks like, which names are carried, whose lines it has."""

import ast

import pytest

from autograph_lite.frontend import convert
from tests.frontend.reference import Reference, Scope, states

# -- which names control flow hands on ---------------------------------------------------------------


def carries_sum_only(n):
    s = 0
    for i in range(n):
        t = i * i
        s = s + t
    return s


def carries_target_read_afterwards(n):
    s = 0
    for i in range(n):
        s += i
    return s, i


def carries_nothing(n):
    out = []
    for i in range(n):
        t = i + 1
        out.append(t)
    return out


def carries_what_the_next_round_reads(n):
    a, b = 0, 1
    c = 5
    while n > 0:
        a, b = b, a + b
        n -= 1
        c = a
    return a


def carries_through_a_branch(n):
    y, best, k = 0, 0, 0
    for i in range(n):
        y = (y * 7 + i) % 11
        if y > best:
            best = y
            k = i
    return best


def temporaries_of_branches(n):
    x = 1
    if n > 2:
        t = n * 2
        x = t
    else:
        u = n
        x = u + 1
    return x


def overwritten_after_the_branch(n):
    x = 1
    if n > 2:
        x = 2
        y = x
    else:
        y = 0
    x = 3
    return x + y


def read_by_the_same_arm(n):
    x, y = n, 0
    if n > 2:
        y = x
        x = 5
        y += x
    return y


def nested_loops(n):
    total = 0
    for i in range(n):
        row = 0
        for j in range(i):
            row += j
        total += row
    return total


def with_a_break(n):
    s, x = 0, 0
    for i in range(10):
        x = i * 2
        if x > n:
            break
        s += x
    return s


def with_a_continue(n):
    s = 0
    for i in range(6):
        if i > 1:
            if i == n:
                continue
            x = i
        else:
            x = -i
        s += x
    return s


def endless(n):
    while True:
        n += 3
        x = n * n
        if x > 50:
            break
    return x


def with_a_return(n):
    for i in range(5):
        x = i * i
        if x > n:
            return x
    return n


def context_is_straight_line(n):
    s = 0
    for i in range(n):
        with open("/dev/null") as stream:
            t = i
        s += t
    return s


def captured_by_a_function(n):
    s = 0
    for i in range(n):
        t = i * 2
        s += (lambda: t)()
    return s


def captured_by_a_function_read_later(n):
    t = 0
    f = lambda: t
    for i in range(n):
        t = i * 2
    return f()


def overwritten_by_every_arm(n):
    for i in range(n):
        if i > 2:
            x = 1
        else:
            x = 2
        n += x
    return n


def element_writes(x):
    y = [0] * 5
    for i in range(5):
        y[i] = x
    return y


STATES = [
    (carries_sum_only, [("for", ("s",))]),
    (carries_target_read_afterwards, [("for", ("s", "i"))]),
    (carries_nothing, [("for", ())]),
    (carries_what_the_next_round_reads, [("while", ("n", "a", "b"))]),
    (carries_through_a_branch, [("for", ("y", "best")), ("if", ("best",))]),
    (temporaries_of_branches, [("if", ("x",))]),
    (overwritten_after_the_branch, [("if", ("y",))]),
    (read_by_the_same_arm, [("if", ("x", "y"))]),
    (nested_loops, [("for", ("total",)), ("for", ("row",))]),
    (with_a_break, [("for", ("s", "break_1__")), ("if", ("s", "break_1__"))]),
    (
        with_a_continue,
        [
            ("for", ("s",)),
            ("if", ("x", "continue_1__")),
            ("if", ("s",)),
            ("if", ("x", "continue_1__")),
        ],
    ),
    (endless, [("while", ("n", "x", "break_1__")), ("if", ("break_1__",))]),
    (
        with_a_return,
        [
            ("for", ("return_value__", "returned__")),
            ("if", ("return_value__", "returned__")),
            ("if", ("return_value__",)),
        ],
    ),
    (context_is_straight_line, [("for", ("s",))]),
    (captured_by_a_function, [("for", ("s",))]),
    (captured_by_a_function_read_later, [("for", ("t",))]),
    (overwritten_by_every_arm, [("for", ("n",)), ("if", ("x",))]),
    (element_writes, [("for", ())]),
]


@pytest.mark.parametrize("function, expected", STATES, ids=lambda x: getattr(x, "__name__", ""))
def test_the_state_holds_exactly(function, expected):
    found = states(function, 4)
    assert list(dict.fromkeys(found)) == list(dict.fromkeys(expected))


# -- what it looks like ------------------------------------------------------------------------------


def search(data, limit):
    """The first large element."""
    total = 0.0
    for k in range(len(data)):
        total += data[k]
        if total > limit:
            return k
    return -1


SEARCH = """\
def make__(ag__, scope__):

    def search(data, limit):
        'The first large element.'
        return_value__ = ag__.Undefined('return value')
        returned__ = False
        total = 0.0

        def loop_test_1():
            return ag__.not_(returned__)

        def loop_body_1(itr__):
            nonlocal total, return_value__, returned__
            k = itr__
            total = ag__.inplace('add', total, ag__.item(data, k))

            def if_body_2():
                nonlocal return_value__, returned__
                return_value__ = k
                returned__ = True

            ag__.if_(total > limit, if_body_2, None, 'return_value__', 'returned__')

        ag__.for_(ag__.call(scope__.load('range'), (ag__.call(scope__.load('len'), (data,)),)), \
loop_test_1, loop_body_1, 'total', 'return_value__', 'returned__')

        def else_body_3():
            nonlocal return_value__
            return_value__ = -1

        ag__.if_(returned__, None, else_body_3, 'return_value__')
        return return_value__

    return search
"""


def step(self, x, *, rate=0.1):
    self.count += 1
    x[1:, 0] -= rate * (self.slope(x, k=2) - (x - -1) ** 2) if x is not None and rate else 0
    return not 0 < rate < 1, f"{rate:.1f} of {x!r}"


STEP = """\
def make__(ag__, scope__):

    def step(self, x, *, rate):
        ag__.set_attr(self, 'count', ag__.inplace('add', ag__.attr(self, 'count'), 1))
        ag__.set_item(x, (ag__.slice(1, None, None), 0), ag__.inplace('sub', ag__.item(x, \
(ag__.slice(1, None, None), 0)), ag__.ifexp(ag__.test_and(ag__.not_(ag__.is_(x, None)), lambda: rate), \
lambda: rate * (ag__.call(ag__.attr(self, 'slope'), (x,), {'k': 2}) - (x - -1) ** 2), lambda: 0)))
        return (ag__.not_(ag__.test_compare(0, ('lt', lambda: rate), ('lt', lambda: 1))), \
ag__.join(ag__.format(rate, '', '.1f'), ' of ', ag__.format(x, 'r', '')))

    return step
"""


@pytest.mark.parametrize("function, text", [(search, SEARCH), (step, STEP)])
def test_golden_source(function, text):
    assert convert(function).source == text


def many_operators(a, b):
    return (
        (a - b) - (a - (b - a)),
        -((a**-b) ** 2),
        (-a) ** b**2,
        (a**b) ** 2,
        a * (b + 1) % 7 // (2 * 3),
        ~a | b & (a ^ 3) << 1 >> (b - 1),
        (a == b) + (a < b) * 2,
        (a or b) + 1,
        [*(a, b), *((a and [b]) or [])],
        (lambda: a)() + 1,
        -a if (lambda: b) else (a, b),
        {"x": lambda: 1, **({} or {})},
        1e400 + 2j,
    )


def test_parentheses_keep_the_meaning():
    source = convert(many_operators).source
    assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(ast.unparse(ast.parse(source))))
    staged = convert(many_operators).bind(Reference(), Scope(many_operators))
    for a, b in ((3, 2), (5, 1)):
        found, expected = staged(a, b), many_operators(a, b)
        assert repr(found[:11]) == repr(expected[:11]) and found[12] == expected[12]
