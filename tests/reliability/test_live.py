"""What a function reads from outside is live: every call sees what is there then."""

import collections
import dataclasses
import functools
import types

import numpy as np
import pytest

import autograph_lite as ag

X = ag.constant([0.5, 1.5, 2.5])


class Model:
    def __init__(self):
        self.scales = [2.0]


def test_what_a_container_holds_is_read_at_each_call():
    """Row 62: a list, a dict and an attribute, changed in place; the fast way of calling too."""
    plain, nested, model = [2.0, X], {"a": [1.0, {"b": 3}]}, Model()

    def reads(x):
        return x * plain[0] + plain[1] + nested["a"][0] * nested["a"][1]["b"] + sum(model.scales)

    f = ag.function(reads)
    changes = (
        lambda: None,
        lambda: plain.__setitem__(0, 5.0),
        lambda: plain.__setitem__(1, X * 10),
        lambda: nested["a"][1].__setitem__("b", 4),
        lambda: model.scales.append(0.5),
        lambda: model.scales.__setitem__(0, -0.0),
    )
    seen = []
    for change in changes:
        change()
        for _ in range(3):
            assert f(X).numpy().tolist() == f.eager(X).numpy().tolist()
        seen.append(f(X).numpy().tolist())
    assert len({tuple(values) for values in seen}) == len(changes)


def test_what_a_module_a_class_or_an_object_holds_is_read_at_each_call():
    """Numbers, arrays, functions and containers, and other ones in their place."""
    module, model = types.ModuleType("settings"), Model()
    module.scale, module.activation, module.table = 2.0, np.sin, {"a": 1.0}
    Model.offset, model.layer = 0.5, lambda x: x * 2

    def reads(x):
        out = module.activation(x) * module.scale + module.table["a"]
        return model.layer(out) + Model.offset

    f = ag.function(reads)
    changes = (
        lambda: None,
        lambda: setattr(module, "scale", 3.0),
        lambda: setattr(module, "scale", np.array([1.0, 2.0, 3.0])),
        lambda: setattr(module, "activation", np.cos),
        lambda: module.table.__setitem__("a", 4.0),
        lambda: setattr(Model, "offset", -0.25),
        lambda: setattr(model, "layer", lambda x: x * 5),
    )
    seen = []
    for change in changes:
        change()
        for _ in range(3):
            assert f(X).numpy().tolist() == f.eager(X).numpy().tolist()
        seen.append(str(f(X).numpy()))
    assert len(set(seen)) == len(changes)


DATA = np.array([1.0, 2.0, 3.0])
HELD = {"data": [DATA]}
USES = {
    "whole": lambda x: DATA * x,
    "an element": lambda x: DATA[1] * x,
    "arithmetic": lambda x: np.sum(DATA * 2 + 1) * x,
    "a method": lambda x: DATA.sum() * x,
    "a function of it": lambda x: np.sum(np.tanh(DATA) * 2) * x,
    "a condition": lambda x: x if DATA[0] > 1 else -x,
    "its length": lambda x: len(DATA) * x + DATA.shape[0],
    "a number": lambda x: float(DATA[2]) * x,
    "a mask": lambda x: np.sum(DATA[DATA > 1.5]) * x,
    "unpacked": lambda x: sum([v for v in DATA]) * x,
    "an element of what a container holds": lambda x: HELD["data"][0][1] * x,
    "membership": lambda x: x if 2.0 in DATA else -x,
}


@pytest.mark.parametrize("use", USES)
def test_what_is_computed_from_a_plain_array_is_computed_anew_when_it_changes(use, monkeypatch):
    """In place, and another array in its place; the fast way of calling too."""
    f = ag.function(USES[use])
    x = ag.constant(2.0)
    for other in ([1.0, 2.0, 3.0], [0.5, -2.0, 9.0], [4.0, 0.0, 1.0, 7.0]):
        array = np.array(other)
        monkeypatch.setattr(f"{__name__}.DATA", array)
        monkeypatch.setitem(HELD, "data", [array])
        for value in (other[1], 2.0, 8.0):
            array[1] = value
            for _ in range(3):
                assert np.array_equal(f(x).numpy(), f.eager(x).numpy())


class Holder:
    def __init__(self, held):
        self.held = held


