"""Gradients with respect to what is read from a list, and of it; tensors that are watched late."""

import numpy as np

import autograph_lite as ag


def of_a_recording(x, n):
    """What was computed under the tape, read from the list after it."""
    s = x * 2
    with ag.GradientTape() as tape:
        tape.watch(s)
        ys = [x]
        y = s
        for _ in range(n):
            y = np.sin(y)
            ys.append(y)
        z = np.sum(y * ys[n // 2])
    return tape.gradient(z, ys[n // 2])


def what_is_not_followed(x, n):
    """y is read from the list, where nothing watched is in some runs."""
    w = [x]
    y = h = x
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(w[-1])
            z = np.sum(w[0] * w[-1] * x)
        g = tape.gradient(z, w[-1])
        y = x * 2 if g is None else g * 0.5
        with ag.GradientTape() as tape:
            tape.watch(y)
            if x[0] > 0.4:
                y = w[i // 2]
            z = np.sum(w[-1] * h)
        g = tape.gradient(z, y)
        h = h if g is None else h + g
        w.append(h)
    return h


def used_before(x, n):
    """What has arrived before the tensor was in the list counts too."""
    w = [x]
    s = x * 2
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(s)
            y = s * 2
            u = np.sin(y)
            w.append(u)
            w.append(y)
            z = np.sum(y * u)
        g = tape.gradient(z, w[2 * (i // 2) + 2])
        s = s if g is None else g
    return s


def put_there_after(x, n):
    """Neither the source nor y is in the list while the tape records."""
    w = [x]
    s = x * 2
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(s)
            y = s * 2
            z = np.sum(y * np.sin(y))
        w.append(y)
        w.append(s)
        g = tape.gradient(z, w[i + 1])
        s = s if g is None else g
    return s


def while_it_pauses(x, n):
    w = [x]
    s = x * 2
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(s)
            y = s * s
            with tape.stop_recording():
                w.append(y)
            z = np.sum(y * w[i + 1])
        g = tape.gradient(z, s)
        s = s if g is None else g
    return s


def of_one_in_a_list(x, n):
    losses = [np.sum(x)]
    s = x * 2
    t = x * 0
    for i in range(n):
        with ag.GradientTape(persistent=True) as tape:
            tape.watch(s)
            z = np.sum(s * s)
        losses.append(z)
        losses.append(z * 2)
        g = tape.gradient(losses[2 * (i // 2) + 1], s)
        if g is not None:
            t = t + g
        s = s * 0.5
    return t


def several(x, n):
    w = [x]
    s = x * 2
    for _ in range(n):
        with ag.GradientTape() as tape:
            tape.watch(s)
            u = np.sin(s)
            w.append(u)
            y = u * s
            w.append(y)
            z = np.sum(s * u * y)
        g, h = tape.gradient(z, (w[n // 2], w[2]))
        s = s * 2 if g is None else g if h is None else g + h
    return s


def where_loops_are_nested(x, n):
    """s is x until the branch is taken; what the inner loop leaves is put into the list."""
    s = x
    y = x * 3
    w = [x * 2]
    for i in range(n):
        for _ in range(2):
            with ag.GradientTape() as tape:
                tape.watch(x)
                z = np.sum(s * s)
            y = tape.gradient(z, x, unconnected_gradients="zero")
            if x[0] > 0.4:
                s = y * i
        w.append(y)
    return s, y


def known_by_another_name(x, n):
    """What is asked for is not watched, but what is watched in the first step; it is put into the list when
    the tape has ended."""
    h = x * 2
    y = q = x * 1
    w = [h]
    for i in range(n):
        y, h = h, y
        with ag.GradientTape() as tape:
            tape.watch(h)
            w.append(q)
            z = np.sum(h * x)
        w.append(w[i // 2])
        g = tape.gradient(z, q)
        h = h if g is None else g * 0.5
        h = h + w[-1] * 0.1
    return h, y


def watched_later(x, n):
    """h is y or v; what was computed from v before v is watched leads nowhere."""
    y = x * 2
    v = x * 3
    for i in range(n):
        h = y if i % 2 == 0 else v
        with ag.GradientTape(persistent=True) as tape:
            tape.watch(y)
            a = h * h
            tape.watch(v)
            b = h * 3
            z = np.sum(a * b * h)
        p = tape.gradient(z, y, unconnected_gradients="zero")
        q = tape.gradient(z, v, unconnected_gradients="zero")
        r = tape.gradient(z, h, unconnected_gradients="zero")
        y, v = y + p * 0.1 + r, v - q
    return y, v


def watched_later_in_a_list(x, n):
    y = x * 2
    s = x * 3
    w = [y, s]
    for i in range(n):
        w.append(x * i)
        h = y if i % 2 == 0 else w[i]
        with ag.GradientTape(persistent=True) as tape:
            tape.watch(y)
            a = h * 2
            tape.watch(w[1])
            b = h * 3
            z = np.sum(a * b * h * s)
        g = tape.gradient(z, h, unconnected_gradients="zero")
        k = tape.gradient(z, b, unconnected_gradients="zero")
        m = tape.gradient(z, a, unconnected_gradients="zero")
        y = y + g + k * m
    return y


# -- refused -----------------------------------------------------------------------------------------


def used_in_the_loop(x, n):
    with ag.GradientTape() as tape:
        tape.watch(x)
        ys = [x]
        u = y = x
        for _ in range(n):
            y = np.sin(y)
            u = u + y * y
            ys.append(y)
        z = np.sum(y * u)
    return tape.gradient(z, ys[n // 2])


def read_in_a_loop(x, n):
    w = [x]
    for i in range(n):
        w.append(w[-1] * i)
    with ag.GradientTape() as tape:
        tape.watch(w[0])
        s = x * 0
        for i in range(n):
            s = s + w[i]
        z = np.sum(s * s)
    return tape.gradient(z, s)


def used_in_a_loop_before(x, n):
    s = x * 2
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = x
        for _ in range(n):
            y = s * s * y
        tape.watch(s)
        z = np.sum(y * s)
    return tape.gradient(z, s)


def used_before_perhaps(x, n):
    """What a branch inside of the loop decides is not told outside."""
    v = x * 3
    w = x * 2
    with ag.GradientTape() as tape:
        tape.watch(w)
        h = x
        for i in range(n):
            h = w if i % 2 == 0 else v
        a = h * h
        tape.watch(h)
        z = np.sum(a * h)
    return tape.gradient(z, v)


REFUSED = {
    used_in_the_loop: "made inside a loop under the tape and is used in there too",
    read_in_a_loop: "whether the tape follows this tensor only the run knows",
    used_in_a_loop_before: "a loop under the tape has used before; watch it before",
    used_before_perhaps: "may be one that was used under the tape before",
}

c = ag.constant
X = c([0.3, 0.7])
PROGRAMS = (
    of_a_recording,
    what_is_not_followed,
    used_before,
    put_there_after,
    while_it_pauses,
    of_one_in_a_list,
    several,
    where_loops_are_nested,
    known_by_another_name,
    watched_later,
    watched_later_in_a_list,
)
CASES = [
    *((program, (X, n)) for program in PROGRAMS for n in (0, 3)),
    (what_is_not_followed, (c([0.9, 0.1]), 3)),
]
