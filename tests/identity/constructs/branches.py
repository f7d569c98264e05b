"""Branches, conditions, contexts, and what stops a program."""

from __future__ import annotations

from tests.identity.constructs.row import row

BRANCHES = (
    row(
        "if, elif, else",
        """
        if s > 1.0:
            y = s * s
        elif x[0] > 0.0:
            y = s * x[0]
        else:
            y = np.sin(s)
        s = s - y
        """,
    ),
    row(
        "a name bound in one arm",
        """
        if s > 0.5:
            y = s * s
        s = s + y
        """,
        raises="UnboundLocalError",
    ),
    row(
        "a name read before it is bound",
        """
        print("step", n)
        if s > 0.8:
            s = s * late
        late = s * x[0]
        s = s + late
        """,
        raises="UnboundLocalError",
    ),
    row("ternary", "s = s * x[0] if s > 0.5 else s * s if n > 1 else x[1] - s"),
    row(
        "and, or, not",
        """
        if not s > 2.0 and (x[0] > 0.0 or s * x[1] > 0.5):
            s = s * x[1]
        """,
    ),
    row(
        "laziness of and",
        """
        if n > 0 and x[0] / n > 0.1:
            s = s * x[0] / n
        """,
    ),
    row("the value of or", "s = s * (n or x[0])"),
    row("the value of and", "s = s * (n and x[0])"),
    row(
        "chained comparisons",
        """
        if -1.0 < s * x[0] <= 0.9 != n:
            s = s + 0.4
        """,
    ),
    row(
        "in",
        """
        if n in (1, 3) or n not in range(3):
            s = s * x[0]
        if 2.0 in x:
            s = s + x[1]
        """,
    ),
    row(
        "is None",
        """
        best = None
        for v in x:
            if best is None or v * s > best:
                best = v * s
        s = s + best
        """,
    ),
    row(
        "None or a tensor",
        """
        found = None
        for v in x:
            if v > s:
                found = v
                break
        s = s * 0.5 if found is None else s + found
        """,
    ),
    row(
        "match on a value",
        """
        match n:
            case 0:
                s = s + x[0]
            case 1 | 2:
                s = s * x[1]
            case k if k > 2:
                s = s * k
        """,
    ),
    row(
        "match on a tensor",
        """
        match ag.cast(s * 2.0, "int64"):
            case 0:
                s = s + x[0]
            case 1:
                s = s * x[1]
            case _:
                s = s - 0.3
        """,
    ),
    row(
        "match on a sequence",
        """
        match (s, n):
            case (v, 0):
                s = v * x[0]
            case (v, k):
                s = v * x[1] + k
        """,
    ),
    row(
        "match on a class and a mapping",
        """
        for item in (Walker(s, x[0]), {"speed": x[1]}):
            match item:
                case Walker(place=p, speed=v):
                    s = p + v
                case {"speed": v}:
                    s = s * v
        """,
    ),
    row(
        "walrus",
        """
        if (y := s * x[0]) > 0.5:
            s = s + y
        s = s * y
        """,
    ),
    row(
        "walrus in a test",
        """
        tries = 0
        while (gap := abs(s - x[0])) > 0.1 and (tries := tries + 1) < 5:
            s = s - 0.5 * gap
        s = s + gap
        """,
    ),
    row(
        "raise",
        """
        if s > 0.8:
            raise ValueError(f"too large: {s:.3f} at {n}")
        s = s * x[0]
        """,
        raises="ValueError",
    ),
    row(
        "assert",
        """
        assert s * x[0] < 0.4, "left the domain"
        s = s + x[0]
        """,
        raises="AssertionError",
    ),
    row(
        "try and finally",
        """
        try:
            s = s * x[0]
            if s > 0.3:
                return s
        finally:
            RATE.assign_add(0.1)
        s = s * RATE
        """,
    ),
    row(
        "with",
        """
        with Counting() as h, contextlib.nullcontext():
            s = s * x[0] + h
        """,
    ),
    row(
        "a tape",
        """
        with ag.GradientTape() as tape:
            tape.watch(s)
            y = np.sin(s) * x[0]
        s = s - 0.1 * tape.gradient(y, s)
        """,
    ),
)
