"""The fast way into a kernel: a Python function written for one specialisation.

It checks that the arguments have the signature and the captures are the same, fills the slots, calls,
and takes the results out; at the first thing that does not fit it gives `MISS`, before anything has an
effect, and the ordinary way runs.  A call with scalars costs about 2 us so, 8 us the ordinary way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograph_lite.execute import Executable
from autograph_lite.frontend.stage import Argument, Staged, given_back, leaf_type
from autograph_lite.frontend.state import Container, Leaf, Structure
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import PY_DTYPE, Symbol, Type
from autograph_lite.tensors.boxes import write
from autograph_lite.tensors.tensor import Tensor
from autograph_lite_runtime import context, faults

MISS = object()
VIEW = {
    "float64": "c.doubles[{}]",
    "int64": "c.slots[{}]",
    "float32": "c.singles[2 * {}]",
    "int32": "c.ints[2 * {}]",
    "bool": "c.slots[{}]",
}
SCALAR = {name: getattr(np, name if name != "bool" else "bool_") for name in VIEW}
PYTHON = {dtype: kind for kind, dtype in PY_DTYPE.items()}


class _Writer:
    """The source of one trampoline and the names it uses."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.space: dict[str, Any] = {
            "MISS": MISS,
            "Tensor": Tensor,
            "Value": Value,
            "ndarray": np.ndarray,
            "idle": context.POOL,
            "acquire": context.acquire,
            "release": context.release,
            "write": write,
        }
        self.symbols: dict[Symbol, str] = {}

    def name(self, hint: str, obj: Any) -> str:
        name = f"{hint}{len(self.space)}"
        self.space[name] = obj
        return name

    def miss_unless(self, condition: str) -> None:
        self.lines.append(f"    if not ({condition}): return MISS")

    def data(self, source: str, boxed: str | None, name: str) -> None:
        """The data of an argument, taken out of its box."""
        if boxed is not None:
            self.miss_unless(f"{source}.__class__ is {boxed} and {source}._base is None")
            self.lines.append(f"    {name} = {source}._value.data")
        else:
            self.lines.append(f"    {name} = {source}")

    def check(self, name: str, type: Type, distinct: bool) -> None:
        """That the data has the type of the signature; `distinct`: other symbols, other lengths."""
        if type.kind == "py":
            self.miss_unless(f"{name}.__class__ is {PYTHON[type.dtype].__name__}")
        elif not type.shape:
            self.miss_unless(f"{name}.__class__ is {self.name('scalar', SCALAR[type.dtype])}")
        else:
            self._check_array(name, type, distinct)

    def _check_array(self, name: str, type: Type, distinct: bool) -> None:
        dtype = self.name("dtype", np.dtype(type.dtype))
        self.miss_unless(
            f"{name}.__class__ is ndarray and {name}.dtype is {dtype} and {name}.ndim == {type.rank}"
            f" and {name}.flags.c_contiguous and {name}.flags.aligned"
        )
        self.lines.append(f"    s = {name}.shape")
        for axis, extent in enumerate(type.shape):
            if isinstance(extent, int):
                self.miss_unless(f"s[{axis}] == {extent}")
            elif not distinct:
                self.miss_unless(f"s[{axis}] > 1")
            elif extent in self.symbols:
                self.miss_unless(f"s[{axis}] == {self.symbols[extent]}")
            else:
                known = f"e{len(self.symbols)}"
                self.lines.append(f"    {known} = s[{axis}]")
                others = "".join(f" and {known} != {e}" for e in self.symbols.values())
                self.miss_unless(f"{known} > 1{others}")
                self.symbols[extent] = known

    def put(self, name: str, type: Type, slot: int) -> None:
        if not type.shape:
            self.lines.append(f"        {VIEW[type.dtype].format(slot)} = {name}")
            return
        self.lines.append(f"        c.slots[{slot}] = {name}.ctypes.data")
        for axis in range(type.rank):
            self.lines.append(f"        c.slots[{slot + 1 + axis}] = {name}.shape[{axis}]")

    def get(self, name: str, type: Type, slot: int) -> None:
        if type.shape:
            shape = ", ".join(f"c.slots[{slot + 1 + i}]" for i in range(type.rank))
            self.lines.append(
                f"        {name} = c.array(c.slots[{slot}], {type.dtype!r}, ({shape},))"
            )
        elif type.kind == "py":
            convert = PYTHON[type.dtype].__name__
            self.lines.append(f"        {name} = {convert}({VIEW[type.dtype].format(slot)})")
        else:
            made = self.name("scalar", SCALAR[type.dtype])
            value = VIEW[type.dtype].format(slot)
            value = f"{value} & 1" if type.dtype == "bool" else value
            self.lines.append(f"        {name} = {made}({value})")


