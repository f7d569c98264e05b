"""The links of one region, as the reverse pass asks for them: what a value is, in some runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from autograph_lite.ir.graph import Condition, Link, Node, Test, Value
from autograph_lite.ops.cells import NAME, READ


@dataclass(frozen=True, slots=True)
class Choice:
    """A name is `then` where the condition holds, else `orelse`: another value, or, where `own`, a key
    that stands for the name itself."""

    condition: Condition
    then: Value
    orelse: Value
    own: bool


class Links:
    """Links by the value that they are of; `nodes` and `results` say where values are read.

    A link need not be followed where the two names cannot meet: where nothing else arrives at `b`
    before the sweep comes to where `a` was made.  Then what has arrived at `a` is handed to `b` there,
    as a whole, and is the first to arrive.  An element of a history is handed on much later, where the
    history was written, so that its links are always followed.  Where a cotangent is asked for in the end, it
    does not matter when the names meet.
    """

    def __init__(
        self,
        links: Iterable[Link],
        nodes: Sequence[Node],
        results: Sequence[Value] = (),
        elements: Sequence[Value] = (),
        asked: Iterable[Value] = (),
    ) -> None:
        self.of: dict[Value, list[Link]] = {}
        self.kin: dict[Value, list[Value]] = {}
        for link in links:
            self.of.setdefault(link.a, []).append(link)
            self._are_kin(link.a, link.b)
        self.elements = frozenset(elements)
        self.asked = self._what_may_be(asked)
        self.last_read = {v: i for i, node in enumerate(nodes) for v in node.inputs}
        self.last_read.update(dict.fromkeys(results, len(nodes)))
        self.made = {v: i for i, node in enumerate(nodes) for v in node.outputs}
        self.choices: dict[Value, Choice | None] = {}
        self.cells = {node.outputs[0]: node for node in nodes if node.op in (NAME, READ)}
        for name, node in self.cells.items():
            if node.op is NAME:
                self._are_kin(name, node.inputs[0])
        self.cell_nodes: dict[Value, Node] = {}  # key of a cell -> the node that speaks of it
        self.owner: dict[Value, Value] = {}  # key of a name itself -> the name

    def _are_kin(self, a: Value, b: Value) -> None:
        self.kin.setdefault(a, []).append(b)
        self.kin.setdefault(b, []).append(a)

    def choice(self, value: Value, busy: Callable[[Value], bool]) -> Choice | None:
        """What a value is; decided when it is first asked, which is before the sweep passes it."""
        if value not in self.choices:
            if value in self.cells:
                self.choices[value] = self._cell(value, self.cells[value])
                return self.choices[value]
            if value not in self.of:
                return None
            links = [
                link
                for link in self.of.get(value, ())
                if link.condition is True or value in self.elements or self._meet(link, busy)
            ]
            self._chain(value, links)
        return self.choices[value]

    def _cell(self, value: Value, node: Node) -> Choice:
        """What is in a cell is that cell."""
        key = Value(value.type)
        self.cell_nodes[key], self.owner[key] = node, value
        if node.op is READ:
            return Choice(True, key, key, own=False)
        return Choice(Test("kept", node.inputs[1]), key, node.inputs[0], own=False)

    def _what_may_be(self, values: Iterable[Value]) -> set[Value]:
        """These values and those that they are in some run."""
        found, waiting = set(), list(values)
        while waiting:
            value = waiting.pop()
            if value not in found:
                found.add(value)
                waiting += [link.b for link in self.of.get(value, ())]
        return found

    def _chain(self, value: Value, links: list[Link]) -> None:
        """One condition after the other; where none holds the name is itself."""
        if not links:
            self.choices[value] = None
            return
        link, rest = links[0], links[1:]
        if link.condition is True:
            self.choices[value] = Choice(True, link.b, link.b, own=False)
            return
        if rest and rest[0].condition == Test("not", link.condition):  # type: ignore[arg-type]
            self.choices[value] = Choice(link.condition, link.b, rest[0].b, own=False)
            return
        own = Value(value.type)
        self.owner[own] = self.owner.get(value, value)
        self.choices[value] = Choice(link.condition, link.b, own, own=True)
        self._chain(own, rest)

    def _meet(self, link: Link, busy: Callable[[Value], bool]) -> bool:
        """Whether anything may arrive at `b` by another name before the sweep comes to `a`; it never comes
        to what was made before all nodes, and what is asked for in the end has to be told."""
        names = self._names_of(link)
        if link.a not in self.made and not self.asked.isdisjoint(names):
            return True
        place = -1 if link.a in self.asked else self.made.get(link.a, -1)
        return any(self.last_read.get(v, -1) > place or busy(v) for v in names)

    def _names_of(self, link: Link) -> list[Value]:
        """`b` and all that may be one with it in some run, but for `a`."""
        found, waiting = {link.a, link.b}, [link.b]
        names = [link.b]
        while waiting:
            new = [v for v in self.kin.get(waiting.pop(), ()) if v not in found]
            found.update(new)
            waiting += new
            names += new
        return names


NO_LINKS = Links((), ())
"""Step by step a value has one name."""
