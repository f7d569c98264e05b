"""hello: the square of a number and its derivative."""

from __future__ import annotations

import autograph_lite as ag

from .protocol import Function, plain


@ag.function
def square(x):
    return x * x


def arguments(given):
    return (float(given),)


FUNCTIONS = {
    "square": Function(arguments, square, plain),
    "double": Function(arguments, ag.grad(square), plain),
}
