"""What a NumPy user would write first: refused with the line, and with words that work."""

import copy
import math
import operator
from collections import namedtuple

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from autograph_lite.tensors.protocols import INSTEAD
from tests.reliability.both import Fault, Result, check_fault, check_result, program

X = ag.constant([1.0, 2.0, 3.0])
CONVERSION, TYPE, SHAPE = errors.ConversionError, errors.GraphTypeError, errors.ShapeError
ROWS = "the rows of a tensor become Python objects here"
COUNTED = "a range, enumerate or zip is counted by the run, and only a `for` loop can go through it"
NUMBER = "needs the value of a number that is known only when the compiled function runs"
Pair = namedtuple("Pair", "a b")


def refused(body, message, **given):
    return Fault("advice", body, given or {"x": X, "n": 3}, CONVERSION, message, refusal=True)


def in_step(expression, message):
    """Of a number that is not there before the kernel runs."""
    return refused(f"for k in range(1, n):\n    y = {expression}  # here\nreturn y", message)


def plain(name):
    return f"np.{name} makes a plain array"


FAULTS = [
    refused("return np.array([x[0], x[1]])", plain("array")),
    refused("return np.asarray(x)", plain("asarray")),
    refused("return x * np.full(3, x[0])", plain("full")),
    in_step("x * np.zeros(k)", plain("zeros")),
    in_step("x * np.ones(x[:k].shape)", plain("ones")),
    in_step("x * np.empty(shape=k)", plain("empty")),
    in_step("np.eye(k) @ x", plain("eye")),
    in_step("np.identity(k) @ x", plain("identity")),
    in_step("x * np.arange(k)", plain("arange")),
    in_step("x * np.linspace(0, 1, k)", plain("linspace")),
    in_step("x / np.float32(k)", plain("float32")),
    in_step("np.sum(np.ones(3)[:k]) * x", "np.sum of a row of a plain array, which NumPy would compute"),
    in_step("x * (2.0 * np.eye(3)[k])", "* of a row of a plain array"),
    in_step("x * np.add(np.eye(3)[k], 1.0)", "np.add of a row of a plain array"),
    in_step("x * np.add.reduce(np.eye(3)[k])", "np.add.reduce of a row of a plain array"),
    in_step("x * (np.zeros(3) + np.eye(3)[k])", "np.add of a row of a plain array"),
    in_step("x * abs(np.eye(3)[k])", "abs() of a row of a plain array"),
    in_step("x * np.eye(3)[k].sum()", "sum of a row of a plain array"),
    in_step("x * np.ones(3, 'float32')[k]", "an element of a plain array of float32 is picked by what only"),
    in_step("x * (k * np.ones(3))", "* of a plain array and a number that only the run"),
    refused("y = np.ones(n)\ny[0] = 2.0  # here\nreturn y * x", "an element of a plain ndarray is assigned"),
    *(
        refused(f"y = n * np.ones(3)\n{body}  # here\nreturn x", f"{what} of a plain array that is made of")
        for body, what in {
            "y += 1.0": "an in-place operator",
            "y.fill(1.0)": "fill()",
            "a, b, c = y": "an element",
            "x = x if y else -x": "the truth",
            "x = x if 1.0 in y else -x": "an element",
            "print(y)": "an element",
            "x = x * float(str(y))": "an element",
        }.items()
    ),
    refused("y = [0.0]\ny = y * n  # here\nreturn y", "a list is repeated as often as only the run of the"),
    refused("return (x, 1.0) * n", "a tuple is repeated as often as only the run"),
    refused("return np.array2string(np.ones(n))", "array2string of numbers that only the run"),
    refused("t = [x, x[0], 3.0]\nreturn t[n - 1] * x", "a list whose elements are not of one dtype"),
    refused("t = (x, x[0])\nreturn t[n - 2] * x", "a tuple whose elements are not of one dtype"),
    refused("t = {3: 2.0}\nreturn t[n] * x", "a dict is asked for a key that only the run knows"),
    refused("t = []\nfor i in range(n):\n    t.append(x)\nreturn [t] == [[]]", "a list that grows in a loop"),
    refused("t = []\nfor i in range(n):\n    t.append(x)\nreturn t in ([],)", "a list that grows in a loop"),
    refused("t = []\nfor i in range(n):\n    t.append(x)\nreturn t < []", "a list that grows in a loop"),
    refused("import functools\nreturn functools.reduce(max, range(n))  # here", "reduce() of what may be"),
    refused("t = {}\nt[n] = x  # here\nreturn x", "a dict is given a key that only the run knows; write a"),
    refused(
        "y, path = np.ones(1), []\nfor i in range(n):\n    path.append(y)  # here\n    y = y + x[:1]\n"
        "return path",
        "elements of the list 'path', which grows in a loop or branch, are array([1.]) and a float64 tensor"
        " with 1 axis; make a plain array a tensor before it is put there, by ag.array(...)",
    ),
    refused("return {n: x}", f"a key of a dict or set {NUMBER}; write `if` and `elif`"),
    refused("o = np.zeros(3)\no[0] = x[0]\nreturn o".replace("x[0]", "x[0]  # here"),
            "an element of a plain ndarray is assigned inside compiled code; make it a tensor"),
    refused("d = {}\nfor i in range(n):\n    d['a'] = x  # here\nreturn d",
            "'d' has 'a' in some runs only; give it that before the loop or branch"),
    refused(
        "y = None\nif x[0] > n:\n    y = x[0]\nreturn y[0]",
        "this is a tensor in some runs and None in others, and they do not do the same here; make it a"
        " tensor in both: ag.constant(0.0)",
    ),
    refused("if n > 1:  # here\n    f = np.sin\nelse:\n    f = np.cos\nreturn f(x)",
            "'f' is the function sin after one branch of this condition and the function cos after the"
            " other; call each in its own branch"),
    refused("f = np.sin\nfor _ in range(n):  # here\n    x = f(x)\n    f = np.cos\nreturn x",
            "the loop variable 'f' is the function sin before a step and the function cos after it;"
            " call each in a branch"),
    refused("return {1: v for v in x}", ROWS),
    refused("return np.stack([*x])", ROWS),
    refused("return tuple(x)", ROWS),
    refused("return [w * v for w, v in zip([1.0, 2.0, 3.0], x)]", ROWS),
    *(
        refused(body, COUNTED)
        for body in (
            "return {1: x[i] for i in range(n)}",
            "return x * np.array(range(n))",
            "return list(range(n))",
        )
    ),
    refused("return np.sum([x[0], x[1]])", "np.asarray() needs a value, but the function is being"
            " compiled and has none yet; write ag.array around a list of tensors"),
    in_step("x * np.sum([k, 2])", f"np.asarray() {NUMBER}; write ag.array around a list"),
    refused("return x[0].item()", ".item() needs a value, but the function is being compiled and has"
            " none yet; leave it out"),
    refused("return x if x.shape == (3,) else -x", f"a condition {NUMBER}; write it in `if`"),
    refused("m = 3\nreturn x if n is m else -x", "`is` asks whether a number that only the run knows"),
    *(
        Fault("python", body, {"x": X, "n": 3}, error, message)
        for body, error, message in [
            ("return n(x)", TypeError, "'int' object is not callable"),
            ("return n[0] * x", TypeError, "'int' object is not subscriptable"),
            ("return len(n) * x", TypeError, "object of type 'int' has no len()"),
            ("return (n / 2).nothing", AttributeError, "'float' object has no attribute 'nothing'"),
            ("return n + 'a'", TypeError, "unsupported operand type(s) for +: 'int' and 'str'"),
            ("for i in n:  # here\n    x = x + i\nreturn x", TypeError, "'int' object is not iterable"),
            ("a, b = n  # here\nreturn a * x", TypeError, "cannot unpack non-iterable int object"),
        ]
    ),
    Fault("advice", "np.add.at(x, [0], 1.0)", {"x": X}, TYPE, "np.add.at is not available"),
    Fault("advice", "return np.var(x)", {"x": X}, TYPE,
          "np.var is not available on tensors; write np.mean((x - np.mean(x)) ** 2)"),
    Fault("advice", "return np.linalg.norm(x)", {"x": X}, TYPE,
          "np.linalg.norm is not available on tensors; write np.sqrt(np.sum(x**2))"),
]  # fmt: skip


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


