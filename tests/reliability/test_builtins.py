"""Python's operators and builtins on what only the run knows, what they say, and what a function returns."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial

import pytest

import autograph_lite as ag
from autograph_lite import errors
from tests.reliability.both import Fault, Result, check_fault, check_result

X = ag.constant([1.0, 2.0, 3.0])
SHAPE, CONVERSION = errors.ShapeError, errors.ConversionError
CONDITION = "condition must be a scalar; use np.any or np.all"
ONE = {"x": X, "n": 2, "k": -3, "b": True}
RESULTS = [
    Result("operators", f"return {body}", ONE)
    for body in ("n & k, n | k, n ^ k, ~n, ~k", "b & True, b | False, b ^ b, b & n, ~b",
                 "n << 3, k << n, k >> 1, n >> 70, k >> 70, 0 << n * 40",
                 "divmod(7, n), divmod(k, n), pow(n, 3)")
] + [
    Result("builtins", f"return {body}", ONE)
    for body in ("sum(x, 1.0), sum([n, k])", "max(x), min(x)", "max(n, k), min(x[0], x[1])",
                 "sum(range(n)), sum(range(k, n), n), sum(range(n, k))")
]  # fmt: skip
ATTRIBUTE = "'int' object has no attribute 'foo'"
RUN_TIME = "needs the value of a number that is known only when the compiled function runs"
FAULTS = [
    Fault("operators", "return n << n * 40", ONE, OverflowError, "Python int too large", True),
    Fault("operators", "return n << k", ONE, ValueError, "negative shift count"),
    Fault("operators", "return n >> k", ONE, ValueError, "negative shift count"),
    Fault("operators", "return (n - 2) ** k", ONE, ZeroDivisionError, "0.0 cannot be raised"),
    Fault("operators", "return pow(n, 2, 5)", ONE, CONVERSION, "pow() with a modulus", True),
    Fault("builtins", "return max(x[3:])", ONE, ValueError, "max() "),
    Fault("builtins", "return max(np.outer(x, x))", ONE, SHAPE, CONDITION),
    Fault("builtins", "return bool(x)", ONE, SHAPE, CONDITION),
    *(Fault("names", f"return {body}", ONE, error, words) for body, error, words in (
        ("n + 'a'", TypeError, "unsupported operand type(s) for +: 'int' and 'str'"),
        ("1.5 & n", TypeError, "unsupported operand type(s) for &: 'float' and 'int'"),
        ("~(n * 0.5)", TypeError, "bad operand type for unary ~: 'float'"),
        ("n[0]", TypeError, "'int' object is not subscriptable"),
        ("n()", TypeError, "'int' object is not callable"),
        ("len(n)", TypeError, "object of type 'int' has no len()"),
        ("n.foo", AttributeError, ATTRIBUTE),
    )),
    *(Fault("either", f"s, z = 2.0, None\nif n > 1:\n    s, z = x[0], x * 2\nreturn {body}", ONE,
            CONVERSION, f"this is a tensor in some runs and {other} in others", True)
      for body, other in (
        ("np.stack([z, x])", "None"),
        ("np.concatenate((x, z))", "None"),
        ("np.add(s, 1.0)", "a Python float"),
        ("'%s' % s", "a Python float"),
        ("{s: 1}", "a Python float"),
        ("z()", "None"),
        ("ag.is_tensor(s)", "a Python float"),
    )),
    *(Fault("text", f"return {body}", ONE, CONVERSION, words, True) for body, words in (
        ("'%s' % n", "a text " + RUN_TIME),
        ("n.bit_length()", "the attribute 'bit_length' " + RUN_TIME),
        ("{n: x}", "a key of a dict or set " + RUN_TIME),
        ("[i * 2 for i in range(n)]", "a range, enumerate or zip"),
        ("dict(enumerate(x))", "a range, enumerate or zip"),
    )),
]  # fmt: skip


def counts_to(n):
    return range(n)


@dataclass
class Holder:
    value: object


@pytest.mark.parametrize(
    "returned",
    [
        lambda x: Holder(x * 2),
        lambda x: [Holder({"a": (x * 2,)})],
        lambda x: OrderedDict(a=x * 2),
        lambda x: partial(Holder, x * 2),
        lambda x: slice(0, len(x)),
        lambda x: lambda z: z * x,
    ],
)
def test_what_holds_a_tensor_is_no_result(returned):
    """Outside it would be a tensor without a value."""
    with pytest.raises(CONVERSION, match=r"the function returns an? .*; return tensors"):
        ag.function(returned)(X)
    assert ag.function(lambda x: Holder(2.0))(X) == Holder(2.0)


def test_a_range_is_no_result():
    """Its line is the function's first one: it is seen after the last."""
    with pytest.raises(CONVERSION, match="a range, enumerate or zip") as caught:
        ag.function(counts_to)(3)
    assert f"line {counts_to.__code__.co_firstlineno}, in counts_to" in str(caught.value)


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    check_result(case)
