"""The Function object: signature -> staged graph -> kernel; what a call does."""

from __future__ import annotations

import functools
import inspect
import threading
import time
import types
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.call.signature import fits, require_apart, signature
from autograph_lite.call.trampoline import trampoline
from autograph_lite.eager.interpreter import EAGER
from autograph_lite.errors import AutographError, GraphTypeError, InternalError
from autograph_lite.frontend.convert import convert
from autograph_lite.frontend.returned import as_given, viewing
from autograph_lite.frontend.stage import Staged, given_back, of_library, stage
from autograph_lite.frontend.state import Leaf, is_variable, leaf_places, put_together
from autograph_lite.gradient.calls import Callee, call
from autograph_lite.gradient.reach import forced
from autograph_lite.ir.graph import Value
from autograph_lite.ir.text import graph_text
from autograph_lite.ir.types import DTYPES
from autograph_lite.nests import leaves as leaves_of
from autograph_lite.nests import rebuild
from autograph_lite.ops.dispatch import context
from autograph_lite.optimize.passes import optimize
from autograph_lite.pipeline import compile_graph, kernel_source
from autograph_lite.printing.print import muted, replay
from autograph_lite.tensors.boxes import Box, array_data, entered, staging, value_of, wrap, write
from autograph_lite_runtime.gate import MISS

TENSOR = Leaf("ag")
MOST = 64
"""Specialisations that a function keeps; the one used longest ago goes first."""


class Specialisation:
    """A staged signature and its kernels."""

    def __init__(self, staged: Staged, plain: bool = False) -> None:
        self.staged = staged
        self.leave = _plain if plain else as_given
        self.callee = Callee(staged.graph, compile_graph)
        self.positions = tuple(i for i, _ in staged.passed)
        order = {v: n for n, v in enumerate(staged.graph.body.arguments)}
        self.slots = [order[v] for _, v in staged.passed] + [order[i.value] for i in staged.inputs]
        if staged.prints:
            self.callee.printer = self._print
        self.views = () if plain else staged.views
        self.outside = [box for box in staged.written_boxes if not is_variable(box)]
        self.calls = 0
        self.quick_tried = False
        self.forced: frozenset[int] | None = None
        self.printed = 0

    def holds(self) -> bool:
        """Whether everything that was captured as a guard is still the same."""
        return all(guard.holds() for guard in self.staged.guards) and all(
            fits(i.read(), i.type) for i in self.staged.inputs
        )

    def __call__(self, leaves: list[Any], again: Callable[[], Any]) -> Any:
        """`again` runs the function step by step on the same arguments."""
        self.calls += 1
        staged = self.staged
        objects = [leaves[i] for i in self.positions] + [i.read() for i in staged.inputs]
        if staged.written_arguments or self.outside:
            require_apart([*(leaves[i] for i in staged.written_arguments), *self.outside], objects)
        if context.tapes and (followed := self._followed(objects)):
            if self._forces(followed):
                return again()  # refuses, or the tape does not follow what becomes a number
            results = self._recorded(followed, again)
        else:
            data = self._ordered([_data(o) for o in objects])
            leave = partial(self.take_left, leaves) if staged.held else None
            results = [_value(v) for v in self.callee.run(data, leave=leave)]
        try:
            self._write(results, leaves)
        except BaseException:  # Ctrl-C between two writes
            self._write(results, leaves)
            raise
        return self._returned(results, leaves)

    def _ordered(self, items: list[Any]) -> list[Any]:
        out = [None] * len(items)
        for slot, item in zip(self.slots, items, strict=True):
            out[slot] = item
        return out

    def _followed(self, objects: list[Any]) -> list[Value]:
        """The inputs as values, if a tape follows one of them; reading a variable tells the tapes."""
        values = [self._seen(o) if isinstance(o, Box) else Value(None, _scalar(o)) for o in objects]
        if any(tape.follows(v) for tape in context.tapes for v in values):
            return values
        return []

    def _forces(self, values: list[Value]) -> bool:
        """Whether a followed input may become a Python number on the way."""
        if self.forced is None:
            self.forced = forced(self.staged.graph)
        held = self._ordered(values) if self.forced else []
        return any(tape.follows(held[i]) for i in self.forced for tape in context.tapes)

    def _seen(self, box: Box) -> Value:
        """A box's value; a variable that the function only assigns is not read."""
        only_assigned = is_variable(box) and id(box) not in self.staged.variables_read
        return box._value if only_assigned else value_of(box)

    def _recorded(self, values: list[Value], again: Callable[[], Any]) -> list[Value]:
        """Call by the tape: the kernel that saves, recorded as one node.

        After a fault everything is done step by step up to it, so that the tape knows where the values
        come from that were written before the fault; the kernel wrote nothing back, and what it printed
        is not printed again.
        """
        self.printed = 0
        try:
            return list(call(self.callee, tuple(self._ordered(values))))
        except AutographError as error:
            if self.staged.held and not isinstance(error, InternalError):
                with muted(self.printed):
                    again()
            raise

    def take_left(self, leaves: list[Any], left: list[tuple[int, Any]]) -> None:
        """Write what a call that stopped had written; where it wrote nothing new, views stay valid."""
        for key, data in left:
            whose = self.staged.held[key]
            box = leaves[whose] if isinstance(whose, int) else whose
            if data.tobytes() != box._value.data.tobytes():
                write(box, Value(None, data, is_variable(box)))

    def _write(self, results: list[Value], leaves: list[Any]) -> None:
        """Give tensors and variables what the call has written into them."""
        staged = self.staged
        written = iter(results[staged.returned :])
        for i in staged.written_arguments:
            write(leaves[i], next(written))
        for box in staged.written_boxes:
            value = next(written)
            write(box, Value(None, value.data, True) if is_variable(box) else value)

    def _returned(self, results: list[Value], leaves: list[Any]) -> Any:
        staged = self.staged
        leave = viewing(self.views, results, leaves) if self.views else self.leave
        if staged.structure == TENSOR:
            return leave(results[0])
        made = put_together(staged.structure, iter(results[: staged.returned]), leave)
        for i in set(staged.handed):
            if isinstance(leaves[i], np.ndarray | np.generic):  # what it became at the entry
                leaves[i] = self.leave(Value(None, array_data(leaves[i])))
        return given_back(made, leaves)

    def _print(self, key: str, values: list[Any]) -> None:
        self.printed += 1
        printed = self.staged.prints[int(key)]
        values = list(values)
        for leaf, at in leaf_places(printed.structure):
            if leaf.kind not in ("ag", "none"):  # the number of a leaf stands last
                place = at + leaf.count - 1
                values[place] = values[place].item()
        items = put_together(printed.structure, iter([_value(v) for v in values]), as_given)
        replay(printed.voice, items, printed.options)