def trampoline(
    staged: Staged, executable: Executable, leaves: list[Any]
) -> Callable[..., Any] | None:
    """A function of the flat arguments, or None where the ordinary way is needed."""
    told = staged.prints or executable.warns
    if told or staged.written_arguments or executable.slots > 64 or executable.keeps:
        return None
    if any(isinstance(leaf, list | tuple | dict) for leaf in leaves):
        return None
    if len({id(leaf) for leaf in leaves if not isinstance(leaf, int | float)}) != sum(
        not isinstance(leaf, int | float) for leaf in leaves
    ):
        return None
    writer = _Writer()
    order = _arguments(writer, staged, leaves)
    if order is None:
        return None
    _body(writer, staged, executable, order)
    parameters = ", ".join(f"a{i}" for i in range(len(leaves)))
    source = f"def call({parameters}):\n" + "\n".join(writer.lines)
    exec(compile(source, "<call>", "exec"), writer.space)
    made: Callable[..., Any] = writer.space["call"]
    return made


def _arguments(writer: _Writer, staged: Staged, leaves: list[Any]) -> dict[Value, str] | None:
    """Checks of arguments, captures and guards; the name of the data of each graph argument."""
    names: dict[Value, str] = {}
    passed = dict(staged.passed)
    for i, leaf in enumerate(leaves):
        if i not in passed:
            writer.miss_unless(f"a{i} is {writer.name('static', leaf)}")
            continue
        boxed = "Tensor" if leaf.__class__ is Tensor else None
        if leaf_type(leaf, {}) is None or (boxed is None and hasattr(leaf, "_value")):
            return None
        names[passed[i]] = f"d{i}"
        writer.data(f"a{i}", boxed, f"d{i}")
        writer.check(f"d{i}", passed[i].type, distinct=True)
    for i, guard in enumerate(staged.guards):
        if guard.inside is not None:
            writer.miss_unless(f"{writer.name('holds', guard.holds)}()")
            continue
        read, expected = writer.name("read", guard.read), writer.name("expected", guard.expected)
        writer.lines.append(f"    g{i} = {read}()")
        writer.miss_unless(f"g{i} is {expected}")
    for i, found in enumerate(staged.inputs):
        obj = found.read()
        boxed = None if not hasattr(obj, "_value") else writer.name("Box", obj.__class__)
        writer.lines.append(f"    i{i} = {writer.name('read', found.read)}()")
        writer.data(f"i{i}", boxed, f"v{i}")
        writer.check(f"v{i}", found.type, distinct=False)
        names[found.value] = f"v{i}"
    return names


def _body(writer: _Writer, staged: Staged, executable: Executable, names: dict[Value, str]) -> None:
    writer.lines.append("    c = acquire()")
    writer.lines.append("    try:")
    for value, (type, slot) in zip(staged.graph.body.arguments, executable.arguments, strict=True):
        writer.put(names[value], type, slot)
    run = writer.name("run", executable.entry.function)
    writer.lines.append(f"        if {run}(c.address) != {faults.OK}: return MISS")
    for i, (type, slot) in enumerate(executable.results):
        writer.get(f"r{i}", type, slot)
    writer.lines.append("    except ValueError: return MISS")  # an int of more than 64 bits
    writer.lines.append("    finally:")
    writer.lines.append("        release(c)")
    for box, i in zip(
        staged.written_boxes, range(staged.returned, len(executable.results)), strict=True
    ):
        writer.lines.append(f"    write({writer.name('box', box)}, Value(None, r{i}, True))")
    writer.lines.append(f"    return {_returned(writer, staged, executable)}")


def _returned(writer: _Writer, staged: Staged, executable: Executable) -> str:
    results = executable.results[: staged.returned]
    parts = iter([(f"r{i}", type) for i, (type, _) in enumerate(results)])
    return _literal(writer, staged.structure, parts)


def _leaf(structure: Leaf, parts: Iterator[tuple[str, Type]]) -> str:
    """A tensor or a number, or the one or the other as the run says."""
    name, type = next(parts)
    if structure.kind in ("ag", "py"):
        return _made(name, type)
    value, inner = next(parts)
    other = "None" if structure.kind == "none" else next(parts)[0]
    return f"({_made(value, inner)} if {name} else {other})"


def _made(name: str, type: Type) -> str:
    return name if type.kind == "py" else f"Tensor(Value(None, {name}))"


def _literal(writer: _Writer, structure: Structure, parts: Iterator[tuple[str, Type]]) -> str:
    """The text that puts a result together."""
    if isinstance(structure, Leaf):
        return _leaf(structure, parts)
    if not isinstance(structure, Container):
        obj = getattr(structure, "obj", None)
        if isinstance(obj, Argument):
            return f"a{obj.position}"
        return writer.name("static", given_back(obj, []))
    inside = [_literal(writer, part, parts) for part in structure.parts]
    if structure.type is dict:
        keys = [writer.name("key", key) for key in structure.keys or ()]
        return "{" + ", ".join(f"{k}: {v}" for k, v in zip(keys, inside, strict=True)) + "}"
    if structure.type in (tuple, list):
        left, right = "()" if structure.type is tuple else "[]"
        return left + "".join(f"{part}, " for part in inside) + right
    made = writer.name("type", structure.type)
    together = ", ".join(inside)
    return f"{made}({together})" if hasattr(structure.type, "_fields") else f"{made}([{together}])"
