"""What happens only where a program gets there: `raise`, `assert`, texts of values, Python's print."""

from __future__ import annotations

import sys
from collections import namedtuple

import numpy as np

import autograph_lite as ag

c = ag.constant
TOTAL = ag.Variable(0.5, dtype="float64", name="total")
OUTSIDE = ValueError("made outside")
PLAIN = np.array([1.0, 2.0])
Pair = namedtuple("Pair", "a b")


class Beyond(ArithmeticError):
    """An exception of the user's, with a constructor of its own."""

    def __init__(self, value, limit=3):
        super().__init__(f"{value} is beyond {limit}")
        self.value = value


class Shown:
    """An object with a text of its own."""

    def __init__(self, part):
        self.part = part

    def __repr__(self):
        return f"Shown({self.part!r})"

    def __format__(self, spec):
        return f"<{self.part:{spec or '.1f'}}>"


FIRST = Shown(0.25)

# --- raise and assert ---


def raises(x):
    if x[0] < 0:
        raise ValueError("negative")
    return x * x


def raises_in_for(x):
    s = 0.0
    for i in range(3):
        if x[i] < 0:
            raise Beyond(x[i], limit=i)
        s = s + x[i] * x[i]
    return s


def raises_in_while(x):
    n = 0
    while np.sum(x * x) > 0.1:
        x = x * 0.5
        n = n + 1
        if n > 2:
            raise RuntimeError(f"after {n} steps: {x} {TOTAL}")
    return x


def raises_deep_inside(x):
    s = x[0]
    for i in range(2):
        j = 0
        while j < 3:
            if x[j] > 0:
                s = s * x[j]
                if x[j] > 1.5:
                    raise KeyError(f"{i},{j}", x)
            j += 1
    return s


def one_arm_goes_on(x):
    """What a name holds after the branch is what it holds after the arm that comes to its end."""
    y, z = None, "nothing"
    if x[0] > 0:
        y, z = x * 2, [x]
    elif x[1] < 1:
        y, z = x * 3, [x * x]
    else:
        raise TypeError
    return y * y * z[0]


def nothing_goes_on(x):
    TOTAL.assign_add(1.0)
    ag.print("before", x)
    if x[0] > 0:
        raise TypeError("a", 1)
    else:
        raise ValueError("b") from KeyError(f"{x}")


def always(x):
    TOTAL.assign(TOTAL * 2.0)
    print("before", x)
    raise ValueError(f"always {x}")


def finds(x):
    for i in range(3):
        if x[i] > 1:
            return x * x[i]
    raise LookupError(f"none of {x} is above {1}")


def every_step(x):
    while x[0] < 0.4:
        raise ValueError("while")
    for i in range(2):
        x = x * 2
        raise ValueError(f"in step {i}: {x}")
    return x


def scaled(x, mode):
    if mode == "twice":
        return x * 2
    raise ValueError(f"bad mode {mode!r}")


def in_a_helper(x):
    """Only the run knows which call is reached; one of them raises whatever it is given."""
    if x[1] > 0:
        y = scaled(x, "twice")
    else:
        y = scaled(x, "thrice")
    return y * (scaled(x, "twice") if x[0] > 0 else scaled(x, None))


def error_of(x):
    return Beyond(x)


def made_by_a_function(x):
    if x[0] > 0:
        raise error_of(x) from None
    return x


def made_before(x):
    error = ValueError(f"{x}", 3)
    x[0] = 7.0
    if x[1] < 0:
        raise error
    return x * x


def made_outside(x):
    if x[0] > 0:
        raise OUTSIDE
    return x * x


def no_exception(x):
    if x[0] > 0:
        raise x
    return x * x


def asserts(x):
    assert np.all(x < 10)
    for i in range(3):
        assert x[i] > -1, f"x[{i}] = {x[i]:+.2e}"
    return x * x


def asserts_in_while(x):
    n = 0
    while n < 3:
        assert x[n] < 1.5 and n < 3, (n, x[n])
        n += 1
    return x * x


def after_writes(x):
    y = x * 1.0
    for i in range(3):
        print(i, x)
        x[i] = x[i] * 2
        TOTAL.assign_add(0.5 + i)
        if x[i] < -1:
            raise Beyond(TOTAL, limit=x)
    return y * x


def with_a_gradient(x):
    with ag.GradientTape() as tape:
        tape.watch(x)
        y = np.sum(x * x)
        if y > 4:
            raise ValueError(f"{y:.3f}")
    g = tape.gradient(y, x)
    TOTAL.assign_add(0.5)
    assert g[1] < 0.5, g
    return y


def wrong_format(x):
    """What the text of a value raises is raised where the program gets there."""
    if x[0] > 0:
        print(f"{x[0]:d}")
    return x * x


# --- texts ---


def texts_at_the_top(x):
    s = "a" + f"{x[0]}" + "b"
    s += "c"
    more = [s, str(x[1]), "z"]
    return s, ", ".join(more), f"{x} {x[0]:.1f} {x!r} {x[0]}", f"{PLAIN}", s


def builtins_of_texts(x):
    return format(x[0], ".3e"), format(x), ascii(x), str(x), {"r": repr(x), "v": repr(TOTAL)}


def percents(x):
    y = ag.stop_gradient(x)
    print("%s|%5.3f|%d|%r" % (x, y[0], y[1], x))
    return "%(a)s" % {"a": x}, x * x


