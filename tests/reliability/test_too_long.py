"""A graph that would not come to an end is given up, and nothing is lost."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import ConversionError
from autograph_lite.ir import build

X = ag.constant([0.5, -1.5, 2.0])
SUM = ag.Variable(0.0)


def program(x, n):
    y = z = x
    for i in range(n):
        for j in range(3):
            if x[j] > 0.0:
                y, z = z, y
            else:
                z = y * x[j]
            y = y + z
    SUM.assign_add(1.0)
    return np.sum(y * z)


def gradient(f):
    with ag.GradientTape() as outer:
        outer.watch(X)
        with ag.GradientTape() as tape:
            tape.watch(X)
            loss = f(X, 2)
        inner = tape.gradient(loss, X)
        norm = np.sum(inner * inner)
    return outer.gradient(norm, X).numpy()


def test_a_graph_that_grows_without_end_is_given_up(monkeypatch):
    """Of a gradient; the function itself goes on, and so does the gradient where there is room."""
    f = ag.function(program)
    value = float(f(X, 2))
    SUM.assign(0.0)
    monkeypatch.setattr(build, "MOST", 300)
    with pytest.raises(ConversionError, match="takes more than 300 operations to write down"):
        gradient(f)
    assert float(SUM.numpy()) == 1.0  # the call was made
    assert float(f(X, 2)) == value
    monkeypatch.undo()
    assert gradient(f).tobytes() == gradient(f.eager).tobytes()


def test_a_function_that_is_too_long_changes_nothing(monkeypatch):
    SUM.assign(0.0)
    monkeypatch.setattr(build, "MOST", 20)
    f = ag.function(program)
    with pytest.raises(ConversionError, match="takes more than 20 operations") as found:
        f(X, 2)
    assert f'File "{__file__}"' in str(found.value) and float(SUM.numpy()) == 0.0
    monkeypatch.undo()
    assert float(f(X, 2)) == float(f.eager(X, 2))
