"""Texts of values: f-strings, str(), repr(), format(), % and .format(), and Python's print.

A text of what only the run knows is made when it is known (`later.Text`).  What it is a text of is held
as it is where the text stands: a tensor that is written later does not change it.
"""

from __future__ import annotations

import operator
import sys
import types
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

import numpy as np

from autograph_lite.eager.interpreter import EAGER
from autograph_lite.errors import AutographError, ConversionError
from autograph_lite.frontend.later import Later, Text, known
from autograph_lite.frontend.meanings import MEANINGS
from autograph_lite.frontend.packing import shown
from autograph_lite.frontend.state import as_given, put_together, take_apart
from autograph_lite.frontend.steady import in_library
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PYTHON_CLASS, Type
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.staging import building, root
from autograph_lite.tensors.boxes import Box, value_of, wrap
from autograph_lite.tensors.number import Number
from autograph_lite.tensors.scalar import NumpyScalar
from autograph_lite.tensors.tagged import Tagged
from autograph_lite.tensors.tensor import Tensor
from autograph_lite.tensors.variables import snapshot

CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
BUILTINS = (str, repr, ascii, format)
METHODS = {"format": str.format, "join": str.join}
"""Methods of a string whose arguments may be known only to the run."""
_CONSTANT = (str, bytes, bool, int, float, complex, type(None), np.generic)
_UNTOLD = ("<staged ", "<variable ")  # how our objects show while they have no values


def needs_run(nest: Any) -> bool:
    """Whether a text of these objects needs what only the run knows."""
    return any(isinstance(leaf, Box | Later) for leaf in leaves(nest))


def held(nest: Any) -> Any:
    """The objects as they are now."""
    for part in _nests(nest):
        if isinstance(part, dict) and type(part) is not dict:
            raise ConversionError(
                f"a text of a {type(part).__name__} that holds what only the run of the compiled function"
                " knows is not available yet; make it a dict: dict(x)"
            )
    return rebuild(nest, _held)


def _nests(nest: Any) -> Iterator[Any]:
    if isinstance(nest, list | tuple | dict):
        yield nest
        for part in nest.values() if isinstance(nest, dict) else nest:
            yield from _nests(part)


def _held(leaf: Any) -> Any:
    if isinstance(leaf, Box):
        if leaf.is_variable:
            return Later(snapshot, (leaf.name, wrap(value_of(leaf))), {})  # type: ignore[attr-defined]
        return as_it_is(leaf)
    if isinstance(leaf, np.ndarray):
        return leaf.copy()
    if isinstance(leaf, (Later, *_CONSTANT)):
        return leaf
    return _Shown(type(leaf).__name__, plain(str, leaf), plain(repr, leaf))


def as_it_is(box: Box) -> Any:
    """A tensor of its own that holds what a tensor holds now; a number is never written."""
    return box if isinstance(box, Number | NumpyScalar | Tagged) else wrap(value_of(box))


