"""Lists of numbers whose elements become tensors, by places that only the run knows."""

from __future__ import annotations

import autograph_lite as ag

c = ag.constant


def ring(x, n):
    """The last three of a sequence."""
    last = [0.0] * 3
    for i in range(n):
        last[i % 3] = last[(i + 1) % 3] * 0.5 + x[i % 3] * x[1]
    return last[0] + last[1] * last[2]


def beside(x, n):
    """No loop; a number stays where nothing is put."""
    held = [1.5, 2.0, 0.5]
    held[n % 3] = x[0] * x[1]
    return held[0] * x[2], held[1], held[2] * held[n % 3]


def arrays(x, n):
    """Numbers and arrays."""
    held = [0.0, 1.0]
    for i in range(n):
        held[i % 2] = held[1 - i % 2] * x + i
    return held[0], held[1] * x


def in_branches(x, n):
    held, s = [0.0, 0.0, 2.0], x[0]
    for i in range(n):
        if x[i % 3] > 0.0:
            held[i % 3] = s
        elif i > 2:
            held[i % 2] = i * 0.5
        s = s * x[1] + held[(i + 2) % 3]
    return s, held[0], held[1]


def two_names(x, n):
    """What is put is seen by either name."""
    a = b = [0.5, 1.5]
    for i in range(n):
        a[i % 2] = x[i % 3] + b[(i + 1) % 2]
    return b[0] * b[1], a is b


def nested(x, n):
    rows = [[0.0, 0.0], [0.0, 0.0]]
    for i in range(n):
        for j in range(2):
            rows[0][j % 2] = rows[1][(i + j) % 2] + x[j] * i
        rows[1][i % 2] = rows[0][1] * x[2]
    return rows[0][0], rows[1][1] * rows[0][1]


def under_a_tape(x, n):
    s = x[0]
    with ag.GradientTape() as tape:
        tape.watch(x)
        held = [0.0] * 2
        for i in range(n):
            held[i % 2] = held[(i + 1) % 2] * x[i % 3] + x[1]
        y = held[0] * held[1] * s
    return tape.gradient(y, x, unconnected_gradients="zero"), y


def grown_first(x, n):
    """Appended to and put into in one loop."""
    path = [0.0]
    for i in range(n):
        path.append(path[i] + 1.0)
        path[i] = path[i] * x[i % 3]
    return sum(path), path[-1]


def among_tensors(x, n):
    """Numbers beside tensors, added by a loop; what they are read for is added to once more."""
    path, ring = [x[0]], [0.5] * 3
    for i in range(n):
        path.append(sum(ring) * i)
    more = [x[1] * 2.0]
    for i in range(n):
        more.append(ring[i % 3])
        if i == 2:
            more += [0.25]
    return path[-1], sum(path) * more[0], sum(more)


def numbers_grown_first(x, n):
    """Of one loop, tensors put among them by another."""
    path, s = [], x[0]
    for i in range(n):
        path.append(i * 0.5)
    for i in range(n):
        s = s * 0.5 + path[i]
        path[i // 2] = s
    return sum(path, s), len(path)


def none_so_far(x, n):
    held = [None, None]
    for i in range(n):
        held[i % 2] = x[i % 3] * 2.0
    return held[0], held[1]


def repeated(x, n):
    """`[v] * n`, as often as the run says."""
    held, pairs, same = [0.0] * n, 2 * [0.5, 1.5] * 1, [x] * (n - 1)
    rows = [[0.0] * n for _ in range(2)]
    for i in range(n):
        held[i] = x[i % 3] * x[1]
        rows[1][i] = i * 1.0
        held[i // 2] = held[i] * pairs[i % 4]
    if n > 2:
        same[0] = same[1] * 3.0
    return sum(held), [1, 2] * n == [], sum(same, x), len([x[0], x[1]] * n), len(rows[1])


def compared(x, n):
    """With an empty list; what is compared is no name."""

    def path(k):
        found = []
        for i in range(k):
            found.append(x[0] * i)
        return found

    both = path(n) == [], [] != path(n - 1), path(n) != [] or [] == path(n)
    return (x * 2 if path(n) == [] else x * x), both


X = c([0.5, -1.2, 2.0])
PROGRAMS = (
    ring,
    beside,
    arrays,
    in_branches,
    two_names,
    nested,
    under_a_tape,
    grown_first,
    among_tensors,
    numbers_grown_first,
    none_so_far,
    repeated,
    compared,
)
CASES = [(program, (X, n)) for program in PROGRAMS for n in (0, 1, 2, 5)]
