"""Branches, loops and jumps: staged functions give what Python gives, for every row of a table."""

# ruff: noqa: F821, RUF021

import pytest

from tests.frontend.reference import PAIRS, Table, check

CASES = Table()
case = CASES.case


# -- branches --------------------------------------------------------------------------------------


@case()
def early_returns(n):
    if n < 0:
        return "negative"
    if n == 0:
        return
    elif n == 1:
        return "one"
    m = n * 2
    if m > 8:
        return m
    return -m


@case()
def falls_off_the_end(n):
    if n > 3:
        return n


@case()
def return_in_one_arm_of_one_arm(n):
    x = 0
    if n > 0:
        if n > 4:
            return "big"
        x = 1
    x += 10
    if n == 2:
        if n % 2 == 0:
            x += 100
        else:
            return "odd"
    return x


@case()
def branch_without_else(n):
    x = 1
    y = 2
    if n > 2:
        x, y = y, x
    return x, y


@case()
def assigned_in_one_branch(n):
    if n > 2:
        x = n
    return x


@case()
def assigned_after_it_is_read(n):
    if n > 2:
        y = x
    x = n
    return x


@case()
def read_and_overwritten_in_a_branch(n):
    x = n
    y = 0
    if n > 2:
        y = x + 1
        x = 100
        y += x
    return y


@case()
def dead_code(n):
    if n > 2:
        return 1
        n = 5
    else:
        return 2
    return n


@case()
def raise_in_a_branch(n):
    if n < 0:
        raise ValueError("negative", n)
    if n > 4:
        raise KeyError(n) from ValueError(n)
    else:
        x = n
    return x


@case()
def every_path_raises_or_returns(n):
    if n > 3:
        return n
    else:
        raise ValueError(n)


@case()
def elif_chain(n):
    if n == 0:
        s = "a"
    elif n == 1:
        s = "b"
    elif n == 2:
        s = "c"
    else:
        s = "d"
    return s


@case()
def only_bare_returns(n):
    log = []
    if n > 3:
        log.append(1)
        return
    log.append(2)


@case()
def value_of_a_return_is_evaluated(n):
    log = []

    def note(k):
        log.append(k)

    def inner():
        if n > 3:
            return note(1)
        return note(2)

    inner()
    return log


# -- loops -----------------------------------------------------------------------------------------


@case()
def for_sum(n):
    s = 0
    for i in range(n):
        s += i * i
    return s


@case()
def target_after_the_loop(n):
    for i in range(n):
        pass
    return i


@case()
def target_with_a_value_before(n):
    i = "before"
    for i in range(n):
        pass
    return i


@case()
def breaks(n):
    for i in range(10):
        if i == n:
            break
    return i


@case()
def continues(n):
    out = []
    for i in range(8):
        if i % 3 == n % 3:
            continue
        out.append(i)
        if i > n:
            continue
        out.append(-i)
    return out


@case()
def partial_continue(n):
    out = []
    for i in range(6):
        if i > 1:
            if i == n:
                continue
            x = i
        else:
            x = -i
        out.append(x)
    return out


@case()
def partial_break(n):
    out = []
    for i in range(6):
        if i > 1:
            if i == n:
                out.append("stop")
                break
            x = i
        else:
            if i == n:
                continue
            x = -i
        out.append(x)
    return out, i


@case()
def returns_from_loop(n):
    for i in range(6):
        if i == n:
            return "found", i
    return "none"


@case()
def returns_from_nested_loops(n):
    total = 0
    for i in range(4):
        for j in range(4):
            if i * j == n:
                return i, j, total
            total += 1
        total += 10
    return total


@case(*PAIRS)
def jumps_at_every_depth(a, b):
    out = []
    for i in range(4):
        if i == a:
            continue
        for j in range(4):
            if j == b:
                break
            for k in range(3):
                if k == a:
                    continue
                if i + j + k == a + b:
                    return out, "deep"
                out.append((i, j, k))
                if len(out) > 20:
                    break
            else_ = k
            if else_ == 7:
                return "never"
        if len(out) > 15 and a:
            return out
    return out, i


@case()
def while_loop(n):
    steps = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return n, steps


@case()
def while_complex_test(n):
    out = []
    i = 0
    while i < 10 and not (i * i > n and i % 2) or i == 0:
        i += 1
        if i == 4:
            continue
        out.append(i)
        if i == 7:
            break
    return out, i


@case()
def while_true(n):
    k = 0
    while True:
        k += 1
        x = k * k
        if x > n:
            break
    return k, x


@case()
def while_true_return(n):
    k = 0
    while True:
        k += 1
        if k > n:
            return k


@case()
def break_stops_the_test(n):
    data = [1, 2, 3]
    i = 0
    while data[i] < 10:
        i += 1
        if i == 3:
            break
        if n == i:
            data[i] = 10
    return i, data


@case()
def break_stops_the_iterator(n):
    items = iter(range(10))
    for i in items:
        if i == n:
            break
    return list(items)


@case()
def unconditional_jumps(n):
    out = []
    for i in range(n):
        out.append(i)
        break
    for i in range(n):
        out.append(i)
        continue
    while n > 0:
        out.append("w")
        return out
    return "empty", out


@case()
def temporaries_of_a_round(n):
    out = []
    for i in range(n):
        t = i * 2
        if t > 4:
            u = t
        else:
            u = -t
        out.append(u)
    return out


@case()
def carried_only_through_a_branch(n):
    s = 0
    for i in range(n):
        if i == 0:
            first = n
        s += first
    return s


@case()
def maybe_missing_in_a_round(n):
    s = 0
    for i in range(4):
        if i >= n:
            late = i
        if i == 3:
            s += late
    return s


@pytest.mark.parametrize("function, inputs", CASES.rows)
def test_the_staged_function_means_the_same(function, inputs):
    check(function, inputs)
