"""Programs of docs/python_support.md: lists that grow in loops and branches."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag
from tests.constructs.control import S, X
from tests.constructs.table import REFUSED, case

LISTS = "Lists and dicts that grow"


def path_of(x, n):
    """Grown in a loop of the run."""
    path = [x]
    for _ in range(n):
        path.append(path[-1] * np.sin(x))
    return path


@case(LISTS, "`append` in a staged loop", X, 3)
def appends(x, n):
    parts = []
    for i in range(n):
        parts.append(x[i] * x[i] * i)
    return np.stack(parts)


@case(LISTS, "`+=` in a staged loop", X, 3)
def enlarged(x, n):
    parts = [x]
    for i in range(n):
        parts += [x[i] * x[i] * i + x]
    return np.sum(np.stack(parts) ** 3)


@case(LISTS, "`append` in a branch", X, 3)
def appends_in_a_branch(x, n):
    parts = [x[0]]
    for i in range(n):
        if x[i] > 0.0:
            parts.append(x[i] * parts[-1])
    return np.stack(parts), len(parts)


@case(LISTS, "`extend`, `pop` of the last, `copy`, `clear`", X, 3)
def other_methods(x, n):
    path = path_of(x, n)
    again = path.copy()
    again.extend(path)
    y = again.pop() * path[0]
    path.clear()
    return np.stack(again) * y, len(path)


@case(LISTS, "an element, also by a number of the run, read and assigned", X, 3)
def elements(x, n):
    path = path_of(x, n)
    for i in range(n):
        path[i] = path[i] * path[i + 1]
    return path[n - 1] + path[-1]


@case(LISTS, "`len`, truth, `==` with an empty list, a loop over it", X, 3)
def looked_at(x, n):
    path, s = path_of(x, n), 0.0
    if path and path != []:
        for i, y in enumerate(path):
            s = s + np.sum(y * y) * i
    return s * len(path)


@case(LISTS, "`np.stack`, `ag.array`, `sum`, `min`, `max`, `any`, `all`", X, 3)
def folded(x, n):
    path = path_of(x[0], n)
    return np.stack(path) * ag.array(path) * sum(path) * max(path) * min(path), any(path), all(path)


@case(LISTS, "slices, also by numbers of the run, and `reverse`", X, 3)
def slices(x, n):
    path, s = path_of(x, n), 0.0
    for v in path[n - 2 :]:
        s = s + v * v
    path.reverse()
    return np.stack(path[::-1]) * path[0] * s


@case(LISTS, "unpacked into names", X, 2)
def unpacked_list(x, n):
    a, b, c = path_of(x, n)
    return a * b * c


@case(LISTS, "comprehensions over tensors and ranges of the run, with conditions", X, 3)
def comprehended(x, n):
    parts = [x[i] * v for i in range(n) for v in x if v > 0.0]
    return np.stack(parts)


@case(LISTS, "a list or tuple of equal tensors indexed by a number of the run", X, 3)
def indexed_by_the_run(x, n):
    layers = [x, x * x, np.sin(x)]
    for i in range(n):
        x = x * layers[i % 3]
    return x


def refused(what, *arguments):
    return case(LISTS, what, *arguments, how=REFUSED)


@refused("a slice that is assigned", X, 3)
def slice_assigned(x, n):
    path = path_of(x, n)
    path[1:2] = [x]
    return np.stack(path)


@case(LISTS, "`insert`, `pop` and `del` at any place", X, 3)
def at_any_place(x, n):
    path, taken = path_of(x, n), x
    for i in range(n):
        path.insert(i, taken * 0.5)
        taken = taken + path.pop(-2)
        if x[0] > 0.0:
            del path[0]
    del path[:1]
    return np.stack(path) * taken


@refused("`remove`, `sort`, `index`, `count`", X, 3)
def removed(x, n):
    path = path_of(x, n)
    path.remove(x)
    return np.stack(path)


@refused("`del` of a slice with two ends", X, 3)
def deleted(x, n):
    path = path_of(x, n)
    del path[1:2]
    return np.stack(path)


@refused("two that are compared", X, 3)
def compared(x, n):
    return x * (path_of(x, n) == [x])


@refused("that a loop goes through, changed in it", X, 3)
def changed_in_its_loop(x, n):
    path = path_of(x, n)
    for y in path:
        path.append(y)
        break
    return np.stack(path)


@refused("a tensor in it that is written into", X, 3)
def written_into(x, n):
    path = path_of(x, n)
    path[0][0] = 1.0
    return np.stack(path)


@refused("`+=` or `append` of a name that a loop binds to another list", X, 3)
def added_in_place(x, n):
    path = [x[0]]
    for i in range(n):
        path += [x[i]]
        path = path[-2:]
    return np.stack(path)


@refused("elements of several dtypes or numbers of axes", X, 3)
def several_types(x, n):
    parts = [x]
    for i in range(n):
        parts.append(x[i])
    return parts[0]


@case(
    LISTS,
    "`[v] * n`, and places that only the run knows, to which numbers or tensors are assigned",
    X,
    4,
)
def rings(x, n):
    last, held = [0.0] * 3, [0.0] * n
    for i in range(n):
        last[i % 3] = last[(i + 1) % 3] + x[i % 3] * x[1]
        held[i] = last[i % 3] * x[2]
    return sum(held) * last[0]


@case(LISTS, "numbers first and then, in another loop or branch, tensors", S, 3)
def tensors_later(x, n):
    items = [0.5]
    for i in range(n):
        items.append(0.5 * i)
    if n > 2:
        items.append(x)
    return items[n] * x


@refused("tensors first and then, in another loop or branch, numbers", S, 3)
def numbers_later(x, n):
    items = [x]
    for i in range(n):
        items.append(x * i)
    if n > 2:
        items.append(0.5)
    return items[n] * x


@refused("elements that are no numbers or tensors", X, 3)
def texts(x, n):
    found = []
    for _ in range(n):
        found.append("found")
    return x * len(found)


@refused("elements that are lists that grow", X, 3)
def lists_in_a_list(x, n):
    rows = []
    for i in range(n):
        row = [x[0]]
        for j in range(i):
            row.append(x[j])
        rows.append(row)
    return sum(rows[-1])


@refused("NumPy's other functions, such as `np.sum`", X, 3)
def given_to_numpy(x, n):
    return np.sum(path_of(x, n))


@refused("`sorted`, `tuple`, `list(zip(...))`", X, 3)
def as_objects(x, n):
    return sorted(path_of(x[0], n))


@refused("among other objects: `[x] + path`, `path * 2`, `[x, *path]`", X, 3)
def among_others(x, n):
    path = [x, *path_of(x, n)]
    return np.stack(path)


@refused("as arguments: `f(*path)`", X, 3)
def as_arguments(x, n):
    return max(*path_of(x[0], n))


@refused("unpacked into a starred name", X, 3)
def starred(x, n):
    first, *_ = path_of(x, n)
    return first
