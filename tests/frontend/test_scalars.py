"""NumPy on Python numbers in compiled code: NumPy's bits, warnings and errors, or a sentence that helps."""

import warnings

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite import errors
from autograph_lite.call.verify import described, same
from autograph_lite_runtime import ufuncs

SPECIAL = [
    *(0.0, 1.0, 0.5, 2.0, 2.5, 1e-320, 1e-8, 88.5, 710.0, 746.0, 1e22, 1e308, np.inf),
    *(-0.0, -1.0, -0.5, -2.0, -2.5, -1e-320, -1e-8, -88.5, -710.0, -746.0, -1e22, -np.inf, np.nan),
]
RNG = np.random.default_rng(11)
ONE = [*SPECIAL, *(RNG.normal(size=4000) * 10.0 ** RNG.uniform(-9, 4, 4000)).tolist()]
TWO = [
    *((x, y) for x in SPECIAL for y in SPECIAL),
    *((RNG.normal(size=(4000, 2)) * 10.0 ** RNG.uniform(-3, 2, (4000, 2))).tolist()),
]


def agree(program, points):
    """Every value has NumPy's bits and class."""
    compiled = ag.function(program)
    with np.errstate(all="ignore"):
        for point in points:
            want, got = program(*point), compiled(*point)
            assert type(want) is type(got) and same(want, got), (point, want, got)


@pytest.mark.parametrize("name", [name for name, arity in ufuncs.ARITY.items() if arity == 1])
def test_bits_of_one_number(name):
    function = getattr(np, name)
    agree(lambda x: function(x), [(float(x),) for x in ONE])


@pytest.mark.parametrize("name", [name for name, arity in ufuncs.ARITY.items() if arity == 2])
def test_bits_of_two_numbers(name):
    function = getattr(np, name)
    agree(lambda x, y: function(x, y), [(float(x), float(y)) for x, y in TWO])


BINARY = {
    "+": lambda x, y: np.float64(x) + y,
    "-": lambda x, y: x - np.float64(y),
    "*": lambda x, y: np.float64(x) * np.float64(y),
    "/": lambda x, y: x / np.float64(y),
    "//": lambda x, y: np.float64(x) // y,
    "%": lambda x, y: np.float64(x) % y,
    "**": lambda x, y: x ** np.float64(y),
    "<": lambda x, y: np.float64(x) < y,
}


@pytest.mark.parametrize("name", BINARY)
def test_bits_of_operators(name):
    agree(BINARY[name], [(float(x), float(y)) for x, y in TWO])


def test_bits_of_divmod():
    agree(lambda x, y: divmod(np.float64(x), y)[0], [(float(x), float(y)) for x, y in TWO])
    agree(lambda x, y: divmod(x, np.float64(y))[1], [(float(x), float(y)) for x, y in TWO])


@pytest.mark.parametrize("digits", [-3, -1, 0, 1, 5, 23])
def test_bits_of_rounding(digits):
    agree(lambda x: np.round(x, digits), [(x,) for x in ONE])


def told(run, *args):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        run(*args)
    return sorted({str(w.message) for w in found})


@pytest.mark.parametrize("name", [name for name, arity in ufuncs.ARITY.items() if arity < 3])
def test_warnings(name):
    """They are NumPy's own at every special point."""
    function, arity = getattr(np, name), ufuncs.ARITY[name]

    def one(x):
        return function(x)

    def two(x, y):
        return function(x, y)

    compiled = ag.function(one if arity == 1 else two)
    for x in SPECIAL:
        for y in SPECIAL if arity == 2 else [0.0]:
            given = (float(x), float(y))[:arity]
            assert told(compiled, *given) == told(compiled.eager, *given), given


def test_a_line_warns_once_in_a_call():
    @ag.function
    def f(n):
        s = 0.0
        for i in range(n):
            s = s + np.log(np.float64(0.0) * i) + 1.0 / np.sin(0.0 * i)
        return s

    for _ in range(2):
        with pytest.warns(RuntimeWarning) as found:
            f(5)
        assert [str(w.message) for w in found] == [
            "divide by zero encountered in log",
            "divide by zero encountered in scalar divide",
            "invalid value encountered in scalar add",
        ]
        assert {w.filename for w in found} == {__file__}
        assert found[0].lineno == test_a_line_warns_once_in_a_call.__code__.co_firstlineno + 5


def test_errstate_around_the_call_holds():
    @ag.function
    def f(h):
        return np.log(h - h)

    with np.errstate(divide="ignore"):
        assert f(0.5) == -np.inf
    for run in (f, f.eager):
        with (
            np.errstate(divide="raise"),
            pytest.raises(FloatingPointError, match=r"^divide by zero encountered in log$"),
        ):
            run(0.5)
    said = []
    for run in (f, f.eager):
        with np.errstate(divide="call", call=lambda *args: said.append(args)):
            run(0.5)
    assert said[0] == said[1] == ("divide by zero", 1)


def test_errstate_inside_is_refused():
    @ag.function
    def f(h):
        with np.errstate(divide="ignore"):
            return np.log(h - h)

    with pytest.raises(errors.ConversionError, match=r"np\.errstate inside compiled code"):
        f(0.5)


def test_what_was_captured_is_read_at_every_call():
    scale, row = np.float64(2.0), np.array([3.0, 4.0])

    @ag.function
    def f(h):
        return scale * h, row[1] * h, np.hypot(scale, h)

    assert f(0.5) == f.eager(0.5)
    scale, row[1] = np.float64(5.0), 7.0
    assert f(0.5) == f.eager(0.5) == (2.5, 3.5, np.hypot(5.0, 0.5))
    scale = np.float32(0.5)
    with pytest.raises(errors.ConversionError, match="gives a NumPy float32"):
        f(0.5)


