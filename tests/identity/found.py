"""Programs that once differed between the modes, made small; each is a case like any other."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag
from tests.identity import (
    asked,
    assigned,
    becomes,
    borrowed,
    called,
    captured,
    carried,
    copied_lists,
    deletes,
    directions,
    either_number,
    finals,
    from_lists,
    growing,
    guarded,
    holders,
    hosted,
    iterated,
    kept,
    lanes,
    late,
    loop_else,
    matches,
    meeting,
    members,
    narrowed,
    none_at_first,
    none_or_number,
    none_or_tuple,
    number_at_first,
    outside,
    overloads,
    passed_on,
    passes,
    plain_numbers,
    plain_rows,
    positions,
    pythons,
    rebound,
    rings,
    rounded,
    scalars,
    shares,
    specials,
    stated,
    stays_bound,
    surely_there,
    told,
    walrus,
    watched,
)

SPEED = ag.Variable(-0.6, dtype="float64", name="speed")


def c(value):
    return ag.constant(value, dtype="float64")


def two_relations_of_one_state(x, a, n):
    """The state may be what the loop began with, and what the loop around it began with."""
    for i in range(x.shape[0]):
        for _ in range(n):
            if a > a:
                pass
            else:
                x[i % 3] = a
    return np.sum(x), x


def squares_in_inner_loop(x, n):
    for _p, _q in zip(x, x):  # noqa: B905 (staged; lengths are equal)
        for k in ag.arange(n):
            if k % 2 == 1:
                continue
            x = x * x
    return x @ x


def defined_then_handed_on(x, a, n):
    if a > a:
        pass
    else:
        d = a
    k = 0
    while k < n:
        k += 1
        x[k % 3] = np.cos(a)
        a, d = d, d / (d * a + 1.5)
    return x * x


def neither_has_arrived(x):
    """Steps at which nothing has arrived at either of two cotangents: what is blank stays blank."""
    for row in x:
        with ag.GradientTape() as tape:
            tape.watch([x])
            y = np.sum(x * row)
        (g,) = tape.gradient(y, [x])
        x = x - g
    return np.sum(x)


def assigns_and_reads(a):
    SPEED.assign(0.25 * a)
    return a * SPEED


def assigns_in_a_loop(x, a):
    for k in range(x.shape[0]):
        a = x[k % 3] * SPEED
        SPEED.assign_sub(0.25 * a)
    return a**2, x


def hands_a_cotangent_through(x, a):
    """The gradient of the first argument is the cotangent that came in, the very value."""
    return x + np.sin(a)


def links_both_ways(x, a):
    for _ in range(x.shape[0]):
        for _ in range(2):
            a = a * 2.0
            if a < 1e-3:
                return a, a * a
    return -a, a


def first_and_later_steps(x, n):
    x = x.copy()
    for _ in range(n):
        x = np.sin(x) - x[0]
    return np.sum(x)


def gradient_of_a_loop_that_begins_with_a_source(a):
    """Three derivatives in all; the state is `b` in the first step, which is read again after it."""
    with ag.GradientTape() as tape:
        tape.watch(a)
        b = a * 2.0
        r = b
        for _ in range(1):
            r = np.sin(r * a) + r
        y = a * (b * r)
    return tape.gradient(y, a)


def gradient_of_a_name_that_a_loop_defines(a):
    with ag.GradientTape() as tape:
        tape.watch(a)
        for _ in range(2):
            g = a * 2.0
        y = g * g
    return tape.gradient(y, a) ** 2


def one_source_in_nested_loops(a):
    c = 0.0
    for _ in range(2):
        r = a
        for _ in range(2):
            r = np.sin(r * a) + r
        c = c + r
    return c * c


def state_of_two_loops(a):
    """The state of a loop inside a loop; the order of a sum showed at one value in seven."""
    for _ in range(2):
        for _ in range(2):
            a = np.sin(a) * a
    return a


def third_derivative(a):
    """Names that are one by way of a third: the order of a sum showed at one value in four."""
    with ag.GradientTape() as tape:
        tape.watch(a)
        b = np.sin(a)
        r = b
        for _ in range(2):
            r = np.sin(r * a) + r
        y = b / (a * a * r + 1.5)
    return tape.gradient(y, a)


def writes_what_is_carried(x, n):
    """Many names of one array from step to step: once too large to compile."""
    x = x.copy()
    for p in x:
        for _ in range(n):
            if np.any(x > 0.3):
                x[1:] = x[:-1]
                x = abs(p) * (x + x)
    return np.cumsum(x)


VECTOR = c(np.array([-0.542, 0.972, 0.091]))


def hands_the_state_on(a):
    """What a branch says of the loop's state depends on what the loop has come to know of it."""
    d = 0.0 * a
    for k in range(3):
        if k > 7:
            a = a + 1
        d = d * 1.7 + np.sin(a)
    return d


