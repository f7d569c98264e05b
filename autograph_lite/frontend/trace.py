"""The root of a staged function: its arguments, and what it reads from outside, kept live.

Every object that the function reads by name or attribute is remembered with the way to read it
again.  Arrays, tensors, variables and Python floats become inputs whose present value each call
passes; everything else is a guard: if it is another object later, the function is staged again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import CellType
from typing import Any

import numpy as np

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.frontend.effects import CONTAINERS, contents, is_read_whole, parts
from autograph_lite.frontend.fillers import truth
from autograph_lite.frontend.guards import Getter, Guard, Input, Untouched
from autograph_lite.frontend.shared import MISSING, Outside, Variables
from autograph_lite.frontend.state import Undefined, take_apart
from autograph_lite.frontend.structures import Structure
from autograph_lite.frontend.unseen import Unseen
from autograph_lite.ir.build import Builder
from autograph_lite.ir.graph import Node, Value
from autograph_lite.ir.types import PY_DTYPE, Symbol, Type, scalar
from autograph_lite.nests import leaves, rebuild
from autograph_lite.ops.control import CONSTANT, HOLD, PRINT, fail_if, told
from autograph_lite.ops.dispatch import apply_all
from autograph_lite.tensors.boxes import Box, dtype_name, wrap
from autograph_lite.tensors.host_array import HostArray, refuse_use


@dataclass(frozen=True, slots=True)
class Printed:
    """A print of the program: how its items are put together, which values are Python numbers, and the options
    it was given."""

    voice: str
    structure: Structure
    numbers: tuple[int, ...]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Raised:
    """A `raise` of the program: how the exception and, if it has one, its cause are put together, and which
    values are Python numbers.  None: nothing is raised, the call is made step by step."""

    structure: Structure | None
    numbers: tuple[int, ...] = ()


def _numbers_among(values: Sequence[Value]) -> tuple[int, ...]:
    """The places of the Python numbers."""
    return tuple(i for i, v in enumerate(values) if v.type.kind == "py")


class Calls:
    """Where the user's program is while it is staged: the line, and the calls around it."""

    def __init__(self, line: Callable[[], Origin | None]) -> None:
        self.line = line
        self.around: Origin | None = None

    def place(self) -> Origin | None:
        found = self.line()
        if found is None or self.around is None:
            return found
        return Origin(found.filename, found.line, found.column, found.function, self.around)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """A function is called here."""
        outer, self.around = self.around, self.place()
        try:
            yield
        finally:
            self.around = outer


