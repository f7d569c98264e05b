"""What a function reads from outside is live: every call sees what is there then."""

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
