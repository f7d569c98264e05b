"""Programs that end in a fault after they had effects: what they leave is what Python leaves.

Each changes variables, tensors of the caller, the state of an optimizer, or prints, and then stops.
`python -m tests.identity.faults` says how many kernels were compiled and what each program left.
"""

from __future__ import annotations

import json

import numpy as np

import autograph_lite as ag
from autograph_lite.call.verify import named, outcome
from autograph_lite_runtime import load

c = ag.constant
TOTAL = ag.Variable(0.5, dtype="float64", name="total")
COUNT = ag.Variable(0, dtype="int64", name="count")
ROW = ag.Variable(np.array([0.5, -1.0, 2.0]), name="row")
OTHER = ag.Variable(np.array([3.0, 1.0, -2.0]), name="other")
WEIGHTS = ag.Variable(np.array([0.3, -0.2]), name="weights")
STORE = c(np.zeros(4))
SGD = ag.optimizers.SGD(0.1, momentum=0.9)
ADAM = ag.optimizers.Adam(0.1)
for optimizer in (SGD, ADAM):
    optimizer.build([WEIGHTS])

U = c(np.array([0.1, 0.7, -0.4, 1.3]))
X = c(np.array([1.0, -2.0, 3.0, 0.25]))
M = c(np.arange(12.0).reshape(4, 3))
WHOLE = c(np.array([5, 3, 0, 2]))


def assigns_then_faults(u, n):
    for i in range(n):
        TOTAL.assign_add(u[i])
        COUNT.assign_add(1)
    return TOTAL.read_value()


def faults_between_two_assignments(u, n):
    for i in range(n):
        TOTAL.assign(TOTAL * 2.0)
        y = u[i]
        TOTAL.assign(TOTAL + y)
    return TOTAL.read_value()


def overwritten_before_it_is_read(u, k):
    TOTAL.assign(u[0])
    y = u[k]
    TOTAL.assign(y)
    return y


def writes_its_argument_then_faults(x, n):
    for i in range(n):
        x[i] = x[i] * 2.0 + 1.0
    return np.sum(x)


def writes_a_slice_then_faults(x, k):
    x[1:3] = x[1:3] * x[1:3]
    x[k] = 7.0
    return x


def writes_then_reads_out_of_range(x, k):
    x[0] = 9.0
    y = x[k]
    x[1] = y
    return y


def writes_a_captured_tensor(u, n):
    for i in range(n):
        STORE[i] = STORE[i] + u[i]
    return np.sum(STORE)


def mask_then_a_fault(x, k):
    x[x > 0.0] = -1.0
    y = x[k]
    x[x > -1.5] = y
    return x


def arrays_then_a_fault(m, n):
    for i in range(n):
        ROW.assign(np.sin(ROW) + m[i])
        OTHER.assign(OTHER * ROW)
    return ROW.read_value()


def arrays_change_places(m, n):
    for i in range(n):
        before = ROW.read_value()
        ROW.assign(OTHER)
        OTHER.assign(before + m[i])
    return ROW.read_value()


def assigned_twice(m, k):
    ROW.assign(OTHER * 0.5)
    ROW.assign(OTHER)
    return m[k]


def copy_of_a_variable_is_written(u, k):
    ROW.assign(ROW + u[0])
    t = ROW.read_value()
    t[0] = 5.0
    y = u[k]
    ROW.assign(t * y)
    return y


def copy_written_in_a_branch(u, k):
    ROW.assign(ROW + u[0])
    y = 0.0
    if u[0] > 0.0:
        t = ROW.read_value()
        t[0] = 5.0
        y = u[k]
        ROW.assign(t)
    return y


def copy_written_in_a_loop(u, n):
    ROW.assign(ROW * 2.0)
    t = ROW.read_value()
    for i in range(n):
        t[0] = t[0] + u[i]
    ROW.assign(t)
    return t


def view_is_assigned(m, k):
    ROW.assign(m[1])
    m[1, 0] = 50.0
    y = m[k]
    ROW.assign(y)
    return y


def argument_rebound_in_a_branch(x, u, n):
    for i in range(n):
        if u[i] > 0.0:
            x[i] = u[i]
        else:
            x[0] = x[0] - 1.0
    return x


def steps_of_sgd(u, n):
    for i in range(n):
        with ag.GradientTape() as tape:
            loss = np.sum(WEIGHTS * WEIGHTS) * u[i]
        SGD.apply_gradients([(tape.gradient(loss, WEIGHTS), WEIGHTS)])
    return loss


def steps_of_adam(u, n):
    for i in range(n):
        with ag.GradientTape() as tape:
            loss = np.sum((WEIGHTS - u[0]) * WEIGHTS)
        g = tape.gradient(loss, WEIGHTS)
        ADAM.apply_gradients([(g, WEIGHTS)])
        loss = loss + u[i]
    return loss


def prints_then_faults(u, n):
    for i in range(n):
        ag.print("step", i, TOTAL, u)
        TOTAL.assign_add(u[i])
    return TOTAL.read_value()


def helper(u, i):
    TOTAL.assign_add(1.0)
    return u[i]


def in_a_helper(u, n):
    y = u[0]
    for i in range(n):
        y = y + helper(u, i)
        STORE[0] = y
    return y


inner = ag.function(helper)


def in_a_compiled_function(u, n):
    y = u[0]
    for i in range(n):
        y = y + inner(u, i)
    return y


