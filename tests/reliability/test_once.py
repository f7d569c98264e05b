"""What would happen once, when a function is compiled, and not at each call is refused (row 64).

What was there before has not changed then, and holds nothing of the compiler.
"""

import array
import bisect
import collections
import contextlib
import datetime
import functools
import gc
import heapq
import itertools
import logging
import operator
import random
import time
import types
import warnings
from typing import ClassVar

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import ConversionError

X = ag.constant([0.5, 1.5])
ONCE = "from outside would happen once, when the function is compiled"
RUNS = "inside compiled code would run once, when it is compiled"
INSIDE = "inside a staged loop or branch is not available; write"


class Counts:
    """Counts, behind the back, how often it is added to."""

    data: ClassVar = [1.0]

    def __init__(self):
        self.n = 0

    def __add__(self, other):
        self.n += 1
        return other

    def __index__(self):
        self.n += 1
        return 0


class CountsAll:
    def __index__(self):
        global TOTAL
        TOTAL += 1
        return 0


TOTAL = 0


class Ours(collections.UserDict):
    pass


@contextlib.contextmanager
def opened():
    yield 2.0


ITEMS, TABLE, QUEUE, COUNTS = [1.0], {"a": 1.0}, collections.deque([1.0], maxlen=3), Counts()
BYTES, NUMBERS, TALLY = bytearray(b"ab"), array.array("d", [1.0]), collections.Counter()
SPACE, MISSING, MANY = types.SimpleNamespace(n=0), collections.defaultdict(float), [QUEUE]
NAMES = {"a"}
HELD = (Counts(), [1.0])
HOLES = np.array([1.0, np.nan])
PLAIN = np.array([1.0, 2.0])


def in_loop(change):
    def program(x):
        for _ in range(3):
            change()
        return x

    return program


def iadd_deque():
    global QUEUE
    QUEUE += [2.0]


def ior_set():
    global NAMES
    NAMES |= {"b"}


def default_list(x, kept=[]):  # noqa: B006  # that is what is tested
    kept.append(x)
    return x * len(kept)


def default_dict(x, kept={}):  # noqa: B006
    if "k" not in kept:
        kept["k"] = x * 2.0
    return kept["k"]


def default_by_name(x, *, kept=[0.0]):  # noqa: B006
    for _ in range(3):
        kept[0] = kept[0] + x[0]
    return x * kept[0]


def default_array(x, kept=PLAIN):
    kept[0] += 1.0
    return x * kept


def through_a_helper(x):
    return default_list(x)


def flat(x):
    made = np.zeros(2)
    if x[0] > 5.0:
        made.flat[0] = 1.0
    return x * made


def reshaped(x):
    made = np.zeros(4)
    if x[0] > 5.0:
        made.shape = (2, 2)
    return x * made.sum()