FIRST, SECOND = Holder(None), Holder(None)
MAKERS = {
    "a number": lambda v: v,
    "an array": lambda v: np.full(3, v),
    "a tensor": lambda v: ag.constant([v, v, v]),
    "a variable": lambda v: ag.Variable([v, v, v]),
}


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("same", [True, False])
def test_two_attributes_of_one_name_are_two(maker, same):
    """Of two objects; one array for both at first or later, and other ones in their place."""
    make = MAKERS[maker]
    FIRST.held = make(1.0)
    SECOND.held = FIRST.held if same else make(2.0)
    f = ag.function(lambda x: x * FIRST.held + x * SECOND.held * 10.0)
    changes = (
        lambda: None,
        lambda: setattr(SECOND, "held", make(3.0)),
        lambda: setattr(FIRST, "held", make(4.0)),
        lambda: setattr(FIRST, "held", SECOND.held),
        lambda: setattr(SECOND, "held", make(5.0)),
    )
    for change in changes:
        change()
        for _ in range(3):
            assert np.array_equal(f(X).numpy(), f.eager(X).numpy())


def closure(k):
    return lambda x: x * k


def test_two_closures_of_one_definition_are_two():
    one, other = closure(2.0), closure(3.0)
    f = ag.function(lambda x: one(x) + other(x))
    assert float(f(1.0)) == f.eager(1.0) == 5.0


def adds(x):
    FIRST.held.assign(FIRST.held + x)
    return FIRST.held * 2.0


def assigns_both(x):
    FIRST.held.assign(x)
    SECOND.held.assign(SECOND.held * 2.0)
    return FIRST.held + SECOND.held


def assigns_one(x):
    FIRST.held.assign(FIRST.held + SECOND.held * x)
    return SECOND.held * 1.0


@pytest.mark.parametrize("program", [adds, assigns_both, assigns_one])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_variable_in_the_place_of_one_that_is_assigned(program, at_once):
    """The one that is there at the call is assigned, under both names where it has two."""
    f, told = ag.function(program), []
    for run in (f, f.eager):
        variables = [ag.Variable(np.full(3, v)) for v in (1.0, 2.0, 100.0)]
        FIRST.held, SECOND.held = variables[:2]
        seen = []
        for change in (None, (FIRST, 2), (SECOND, 2), (FIRST, 0), (FIRST, 1), (SECOND, 0)):
            if change:
                change[0].held = variables[change[1]]
            for _ in range(1 if at_once else 3):
                seen.append(run(X).numpy().tolist())
                seen += [v.numpy().tolist() for v in variables]
        told.append(seen)
    assert told[0] == told[1]


OUTPUT = ag.zeros(3)


def writes(x):
    OUTPUT[0] = x[1]
    return OUTPUT * 2.0


def test_a_tensor_in_the_place_of_one_that_is_written(monkeypatch):
    f = ag.function(writes)
    f(X)
    before, after = OUTPUT, ag.zeros(3)
    monkeypatch.setattr(f"{__name__}.OUTPUT", after)
    for k in range(1, 4):
        f(X * k)
        assert (before.numpy()[0], after.numpy()[0]) == (1.5, 1.5 * k)


class Settings:
    gain, rows = 0.5, (1.0, 2.0)


def scaled(x, gain=0.5, table=DATA, *, rows=(2.0, [3.0]), function=np.sin):
    return function(x) * gain + np.sum(table) * rows[0] * rows[1][0]


def by_defaults(x):
    return scaled(x)


def by_class(x):
    made = Settings()
    return x * made.gain + made.rows[1]


PART = functools.partial(scaled, gain=2.0)
SOME = Settings()


def by_part(x):
    return PART(x)


def by_name(x):
    found = getattr(SOME, "gain") * getattr(SOME, "nothing", 0.25)  # noqa: B009
    return x * found if hasattr(SOME, "other") else x - found


def set_default(name, value):
    scaled.__kwdefaults__[name] = value


class Scale:
    """Operators that are not converted, and properties and special methods that are."""

    def __init__(self, k):
        self.k, self.w = k, X

    def __mul__(self, x):
        return self.k * x

    def __add__(self, x):
        return self.w * x

    def __lt__(self, x):
        return self.k < 3.0

    def __bool__(self):
        return self.k > 2.0

    def __iter__(self):
        return iter([self.k, 1.0])

    def __contains__(self, v):
        return self.k == v

    @property
    def parts(self):
        return self.w * self.k if self.k > 2.0 else self.w, [self.k]


SCALE, VIEW = Scale(2.0), {"a": 2.0}
MANY = collections.UserDict(a=2.0), collections.ChainMap(VIEW), VIEW.values()


def by_operators(x):
    y = SCALE * x + (SCALE + x) if SCALE else x
    return y * sum(SCALE) if SCALE < 0.0 or 3.0 in SCALE else y


