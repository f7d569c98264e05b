"""Reverse passes that other passes reverse, or not: two gradients may be one value, as a later tape is told."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag


def a_tape_after_a_pass(x, a, n):
    """Both gradients are one value where the branch says so, and the second tape follows one of them."""
    with ag.GradientTape() as tape:
        b = a if n > 2 else a * 1.5
        tape.watch([a, b])
        y = b * b * x[0] + b
    g, h = tape.gradient(y, [b, a], unconnected_gradients="zero")
    with ag.GradientTape() as later:
        later.watch(g)
        z = g * h * h
    return later.gradient(z, g) * a + np.sum(x)


def arriving_alone(x, a, n):
    """Two gradients: what arrives at p is what arrives at q, unless the branch adds to it."""
    p, q = a * x[0], a * x[1]
    with ag.GradientTape() as tape:
        tape.watch([p, q])
        s = p + q
        y = s * x[0]
        if n > 2:
            y = y + p * p * x[2]
        y = y * y
    return tape.gradient(y, [p, q])


def two_that_arrive_alone(x, a, n):
    """A later tape follows one of the two."""
    g, h = arriving_alone(x, a, n)
    with ag.GradientTape() as later:
        later.watch(g)
        z = g * h * h
    return later.gradient(z, g) * a


def paused(x, a, n):
    """The outer tape goes on after a pass that it does not record."""
    with ag.GradientTape() as outer:
        with outer.stop_recording():
            g, h = arriving_alone(x, a, n)
        outer.watch(g)
        z = g * h * h
    return outer.gradient(z, g) * a


def what_a_call_returns(x, a, n):
    """The tape around the call is told whether both gradients are one."""
    g, h = arriving_alone(x, a, n)
    return g * h * 0.3 + h * x[1] + g * g * a


def passes_in_steps(x, a, n):
    """A step begins a tape, which follows one of two gradients of the step before."""
    p, q = a * x[0], a * x[1]
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch([p, q])
            s = p + q * p
            y = s * x[0]
            if i > 0:
                y = y + p * p * x[2]
        p, q = tape.gradient(y, [p, q], unconnected_gradients="zero")
    return p * q


def two_gradients_of_the_step_before(x, a, n):
    """Two gradients are one value where the branch says so, each by links of its own; the tape of the next step
    follows one of them."""
    b = a
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(a)
            y = a * b * x[i % 3] + a
        c = tape.gradient(y, a, unconnected_gradients="zero")
        with ag.GradientTape() as tape:
            d = c if c > x[0] else c * 0.5
            tape.watch([c, d])
            y = d * d * x[i % 3] + d
        a, b = tape.gradient(y, [d, c], unconnected_gradients="zero")
    return a * b


def in_one_arm(x, a, n):
    """One arm ends in a pass, the other begins another tape."""
    if a > x[1]:
        with ag.GradientTape() as tape:
            tape.watch(a)
            y = a * a * x[0]
        g = tape.gradient(y, a, unconnected_gradients="zero")
    else:
        g = a
        for i in range(n):
            with ag.GradientTape() as tape:
                tape.watch(g)
                y = g * g * x[i % 3]
            g = tape.gradient(y, g, unconnected_gradients="zero")
    return g * a


def of_a_list(x, a, n):
    """Gradients go into a list that grows after the pass."""
    p, q = [a, x[0]], []
    with ag.GradientTape() as tape:
        tape.watch(a)
        y = p[n % 2] * p[(n + 1) % 2] * p[n % 2]
    g = tape.gradient(y, a, unconnected_gradients="zero")
    q.append(g)
    for i in range(n):
        q.append(q[i] * a + g)
    return q[-1] * q[0]


def newton(x, a, n):
    """The derivative of a derivative in each step, with transforms."""

    def f(z):
        return z * z * z - np.sum(x) * z + 0.3

    for _ in range(n):
        a = a - ag.grad(f)(a) / (2.0 + ag.grad(ag.grad(f))(a) ** 2)
    return a + ag.grad(f)(a)


def the_seed_twice(x, a, n):
    """Two calls give two tensors, of which the later tape follows one."""
    with ag.GradientTape(persistent=True) as tape:
        tape.watch(a)
        y = a + 0.0
    g, h = tape.gradient(y, a), tape.gradient(y, a)
    with ag.GradientTape() as later:
        later.watch(g)
        z = g * h * h * float(n)
    return later.gradient(z, g) * np.sum(x)


X = ag.constant(np.array([-0.681, 0.241, 1.012]))
Y = ag.constant(np.array([0.581, -0.941, -0.412]))
LOW, HIGH = ag.constant(-1.025), ag.constant(0.73)
ALL = (
    a_tape_after_a_pass,
    two_that_arrive_alone,
    passes_in_steps,
    two_gradients_of_the_step_before,
    paused,
    what_a_call_returns,
    in_one_arm,
    of_a_list,
    newton,
    the_seed_twice,
)
CASES = [
    (f, arguments)
    for f in ALL
    for arguments in ((X, LOW, 3), (X, HIGH, 2), (Y, HIGH, 3), (Y, LOW, 1))
]