def in_a_branch(u, k):
    TOTAL.assign(2.0)
    if u[0] < 1.0:
        COUNT.assign_add(3)
        y = u[k]
        COUNT.assign_add(3)
    else:
        y = u[1]
    return y


def in_the_other_branch(u, k):
    if u[0] > 1.0:
        TOTAL.assign(2.0)
        y = u[0]
    else:
        COUNT.assign_add(3)
        y = u[k]
    return y


def in_while(u):
    i = 0
    while TOTAL < 100.0:
        TOTAL.assign_add(u[i])
        i = i + 1
    return i


def in_the_test_of_while(u):
    i = 0
    while u[i] < 100.0:
        TOTAL.assign_add(u[i])
        STORE[i] = TOTAL
        i = i + 1
    return i


def in_an_inner_loop(m, n):
    for i in range(2):
        TOTAL.assign(TOTAL * 0.5)
        for j in range(n):
            ROW.assign(ROW + m[i])
            STORE[j] = m[i, j]
        OTHER.assign(ROW)
    return TOTAL.read_value()


def after_an_inner_loop(m, k):
    for i in range(5):
        for j in range(3):
            STORE[j] = STORE[j] + m[i, j]
        ROW.assign(m[i] * 2.0)
    return TOTAL.read_value()


def leaves_the_loop_early(u, n):
    for i in range(n):
        TOTAL.assign_add(u[i])
        if TOTAL > 1.0:
            COUNT.assign_add(1)
            break
    return u[n]


def integer_power(w, k):
    TOTAL.assign(-1.0)
    y = w ** (np.ones_like(w) * k)
    TOTAL.assign(-2.0)
    return y


def power_in_a_nest(w, k):
    """The fault is in a nest that the array assigned before it could share."""
    ROW.assign(ROW * 3.0)
    z = w[:3] * 2
    OTHER.assign(OTHER + ROW)
    y = z ** (np.ones_like(z) * k)
    ROW.assign(OTHER * 2.0)
    return y


def division_of_numbers(u, n):
    y = 0.0
    for i in range(n):
        TOTAL.assign_add(1.0)
        y = y + 1 / (3 - i)
    return y


def too_large(u, n):
    TOTAL.assign(u[1])
    y = ag.zeros((n, n))
    TOTAL.assign(u[2])
    return y


def shapes_that_do_not_fit(x, u):
    x[0] = 100.0
    COUNT.assign(7)
    y = x[:3] + u
    COUNT.assign(8)
    return y


def with_a_gradient_inside(u, n):
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(u)
            y = np.sum(u * u * TOTAL)
        g = tape.gradient(y, u)
        TOTAL.assign_add(g[i])
    return TOTAL.read_value()


def nothing_before_the_fault(x, k):
    y = x[k]
    x[0] = 1.0
    return y


def no_fault(x, u, n):
    for i in range(n):
        x[i] = u[i]
        TOTAL.assign_add(u[i])
    return x


CASES = [
    (assigns_then_faults, (U, 6)),
    (assigns_then_faults, (U, 4)),
    (faults_between_two_assignments, (U, 5)),
    (overwritten_before_it_is_read, (U, 4)),
    (writes_its_argument_then_faults, (X, 5)),
    (writes_a_slice_then_faults, (X, 9)),
    (writes_then_reads_out_of_range, (X, 4)),
    (writes_a_captured_tensor, (U, 5)),
    (mask_then_a_fault, (X, 4)),
    (arrays_then_a_fault, (M, 5)),
    (arrays_change_places, (M, 5)),
    (assigned_twice, (M, 4)),
    (copy_of_a_variable_is_written, (U, 4)),
    (copy_written_in_a_branch, (U, 4)),
    (copy_written_in_a_loop, (U, 5)),
    (view_is_assigned, (M, 4)),
    (argument_rebound_in_a_branch, (X, U, 5)),
    (steps_of_sgd, (U, 5)),
    (steps_of_adam, (U, 5)),
    (prints_then_faults, (U, 5)),
    (in_a_helper, (U, 5)),
    (in_a_compiled_function, (U, 5)),
    (in_a_branch, (U, 4)),
    (in_the_other_branch, (U, 4)),
    (in_while, (U,)),
    (in_the_test_of_while, (U,)),
    (in_an_inner_loop, (M, 4)),
    (after_an_inner_loop, (M, 1)),
    (leaves_the_loop_early, (U, 4)),
    (integer_power, (WHOLE, -1)),
    (power_in_a_nest, (WHOLE, -1)),
    (division_of_numbers, (U, 5)),
    (too_large, (U, 10**8)),
    (shapes_that_do_not_fit, (X, U)),
    (with_a_gradient_inside, (U, 5)),
    (nothing_before_the_fault, (X, 4)),
    (no_fault, (X, U, 4)),
]
"""Values, errors, state and prints, by every way of running."""


def observe():
    """Run every program compiled, once; prints what each left."""
    compiled, real = [], load.object_code
    load.object_code = lambda ir, level: compiled.append(ir) or real(ir, level)
    left = []
    for program, arguments in CASES:
        if program is too_large:  # its text says how much memory is free now
            continue
        f = ag.function(program)
        f.compile(*arguments)
        parts = outcome(lambda *a, f=f: named(f(*a)), f, arguments).parts
        left.append([program.__name__, [[name, repr(value)] for name, value in parts]])
    print(json.dumps({"compiled": len(compiled), "left": left}))


if __name__ == "__main__":
    observe()
