"""`:=` wherever Python allows it: assigned where it is evaluated, in the order of evaluation."""

import pytest

from autograph_lite.frontend import convert
from tests.frontend.reference import PAIRS, Table, check, states

CASES = Table()
case = CASES.case


@case()
def in_a_test(n):
    if (y := n * 2) > 4:
        return y
    return -y


@case()
def in_a_statement(n):
    (y := n + 1)
    z = (y := y * 2) + y
    return y, z


@case()
def in_elif(n):
    if (a := n % 3) == 0:
        return a
    elif (b := n % 2) == 0:
        return a, b
    else:
        return a, b, n


@case(*PAIRS)
def assigned_where_the_operand_is_evaluated(a, b):
    if a > 1 and (y := b) > 2:
        return y
    return y


@case(*PAIRS)
def under_or_and_not(a, b):
    y = "none"
    if not (a > 2 or (y := b) > 2):
        return "no", y
    return "yes", y


@case(*PAIRS)
def in_arms(a, b):
    z = (x := a) if a > b else (y := b)
    return (z, x) if a > b else (z, y)


@case(*PAIRS)
def both_arms(a, b):
    (x := a) if a > b else (x := -b)
    return x


@case(*PAIRS)
def nested_operands(a, b):
    x = y = z = 0
    found = a and ((x := b) or (y := a + b)) and (z := x - y) > 1
    return found, x, y, z


@case(*PAIRS)
def chained(a, b):
    x = y = -1
    found = 0 < (x := a) < (y := b) < 4
    return found, x, y


@case(*PAIRS)
def chained_and_defined(a, b):
    if 0 < (x := a) < 3 < (y := b):
        return x, y
    return x


@case(*PAIRS)
def operands_of_in(a, b):
    log = []
    found = (x := a) in (x, log.append(x), b)
    return found, x, log


@case()
def in_while(n):
    log = []
    while (y := n * 2) > 3:
        log.append(y)
        n -= 1
    return log, y


@case(*PAIRS)
def in_while_with_jumps(a, b):
    log = []
    while (y := a + len(log)) < 8 and (z := y * 2) != 10:
        log.append((y, z))
        if y == b:
            continue
        if z == 2 * b + 2:
            break
        log.append(y)
    else:
        return "else", log, y
    return log, y, z


@case()
def in_while_only(n):
    k = 0
    while (y := n - k) > 1 and y < 6:
        k += 1
    return k


@case()
def in_while_state_of_the_next_test(n):
    y = n
    while (y := y - 2) > 0:
        pass
    return y


@case()
def while_in_while(n):
    log = []
    while (n := n - 1) > 0:
        k = n
        while (k := k - 2) > 0:
            log.append((n, k))
    return log, n


@case(*PAIRS)
def returns_from_while(a, b):
    while (y := a) < 6:
        a += 1
        while (z := y + b) > 4:
            return y, z
    return y


@case()
def in_the_iterable(n):
    s = 0
    for i in range(m := n + 1):
        s += i * m
    return s, m


@case(*PAIRS)
def in_arguments(a, b):
    def together(*args, **kwargs):
        return args, kwargs

    return together(a, (a := b), a, k=(b := 7), z=b)


@case(*PAIRS)
def in_displays(a, b):
    return [x := a, x], {(y := b): y, "k": (y := 5), "z": y}, (x, (x := 3), x)


@case(*PAIRS)
def in_targets(a, b):
    row = [0] * 8
    row[(a := a % 4)] = a
    row[a] = (a := b)
    row[(b := 5)], c = b, (b := 6)
    row[(b := 2)] += b
    row[b] += (b := 3)
    b += (b := 10)
    return row, a, b, c


@case(*PAIRS)
def in_slices(a, b):
    row = list(range(9))
    return row[(x := a) : (y := b)], x, y


@case(*PAIRS)
def in_comprehensions(a, b):
    found = [y := x * a for x in range(b) if x > a or (z := x) > 1]
    if found and b > a + 1:
        return found, y
    return found, z


@case(*PAIRS)
def in_a_skipped_comprehension(a, b):
    last = None
    found = a > 1 and [last := x * y for x in range(b) for y in range(a) if (k := x) or y > k]
    return found, last


@case(*PAIRS)
def in_any(a, b):
    if any((found := x) > b for x in range(a, 5)):
        return found
    return "none", found


@case(*PAIRS)
def in_lambdas(a, b):
    doubled = lambda x: (y := x * 2) + y + a
    y = b
    with_default = lambda x=(z := b): x + z
    return doubled(b), y, with_default(), z


@case(*PAIRS)
def in_defaults(a, b):
    def inner(x=(y := a)):
        return x, y

    y += b
    return inner(), y


@case(*PAIRS)
def a_named_function(a, b):
    if (g := lambda: a + b)() > 3:
        a = 10
    return g()


@case()
def in_text(n):
    return f"{(y := n)!r:>5}", y


@case(*PAIRS)
def in_errors(a, b):
    assert a < 4, (y := "large")
    if b > 3:
        raise ValueError(a and (y := b), y)
    return (y := a)


@case(*PAIRS)
def in_branches_of_loops(a, b):
    out = []
    for i in range(5):
        if i > a and (y := i * b) % 2:
            out.append(y)
        elif (k := i + b) == 4:
            break
        else:
            out.append(k)
    return out, k


@case(*PAIRS)
def captured(a, b):
    fs = []
    while (y := a) < 4:
        a += 1
        fs.append(lambda: y)
    return [f() for f in fs], (lambda: y)()


@pytest.mark.parametrize("function, inputs", CASES.rows)
def test_as_in_python(function, inputs):
    check(function, inputs)


def test_an_operand_that_assigns_is_a_function_ahead_of_the_statement():
    source = convert(assigned_where_the_operand_is_evaluated).source
    assert "return (y := b) > 2" in source
    assert "ag__.test_and(a > 1, operand_1, state=(get_state_2, set_state_2, ('y',)))" in source


def test_what_a_test_assigns_for_the_body_is_state():
    assert states(in_while, 3)[0] == ("while", ("n", "y"))
    assert "ag__.while_binding(loop_test_1" in convert(in_while).source


def test_what_only_the_test_reads_is_not():
    assert states(in_while_only, 3)[0] == ("while", ("k",))
    assert "ag__.while_(loop_test_1" in convert(in_while_only).source


def test_a_name_that_is_surely_assigned_is_read_without_a_check():
    assert "ld" not in convert(in_a_test).source
