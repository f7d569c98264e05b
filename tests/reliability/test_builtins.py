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
    Result("iterators", f"return {body}", ONE)
    for body in ("list(enumerate(range(3))), list(reversed(range(3))), [*zip(range(2), (n, k))]",
                 "isinstance(range(n), range), isinstance(zip(x), zip), type(range(n)) is range",
                 "isinstance(reversed(x), reversed), type(reversed(range(n))) is type(reversed(range(1)))",
                 "len(range(k, n, 2))")
] + [
    Result("builtins", f"return {body}", ONE)
    for body in ("sum(x, 1.0), sum([n, k])", "max(x), min(x)", "max(n, k), min(x[0], x[1])",
                 "sum(range(n)), sum(range(k, n), n), sum(range(n, k))")
]  # fmt: skip
ATTRIBUTE = "'int' object has no attribute 'foo'"
RUN_TIME = "needs the value of a number that is known only when the compiled function runs"
USED = "an iterator, such as an enumerate, zip, reversed, map or filter, may have been used up"
FAULTS = [
    Fault("operators", "return n << n * 40", ONE, OverflowError, "Python int too large", True),
    Fault("operators", "return n << k", ONE, ValueError, "negative shift count"),
    Fault("operators", "return n >> k", ONE, ValueError, "negative shift count"),
    Fault("operators", "return (n - 2) ** k", ONE, ZeroDivisionError, "0.0 cannot be raised"),
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
    *(Fault("in", f"return {body}", ONE, error, words) for body, error, words in (
        ("1 in x[0]", TypeError, "argument of type 'Tensor' is not iterable"),
        ("x in n", TypeError, "argument of type 'int' is not iterable"),
        ("n in 'abc'", TypeError, "'in <string>' requires string as left operand, not int"),
        ("x[0] in {1, 2}", TypeError, "unhashable type: 'Tensor'"),
        ("x in [x * 1]", SHAPE, CONDITION),
        ("x[:2] in x", SHAPE, "operands could not be broadcast"),
        ("3 if x[n - 2:] else 4", SHAPE, CONDITION),
    )),
    *(Fault("in", f"return {body}", ONE, CONVERSION, words, True) for body, words in (
        ("n in np.ones(3)", "`in` asks a plain array for what only the run knows"),
        ("n in {b'a': 1, len: 2}", "`in` asks for a number that only the run knows among keys of"),
        ("n in zip(x, x)", "a range, enumerate or zip"),
        ("n * float('nan') in (b * float('nan'),)", "`is` and `in` meet two numbers that are both NaN"),
    )),
    *(Fault("numbers", f"return {body}", ONE, error, words) for body, error, words in (
        ("round(x)", TypeError, "round() is for numbers; write np.round(x, n)"),
        ("round(x[0] > 1)", TypeError, "round() is for numbers; write np.round(x, n)"),
        ("round(n, 0.5)", TypeError, "'float' object cannot be interpreted as an integer"),
        ("round(x[0], 0.5)", TypeError, "'float' object cannot be interpreted as an integer"),
        ("round(n * float('inf'))", OverflowError, "cannot convert float infinity to integer"),
        ("round(n * float('nan'))", ValueError, "cannot convert float NaN to integer"),
        ("round(x[0] * np.nan)", ValueError, "cannot convert float NaN to integer"),
        ("pow(n, 2, n - 2)", ValueError, "pow() 3rd argument cannot be 0"),
        ("pow(n, k, 4)", ValueError, "base is not invertible for the given modulus"),
        ("pow(n, 2.0, 5)", TypeError, "pow() 3rd argument not allowed unless all arguments are integers"),
        ("pow(x[0], 2, 5)", TypeError, "pow() with three arguments is not defined for tensors"),
        ("divmod(1, n - 2)", ZeroDivisionError, "integer division or modulo by zero"),
        ("divmod(1.0, n - 2)", ZeroDivisionError, "float divmod()"),
        ("sorted([x, x * 2])", SHAPE, CONDITION),
        ("sorted([x[0], 'a'])", TypeError, "'<' not supported between instances of 'str' and 'Tensor'"),
        ("sorted([x[0]], foo=3)", TypeError, "'foo' is an invalid keyword argument for sort()"),
        ("sorted(n)", TypeError, "'int' object is not iterable"),
        ("map(len)", TypeError, "map() must have at least two arguments."),
        ("map(len, n)", TypeError, "'int' object is not iterable"),
        ("len(map(abs, x))", TypeError, "object of type 'map' has no len()"),
    )),
    *(Fault("numbers", f"return {body}", ONE, CONVERSION, words, True) for body, words in (
        ("round(n * 0.5, 1)", "round() to decimal digits of a Python number that only the run knows"),
        ("round(2.5, n)", "a number is rounded to as many digits as only the run knows"),
        ("round(x[0], n)", "a number is rounded to as many digits as only the run knows"),
        ("sorted(x)", "the rows of a tensor become Python objects"),
        ("sorted(range(n))", "a range, enumerate or zip"),
        ("sorted([x[0] * np.nan, x[1]])", "sorted() meets NaN"),
        ("sorted([n, 2.5, x[1]])", "sorted() of objects that cannot stand in one another's place"),
        ("sorted([b, 2.5])", "sorted() of objects that cannot stand in one another's place"),
        ("sorted([n * i for i in (*range(33),)])", "sorted() of more than 32 values"),
        ("sorted([n, 2], reverse=b)", "sorted() is told to reverse by what only the run knows"),
        ("list(map(abs, x))", "the rows of a tensor become Python objects"),
        ("list(filter(lambda v: v > 1, [n, 2]))", "a condition that only the run knows says which elements"),
        ("[a for a, b in zip(map(abs, x), x)]", "a map, filter or generator stands first in zip"),
    )),
    Fault("numbers", "for a, b in zip(map(abs, x), x):  # here\n    x = x * a\nreturn x", ONE, CONVERSION,
          "a map, filter or generator stands first in zip", True),
    *(Fault("folds", f"return {body}", ONE, error, words) for body, error, words in (
        ("max(v for v in x if v > 7)", ValueError, "max() "),
        ("min(x[3:], key=abs)", ValueError, "min() "),
        ("max(n, 3, default=3)", TypeError, "Cannot specify a default for max() with multiple"),
        ("max(x, foo=3)", TypeError, "'foo' is an invalid keyword argument for max()"),
        ("max(x, key=3)", TypeError, "'int' object is not callable"),
        ("sum(n)", TypeError, "'int' object is not iterable"),
        ("sum(v for v in n)", TypeError, "'int' object is not iterable"),
        ("any(x[0])", TypeError, "iteration over a 0-d array"),
        ("all(np.outer(x, x))", SHAPE, CONDITION),
        ("sum(x, 'a')", TypeError, "sum() can't sum strings [use ''.join(seq) instead]"),
        ("any([1 // (n - i) > 0 for i in range(5)])", ZeroDivisionError, "integer division or"),
        ("sum(v // (n - i) for i, v in enumerate(range(9)))", ZeroDivisionError, "integer division or"),
    )),
    *(Fault("folds", f"s = x[0]\nreturn {body}", ONE, CONVERSION, words, True) for body, words in (
        ("sum([v for v in x], s)", "sum() of a list comprehension, whose elements are computed before"),
        ("sum((s := v) * v for v in x) + s", "the rows of a tensor become Python objects"),
        ("any((s := v) > 1 for v in x) or s", "the rows of a tensor become Python objects"),
        ("tuple(v for v in (n, 2) if v > 1)", "a condition"),
    )),
    *(Fault("iterators", f"return {body}", ONE, TypeError, words) for body, words in (
        ("reversed(enumerate(x))", "'enumerate' object is not reversible"),
        ("reversed(zip(x, x))", "'zip' object is not reversible"),
        ("reversed(n)", "'int' object is not reversible"),
        ("reversed(x[0])", "len() of unsized object"),
        ("len(zip(x, x))", "object of type 'zip' has no len()"),
        ("len(reversed(x))", "object of type 'reversed' has no len()"),
    )),
    *(Fault("iterators", f"{body}\nreturn x", ONE, CONVERSION, words, True) for body, words in (
        ("z = enumerate(x)\nfor _ in range(n):\n    for a in z:  # here\n        x = x", USED),
        ("z = enumerate(x)\nfor a in z:\n    x = x\nfor b in z:  # here\n    x = x", USED),
        ("z = zip([1, 2], [n, n])\nfor _ in range(n):\n    for a, b in z:  # here\n        x = x * b", USED),
        ("z = reversed([1, n])\nfor _ in range(n):\n    x = x * sum(a for a in z)  # here", USED),
        ("z = iter([1, 3])\nif n > 1:\n    x = x * len([a for a in z])  # here", USED),
        ("z = enumerate([1, 3])\nfor _ in range(n):\n    x = x * len(list(z))  # here", USED),
        ("list(reversed(x))  # here", "the rows of a tensor become Python objects"),
        ("list(reversed(range(n)))  # here", "a range, enumerate or zip"),
        ("for a in zip(x, enumerate(zip(x, [n]))):  # here\n    x = x", "zip takes from what goes through"),
    )),
    *(Fault("either", f"s, z = 2.0, None\nif n > 1:\n    s, z = x[0], x * 2\nreturn {body}", ONE,
            CONVERSION, f"this is a tensor in some runs and {other} in others", True)
      for body, other in (
        ("np.sum(s)", "a Python float"),
        ("{s: 1}", "a Python float"),
        ("z()", "None"),
        ("s.real", "a Python float"),
        ("np.where((x[0] > 0.4) and (0.4 > 0.3), 1.0, 2)", "a Python bool"),
    )),
    *(Fault("either", f"z = None\nif n > 1:\n    z = 1\nreturn {body}", ONE, CONVERSION, words, True)
      for body, words in (
        ("np.sum(z)", "np.sum on a number that only the run of the compiled function knows"),
        ("pow(2, z, 5)", "this is a Python int in some runs and None in others"),
        ("z is n", "this is a Python int in some runs and None in others"),
    )),
    *(Fault("text", f"return {body}", ONE, CONVERSION, words, True) for body, words in (
        ("n.bit_length()", "the attribute 'bit_length' " + RUN_TIME),
        ("{n: x}", "a key of a dict or set " + RUN_TIME),
        ("{1: i * 2 for i in range(n)}", "a range, enumerate or zip"),
        ("dict(enumerate(x))", "the rows of a tensor become Python objects"),
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


def test_an_iterator_from_outside_is_refused():
    """It would be used up when the function is compiled, and give nothing at a later call."""
    pairs = zip((1, 2), (3, 4), strict=True)

    @ag.function
    def adds(x):
        for a, b in pairs:
            x = x + a * b
        return x

    with pytest.raises(CONVERSION, match=USED):
        adds(X)
    assert len(list(pairs)) == 2


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    check_result(case)
