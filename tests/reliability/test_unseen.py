"""Code of the user's that Python runs as it is while a function is staged: what it reads is live."""

import abc
import collections
import contextlib
import copy
import cProfile
import dataclasses
import functools
import itertools
import operator
import random
import types
import typing

import numpy as np
import pytest

import autograph_lite as ag

X = 1.5
SCALE = 2.0
MODULE = types.ModuleType("settings_of_the_test")


class Abstract(abc.ABC):  # noqa: B024  # its metaclass is what is tested
    def __init__(self, x):
        self.x = x * SCALE


class Made:
    def __new__(cls, x):
        made = object.__new__(cls)
        made.x = x * SCALE
        return made


class Counted(type):
    def __call__(cls, x):
        made = super().__call__(x)
        made.y = SCALE
        return made


class OfMeta(metaclass=Counted):
    def __init__(self, x):
        self.x = x


@dataclasses.dataclass
class Completed:
    x: object
    y: object = None
    z: object = dataclasses.field(default_factory=lambda: SCALE)

    def __post_init__(self):
        self.y = self.x * SCALE


class Part:
    """Special methods that run as they are."""

    def __init__(self, x):
        self.x = x

    @property
    def scaled(self):
        return self.x * SCALE

    def times(self, y):
        return self.scaled * y

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return SCALE

    def __iter__(self):
        yield self.x
        yield SCALE

    def __copy__(self):
        return Part(self.x * SCALE)

    def __float__(self):
        return SCALE

    def __index__(self):
        return int(SCALE)

    def __hash__(self):
        return int(SCALE)

    def __eq__(self, other):
        return SCALE > 2.5

    def __round__(self):
        return round(SCALE)

    def __repr__(self):
        return f"Part {SCALE}"


@functools.total_ordering
class Ranked:
    def __init__(self, k):
        self.k = k

    def __lt__(self, other):
        return self.k * SCALE < other.k

    def __eq__(self, other):
        return self.k == other.k

    __hash__ = None


@dataclasses.dataclass(order=True)
class Config:
    k: float = 2.0
    inner: object = None


class OfAbstract(abc.ABC):  # noqa: B024
    def __init__(self, k):
        self.k = k

    def __iter__(self):
        yield self.k


class Flag:
    """Asked by Python's own functions, too."""

    def __init__(self, x):
        self.x = x

    def __bool__(self):
        return SCALE > 2.5

    def __eq__(self, other):
        return SCALE > 2.5

    def __radd__(self, other):
        return other + self.x * SCALE

    def __add__(self, other):
        return Flag(self.x + other.x * SCALE)

    __hash__ = None


class Twice:
    """A property that is kept, methods made of others, and an answer from the left of a NumPy scalar."""

    def __init__(self, x):
        self.x = x

    def scaled_by(self, k, y):
        return self.x * k * y

    scaled = functools.partialmethod(scaled_by, 2.0)

    @functools.cached_property
    def kept(self):
        return self.x * 2.0

    def __iter__(self):
        yield self.scaled(SCALE)
        yield self.kept

    def __rmul__(self, other):
        return Twice(self.x * other)

    def picks(self, rows):
        return rows[0] * self.x


