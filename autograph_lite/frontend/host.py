"""Host calls: what NumPy makes of plain arrays, and of numbers that a call is given, before its kernel runs.

`np.eye(n)`, `q * np.eye(2)` and `np.array([[1.0, dt], [0.0, 1.0]])` are NumPy's own at every call, and what
they give is an input of the kernel.  Where one of them fails or warns the call runs step by step, so that this
happens where the program gets there.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError
from autograph_lite.frontend.absent import Perhaps
from autograph_lite.frontend.effects import refuse_write
from autograph_lite.frontend.later import Later
from autograph_lite.frontend.shared import MISSING
from autograph_lite.frontend.state import MaybeUndefined, Undefined
from autograph_lite.frontend.steady import refuse_unsteady
from autograph_lite.frontend.trace import Trace, fits_word, type_of
from autograph_lite.ir.graph import Graph, Node, Region, Value
from autograph_lite.ir.types import PY_DTYPE, Type, scalar
from autograph_lite.nests import NESTS, leaves, rebuild
from autograph_lite.ops.control import CONSTANT
from autograph_lite.ops.dispatch import context
from autograph_lite.ops.same import origin
from autograph_lite.tensors.boxes import Box, array_data, value_of, wrap
from autograph_lite.tensors.host_array import HostArray, Recipe
from autograph_lite.tensors.number import Number, refuse_array
from autograph_lite.tensors.plain_array import element_of, is_tensor
from autograph_lite.tensors.scalar import ERRSTATE, KINDS, OPERATORS, NumpyScalar

Run = Callable[[list[Any]], list[Any]]


class Present:
    """The arguments of one call, and what its host calls have made, each once."""

    def __init__(self, given: Sequence[Any]) -> None:
        self.given = given
        self.made: dict[int, Any] = {}


@dataclass(frozen=True, slots=True, eq=False)
class HostCall:
    """A call that every call of the compiled function makes; `arguments` gives positional and named ones."""

    function: Callable[..., Any]
    arguments: Recipe

    def __call__(self, present: Present) -> Any:
        if id(self) not in present.made:
            args, kwargs = self.arguments(present)
            present.made[id(self)] = self.function(*args, **kwargs)
        return present.made[id(self)]


@dataclass(frozen=True, slots=True, eq=False)
class HostInput:
    """An input of the kernel that the host makes; `what` is it to the user."""

    recipe: Recipe
    type: Type
    value: Value
    what: str


def made(recipes: Sequence[Recipe], given: Sequence[Any]) -> list[Any] | None:
    """What the host makes at a call; None where that fails or warns."""
    present = Present(given)
    strict = {kind: "raise" for kind, what in np.geterr().items() if what != "ignore"}
    try:
        with np.errstate(**strict):  # type: ignore[arg-type]
            return [recipe(present) for recipe in recipes]
    except Exception:  # the call, step by step, raises it or warns
        return None


class Hosts:
    """The host calls of one staging.  `given`: the arguments of the call that is staged; `places`: where those
    that are values stand among them; `prepare` makes a graph executable."""

    def __init__(
        self,
        trace: Trace,
        given: Sequence[Any],
        places: dict[Value, int],
        prepare: Callable[[Graph], Run],
    ) -> None:
        self.trace, self.places, self.prepare = trace, places, prepare
        self.inputs: list[HostInput] = []
        self.results: list[Recipe] = []  # of arrays that are returned as they are
        self.calls: list[Recipe] = []
        self._present = Present(given)
        self._values: dict[Value, Recipe | None] = {}
        self._lifted: dict[int, tuple[HostArray, Value]] = {}

    # --- calls ---

    def operator(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A function of NumPy's or an operator, one operand of which is a host array."""
        if any(map(is_tensor, leaves((args, kwargs)))):
            lifted = rebuild((args, kwargs), self.in_kernel)
            return function(*lifted[0], **lifted[1])
        found = self.call(function, args, kwargs)
        if found is MISSING:
            refuse_array(_named(function))
        return found

    def plain(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """NumPy on plain objects: its result is read anew, by calling it again."""
        self._refuse(function)
        given = leaves((args, kwargs))
        if any(isinstance(leaf, HostArray) for leaf in given):
            return self.operator(function, *args, **kwargs)
        with self._unwritten(given):
            found = function(*args, **kwargs)
        if isinstance(found, np.ndarray | np.generic):
            getters = self.trace._getters
            arguments = (
                self._recipe((args, kwargs)) if any(id(a) in getters for a in given) else None
            )
            if arguments is not None:
                again = HostCall(function, arguments)
                getters[id(found)] = found, lambda: again(Present(()))
            elif not any(isinstance(leaf, np.ndarray | np.generic) for leaf in given):
                self.trace.alone[id(found)] = found
        return found

    def call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """The result of a function of NumPy's; `MISSING` where an argument is there when the kernel runs."""
        arguments = self._arguments(args, kwargs)
        if arguments is None:
            return MISSING
        self._refuse(function)
        if np.geterr() != self.trace.float_errors:
            raise ConversionError(ERRSTATE)
        recipe = HostCall(function, arguments)
        self.calls.append(recipe)  # it may fail, or warn, where nothing needs what it gives
        try:
            with np.errstate(all="ignore"), self._unwritten(leaves((args, kwargs))):
                sample = recipe(self._present)
        except Exception as error:
            self.trace.failed = error  # found again step by step
            raise
        return self._outcome(sample, recipe, getattr(function, "__name__", "a function"))

    @contextmanager
    def _unwritten(self, given: Sequence[Any]) -> Iterator[None]:
        """A function is called that may write into an array that it is given, under any name: one that may not
        be written into is as it was, and an error says so."""
        arrays = [(array, array.tobytes()) for array in given if isinstance(array, np.ndarray)]
        yield
        for array, before in arrays:
            if array.tobytes() != before:
                now = array.copy()
                array[...] = np.frombuffer(before, array.dtype).reshape(array.shape)
                refuse_write(self.trace, array)
                array[...] = now

    def _refuse(self, function: Any) -> None:
        refuse_unsteady(self.trace, function)
        if (getattr(function, "__module__", None) or "").startswith("numpy.random"):
            raise ConversionError(
                "np.random inside compiled code would run once, at conversion; pass"
                " random numbers as an argument",
                self.trace.origin(),
            )

    def _outcome(self, sample: Any, recipe: Recipe, what: str) -> Any:
        """What the staged function sees of what a host call gives."""
        if isinstance(sample, tuple):
            parts = (
                self._outcome(x, partial(_part, recipe, i), what) for i, x in enumerate(sample)
            )
            return type(sample)(*parts) if hasattr(sample, "_fields") else tuple(parts)
        if fits_word(sample):
            return wrap(self._input(recipe, Type("py", PY_DTYPE[type(sample)]), what))
        if type(sample) in KINDS:
            return wrap(self._input(recipe, scalar(KINDS[type(sample)]), what))
        if isinstance(sample, np.ndarray | np.generic):
            return HostArray(sample, recipe)
        raise ConversionError(
            f"{what} of numbers that only the run of the compiled function knows gives a"
            f" {type(sample).__name__}, which is not available; call it outside and pass what it gives"
        )

    def in_kernel(self, obj: Any) -> Any:
        """A host array as a tensor; any other object itself."""
        return wrap(self.lift(obj)) if isinstance(obj, HostArray) else obj

    def lift(self, array: HostArray) -> Value:
        """The input of the kernel that a host array is."""
        if id(array) not in self._lifted:
            value = self._input(array.recipe, type_of(array_data(array.sample)), "a plain array")
            self._lifted[id(array)] = array, value
        return self._lifted[id(array)][1]

    def _input(self, recipe: Recipe, type: Type, what: str) -> Value:
        value = self.trace.argument(type)
        self.inputs.append(HostInput(recipe, type, value, what))
        self._values[value] = recipe
        return value

    def give_back(self, array: HostArray) -> int:
        """The place of an array that is returned, after the arguments."""
        if array.recipe not in self.results:
            self.results.append(array.recipe)
        return len(self._present.given) + self.results.index(array.recipe)

    # --- recipes ---

    def _arguments(self, args: Any, kwargs: Any) -> Recipe | None:
        """How the arguments of a call are made."""
        if kwargs or any(isinstance(given, NESTS) for given in args):
            return self._recipe((args, kwargs))
        found = [self._of_leaf(given) for given in args]
        recipes = [recipe for recipe in found if recipe is not None]
        return partial(_all, recipes) if len(recipes) == len(found) else None

    def _recipe(self, nest: Any) -> Recipe | None:
        """How a nest of arguments is made at a call."""
        found = [self._of_leaf(leaf) for leaf in leaves(nest)]
        if any(recipe is None for recipe in found):
            return None
        recipes = [recipe for recipe in found if recipe is not None]
        return partial(_together, rebuild(nest, lambda _: None), recipes)

    def _of_leaf(self, obj: Any) -> Recipe | None:
        if isinstance(obj, HostArray):
            return obj.recipe
        if isinstance(obj, Number | NumpyScalar):
            return self._of_value(value_of(obj))
        if isinstance(obj, slice):
            parts = self._recipe((obj.start, obj.stop, obj.step))
            return parts and (lambda present: slice(*parts(present)))
        if isinstance(obj, np.ndarray | np.generic):
            return self._of_array(obj)
        local = Box | Later | Perhaps | Undefined | MaybeUndefined | types.FunctionType
        return None if isinstance(obj, local) else lambda present: obj

    def _of_array(self, array: Any) -> Recipe:
        if id(array) in self.trace._getters:
            read = self.trace._getters[id(array)][1]
            return lambda present: read()
        self.trace.settle(array)
        # as it is now; a call that returns a view of it has one of its own
        return HostCall(array.copy().copy, partial(_all, []))

    def _of_value(self, value: Value) -> Recipe | None:
        """How a number is found before the kernel runs."""
        value, region = origin(value, context.interpreter)  # type: ignore[arg-type]
        if value not in self._values:
            self._values[value] = self._given(value) or self._computed(value, region)
        return self._values[value]

    def _given(self, value: Value) -> Recipe | None:
        """An argument of the call, or what it reads from outside."""
        if value in self.places:
            place = self.places[value]
            return lambda present: present.given[place]
        found = next((i.read for i in self.trace.inputs if i.value is value), None)
        return None if found is None else lambda present: found()

    def _computed(self, value: Value, region: Any) -> Recipe | None:
        """A number that is computed of such, by a kernel of its own."""
        sources: dict[Value, tuple[Value, Recipe]] = {}
        nodes: list[Node] = []
        result = _Slice(self, sources, nodes).of(value, region)
        if result is None or not nodes:
            return None
        arguments = tuple(own for own, _ in sources.values())
        run = self.prepare(Graph("number", Region(arguments, tuple(nodes), (result,))))
        recipes = [recipe for _, recipe in sources.values()]
        return HostCall(lambda *given: run(list(map(_data, given)))[0], partial(_all, recipes))


class _Slice:
    """The nodes that a number is computed by, as a graph of their own."""

    def __init__(
        self, hosts: Hosts, sources: dict[Value, tuple[Value, Recipe]], nodes: list[Node]
    ) -> None:
        self.hosts, self.sources, self.nodes = hosts, sources, nodes
        self.known: dict[Value, Value | None] = {}

    def of(self, value: Value, region: Any) -> Value | None:
        value, region = origin(value, region)
        if value not in self.known:
            self.known[value] = self._source(value) or self._made(value, region)
        return self.known[value]

    def _source(self, value: Value) -> Value | None:
        recipe = self.hosts._values.get(value) or self.hosts._given(value)
        if recipe is None:
            return None
        own = Value(value.type)
        self.sources[value] = own, recipe
        return own

    def _made(self, value: Value, region: Any) -> Value | None:
        node = region.makers.get(value)
        if node is None or len(node.outputs) != 1 or node.op.effect:
            return None
        if any(isinstance(part, Region) for part in node.params.values()):
            return None
        whole = node.op is not CONSTANT and not set(range(len(node.inputs))) <= set(
            node.op.shape_only
        )
        if whole and any(v.type.kind == "ag" for v in (*node.inputs, value)):
            return None  # tensors are the kernel's
        inputs = [self.of(v, region) for v in node.inputs]
        if any(v is None for v in inputs):
            return None
        made = Value(value.type)
        self.nodes.append(Node(node.op, tuple(v for v in inputs if v), (made,), node.params))
        return made


def plain_element(trace: Trace, array: Any, index: Any) -> Any:
    """An element of a plain array, by an index of which only the run knows a number: the host's, or one of the
    kernel's that no tensor has touched."""
    found = trace.hosts.call(operator.getitem, (array, index), {})
    if found is not MISSING:
        return found
    return element_of(array, index)


def _named(function: Callable[..., Any]) -> str:
    """An operator or a function of NumPy's, for a message."""
    found = next((name for name, known in OPERATORS.items() if known is function), None)
    return found or f"np.{getattr(function, '__name__', function)}"


def _data(obj: Any) -> Any:
    return obj._value.data if isinstance(obj, Box) else obj


def _part(recipe: Recipe, place: int, present: Present) -> Any:
    return recipe(present)[place]


def _together(nest: Any, recipes: list[Recipe], present: Present) -> Any:
    parts = iter(recipes)
    return rebuild(nest, lambda _: next(parts)(present))


def _all(recipes: list[Recipe], present: Present) -> Any:
    return [recipe(present) for recipe in recipes], {}