def percents_of_what_a_tape_follows(x):
    """Where % asks for a number, as float() does, the gradient would be lost."""
    return "%d and %.1f" % (x[0], x[1])


def specs(x):
    w, k = 3, abs(int(ag.stop_gradient(x[2])))
    return f"{x[0]:{w}.{w}f}|{x[0]:10.{k}f}|{k:>{k}}|{k:03d}|{x[0]!r:>40}|{x!s}|{w}"


def of_containers(x):
    return f"{[x, None, 'a', 1.5, True]} {(x,)} {Pair(x, 1)} {dict(a=x)}"


def of_objects(x):
    p = Shown(x[0])
    return f"{p} {p:.3e} {p!r} {FIRST} {FIRST!r}", str(p), repr([FIRST])


def of_numbers(x, n, b, q):
    print(n, b, q, n + 1, q / 2, 2**70)
    return f"{n:05d} {b} {q:.3g} {n!r} {b!r}", "%d %s %r %5.1f" % (n, b, q, q)


def before_it_is_written(x):
    """A text shows what was there where it stands."""
    s = f"{x}"
    x[0] = 5.0
    TOTAL.assign(9.0)
    t = f"{TOTAL}{x}"
    TOTAL.assign(2.0)
    print(s, t, TOTAL)
    return s + t


def one_text_of_other_values(x):
    if x[0] > 0:
        s = f"x is {x[1]}"
    else:
        s = f"x is {x[0]}"
    t = f"{x}"
    for _ in range(3):
        x = x * 2
        t = f"{x}"
    return s, t, x


def one_of_several_texts(x):
    s = f"both {x[1]}" if x[0] > 0 else "none"
    if x[1] > 0:
        s = f"only {x}"
    if x[2] > 0:
        t = "third" if x[1] > 1 else s
    else:
        t = s = "second"
    if x[0] < -0.45:
        raise ValueError(s)
    return s, t, x * x


def text_of_a_step(x):
    """In a step that finds nothing a text stays what it was, and so does what stands beside it."""
    best, n = ("none", x * 0.0, 0.0), 0
    for i in range(3):
        if x[i] > best[1][0]:
            best = (f"step {i} {x[i]:.2f}", x * i, x[i])
    s = "start"
    while n < 4:
        if n == 2:
            s = f"{n} {best[0]}"
        else:
            print(s)
            s = "%s!" % n
        n += 1
    return best, s


def number_or_tensor(x):
    y, s = None, 0.5
    if x[0] > 1:
        y = x[0]
    if x[1] > 0:
        s = x[1]
    print(y, s, f"{y} {s}")
    return x * x


# --- print ---


def prints(x):
    for i in range(2):
        print(i, x[i], x, TOTAL, [x, i], (i,), {"a": x}, None, "b", sep="|", end="!\n")
        ag.print("second", i)
        print("on the other stream", x[0], file=sys.stderr, flush=True)
        print()
        print("static", FIRST, file=sys.stdout)
    return x * x


def prints_in_while(x):
    while x[0] < 10:
        print(f"x is {x[0]:8.3f}", end=" ")
        if x[0] > 2 or x[0] < 0:
            print("large", sep=None)
        else:
            print("small", x.shape, len(x), x.dtype)
        x = x * 2 if x[0] > 0 else x + 8
    return x


BOTH = (c([0.5, -1.2, 2.0]), c([-0.5, 1.2, -2.0]))
SMALL = (c([0.3, 0.2, 0.1]), c([1.5, 0.3, 1.0]), c([-0.3, -0.2, 0.4]))
RAISING = (raises, raises_in_for, raises_in_while, raises_deep_inside, one_arm_goes_on, finds)
ENDING = (nothing_goes_on, always, every_step, in_a_helper, made_by_a_function, made_before)
OTHERS = (made_outside, no_exception, asserts, asserts_in_while, after_writes, with_a_gradient)
TEXTS = (texts_at_the_top, builtins_of_texts, specs, of_containers, of_objects, percents)
LOST = (percents_of_what_a_tape_follows, wrong_format)
PRINTS = (before_it_is_written, one_text_of_other_values, number_or_tensor, prints, prints_in_while)
CHOICES = (one_of_several_texts, text_of_a_step)
CASES = [
    *((program, (x,)) for program in (*RAISING, *ENDING, *OTHERS) for x in (*BOTH, *SMALL)),
    *((program, (x,)) for program in CHOICES for x in (*BOTH, *SMALL)),
    *((program, (x,)) for program in (*TEXTS, *PRINTS, *LOST) for x in BOTH),
    (of_numbers, (SMALL[0], 3, True, 0.25)),
]
RAISES = {
    "percents_of_what_a_tape_follows": 2,
    "raises": 2,
    "raises_in_for": 3,
    "raises_in_while": 3,
    "raises_deep_inside": 1,
    "one_arm_goes_on": 1,
    "finds": 2,
    "nothing_goes_on": 5,
    "always": 5,
    "every_step": 5,
    "in_a_helper": 3,
    "made_by_a_function": 3,
    "made_before": 2,
    "made_outside": 3,
    "no_exception": 3,
    "asserts": 2,
    "asserts_in_while": 2,
    "after_writes": 2,
    "with_a_gradient": 3,
    "one_of_several_texts": 1,
    "wrong_format": 1,
}
"""How many of its cases raise."""