OUTSIDE = {
    "a default that is a list": (default_list, f"'append' of a list {ONCE}"),
    "a default that is a dict": (default_dict, f"assignment to an element of a dict {ONCE}"),
    "a default by name": (default_by_name, f"assignment to an element of a list {ONCE}"),
    "a default that is an array": (default_array, "an element of a plain ndarray is assigned"),
    "a default of a helper": (through_a_helper, f"'append' of a list {ONCE}"),
    "setattr": (
        lambda x: setattr(SPACE, "n", 1),
        "assignment to the attribute 'n' of a SimpleName",
    ),
    "delattr": (
        lambda x: delattr(SPACE, "n"),
        "deletion of the attribute 'n' of a SimpleNamespace",
    ),
    "object.__setattr__": (
        lambda x: object.__setattr__(SPACE, "n", 1),
        "assignment to the attribute 'n' of a SimpleNamespace",
    ),
    "vars": (lambda x: vars(COUNTS).update(n=3), f"'update' of a dict {ONCE}"),
    "list.append": (lambda x: list.append(ITEMS, 2.0), f"'append' of a list {ONCE}"),
    "__setitem__": (
        lambda x: TABLE.__setitem__("a", 2.0),
        f"assignment to an element of a dict {ONCE}",
    ),
    "operator.setitem": (
        lambda x: operator.setitem(TABLE, "a", 2.0),
        f"setitem {RUNS}; write the op",
    ),
    "heapq": (lambda x: heapq.heappush(ITEMS, 2.0), f"'heappush' of a list {ONCE}"),
    "bisect": (lambda x: bisect.insort(ITEMS, 2.0), f"'insort_right' of a list {ONCE}"),
    "a deque": (lambda x: QUEUE.append(2.0), f"'append' of a deque {ONCE}"),
    "a deque in a list": (lambda x: MANY[0].append(2.0), f"'append' of a deque {ONCE}"),
    "deque +=": (lambda x: iadd_deque(), f"`+=` of a deque {ONCE}"),
    "set |=": (lambda x: ior_set(), f"`|=` of a set {ONCE}"),
    "bytes": (lambda x: BYTES.append(1), f"'append' of a bytearray {ONCE}"),
    "an array of Python's": (lambda x: NUMBERS.append(1.0), f"'append' of a array {ONCE}"),
    "a Counter": (lambda x: TALLY.update(["a"]), f"'update' of a Counter {ONCE}"),
    "a new key": (lambda x: x * MISSING["b"], f"a new key of a defaultdict {ONCE}"),
    "what a class holds": (lambda x: Counts().data.append(2.0), f"'append' of a list {ONCE}"),
    "an object in a list": (
        lambda x: setattr(HELD[0], "n", 1),
        "assignment to the attribute 'n' of a Counts",
    ),
    "an output by its place": (
        lambda x: x * np.cumsum(PLAIN, 0, None, PLAIN),
        "an element of a plain",
    ),
    "copy=False": (
        lambda x: x * np.nan_to_num(HOLES, copy=False),
        "an element of a plain ndarray is",
    ),
    "an operator": (
        lambda x: COUNTS + x,
        f"assignment to the attribute 'n' of a Counts {ONCE}",
    ),
    "an index": (
        lambda x: x * ITEMS[COUNTS],
        "a Counts from outside is changed by code that is not",
    ),
    "a global of an index": (
        lambda x: x * ITEMS[CountsAll()],
        "TOTAL of CountsAll.__index__ is changed by code that is not converted",
    ),
}
AT_ONCE = {
    "a log": (lambda x: logging.info("a"), f"info {RUNS}; write print"),
    "a logger": (lambda x: logging.getLogger("a").warning("a"), f"getLogger {RUNS}; write print"),
    "a warning": (lambda x: warnings.warn("a", stacklevel=2), f"warn {RUNS}; write print"),
    "the time": (lambda x: x * datetime.datetime.now().year, f"now {RUNS}; pass its result"),
    "today": (lambda x: x * datetime.date.today().year, f"today {RUNS}; pass its result"),
    "another module": (lambda x: x * gc.collect(), f"collect {RUNS}; pass its result"),
}
IN_REGIONS = {
    "a deque": (
        in_loop(lambda: collections.deque().append(1.0)),
        f"'append' of a deque {INSIDE} a list",
    ),
    "bytes": (in_loop(lambda: bytearray().append(1)), f"'append' of a bytearray {INSIDE} a list"),
    "a flat array": (flat, "an element of a plain ndarray is assigned"),
    "the shape of an array": (reshaped, "an element of a plain ndarray is assigned"),
}


def state():
    """All that is there before."""
    held = (ITEMS, TABLE, QUEUE, BYTES, NUMBERS, TALLY, SPACE, MISSING, NAMES, PLAIN, Counts.data)
    held = (*held, HELD[0].n, HOLES)
    functions = default_list, default_dict, default_by_name, default_array
    return repr((*held, *((f.__defaults__, f.__kwdefaults__) for f in functions)))


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_change_of_what_was_there_before_is_refused(name):
    program, message = OUTSIDE[name]
    before = state()
    with pytest.raises(ConversionError) as found:
        ag.function(program)(X)
    assert str(found.value).startswith(message)
    assert state() == before


@pytest.mark.parametrize("name", AT_ONCE | IN_REGIONS)
def test_what_would_run_once_or_change_what_is_no_state_of_a_region_is_refused(name):
    program, message = (AT_ONCE | IN_REGIONS)[name]
    with pytest.raises(ConversionError) as found:
        ag.function(program)(X)
    assert str(found.value).startswith(message)


def index_in_a_loop(x):
    counts = Counts()
    for _ in range(3):
        x = x * [2.0][counts]
    return x * counts.n