def _value(data: Any) -> Value:
    return Value(None, data)


def _plain(value: Value) -> Any:
    """A result as a Python number or an array."""
    data = value.data
    return data.item() if isinstance(data, np.generic) else data


def _data(obj: Any) -> Any:
    return value_of(obj).data if isinstance(obj, Box) else obj


def _scalar(obj: Any) -> Any:
    return obj if isinstance(obj, np.ndarray | np.generic) else np.asarray(obj)[()]


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
        self._history: list[tuple[str, float, str]] = []
        self._lock = threading.RLock()
        self._quick: dict[int, tuple[Callable[..., Any], ...]] = {}

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs and (found := self.quickly(args)) is not MISS:
            return found
        return self._call(args, kwargs)

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
            return context.interpreter.root().caller.call_inside(self, args, kwargs)  # type: ignore[attr-defined]
        nest, leaves = self._bound(args, kwargs)
        specialisation = self._specialisation(nest, leaves)
        out = specialisation(leaves, lambda: self.eager(*args, **kwargs))
        again = specialisation.calls > 1 and not specialisation.quick_tried
        if again and not kwargs and not context.tapes:
            self._prepare(specialisation, args)
        return out

    def _prepare(self, specialisation: Specialisation, args: tuple[Any, ...]) -> None:
        specialisation.quick_tried = True
        staged, executable = specialisation.staged, specialisation.callee.ready()
        left = partial(specialisation.take_left, [])
        made = trampoline(staged, executable, list(args), self.plain, left)
        if made is not None:
            known = self._quick.get(len(args), ())
            self._quick[len(args)] = (made, *known)[:4]

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, list[Any]]:
        """The arguments as a nest and its leaves."""
        nest = (args, kwargs)
        leaves = list(args) if not kwargs and _flat(args) else leaves_of(nest)
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

    def _specialisation(self, nest: Any, leaves: list[Any]) -> Specialisation:
        key = (_skeleton(nest), signature(leaves))
        for found in self._specialisations.get(key, ()):
            if found.holds():
                return found
        with self._lock:
            return self._stage(key, nest, leaves)

    def _stage(self, key: Any, nest: Any, leaves: list[Any]) -> Specialisation:
        start = time.perf_counter()
        known = self._specialisations.get(key, [])
        for found in known:
            if found.holds():
                return found
        why = "first call" if not self._specialisations else "another signature"
        changed = [g.what for s in known for g in s.staged.guards if not g.holds()]
        why = f"changed: {', '.join(dict.fromkeys(changed))}" if changed else why

        def arrange(entered: list[Any]) -> Any:
            rest = iter(entered)
            return rebuild(nest, lambda _: next(rest))

        made = Specialisation(stage(self.python_function, leaves, arrange), self.plain)
        self._specialisations[key] = [made, *known][:8]
        while len(self._specialisations) > MOST:
            del self._specialisations[next(iter(self._specialisations))]
        self._history.append((_shown(leaves), time.perf_counter() - start, why))
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
        return convert(self.python_function).source

    def graph(self, *args: Any, **kwargs: Any) -> str:
        """The optimised graph for these arguments, as text."""
        nest, leaves = self._bound(args, kwargs)
        return graph_text(optimize(self._specialisation(nest, leaves).staged.graph))

    def kernel_source(self, *args: Any, **kwargs: Any) -> str:
        """The kernel for these arguments, as Python source."""
        nest, leaves = self._bound(args, kwargs)
        return kernel_source(self._specialisation(nest, leaves).staged.graph)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        """The signatures seen, why each was staged, and the seconds it took."""
        if args or kwargs:
            self.compile(*args, **kwargs)
        lines = [f"{self.__name__}: {len(self._history)} signature(s)"]
        lines += [f"  {shown}: {why}, {seconds:.3f} s" for shown, seconds, why in self._history]
        return "\n".join(lines)

    def compile(self, *args: Any, **kwargs: Any) -> Function:
        """Stage and compile for these arguments without running."""
        nest, leaves = self._bound(args, kwargs)
        self._specialisation(nest, leaves).callee.ready()
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
    parts = []
    for leaf in leaves:
        data = leaf._value.data if isinstance(leaf, Box) else leaf
        is_array = isinstance(data, np.ndarray | np.generic)
        parts.append(
            f"{data.dtype}{list(data.shape) if data.ndim else ''}"
            if is_array
            else type(data).__name__
        )
    return "(" + ", ".join(parts) + ")"


def make_function(function: Callable[..., Any]) -> Function:
    """Decorate; the source is read and checked at once."""
    if isinstance(function, Function):
        return function
    if not isinstance(function, types.FunctionType):
        raise GraphTypeError(f"function needs a Python function, not {type(function).__name__}")
    return Function(function)
