"""Code of the user's that Python runs as it is while a function is staged: what it reads is live."""

import abc
import collections
import copy
import dataclasses
import functools
import operator
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


def through(x):
    return x * LIST[0] * ARRAY[0] * TENSOR[0]


LIST, ARRAY, TENSOR = [1.0], np.array([1.0]), ag.constant([1.0])
CONFIG, RANKED, MISSING = Config(2.0, Config(1.0)), Ranked(2.0), Missing(a=1.0)
REACHES, OTHER = Reaches(CONFIG), Config()


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
    CONFIG.k = OTHER.k = RANKED.k = 2.0
    Reaches.__add__.__defaults__[0][0] = 1.0


@pytest.mark.parametrize("name", TABLE)
def test_what_it_reads_is_read_at_each_call(name):
    program, *changes = TABLE[name]
    compiled, seen = ag.function(program), []
    for changed in (lambda: None, *changes):
        changed()
        want = float(program(X))
        assert [float(compiled(X)) for _ in range(3)] == [want] * 3
        seen.append(want)
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