class Trace(Builder):
    """The builder of a whole function."""

    def __init__(self, line: Callable[[], Origin | None]) -> None:
        self.calls = Calls(line)
        super().__init__(None, CONSTANT, self.calls.place)
        self.inputs: list[Input] = []
        self.guards: list[Guard] = []
        self.given: dict[int, Any] = {}
        self.untouched = Untouched()
        self.unseen = Unseen(self)
        self._by_object: dict[int, tuple[Any, Value]] = {}
        self._kept: dict[int, tuple[Any, Any, Value]] = {}  # arrays made inside, as they were
        self._getters: dict[int, tuple[Any, Getter]] = {}
        self._names: dict[int, str] = {}  # of arrays and tensors from outside, by id
        self._homes: dict[int, tuple[Any, str, Getter]] = {}  # where each was read first
        self._aliases: dict[tuple[int, str], Any] = {}  # where else
        self._floats: dict[tuple[int, str], tuple[Any, Value]] = {}  # by where they are read
        self._plain: list[Guard] = []
        self.settled = False
        self.alone: dict[int, Any] = {}  # arrays that were made of no other, such as np.zeros(3)
        self.made: dict[int, Any] = {}  # objects with attributes that were made inside the function
        self.dict_of: dict[int, Any] = {}  # by id: the `__dict__` of such an object, its owner
        self.holders: dict[int, Any] = {}  # objects that regions may change, by id
        self.changes: dict[Builder, Any] = {}  # what a region changes
        self.several: dict[int, Any] = {}  # objects that stand for one of several
        self.picked: dict[int, Any] = {}  # those, which other names may be bound to as well
        self.asked: set[Value] = set()  # numbers whose class has been asked for
        self.carried: list[Any] = []  # those that stand for what a name of a loop is bound to
        self.prints: list[Printed] = []
        self.raises: list[Raised] = []
        self.managers: list[Any] = []  # those entered that may swallow what is raised inside
        self.entered: dict[
            int, tuple[int, Value]
        ] = {}  # id of a tensor that stands for an argument
        self.held: dict[
            int, tuple[int, Any]
        ] = {}  # id of a box -> its key, the box or the position
        self.iterators: dict[
            int, tuple[Any, Any]
        ] = {}  # by id: an iterator, the region that made it
        self.gone_through: list[Any] = []  # lists that grow, while loops go through them
        self.rows_of: dict[Any, Any] = {}  # lists that are indexed by the run, as rows
        self.unlike: dict[Value, Any] = {}  # rows whose elements are held in another form
        self.repeats = False  # whether a fault has to be repeated step by step
        self.stepwise = False  # whether what is no fault is made step by step
        self.left: tuple[Exception, Origin | None] | None = (
            None  # the error that left a `try` block
        )
        self.failed: Exception | None = None  # what a host call has raised
        self.float_errors = np.geterr()
        self.caller: Any = None
        self.hosts: Any = None
        self.place_of: Callable[[Exception], Origin | None] = lambda error: None
        self.variables = Variables()

    def leaves(self, error: Exception) -> bool:
        """Whether an error left a `try` block, or is one of the host's: the call is made step by step."""
        return error is self.failed or (self.left is not None and error is self.left[0])

    def note(self, obj: Any, read: Getter, what: str, home: tuple[Any, str]) -> Any:
        """An object read from outside; what the staged function sees of it.  `home` is the object that
        holds it, and under which name: two may have the same words for the user."""
        if type(obj) is float:
            return self._float(read, what, home)
        if isinstance(obj, np.ndarray | np.generic | Box):
            holder, name = home
            if not isinstance(holder, tuple):  # what a tuple holds, it holds for ever
                first = self._homes.setdefault(id(obj), (holder, name, read))
                if first[0] is not holder or first[1] != name:
                    self._same(read, first[2], what, home)
            self._getters.setdefault(id(obj), (obj, read))
            self._names.setdefault(id(obj), what)
            if not isinstance(obj, Box):
                self._plain.append(Guard(read, obj, what))
        else:
            inside = contents(obj) if is_read_whole(obj) else None
            self.guards.append(Guard(read, obj, what, inside))
            self.keep(obj)
            if isinstance(obj, (*CONTAINERS, tuple)):
                for leaf in leaves(obj):
                    self._names.setdefault(id(leaf), f"a part of {what}")
        return obj

    def note_has(self, obj: Any, name: str) -> bool:
        """Whether an object has an attribute; one from outside may lose it, or get it."""
        found = hasattr(obj, name)
        if id(obj) in self.given:
            read, what = partial(hasattr, obj, name), f"{name} of a {type(obj).__name__}"
            self.guards.append(Guard(read, found, what, about=True))
        return found

    def variable(
        self, name: str, home: int, look: Getter, assign: Callable[[Any], None], kind: str
    ) -> CellType:
        """The variable that stands for one from outside which is assigned, a global or a local name."""
        if (home, name) not in self.variables.outside:
            found = look()
            if found is MISSING:
                self.guards.append(Guard(look, MISSING, name))
            nothing = Undefined(name, kind)
            first = nothing if found is MISSING else self._before(found, look, name)
            self.variables.outside[home, name] = Outside(name, CellType(first), first, look, assign)
        return self.variables.outside[home, name].cell

    def _before(self, obj: Any, look: Getter, name: str) -> Any:
        """What a variable that is assigned holds before the call; its numbers and tensors are inputs."""
        if fits_word(obj):
            return wrap(self.input(look, Type("py", PY_DTYPE[type(obj)]), name))
        if not isinstance(obj, list | tuple) and type(obj) is not dict:
            return self.note(obj, look, name, (obj, name))
        self.guards.append(Guard(lambda: _form(look()), _form(obj), name, about=True))
        parts = (
            self._before(leaf, partial(_leaf_of, look, i), f"part {i} of {name}")
            for i, leaf in enumerate(leaves(obj))
        )
        made = rebuild(obj, lambda _: next(parts))
        self.keep(made)
        return made

    def settle(self, *objects: Any) -> None:
        """Something is computed from plain arrays now and not at each call: what they hold is a guard."""
        for obj in objects:
            if isinstance(obj, HostArray):
                refuse_use("an element")
            if isinstance(obj, np.ndarray | np.generic) and id(obj) not in self.alone:
                self.settled = True

    def all_guards(self) -> tuple[Guard, ...]:
        guards = [*self.guards, *self.unseen.guards, *self._written_guards()]
        if not self.settled:
            return tuple(guards)
        plain = {(g.what, id(g.expected)): g for g in self._plain}
        whole = [*plain.values(), *(g for g in guards if g.inside is not None)]
        return (
            *(g for g in guards if g.inside is None),
            *(replace(g, inside=contents(g.expected, True), arrays=True) for g in whole),
        )

    def _written_guards(self) -> Iterator[Guard]:
        """What is written is the tensor or variable that was there when the function was staged, and what is
        only read is another one."""
        written = {id(box): box for box, _ in self.overlay.values()}
        for found, (_, _, read) in self._homes.items() if written else ():
            obj, what = self._getters[found][0], self._names[found]
            if found in written:
                yield Guard(read, obj, what)
            elif isinstance(obj, Box):
                yield Guard(partial(_is_none_of, read, written), True, what, about=True)

    def keep(self, obj: Any) -> None:
        """Remember an object that was there before, and what stands in it: it is not changed."""
        if id(obj) in self.given and isinstance(obj, (*CONTAINERS, frozenset)):
            return
        self.given[id(obj)] = obj
        self.untouched.add(obj)
        self.unseen.meet(type(obj))
        if isinstance(obj, (*CONTAINERS, tuple, frozenset)):
            for part in parts(obj):
                if not isinstance(part, Box | np.ndarray | np.generic):
                    self.keep(part)

    def _same(self, read: Getter, other: Getter, what: str, home: tuple[Any, str]) -> None:
        """An array or tensor under another name: one input for both, as long as they are one object."""
        key = id(home[0]), home[1]
        if key not in self._aliases:
            self._aliases[key] = home[0]
            self.guards.append(Guard(lambda: read() is other(), True, what, about=True))

    def _float(self, read: Getter, what: str, home: tuple[Any, str]) -> Any:
        holder, name = home
        key = id(holder), name
        if key not in self._floats:
            self._floats[key] = holder, self.input(read, Type("py", "float64"), what)
        return wrap(self._floats[key][1])

    def emit_print(self, voice: str, items: tuple[Any, ...], **options: Any) -> None:
        """A node that records the values; the text is made, as eagerly, when they are known."""
        structure, values = take_apart(tuple(items), numbers=False)
        self.prints.append(Printed(voice, structure, _numbers_among(values), options))
        apply_all(PRINT, tuple(values), {"key": str(len(self.prints) - 1)})

    def emit_stepwise(self, when: Value) -> None:
        """Nodes that stop the kernel where something holds: the call is made step by step then."""
        self.stepwise = True
        self.raises.append(Raised(None))
        fail_if(when, "Reached", "RAISED", str(len(self.raises) - 1))

    def emit_raise(self, structure: Structure, values: list[Value]) -> None:
        """Nodes that record the values and stop the kernel."""
        self.raises.append(Raised(structure, _numbers_among(values)))
        key = str(len(self.raises) - 1)
        if values:
            apply_all(PRINT, tuple(values), {"key": told(key)})
        fail_if(truth(True), "Reached", "RAISED", key)

    def hold(self, builder: Builder, box: Any, value: Value) -> None:
        """Only what is there after the call: arguments, and boxes that were there before it.  At first
        each holds what it comes with."""
        if id(box) not in self.entered and box._value.data is None:
            return
        if id(box) not in self.held:
            key = len(self.held)
            whose, first = self.entered.get(id(box)) or (box, self.lift(box))
            self.held[id(box)] = (key, whose)
            self.nodes.insert(0, Node(HOLD, (first,), (), {"key": key}))
        builder.append(HOLD, (builder.local(value),), (), {"key": self.held[id(box)][0]})

    def input(self, read: Getter, type: Type, what: str) -> Value:
        value = self.argument(type)
        self.inputs.append(Input(read, type, value, what))
        return value

    def scalar_input(self, obj: Any) -> Value | None:
        if id(obj) not in self._getters:
            self.settle(obj)
            return None
        key = -1 - id(obj)  # beside the tensor that it may be, too
        if key not in self._by_object:
            type_ = scalar(obj.dtype.name)
            what = self._names.get(id(obj), "a NumPy scalar")
            self._by_object[key] = (obj, self.input(self._getters[id(obj)][1], type_, what))
        return self._by_object[key][1]

    def lift(self, obj: Any) -> Value:
        """An array, tensor or variable from outside: an input that every call reads anew."""
        if id(obj) not in self._getters and not isinstance(obj, Box):
            return self._lift_made(obj)
        known = self._by_object.get(id(obj))
        if known is None:
            _, read = self._getters.get(id(obj), (obj, lambda: obj))
            what = self._names.get(id(obj), "an array that is made of those outside")
            known = (obj, self.input(read, type_of(obj), what))
            self._by_object[id(obj)] = known
        return known[1]

    def _lift_made(self, array: Any) -> Value:
        """An array that was made of others, or of nothing, as it is now: it may be written later."""
        self.settle(array)
        known = self._kept.get(id(array))
        if known is None or known[1].tobytes() != array.tobytes():
            kept = array.copy()
            made = self.input(
                lambda: kept, type_of(array), "an array that is made of those outside"
            )
            known = self._kept[id(array)] = array, kept, made
        return known[2]


def _is_none_of(read: Getter, boxes: dict[int, Any]) -> bool:
    return id(read()) not in boxes


def _form(obj: Any) -> str:
    """The containers in an object, and where its parts stand."""
    return repr(rebuild(obj, lambda leaf: Ellipsis))


def _leaf_of(look: Getter, number: int) -> Any:
    return leaves(look())[number]


def fits_word(obj: Any) -> bool:
    """Whether an object is a Python number that a kernel can hold."""
    return type(obj) in PY_DTYPE and (type(obj) is float or -(2**63) <= obj < 2**63)


def type_of(obj: Any) -> Type:
    """The type of an input: extents 0 and 1 are known, others are not."""
    if isinstance(obj, Box):
        data = obj._value.data
        if data is None:
            raise ConversionError(
                "a tensor of another staged function is used here; pass it as an argument"
            )
    else:
        data = obj
    if data.dtype.name not in ("bool", "int32", "int64", "float32", "float64"):
        return Type("ag", dtype_name(data.dtype, "the operand"), free(data.shape))
    return Type("ag", data.dtype.name, free(data.shape))


def free(shape: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple(e if e in (0, 1) else Symbol(True) for e in shape)
