"""How a function names itself, and which calls in it are calls of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import gast

from autograph_lite.errors import ConversionError, Origin
from autograph_lite.frontend.names import Names, Scope, bound, parameters
from autograph_lite.frontend.nodes import Node, everything, load, located, pair

_CALL = "a call of the function itself, which only the run ends,"
SKIPPED = (
    f"{_CALL} is staged only where it is surely made, not in a lambda, in a comprehension or after the"
    " first comparison of a chain: write a loop, or assign its result to a name first"
)
DEEP = f"{_CALL} is not staged in an expression of this kind: assign its result to a name first"
TARGET = (
    f"{_CALL} is not staged in what is assigned to: assign its result to a name, and use the name"
)
AROUND = (
    f"{_CALL} is not staged inside `with`, `try` or a function inside, nor is `return` there in such a"
    " function: call it, and return, outside of them"
)
STARRED = f"{_CALL} is given `*` or `**`, which is not staged: write its arguments one by one"
COLLECTING = (
    "a function that calls itself, which only the run ends, collects arguments with `*` or `**`, which is"
    " not staged: give it a parameter for each"
)
UNBOUND = (
    f"{{!r}} may have no value at {_CALL[:-1]}, after which it is read: give it a value before"
)
UNFIT = f"{_CALL} does not fit its parameters: give it each of them once"


@dataclass(frozen=True, slots=True)
class Itself:
    """A function under its own name, or as the method of its first parameter."""

    function: Node
    filename: str
    in_class: bool
    local: Names
    changing: Names
    fixed: Names  # parameters that every call of itself hands on as they are

    @property
    def name(self) -> str:
        return str(self.function.name)

    @property
    def method(self) -> str:
        """The first parameter, through which a method may call itself."""
        first = parameters(self.function)[:1] if self.in_class else []
        return first[0] if first and first[0] not in self.changing else ""

    def is_call(self, node: Node) -> bool:
        if not isinstance(node, gast.Call):
            return False
        made = node.func
        if isinstance(made, gast.Name):
            return made.id == self.name and made.id not in self.local
        return self._is_method(made)

    def _is_method(self, made: Node) -> bool:
        whole = isinstance(made, gast.Attribute) and isinstance(made.value, gast.Name)
        return whole and made.attr == self.name and made.value.id == self.method != ""

    def within(self, node: Node) -> bool:
        """Whether evaluating the node may call the function itself."""
        return any(map(self.is_call, everything(node)))

    def spoken(self, origin: Node) -> list[Node]:
        """The function as its calls name it, once for each way."""
        found = [node.func for node in everything(_body(self.function)) if self.is_call(node)]
        ways = {type(f).__name__: f for f in found}
        return [located(_copied(f), origin) for f in ways.values()]

    def given(self, call: Node) -> dict[str, Node | None]:
        """What a call gives for each parameter, in the order in which Python evaluates it, then those
        that it leaves out."""
        method = isinstance(call.func, gast.Attribute)
        names = parameters(self.function)[1:] if method else parameters(self.function)
        positional = names[: len(names) - len(self.function.args.kwonlyargs)]
        if any(isinstance(a, gast.Starred) for a in call.args) or None in _words(call):
            self.refuse(STARRED, call)
        words = _words(call)
        pairs = [
            *zip(positional, call.args, strict=False),
            *((w.arg, w.value) for w in call.keywords),
        ]
        found: dict[str, Node | None] = dict(pairs)
        if len(call.args) > len(positional) or len(found) < len(call.args) + len(words):
            self.refuse(UNFIT, call)
        if any(word not in names for word in words):
            self.refuse(UNFIT, call)
        return {**found, **{name: None for name in names if name not in found}}

    def refuse(self, sentence: str, node: Node) -> NoReturn:
        place = Origin(self.filename, node.lineno, node.col_offset, self.name)
        raise ConversionError(sentence, place)


def _words(call: Node) -> list[str | None]:
    return [word.arg for word in call.keywords]


def _body(function: Node) -> Node:
    return gast.Module(function.body, [])


def _copied(named: Node) -> Node:
    if isinstance(named, gast.Name):
        return load(named.id)
    return gast.Attribute(located(load(named.value.id), named), named.attr, gast.Load())


def itself(function: Node, filename: str, in_class: bool) -> Itself:
    """The function of this definition, which calls itself."""
    if function.args.vararg is not None or function.args.kwarg is not None:
        place = Origin(filename, function.lineno, function.col_offset, function.name)
        raise ConversionError(COLLECTING, place)
    scope = Scope(function)
    changing = frozenset([*bound(_body(function)), *scope.declared, *scope.assigned_inside])
    found = Itself(function, filename, in_class, scope.own, changing, frozenset())
    calls = [node for node in everything(_body(function)) if found.is_call(node)]
    handed = [frozenset(_handed_on(found, call)) for call in calls]
    names = [name for name in parameters(function) if name not in changing]
    fixed = frozenset(name for name in names if all(name in one for one in handed))
    return Itself(function, filename, in_class, scope.own, changing, fixed)


def _handed_on(found: Itself, call: Node) -> list[str]:
    own = [found.method] if isinstance(call.func, gast.Attribute) else []
    given = found.given(call).items()
    same = [n for n, value in given if isinstance(value, gast.Name) and value.id == n]
    return [*own, *same]


def reads(*nodes: Node) -> Node:
    """Expressions as one statement, for analysis."""
    return gast.Expr(pair(*nodes))