def saved_and_given(a):
    """A residual that is an argument where the branch is not taken."""
    d = a * a * a
    if a > 1e9:
        a = np.sin(a)
    return d * 3 + a * a * a


def squared_in_no_step(x, n):
    """Nothing arrives at the elements of a history: the second gradient is None."""
    for _ in range(n):
        for _ in range(n):
            if x > 1e9:
                x = x * x
    return 3.0 * x


def squared_in_one_step(x, n):
    """Something arrives at one element alone."""
    y = x
    for i in range(n):
        for j in range(n):
            if i * j == 2:
                y = y * x
            x = x + 1.0
    return y, 3.0 * x


def connected_in_one_branch(x, a):
    """Zeros instead of no gradient are constant: the second gradient is None."""
    with ag.GradientTape() as tape:
        tape.watch(x)
        if a > 0:
            y = x * x
        else:
            y = a
    g = tape.gradient(y, x, unconnected_gradients="zero")
    return g, g * x


def followed_in_some_runs(x, n):
    """After the loop the tape follows `a` only where no step was taken."""
    with ag.GradientTape() as tape:
        b = x[1]
        tape.watch(b)
        a = b * 2.0
        for _ in range(n):
            a = x[0] - 1.5
        y = a * 0.5 * a
    (g,) = tape.gradient(y, [a], unconnected_gradients="zero")
    return g, g * x


def followed_in_one_branch(x, n):
    with ag.GradientTape() as tape:
        a, b = x[0], x[1]
        tape.watch(b)
        if n > 1:
            a = b * 2.0
        y = a * 0.5 * a
    (g,) = tape.gradient(y, [a], unconnected_gradients="zero")
    return g * x


def followed_beside_another(x, a, m):
    """What else goes through a branch or a loop is followed in every run, and `a` is not for that."""
    with ag.GradientTape() as tape:
        tape.watch([a, x])
        a = np.sum(m) if x[0] > 0.5 else a * x[0]
        b = np.sum(m) if x[1] > 0.5 else x[1] * 1.5
        if x[2] > 0.0:
            a, x = a * 2.0, x * 2.0
        else:
            b = a * b
        for k in [x, x * 0.5]:
            if k[0] < 0.9:
                x, a = x * k, a * 0.5
        y = a + b
    return tape.gradient(y, [a, b, x], unconnected_gradients="zero")


def followed_by_either(x, m):
    """Two that are followed in some runs, in which another follows."""
    with ag.GradientTape() as tape:
        tape.watch(x)
        a = np.sum(m) if x[0] > 0.5 else x[0] * 2.0
        b = np.sum(m) if x[1] > 0.5 else x[1] * 1.5
        s = a + 1.0
        if x[2] > 0.0:
            s = s + b
        z = s * 0.5
        y = z * z
    return tape.gradient(y, [z, a, b], unconnected_gradients="zero")


def writes_rows(m, a):
    """A row that a loop sees is a view."""
    for i, r in enumerate(m):
        row = r
        row[i] = a
        row *= 2.0
    return m


def unpacks(x, m):
    """A tensor is unpacked into names, for which compiled code has to know how many."""
    a, b, d = x
    for p, (q, r) in zip(x, m):  # noqa: B905 (staged; lengths are equal)
        a, b = b * p, a + q * r
    return a * b * d


def unpacks_too_few(x):
    a, b, d, e = x
    return a


def unpacks_too_many(x):
    a, b = x
    return a


def adds_for_nothing(x, y):
    """Nobody reads the sum, but it raises."""
    x + y
    return x


def multiplies_for_nothing(x, y):
    x @ y
    return x


def writes_for_nothing(x, n):
    y = x.copy()
    y[n] = 1.0
    return x


def joins_for_nothing(x, m):
    np.concatenate([m, np.outer(x, x)])
    return x


def asks_for_nothing(x, n):
    np.argmax(x[n:])
    return x


def extreme_of_nothing(x, n):
    return np.max(x[n:])


def number_then_tensor(a):
    """The first step computes on Python floats, in double precision."""
    s = -1.3
    for k in range(3):
        s = s * 0.3 + np.tanh(a)
    return s


def number_or_tensor(a):
    s = 0.1
    for k in range(4):
        s = abs(-s * 0.3 + 0.7)
        if k > 1:
            s = s * a
    return s, s * a


def two_names_until_one_is_bound_anew(x, a):
    """Both names see what is written, as long as both are of one tensor."""
    y = x
    for k in range(3):
        x[:2] = y[k]
        if a > a:
            x = 1e-3 * x
    return x, y


def assigned_in_a_branch(a):
    """The values of a variable are one source, whoever made the last one."""
    if a > -2.0:
        SPEED.assign(SPEED * 0.5)
    return SPEED.read_value() * a


