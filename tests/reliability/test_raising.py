"""`raise`, `assert` and texts: what stops the program where it gets there, and what is refused."""

import linecache
import traceback

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from tests.identity.told import PLAIN, Beyond, after_writes, in_a_helper, raises_in_for, scaled
from tests.reliability.both import Fault, check_fault

X = ag.constant([0.5, -1.2, 2.0])
CONVERSION = errors.ConversionError
ASKED = "this is a text whose values only the run of the compiled function knows; it can be printed, raised"
UNTOLD = "a text of a {} that holds what only the run of the compiled function knows is not available yet"


def stops(body, error, message, **given):
    return Fault("raise", body, given or {"x": X}, error, message)


def refused(body, message, **given):
    return Fault("text", body, given or {"x": X, "n": 3}, CONVERSION, message, refusal=True)


FAULTS = [
    stops("if x[0] > 0:\n    raise ValueError(f'{x[0]:.2f}')  # here\nreturn x", ValueError, "0.50"),
    stops("if x[0] > 0:\n    raise TypeError  # here\nreturn x", TypeError, ""),
    stops("if n > 2:\n    raise ValueError('n', n)  # here\nreturn x", ValueError, "('n', 3)", x=X, n=3),
    stops("for i in range(3):\n    if x[i] < 0:\n        raise IndexError('%d' % i)  # here\nreturn x",
          IndexError, "1"),
    stops("while x[0] < 10:\n    x = x * 2\n    assert x[0] < 3, x[0]  # here\nreturn x",
          AssertionError, "4.0"),
    stops("assert x[0] > 1  # here\nreturn x", AssertionError, ""),
    stops("assert np.any(x > 5), 'none'  # here\nreturn x", AssertionError, "none"),
    stops("assert x > 0  # here\nreturn x", errors.ShapeError, "condition must be a scalar"),
    stops("def g(y):\n    if y[0] > 0:\n        raise KeyError(str(y))  # here\n    return y\nreturn g(x) + 1",
          KeyError, "'[ 0.5 -1.2  2. ]'"),
    stops("if x[0] > 0:\n    raise ValueError('a') from KeyError(f'{x}')  # here\nreturn x", ValueError, "a"),
    stops("if x[0] > 0:\n    raise x  # here\nreturn x", TypeError, "exceptions must derive from"),
    stops("x[0] = 3.0\nif x[0] > 0:\n    raise ValueError('after')  # here\nreturn x", ValueError, "after"),
    stops("for i in range(5):\n    x[i] = 7.0  # here\n    if i > 7:\n        raise ValueError\nreturn x",
          IndexError, "index 3 is out of bounds"),
    stops("if x[0] > 0:\n    y = f'{x[0]:d}'  # here\nreturn x", ValueError, "Unknown format code 'd'"),
    stops("if x[0] > 0:\n    y = f'{x:.2f}'  # here\nreturn x", TypeError, "unsupported format string"),
    stops("if x[0] > 0:\n    y = '{} {}'.format(x)  # here\nreturn x", IndexError, "Replacement index 1"),
    stops("if x[0] > 0:\n    y = '%s %s' % x  # here\nreturn x", TypeError, "not enough arguments"),
    stops("if x[0] > 0:\n    print(x, sep=3)  # here\nreturn x", TypeError, "sep must be None or a string"),
    stops("return f'{x}' + 1", TypeError, "can only concatenate str"),
    refused("return len(f'{x}')", ASKED),
    refused("return f'{x}' == 'a'", ASKED),
    refused("return f'{x}'[0]", ASKED),
    refused("return f'{x}'.upper()", ASKED),
    refused("return '1' in str(x)", ASKED),
    refused("return int(str(n))", ASKED),
    refused("return x if str(n) else -x", ASKED),
    refused("return {f'{n}': 1}", ASKED),
    refused("return str(n) * 2", ASKED),
    refused("t = '%s'\nreturn t % x", "str() needs a value, but the function is being compiled"),
    refused("t = '%s'\nreturn t % n", "a text needs the value of a number that is known only"),
    refused("s = ''\nfor v in x:  # here\n    s = s + f'{v}'\nreturn s",
            "the loop variable 's' is a text of what only the run knows before a step and a text of what only"
            " the run knows after it; a text cannot grow in a compiled loop: print its parts, with end=''"),
    refused("s = 1.0\nif n > 2:  # here\n    s = f'{x}'\nreturn s",
            "'s' is a text of what only the run knows after one branch of this condition and a Python float"
            " after the other; print, raise or return the text in the branch"),
    refused("import collections\nreturn f'{collections.deque([x])}'", UNTOLD.format("deque")),
    refused("import collections\nreturn str(collections.OrderedDict(a=x))", UNTOLD.format("OrderedDict")),
    refused("import types\nreturn f'{types.SimpleNamespace(a=x)}'", UNTOLD.format("SimpleNamespace")),
    refused("import datetime\nreturn '{:%Y} {}'.format(datetime.date(2000, 1, 1), x)",
            "the format '%Y' of a date in a text that needs what only the run"),
    refused("import contextlib\nwith contextlib.suppress(ValueError):\n    if n > 2:\n"
            "        raise ValueError  # here\nreturn x",
            "an exception is raised in compiled code inside `with` of a suppress, which may swallow it"),
    stops("import contextlib\nwith contextlib.nullcontext(), np.errstate(all='ignore'):\n    if x[0] > 0:\n"
          "        raise ValueError('passes')  # here\nreturn x", ValueError, "passes"),
    refused("import io\nprint(x, file=io.StringIO())", "print inside compiled code writes to sys.stdout or"),
    refused("print(x, flush=x[0] > 0)", "print inside compiled code writes to sys.stdout or"),
]  # fmt: skip


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_fault(case):
    check_fault(case)


