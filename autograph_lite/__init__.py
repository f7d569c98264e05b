"""Differentiate and compile plain NumPy-style Python, with the same bits either way.

`function` compiles, `GradientTape` and `grad` differentiate, `Tensor`s behave as arrays.  The
compiler is loaded when `function` is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any as _Any

import numpy as _np

from autograph_lite import errors, numpy, optimizers, special
from autograph_lite.eager.interpreter import install_evaluator as _install_evaluator
from autograph_lite.eager.repetition import install_compiler as _install_compiler
from autograph_lite.errors import AutographError
from autograph_lite.numpy import (
    arange,
    array,
    asarray,
    empty,
    eye,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    where,
    zeros,
    zeros_like,
)
from autograph_lite.numpy import astype as cast
from autograph_lite.numpy.create import constant
from autograph_lite.printing.print import ag_print as print
from autograph_lite.solvers.ode import odeint
from autograph_lite.tape.tape import GradientTape
from autograph_lite.tensors.tensor import Tensor, is_tensor
from autograph_lite.tensors.variables import Variable
from autograph_lite.transforms.custom import (
    custom_gradient,
    custom_jvp,
    custom_vjp,
    stop_gradient,
)
from autograph_lite.transforms.forward import jvp, linearize
from autograph_lite.transforms.lanes import vmap
from autograph_lite.transforms.matrices import hessian, hvp, jacfwd, jacobian, jacrev
from autograph_lite.transforms.reverse import grad, value_and_grad, vjp
from autograph_lite_runtime import host as _host

if TYPE_CHECKING:
    from autograph_lite.api import function, verify

_host.check()

__version__ = "0.1.0"
float32, float64 = _np.dtype("float32"), _np.dtype("float64")
int32, int64, bool_ = _np.dtype("int32"), _np.dtype("int64"), _np.dtype("bool")
_LAZY = ("function", "verify")  # in `api`, which loads the compiler


def _evaluator(op: _Any, params: dict[str, _Any], datas: tuple[_Any, ...]) -> _Any:
    """Load the compiler when the first kernel is needed."""
    from autograph_lite.pipeline import evaluator

    _install_evaluator(evaluator)
    return evaluator(op, params, datas)


def _compile(graph: _Any) -> _Any:
    from autograph_lite.pipeline import compile_graph

    return compile_graph(graph)


_install_evaluator(_evaluator)
_install_compiler(_compile)


def __getattr__(name: str) -> _Any:
    if name in _LAZY:
        from autograph_lite import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "AutographError",
    "GradientTape",
    "Tensor",
    "Variable",
    "arange",
    "array",
    "asarray",
    "bool_",
    "cast",
    "constant",
    "custom_gradient",
    "custom_jvp",
    "custom_vjp",
    "empty",
    "errors",
    "eye",
    "float32",
    "float64",
    "full",
    "full_like",
    "function",
    "grad",
    "hessian",
    "hvp",
    "int32",
    "int64",
    "is_tensor",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "linspace",
    "numpy",
    "odeint",
    "ones",
    "ones_like",
    "optimizers",
    "print",
    "special",
    "stop_gradient",
    "value_and_grad",
    "verify",
    "vjp",
    "vmap",
    "where",
    "zeros",
    "zeros_like",
]