def assigned_in_steps(a, n):
    for k in range(n):
        SPEED.assign(SPEED * a)
    return SPEED.read_value()


SCALAR = c(-0.796)
ROWS = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.5]])


@ag.function
def grown(z, n):
    for _ in range(n):
        z = z * 1.5
    return z, np.sum(z)


@ag.function
def as_it_comes(z):
    return z, (z, np.sum(z))


def captured_array_at_the_entry_of_another_function(a):
    z, total = grown(ROWS, 3)
    same, (again, other) = as_it_comes(ROWS)
    return z, total * a, same * a, again, other


def grows(x, n):
    """The extent of a state that is another one at each step."""
    y = x
    for _ in range(n):
        y = np.concatenate([y, x * 0.5])
    return y * y


def source_bound_anew_in_one_branch(x, a):
    with ag.GradientTape() as tape:
        tape.watch([x, a])
        y = a * 3.0
        if a < -0.25:
            x[2] = a
            y = y + a * a
        else:
            a = np.max(x)
    return tape.gradient(y * x[2], [a, x])


def source_bound_anew_in_some_steps(x, a, n):
    """A name that stays what it was in some steps, and is made anew by the last one."""
    with ag.GradientTape() as tape:
        tape.watch([x, a])
        b, y = a, a * a
        for i in range(n):
            if x[i] > 0.5:
                b = y * x[i]
        y = y * b
    return tape.gradient(y, [b, a])


def one_value_under_two_names(a, n):
    """A tape that begins after the loop is asked for the one by the name of the other."""
    c = a
    for _ in range(n):
        a = a * 1.1
        c = a
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = c
    return tape.gradient(y, a)


def one_through_a_third(x, turns):
    """What a branch leaves and what a write left are one where both are what was there before."""
    x = x.copy()
    for k in range(2):
        y = x
        for j in range(2):
            if j < turns[k, 0]:
                x[0] = y[1]
            if j < turns[k, 1]:
                x = np.sin(x * x)
    return x * 0.0


def one_inside_one_arm(x, a):
    """What an arm saves of a branch inside it: the result and what it was are one in some runs."""
    if a < -1.5:
        return a
    a = np.tanh(np.sum(x))
    if a > 0.5:
        a = 0.3 - a
    return a * a


def one_inside_two_arms(x, a, n):
    y = np.sum(x)
    for i in range(n):
        if a > -1.5:
            y = np.tanh(y)
            if a < 1.5:
                z = np.sin(y)
                if z > 0.5:
                    z = z * a
                y = z * z + y
    return y * y


def falls_twice(x, s, n):
    fall = s * x[1] * x[2]
    if n > 0:
        s = s + fall
    fall = s * x[1] * x[2]
    if n > 0:
        s = s + fall
    return s


PAIR = c([0.4, -1.1])
PAIRS = c([[0.3, 1.2], [-0.7, 0.1], [0.9, -0.4]])
SAMPLES = [c(v) for v in np.random.default_rng(0).normal(size=20)]
FOLLOWED = [c([a, b, d]) for a in (0.3, 0.8) for b in (0.2, 0.9) for d in (-0.4, 0.6)]


def a_variable_is_one_of_its_reads(x, a, n):
    """The key of what is read of a variable is, always, a value that always is one of the reads."""
    x = x.copy()
    d, h, before = a, 1.5, None
    for _ in range(n - 1):
        w = 2.0 if before is None else before * abs(a)
        SPEED.assign_sub(0.25 * sum([z * a for z in (d, a)]))
        before = h
        if a < 3:
            h = h * (d * d) + w
    e = np.max(x) + (h if before is None else before * h)
    a = np.cos(e) * SPEED
    for k in reversed(range(n)):
        d, e = e, np.sqrt(a * e + 0.5)
        j = 0
        while j < n:
            j += 1
            x[k % 3] = min(0.0, e)
    return e, abs(x)