def caught(run, *args):
    with pytest.raises(Exception) as info:
        run(*args)
    return info.value


def test_the_class_is_the_users_and_holds_what_it_was_given():
    for run in (raises_in_for, ag.function(raises_in_for)):
        error = caught(run, X)
        assert type(error) is Beyond and isinstance(error.value, ag.Tensor)
        assert str(error) == "-1.2 is beyond 1" and error.value.numpy() == -1.2


def test_the_line_is_that_of_the_innermost_function():
    error = caught(ag.function(in_a_helper), X)
    line = scaled.__code__.co_firstlineno + 3
    shown = "".join(traceback.format_exception(error))
    source = linecache.getline(scaled.__code__.co_filename, line).strip()
    assert f'File "{scaled.__code__.co_filename}", line {line}, in scaled' in shown
    assert source.startswith("raise ValueError(") and source in shown


def test_a_cause_is_kept_and_nothing_of_ours_is_a_context():
    def program(x):
        if x[0] > 0:
            raise ValueError("a") from KeyError(f"{x[0]}")
        if x[1] > 0:
            raise ValueError("b") from None
        raise ValueError("c")

    f = ag.function(program)
    for run in (f.eager, f):
        first, second, third = (
            caught(run, ag.constant(v)) for v in ([1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0])
        )
        assert repr(first.__cause__) == "KeyError('1.0')" and first.__suppress_context__
        assert second.__cause__ is None and second.__suppress_context__
        assert third.__cause__ is third.__context__ is None and not third.__suppress_context__


def test_each_call_raises_an_exception_of_its_own():
    f = ag.function(raises_in_for)
    first, second = caught(f, X), caught(f, X)
    assert first is not second and first.__notes__ == second.__notes__


def test_what_is_not_reached_is_not_evaluated():
    seen = []

    class Noticed(Exception):
        def __init__(self, text):
            seen.append(text)
            super().__init__(text)

    @ag.function
    def program(x):
        if x[0] > 1:
            raise Noticed(f"{x[0]}")
        return x

    program(X)
    program(X)
    assert not seen
    assert str(caught(program, X + 1)) == "1.5" and seen == ["1.5"]


class Limits:
    def __init__(self, low):
        self.low = low


LIMITS = Limits(0.1)


def test_an_exception_holds_the_objects_themselves():
    def program(x):
        if x[0] > LIMITS.low:
            raise ValueError(f"{x[0]}", LIMITS, PLAIN)
        return x

    for run in (program, ag.function(program)):
        error = caught(run, X)
        assert error.args[0] == "0.5" and error.args[1] is LIMITS and error.args[2] is PLAIN

    @ag.function
    def makes(x):
        if x[0] > 0:
            raise ValueError(Limits(x[0]))
        return x

    with pytest.raises(
        CONVERSION, match="given an object of class Limits that is made in compiled"
    ):
        makes(X)


def test_the_fast_way_raises_too():
    @ag.function
    def program(a):
        if a > 3.0:
            raise ValueError(f"{a:.1f} is too much")
        return a * 2.0

    for a in (1.0, 2.0, 3.0, 4.0, 5.0, 1.0):
        if a > 3.0:
            assert str(caught(program, a)).startswith(f"{a} is too much")
        else:
            assert program(a) == 2 * a


def test_a_fault_under_a_tape_prints_once(capsys):
    f = ag.function(after_writes)
    printed = []
    for run in (f.eager, f):
        x = ag.constant([0.5, -1.2, 2.0])
        with ag.GradientTape() as tape:
            tape.watch(x)
            assert type(caught(run, x)) is Beyond
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and printed[0].count("\n") == 2


def test_a_text_in_a_plain_result_shows_tensors():
    def loss(x):
        return np.sum(x * x), f"{x!r}"

    values = [
        ag.value_and_grad(f, has_aux=True)(np.array([1.0, 2.0])) for f in (loss, ag.function(loss))
    ]
    assert values[0][0][1] == values[1][0][1] == "Tensor([1., 2.], dtype=float64)"
