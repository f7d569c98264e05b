"""Optimizers with the meaning that they have in Keras 2; usable eagerly and in compiled loops."""

from autograph_lite.optimizers.adagrad import Adagrad
from autograph_lite.optimizers.adam import Adam
from autograph_lite.optimizers.base import Optimizer
from autograph_lite.optimizers.rmsprop import RMSprop
from autograph_lite.optimizers.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "Optimizer", "RMSprop"]