RESULTS = [
    Result("is", "return x if b is True else -x", {"x": X, "b": True}),
    Result("is", "return x if b is not False else -x", {"x": X, "b": False}),
    Result("is", "return x if (n > 2) is b else -x", {"x": X, "b": True, "n": 3}),
    Result("is", "return x if n is None else -x", {"x": X, "n": 3}),
    Result("type", "return x if type(n) is int else -x", {"x": X, "n": 3}),
    Result("type", "return x if type(n) in (float, bool) else -x", {"x": X, "n": 2.0}),
    Result("bits", "n = ag.constant(n)\nreturn x * (n & 1) + (x * (1 << n) - ~n)", {"x": X, "n": 3},
           np.array([13.0, 22.0, 31.0])),
]  # fmt: skip


@pytest.mark.parametrize("case", RESULTS, ids=str)
def test_result(case):
    check_result(case)


def math_of_a_tensor(x):
    return math.exp(x[0])


def math_without_a_tensor_function(x):
    return math.radians(x[0])


LONG = np.arange(500.0)
ROWS_OF = np.array([[1.0, 2.0], [3.0, 4.0]])


def copies(x):
    return copy.deepcopy(x)


def indexes(x):
    return operator.index(x)


def multiplies_from_outside(x):
    return LONG.dot(x)


