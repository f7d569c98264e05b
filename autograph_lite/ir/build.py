"""Append nodes: a builder is an interpreter that stages instead of executing.

A builder makes one region.  A value of an enclosing builder that is used inside becomes an argument
of the region (`captures`), so that regions are closed.  Boxes (tensors and variables) are read and
written through `overlay`: staging never changes the boxes themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.ir.conditions import Conditions
from autograph_lite.ir.graph import Condition, Link, Node, Region, Test, Value
from autograph_lite.ir.memo import Memo
from autograph_lite.ir.types import PY_DTYPE, Type, representable, tensor
from autograph_lite.ir.walk import on_others

MOST = 2_000_000
"""Nodes that are appended for one graph: beyond, its machine code would take hours and all memory."""
TOO_LONG = (
    "this function, or a gradient of it, takes more than {:,} operations to write down; gradients of gradients"
    " grow fastest where a name may be one of many values, after branches and loops that bind one name to"
    " another: bind it to a copy there (x = x * 1), or take the outer gradient by finite differences"
)


def no_origin() -> Origin | None:
    return None


class Register:
    """A piece of state that the program has no name for; regions write it as they write boxes."""

    __slots__ = ("_base", "_value", "_version")
    is_variable = is_tagged = False

    def __init__(self, value: Value) -> None:
        self._value, self._base, self._version = value, None, 0


class Note(Register):
    """The number of the cell that a value is in."""

    __slots__ = ()


class Builder:
    """The nodes of one region under construction."""

    def __init__(
        self, parent: Builder | None, constant_op: Any, origin: Callable[[], Origin | None]
    ) -> None:
        self.parent = parent
        self.top: Builder = self if parent is None else parent.top
        self.constant_op = constant_op
        self.origin = origin
        self.nodes: list[Node] = []
        self.arguments: list[Value] = []
        self.own: set[Value] = set()
        self.captures: dict[Value, Value] = {}
        self.overlay: dict[int, tuple[Any, Value]] = {}
        self.watchers: list[Any] = []  # the tapes that record around the region
        self.levels: list[Any] = []  # those of forward mode among them, which record in it too
        self.variables_read: dict[int, Any] = {}
        self.links: list[Link] = []  # values that are one in some runs
        self.links_of: dict[Value, list[Link]] = {}
        self.links_forward = False  # whether one leads to a value that was made later
        self.box_links: list[Any] = []  # boxes that are one in some runs
        self.makers: dict[Value, Node] = {}
        self.places: dict[Value, int] = {}  # result of a node -> the place of the node
        self.outside: dict[Value, Value] = {}  # argument that stands for a captured value -> it
        self.bools: dict[Any, Value] = {}  # what conditions came to
        self.conditions = Conditions()  # and what they mean
        self.consulted = False  # whether a tape asked which values are one
        self.repeated = False  # whether it is of the steps of a loop
        self.before: dict[int, tuple[Any, int, Any]] = {}  # boxes before they were written
        self.resolve: Callable[[Value], Value | None] | None = None
        self._constants: dict[tuple[str, str], Value] = {}
        # names that tell of a value which cell it is (`ops.cells`), and their numbers
        self.names: dict[tuple[Value, Value], Value] = {}
        self.numbered: dict[Value, Value] = {}
        self.kept: set[Value] = set()  # numbers of what is in a cell in every run
        self.noted: dict[Value, None] = {}  # values of this region that may be in a cell
        # what values are by their links, as long as there are no others; what was found about cells, as long as
        # nothing changes; of the whole graph: what was asked about, and how often something has changed
        self.aliases, self.answers = Memo(), Memo()
        self.asked: set[Value] = set()
        self.moment = self.links_changed = 0
        # of the whole graph: boxes whose values rows of lists have taken, by id; how many nodes were appended,
        # those of attempts that were given up included
        self.in_lists: dict[int, Any] = {}
        self.appended = 0
        self.amended = 0  # how often tensors got cells here while a region inside was at work
        # of the whole graph: the cells by dtype and axes, the number of each value that may be in one,
        # the value that a name stands for, and what gives a value its present name
        self.cells: dict[tuple[str, int], Register] = {}
        # of the whole graph: whether what is appended now is reversed by no pass, so that nobody asks which of
        # its values are one; whether that was taken for granted of any; whether a loop does not say all of it;
        # and whether all of it must be said
        self.unasked = False
        self.taken_as_last = False
        self.unrelated = False
        self.reversible = False
        # whether tapes of the caller record, and whether anybody has asked
        self.recorded = self.recorded_asked = False
        self.numbers: dict[Value, Register] = {}
        self.raws: dict[Value, Value] = {}
        self.naming: Callable[[Builder, Value], Value] | None = None

    def argument(self, type: Type) -> Value:
        """A new argument of the region."""
        value = Value(type)
        self.arguments.append(value)
        self.own.add(value)
        return value

    def localise(self, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
        """The values as this region sees them."""
        return tuple(self.local(v) for v in inputs)

    def local(self, value: Value) -> Value:
        """`value` as this region sees it: itself, or the argument that stands for it; by its name."""
        seen = self.here(value)
        top = self.top
        return seen if top.naming is None or top.unasked else top.naming(self, seen)

    def raw(self, value: Value) -> Value:
        """What a name stands for, in its region; any other value itself."""
        return self.top.raws.get(value, value)

    def here(self, value: Value) -> Value:
        """The same without a name."""
        value = self.raw(value)
        if value in self.own:
            return value
        seen = self.captures.get(value)
        if seen is None:
            seen = self.resolve(value) if self.resolve is not None else None
        return seen if seen is not None else self._capture(value)

    def _capture(self, value: Value) -> Value:
        if self.parent is None:
            raise ValueError(f"{value} belongs to no enclosing region")
        value = self.parent.here(value)
        if value in self.captures:
            return self.captures[value]
        seen = Value(value.type)
        self.captures[value] = seen
        self.outside[seen] = value
        self.own.add(seen)
        return seen

    def apply(
        self,
        op: Any,
        inputs: tuple[Value, ...],
        params: dict[str, Any],
    ) -> tuple[Value, ...]:
        """Append a node; the op's type rule says what comes out, or raises."""
        inside = tuple(self.local(v) for v in inputs)
        types = op.types(*(v.type for v in inside), **params)
        return self.append(op, inside, types, params)

    def append(
        self,
        op: Any,
        inside: tuple[Value, ...],
        types: tuple[Type, ...],
        params: dict[str, Any],
    ) -> tuple[Value, ...]:
        """Append a node whose output types are given."""
        self.top.appended += 1
        if self.top.appended > MOST:
            raise ConversionError(TOO_LONG.format(MOST), self.origin())
        outputs = tuple(Value(t) for t in types)
        self.own.update(outputs)
        node = Node(op, inside, outputs, params, self.origin())
        self.nodes.append(node)
        self.makers.update(dict.fromkeys(outputs, node))
        self.places.update(dict.fromkeys(outputs, len(self.nodes)))
        return outputs

    def constant(self, number: Any, dtype: str, kind: str = "ag") -> Value:
        """A scalar constant; equal ones (bit for bit) are one node of the region."""
        number = representable(number, dtype)
        key = (f"{kind} {dtype} {type(number).__name__}", repr(number))
        if key not in self._constants:
            type_ = tensor(dtype) if kind == "ag" else Type(kind, dtype)
            params = {"value": number, "dtype": dtype}
            self._constants[key] = self.append(self.constant_op, (), (type_,), params)[0]
        return self._constants[key]

    def number(self, number: Any) -> Value:
        """A Python number as a value of kind py."""
        return self.constant(number, PY_DTYPE[type(number)], "py")

    def lift(self, obj: Any) -> Value:
        """The value of an object from outside the staged function."""
        if self.parent is None:
            raise ValueError("this graph takes no objects from outside")
        return self.parent.lift(obj)

    def lift_scalar(self, obj: Any) -> Value:
        """A float64 or bool of NumPy's that the function has at hand, as a scalar of NumPy's."""
        read = self.root().scalar_input(obj)
        return self.constant(obj.item(), obj.dtype.name, "np") if read is None else read

    def scalar_input(self, obj: Any) -> Value | None:
        """The input by which each call reads it anew; None: it was made while staging."""
        del obj
        return None

    def emit_print(self, voice: str, items: tuple[Any, ...], **options: Any) -> None:
        """Print at run time; the root knows how."""
        assert self.parent is not None
        self.parent.emit_print(voice, items, **options)

    def read(self, box: Any) -> Value:
        """The present value of a box."""
        if box.is_tagged:
            box = box.tensor
        if id(box) in self.overlay:
            return self.overlay[id(box)][1]
        if box._value in self.own:
            return box._value  # type: ignore[no-any-return]
        if self.parent is None:
            return self.lift(box)
        return self.local(self.parent.read(box))

    def accessed(self, variable: Any) -> None:
        """The program reads a variable: tapes around this region see the value that it has there."""
        if self.parent is None:
            self.variables_read[id(variable)] = variable
            return
        for tape in self.watchers:
            tape.accessed(variable, self.parent.read(variable))
        self.parent.accessed(variable)

    def remember(self, box: Any) -> None:
        """A box is about to be written: whatever is staged next may not have happened."""
        if box._value not in self.own:
            self.before.setdefault(id(box), (box, box._version, box._base))

    def write(self, box: Any, value: Value) -> None:
        """Give a box another value, seen by every later read in this region."""
        if box._value in self.own:
            box._value = value
        else:
            self.overlay[id(box)] = (box, value)
        self.top.moment += box.__class__ is Note
        self.hold(self, box, value)

    def enter(self, box: Any, argument: Value) -> None:
        """The region begins with this value in a box that is written in it."""
        self.overlay[id(box)] = (box, argument)
        self.top.moment += box.__class__ is Note
        if argument.type.rank:  # a scalar is what it was; an array has another place
            self.hold(self, box, argument)

    def hold(self, builder: Builder, box: Any, value: Value) -> None:
        """Say in a region what a box holds; the root knows which boxes the caller can see."""
        if self.parent is not None:
            self.parent.hold(builder, box, value)

    def writes_only(self, boxes: Iterable[Any]) -> None:
        """The region hands on what it leaves in these boxes: what else it has written would be lost."""
        assert {id(box) for box in boxes}.issuperset(self.overlay), (
            "what a region writes last is lost"
        )

    def linked(self) -> bool:
        """Whether any boxes are one in some runs."""
        return bool(self.box_links) or (self.parent is not None and self.parent.linked())

    def link(self, a: Value, b: Value, condition: Condition) -> None:
        """`a` is `b` where the condition holds; said of `b` where `b` leads to `a` already.  That it is
        a constant is not said: nobody asks for the cotangent of a constant."""
        a, b = self.here(a), self.here(b)
        if self.top.unasked:
            return
        if a is not b and condition is not False and not self.is_constant(b):
            if self._leads(b, a):
                a, b = b, a
            self.links_forward |= self._place(a) < self._place(b)
            made = Link(a, b, on_others(condition, self.local))
            self.links.append(made)
            self.links_of.setdefault(a, []).append(made)
            self.top.links_changed += 1
            self.top.moment += a in self.top.asked

    def links_outside(self) -> Iterator[tuple[Value, Value, Condition]]:
        """What the region says of values that it captures, as it is said around it."""
        for link in self.links:
            a, b = self.outside.get(link.a), self.outside.get(link.b)
            condition = self._outside(link.condition)
            if a is not None and b is not None and condition is not None:
                yield a, b, condition

    def _outside(self, condition: Condition) -> Condition | None:
        """A condition as the region around sees it; None where it is of this region."""
        if isinstance(condition, bool):
            return condition
        if isinstance(condition, Value):
            return self.outside.get(condition)
        value = self.outside.get(condition.value)
        return None if value is None else Test(condition.kind, value)

    def is_constant(self, value: Value) -> bool:
        """Whether a value is a literal, here or in a region around."""
        made = self.makers.get(value)
        if made is None and value in self.outside and self.parent is not None:
            return self.parent.is_constant(self.outside[value])
        return made is not None and made.op is self.constant_op

    def _leads(self, value: Value, to: Value) -> bool:
        """Whether links lead from one value to another; nearly all lead to what was made before."""
        if self._place(value) < self._place(to) and not self.links_forward:
            return False
        waiting, seen = [value], {value}
        while waiting:
            for link in self.links_of.get(waiting.pop(), ()):
                if link.b is to:
                    return True
                if link.b not in seen:
                    seen.add(link.b)
                    waiting.append(link.b)
        return False

    def _place(self, value: Value) -> int:
        """When a value was made; arguments are there before anything."""
        return self.places.get(value, -1)

    def own_numbers(self) -> tuple[tuple[Value, Value], ...]:
        """The numbers of the cells that values of this region are in by now."""
        return tuple((v, self.read(self.top.numbers[v])) for v in self.noted)

    def note_number(self, value: Value, number: Register) -> None:
        """A value of this region may be in the cell with this number."""
        self.top.numbers[value] = number
        self.top.moment += 1
        self.noted[value] = None

    def unlink(self, a: Value, b: Value) -> None:
        """Forget what is known of these two; a condition that includes it follows."""
        a, b = self.here(a), self.here(b)
        old = [link for link in self.links_of.get(a, ()) if link.b is b]
        if old:
            self.top.moment += a in self.top.asked
            self.top.links_changed += 1
            self.links = [link for link in self.links if link not in old]
            self.links_of[a] = [link for link in self.links_of[a] if link not in old]

    def forget_writes(self) -> None:
        """The boxes count as not written: another arm, another attempt, or a failure follows."""
        for box, version, base in self.before.values():
            box._version, box._base = version, base

    def root(self) -> Builder:
        """The builder of the whole graph."""
        return self if self.parent is None else self.parent.root()

    def inner(self) -> Builder:
        """A builder of a region inside this one."""
        return Builder(self, self.constant_op, self.origin)

    def replace(self, old: Node, node: Node) -> None:
        """Put `node` in the place of `old`, whose outputs it has too."""
        self.nodes[next(i for i, n in enumerate(self.nodes) if n is old)] = node
        self.own.update(node.outputs)
        self.makers.update(dict.fromkeys(node.outputs, node))


def region(builder: Builder, results: tuple[Value, ...], captured: list[Value]) -> Region:
    """Close a region: its declared arguments, then one for each of `captured`, values of the parent."""
    extra = tuple(builder.captures.get(v) or Value(v.type) for v in captured)
    arguments = (*builder.arguments, *extra)
    numbers = builder.own_numbers()
    return Region(arguments, tuple(builder.nodes), results, tuple(builder.links), numbers)


def merged_captures(*builders: Builder) -> list[Value]:
    """What any of the regions captures, in order of first use."""
    return list(dict.fromkeys(v for b in builders for v in b.captures))
