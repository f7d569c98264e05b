"""lstm: how well a recurrent network with diagonal weights predicts the next character."""

from __future__ import annotations

import numpy as np

import autograph_lite as ag
from autograph_lite.special import expit

from .protocol import Function, plain


def cell(weight, bias, hidden, memory, x):
    """One layer in one step: its new state.  weight and bias: (4, b), the others: (b,)"""
    forget = expit(x * weight[0] + bias[0])
    write = expit(hidden * weight[1] + bias[1])
    read = expit(x * weight[2] + bias[2])
    change = np.tanh(hidden * weight[3] + bias[3])
    memory = memory * forget + write * change
    return read * np.tanh(memory), memory


@ag.function
def loss(main, extra, state, sequence):
    """The mean of -log p of the character that comes next, bit by bit.

    main: (2 l, 4 b), weights and biases of each layer by turns; extra: (3, b), weight in, weight and
    bias out; state: (2 l, b), what is hidden and what is remembered by turns; sequence: (c, b).
    """
    layers, (c, b) = len(main) // 2, sequence.shape
    gates, state, total = main.reshape(2 * layers, 4, b), state.copy(), 0.0
    for t in range(c - 1):
        x = sequence[t] * extra[0]
        for i in range(layers):
            x, memory = cell(gates[2 * i], gates[2 * i + 1], state[2 * i], state[2 * i + 1], x)
            state[2 * i], state[2 * i + 1] = x, memory
        guess = x * extra[1] + extra[2]
        total = total + np.sum(sequence[t + 1] * (guess - np.log(np.sum(np.exp(guess)) + 2.0)))
    return -total / ((c - 1) * b)


def arguments(given):
    names = ("main_params", "extra_params", "state", "sequence")
    return tuple(np.array(given[name]) for name in names)


def flat(gradients):
    return plain(np.concatenate([np.ravel(g) for g in gradients]))


FUNCTIONS = {
    "objective": Function(arguments, loss, plain),
    "jacobian": Function(arguments, ag.grad(loss, argnums=(0, 1)), flat),
}
