"""Lists that grow: appended to in loops and branches, read, gone through, stacked and returned."""

import numpy as np

import autograph_lite as ag


def path_of_a_recurrence(x, n):
    y = x
    path = [y]
    for i in range(n):
        y = np.sin(y) * y + 0.1 * i
        path.append(y)
    return np.stack(path)


def used_after_it_is_appended(x, n):
    """The list, the next step and the rest of the program share each element."""
    y = x
    path = []
    for i in range(n):
        y = np.tanh(y) + y * y * 0.3
        path.append(y)
        path.append(y)
        y = y * np.sin(y)
    s = np.sum(y * x)
    for z in path:
        s = s + np.sum(z * z * z)
    return s, len(path)


def reads_what_it_has(x, n):
    y = [x, np.cos(x)]
    for i in range(2, n):
        y.append(y[i - 1] * y[i - 2] + y[0] * y[-1] * 0.1)
    return y[-1], y[n // 2], len(y)


def when_a_step_is_accepted(x, tol, n):
    """Rejected steps leave the lists as they are."""
    t, h, y = 0.0, 0.5, x
    ts, ys = [t], [y]
    while t < 2.0 and len(ts) < n:
        k = -y + np.sin(y) * 0.3
        err = np.max(np.abs(h * h * k))
        if err < tol:
            t, y = t + h, y + h * k
            ts.append(t)
            ys.append(y)
            h = h * 1.5
        else:
            h = h * 0.4
    return ts, np.stack(ys), np.sum(ys[len(ys) // 2] * ys[-1])


def appended_a_step_later(x, n):
    """What a step leaves is kept in a list by the next one."""
    y = x
    path = []
    for i in range(n):
        path.append(y)
        y = np.tanh(y * path[i // 2]) + y * y
    s = np.sum(y * y * y)
    for z in path:
        s = s + np.sum(z * z * x)
    return s


def in_either_branch(x, n):
    ys = [x]
    y = x
    for i in range(n):
        z = np.sin(y) * y
        if z[0] > 0.2:
            y = z * z
            ys.append(y)
            y = y + z
        elif z[1] > 0.5:
            ys.append(z)
            ys.append(y)
        else:
            y = z + 0.3
    return np.stack(ys), y


def from_one_list_to_another(x, n):
    a, b = [x], []
    for i in range(n):
        b.append(a[-1])
        a.append(b[-1] * np.sin(b[i]))
        b.append(x)
    return np.stack(a), len(b), a[0] * x


def list_in_a_list_of_loops(x, n):
    total = 0.0
    for i in range(n):
        row = []
        for j in range(i + 1):
            x = np.sin(x) + 0.1 * j
            row.append(x * x)
        for k, r in enumerate(row):
            total = total + np.sum(r * x) * k
    return total


def numbers(n):
    a, b = [], [1, 2]
    for i in range(n):
        a.append(i * 0.5)
        b.append(b[-1] + b[-2])
    return a, b, sum(a), max(b), min(a, default=0.0), any(x > 40 for x in b), a == []


def pairs(x, n):
    path = [(0.0, x)]
    for i in range(n):
        t, y = path[-1]
        path.append((t + 0.5, y * np.cos(y) + t))
    s = 0.0
    for t, y in path:
        s = s + t * np.sum(y)
    return s, path[-1]


def through_a_helper(x, n):
    def step(y, log):
        y = np.sin(y) + y * 0.5
        log.append(np.sum(y))
        return y

    log = []
    for _ in range(n):
        x = step(x, log)
    return x, len(log), sum(log) if log else x[0]


class Recorder:
    def __init__(self, first):
        self.values = [first]
        self.last = first

    def add(self, value):
        self.values.append(value)
        self.last = value


def in_an_object(x, n):
    r = Recorder(x)
    d = {"losses": []}
    for _ in range(n):
        r.add(np.sin(r.last) * r.values[0])
        d["losses"].append(np.sum(r.last))
    return np.stack(r.values), r.last, len(d["losses"]), sum(d["losses"])


def a_stack_of_work(x, n):
    """Depth first: pop takes what append has put last."""
    todo, out = [(x, 0)], 0.0
    while todo:
        y, depth = todo.pop()
        out = out + np.sum(y * y)
        if depth < n:
            todo.append((y * 0.5, depth + 1))
            todo.append((np.sin(y), depth + 1))
    return out, len(todo)


def elements_assigned(x, n):
    a = [x, x * 2.0]
    for i in range(n):
        a.append(a[i] * 0.5)
        a[i] = np.sin(a[-1]) + a[i]
    a[-1] = a[0] * a[-2]
    return np.stack(a)


def leaves_early(x, n):
    seen = []
    for i in range(n):
        if i == 1:
            continue
        x = np.sin(x) * 1.3
        seen.append(x)
        if np.sum(x) < 1.5:
            break
        if len(seen) > 3:
            return seen[0] * x, len(seen)
    return x, len(seen)


def made_by_a_comprehension(x, n):
    ys = [x * np.sin(0.5 + x * ag.cast(i, "float64")) for i in ag.arange(n)]
    zs = [y * y for y in ys if y[0] > 0.4]
    pairs = [z * k for z in zs for k in (1.0, 2.0)]
    return sum(np.sum(z) for z in zs), len(zs), len(pairs), sum(np.sum(p * p) for p in pairs)


def copies(x, n):
    a = [x]
    for i in range(n):
        x = x * 0.9
        a.append(x)
    b, c = list(a), a[:]
    for i in range(n):
        x = x * x
        b.append(x)
        c = [*c, x * 2.0]
    b[0] = x
    a[-1] = x * 7.0
    a.extend(c)
    return np.stack(a), np.stack(b), c[-1] * c[0]


W = ag.Variable([0.5, -0.2])
OPTIMIZER = ag.optimizers.SGD(0.1, momentum=0.9)


def training(x, n):
    losses = []
    for _ in range(n):
        with ag.GradientTape() as tape:
            loss = np.sum((W * x - 1.0) ** 2)
        OPTIMIZER.apply_gradients([(tape.gradient(loss, W), W)])
        losses.append(loss)
    return np.sum(np.stack(losses) ** 2) if losses else W[0] * x[0]


def tape_around_a_list(x, n):
    grads = []
    for i in range(n):
        with ag.GradientTape() as tape:
            tape.watch(x)
            ys = [x * 2.0]
            for _ in range(i):
                ys.append(ys[-1] * np.sin(ys[0]))
            loss = np.sum(ys[-1] * ys[i // 2])
        g = tape.gradient(loss, x, unconnected_gradients="zero")
        grads.append(g)
        x = x - 0.1 * g
    return x, len(grads), sum(np.sum(g * g) for g in grads)


def many_elements(x, n):
    """More than the room that a list begins with."""
    ys = []
    for i in range(n):
        x = x * 0.99 + 0.01 * np.sin(x)
        ys.append(x)
    return np.stack(ys, axis=1), ys[n - 1] * ys[n // 3]


def of_other_sizes(x, n):
    ys = [x]
    for i in range(n):
        x = np.concatenate([x, x * 0.5])
        ys.append(x)
    return sum(np.sum(y * y) for y in ys), ys[-1]


def asks_how_many(x, n):
    seen = []
    while len(seen) < n:
        if seen:
            x = x * 0.5
        seen.append(x)
    if not seen:
        return x
    return seen[-1] + len(seen)


def as_a_condition(x, n):
    path, other, s = [], [], 0.0
    for i in range(n):
        path.append(x * i)
        if (path and other == []) or not path:
            other.append(x)
        if other and path[-1][0] > 0.5:
            s = s + np.sum(path[-1] * other[0])
    a, *b = (s, s) if path and other else (x[0], x[1])
    return s, a, b


def unpacked(x, n):
    path = [x]
    for _ in range(n):
        path.append(path[-1] * np.sin(x))
    a, b = path
    return a * b * a


def begins_as_a_number(x, n):
    y = 0.0
    path = []
    for i in range(n):
        y = y + x[i % 2]
        path.append(y)
    return y, len(path), sum(path)


def integers_and_bools(x, n):
    k = ag.cast(x, "int64")
    found, signs = [], []
    for i in range(n):
        k = k * 2 + i
        found.append(k)
        signs.append(k[0] > 3)
    return found, signs, sum(signs)


def printed(x, n):
    path = []
    for i in range(n):
        x = x * 0.5
        path.append(x)
        print(len(path), path[0])
    print(path, f"{path}")
    return x


def indexed_by_the_run(x, n):
    """A list that does not grow."""
    layers = [x, np.sin(x), x * x]
    y = x
    for i in range(n):
        y = np.tanh(y * layers[i % 3]) + (x, y)[i % 2]
    return y


def of_a_list_argument(xs, n):
    ys = [xs[0]]
    for i in range(n):
        ys.append(ys[-1] * xs[1])
    return np.stack(ys)


def returned(x, n):
    path, pairs = [x], []
    for i in range(n):
        path.append(path[-1] * 0.5)
        pairs.append((i, path[-1], None))
    return path, pairs, {"all": [path, 3]}


c = ag.constant
X = c([0.7, 1.2])


def pops_where_it_gets_there(x, n):
    """Of a list with nothing in it an element is asked in some runs only."""
    items = []
    if n > 1:
        x = x * x + items.pop()
    return x


def in_a_list_and_a_number(x, n):
    """The name holds a number, or the tensor that is in the list."""
    items, y, s = [], 1.0, 0.0
    for i in range(n):
        z = x[i] * x[i]
        items.append(z)
        s = s + items[i] * 0.3
        y = 1.0 if i % 2 == 0 else z
        s = s * 0.5 + y * z
    return s + y


def path_of(x, n):
    path = []
    for i in range(n):
        path.append(x * i + 1.0)
    return path


def the_last_three(x, n):
    s = 0.0
    for v in path_of(x, n)[-3:]:
        s = s + v * v
    return s


def backwards_and_on(x, n):
    path = path_of(x, n)
    back = path[::-1]
    back.append(x)
    return np.stack(back) * np.stack(path[:1])[0]


def ends_of_slices(x, n):
    p = path_of(x, n)
    lengths = len(p[n - 2 : n + 5 : 2]), len(p[5:2]), len(p[-100:100]), len(p[3::-2])
    return lengths, len(p[-1:0:-1]), len(p[n:]), len(p[:-1]), x


def reversed_in_place(x, n):
    path = path_of(x, n)
    path.reverse()
    return path[0] - 2.0 * path[-1], np.stack(path[1:3])


def of_the_last_two(x, n):
    path = [x]
    for _ in range(n):
        s = 0.0
        for v in path[-2:]:
            s = s + v * 0.5
        path.append(s * x)
    return path[-1]


def a_window_of_what_it_has(x, n):
    path = []
    for i in range(n):
        s = 0.0
        for v in path[i // 2 :]:
            s = s + v
        for v in path[-n:i]:
            s = s + v * 0.5
        path.append(x * i + s)
    return path[-1] if n > 0 else x


def of_a_list_that_is_there(x, n):
    layers = [x, x * x, np.sin(x)]
    s = x
    for layer in layers[:n]:
        s = s * layer
    return s, len(layers[n:])


def a_window_that_moves(x, n):
    """The oldest leaves in front; both ends are read."""
    window, s = [], x * 0.0
    for i in range(n):
        window.append(np.sin(x) * i + s * 0.25)
        if len(window) > 2:
            s = s + window.pop(0) * window[-1]
        s = s + window[0]
    return s, len(window)


def in_order_of_arrival(x, n):
    """A queue with places: in front, in the middle, behind the last, by numbers of the run."""
    queue, s = [x], x * 0.0
    for i in range(n):
        queue.insert(0, x * i)
        queue.insert(i // 2, s + x)
        queue.insert(100, np.cos(x))
        queue.insert(-1, s * 0.5)
        if x[0] > i - 2.0:
            s = s + queue.pop(i) * queue.pop(-2)
    return s, np.stack(queue)


def sorted_while_it_grows(x, n):
    """Numbers and tensors, each put where it belongs."""
    found, names = [], []
    for i in range(n):
        v = np.sum(np.sin(x * i))
        at = 0
        while at < len(found) and found[at] < v:
            at += 1
        found.insert(at, v)
        names.insert(at, i)
    total = np.sum(x)
    for k, v in enumerate(found):
        total = total * 0.5 + v * k
    return total, names


def deleted_from_both_ends(x, n):
    items = [x, x * 2.0]
    s = x * 0.0
    for i in range(n):
        items.append(items[0] * 0.5 + s)
        items.append(x * i)
        s = s + items[1]
        del items[i % 2]
        if i > 1:
            del items[:1]
        if i > 2:
            del items[-1:]
    del items[0]
    return s, np.stack(items), len(items)


def a_number_or_a_tensor_is_appended(a, n):
    """And then more in a loop of its own, before it is known that it may be a number."""
    s, path = a * 1.0, [a]
    for i in range(n):
        path.append(s)
        for j in range(i):
            path.append(a * j)
        if s > 0.2:
            s = 2.0
    return s, sum(path), path[-1]


def numbers_stacked(x, n):
    """A plain array, as NumPy makes one; with a tensor a tensor."""
    items, ring = [], [0.5] * 3
    for i in range(n):
        items.append(0.5 * i)
        ring[i % 3] = ring[0] * 0.5
    return np.stack(items), np.stack(items) * x[0], np.stack(ring)[n % 3] * x


CASES = [
    *((numbers_stacked, (X, n)) for n in (1, 3)),
    *((a_number_or_a_tensor_is_appended, (c(a), n)) for a, n in ((0.3, 3), (0.1, 3), (0.1, 0))),
    *(
        (f, (X, n))
        for f in (
            *(a_window_that_moves, in_order_of_arrival),
            *(sorted_while_it_grows, deleted_from_both_ends),
        )
        for n in (0, 1, 4)
    ),
    *((f, (X, n)) for f in (a_window_of_what_it_has, of_a_list_that_is_there) for n in (0, 1, 3)),
    *((f, (X, n)) for f in (the_last_three, backwards_and_on, ends_of_slices) for n in (1, 5)),
    *((reversed_in_place, (X, n)) for n in (2, 4)),
    *((of_the_last_two, (X, n)) for n in (0, 3)),
    *((pops_where_it_gets_there, (X, n)) for n in (1, 2)),
    *((in_a_list_and_a_number, (X, n)) for n in (0, 1, 2)),
    *((path_of_a_recurrence, (X, n)) for n in (0, 1, 3)),
    *((used_after_it_is_appended, (X, n)) for n in (0, 1, 2, 3)),
    *((appended_a_step_later, (X, n)) for n in (0, 1, 3)),
    *((reads_what_it_has, (X, n)) for n in (1, 3, 5)),
    *((when_a_step_is_accepted, (X, c(t), n)) for t, n in ((0.1, 9), (0.01, 4), (1.0, 1))),
    *((in_either_branch, (c(x), 4)) for x in ([0.7, 1.2], [0.1, 0.8], [-0.4, 0.2])),
    *((from_one_list_to_another, (X, n)) for n in (1, 3)),
    *((list_in_a_list_of_loops, (X, n)) for n in (0, 3)),
    *((numbers, (n,)) for n in (0, 1, 20)),
    *((pairs, (X, n)) for n in (0, 3)),
    *((through_a_helper, (X, n)) for n in (0, 3)),
    *((in_an_object, (X, n)) for n in (0, 3)),
    *((a_stack_of_work, (X, n)) for n in (0, 2)),
    *((elements_assigned, (X, n)) for n in (0, 1, 3)),
    *((leaves_early, (c(x), n)) for x in ([0.7, 1.2], [2.0, 3.0]) for n in (0, 1, 7)),
    *((made_by_a_comprehension, (X, n)) for n in (0, 3)),
    *((copies, (X, n)) for n in (0, 2)),
    *((training, (X, n)) for n in (0, 3)),
    *((tape_around_a_list, (X, n)) for n in (0, 3)),
    *((many_elements, (X, n)) for n in (1, 40)),
    *((of_other_sizes, (X, n)) for n in (0, 3)),
    *((asks_how_many, (X, n)) for n in (0, 3)),
    *((as_a_condition, (X, n)) for n in (0, 3)),
    (unpacked, (X, 1)),
    *((begins_as_a_number, (X, n)) for n in (0, 3)),
    *((integers_and_bools, (c([1.0, 5.0]), n)) for n in (0, 3)),
    *((printed, (X, n)) for n in (0, 3)),
    *((indexed_by_the_run, (X, n)) for n in (0, 5)),
    (indexed_by_the_run, (c(np.array([0.7, 1.2], "float32")), 5)),
    (of_a_list_argument, ([X, X * 0.5], 3)),
]
VALUES_ONLY = [(returned, (X, n)) for n in (0, 3)]
