"""Loops, and the jumps out of them."""

from __future__ import annotations

from tests.identity.constructs.row import row

LOOPS = (
    row(
        "a range that goes down",
        """
        for i in range(2, -1, -1):
            s = s * 0.5 + x[i] * i
        """,
    ),
    row(
        "a step that only the run knows",
        """
        for i in range(3, -n, n - 4):
            s = s * 0.9 + i * x[i % 3]
        """,
    ),
    row(
        "a step of zero",
        """
        for i in range(0, 3, n - 2):
            s = s + x[i]
        """,
        raises="ValueError",
    ),
    row(
        "a bound changed in the body",
        """
        stop = n
        for i in range(stop):
            stop = stop + 1
            s = s + x[i % 3] * stop
        """,
    ),
    row(
        "arange",
        """
        for i in ag.arange(n):
            s = s * x[i % 3] + 0.1
        """,
    ),
    row(
        "elements",
        """
        for v in x:
            s = s * 0.5 + v * v
        """,
    ),
    row(
        "rows",
        """
        for line_ in np.outer(x, x * s):
            s = s * 0.3 + np.sum(line_ * x)
        """,
    ),
    row(
        "enumerate",
        """
        for i, v in enumerate(x, 1):
            s = s * 0.5 + i * v
        """,
    ),
    row(
        "zip",
        """
        for a, b in zip(x, x[::-1]):
            s = s * a + b
        """,
    ),
    row(
        "enumerate of zip",
        """
        for i, (a, b) in enumerate(zip(x, x * s)):
            s = s + a * b * i
        """,
    ),
    row(
        "zip with a range",
        """
        for i, v in zip(range(n), x):
            s = s * v + i
        """,
    ),
    row(
        "reversed rows",
        """
        for v in reversed(x):
            s = s * 0.5 + v
        """,
    ),
    row(
        "a reversed range",
        """
        for i in reversed(range(n)):
            s = s * 0.5 + x[i % 3]
        """,
    ),
    row(
        "items of a dict",
        """
        parts = {"a": x[0], "b": x[1] * s}
        for key, v in parts.items():
            s = s * v + TABLE.get(key, 0.2)
        """,
    ),
    row(
        "values of a dict",
        """
        for v in {"a": x[0], "b": x[1] * s}.values():
            s = s + v * v
        """,
    ),
    row(
        "a list of arrays",
        """
        for v in [x, x * s, x + 1.0]:
            s = s * 0.2 + np.sum(v * v)
        """,
    ),
    row(
        "a list of layers",
        """
        for layer in (np.sin, Line(0.4), line, lambda v: v * v):
            s = layer(s) + x[0]
        """,
    ),
    row(
        "while on data",
        """
        a = s * s + 1.0
        root = a
        while abs(root * root - a) > 1e-9:
            root = 0.5 * (root + a / root)
        s = s + root
        """,
    ),
    row(
        "else of a for",
        """
        for v in x:
            if v * s > 1.0:
                break
        else:
            s = s * 2.0
        s = s + v
        """,
    ),
    row(
        "else of a while",
        """
        tries = 0
        while abs(s) < 3.0:
            s = s * 2.0 + x[0]
            tries += 1
            if tries > n:
                break
        else:
            s = s - 0.5
        """,
    ),
    row(
        "break",
        """
        for i in range(n):
            s = s + x[i % 3]
            if s > 1.0:
                break
            s = s * 0.5
        """,
    ),
    row(
        "continue",
        """
        for v in x:
            if v < 0.0:
                continue
            s = s * v + 0.1
        """,
    ),
    row(
        "while True",
        """
        tries = 0
        while True:
            s = s * 0.5 + x[tries % 3]
            tries += 1
            if tries > n or s > 2.0:
                break
        """,
    ),
    row(
        "pairs",
        """
        for i in range(len(x)):
            for j in range(i):
                s = s + x[i] * x[j] * 0.1
        """,
    ),
    row(
        "break through finally",
        """
        for v in x:
            try:
                if v * s > 1.0:
                    break
                s = s + v
            finally:
                s = s * 0.9
        """,
    ),
    row(
        "break out of two",
        """
        for i in range(n):
            for v in x:
                if s * v > 1.5:
                    break
                s = s + 0.3 * v
            else:
                continue
            s = s * 0.5
            break
        """,
    ),
    row(
        "return from two loops",
        """
        for i in range(n):
            for v in x:
                s = s + 0.3 * v
                if s * v > 2.5:
                    return s * i
        """,
    ),
    row(
        "return under a condition",
        """
        if s * x[0] > 0.6:
            return s * 3.0
        s = s + x[0]
        """,
    ),
    row(
        "a name first bound in no step",
        """
        for i in range(n):
            last = x[i % 3] * s
        s = s + last
        """,
        raises="UnboundLocalError",
    ),
    row(
        "a name that the first step binds",
        """
        for i in range(n):
            if i > 0:
                fall = fall * x[i % 3]
            else:
                fall = s
        s = s + fall
        """,
        raises="UnboundLocalError",
    ),
    row(
        "the index after no step",
        """
        for i in range(n):
            s = s * x[i % 3]
        s = s + i
        """,
        raises="UnboundLocalError",
    ),
)