@pytest.mark.parametrize(
    ("function", "given", "instead"),
    [
        (math_of_a_tensor, X, "write np.exp"),
        (math_without_a_tensor_function, X, "write x * (np.pi / 180.0)"),
        (multiplies_from_outside, X, "write np.dot"),
        (copies, X, "write x.copy()"),
        (indexes, 2, "write the operator itself"),
    ],
)
def test_a_call_says_what_works(function, given, instead):
    with pytest.raises(CONVERSION) as caught:
        ag.function(function)(given)
    first, *rest = str(caught.value).splitlines()
    assert first.endswith(f"knows; {instead}")
    assert f"line {function.__code__.co_firstlineno + 1}, in {function.__name__}" in rest[0]


def goes_on_plain(x, n):
    y = LONG
    for _ in range(n):
        y = y * 0.5
    return y * x


def branches_plain(x, n):
    y = LONG
    if n > 1:
        y = LONG * 2
    return y * x


def adds_up(x, n):
    s = 0.0
    for i in range(n):
        s = s + x * np.sum(ROWS_OF[i])
    return s


def test_rows_from_outside_are_added_up_once_they_are_of_a_tensor(monkeypatch):
    f = ag.function(adds_up)
    with pytest.raises(CONVERSION, match="sum of a row of a plain array") as caught:
        f(ag.constant(2.0), 2)
    assert f"line {adds_up.__code__.co_firstlineno + 3}, in adds_up" in str(caught.value)
    monkeypatch.setattr(f"{__name__}.ROWS_OF", ag.array(ROWS_OF))
    x = ag.constant(2.0)
    assert f(x, 2).numpy().tolist() == f.eager(x, 2).numpy().tolist() == 20.0


def chooses_plain(x, n):
    return x * (LONG if n > 1 else LONG * 2)


PLAIN = "is a NumPy array that no tensor has touched, and "


calls_itself = lambda x, n: x * calls_itself(x, n - 1)  # without an end


def test_recursion_that_only_the_run_ends_is_told_as_such():
    with pytest.raises(RecursionError) as caught:
        ag.function(calls_itself)(X, 3)
    place, instead = caught.value.__notes__
    assert f'File "{__file__}", line' in place and "in <lambda>" in place
    assert instead == "recursion that only the run ends cannot be compiled; write a loop"


@pytest.mark.parametrize(
    ("function", "told", "instead"),
    [
        (goes_on_plain, f"the loop variable 'y' {PLAIN}", "y = ag.constant(y)"),
        (branches_plain, f"'y' {PLAIN}", "y = ag.constant(y)"),
        (chooses_plain, f"the value {PLAIN}", "make it a tensor: ag.constant(...)"),
    ],
)
def test_a_plain_array_is_named_and_not_shown(function, told, instead):
    with pytest.raises(errors.AutographError) as caught:
        ag.function(function)(ag.constant(2.0), 2)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(told) and instead in first and len(first) < 300


FAMILIES = {
    "diag": ([[1.0, 2.0], [3.0, 4.0]],),
    "diagonal": ([[1.0, 2.0], [3.0, 4.0]],),
    "trace": ([[1.0, 2.0], [3.0, 4.0]],),
    "logaddexp": ([1.0, -2.0], [0.5, 3.0]),
    "roll": ([1.0, 2.0, 3.0], 1),
}


@pytest.mark.parametrize("name", INSTEAD)
def test_what_to_write_instead_means_the_same(name):
    if name == "einsum":
        return
    given = FAMILIES.get(name, ([1.2, 2.7, 0.4],))
    arrays = [np.array(a) if isinstance(a, list) else a for a in given]
    names = ["x", "n" if name == "roll" else "y"][: len(arrays)]
    f = ag.function(program(f"return {INSTEAD[name]}", names)[0])
    function = np
    for part in name.split("."):
        function = getattr(function, part)
    for run in (f, f.eager):
        np.testing.assert_allclose(run(*arrays), function(*arrays), rtol=1e-14)


DATA = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "program",
    [
        lambda n: np.sin(DATA * n),
        lambda n: n + DATA,
        lambda n: np.maximum(DATA, n),
        lambda n: n > DATA,
    ],
)
def test_numpy_of_plain_arrays_and_numbers_is_of_numpy(program):
    """Step by step the result is NumPy's, and so are the bits of what follows from it."""
    f = ag.function(program)
    for n in (2.5, -1.0):
        want, got = program(n), f(n)
        assert type(want) is type(got) is np.ndarray and want.tobytes() == got.tobytes()
