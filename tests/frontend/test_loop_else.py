"""`else` after a loop: it runs where the loop ended by itself, as in Python."""

import pytest

from autograph_lite.frontend import convert
from tests.frontend.reference import PAIRS, Table, check

CASES = Table()
case = CASES.case


@case()
def after_for(n):
    for i in range(4):
        if i == n:
            found = i
            break
    else:
        found = "none"
    return found


@case()
def after_while(n):
    k = 0
    while k < n:
        k += 1
        if k == 5:
            break
    else:
        k = -k
    return k


@case()
def without_break(n):
    log = []
    for i in range(n):
        if i == 3:
            continue
        log.append(i)
    else:
        log.append("else")
    return log


@case()
def the_loop_takes_no_step(n):
    for _ in range(n - 100):
        break
    else:
        return "else"
    return "break"


@case()
def a_literal_test(n):
    log = []
    while False:
        log.append("never")
    else:
        log.append("else")
    while True:
        n += 1
        if n > 5:
            break
    else:
        log.append("never")
    return log, n


@case(*PAIRS)
def return_from_the_loop_and_from_its_else(a, b):
    for i in range(3):
        if i == a:
            return "return", i
        if i == b:
            break
    else:
        if a > 3:
            return "late", a
        a = -a
    return a, b


@case(*PAIRS)
def jumps_of_the_else_leave_the_loop_around(a, b):
    log = []
    for i in range(4):
        for j in range(3):
            if j == a:
                break
            log.append(j)
        else:
            if i == b:
                break
            if i == 1:
                continue
            log.append("else")
        log.append("end")
    else:
        log.append("whole")
    return log


@case(*PAIRS)
def else_that_always_jumps(a, b):
    log = []
    for i in range(4):
        for j in range(3):
            if j == a:
                break
        else:
            continue
        log.append(i)
    while b > 0:
        b -= 1
        if b == a:
            break
    else:
        raise ValueError(log)
    return log


@case(*PAIRS)
def nested_elses(a, b):
    for i in range(3):
        if i == a:
            break
    else:
        for j in range(3):
            if j == b:
                break
        else:
            i = "both"
    return i


@case()
def assigned_by_break_or_by_else(n):
    for i in range(4):
        if i == n:
            x = 1
            break
    else:
        y = 2
    return x


@case(*PAIRS)
def else_in_an_else_of_a_branch(a, b):
    if a > 2:
        x = 0
    else:
        while a < b:
            a += 1
            if a == 2:
                break
        else:
            a = 10 * a
        x = a
    return x


@pytest.mark.parametrize("function, inputs", CASES.rows)
def test_as_in_python(function, inputs):
    check(function, inputs)


def test_the_else_is_a_branch_on_the_flag_of_break():
    source = convert(after_for).source
    assert "ag__.if_(break_1__, None, else_body_" in source and source.count("break_1__ = ") == 2


def test_an_else_that_always_runs_stands_after_the_loop():
    assert "break_1__" not in convert(without_break).source


def test_a_loop_in_the_else_is_a_loop_of_its_own():
    source = convert(nested_elses).source
    assert "break_1__" in source and "break_2__" in source
