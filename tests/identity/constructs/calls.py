"""Calls of all kinds, and Python's builtins."""

from __future__ import annotations

from tests.identity.constructs.row import row

CALLS = (
    row("a helper", "s = damped(s, x[0], x[1] * s)"),
    row("keywords", "s = damped(s, x[0], rate=x[1], gain=s)"),
    row("arguments from a list", "s = damped(*[s, x[0]], **{'rate': 0.2, 'gain': x[1]})"),
    row("keyword-only", "s = keyword_only(s) + keyword_only(s, power=3)"),
    row(
        "methods",
        """
        w = Walker.at_rest(s).move(0.1)
        w.speed = w.speed + x[0]
        s = w.move(0.5).place + Walker.halved(s)
        """,
    ),
    row("a property", "s = s + Walker(s, x[0]).energy"),
    row("__call__", "s = line(s) + Line(x[0])(s)"),
    row(
        "a closure",
        """
        def force(v, k=x[0]):
            if v > 0.5:
                return -k * v
            return v * s

        s = s + force(s) + force(x[1], 2.0)
        """,
    ),
    row(
        "a lambda of what a loop assigns",
        """
        v = s
        if s < 0.5:
            v = v * x[0]
        else:
            scaled = lambda z: z * v
            s = scaled(s)
            for v in x:
                s = s + 0.1 * v
        """,
    ),
    row("lambdas on a line", "f, g = (lambda v: v * s), (lambda v, k=2.0: v + k)\ns = f(g(x[0]))"),
    row(
        "functions as values",
        """
        f, forces = np.sin, {"spring": line, "none": lambda v: 0.0 * v}
        s = f(s) + forces["spring"](s) + forces["none"](x[0])
        """,
    ),
    row("partial", "s = tripled(s, x[0]) + functools.partial(damped, s)(x[1])"),
    row("a wrapped function", "s = clipped(s) * clipped(v=x[0])"),
    row("a helper with a loop that returns", "s = s + first_above(x * s, 0.3)"),
    row("a gradient", "s = s - 0.1 * ag.grad(lambda v: np.sin(v) * x[0] * v)(s)"),
    row("recursion on an int", "s = power(s, 3) + power(x[0], 2)"),
    row("recursion that the run ends", "s = s + 0.5 * power(s * x[1], n)"),
    row(
        "recursion of a function inside",
        """
        def halved(v, k):
            return v if k <= 0 else 0.5 * halved(v, k - 1) + s

        s = halved(x[0], n)
        """,
    ),
    row(
        "a variable",
        """
        RATE.assign(RATE * s)
        s = s + RATE * x[0]
        """,
    ),
)
BUILTINS = (
    row("abs", "s = abs(s) - abs(x[0] * s)"),
    row("min and max of two", "s = min(s, x[0]) * max(s * x[1], x[2], 0.1)"),
    row("min and max of rows", "s = s + min(x) * max(x * s)"),
    row("max with a key", "s = s * max(x, key=lambda v: -v * v)"),
    row("max of a generator", "s = s + max(v * s for v in x)"),
    row("sum", "s = s + sum(x) * sum(x * s, 0.5)"),
    row("sum of a generator", "s = s + sum(v * v * s for v in x if v > 0.0)"),
    row("any and all", "s = s + x[0] if any(x > 1.0) and all(v > -5.0 for v in x) else s * 0.5"),
    row("len", "s = s * len(x) + len([s, n])"),
    row("round", "s = round(s, 1) + round(x[0]) * s"),
    row("int, float, bool", "s = s + int(n) + float(n) * 0.5 + bool(n) + int(2.7)"),
    row(
        "divmod",
        "q, r = divmod(s, 0.3)\ns = q * 0.1 + r * x[0]\nq, r = divmod(n, 2)\ns = s + q - r",
    ),
    row("pow", "s = pow(abs(s), 1.5) + pow(s, 2) * pow(n, 2)"),
    row("sorted", "a, b = sorted([s, x[0]])\ns = a * 2.0 - b"),
    row("map", "s = s + sum(map(lambda v: v * s, [x[0], x[1]]))"),
    row("filter", "s = s + sum(filter(lambda k: k > 1, (1, 2, 3))) * x[0]"),
    row(
        "isinstance", "s = s * x[0] if isinstance(s, ag.Tensor) and isinstance(n, int) else s + 1.0"
    ),
    row("a comprehension", "s = s + sum([v * s for v in (x[0], x[1])])"),
    row("a dict comprehension", "d = {k: x[k] * s for k in (0, 2)}\ns = s + d[0] * d[2]"),
    row("print", 'print("at", n, s, x)\nag.print("or", s)\ns = s * x[0]'),
    row("f-strings", "print(f'{s:.3f} {x} {n:3d} {s > 0.5}')\ns = s * x[0]"),
    row("formats", "print('%s and %d' % (s, n), '{:>8.3f}'.format(x[0]), str(s))\ns = s * x[0]"),
    row("math", "s = s * math.sin(0.1 * n) + math.sqrt(n) * math.pi"),
)
