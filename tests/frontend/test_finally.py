"""`finally` runs on every way out of a `try` block: at its end, and by return, break and continue."""

# ruff: noqa: F821

import pytest

from autograph_lite.frontend import convert
from tests.frontend.reference import PAIRS, Table, check, states

CASES = Table()
case = CASES.case


@case()
def at_the_end(n):
    y = 1
    try:
        y = n * 2
    finally:
        y += 1
    return y


@case()
def by_return(n):
    log = []
    try:
        if n > 3:
            return log
        log.append("try")
    finally:
        log.append("finally")
    log.append("after")
    return log


@case()
def the_value_is_evaluated_before(n):
    y = n
    try:
        return y
    finally:
        y = 100


@case()
def the_only_return(n):
    log = []
    try:
        log.append(n)
        return log
    finally:
        log.append("finally")


@case(*PAIRS)
def by_break_and_continue(a, b):
    log = []
    for i in range(5):
        try:
            if i == a:
                continue
            if i == b:
                break
            log.append(i)
        finally:
            log.append("finally")
        log.append("after")
    else:
        log.append("else")
    return log, i


@case(*PAIRS)
def nested(a, b):
    log = []
    for i in range(4):
        try:
            try:
                if i == a:
                    return log
                if i == b:
                    break
            finally:
                log.append("inner")
                for k in range(3):
                    if k == b:
                        break
                    log.append(k)
            log.append("between")
        finally:
            log.append("outer")
    log.append("end")
    return log


@case(*PAIRS)
def alive_in_finally_only(a, b):
    log, y = [], 0
    for i in range(4):
        y = i * 2
        try:
            if i == a:
                y = 7
                break
            y = 8
            if i == b:
                return log
        finally:
            log.append(y)
        y = 9
    return log, y


@case(*PAIRS)
def assigned_in_some_ways(a, b):
    try:
        if a > b:
            return a
        x = b
    finally:
        y = x if a <= b else 0
    return x + y


@case(*PAIRS)
def loops_and_branches_inside(a, b):
    s = 0
    try:
        while s < 10:
            s += a + 2
            if s == b:
                return s
    finally:
        if b > 2:
            s += 100
        t = s
    return s, t


@case()
def errors_in_finally(n):
    try:
        if n > 3:
            return n
    finally:
        if n > 5:
            raise ValueError(n)
    return -n


@case()
def finally_that_always_raises(n):
    try:
        return n
    finally:
        raise ValueError(n)


@case()
def functions_inside(n):
    def inner(k):
        try:
            return k
        finally:
            found.append(k)

    found = []
    try:
        return inner(n), found
    finally:
        inner(n + 1)


@case()
def del_and_walrus(n):
    y = n
    try:
        if (z := n * 2) > 6:
            return z
        del y
    finally:
        w = z
    return w, y


@pytest.mark.parametrize("function, inputs", CASES.rows)
def test_as_in_python(function, inputs):
    check(function, inputs)


def test_the_staged_source_is_two_blocks():
    source = convert(at_the_end).source
    assert "with ag__.trying():\n            y = n * 2\n        y = ag__.inplace(" in source


def test_what_only_finally_reads_is_handed_on():
    assert "y" in dict(states(alive_in_finally_only, 1, 2))["for"]