class _Shown:
    """Stands for an object by its texts, as they were."""

    def __init__(self, kind: str, text: str, representation: str) -> None:
        self._kind, self._text, self._representation = kind, text, representation

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return self._representation

    def __format__(self, spec: str) -> str:
        return self._text if not spec else self._refuse(f"the format {spec!r}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse(f"the attribute {name!r}")

    def _refuse(self, what: str) -> NoReturn:
        raise ConversionError(
            f"{what} of a {self._kind} in a text that needs what only the run of the compiled function"
            " knows is not available yet; make it a text of its own: f'{...}'"
        )


class Texts:
    """Texts inside one staged function; `operators` is what its code means."""

    def __init__(self, operators: Any) -> None:
        self.operators = operators

    def of(self, function: Callable[..., str], *args: Any, **kwargs: Any) -> Any:
        """`function(*args)`: now, or when what it needs is known."""
        args, kwargs = shown(args), shown(kwargs)
        if not needs_run((args, kwargs)):
            self.operators.trace.settle(*leaves((args, kwargs)))
            own = _own(function, args)
            return plain(function, *args, **kwargs) if own is None else self.operators.call(*own)
        made = Text(function, held(args), held(kwargs))
        try:
            sample(made)
        except AutographError:
            raise
        except Exception as error:  # what Python raises here for values of these types
            self.operators.raise_(partial(_itself, error))
        return made if function is not operator.mod else Text(function, _numbers(made.args), {})

    def meaning(self, function: Any) -> Callable[..., Any] | None:
        """What a call means that makes a text or prints it; None for other functions."""
        if function is print:
            return self.print
        if any(function is one for one in BUILTINS):
            return partial(self.of, function)
        if isinstance(function, types.BuiltinMethodType) and type(function.__self__) is str:
            method = METHODS.get(function.__name__)
            return method and partial(self.of, method, function.__self__)
        return None

    def part(self, value: Any, conversion: str, spec: Any) -> Any:
        """A part of an f-string."""
        convert = CONVERSIONS.get(conversion)
        return self.of(format, value if convert is None else self.of(convert, value), spec)

    def print(
        self, *items: Any, sep: Any = None, end: Any = None, file: Any = None, flush: Any = False
    ) -> None:
        """Python's print, when the program gets there."""
        texts = [item if isinstance(item, str | Text) else self.of(str, item) for item in items]
        for name, given in (("sep", sep), ("end", end)):
            if given is not None and not isinstance(given, str):
                kind = type(given).__name__
                error = TypeError(f"{name} must be None or a string, not {kind}")
                self.operators.raise_(partial(_itself, error))
        stream = {id(None): "stdout", id(sys.stdout): "stdout", id(sys.stderr): "stderr"}
        if id(file) not in stream or isinstance(flush, Box):
            raise ConversionError(
                "print inside compiled code writes to sys.stdout or sys.stderr, with a flush that is known"
                " when it is compiled; return the text and write it outside"
            )
        options = {"sep": sep, "end": end, "file": stream[id(file)], "flush": bool(flush)}
        context.interpreter.emit_print("python", tuple(texts), **options)  # type: ignore[attr-defined]


def _itself(obj: Any) -> Any:
    return obj


def plain(function: Callable[..., str], *args: Any, **kwargs: Any) -> str:
    """A text of objects that are there while the function is staged."""
    root().unseen.given(*args)
    made = function(*args, **kwargs)
    others = [a for a in args if not isinstance(a, str)]
    if others and any(mark in made for mark in _UNTOLD):
        raise ConversionError(
            f"a text of a {type(others[0]).__name__} that holds what only the run of the compiled function"
            " knows is not available yet; write the parts of it in an f-string"
        )
    return made


_BY = {
    str: ("__str__", "__repr__"),
    repr: ("__repr__",),
    format: ("__format__", "__str__", "__repr__"),
}


def _own(function: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]] | None:
    """The method of a class of the user's that makes the text, and what it is given; None where Python's
    own does."""
    if not args or function not in _BY:
        return None
    obj, spec = args[0], args[1] if len(args) > 1 else ""
    for name in _BY[function]:
        method = getattr(type(obj), name, None)
        if isinstance(method, types.FunctionType):
            given = (obj, spec) if name == "__format__" else (obj,)
            return (method, given) if _has_source(method) else None
        if method is not getattr(object, name) or (name == "__format__" and spec):
            return None
    return None


def _has_source(method: types.FunctionType) -> bool:
    """Whether a method is written by the user, and not made by a decorator."""
    made = method.__code__.co_filename.startswith("<") or hasattr(method, "__wrapped__")
    return not made and not in_library(method)


def sample(later: Any) -> Any:
    """The object for values of these types: ones."""
    structure, values = take_apart(later, numbers=False)
    with building(EAGER):  # type: ignore[arg-type]
        ones = iter([Value(None, _one(v.type)) for v in values])
        return known(put_together(structure, ones, as_given))


def _numbers(args: Any) -> Any:
    """The operands of %, where it asks a tensor for a number as float() and int() do: that number."""
    probes: list[_Probe | None] = []

    def probe(leaf: Any) -> Any:
        tensor = isinstance(leaf, Tensor) and value_of(leaf).type.differentiable
        made = _Probe(_one(value_of(leaf).type)) if tensor else None
        probes.append(made)
        return sample(leaf) if made is None else made

    ones = rebuild(args, probe)
    with building(EAGER):  # type: ignore[arg-type]
        operator.mod(*ones)
    asked = iter(probes)

    def number(leaf: Any) -> Any:
        found = next(asked)
        return leaf if found is None or found.asked is None else MEANINGS[found.asked](leaf)

    return rebuild(args, number)


class _Probe(Tensor):
    """A tensor that notes which number is asked of it."""

    def __init__(self, data: Any) -> None:
        super().__init__(Value(None, data))
        self.asked: Any = None

    def __float__(self) -> float:
        self.asked = float
        return super().__float__()

    def __int__(self) -> int:
        self.asked = int
        return super().__int__()


def _one(type: Type) -> Any:
    if type.kind == "py":
        return PYTHON_CLASS[type.dtype](1)
    if type.kind == "np":
        return np.dtype(type.dtype).type(1)
    return np.ones((1,) * type.rank, type.dtype)[()]
