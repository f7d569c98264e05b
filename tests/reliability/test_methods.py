"""Compiled methods, and transforms of one function that are made again and again."""

import numpy as np
import pytest

import autograph_lite as ag
from autograph_lite.errors import GradientError

X = np.array([1.0, 2.0])


class Model:
    def __init__(self, scale):
        self.scale = scale

    @ag.function
    def loss(self, w, power=2):
        s = 0.0
        for i in range(len(w)):
            s = s + w[i] ** power
        return s * self.scale

    def plain(self, w):
        return np.sum(w * w) * self.scale


def test_a_method_has_all_that_a_function_has():
    model, other = Model(3.0), Model(0.5)
    for owner, loss in ((model, 15.0), (other, 2.5)):
        assert float(owner.loss(X)) == float(owner.loss.eager(X)) == loss
        assert owner.loss.graph(X).startswith("loss(")
        assert owner.loss.compile(X)(X, power=2).numpy() == loss
        ag.verify(owner.loss, ag.constant(X))
    assert "(Model, float64[2])" in model.loss.explain()
    assert "for" in model.loss.kernel_source(X) or "while" in model.loss.kernel_source(X)
    assert "loss" in model.loss.staged_source and model.loss.__name__ == "loss"
    assert model.loss == model.loss != other.loss and hash(model.loss) == hash(model.loss)


def test_a_method_is_differentiated_by_its_own_arguments():
    model = Model(3.0)
    for loss in (model.loss, model.plain, ag.function(model.plain)):
        for argnums in (0, -1):
            value, gradient = ag.value_and_grad(loss, argnums)(X)
            assert (value, gradient.tolist()) == (15.0, [6.0, 12.0])
        assert ag.grad(loss, (0,))(X)[0].tolist() == [6.0, 12.0]
    assert ag.value_and_grad(model.loss)(X, power=3)[1].tolist() == [9.0, 36.0]
    compiled = ag.function(model.plain)
    model.scale = 1.0
    assert float(compiled(X)) == 5.0 and ag.grad(compiled)(X).tolist() == [2.0, 4.0]


def test_a_method_is_called_in_compiled_code():
    model = Model(2.0)
    whole = ag.function(model.plain)

    def program(w):
        for _ in range(3):
            w = w * model.loss(w) - whole(w)
        return w

    ag.verify(ag.function(program), ag.constant(X * 0.1))


def test_the_gradient_of_a_compiled_function_is_compiled_once():
    """However often it is asked for; other options make another."""
    f = ag.function(lambda w: np.sum(w * w))
    for _ in range(3):
        assert ag.grad(f)(X).tolist() == [2.0, 4.0]
    assert ag.grad(f).explain().startswith("<lambda>: 1 signature(s)")
    assert ag.grad(f, (0,))(X)[0].tolist() == [2.0, 4.0]
    assert ag.grad(f, has_aux=False)(X).tolist() == [2.0, 4.0]


def fills_a_plain_array(w):
    out = np.zeros(3)
    for i in range(3):
        out[i] = w[0] * i
    return np.sum(out * w[0])


def test_what_numpy_cannot_take_is_told_in_our_words():
    """An element of a plain array cannot hold what is followed; NumPy says that it is a sequence."""
    with pytest.raises(
        GradientError, match="would drop its gradient; write it with tensors"
    ) as found:
        ag.grad(fills_a_plain_array)(X)
    lines = [entry.lineno + 1 for entry in found.traceback]
    assert fills_a_plain_array.__code__.co_firstlineno + 3 in lines
