"""A Python number that a step makes a tensor, kept meanwhile under another name or in a list; and what is a
number in some runs among elements that are tensors."""

import numpy as np

import autograph_lite as ag

# --- the number of the first step is a number where it is kept ---


def kept_under_a_name(x, n):
    h = k = 0.1
    for _ in range(n):
        k = h
        h = h * x[0]
    return k, h


def handed_from_name_to_name(x, n):
    a, b = 0.25, 0.5
    for _ in range(n):
        a, b = b, a + b * x[1]
    return a, b


def kept_in_a_tuple(x, n):
    h, k = 0.1, (0.1, 0)
    for i in range(n):
        k = (h, i)
        h = h * x[0]
    return k


def kept_in_a_list(x, n):
    h = 0.1
    held = [h, h]
    for _ in range(n):
        held[0] = h
        h = h * x[0]
    return held


def kept_in_a_dict(x, n):
    h = 0.1
    held = {"before": h}
    for _ in range(n):
        held["before"] = h
        h = h + x[0]
    return held


def kept_where_the_run_says(x, n):
    h, k = 0.1, 0.2
    for i in range(n):
        if x[i % 3] > 0.0:
            k = h
        h = h * x[0]
    return k, h


def what_comes_of_it_is_kept(x, n):
    """Errors of the first step are numbers, as long as the place is."""
    place, before, cost = 0.0, 0.0, 0.0
    for _ in range(n):
        error = (1.0 - place) * 2.0
        cost = cost + error
        place = place + x[0] * (error + (error - before))
        before = error
    return cost, before, place


def what_comes_of_it_is_kept_in_a_branch(x, n):
    place, kept = 0.0, 0.5
    for i in range(n):
        if x[i % 3] > 0.0:
            kept = place * 2.0
        place = place + x[1]
    return place, kept


def what_comes_of_it_is_appended(x, n):
    place, held = 0.0, []
    for _ in range(n):
        held.append(1.0 - place)
        place = place + x[0]
    return np.stack(held) * x[1]


def appended(x, n):
    h, held = 0.1, []
    for _ in range(n):
        held.append(h)
        h = h * x[0]
    return held


def appended_with_its_step(x, n):
    h, held = 0.1, []
    for i in range(n):
        held.append((h, i))
        h = h * x[0]
    return held[-1]


def appended_in_a_while(x, n):
    h, held = 0.1, []
    while len(held) < n:
        held.append(h)
        if x[1] > 0.0:
            h = h * x[0]
    return held


def appended_after_a_number(x, n):
    h, held = 0.1, [0.5]
    for _ in range(n):
        held.extend([h, h])
        h = h * x[0]
    return held


def appended_after_a_tensor(x, n):
    h, held = 0.1, [x[2]]
    for _ in range(n):
        held.append(h)
        h = h * x[0]
    return held


def appended_and_stacked(x, n):
    h, held = 0.1, []
    for _ in range(n):
        held.append(h)
        h = h * x[0] + 0.5
    return np.stack(held) * x[1]


def grown_from_its_last(x, n):
    held = [0.1]
    for _ in range(n):
        held.append(held[-1] * x[0])
    return np.stack(held) * x[2]


# --- elements that are numbers in some runs ---


def payoffs(x, n):
    v = ag.zeros(3)
    for i in range(3):
        v[i] = max(x[i] - 0.1 * n, 0.0)
    return v * x


def payoffs_in_rows(x, n):
    v = np.zeros_like(np.stack([x, x]))
    v[0] = max(x[0], 0.0)
    v[:, 1] = min(x[1], n)
    v[1, 2] += max(x[2], 0)
    return v * x


def payoffs_where_it_is_positive(x, n):
    v = x * n
    v[x > 0.0] = max(x[1], 0.5)
    return v


def logarithms_where_there_are(x, n):
    """No gradient goes where the number is: there it would be infinite."""
    v = ag.zeros(3)
    for i in range(3):
        v[i] = np.log(x[i] * x[i] - 0.09) if x[i] > 0.3 else 0.0
    return v


def payoffs_appended(x, n):
    held = []
    for i in range(n):
        held.append(max(x[i % 3], 0.0))
    return np.stack(held) * x[0]


def payoffs_stacked(x, n):
    return np.stack([max(x[0], 0.0), max(x[1], 0.0)]) * n


def payoffs_in_a_comprehension(x, n):
    return np.stack([max(x[i % 3], 0.0) for i in range(n)], axis=-1) * x[1]


KEPT = (
    kept_under_a_name,
    handed_from_name_to_name,
    kept_in_a_tuple,
    kept_in_a_list,
    kept_in_a_dict,
    kept_where_the_run_says,
    what_comes_of_it_is_kept,
    what_comes_of_it_is_kept_in_a_branch,
    what_comes_of_it_is_appended,
    appended_with_its_step,
    appended_and_stacked,
    grown_from_its_last,
)
RETURNED = (
    appended,
    appended_in_a_while,
    appended_after_a_number,
    appended_after_a_tensor,
)
AMONG = (
    payoffs,
    payoffs_in_rows,
    payoffs_where_it_is_positive,
    logarithms_where_there_are,
    payoffs_appended,
    payoffs_stacked,
    payoffs_in_a_comprehension,
)
X = [ag.constant(v) for v in ([1.3, 0.4, 0.3], [-0.5, -1.0, -0.2], [-0.4, 0.3, 2.0])]
CASES = [
    *((f, (X[0], n)) for f in KEPT for n in (4, 1, 2)),
    *((f, (x, 3)) for f in AMONG for x in X),
    (kept_where_the_run_says, (X[2], 3)),
    (payoffs_appended, (X[1], 1)),
    (grown_from_its_last, (X[0], 0)),
    (kept_under_a_name, (X[0], 0)),
]
VALUES_ONLY = [(f, (x, n)) for f in RETURNED for x in X[:2] for n in (4, 1, 0)]
