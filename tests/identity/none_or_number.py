"""Names that are None in some runs, and a number of Python's in the others."""

from __future__ import annotations

import autograph_lite as ag


def the_largest_and_its_place(x, n):
    best, place = None, None
    for i in range(n):
        if best is None or x[i] > best:
            best, place = x[i], i
    return best, place


def counts_once_it_has_begun(x, n):
    count = None
    for i in range(n):
        if x[i] > 0.0:
            count = 0 if count is None else count + 1
    return x * (count or 2), count


def the_first_above(x, n):
    place = None
    for i in range(n):
        if x[i] > 0.5:
            place = i
            break
    if place is None:
        return x[0] * 0.0
    return x[place] * 2.0 + place


def until_it_is_found(x, n):
    i, place = 0, None
    while place is None and i < n:
        if x[i] > 0.5:
            place = i
        i += 1
    return x * i, place


def the_last_of_its_kind(x, n):
    last, repeats = None, 0
    for i in range(n):
        if last == i - 1:
            repeats = repeats + 1
        if x[i] > 0.0:
            last = i
    return x * repeats, last != 3, last


def floats_and_bools(x, n):
    half, late = None, None
    for i in range(n):
        half = i * 0.5
        late = i > 1
    s = x * 2.0 if late else x
    return (s + half if half else s), isinstance(half, float), isinstance(late, bool), late


def none_again(x, n):
    k = 3
    for i in range(n):
        k = None if x[i] > 0.5 else i
    return x if k is None else x * k


def arithmetic_of_none(x, n):
    k = None
    for i in range(n):
        if x[i] > 0.5:
            k = i
    return -k, divmod(k, 2), x * (k + 1)


def compared(x, n):
    k = None
    for i in range(n):
        if x[i] > 0.5:
            k = i
    return min(k, 3), 3 < k, sorted([k, 1])


def no_number(x, n):
    k = None
    for i in range(n):
        if x[i] > 0.5:
            k = i
    return float(k), int(k), abs(k), ~k, round(k)


def ends_of_a_slice(x, n):
    k = None
    for i in range(n):
        if x[i] > 0.5:
            k = i
    return x[:k] * 2.0, x[k:] * 3.0, x[::k] if k is None or k > 0 else x


def ends_of_a_list(x, n):
    k, path = None, []
    for i in range(n):
        path.append(x[i] * x[i])
        if x[i] > 0.5:
            k = i
    return sum(path[:k], x[0]), len(path[k:])


def an_index_of_a_list(x, n):
    k = None
    for i in range(n):
        if x[i] > 0.5:
            k = i
    return (x, x * x, x * 3.0, x)[k]


def steps_of_a_range(x, n):
    k = None
    for i in range(n):
        if x[i] > 0.5:
            k = i
    s = x[0]
    for i in range(k):
        s = s * x[i]
    return s


def printed(x, n):
    k = None
    for i in range(n):
        if x[i] > 0.5:
            k = i
        print(k, [k], f"{k!r} {(k, x[i])}")
    return x


def is_a_number(x, n):
    k, s = None, 0
    for i in range(n):
        if x[i] > 0.5:
            k = i
        s = s + 0.5
    kinds = (
        isinstance(k, int),
        isinstance(k, float | None),
        isinstance(s, float),
        isinstance(s, int),
    )
    return kinds, (x * 2.0 if isinstance(k, int) else x)


PROGRAMS = [f for f in list(globals().values()) if getattr(f, "__module__", "") == __name__]
FOUND, LATE, NONE = (
    ag.constant(v) for v in ([0.1, 0.7, -0.3, 0.9], [0.9, 0.1, 0.2, 0.3], [-0.1, 0.2, 0.3, 0.4])
)
RAISES = {
    f.__name__: 2
    for f in (arithmetic_of_none, compared, no_number, an_index_of_a_list, steps_of_a_range)
}
CASES = [(f, (x, n)) for f in PROGRAMS for x, n in ((FOUND, 4), (LATE, 4), (NONE, 3), (FOUND, 0))]