class Asked:
    """Has no answer, and counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def __eq__(self, other):
        self.asked += 1
        return NotImplemented

    __add__ = __lt__ = __eq__
    __hash__ = None


class Descriptor:
    def __get__(self, obj, kind=None):
        return SCALE


class Described:
    found = Descriptor()


class Pair(typing.NamedTuple):
    a: object

    def __add__(self, other):
        try:
            return Pair(self.a + other.a * SCALE)
        except AttributeError:
            return self


class Missing(dict):
    def __missing__(self, key):
        return SCALE


class Reaches:
    """Its operator is not converted, and reaches far."""

    gain = 1.0

    def __init__(self, config):
        self.config = config

    def __mul__(self, x):
        try:
            return self._helped(x)
        except AttributeError:
            return x

    def _helped(self, x):
        return through(x * self.config.inner.k * self.gain) * MODULE.gain

    def __add__(self, x, scales=[1.0]):  # noqa: B006
        try:
            return x * scales[0] * vars(self.config)["k"]
        except AttributeError:
            return x


class Yields:
    """`__iter__` is a generator, which runs as it is."""

    def __init__(self, x, reads):
        self.x, self.reads, self.part = x, reads, Reads()

    def __iter__(self):
        yield self.reads(self)


class Reads:
    k = 1.0

    def __init__(self):
        self.own = 2.0

    def value(self):
        return self.own * SCALE


class Held:
    pass


def fresh_table():
    """Classes and objects of their own, which the changes leave as they are changed."""

    class Methods:
        def __init__(self, x):
            self.x = x

        def __mul__(self, other):
            return self.x * other

        def area(self):
            return self.x * 2.0

        def __len__(self):
            return 3

    class Bare:
        def __init__(self, x):
            self.x = x

    class Settings:
        k, rows = 2.0, [1.0]

    class Described:
        found = Descriptor()

    reads, late, space = Reads(), Held(), types.SimpleNamespace(q=2.0)
    late_class = type("Late", (), {"k": 1.0})
    bound, partial, inside = (
        reads.value,
        functools.partial(Reads.value, reads),
        {"a": lambda x: x * SCALE},
    )
    itself = [1.0]
    itself.append(itself)

    def helper(x):
        return x * helper.gain

    def doubles(x):
        return x * 2.0

    helper.gain = 2.0
    settle = late_class()

    def yields(reads_it):
        return lambda x: [*Yields(x, reads_it)][0]  # noqa: RUF015

    return {
        "an operator replaced": (
            lambda x: Methods(x) * 2.0,
            change(Methods, __mul__=lambda self, other: self.x - other),
        ),
        "a method replaced": (
            lambda x: Methods(x).area(),
            change(Methods, area=lambda self: self.x),
        ),
        "a length replaced": (
            lambda x: len(Methods(x)) * x,
            change(Methods, __len__=lambda self: 5),
        ),
        "truth added": (lambda x: x if Bare(x) else -x, change(Bare, __bool__=lambda self: False)),
        "equality added": (
            lambda x: x if Bare(x) == Bare(x) else -x,
            change(Bare, __eq__=lambda self, other: True),
        ),
        "a class as a name space": (
            yields(lambda s: s.x * Settings.k * Settings.rows[0]),
            change(Settings, k=5.0),
            lambda: Settings.rows.__setitem__(0, 3.0),
        ),
        "a method of another object": (
            yields(lambda s: s.x * reads.value()),
            change(reads, own=4.0),
            *SCALED,
            change(reads, value=lambda: 8.0),
        ),
        "a method of a part": (yields(lambda s: s.x * s.part.value()), *SCALED),
        "functions in a container": (yields(lambda s: inside["a"](s.x)), *SCALED),
        "a bound method": (yields(lambda s: s.x * bound()), change(reads, own=5.0)),
        "a partial": (yields(lambda s: s.x * partial()), change(reads, own=6.0)),
        "an attribute that comes later": (yields(lambda s: s.x * settle.k), change(settle, k=5.0)),
        "one that is not there": (
            yields(lambda s: s.x * getattr(late, "mode", 1.0)),
            change(late, mode=5.0),
        ),
        "a descriptor alone": (lambda x: Described().found * x, *SCALED),
        "a simple namespace": (yields(lambda s: s.x * space.q), change(space, q=3.0)),
        "an attribute of a function": (yields(lambda s: helper(s.x)), change(helper, gain=3.0)),
        "the code of a function": (
            yields(lambda s: doubles(s.x)),
            lambda: setattr(doubles, "__code__", (lambda x: x * 3.0).__code__),
        ),
        "a list that holds itself": (yields(lambda s: s.x * itself[0] * SCALE), *SCALED),
    }


def through(x):
    return x * LIST[0] * ARRAY[0] * TENSOR[0]


LIST, ARRAY, TENSOR = [1.0], np.array([1.0]), ag.constant([1.0])
CONFIG, RANKED, MISSING = Config(2.0, Config(1.0)), Ranked(2.0), Missing(a=1.0)
REACHES, OTHER = Reaches(CONFIG), Config()
OF_ABSTRACT, PICKED, FACTOR = OfAbstract(2.0), np.array([1.0]), np.float64(2.0)
PICKS = operator.methodcaller("picks", PICKED)


def added_in_place(x):
    x += Flag(x)
    return x


def asked_once(x):
    asked = Asked()
    return x * asked.asked if asked == 3 else x * (asked.asked + SCALE)


def first_of_lists(x):
    lists = [[x], [x * SCALE]]
    for i in range(3):
        lists[0].append(x * i)
    taken = lists.pop(0)
    lists.insert(0, taken)
    return lists[0][0] * lists[1][0]


def scale(value):
    globals().update(SCALE=value)


def change(obj, **parts):
    return lambda: [setattr(obj, name, part) for name, part in parts.items()]


SCALED = (lambda: scale(3.0), lambda: scale(4.0))
TABLE = {
    "the __init__ of a class with a metaclass": (lambda x: Abstract(x).x, *SCALED),
    "__new__": (lambda x: Made(x).x, *SCALED),
    "a metaclass": (lambda x: OfMeta(x).y * x, *SCALED),
    "__post_init__": (lambda x: Completed(x).y, *SCALED),
    "a factory": (lambda x: Completed(x).z * x, *SCALED),
    "dataclasses.replace": (lambda x: dataclasses.replace(Completed(1.0), x=x).y, *SCALED),
    "__getattr__": (lambda x: Part(x).anything * x, *SCALED),
    "__iter__": (lambda x: sum(Part(x)), *SCALED),
    "a generator, unpacked": (lambda x: [*Part(x)][1] * x, *SCALED),
    "__copy__": (lambda x: copy.copy(Part(x)).x, *SCALED),
    "float": (lambda x: float(Part(x)) * x, *SCALED),
    "round": (lambda x: round(Part(x)) * x, *SCALED),
    "__index__": (lambda x: [1.0, 2.0, 3.0, 4.0, 5.0][Part(x)] * x, *SCALED),
    "range": (lambda x: sum(x for _ in range(Part(x))), *SCALED),
    "hash": (lambda x: hash(Part(x)) * x, *SCALED),
    "a key of a dict": (lambda x: len({Part(x): 1, Part(x): 2}) * x, *SCALED),
    "count": (lambda x: [Part(x)].count(Part(2.0)) * x, *SCALED),
    "attrgetter": (lambda x: operator.attrgetter("scaled")(Part(x)), *SCALED),
    "methodcaller": (lambda x: operator.methodcaller("times", x)(Part(x)), *SCALED),
    "a descriptor": (lambda x: Described().found * x, *SCALED),
    "a named tuple": (lambda x: (Pair(x) + Pair(x)).a, *SCALED),
    "__missing__": (lambda x: MISSING["b"] * x, *SCALED),
    "an order": (lambda x: x if RANKED > Ranked(5.0) else -x, *SCALED, change(RANKED, k=9.0)),
    "sorted": (lambda x: x * sorted([Ranked(2.0), Ranked(3.0)])[0].k, lambda: scale(-2.0)),
    "a dataclass compared": (lambda x: x if OTHER < Config(3.0) else -x, change(OTHER, k=4.0)),
    "a tuple compared": (
        lambda x: x if (OTHER, 1) < (Config(6.0), 2) else -x,
        change(OTHER, k=7.0),
    ),
    "min": (lambda x: x * min([Config(8.0), OTHER]).k, change(OTHER, k=9.0)),
    "a class with a base of Python's": (lambda x: sum(OF_ABSTRACT) * x, change(OF_ABSTRACT, k=3.0)),
    "any": (lambda x: x if any([Flag(x)]) else -x, *SCALED),
    "all": (lambda x: x if all([Flag(x)]) else -x, *SCALED),
    "a condition of a comprehension": (lambda x: x * len([1 for f in [Flag(x)] if f]), *SCALED),
    "a tuple that counts": (lambda x: x * (Flag(1.0), Flag(2.0)).count(Flag(3.0)), *SCALED),
    "accumulate": (
        lambda x: [*itertools.accumulate([Flag(1.0), Flag(2.0)])][-1].x * x,
        *SCALED,
    ),
    "in place": (added_in_place, *SCALED),
    "no answer": (asked_once, *SCALED),
    "methods made of others, a property that is kept": (lambda x: sum(Twice(x)), *SCALED),
    "what a methodcaller holds": (
        lambda x: PICKS(Twice(x)),
        lambda: PICKED.__setitem__(0, 5.0),
    ),
    "a scalar of NumPy's on the left": (
        lambda x: (FACTOR * Twice(x)).x,
        lambda: globals().update(FACTOR=np.float64(3.0)),
    ),
    "lists in a list": (first_of_lists, *SCALED),
    "asdict": (lambda x: x * dataclasses.asdict(OTHER)["k"], change(OTHER, k=10.0)),
    "copy": (lambda x: x * copy.copy(OTHER).k, change(OTHER, k=11.0)),
    "deepcopy": (lambda x: x * copy.deepcopy([OTHER])[0].k, change(OTHER, k=12.0)),
    "an attribute of an attribute": (
        lambda x: REACHES * x,
        change(CONFIG.inner, k=3.0),
        change(Reaches, gain=0.5),
        change(MODULE, gain=0.25),
        lambda: LIST.__setitem__(0, 5.0),
        lambda: ARRAY.__setitem__(0, 6.0),
        lambda: TENSOR.__setitem__(0, 7.0),
    ),
    "vars, and a default": (
        lambda x: REACHES + x,
        change(CONFIG, k=5.0),
        lambda: Reaches.__add__.__defaults__[0].__setitem__(0, 3.0),
    ),
}


@pytest.fixture(autouse=True)
def as_before():
    scale(2.0)
    MODULE.gain = Reaches.gain = CONFIG.inner.k = LIST[0] = ARRAY[0] = TENSOR[0] = 1.0
    CONFIG.k = OTHER.k = RANKED.k = OF_ABSTRACT.k = 2.0
    PICKED[0] = 1.0
    globals().update(FACTOR=np.float64(2.0))
    Reaches.__add__.__defaults__[0][0] = 1.0


@pytest.mark.parametrize("name", [*TABLE, *fresh_table()])
def test_what_it_reads_is_read_at_each_call(name):
    program, *changes = {**TABLE, **fresh_table()}[name]
    compiled, seen = ag.function(program), []
    for changed in (lambda: None, *changes):
        changed()
        found = [float(compiled(X)) for _ in range(3)]  # before Python has seen it
        seen.append(float(program(X)))
        assert found == [seen[-1]] * 3
    assert len(set(seen)) > 1, "the changes make a difference"


def test_it_is_staged_again_only_where_what_it_reads_has_changed():
    compiled = ag.function(lambda x: Completed(x).y)
    for value in (2.0, 3.0, 3.0, 2.0):
        scale(value)
        assert float(compiled(X)) == X * value
    assert "SCALE of Completed.__post_init__" in compiled.explain()


def test_a_text_of_it_is_made_at_each_call(capsys):
    def program(x):
        print([Part(2.0)], {"a": Part(3.0)})
        return x

    compiled = ag.function(program)
    for value in (2.0, 3.0):
        scale(value)
        compiled(X)
        assert capsys.readouterr().out == f"[Part {value}] {{'a': Part {value}}}\n"


def test_an_object_that_is_an_argument_is_read_too():
    compiled = ag.function(lambda row, x: row * x)
    for k in (3.0, 4.0):
        CONFIG.inner.k = k
        assert float(compiled(REACHES, X)) == float(REACHES * X)


def test_what_holds_what_is_made_once_keeps_its_class():
    kept = collections.OrderedDict(a=Part(2.0))
    compiled = ag.function(lambda x: sum(kept["a"]) * x)
    for value in (2.0, 5.0):
        scale(value)
        assert float(compiled(X)) == (2.0 + value) * X


class Weighs:
    """Its operator is converted."""

    def __init__(self, x):
        self.x = x

    def __matmul__(self, other):
        return Weighs(self.x * other * SCALE)


def test_what_converted_operators_read_is_no_guard():
    compiled = ag.function(lambda x: (Weighs(x) @ 2.0).x)
    for value in (2.0, 3.0, 4.0):
        scale(value)
        assert float(compiled(X)) == X * 2.0 * value
    assert "1 signature" in compiled.explain()


@dataclasses.dataclass
class Drawn:
    x: object
    n: object = dataclasses.field(default_factory=random.random)


class Logs:
    made = 0

    def __new__(cls, x):
        cls.made += 1
        return object.__new__(cls)

    def __init__(self, x):
        self.x = x


class Tells:
    def __new__(cls, x):
        print("made")
        return object.__new__(cls)

    def __init__(self, x):
        self.x = x


class Asks:
    def __init__(self):
        self.n = 0

    def __bool__(self):
        self.n += 1
        return self.n < 4


def asks_in_a_loop(x):
    asks = Asks()
    while asks:
        x = x * 2.0
    return x


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (lambda x: Drawn(x).n * x, "random inside compiled code would run once"),
        (lambda x: Logs(x).x, "made of Logs is changed by code that is not converted"),
        (lambda x: Tells(x).x, "print in Tells.__new__, which is not converted, would run once"),
        (lambda x: Uniform(x).n * x, "uniform inside compiled code would run once"),
        (lambda x: Catches(x).x, "print in Catches.__new__, which is not converted"),
        (
            lambda x: x if chosen_by(x) == PLAIN else -x,
            "objects are compared of which one is one of",
        ),
        (asks_in_a_loop, "assignment to the attribute 'n' of 'asks' in the condition of a loop"),
        (lambda x: ARRAY + Right(x), "an operator between a plain array and a Right on its right"),
    ],
)
def test_what_it_would_do_at_each_call_is_refused(program, words):
    with pytest.raises(ag.errors.ConversionError, match=words):
        ag.function(program)(X)


class Right:
    def __init__(self, x):
        self.x = x

    def __radd__(self, other):
        return self.x


@dataclasses.dataclass
class Uniform:
    x: object
    n: object = dataclasses.field(default_factory=lambda: random.uniform(0.0, 1.0))


class Catches:
    def __new__(cls, x):
        with contextlib.suppress(Exception):
            print("made")
        return object.__new__(cls)

    def __init__(self, x):
        self.x = x


def chosen_by(x):
    found = PLAIN
    if x > 5.0:
        found = Right(x)
    return found


PLAIN = Right(2.0)


def test_a_profiler_looks_on():
    profiler = cProfile.Profile()
    profiler.enable()
    assert float(ag.function(lambda x: Completed(x).y)(X)) == X * 2.0
    profiler.disable()


def test_an_object_made_inside_is_none_from_outside():
    def program(x):
        rows = Reaches(Config(x, Config(2.0)))
        first = sum(OF_ABSTRACT) * (rows * x)
        rows.config.inner.k = 3.0
        return first + rows * x

    assert float(ag.function(program)(X)) == float(program(X))


def test_the_next_calls_take_the_fast_way():
    """Guards of a class do not keep a call from it."""
    compiled = ag.function(lambda x: Weighs(x).x * 2.0)
    for _ in range(3):
        compiled(1.5)
    assert compiled.quickly((1.5,)) == 3.0
