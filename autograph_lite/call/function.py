"""The Function object: signature -> staged graph -> kernel; what a call does."""

from __future__ import annotations

import functools
import inspect
import threading
import time
import types
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.call.explain import captured, closest, kind_of
from autograph_lite.call.method import Method
from autograph_lite.call.signature import signature
from autograph_lite.call.specialisation import Given, Seen, Specialisation
from autograph_lite.call.trampoline import trampoline
from autograph_lite.eager.interpreter import EAGER
from autograph_lite.errors import GraphTypeError
from autograph_lite.frames import as_seen
from autograph_lite.frontend.convert import convert, loops_in
from autograph_lite.frontend.ending import StepByStep
from autograph_lite.frontend.stage import of_library, stage
from autograph_lite.ir.graph import Value
from autograph_lite.ir.text import graph_text
from autograph_lite.ir.types import DTYPES
from autograph_lite.nests import leaves as leaves_of
from autograph_lite.nests import rebuild
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.duals import levels_at_work
from autograph_lite.ops.staging import root
from autograph_lite.optimize.passes import optimize
from autograph_lite.pipeline import kernel_source, prepared
from autograph_lite.tensors.boxes import array_data, entered, staging, wrap
from autograph_lite_runtime.gate import MISS

MOST = 64
"""Specialisations that a function keeps; the one used longest ago goes first."""


