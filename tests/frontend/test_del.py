"""`del`: a name is undefined after it, as one that was never assigned; elements and attributes go."""

# ruff: noqa: F821

import types

import pytest

from autograph_lite.frontend import convert
from tests.frontend.reference import PAIRS, Table, check

CASES = Table()
case = CASES.case


@case()
def a_name(n):
    y = n * 2
    z = y + 1
    del y
    return z


@case()
def read_afterwards(n):
    y = n
    del y
    return y


@case()
def a_parameter(n):
    m = n
    del n
    return m if m > 3 else n


@case()
def twice(n):
    y = n
    del y
    del y


@case(*PAIRS)
def in_a_branch(a, b):
    y = a
    if a > b:
        del y
    if b > 2:
        return y
    return a


@case(*PAIRS)
def in_both_branches(a, b):
    x = y = a
    if a > b:
        del x, y
        y = b
    else:
        del [x]
    return y, x


@case(*PAIRS)
def in_a_loop(a, b):
    s, y = 0, 5
    for i in range(4):
        if i == a:
            del y
        if i < b:
            s += y
    return s, y


@case(*PAIRS)
def of_temporaries(a, b):
    out = []
    for i in range(a):
        t = i * b
        out.append(t)
        del t, i
    return out, i


@case(*PAIRS)
def in_while(a, b):
    while a < 4:
        if a == b:
            break
        a += 1
        if a == 3:
            del b
    return a, b


@case(*PAIRS)
def bound_again(a, b):
    for x in range(3):
        y = x
        del y
        if x == a:
            y = b
    return y


@case(*PAIRS)
def elements(a, b):
    row, table, thing = list(range(6)), {a: 1, b: 2}, types.SimpleNamespace(x=a, y=b)
    del row[a], table[b], (row[1:3], thing.x)
    del (thing.y,)
    return row, table, vars(thing)


@case(*PAIRS)
def in_order(a, b):
    row = [5, 6, 7, 8]
    del row[(i := a)], i, row[b]
    return row, i


@pytest.mark.parametrize("function, inputs", CASES.rows)
def test_as_in_python(function, inputs):
    check(function, inputs)


def test_a_name_becomes_undefined():
    assert "    y = ag__.Undefined('y')\n        return z" in convert(a_name).source
