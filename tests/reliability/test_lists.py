"""Lists that grow, and what Python itself would do with their elements: the errors of both modes, and what
compiled code refuses."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from tests.reliability.both import Fault, check_fault

GIVEN = {"x": ag.constant([1.0, 2.0, 3.0]), "n": 3}
GROWN = "s = []\nfor i in range(n):\n    s.append(x[i] * i)\n"
OBJECTS = "the elements of a list that grows in a loop become Python objects here"
AMONG = "the elements of a list that grows in a loop stand among other objects here"
INDEX = "list indices must be integers or slices, not"


def raised(body, error, message):
    return Fault("lists", GROWN + body, GIVEN, error, message)


def refused(body, message, before=GROWN):
    return Fault("lists", before + body, GIVEN, errors.ConversionError, message, refusal=True)


FAULTS = [
    raised("return s[n]", IndexError, "list index out of range"),
    raised("return s[-4]", IndexError, "list index out of range"),
    raised("s[n] = x[0]  # here\nreturn s", IndexError, "list assignment index out of range"),
    raised("return s[1.5]", TypeError, f"{INDEX} float"),
    raised("return s[n * 0.5]", TypeError, f"{INDEX} float"),
    raised("return s[np.sin(0.1 * n)]", TypeError, f"{INDEX} numpy.float64"),
    raised("return s['a']", TypeError, f"{INDEX} str"),
    raised("return s[1.5:]", TypeError, "slice indices must be integers or None"),
    raised("return s[: n * 0.5]", TypeError, "slice indices must be integers or None"),
    raised("return s[::0]", ValueError, "slice step cannot be zero"),
    refused("t = [x, x[0]]\nreturn t[:n]", "a slice, by numbers that only the run knows"),
    refused("return len(s[::n])", "the step of a slice of a list that grows is a number"),
    raised("s[n * 0.5] = x[0]  # here\nreturn s", TypeError, f"{INDEX} float"),
    raised("return s.pop(n)", IndexError, "pop index out of range"),
    raised("return s.pop(-4)", IndexError, "pop index out of range"),
    raised("t = [x]\nreturn t.pop(n)", IndexError, "pop index out of range"),
    raised("return s.pop('a')", TypeError, "'str' object cannot be interpreted as an integer"),
    raised("return s.pop(n * 0.5)", TypeError, "'float' object cannot be interpreted as an integer"),
    raised("s.insert(0.5, x[0])  # here\nreturn s", TypeError, "'float' object cannot be interpreted"),
    raised("del s[n]  # here\nreturn s", IndexError, "list assignment index out of range"),
    raised("del s[0.5]  # here\nreturn s", TypeError, f"{INDEX} float"),
    raised("t = []\ndel t[n]  # here\nreturn x", IndexError, "list assignment index out of range"),
    refused("t = [x, x[0]]\nt.insert(n, x)  # here\nreturn x", "a list whose elements are not of one dtype"),
    refused("del s[1:2]  # here\nreturn s", "a slice of a list that grows in a loop is deleted"),
    raised("a, b = s  # here\nreturn a", ValueError, "too many values to unpack (expected 2)"),
    raised("a, b, c, d = s  # here\nreturn a", ValueError, "not enough values to unpack (expected 4, got 3)"),
    raised("s.append(x)\nreturn s.foo", AttributeError, "'list' object has no attribute 'foo'"),
    *(refused(f"return {body}", OBJECTS) for body in (
        "sorted(s)", "list(reversed(s))", "list(zip(s, s))", "list(enumerate(s))", "list(map(abs, s))",
    )),
    refused("match s:\n    case [a, *b]:  # here\n        return a", OBJECTS),
    *(refused(f"t = {body}\nreturn len(t)", AMONG) for body in (
        "[x[0]] + s", "s * 2", "[x[0], *s]", "(*s, 1)",
    )),
    refused("t = [x[0]] + s\nreturn t[-1]", AMONG),
    refused("t = [x[0]] + s\nt[0] = x[1]  # here\nreturn t", AMONG),
    refused("t = [x[0]] + s\nt.reverse()  # here\nreturn t", AMONG),
    refused("t = [x[0]] + s\nt += [x[0]]  # here\nreturn t", AMONG),
    refused("t = [x[0]] + s\nreturn x if t == [x[0]] else -x", AMONG),
    refused("t = (*s,)\nreturn x if t else -x", AMONG),
    refused("for v in [x[0], *s]:  # here\n    x = x * v\nreturn x", AMONG),
    refused("return max(*s)", "a list that grows in a loop is spread into arguments"),
    refused("a, *b = s  # here\nreturn a", "a starred name takes as many elements of a list that grows"),
    refused("return {*s}", "this list grows in a loop, and only the run knows what is in it"),
    refused("return x if s == [x[0]] else -x", "a list that grows in a loop is compared"),
    refused("return np.stack(s, out=None)", "stack of a list that grows in a loop takes the list and an axis"),
    refused("return np.stack(s)", "np.stack needs tensors in a list that grows",
            "s = []\nfor i in range(n):\n    s.append((x, i))\n"),
    refused("s[-1] = x  # here\nreturn s", "an element of this list is a float64 tensor, and a"),
    refused("s.append('a')\nreturn s[0]", "an element of this list is"),
]  # fmt: skip


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


def test_a_list_of_tensors_that_is_returned_under_a_tape_is_refused():
    @ag.function
    def path_of(x, n):
        path = [x]
        for _ in range(n):
            path.append(path[-1] * x)
        return path

    x = ag.constant([1.0, 2.0])
    assert [y.numpy().tolist() for y in path_of(x, 1)] == [[1.0, 2.0], [1.0, 4.0]]
    with ag.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(
            errors.ConversionError, match=r"find its way back; return np.stack\(items\)"
        ):
            path_of(x, 1)


def test_a_third_derivative_from_outside_is_refused():
    @ag.function
    def total(x, n):
        path = [x]
        for _ in range(n):
            path.append(path[-1] * np.sin(path[0]))
        return np.sum(np.stack(path))

    third = ag.grad(ag.grad(ag.grad(total)))
    with pytest.raises(errors.ConversionError, match="is differentiated three times from outside"):
        third(ag.constant(0.5), 2)