class Function:
    """A function that runs as one native kernel per signature.

    `plain`: its results are numbers and arrays, not tensors.
    """

    is_compiled = True
    miss = MISS

    def __init__(self, function: types.FunctionType, plain: bool = False) -> None:
        self.python_function = function
        self.plain = plain
        if not of_library(function):
            convert(function)
        functools.update_wrapper(self, function)
        self._signature = inspect.signature(function)
        self._specialisations: dict[Any, list[Specialisation]] = {}
        self._history: list[Seen] = []
        self._lock = threading.RLock()
        self._quick: dict[int, tuple[Callable[..., Any], ...]] = {}
        self.derived: dict[Any, Any] = {}  # what transforms have made of it, by their options

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else Method(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if not kwargs and (found := self.quickly(args)) is not MISS:
                return found
            return self._call(args, kwargs)
        except Exception as error:
            raise as_seen(error)  # noqa: B904  # it is the same

    def quickly(self, args: tuple[Any, ...]) -> Any:
        """The result by the fast way, or `miss` where it cannot be taken."""
        if context.interpreter is EAGER and not context.tapes:
            for quick in self._quick.get(len(args), ()):
                found = quick(*args)
                if found is not MISS:
                    return found
        return MISS

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The ordinary way; it also prepares the fast one."""
        if staging():
            return root().caller.call_inside(self, args, kwargs)
        if levels_at_work():  # which find tangents with each operation
            return self.eager(*args, **kwargs)
        nest, leaves = self._bound(args, kwargs)
        again = partial(self.eager, *args, **kwargs)
        try:
            specialisation = self._specialised(nest, leaves)
        except StepByStep as left:  # nothing has been written yet
            return left.run(again)
        out = specialisation(leaves, again)
        prepare = specialisation.calls > 1 and not specialisation.quick_tried
        if prepare and not kwargs and not context.tapes:
            self._prepare(specialisation, args)
        return out

    def _prepare(self, specialisation: Specialisation, args: tuple[Any, ...]) -> None:
        staged, executable = specialisation.staged, specialisation.callee.ready()
        if not executable.entry.settled:
            return
        specialisation.quick_tried = True
        if staged.repeats and staged.held:  # what a stopped call has written: the ordinary way's
            return
        left = partial(specialisation.take_left, [])
        made = trampoline(staged, executable, list(args), self.plain, left)
        if made is not None:
            known = self._quick.get(len(args), ())
            self._quick[len(args)] = (made, *known)[:4]

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Given]:
        """The arguments as a nest and its leaves."""
        nest = (args, kwargs)
        leaves = Given(list(args) if not kwargs and _flat(args) else leaves_of(nest))
        for i, leaf in enumerate(leaves):
            if isinstance(leaf, np.ndarray | np.generic) and not _usual(leaf):
                leaves[i] = array_data(leaf, self._name(nest, leaf))
            elif type(leaf) is int and not -(2**63) <= leaf < 2**63:
                raise GraphTypeError(
                    f"{self._name(nest, leaf)} is {leaf}, which does not fit into 64 bits; pass a float"
                )
        return nest, leaves

    def _name(self, nest: Any, leaf: Any) -> str:
        """Which argument of a call a leaf is, or is in."""
        args, kwargs = nest
        for name, given in self._signature.bind(*args, **kwargs).arguments.items():
            if any(x is leaf for x in leaves_of(given)):
                return f"argument {name!r}"
        return "an argument"

    def _specialisation(self, nest: Any, leaves: Given) -> Specialisation:
        """That of the signature, staged where it is new."""
        try:
            return self._specialised(nest, leaves)
        except StepByStep as left:
            stopped = left.error
        raise stopped

    def _specialised(self, nest: Any, leaves: Given) -> Specialisation:
        key, recorded = (_skeleton(nest), signature(leaves)), bool(context.tapes)
        if (known := self._known(key, leaves, recorded)) is not None:
            return known
        with self._lock:
            known = self._known(key, leaves, recorded)
            return known or self._stage(key, nest, leaves, recorded)

    def _known(self, key: Any, leaves: Given, recorded: bool) -> Specialisation | None:
        """One that was staged before, and that tapes can follow if they have to."""
        for found in self._specialisations.get(key, ()):
            if found.serves(recorded) and found.holds(leaves):
                return found
        return None

    def _stage(self, key: Any, nest: Any, leaves: Given, recorded: bool) -> Specialisation:
        start = time.perf_counter()
        known = self._specialisations.get(key, [])
        why = "first call" if not self._specialisations else "another signature"
        changed = closest([found.staged for found in known])
        why = f"changed: {', '.join(changed)}" if changed else why
        if any(found.holds(leaves) for found in known):
            why = "a tape follows the call" if recorded else "no tape follows the call"

        def arrange(entered: list[Any]) -> Any:
            rest = iter(entered)
            return rebuild(nest, lambda _: next(rest))

        staged = stage(self.python_function, leaves, arrange, prepared, recorded)
        took = time.perf_counter() - start
        self._history.append(Seen(_shown(leaves), why, took, captured(staged)))
        made = Specialisation(staged, self._history[-1], self.plain)
        self._specialisations[key] = [made, *known][:8]
        while len(self._specialisations) > MOST:
            del self._specialisations[next(iter(self._specialisations))]
        return made

    # --- reading ---

    def eager(self, *args: Any, **kwargs: Any) -> Any:
        """Run the Python function itself, step by step, on tensors; the bits are the same."""
        arrays: list[Any] = []

        def enter(leaf: Any) -> Any:
            if not isinstance(leaf, np.ndarray | np.generic):
                return leaf
            what = "" if _usual(leaf) else self._name((args, kwargs), leaf)
            arrays.append(wrap(Value(None, array_data(leaf, what))))
            return arrays[-1]

        positional, named = rebuild((args, kwargs), enter)
        with entered(arrays):
            return self.python_function(*positional, **named)

    @property
    def staged_source(self) -> str:
        """The Python source that is run once on symbolic values."""
        return convert(self.python_function, loops_in(self.python_function)).source

    def graph(self, *args: Any, **kwargs: Any) -> str:
        """The optimised graph for these arguments, as text."""
        nest, leaves = self._bound(args, kwargs)
        return graph_text(optimize(self._specialisation(nest, leaves).staged.graph))

    def kernel_source(self, *args: Any, **kwargs: Any) -> str:
        """The kernel for these arguments, as Python source."""
        nest, leaves = self._bound(args, kwargs)
        return kernel_source(self._specialisation(nest, leaves).staged.graph)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        """The signatures seen: why each was staged, the seconds that staging it and compiling its kernels took
        (those for gradients, and those that were found on disk, included), what every call of it reads from
        outside, what it was compiled for (another function or int there is staged anew), and the bytes that its
        loops save in each step for gradients."""
        if args or kwargs:
            self.compile(*args, **kwargs)
        lines = [f"{self.__name__}: {len(self._history)} signature(s)"]
        return "\n".join([*lines, *(f"  {seen}" for seen in self._history)])

    def compile(self, *args: Any, **kwargs: Any) -> Function:
        """Stage and compile for these arguments without running.  Where Python itself would end a call in an
        error, after what it has done by then, that is left to the call."""
        with suppress(StepByStep):
            self._specialised(*self._bound(args, kwargs)).callee.ready()
        return self

    __name__: str


def _flat(args: tuple[Any, ...]) -> bool:
    return not any(isinstance(a, list | tuple | dict) for a in args)


def _skeleton(nest: Any) -> Any:
    """The structure of the arguments, hashable."""
    args, kwargs = nest
    if not kwargs and _flat(args):
        return len(args)
    return _shape_of(nest)


def _shape_of(nest: Any) -> Any:
    if isinstance(nest, dict):
        return (dict, tuple((k, _shape_of(v)) for k, v in nest.items()))
    if isinstance(nest, list | tuple):
        return (type(nest), tuple(map(_shape_of, nest)))
    return None


def _usual(leaf: Any) -> bool:
    """Whether an array is native and of a dtype and class that is supported."""
    return (type(leaf) is np.ndarray or isinstance(leaf, np.generic)) and leaf.dtype in _SUPPORTED


_SUPPORTED = frozenset(map(np.dtype, DTYPES))


def _shown(leaves: list[Any]) -> str:
    return f"({', '.join(map(kind_of, leaves))})"


def make_function(function: Callable[..., Any]) -> Function | Method:
    """Decorate; the source is read and checked at once.  A method keeps its object."""
    if isinstance(function, Function | Method):
        return function
    if isinstance(function, types.MethodType):
        return Method(make_function(function.__func__), function.__self__)
    if not isinstance(function, types.FunctionType):
        raise GraphTypeError(f"function needs a Python function, not {type(function).__name__}")
    return Function(function)
