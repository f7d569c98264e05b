"""Assignments, changes in place, and what loops and branches carry."""

from __future__ import annotations

from tests.identity.constructs.row import row

ASSIGNMENTS = (
    row(
        "tuples",
        """
        a, b = s, x[0]
        for _ in range(n):
            a, b = b, a * 0.5 + b
        (a, [b, c]), d = (a, (b, 2.0)), x[2]
        s = a * b + c * d
        """,
    ),
    row(
        "starred targets",
        """
        first, *rest = s, x[0], x[1], n
        *_, last = rest
        s = first * rest[0] + len(rest) * rest[1] - last
        """,
    ),
    row("several targets", "y = s = s * x[0] + 0.1\ns = s * y"),
    row(
        "attributes",
        """
        for _ in range(n):
            w.place = w.place + 0.1 * w.speed
            w.speed -= 0.1 * w.place
        s = s + w.place * w.speed
        """,
        before="w = Walker(s, x[0])",
    ),
    row(
        "an element",
        """
        y[n % 3] = s * s
        y[0] *= x[1]
        s = s + np.sum(y * x)
        """,
        before="y = x.copy()",
    ),
    row(
        "a row",
        """
        for i in range(n):
            m[i % 3, :] += s * x
            m[:, 0] = x * s
        s = s * 0.1 + np.sum(m)
        """,
        before="m = np.outer(x, x)",
    ),
    row(
        "slices that only the run knows",
        """
        y[:n] += s
        y[n:] *= 0.5
        s = s * 0.5 + np.sum(y[n - 1 :]) * x.size
        """,
        before="y = x * s",
    ),
    row(
        "a mask",
        """
        y[y < s] = 0.0
        y[x > 0.0] += 0.2
        s = s * 0.5 + np.sum(y * x)
        """,
        before="y = x * s",
    ),
    row(
        "a view",
        """
        y = x * s
        tail = y[1:]
        tail[0] = s
        tail += 1.0
        s = s + np.sum(y) * 0.1
        """,
    ),
    row(
        "in place under two names",
        """
        z = y
        y += 0.1 * x
        s = s + np.sum(z)
        """,
        before="y = x * s",
    ),
    row(
        "operators in place",
        """
        s += x[0]
        s *= 1.1
        s -= n
        s /= 2.0
        s **= 2
        s %= 3.0
        s //= 0.1
        s = s + x[1] * x[0]
        """,
    ),
    row(
        "items of a dict in place",
        """
        d["a"] = d["a"] * x[0] + s
        for key in d:
            d[key] *= 0.5
        s = s + d["a"] * d["b"]
        """,
        before='d = {"a": s, "b": x[1]}',
    ),
    row(
        "items of a list in place",
        """
        for _ in range(n):
            line_[0] = line_[1] * 0.5
            line_[-1] += line_[0]
        s = s * 0.5 + line_[0] * line_[1]
        """,
        before="line_ = [s, x[0]]",
    ),
    row(
        "nonlocal",
        """
        def add(v):
            nonlocal total
            total = total + v
            return total

        for i in range(n):
            s = s * 0.5 + add(x[i % 3])
        s = s + total
        """,
        before="total = 0.0",
    ),
    row(
        "global",
        """
        COUNT += n
        TOTAL = TOTAL + s * x[0]
        s = s + TOTAL * COUNT
        """,
        before="global COUNT, TOTAL",
    ),
    row(
        "del",
        """
        y = s * x[0]
        s = s + y
        del y
        """,
    ),
    row(
        "del, then read",
        """
        y = s * x[0]
        if s > 0.5:
            del y
        s = s + y
        """,
        raises="UnboundLocalError",
    ),
    row(
        "an annotation",
        """
        y: float = s * x[0]
        s = s + y
        """,
    ),
)
STATE = (
    row(
        "a tuple",
        """
        p = p[1], p[0] * 0.5 + x[0]
        s = s + p[0] * p[1]
        """,
        before="p = s, x[1]",
    ),
    row(
        "a dict",
        """
        p = {"u": p["v"], "v": p["u"] * 0.5 + s}
        s = s + p["u"] * p["v"]
        """,
        before='p = {"u": s, "v": x[1]}',
    ),
    row(
        "a list",
        """
        p = [p[1] * s, p[0]]
        s = s * 0.5 + np.sum(p[0])
        """,
        before="p = [x, x * s]",
    ),
    row(
        "a named tuple",
        """
        p = Point(p.place + 0.1 * p.speed, p.speed - 0.1 * p.place)
        p = p._replace(speed=p.speed * x[0])
        s = s * p.place + p.speed
        """,
        before="p = Point(s, x[1])",
    ),
    row(
        "a dataclass",
        """
        w = Walker(w.place + 0.1 * w.speed, w.energy)
        w = dataclasses.replace(w, speed=w.speed * x[0])
        s = s * w.place + w.energy
        """,
        before="w = Walker(s, x[1])",
    ),
    row(
        "nested containers",
        """
        p = {"w": (p["w"][1], p["w"][0] * s), "n": [p["n"][0] + 1]}
        s = s * 0.5 + p["w"][0] * p["n"][0]
        """,
        before='p = {"w": (s, x[1]), "n": [n]}',
    ),
    row(
        "None, then a value",
        """
        s = s * 0.5 if before_ is None else s + before_
        before_ = s * x[0]
        """,
        before="before_ = None",
    ),
    row(
        "an int, then a tensor",
        """
        total = total + s * x[0]
        s = s * 0.5 + total
        """,
        before="total = 0",
    ),
    row(
        "a bool",
        """
        moved = moved or s > 0.8
        s = s + x[0] if moved else s * 1.2
        """,
        before="moved = False",
    ),
    row(
        "a Python float",
        """
        h = h * 0.5 + n
        s = s * h + h**2
        """,
        before="h = 0.3",
    ),
    row(
        "a string",
        """
        name = "high" if s > 0.5 else "low"
        print(name, f"{name}: {s:.3f}")
        s = s * x[0]
        """,
        before='name = "none"',
    ),
)