CASES = [
    *((a_variable_is_one_of_its_reads, (c([0.5, -0.2, 0.9]), c(0.6), n)) for n in (0, 2)),
    (two_relations_of_one_state, (VECTOR, SCALAR, 4)),
    (squares_in_inner_loop, (VECTOR, 4)),
    (defined_then_handed_on, (VECTOR, SCALAR, 4)),
    (neither_has_arrived, (VECTOR,)),
    (assigns_and_reads, (SCALAR,)),
    (hands_a_cotangent_through, (VECTOR, SCALAR)),
    (links_both_ways, (VECTOR, SCALAR)),
    (first_and_later_steps, (VECTOR, 2)),
    (gradient_of_a_loop_that_begins_with_a_source, (c(0.3),)),
    (gradient_of_a_name_that_a_loop_defines, (SCALAR,)),
    (one_source_in_nested_loops, (c(0.8),)),
    *((third_derivative, (v,)) for v in SAMPLES),
    *((followed_beside_another, (v, SCALAR, VECTOR)) for v in FOLLOWED),
    *((followed_by_either, (v, VECTOR)) for v in FOLLOWED),
    *((state_of_two_loops, (v,)) for v in SAMPLES),
    *((hands_the_state_on, (v,)) for v in SAMPLES),
    *((saved_and_given, (v,)) for v in SAMPLES),
    (unpacks, (VECTOR, PAIRS)),
    (unpacks_too_few, (VECTOR,)),
    (unpacks_too_many, (VECTOR,)),
    (adds_for_nothing, (VECTOR, PAIR)),
    (multiplies_for_nothing, (VECTOR, PAIR)),
    (writes_for_nothing, (VECTOR, 3)),
    (joins_for_nothing, (VECTOR, PAIRS)),
    (asks_for_nothing, (VECTOR, 3)),
    (extreme_of_nothing, (VECTOR, 3)),
    (number_then_tensor, (ag.constant(-0.535, dtype="float32"),)),
    (number_or_tensor, (ag.constant(-0.535, dtype="float32"),)),
    (assigned_in_a_branch, (SCALAR,)),
    (assigned_in_steps, (SCALAR, 2)),
    (followed_in_some_runs, (VECTOR, 0)),
    (followed_in_some_runs, (VECTOR, 2)),
    *((followed_in_one_branch, (VECTOR, ag.constant(n))) for n in range(3)),
    (connected_in_one_branch, (SCALAR, c(0.3))),
    (connected_in_one_branch, (SCALAR, c(-0.3))),
    (squared_in_no_step, (SCALAR, 3)),
    (squared_in_one_step, (SCALAR, 3)),
    (assigns_in_a_loop, (VECTOR, SCALAR)),
    (captured_array_at_the_entry_of_another_function, (SCALAR,)),
    *((source_bound_anew_in_one_branch, (VECTOR, c(v))) for v in (-0.8, 0.8)),
    (one_through_a_third, (c([-1.376, 1.362, -1.387]), ag.constant([[2, 0], [0, 1]]))),
    *((one_value_under_two_names, (SCALAR, n)) for n in (0, 3)),
    *(
        (one_inside_one_arm, (c(x), v))
        for x in ([0.128, -1.0, 1.0], [0.7, 0.9])
        for v in (-2.0, 1.3)
    ),
    (falls_twice, (c([0.5, -1.2, 2.0]), c(0.7), 3)),
    *((one_inside_two_arms, (c(x), SCALAR, 3)) for x in ([0.128, -1.0, 1.0], [0.7, 0.9])),
    (grows, (VECTOR, 0)),
    (grows, (VECTOR, 3)),
    (as_it_comes.python_function, (c(ROWS),)),
    *asked.CASES,
    *called.CASES,
    *becomes.CASES,
    *captured.CASES,
    *guarded.CASES,
    *carried.CASES,
    *passed_on.CASES,
    *assigned.CASES,
    *holders.CASES,
    *matches.CASES,
    *pythons.CASES,
    *copied_lists.CASES,
    *directions.CASES,
    *growing.CASES,
    *kept.CASES,
    *meeting.CASES,
    *either_number.CASES,
    *hosted.CASES,
    *none_at_first.CASES,
    *none_or_number.CASES,
    *none_or_tuple.CASES,
    *number_at_first.CASES,
    *plain_numbers.CASES,
    *plain_rows.CASES,
    *members.CASES,
    *rebound.CASES,
    *rings.CASES,
    *borrowed.CASES,
    *overloads.CASES,
    *specials.CASES,
    *iterated.CASES,
    *lanes.CASES,
    *late.CASES,
    *passes.CASES,
    *rounded.CASES,
    *loop_else.CASES,
    *walrus.CASES,
    *deletes.CASES,
    *finals.CASES,
    *shares.CASES,
    *positions.CASES,
    *stated.CASES,
    *stays_bound.CASES,
    *watched.CASES,
    *from_lists.CASES,
    *narrowed.CASES,
    *surely_there.CASES,
    *outside.CASES,
    *told.CASES,
    *scalars.CASES,
]

# Where arguments are written in place there is no gradient with respect to what they were.
VALUES_ONLY = [(writes_rows, (c([[0.3, 1.2], [-0.7, 0.1]]), SCALAR)), *finals.VALUES_ONLY]
VALUES_ONLY += growing.VALUES_ONLY + number_at_first.VALUES_ONLY
FIRST_ORDER = [
    *walrus.FIRST_ORDER,
    *carried.FIRST_ORDER,
    (two_names_until_one_is_bound_anew, (VECTOR, SCALAR)),
    (writes_what_is_carried, (VECTOR, 2)),
    *((source_bound_anew_in_some_steps, (c([0.1, 0.3, 0.7]), SCALAR, n)) for n in (2, 3)),
]
