"""Loops over plain arrays: their numbers, which are NumPy's scalars, and their rows."""

import math

import numpy as np

import autograph_lite as ag

NUMBERS = np.array([1.0, -1.0, 0.5, 0.2])
LABELS = np.array([0, 2, 1, 1])
SIGNS = np.array([True, False, True, True])
DATA = np.array([[0.1, 0.2, 0.3], [1.0, -0.4, 0.5], [0.7, 0.8, -0.9], [0.3, 0.3, 0.1]])
BLOCKS = DATA.reshape(2, 2, 3) * 1.5
SINGLE = DATA.astype("float32")
COUNTS = np.arange(12, dtype="int32").reshape(4, 3)


# --- numbers ---


def over_numbers(x):
    s = 0.0
    for y in NUMBERS:
        s = s + (y - x[0]) ** 2 * y
    return s


def over_numbers_alone(x):
    """NumPy's arithmetic of scalars, until they meet a tensor."""
    s = 0.0
    for y in NUMBERS:
        s = s + y * y / 3.0 + np.exp(y) - math.sin(y)
    return s * x


def counted_numbers(x):
    s = x * 0.0
    for i, (y, label) in enumerate(zip(NUMBERS, LABELS, strict=True)):
        s = s + y * x[label] * i
    return s


def by_labels(x):
    s = 0.0
    for label in LABELS:
        if label == 2:
            s = s + x[label]
        elif label in (0, 1):
            s = s * x[int(label) + 1] + label
    return s


def by_signs(x):
    s = x
    for sign in SIGNS:
        s = s * 1.5 if sign else -s
    return s


def over_what_numpy_makes(x):
    s = x * 0.0
    for t in np.linspace(0.0, 1.0, 5):
        for k in np.arange(3):
            s = s + t * x * k
    return s


def numbers_backwards(x):
    s = x[0]
    for y in reversed(NUMBERS):
        s = s * y + x[1]
    return s


def numbers_from_the_host(x, h):
    s = x * 0.0
    for t in np.linspace(0.0, h, 4):
        s = s + np.sin(t) * x
    return s


def over_local(x):
    s = 0.0
    for w in np.array([0.5, 0.25, 2.0]):
        s = s + w * np.sum(x)
    return s


# --- rows ---


def over_rows(x):
    s = 0.0
    for row in DATA:
        s = s + np.sum((row - x) ** 2)
    return s


def regression(x):
    loss = 0.0
    for row, y in zip(DATA, NUMBERS, strict=True):
        loss = loss + (row @ x - y) ** 2
        loss = loss + abs(x @ row)
    return loss


def picked_by_the_counter(x):
    s = 0.0
    for i in range(len(DATA)):
        row = DATA[i]
        s = s + row[1] * x[0] + row[-1] + len(row) * row.shape[0] + DATA[i, 2] * x[1]
        for e in row[:2]:
            s = s + e * x[1]
    return s


def nearest(x):
    best = None
    for row in DATA:
        distance = np.sum((row - x) ** 2)
        if best is None or distance < best:
            best, who = distance, row
    return best, np.sum(who * x)


def row_before(x):
    before, s = DATA[0], 0.0
    for row in DATA[1:]:
        s = s + np.sum((row - x) * x) + np.sum(before * x)
        before = row
    return s + np.sum(before * x)


def row_after_the_loop(x):
    for row in DATA:
        continue
    return np.sum(row * x)


def rows_of_rows(x):
    s = 0.0
    for block in BLOCKS:
        for row in block:
            s = s + np.sum(row * x) * block.ndim
        s = s + np.sum(block[0] * x + x * block[:, 1][0])
    return s


def rows_with_rows(x):
    s = x * 0.0
    for p in DATA:
        for q in DATA:
            s = s + (p * x) * (q * x)
    return s


def in_functions_of_numpy(x):
    w = x * 1.0
    for row in DATA:
        w = np.where(row > 0.2 * x, w * row, w) + np.maximum(row, x)
        w = w + np.stack([row, x])[0] + np.concatenate([row, x])[:3]
    return w


def put_into_a_tensor(x):
    m = ag.zeros((4, 3))
    for i, row in enumerate(DATA):
        m[i] = row
    return m * x


def appended(x):
    rows, products = [], []
    for row in DATA:
        rows.append(row)
        products.append(row * x)
    return np.stack(rows) * x, np.stack(products)


def in_a_comprehension(x):
    return np.sum(np.stack([np.sum(row * x) for row in DATA]))


def rows_in_a_while(x):
    s, n = x * 0.0, 0
    for row in DATA:
        while n < len(row) and row[n] < 0.5:
            s = s + x * row
            n += 1
    return s, n


def rows_in_a_helper(x):
    def step(row, s):
        return s + row * x

    s = x * 0.0
    for row in DATA:
        s = step(row, s)
    return s


def rows_of_other_dtypes(x):
    s = x * 0.0
    for row, counts in zip(SINGLE, COUNTS, strict=True):
        s = s + row * x + counts
    return s


def returned(x):
    for row in DATA:
        if row[0] > 0.6:
            break
    return row, x


def as_an_object(x):
    s = 0.0
    for row in DATA:
        if isinstance(row, np.ndarray) and row.dtype == np.float64:
            s = s + ag.numpy.sum(row) * x[0] + row.size
    return s


PROGRAMS = (
    over_numbers,
    over_numbers_alone,
    counted_numbers,
    by_labels,
    by_signs,
    over_what_numpy_makes,
    numbers_backwards,
    over_local,
    over_rows,
    regression,
    picked_by_the_counter,
    nearest,
    row_before,
    row_after_the_loop,
    rows_of_rows,
    rows_with_rows,
    in_functions_of_numpy,
    put_into_a_tensor,
    appended,
    in_a_comprehension,
    rows_in_a_while,
    rows_in_a_helper,
    rows_of_other_dtypes,
    returned,
    as_an_object,
)
X = ag.constant([0.3, 0.4, -0.5])
CASES = [
    *((f, (X,)) for f in PROGRAMS),
    *((numbers_from_the_host, (X, h)) for h in (0.5, 2.0)),
]