def of_a_library(x):
    table = Ours(a=1.0)
    if x[0] > 5.0:
        table["a"] = 2.0
    return x * table["a"]


@pytest.mark.parametrize("program", [index_in_a_loop, of_a_library])
def test_a_change_by_code_that_is_not_converted_is_found(program):
    with pytest.raises(ConversionError, match="is changed by code that is not converted"):
        ag.function(program)(X)


def test_a_context_manager_that_is_a_generator_is_refused():
    def program(x):
        with opened() as k:
            return x * k

    with pytest.raises(
        ConversionError, match="opened is a context manager that is made of a generator"
    ):
        ag.function(program)(X)


class Keeps:
    weights = X

    @functools.cached_property
    def doubled(self):
        return self.weights * 2.0


KEEPS = Keeps()


def test_what_an_object_computes_once_is_computed_before():
    f = ag.function(lambda x: x * KEEPS.doubled)
    for _ in range(2):
        with pytest.raises(
            ConversionError, match="'doubled' of a Keeps from outside is computed once"
        ):
            f(X)
    assert not vars(KEEPS)
    assert np.array_equal(f.eager(X).numpy(), f(X).numpy())


def test_what_computes_only_is_called():
    """Functions and methods of Python's own that change nothing."""

    def program(x):
        words = " ".join(["a", "b"]).split()
        day = datetime.date(2020, 1, 2).isoformat()
        parts = itertools.chain.from_iterable([[1, 2], [3]])
        place = bisect.bisect_left([1, 2, 3], 2)
        return x * len(words) * len(day) * sum(list(parts)) * place * (5).bit_length()

    assert np.array_equal(ag.function(program)(X).numpy(), program(X).numpy())


LIST, NESTED = [2.0, X], {"a": [1.0, {"b": 3}]}


class Model:
    def __init__(self):
        self.scales = [2.0]
        self.calls = 0


MODEL = Model()


def appends(x):
    LIST.append(x)
    return x


def sets_an_element(x):
    NESTED["a"][1]["c"] = x
    return x


def counts(x):
    MODEL.calls += 1
    return x


def sets_a_name_of_a_module(x):
    ag.errors.calls = 1
    return x


def sets_a_name_of_a_class(x):
    Model.calls = 1
    return x


def counts_itself(model, x):
    model.calls = model.calls + 1
    return x


def draws(x):
    return x + random.random()


def draws_from(x):
    return x + random.uniform(0, 1)


def looks_at_the_clock(x):
    return x + time.perf_counter()


def asks(x):
    return x * float(input("how much?"))


def stops(x):
    breakpoint()
    return x


LINES = {
    appends: "'append' of a list from outside would happen once",
    sets_an_element: "assignment to an element of a dict from outside would happen once",
    counts: "assignment to the attribute 'calls' of a Model from outside would happen once",
    sets_a_name_of_a_module: "assignment to the attribute 'calls' of a module from outside",
    sets_a_name_of_a_class: "assignment to the attribute 'calls' of a type from outside",
    draws: "random inside compiled code would run once",
    draws_from: "uniform inside compiled code would run once",
    looks_at_the_clock: "perf_counter inside compiled code would run once",
    asks: "input inside compiled code would run once, when it is compiled; pass its result as an",
    stops: "breakpoint inside compiled code would run once, when it is compiled; to stop in every run call"
    " F.eager(...) of the decorated function F, which runs the function itself, step by step, and computes",
}


@pytest.mark.parametrize("function", LINES, ids=lambda f: f.__name__)
def test_what_would_happen_once_is_refused(function):
    """Row 64: nothing runs silently when the function is staged, and not when it is called."""
    line = function.__code__.co_firstlineno + 1
    for _ in range(2):
        with pytest.raises(ConversionError) as caught:
            ag.function(function)(X)
        assert str(caught.value).startswith(LINES[function])
        assert f'File "{__file__}", line {line}, in {function.__name__}' in str(caught.value)
    assert (len(LIST), NESTED, MODEL.calls) == (2, {"a": [1.0, {"b": 3}]}, 0)


def test_an_argument_is_not_changed_once_either():
    with pytest.raises(ConversionError, match="attribute 'calls' of a Model from outside"):
        ag.function(counts_itself)(MODEL, X)
    assert MODEL.calls == 0