def test_exact_comparison_of_large_ints():
    limit = np.int64(2**53)

    @ag.function
    def f(n):
        return n > limit, n == limit, limit < n

    for n in (2**53, 2**53 + 1):
        assert f(n) == f.eager(n)


X = ag.constant([0.5, -1.2])
LIST, PLAIN = [1.0, 2.0], np.array([1.0, 2.0])
ALIKE = {
    "x[np.sin(h)]": (IndexError, "only integers, slices"),
    "np.sin(h)[0]": (IndexError, "invalid index to scalar variable."),
    "np.sin(h) << 1": (TypeError, "ufunc 'left_shift' not supported"),
    "~np.sin(h)": (TypeError, "ufunc 'invert' not supported"),
    "np.sin(h) & True": (TypeError, "ufunc 'bitwise_and' not supported"),
    "-(np.sin(h) > 0)": (TypeError, "The numpy boolean negative"),
    "(np.sin(h) > 0) - (h > 0)": (TypeError, "numpy boolean subtract"),
    "len(np.sin(h))": (TypeError, "object of type 'numpy.float64' has no len()"),
    "list(np.sin(h))": (TypeError, "'numpy.float64' object is not iterable"),
    "np.sin(h)()": (TypeError, "'numpy.float64' object is not callable"),
    "'a' + np.sin(h)": (TypeError, 'can only concatenate str (not "numpy.float64") to str'),
    "np.sin(h) < 'a'": (TypeError, "ufunc 'less'"),
    "np.sin(h) + None": (TypeError, "unsupported operand type(s) for +: 'float' and 'NoneType'"),
    "pow(np.sin(h), 2, 3)": (TypeError, "unsupported operand type(s) for ** or pow()"),
    "np.sin(h).foo": (AttributeError, "'numpy.float64' object has no attribute 'foo'"),
    "np.sin()": (TypeError, "sin() takes from 1 to 2 positional arguments but 0 were given"),
    "np.sin(h) @ x": (ValueError, "matmul: Input operand 0 does not have enough dimensions"),
    "int(np.log(h - h))": (OverflowError, "cannot convert float infinity to integer"),
    "int(np.sqrt(-h))": (ValueError, "cannot convert float NaN to integer"),
    "LIST[np.sin(h)]": (TypeError, "list indices must be integers or slices, not numpy.float64"),
    "math.sqrt(-np.sin(h))": (ValueError, "math domain error"),
    "round(np.sin(h) > 0)": (TypeError, "type numpy.bool doesn't define __round__ method"),
}
"""What Python raises, in both modes."""


def function(text):
    space = {"np": np, "math": __import__("math"), "LIST": LIST, "PLAIN": PLAIN}
    return ag.function(written(text, space))


def in_step(text):
    """A function with it in a loop, of numbers that are not there before the kernel runs."""
    space = {"np": np, "math": __import__("math"), "LIST": LIST, "PLAIN": PLAIN}
    return ag.function(written(text, space, "for n in range(n):\n        h = h + n\n        "))


def written(text, space, before=""):
    """A function with a source of its own."""
    import linecache

    name = f"<scalar {text} {before}>"
    source = f"def program(x, h, n):\n    {before}return {text}\n"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), space)
    return space["program"]


@pytest.mark.parametrize("text", ALIKE)
def test_an_error_of_both_modes(text):
    kind, words = ALIKE[text]
    run, found = function(text), []
    for call in (run, run.eager):
        with (
            np.errstate(all="ignore"),
            pytest.raises(kind) as caught,
        ):
            call(X, 0.4, 3)
        found.append(described(caught.value))
    if "ufunc" not in words:
        assert found[0] == found[1]
    assert found[0][1].startswith(words) or "ufunc" in words


REFUSED = {
    "np.abs(n)": "np.absolute of an int gives a NumPy int64, which is not available",
    "np.maximum(n, 2)": "np.maximum of an int and an int gives a NumPy int64",
    "(np.sin(h) > 0) + 1": "np.add of a NumPy bool and an int gives a NumPy int64",
    "np.sin(h > 0)": "np.sin of a bool gives a NumPy float16",
    "np.float32(h)": "np.float32 makes a plain array",
    "np.ldexp(h, 2)": "np.ldexp of a number that only the run of the compiled function knows is not",
    "np.logaddexp(h, 1.0)": "np.logaddexp of a number that only the run",
    "np.sin(h, dtype='float32')": "dtype= of NumPy on a number that only the run",
    "np.add.reduce([h, h])": "np.asarray() needs the value of a number",
    "np.where(h > 0, h, 0.0)": "np.where of numbers gives a plain array",
    "np.clip(h, 0.1, None)": "np.asarray() needs the value of a number",
    "np.array([np.sin(h)])": "np.array makes a plain array",
    "PLAIN * np.sin(h)": "* of a plain array and a number that only the run",
    "np.sin(h) + LIST": "np.add of a NumPy scalar that only the run",
    "{np.sin(h): 1}": "a key of a dict or set of a NumPy scalar that only the run",
    "np.sin(h).astype('float32')": "the attribute 'astype' of a NumPy scalar that only the run",
    "np.round(h, n)": "a number is rounded to as many digits as only the run knows",
    "complex(np.sin(h))": "float() of a NumPy scalar that only the run",
    "np.sin(h) if h > 9 else np.sin(h) > 0": "the value is a NumPy float64 after one branch",
}
"""What is not available, with the sentence that says so."""


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text):
    with pytest.raises(errors.AutographError) as caught:
        in_step(text)(X, 0.4, 3)
    assert isinstance(caught.value, errors.ConversionError | errors.GraphTypeError)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(REFUSED[text]) and len(first) < 300
