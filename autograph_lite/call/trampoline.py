"""The fast way into a kernel: a Python function written for one specialisation.

It takes tensors out of their boxes, checks that the captures are the same, calls the kernel's gate,
which checks the rest, and puts the results into boxes; at the first thing that does not fit it gives
`MISS`, before anything has an effect, and the ordinary way runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograph_lite.execute import Executable, Leave
from autograph_lite.frontend.host import made
from autograph_lite.frontend.returned import Argument, Fresh, Outer, given_back
from autograph_lite.frontend.stage import Staged, leaf_type
from autograph_lite.frontend.structures import WHOLE, Container, Leaf, Structure, holds_text
from autograph_lite.ir.graph import Value
from autograph_lite.ir.types import Symbol, Type
from autograph_lite.tensors.boxes import Box, write
from autograph_lite.tensors.tensor import Tensor
from autograph_lite_runtime import gate


class _Writer:
    """The source of one trampoline of so many arguments and inputs that the host makes, and the names it uses;
    `plain`: results leave without boxes."""

    def __init__(self, plain: bool, count: int, hosted: int) -> None:
        self.plain, self.count, self.hosted = plain, count, hosted
        self.lines: list[str] = []
        self.space: dict[str, Any] = {
            "MISS": gate.MISS,
            "Tensor": Tensor,
            "Value": Value,
            "Fault": gate.Fault,
            "write": write,
        }

    def name(self, hint: str, obj: Any) -> str:
        name = f"{hint}{len(self.space)}"
        self.space[name] = obj
        return name

    def miss_unless(self, condition: str) -> None:
        self.lines.append(f"    if not ({condition}): return MISS")

    def data(self, source: str, boxed: str | None) -> str:
        """The data of an argument, taken out of its box."""
        if boxed is None:
            return source
        self.miss_unless(f"{source}.__class__ is {boxed} and {source}._base is None")
        return f"{source}._value.data"


def trampoline(
    staged: Staged, executable: Executable, leaves: list[Any], plain: bool, leave: Leave
) -> Callable[..., Any] | None:
    """A function of the flat arguments, or None where the ordinary way is needed; `leave` takes what a
    call has written that is interrupted."""
    writes = staged.written_arguments or any(isinstance(whose, int) for whose in staged.held)
    told = staged.prints or holds_text(staged.structure)
    outside = staged.assigned or any(box._base is not None for box in staged.written_boxes)
    if told or outside or writes:
        return None
    if staged.views and not plain:
        return None
    if any(isinstance(leaf, list | tuple | dict) for leaf in leaves):
        return None
    if any(isinstance(leaves[i], np.ndarray | np.generic) for i in staged.handed):
        return None
    objects = [leaf for leaf in leaves if type(leaf) not in (bool, int, float)]
    if len({id(leaf) for leaf in objects}) != len(objects):
        return None
    if plain and not all(map(_leaves_as_it_comes, leaves)):
        return None
    writer = _Writer(plain, len(leaves), len(staged.hosted))
    names = _arguments(writer, staged, leaves)
    enter = executable.gated(_relations(staged, executable), staged.returned * plain, leave)
    if names is None or enter is None:
        return None
    order = [names[value] for value in staged.graph.body.arguments]
    _body(
        writer,
        staged,
        len(executable.results),
        f"{writer.name('enter', enter)}({', '.join(order)})",
    )
    parameters = ", ".join(f"a{i}" for i in range(len(leaves)))
    source = f"def call({parameters}):\n" + "\n".join(writer.lines)
    exec(compile(source, "<call>", "exec"), writer.space)
    made: Callable[..., Any] = writer.space["call"]
    return made


def _leaves_as_it_comes(leaf: Any) -> bool:
    """Whether a gradient of the leaf is one too when it leaves as a Python number or an array."""
    return not isinstance(leaf, Box | np.generic) and (
        type(leaf) is not np.ndarray or leaf.ndim > 0
    )


def _arguments(writer: _Writer, staged: Staged, leaves: list[Any]) -> dict[Value, str] | None:
    """Checks of boxes, captures and guards; where the data of each graph argument is found."""
    names: dict[Value, str] = {}
    passed = dict(staged.passed)
    for i, leaf in enumerate(leaves):
        if i not in passed:
            writer.miss_unless(f"a{i} is {writer.name('static', leaf)}")
            continue
        boxed = "Tensor" if leaf.__class__ is Tensor else None
        if leaf_type(leaf, {}) is None or (boxed is None and hasattr(leaf, "_value")):
            return None
        names[passed[i]] = writer.data(f"a{i}", boxed)
    for i, guard in enumerate(staged.guards):
        if guard.inside is not None:
            writer.miss_unless(f"{writer.name('holds', guard.holds)}()")
            continue
        read, expected = writer.name("read", guard.read), writer.name("expected", guard.expected)
        writer.lines.append(f"    try: g{i} = {read}()")
        writer.lines.append("    except Exception: return MISS")  # it is not there any more
        writer.miss_unless(f"g{i} is {expected}")
    if staged.made:
        given = ", ".join(f"a{i}" for i in range(len(leaves)))
        writer.lines.append(
            f"    made = {writer.name('make', partial(made, staged.recipes))}([{given}])"
        )
        writer.miss_unless("made is not None")
        names.update((hosted.value, f"made[{i}]") for i, hosted in enumerate(staged.hosted))
    for i, found in enumerate(staged.inputs):
        obj = found.read()
        boxed = None if not hasattr(obj, "_value") else writer.name("Box", obj.__class__)
        writer.lines.append(f"    i{i} = {writer.name('read', found.read)}()")
        names[found.value] = writer.data(f"i{i}", boxed)
    return names


def _relations(staged: Staged, executable: Executable) -> list[gate.Relation]:
    """What the signature says of extents: 0, 1 or more, and, among arguments, which are equal."""
    found: list[gate.Relation] = []
    known: dict[Symbol, int] = {}
    passed = {value for _, value in staged.passed}
    for value, (type, slot) in zip(staged.graph.body.arguments, executable.arguments, strict=True):
        for place, extent in enumerate(type.shape, slot + 1):
            if isinstance(extent, int):
                found.append((gate.IS, place, extent))
            elif extent in known and value in passed:
                found.append((gate.SAME, place, known[extent]))
            else:
                found.append((gate.ABOVE, place, 1))
                if value in passed:
                    found += [(gate.OTHER, place, other) for other in known.values()]
                    known[extent] = place
    return found


def _body(writer: _Writer, staged: Staged, count: int, entering: str) -> None:
    writer.lines += [
        f"    try: r = {entering}",
        "    except Fault: return MISS",
        "    if r is MISS: return MISS",
    ]
    results = ["r"] if count == 1 else [f"r[{i}]" for i in range(count)]
    pairs = zip(staged.written_boxes, results[staged.returned :], strict=True)
    writes = [_write(writer.name("box", box), box.is_variable, out) for box, out in pairs]
    if writes:  # once more after Ctrl-C between two of them
        again = "; ".join([*writes, "raise"])
        writer.lines += [f"    try: {'; '.join(writes)}", f"    except BaseException: {again}"]
    types = [value.type for value in staged.graph.body.results]
    parts = iter(list(zip(results, types, strict=True))[: staged.returned])
    writer.lines.append(f"    return {_literal(writer, staged.structure, parts)}")


def _write(box: str, variable: bool, out: str) -> str:
    """What `write` does; a variable is no view and no argument, so that only its value changes."""
    value = f"Value(None, {out}, True)"
    return f"{box}._value = {value}; {box}._version += 1" if variable else f"write({box}, {value})"


def _leaf(writer: _Writer, structure: Leaf, parts: Iterator[tuple[str, Type]]) -> str:
    """A tensor or a number, or the one or the other as the run says."""
    name, type = next(parts)
    if structure.kind in WHOLE:
        return _made(writer, name, type)
    value, inner = next(parts)
    other = "None" if structure.kind == "none" else next(parts)[0]
    return f"({_made(writer, value, inner)} if {name} else {other})"


def _made(writer: _Writer, name: str, type: Type) -> str:
    return name if writer.plain or type.kind != "ag" else f"Tensor(Value(None, {name}))"


def _literal(writer: _Writer, structure: Structure, parts: Iterator[tuple[str, Type]]) -> str:
    """The text that puts a result together."""
    if isinstance(structure, Leaf):
        return _leaf(writer, structure, parts)
    if not isinstance(structure, Container):
        obj = getattr(structure, "obj", None)
        if isinstance(obj, Argument):
            beyond = obj.position - writer.count
            return f"a{obj.position}" if beyond < 0 else f"made[{writer.hosted + beyond}]"
        if isinstance(obj, Outer):
            return writer.name("outer", obj.read) + "()"
        if isinstance(obj, Fresh):
            return writer.name("fresh", obj) + "()"
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
