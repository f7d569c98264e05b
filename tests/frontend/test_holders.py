"""Objects that loops and branches change in place: what is refused, with the line, and what is not."""

import pytest

import autograph_lite as ag
from autograph_lite import errors
from tests.reliability.both import Fault, Result, check_fault, check_result

X = ag.constant([1.0, 2.0, 3.0])
SEVERAL = "of what is one of several objects, as the run decides; take a copy before: list(...)"

HELD = "assignment to the attribute 'held' of what is one of several objects, as the run decides; take a copy"
PICKED = "assignment to an element of what another name may be bound to as well, as the run decides"
WRITTEN = "a tensor is written into that may be in a list that grows"


class Held:
    def __init__(self, held):
        self.held = held


def refused(body, message, **given):
    given = {"x": X, "n": 3, **given}
    return Fault("holders", body, given, errors.ConversionError, message, refusal=True)


FAULTS = [
    refused("s = [x, x]\nfor i in range(n):\n    s = [s[1], s[0]]\ns[0] = x  # here\nreturn s",
            f"assignment to an element {SEVERAL}"),
    refused("s = [x, x]\nm = s\nif x[0] > 1:\n    s = [x, x]\ns.append(x)  # here\nreturn m, s",
            f"'append' {SEVERAL}"),
    refused("l, q = [x], [x * 2]\nif n > 0:\n    q = [x * 3]\n    if n > 1:\n        q = l\nelse:\n"
            "    q = [-x]\nq[0] = x  # here\nreturn l[0]", f"assignment to an element {SEVERAL}"),
    refused("q = p\nif n > 1:\n    q = Held(x)\nq.held = x  # here\nreturn q.held", HELD, p=Held(X), Held=Held),
    refused("q = p\nfor i in range(n):\n    q = Held(x)\nq.held = x  # here\nreturn q.held", HELD, p=Held(X),
            Held=Held),
    refused("q = p\nif n > 1:\n    q = Held(x)\nreturn x if q is p else -x  # here",
            "`is` asks of an object that", p=Held(X), Held=Held),
    refused("s = [x]\nfor i in range(n):\n    s += [x]  # here\n    s = s[1:]\nreturn s", f"+= {SEVERAL}"),
    refused("s = t = [x]\nif x[0] > 1:\n    s = t = [-x]\ns[0] = x  # here\nreturn t",
            f"assignment to an element {SEVERAL}"),
    refused("d = {}\nif x[0] > 0:\n    d['a'] = x  # here\nreturn d", "'d' has 'a' in some runs only"),
    refused("d = {'a': x, 'b': x}\nfor i in range(n):\n    d['a'] = d.pop('a')  # here\nreturn d['a']",
            "'d' has its parts in another order in some runs"),
    refused("s = [[x], x]\nt = s[0]\nfor i in range(n):  # here\n    t[0] = x\n    s[0] = [x]\nreturn t",
            "'t' is changed in place, and what holds it holds something else in its place"),
    refused("s = {1}\nfor i in range(n):\n    s.add(2)  # here\nreturn x", "'add' of a set inside"),
    refused("s = [x[0], x[1]]\nwhile s.pop(0) > n:  # here\n    n = n + 1\nreturn s[0]",
            "'pop' of 's' in the condition of a loop; change it in the body"),
    refused("s = [x, x]\nfor i in range(2):\n    s[i] = x[0]  # here\nreturn s",
            "an element of this list is a float64 tensor with 1 axis, and a float64 tensor is put in; give"),
    refused("s[0] = 2.0  # here\nreturn x * s[0]", "assignment to an element of a list from outside", s=[1.0]),
    refused("a, b = [x], [x * 2]\ns = a if x[0] < n else b\na[0] = x * 3  # here\nreturn s[0]", PICKED),
    refused("a, b = [[x], [x * 2]], 0\ns = a[n - 3]\na[0][0] = x  # here\nreturn s[0]", PICKED),
    refused("a, s = [x], [x * 2]\nfor i in range(n):\n    s = a\na[0] = x  # here\nreturn s[0]", PICKED),
    refused("a, s = [x], [x]\nfor i in range(n):\n    a[0] = x * i  # here\n    s = a\nreturn s[0]", PICKED),
    refused("a, b = [x], [x]\ns = a if x[0] < n else b\nreturn s is a  # here", "`is` asks of an object that"),
    refused("s, y = [], x * 1\nfor i in range(n):  # here\n    y[0] = i\n    s.append(y)\nreturn s", WRITTEN),
    refused("s, y = [], x * 1\nfor i in range(n):\n    s.append(y)\ny[0] = n  # here\nreturn s[0]", WRITTEN),
    refused("s['a'][0] = x  # here\nreturn x", "assignment to an element of a list from", s={"a": [1.0]}),
]  # fmt: skip

RESULTS = [
    Result("holders", "s = [x, x]\nfor i in range(n):\n    s = [s[1] * 2, s[0]]\ns = list(s)\n"
           "s[0] = x\nreturn s", {"x": X, "n": 3}),
    Result("holders", "s = [1, 2.5]\nfor i in range(n):\n    s[0] = s[0] + i\nreturn x * s[0]",
           {"x": X, "n": 3}),
]  # fmt: skip


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    check_result(case)