def by_parts(x):
    tensor, held = SCALE.parts
    return x * tensor + held[0]


def by_views(x):
    return x * MANY[0]["a"] + MANY[1]["a"] * sum(MANY[2])


CHANGES = {
    "operators and properties of a class of the user's": (
        *(by_operators, by_parts),
        lambda: setattr(SCALE, "k", 3.0),
        lambda: setattr(SCALE, "w", ag.constant([4.0, 5.0, 6.0])),
        lambda: setattr(SCALE, "k", 1.0),
    ),
    "containers of Python's library": (
        *(by_views, by_views),
        lambda: MANY[0].update(a=3.0),
        lambda: VIEW.update(a=4.0),
        lambda: VIEW.update(b=5.0),
    ),
    "defaults": (
        *(scaled, by_defaults),
        lambda: setattr(scaled, "__defaults__", (3.0, DATA)),
        lambda: setattr(scaled, "__defaults__", (3.0, DATA * 2.0)),
        lambda: set_default("rows", (2.0, [4.0])),
        lambda: scaled.__kwdefaults__["rows"][1].__setitem__(0, 5.0),
        lambda: set_default("function", np.cos),
    ),
    "a class, by an object that is made inside": (
        *(by_class, by_class),
        lambda: setattr(Settings, "gain", 0.75),
        lambda: setattr(Settings, "rows", (1.0, 4.0)),
    ),
    "functools.partial": (
        *(by_part, by_part),
        lambda: PART.keywords.update(gain=4.0),
        lambda: PART.keywords.update(table=ag.constant([5.0])),
    ),
    "getattr, hasattr": (
        *(by_name, by_name),
        lambda: setattr(SOME, "gain", 8.0),
        lambda: setattr(SOME, "nothing", 16.0),
        lambda: setattr(SOME, "other", None),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_found_by_way_of_an_object_is_read_at_each_call(name):
    one, other, *changes = CHANGES[name]
    compiled = [ag.function(f) for f in (one, other)]
    for change in (lambda: None, *changes):
        change()
        for f in compiled:
            for _ in range(3):
                assert np.array_equal(f(X).numpy(), f.eager(X).numpy())


class Base:
    gain = 2.0

    def act(self, x):
        return x * self.gain


class Derived(Base):
    gain = 5.0

    def act(self, x):
        return super(Derived, self).act(x) * super(Derived, self).gain  # noqa: UP008


ONE, OTHER = types.ModuleType("one"), types.ModuleType("other")
ONE.gain, OTHER.gain = 2.0, 3.0
MODULE, ACTOR, PAIR = ONE, Derived(), types.SimpleNamespace(both=(1.0, [2.0]))


class Pairs:
    @property
    def both(self):
        return (PAIR.both[0], [3.0])


PAIRS = Pairs()


def by_module(x):
    return x * MODULE.gain


def by_super(x):
    return ACTOR.act(x) * by_super.times


def by_property(x):
    return x * PAIRS.both[0] * PAIRS.both[1][0]


by_super.times = 1.0


def test_modules_methods_and_what_a_class_above_holds_are_read_at_each_call(monkeypatch):
    changes = (
        lambda: None,
        lambda: monkeypatch.setattr(f"{__name__}.MODULE", OTHER),
        lambda: monkeypatch.setattr(Base, "gain", 7.0),
        lambda: monkeypatch.setattr(by_super, "times", 0.5),
        lambda: monkeypatch.setattr(ACTOR, "act", lambda x: x * 9.0, raising=False),
        lambda: monkeypatch.setattr(PAIR, "both", (8.0, [2.0])),
    )
    compiled = [ag.function(f) for f in (by_module, by_super, by_property)]
    for change in changes:
        change()
        for f in compiled:
            for _ in range(3):
                assert np.array_equal(f(X).numpy(), f.eager(X).numpy())
    assert compiled[2].explain().startswith("by_property: 2 signature(s)")


@dataclasses.dataclass
class Result:
    values: list


def test_what_a_call_returns_is_its_own():
    """The caller changes it; the next call gives it as it was."""

    def made(x):
        return x, np.zeros(2), {1}, collections.deque([1.0]), Result([1.0])

    f = ag.function(made)
    for _ in range(4):
        _, array, names, queue, result = f(X)
        assert array.tolist() == [0.0, 0.0] and names == {1}
        assert (list(queue), result.values) == ([1.0], [1.0])
        array += 1.0
        names.add(2)
        queue.append(2.0)
        result.values.append(2.0)
